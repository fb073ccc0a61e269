"""F508: votes above the ratio at the turnout peak, and the elections where it must say nothing."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallyverify.errors import InputError
from tallyverify.forensics.turnout.peak import turnout_peak
from tallyverify.forensics.turnout.peak_curve import BINS, by_turnout, read_curves
from tests.helpers.real import realdata, table_of
from tests.helpers.tiers import slow_rows_but

MOST = {"resamples": 100}


def clean(stations=4000, *, seed=1, share=0.4, spread=0.0, tilt=0.0, turnout=0.55):
    """Stations whose share does not depend on turnout, unless tilted."""
    rng = np.random.default_rng(seed)
    registered = rng.integers(400, 2000, stations)
    rate = np.clip(rng.normal(turnout, 0.06, stations), 0.02, 0.99)
    ballots = rng.binomial(registered, rate)
    odds = np.log(share / (1 - share)) + tilt * (rate - turnout)
    mine = 1 / (1 + np.exp(-odds - spread * rng.normal(size=stations)))
    return rng.binomial(ballots, mine), ballots, ballots.copy(), registered


def stuffed(part, *, seed=1, **how):
    """The same with ballots put in for the candidate at a part of the stations."""
    votes, valid, ballots, registered = clean(seed=seed, **how)
    rng = np.random.default_rng(seed + 1000)
    where = rng.uniform(size=votes.size) < part
    added = np.where(where, rng.binomial(registered - ballots, rng.uniform(0, 1, votes.size)), 0)
    return (votes + added, valid + added, ballots + added, registered), int(added.sum())


@cache
def arrays(election, candidate):
    """Votes, valid, ballots, registered and areas of the stations whose figures were all read."""
    table = table_of(election)
    frame = table.frame
    read = frame[list(table.figures)].notna().all(axis=1)
    frame = frame[read]
    column = {name: frame[name].to_numpy(dtype=np.int64) for name in table.figures}
    valid = column["valid"] if "valid" in column else sum(column[name] for name in table.votes)
    if "ballots" in column:
        ballots = column["ballots"]
    else:
        ballots = valid + column["null"] + column.get("blank", 0)
    area = frame.groupby(list(table.levels)[:2]).ngroup().to_numpy()
    return (column[candidate], valid, ballots, column["registered"]), area


# Reference values


@pytest.mark.slow
@realdata
@pytest.mark.parametrize(
    ("election", "candidate", "millions", "peak"),
    [("russia-2011", "ER", 15.2, (0.50, 0.54)), ("russia-2018", "putin", 10.9, (0.59, 0.63))],
)
def test_russian_excess_is_near_that_of_hand_set_peaks(election, candidate, millions, peak):
    # METHODS.md, F508: 15.2 M and 10.9 M, computed with peaks set by hand.
    stations, area = arrays(election, candidate)
    found = turnout_peak(*stations, area=area)
    assert found.refused == ""
    assert found.statistic == pytest.approx(millions * 1e6, rel=0.02)
    assert found.effect.low < millions * 1e6 < found.effect.high
    assert peak[0] < found.peak < peak[1]
    assert found.trend_low > 0


@realdata
@pytest.mark.parametrize(
    ("election", "candidate", "why"),
    slow_rows_but(
        [
            ("venezuela-2024-v1", "EG", "already changes"),
            ("poland-2020-round1", "DUDA", "already changes"),
        ],
        [
            ("venezuela-2024-v1", "EG", "already changes"),
            ("venezuela-2024-v1", "NM", "already changes"),
            ("poland-2020-round1", "DUDA", "already changes"),
            ("poland-2020-round1", "TRZASKOWSKI", "already changes"),
            ("poland-2020-round2", "DUDA", "already changes"),
            ("poland-2020-round2", "TRZASKOWSKI", "already changes"),
            ("mexico-2006", "PAN", "already changes"),
            ("mexico-2006", "PRD-PT-CONV", "already changes"),
            ("bolivia-2019-final", "MAS", "not below 80 %"),
            ("bolivia-2019-final", "CC", "not below 80 %"),
            ("argentina-2017", "0574", "already changes"),
            ("argentina-2017", "0518", "already changes"),
        ],
    ),
)
@pytest.mark.parametrize("by_area", [False, True])
def test_first_two_of_genuine_elections_are_refused(election, candidate, why, by_area):
    stations, area = arrays(election, candidate)
    found = turnout_peak(*stations, area=area if by_area else None, **MOST)
    # Whole areas need not be enough for an interval; the refusal is then another one.
    assert why in found.refused or (by_area and "areas" in found.refused), found
    assert found.statistic is None
    assert found.effect is None


# Simulation


@pytest.mark.parametrize("spread", [0.0, 0.3])
def test_a_clean_election_has_no_excess(spread):
    inside = excess = 0
    for seed in range(40):
        found = turnout_peak(*clean(6000, seed=seed, spread=spread), seed=seed, **MOST)
        if not found.refused:
            excess += 1
            inside += found.effect.low <= 0 <= found.effect.high
    assert excess >= 30
    assert inside >= 0.85 * excess  # 95 % less three standard errors


@pytest.mark.parametrize(("part", "stations"), [(0.02, 40_000), (0.1, 6000), (0.3, 6000)])
def test_stuffed_votes_come_back_as_excess(part, stations):
    # Over 40 seeds of 6,000 stations 97 to 98 % of them come back (those added at stations that
    # stay below the peak are lost), with a standard deviation of 5, 1 and 0.5 %.
    for seed in range(3):
        given_, added = stuffed(part, stations=stations, seed=seed)
        found = turnout_peak(*given_, **MOST)
        assert not found.refused
        assert found.statistic == pytest.approx(added, rel=0.08)
        assert found.effect.low < added < found.effect.high
        assert found.ratio == pytest.approx(2 / 3, rel=0.02)


def test_votes_that_vanish_at_high_turnout_make_the_excess_negative():
    votes, valid, ballots, registered = clean()
    lost = np.where(ballots > 0.58 * registered, votes // 2, 0)
    found = turnout_peak(votes - lost, valid - lost, ballots, registered, **MOST)
    assert found.statistic == pytest.approx(-lost.sum(), rel=0.05)
    assert found.effect.high < 0
    assert any("negative" in one for one in found.warnings)


def test_an_honest_trend_is_refused():
    found = turnout_peak(*clean(tilt=3.0), **MOST)
    assert "already changes with turnout below the peak" in found.refused
    assert found.change > 0.05
    assert found.expected is not None


@pytest.mark.parametrize(
    ("stations", "why"),
    [
        (clean(turnout=0.88), "not below 80 %"),
        (clean(999), "999 stations"),
        (clean(1200, spread=0.8), "ratio"),
    ],
)
def test_refusals(stations, why):
    found = turnout_peak(*stations, **MOST)
    assert why in found.refused
    assert found.statistic is None


def test_two_kinds_of_turnout_are_no_single_peak():
    both = [
        np.concatenate(pair)
        for pair in zip(clean(turnout=0.35), clean(seed=2, turnout=0.65), strict=True)
    ]
    assert "more than one turnout peak" in turnout_peak(*both, **MOST).refused


def test_flat_turnout_has_no_peak():
    rng = np.random.default_rng(3)
    registered = np.full(20_000, 1000)
    ballots = rng.integers(0, 1001, 20_000)
    # As many votes of others at each turnout, to well below the smoothing.
    valid = np.where(ballots > 0, 100, 0)
    found = turnout_peak(rng.binomial(valid, 0.4), valid, ballots, registered, **MOST)
    assert "peak" in found.refused


def test_one_turnout_everywhere_is_refused():
    size = np.full(2000, 1000)
    found = turnout_peak(size // 5, size // 2, size // 2, size, **MOST)
    assert found.refused == "turnout hardly varies below its peak"


def test_a_candidate_with_all_votes_or_none_is_refused():
    _, valid, ballots, registered = clean()
    for votes in (valid, np.zeros_like(valid)):
        assert turnout_peak(votes, valid, ballots, registered, **MOST).refused


def test_what_is_left_out():
    votes, valid, ballots, registered = clean(2000)
    registered[:5] = 0
    ballots[5:8] = registered[5:8] + 1
    votes[8:10] = valid[8:10] + 1
    valid[10], votes[10] = 0, 0
    found = turnout_peak(votes, valid, ballots, registered, **MOST)
    assert dict(found.left_out) == {
        "no registered voters known": 5,
        "more ballots than registered voters": 3,
        "more votes than valid votes": 2,
        "no valid votes": 1,
    }
    assert found.used == 2000 - 11
    assert found.leader.sum() == pytest.approx(votes[11:].sum())
    assert found.others.sum() == pytest.approx((valid - votes)[11:].sum())
    unknown = turnout_peak(votes, valid, ballots, np.zeros_like(registered), **MOST)
    assert unknown.refused == "no station has a known number of registered voters"


def test_few_areas_are_refused_and_many_are_used():
    stations = clean()
    few = turnout_peak(*stations, area=np.arange(4000) % 29, **MOST)
    assert few.refused == "fewer than 30 areas to resample"
    many = turnout_peak(*stations, area=np.arange(4000) % 50, **MOST)
    assert not many.refused
    assert not any("independent" in one for one in many.warnings)


def test_areas_that_differ_widen_the_interval():
    rng = np.random.default_rng(5)
    area = np.repeat(np.arange(200), 40)
    registered = np.full(8000, 1000)
    ballots = rng.binomial(registered, rng.normal(0.55, 0.06, 200)[area])
    votes = rng.binomial(ballots, rng.uniform(0.37, 0.43, 200)[area])
    alone, whole = (
        turnout_peak(votes, ballots, ballots, registered, area=one, **MOST) for one in (None, area)
    )
    assert whole.change_high - whole.change_low > 2 * (alone.change_high - alone.change_low)


# Properties


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_rows_in_any_order_say_the_same(seed, by_area):
    stations, _ = stuffed(0.05, stations=1500)
    area = np.arange(1500) % 60 if by_area else None
    order = np.random.default_rng(seed).permutation(1500)
    one = turnout_peak(*stations, area=area, **MOST)
    other = turnout_peak(
        *(a[order] for a in stations), area=None if area is None else area[order], **MOST
    )
    assert one.statistic == other.statistic
    assert one.effect == other.effect
    assert one.refused == other.refused
    assert np.array_equal(one.leader, other.leader)


def test_votes_scale_and_the_rest_stays():
    (votes, valid, ballots, registered), _ = stuffed(0.1)
    one = turnout_peak(votes, valid, ballots, registered, **MOST)
    three = turnout_peak(3 * votes, 3 * valid, ballots, registered, **MOST)
    assert three.statistic == pytest.approx(3 * one.statistic)
    assert three.effect.low == pytest.approx(3 * one.effect.low)
    assert (three.peak, three.flank) == (one.peak, one.flank)
    assert three.ratio == pytest.approx(one.ratio)


def test_excess_is_additive_over_candidates():
    # With the same others, and so the same peak and flank, the excess is linear in the votes.
    leader, others = np.random.default_rng(1).uniform(0, 9, (2, BINS))
    others = 1e5 * np.exp(-((np.arange(BINS) - 100.0) ** 2) / 400)
    first = read_curves(leader * others / 30, others)
    second = read_curves((9 - leader) * others / 30, others)
    whole = read_curves(9 * others / 30, others)
    assert first.excess + second.excess == pytest.approx(whole.excess, abs=1e-3)
    assert whole.excess == pytest.approx(0, abs=1e-3)
    assert whole.change == pytest.approx(0, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.integers(1, 3000).flatmap(
            lambda n: st.tuples(st.integers(0, n), st.just(n), st.integers(0, 500))
        ),
        min_size=1,
        max_size=12,
    )
)
def test_spread_of_stations_is_exact(stations):
    ballots, registered, votes = (np.array(column) for column in zip(*stations, strict=True))
    group = np.zeros_like(ballots)
    edges = np.linspace(0, 1, BINS + 1)
    low = ((ballots - 0.5) / registered)[:, None]
    below = np.clip((edges - low) * registered[:, None], 0, 1)
    below[:, 0], below[:, -1] = 0, 1  # beyond the ends: in the end bins
    expected = (votes[:, None] * np.diff(below, axis=1)).sum(axis=0)
    assert by_turnout(votes, ballots, registered, group)[0] == pytest.approx(expected, abs=1e-4)


def test_seed_and_determinism():
    stations, _ = stuffed(0.1)
    one, again, other = (turnout_peak(*stations, seed=seed, **MOST) for seed in (1, 1, 2))
    assert one.effect == again.effect
    assert one.statistic == other.statistic
    assert one.effect != other.effect


# Malformed input


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"votes": [1.5] * 3}, "whole numbers"),
        ({"ballots": [1, 2]}, "differ in length"),
        ({"registered": [-1, 2, 3]}, "whole numbers"),
        ({"resamples": 99}, "too few resamples"),
        ({"area": [1, 2]}, "differ in length"),
    ],
)
def test_malformed_input_is_said(change, what):
    given = {name: [1, 2, 3] for name in ("votes", "valid", "ballots", "registered")} | change
    with pytest.raises(InputError, match=what):
        turnout_peak(**given)


def test_is_a_description():
    stations, _ = stuffed(0.1)
    found = turnout_peak(*stations, **MOST)
    assert found.pvalue is None
    assert found.null == "none: a description"
    assert repr(found).startswith("<TurnoutPeak F508: statistic ")
    assert "seldom true" in found.warnings[0]
    empty = turnout_peak([], [], [], [], **MOST)
    assert empty.refused
