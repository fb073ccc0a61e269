"""F504: integer percentages against enumeration, clean draws, known targets and Russia."""

from __future__ import annotations

from fractions import Fraction
from importlib import import_module
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from tallyverify.errors import InputError
from tallyverify.forensics import integer_percentages
from tallyverify.forensics.shares.integer_percentages import at_integer
from tallyverify.forensics.stations import stations_of
from tallyverify.simulate import clean_election, round_percentages
from tests.helpers.real import realdata, table_of

RUNS = 200
MODULE = import_module("tallyverify.forensics.shares.integer_percentages")


def clean(seed, stations=2000, *, turnout=(12, 8), share=(9, 11)):
    """Votes, ballots and registered voters of stations of unlike sizes and leanings."""
    rng = np.random.default_rng([seed, 504])
    registered = rng.integers(150, 1500, stations)
    ballots = rng.binomial(registered, rng.beta(*turnout, stations))
    return rng.binomial(ballots, rng.beta(*share, stations)), ballots, registered


def near_integer(x, n):
    percent = Fraction(100 * int(x), int(n))
    return abs(percent - round(percent)) <= Fraction(1, 20)


def chance(x, n):
    """P(near an integer percentage) of Binomial(n, x/n): every outcome, in fractions."""
    x, n = int(x), int(n)
    p = Fraction(x, n)
    return sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1) if near_integer(k, n))


# Definitions


@given(
    st.lists(
        st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
        min_size=1,
    )
)
def test_at_integer_by_fractions(stations):
    x, n = np.array(stations).T
    exact = [near_integer(*station) for station in stations]
    assert at_integer(x, n).tolist() == exact


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_inner_integers_are_5_to_95(station):
    x, n = station
    exact = near_integer(x, n) and 5 <= round(Fraction(100 * x, n)) <= 95
    assert at_integer(np.array([x]), np.array([n]), inner=True).tolist() == [exact]


@pytest.mark.parametrize(
    ("x", "n", "near"),
    [(1, 2000, True), (19, 2000, True), (21, 2000, True), (2, 2000, False), (1999, 2000, True)],
)
def test_edges_are_included(x, n, near):
    # 0.05, 0.95, 1.05 % are within 0.05 points; floats would not all have it so.
    assert at_integer(np.array([x]), np.array([n])).tolist() == [near]


LARGE = st.integers(1, 2**31 - 1)


@given(st.lists(LARGE.flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1))
def test_the_largest_figures_do_not_wrap_around(stations):
    x, n = np.array(stations).T
    assert at_integer(x, n).tolist() == [near_integer(*station) for station in stations]


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int32, np.uint64, np.float64])
def test_the_type_of_the_counts_does_not_matter(kind):
    x, n = np.array([[30, 60, 63, 0], [100, 200, 200, 7]], dtype=kind)
    assert at_integer(x, n).tolist() == [True, True, False, True]


def test_every_edge_is_inside_where_floats_put_some_outside():
    """Of stations at an edge itself (20·|100x − kn| = n), floats lose some whatever the formula."""
    edges = [
        (x, n)
        for n in range(2000, 40_001, 2000)
        for x in range(n // 2000, n, n // 100)  # k + 0.05 points
    ]
    x, n = np.array(edges).T
    assert at_integer(x, n).all()
    for percent in (100 * x / n, x / n * 100, 100 * (x / n)):
        by_floats = np.abs(percent - np.round(percent)) <= 0.05
        assert 0 < by_floats.sum() < len(edges)
    # The excess counts them: one more station at an edge is one more observed.
    votes, ballots, _ = clean(3, 400)
    ballots[:20], votes[:20] = 2000, np.arange(20) * 20 + 801
    found = integer_percentages(votes, ballots)
    assert (found.excess[:20] > 0).all()
    large = ballots >= 100
    assert found.observed == sum(map(near_integer, votes[large], ballots[large]))
    assert found.share_peaks[40:60].sum() > 19


def test_a_percentage_of_nobody_is_refused():
    with pytest.raises(InputError, match="of at least one") as caught:
        at_integer(np.array([0, 0]), np.array([3, 0]))
    assert "0 at position 1" in str(caught.value)


tiny = st.integers(1, 30).flatmap(
    lambda registered: st.integers(1, registered).flatmap(
        lambda ballots: st.tuples(st.integers(0, ballots), st.just(ballots), st.just(registered))
    )
)


@given(stations=st.lists(tiny, min_size=1, max_size=5), turnout=st.booleans())
@settings(max_examples=60)
def test_expected_by_enumeration_on_tiny_stations(stations, turnout):
    votes, ballots, registered = np.array(stations).T
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MODULE, "SMALLEST", 1)
        patch.setattr(MODULE, "FEWEST", 1)
        found = integer_percentages(votes, ballots, registered if turnout else None)
    observed = expected = variance = Fraction(0)
    used = 0
    for x, b, n in stations:
        if 100 * x > 99 * b or (turnout and 100 * b > 99 * n):
            continue
        used += 1
        neither = (1 - chance(x, b)) * (1 - (chance(b, n) if turnout else 0))
        observed += near_integer(x, b) or (turnout and near_integer(b, n))
        expected += 1 - neither
        variance += (1 - neither) * neither
    assert found.used == used
    assert found.observed == observed
    assert found.expected == pytest.approx(float(expected), abs=1e-6)
    assert found.sd**2 == pytest.approx(float(variance), abs=1e-6)
    if found.pvalue is not None:
        assert 0 <= found.pvalue <= 1
        assert found.effect.value == pytest.approx(float(observed - expected), abs=1e-6)


def test_the_tail_is_that_of_a_sum_of_unlike_chances():
    votes, ballots, registered = clean(1, 400)
    found = integer_percentages(votes, ballots, registered)
    tail = np.ones(1)
    for hit, excess in zip(found.excess > 0, found.excess, strict=True):
        one = float(hit) - excess
        tail = np.convolve(tail, [1 - one, one])
    assert found.pvalue == pytest.approx(tail[int(found.observed) :].sum(), rel=1e-9)
    assert found.statistic == pytest.approx((found.observed - found.expected) / found.sd)


# Properties


@given(seed=st.integers(0, 2**32), smooth=st.booleans(), turnout=st.booleans())
@settings(max_examples=30)
def test_order_does_not_matter_and_excess_adds_up(seed, smooth, turnout):
    votes, ballots, registered = clean(seed, 300)
    order = np.random.default_rng(seed).permutation(300)

    def run(at):
        of = registered[at] if turnout else None
        return integer_percentages(votes[at], ballots[at], of, smooth=smooth)

    found, shuffled = run(np.arange(300)), run(order)
    assert repr(shuffled) == repr(found)
    assert shuffled.pvalue == pytest.approx(found.pvalue, rel=1e-9)
    assert shuffled.excess == pytest.approx(found.excess[order], abs=1e-12)
    assert (shuffled.share_peaks == found.share_peaks).all()
    assert 0 <= found.pvalue <= 1
    assert found.excess.sum() == pytest.approx(found.observed - found.expected, abs=1e-9)
    assert found.effect.low < found.effect.value < found.effect.high
    assert found.turnout_tested == turnout
    assert np.isnan(found.turnout_excess) != turnout


def test_who_is_left_out():
    votes, ballots, registered = clean(2, 500)
    registered[:20], ballots[:20], votes[:20] = 99, 50, 20
    votes[20:30] = ballots[20:30]
    ballots[30:40], votes[30:40] = registered[30:40], registered[30:40] // 2
    found = integer_percentages(votes, ballots, registered)
    assert found.left_out == {
        "fewer than 100 people": 20,
        "above 99 %": 20,
        "turnout not known, or above 100 % (share only)": 0,
    }
    assert found.used == 460
    assert (found.excess[:40] == 0).all()
    assert (found.excess[40:] != 0).all()


def test_voters_who_signed_are_the_turnout():
    votes, ballots, registered = clean(3, 500)
    signed = np.minimum(ballots + 3, registered)
    found = integer_percentages(votes, ballots, registered, turned_out=signed)
    plain = integer_percentages(votes, ballots, registered)
    assert found.share_excess == plain.share_excess
    hits = at_integer(signed, registered).sum()
    assert found.turnout_excess != plain.turnout_excess
    assert abs(found.turnout_excess - hits) < 500 * 0.2


def test_peaks_say_where():
    votes, ballots, registered = clean(4, 6000)
    chosen = np.abs(votes / ballots - 0.47) < 0.01
    ballots[chosen] = ballots[chosen] // 100 * 100  # so that 47 % is a whole number of votes
    votes[chosen] = 47 * ballots[chosen] // 100
    found = integer_percentages(votes, ballots, registered)
    assert found.share_peaks.argmax() == 47
    assert found.share_peaks[47] > 0.9 * chosen.sum()
    assert np.abs(found.turnout_peaks).max() < 40
    assert found.share_peaks.shape == found.turnout_peaks.shape == (101,)


# Refusals and bad input


def test_few_stations_are_refused():
    found = integer_percentages(*clean(1, 99))
    assert found.refused == "99 stations large enough, 100 are needed"
    assert found.statistic is found.pvalue is found.effect is None


def test_no_votes_cannot_vary():
    zero = np.zeros(200, dtype=int)
    found = integer_percentages(zero, zero + 300)
    assert found.refused == "no count can vary"
    assert found.pvalue is None


def test_nothing_is_refused_too():
    found = integer_percentages([], [])
    assert "needed" in found.refused
    assert found.used == 0


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        (([5], [4], [9]), "5 votes, 4 ballots at position 0"),
        (([5, 1], [9], [9]), "votes 2"),
        (([-1], [4], [9]), "-1"),
        (([1], [np.nan], [9]), "nan"),
        (([1], [4], [9.5]), "9.5"),
    ],
)
def test_bad_input_says_what_was_found(figures, said):
    with pytest.raises(InputError) as caught:
        integer_percentages(*figures)
    assert said in str(caught.value)


# Its error and its power


@pytest.mark.parametrize(
    ("turnout", "smooth", "share", "least"),
    [
        (True, False, (9, 11), 0.001),
        (False, True, (9, 11), 0.001),
        # A station at 3 % expects itself to be there: the sum varies less than its null has it.
        (False, True, (2, 30), 0),
    ],
    ids=["with turnout", "share", "small party"],
)
def test_clean_elections_are_rejected_one_time_in_twenty(turnout, smooth, share, least):
    found = []
    for seed in range(RUNS):
        votes, ballots, registered = clean(seed, share=share)
        of = registered if turnout else None
        found.append(integer_percentages(votes, ballots, of, smooth=smooth).pvalue)
    assert all(0 <= p <= 1 for p in found)
    low, high = binom.ppf([least, 0.999], RUNS, 0.05)
    assert low <= np.sum(np.array(found) <= 0.05) <= high


@pytest.mark.slow
def test_one_station_in_a_hundred_with_targets_is_found():
    # METHODS.md: power of at least 0.8 at 30,000 stations; targets of turnout.
    found = []
    for seed in range(10):
        election = clean_election(stations=30_000, seed=seed)
        frame = round_percentages(election, 0.01, seed=seed, of="turnout").table.frame
        columns = (frame[name].to_numpy(dtype=float) for name in ("A", "ballots", "registered"))
        found.append(integer_percentages(*columns).pvalue)
    assert np.sum(np.array(found) <= 0.05) >= 8


# Real elections


@pytest.mark.slow
@realdata
@pytest.mark.parametrize(("year", "excess"), [(2011, 1003.5), (2018, 1708.8)])
def test_russia(year, excess):
    # Kobak et al.: 1,000 Monte Carlo runs, standard deviation 112 to 119.
    stations = stations_of(table_of(f"russia-{year}"))
    there = stations.with_turnout & stations.with_ballots
    found = integer_percentages(
        stations.votes[there, stations.ranked[0]],
        stations.ballots[there],
        stations.registered[there],
        turned_out=stations.turned_out[there],
    )
    assert found.effect.value == pytest.approx(excess, abs=5)
    assert 110 < found.sd < 120
    assert found.pvalue < 1e-15
    # The peaks that made it known: turnout and share at multiples of five (Kobak et al., figure 1).
    assert set(np.argsort(-found.turnout_peaks[60:96])[:4] + 60) & {75, 80, 85, 90, 95}
