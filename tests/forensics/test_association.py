"""F511: turnout against share over stations and within areas, and how sure that is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallyverify.errors import InputError
from tallyverify.forensics.turnout.association import turnout_share
from tests.helpers.real import path_of, realdata, table_of


def areas_and_stations(seed=1, *, areas=40, each=25, between=0.0, within=0.0, spread=0.05):
    """Large stations, whose turnout and share correlate as told between and within areas."""
    rng = np.random.default_rng(seed)
    area = np.repeat(np.arange(areas), each)

    def pairs(correlation, size):
        first, second = rng.normal(size=(2, size))
        return first, correlation * first + (1 - correlation**2) ** 0.5 * second

    over, under = pairs(between, areas), pairs(within, area.size)
    turnout, share = (0.5 + spread * (a[area] + b) for a, b in zip(over, under, strict=True))
    registered = np.full(area.size, 100_000)
    ballots = np.round(registered * np.clip(turnout, 0, 1)).astype(int)
    votes = np.round(ballots * np.clip(share, 0, 1)).astype(int)
    return (votes, ballots, ballots, registered), area


# Reference values


@pytest.mark.slow
@realdata
@pytest.mark.parametrize(
    ("election", "leader", "as_issued", "as_tabled"),
    [("russia-2011", "ЕДИНАЯ РОССИЯ", 0.713, 0.713), ("russia-2018", "Путин", 0.512, 0.507)],
)
def test_russian_correlations(election, leader, as_issued, as_tabled):
    # METHODS.md, F511: .713 and .512 (computed). They come out, over all stations with registered
    # voters, for ballots issued / registered and votes / ballots in the boxes. With ballots in the
    # boxes / registered and votes / valid votes it is .713 and .507.
    frame = pd.read_csv(path_of(election))

    def total(*words):
        names = [name for name in frame.columns if all(word in name for word in words)]
        return frame[names].sum(axis=1).to_numpy()

    votes, registered = total(leader), total("избирателей", "в список")
    issued, boxes = total("бюллетеней, выданных"), total("бюллетеней", "ящиках")
    valid = total("Число действительных")
    assert turnout_share(votes, boxes, issued, registered).statistic == pytest.approx(
        as_issued, abs=5e-4
    )
    assert turnout_share(votes, valid, boxes, registered).statistic == pytest.approx(
        as_tabled, abs=5e-4
    )


def venezuela(candidate):
    frame = table_of("venezuela-2024-v1").frame
    votes, valid, null, registered = (
        frame[name].to_numpy(dtype=int) for name in (candidate, "valid", "null", "registered")
    )
    levels = [frame[name].astype(str).to_numpy() for name in ("state", "parish", "centre")]
    return turnout_share(votes, valid, valid + null, registered, area=levels)


@realdata
def test_genuine_venezuelan_sheets_correlate():
    # METHODS.md, F511: +.465 for NM, over all 24,532 stations.
    found = venezuela("NM")
    assert found.used == 24_532
    assert found.statistic == pytest.approx(0.465, abs=5e-4)
    assert found.effect.low > 0.3
    # Within centres, where voters are dealt by number, little of it is left.
    state, parish, centre = found.by_level
    assert state.value > 0.45
    assert parish.value > 0.45
    assert 0 < centre.value < 0.12
    assert found.within_used == 24_532
    assert found.by_level_used[2] == 17_705
    assert found.clusters == 24
    assert any("genuine" in one for one in found.warnings)
    assert venezuela("EG").statistic < -0.45


def test_against_numpy_and_by_hand():
    (votes, valid, ballots, registered), area = areas_and_stations(within=0.4)
    registered = registered + area * 1000
    found = turnout_share(votes, valid, ballots, registered, area=area)
    turnout, share = ballots / registered, votes / valid
    assert found.statistic == pytest.approx(np.corrcoef(turnout, share)[0, 1])
    data = pd.DataFrame({"turnout": turnout, "share": share})
    less = data - data.groupby(area).transform("mean")
    assert found.within.value == pytest.approx(less["turnout"].corr(less["share"]))
    spread = np.cov(turnout, share, aweights=registered)
    assert found.weighted == pytest.approx(spread[0, 1] / (spread[0, 0] * spread[1, 1]) ** 0.5)


def test_jackknife_against_leaving_out_by_hand():
    from scipy import stats

    stations, area = areas_and_stations(areas=25, each=8, between=0.5)
    found = turnout_share(*stations, area=area)
    without = np.arctanh(
        [turnout_share(*(one[area != left] for one in stations)).statistic for left in range(25)]
    )
    centre = np.arctanh(found.statistic)
    wide = stats.t.ppf(0.975, 24) * (24 / 25 * ((without - centre) ** 2).sum()) ** 0.5
    assert found.effect.low == pytest.approx(np.tanh(centre - wide))
    assert found.effect.high == pytest.approx(np.tanh(centre + wide))


# Simulation


@pytest.mark.parametrize("between", [0.0, 0.6])
def test_intervals_hold_under_clustering(between):
    truth = (between + 0.6) / 2  # as much variance between areas as within
    whole = inside = alone = 0
    for seed in range(200):
        stations, area = areas_and_stations(seed, between=between, within=0.6)
        found = turnout_share(*stations, area=area)
        whole += found.effect.low <= truth <= found.effect.high
        inside += found.within.low <= 0.6 <= found.within.high
        independent = turnout_share(*stations)
        alone += independent.effect.low <= truth <= independent.effect.high
    # 95 % of 200, less and more four standard errors; without the areas they fall far short.
    assert 177 <= whole <= 200
    assert 177 <= inside <= 200
    assert alone < 140


def test_area_effects_are_removed():
    stations, area = areas_and_stations(between=0.95, within=0.0)
    found = turnout_share(*stations, area=area)
    assert found.statistic > 0.3
    assert found.within.low < 0 < found.within.high


def test_the_smallest_area_with_another_station_is_used():
    (votes, valid, ballots, registered), area = areas_and_stations(areas=40, each=6, within=0.5)
    # Of the six stations of an area, four share two centres and two are alone in theirs; the labels
    # of centres return in other areas, where they mean other centres.
    centre = np.tile([0, 0, 1, 1, 2, 3], 40)
    found = turnout_share(votes, valid, ballots, registered, area=[area, centre])
    assert found.within_used == 240
    assert found.by_level_used == (240, 160)
    turnout, share = ballots / registered, votes / valid
    data = pd.DataFrame({"turnout": turnout, "share": share})
    fine = data - data.groupby([area, centre]).transform("mean")
    coarse = data - data.groupby(area).transform("mean")
    alone = np.tile([False] * 4 + [True] * 2, 40)
    mixed = pd.concat([fine[~alone], coarse[alone]])
    product = (mixed["turnout"] * mixed["share"]).sum()
    norm = ((mixed["turnout"] ** 2).sum() * (mixed["share"] ** 2).sum()) ** 0.5
    assert found.within.value == pytest.approx(product / norm)
    single = turnout_share(votes, valid, ballots, registered, area=area)
    assert single.by_level[0] == single.within
    for end in ("value", "low", "high"):
        assert getattr(found.by_level[0], end) == pytest.approx(getattr(single.within, end))


# Properties


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(-0.9, 0.9), st.integers(2, 5))
def test_order_scale_and_swapping(seed, within, scale):
    (votes, valid, ballots, registered), area = areas_and_stations(seed, each=5, within=within)
    levels = [area // 2, area]
    one = turnout_share(votes, valid, ballots, registered, area=levels)
    order = np.random.default_rng(seed).permutation(area.size)
    moved = turnout_share(
        *(a[order] for a in (votes, valid, ballots, registered)), area=[a[order] for a in levels]
    )
    assert moved == one
    more = turnout_share(*(scale * a for a in (votes, valid, ballots, registered)), area=levels)
    other = turnout_share(valid - votes, valid, ballots, registered, area=levels)
    for name, sign, found in (("scale", 1, more), ("swap", -1, other)):
        assert found.statistic == pytest.approx(sign * one.statistic), name
        assert found.weighted == pytest.approx(sign * one.weighted)
        assert found.within.value == pytest.approx(sign * one.within.value)
    assert other.effect.low == pytest.approx(-one.effect.high)
    assert -1 <= one.effect.low <= one.statistic <= one.effect.high <= 1
    assert one.within.low <= one.within.value <= one.within.high


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.integers(0, 60).flatmap(
            lambda n: st.tuples(
                st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.just(n)
            )
        ),
        min_size=1,
        max_size=80,
    ),
    st.integers(1, 30),
)
def test_any_counts_give_a_correlation_or_a_reason(rows, areas):
    arrays = [np.array(column) for column in zip(*rows, strict=True)]
    found = turnout_share(*arrays, area=np.arange(len(rows)) % areas)
    assert found.used + sum(found.left_out.values()) == len(rows)
    assert (found.statistic is None) == bool(found.refused)
    for one in (found.effect, found.within):
        if one is not None:
            assert -1 <= one.value <= 1
            assert one.low is None or -1 <= one.low <= one.value <= one.high <= 1


# What it refuses, leaves out and does not read


def test_refusals():
    (votes, valid, ballots, registered), _ = areas_and_stations()
    few = turnout_share(votes[:29], valid[:29], ballots[:29], registered[:29])
    assert few.refused == "29 stations, and it takes 30"
    half = registered // 2
    assert turnout_share(half // 4, half, half, registered).refused == "turnout does not vary"
    even = ballots // 2
    assert turnout_share(even, 2 * even, ballots, registered).refused == "the share does not vary"
    assert turnout_share([], [], [], []).refused


def test_few_or_unequal_areas_have_no_interval():
    stations, _ = areas_and_stations()
    for area in (np.arange(1000) % 19, np.maximum(np.arange(1000) - 960, 0)):
        found = turnout_share(*stations, area=area)
        assert found.statistic is not None
        assert (found.effect.low, found.effect.high, found.clusters) == (None, None, 0)
        assert any("no interval" in one for one in found.warnings)
    alone = turnout_share(*stations, area=np.arange(1000))
    assert alone.within is None
    assert any("share an area" in one for one in alone.warnings)


def test_a_perfect_correlation():
    registered = np.full(100, 1000)
    ballots = np.arange(400, 500)
    valid = np.full(100, 400)
    found = turnout_share(ballots - 400, valid, ballots, registered)
    assert found.statistic == pytest.approx(1)
    assert found.effect.high <= 1


def test_what_is_left_out():
    (votes, valid, ballots, registered), _ = areas_and_stations()
    votes, valid, ballots = votes.copy(), valid.copy(), ballots.copy()
    registered[0], registered[1] = 0, 99
    ballots[2] = registered[2] + 1
    valid[3], votes[3] = 0, 0
    votes[4] = valid[4] + 1
    found = turnout_share(votes, valid, ballots, registered, fewest_registered=100)
    assert dict(found.left_out) == {
        "no registered voters known": 1,
        "fewer than 100 registered voters": 1,
        "more ballots than registered voters": 1,
        "no valid votes": 1,
        "more votes than valid votes": 1,
    }
    assert found.used == 995
    assert found.pvalue is None
    assert found.null == "none: a description"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"votes": [1.5] * 3}, "whole numbers"),
        ({"ballots": [1, 2]}, "differ in length"),
        ({"area": [1, 2]}, "differ in length"),
        ({"area": [[1, 2, 3], [1, 2]]}, "differ in length"),
        ({"area": np.ones((3, 2))}, "one entry a station"),
    ],
)
def test_malformed_input_is_said(change, what):
    given_ = {name: [1, 2, 3] for name in ("votes", "valid", "ballots", "registered")} | change
    with pytest.raises(InputError, match=what):
        turnout_share(**given_)
