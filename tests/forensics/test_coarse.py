"""F505: shares at coarse fractions against fractions, clean draws and known targets."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, poisson

from tallyverify.errors import InputError
from tallyverify.forensics.shares.coarse_shares import (
    TARGETS,
    at_targets,
    coarse_shares,
    combined,
    expectation,
)
from tallyverify.forensics.shares.exact import twiced, window_sums
from tallyverify.simulate import clean_election, round_percentages

RUNS = 200


def clean(seed, stations=2000, share=(9, 11), sizes=(100, 900)):
    rng = np.random.default_rng([seed, 505])
    valid = rng.integers(*sizes, stations)
    return rng.binomial(valid, rng.beta(*share, stations)), valid


def with_targets(seed, stations, dose):
    """Votes and valid votes; some shares of a clean election moved up to a multiple of 5 %."""
    election = clean_election(stations=stations, seed=seed)
    frame = round_percentages(election, dose, seed=seed, of="share").table.frame
    return (frame[name].to_numpy(dtype=float) for name in ("A", "valid"))


# Definitions


@given(
    st.lists(
        st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
        min_size=1,
    )
)
def test_at_targets_by_fractions(stations):
    exact = [
        sum(abs(Fraction(x, n) - Fraction(k, 20)) <= Fraction(1, 2000) for x, n in stations)
        for k in range(1, 20)
    ]
    assert at_targets(*np.array(stations).T).tolist() == exact


def test_targets_are_the_multiples_of_five_per_cent():
    assert (TARGETS / 2000).tolist() == [k / 20 for k in range(1, 20)]


def test_expected_stands_on_the_twiced_mixture():
    x, n = clean(1, 500)
    found = expectation(x, n)
    once, twice = (window_sums(x, n, TARGETS, 1, draws=draws)[1] for draws in (1, 2))
    assert found.targets == pytest.approx(twiced(once, twice))
    assert len(found.between) >= 19
    assert found.chances.shape == (500,)
    assert found.chances.sum() == pytest.approx(found.targets.sum())
    assert len(expectation(x, n, grid=False).between) == 0


@pytest.mark.parametrize("share", [(9, 11), (2, 30)], ids=["large", "small party"])
def test_sd_is_that_of_the_excess_over_clean_elections(share):
    excess, sd = [], []
    for seed in range(RUNS):
        x, n = clean(seed, share=share)
        found = expectation(x, n)
        excess.append(at_targets(x, n).sum() - found.targets.sum())
        sd.append(found.sd)
    # The relative standard error of a standard deviation is 1/√(2n).
    assert np.std(excess, ddof=1) == pytest.approx(np.mean(sd), rel=3.5 / np.sqrt(2 * RUNS))
    assert abs(np.mean(excess)) < 3.5 * np.mean(sd) / np.sqrt(RUNS)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=19), st.floats(0, 1))
def test_combined_shares_the_level(tails, together):
    # Bonferroni with weights of nine tenths and one tenth; Šidák within the latter.
    found = combined(together, np.array(tails))
    largest = 1 - (1 - min(tails)) ** len(tails)
    assert 0 <= found <= 1
    for level in (0.001, 0.05, 0.5):
        if abs(found - level) > 1e-9:
            assert (found < level) == (together < 0.9 * level or largest < 0.1 * level)


def test_combined_keeps_the_digits_of_a_small_tail():
    assert combined(1.0, np.array([1e-20, 0.5])) == pytest.approx(2e-19)


# Properties


@given(seed=st.integers(0, 2**32))
@settings(max_examples=30)
def test_order_does_not_matter_and_figures_fit_each_other(seed):
    votes, valid = clean(seed, 2000)
    valid[:7], votes[:7] = 49, 20
    found = coarse_shares(votes, valid)
    order = np.random.default_rng(seed).permutation(2000)
    shuffled = coarse_shares(votes[order], valid[order])
    assert repr(shuffled) == repr(found)
    assert shuffled.pvalue == pytest.approx(found.pvalue, rel=1e-9)
    assert (shuffled.observed == found.observed).all()
    assert 0 <= found.pvalue <= 1
    assert (found.used, found.left_out) == (1993, {"fewer than 50 valid votes": 7})
    assert found.density.sum() == 1993
    assert found.effect.value == pytest.approx(found.observed.sum() - found.expected.sum())
    assert found.expected.sum() > 0
    for spike in found.spikes:
        assert spike.pvalue <= 0.05
        assert spike.observed > spike.expected


def test_spikes_are_adjusted_for_nineteen_fractions():
    found = coarse_shares(*with_targets(2, 4000, 0.1))
    more = poisson.sf(found.observed, found.expected)  # and half of as many: the mid-p
    tails = (more + poisson.sf(found.observed - 1, found.expected)) / 2
    ranked = np.sort(tails)
    adjusted = np.minimum.accumulate((ranked * 19 / np.arange(1, 20))[::-1])[::-1]
    assert [s.pvalue for s in found.spikes] == pytest.approx(adjusted[adjusted <= 0.05])
    best = found.spikes[0]
    place = int(np.argmin(tails))
    assert (best.share, best.observed) == (TARGETS[place] / 2000, found.observed[place])
    assert len(found.spikes) >= 3


# Refusals and bad input


def test_stations_of_one_size_are_refused():
    """Stations that are all alike, all of 200 votes: with a few odd ones, 26 of 40 were flagged."""
    rng = np.random.default_rng(1)
    votes, valid = rng.binomial(200, 0.48, 12_000), np.full(12_000, 200)
    found = coarse_shares(votes, valid)
    assert "12,000 of 12,000 stations have the same number of valid votes" in found.refused
    assert found.pvalue is None
    valid = rng.integers(150, 250, 12_000)
    assert not coarse_shares(rng.binomial(valid, rng.beta(40, 44, 12_000)), valid).refused


def test_few_stations_are_refused():
    found = coarse_shares(*clean(1, 299))
    assert found.refused == "299 stations with 50 valid votes or more, 300 are needed"
    assert found.statistic is found.pvalue is found.effect is None
    assert found.spikes == ()


def test_nothing_is_refused_too():
    assert "needed" in coarse_shares([], []).refused


@pytest.mark.parametrize("share", [0, 1])
def test_no_share_near_a_coarse_fraction(share):
    valid = np.full(400, 300)
    assert coarse_shares(valid * share, valid).refused == "no share lies near a coarse fraction"


def test_misfit_between_the_fractions_is_no_spike():
    # Heaps at 40.3, 40.5 and 40.7 %: the shares are not smooth, for whatever reason.
    votes, valid = clean(3, 5000)
    valid[:300] = 1000
    votes[:300] = np.repeat([403, 405, 407], 100)
    found = coarse_shares(votes, valid)
    assert "the smooth distribution does not fit" in found.refused
    assert found.misfit > 1.5
    assert found.pvalue is None
    assert found.spikes == ()
    assert coarse_shares(*clean(3, 5000)).misfit < 1.5


@pytest.mark.parametrize("share", [(9, 11), (2, 30)], ids=["large", "small party"])
def test_a_fit_that_cannot_be_measured_is_refused(share):
    # So few stations that five are expected at no place between the fractions: spikes stand, and
    # nothing tells whether it is the smooth distribution that is wrong.
    votes, valid = clean(4, 400, share=share)
    valid[:60] = 500
    votes[:60] = 100
    found = coarse_shares(votes, valid)
    assert np.isnan(found.misfit)
    assert "too few to measure how well the smooth distribution fits" in found.refused
    assert found.statistic is found.pvalue is found.effect is None
    assert found.spikes == ()


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32), stations=st.integers(300, 4000))
def test_an_answer_has_a_measured_fit(seed, stations):
    found = coarse_shares(*clean(seed, stations))
    assert found.refused or found.misfit >= 0
    assert not (np.isnan(found.misfit) and found.pvalue is not None)


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        (([5], [4]), "5 of 4 at position 0"),
        (([5, 1], [9]), "votes 2"),
        (([-1], [4]), "-1"),
        (([1], [np.nan]), "nan"),
    ],
)
def test_bad_input_says_what_was_found(figures, said):
    with pytest.raises(InputError) as caught:
        coarse_shares(*figures)
    assert said in str(caught.value)


# Its error and its power


@pytest.mark.parametrize("share", [(9, 11), (2, 30)], ids=["large", "small party"])
def test_clean_elections_are_rejected_one_time_in_twenty(share):
    found = [coarse_shares(*clean(seed, share=share)) for seed in range(RUNS)]
    said = np.array([one.pvalue for one in found if not one.refused])
    assert ((said >= 0) & (said <= 1)).all()
    # The misfit must hardly ever mistake chance for a bad fit.
    assert len(said) >= 0.97 * RUNS
    low, high = binom.ppf([0.001, 0.999], len(said), 0.05)
    assert low <= np.sum(said <= 0.05) <= high


def test_small_stations_favour_coarse_fractions_by_themselves():
    # Of 50 to 99 votes many shares are multiples of 5 %: expected, and no reason to reject.
    found = [coarse_shares(*clean(seed, sizes=(50, 100))) for seed in range(100)]
    rejected = [one.pvalue <= 0.05 for one in found if not one.refused]
    assert len(rejected) >= 90
    assert sum(rejected) <= binom.ppf(0.999, len(rejected), 0.05)
    assert np.mean([one.observed.sum() for one in found]) > 1.5 * 2000 * 19 / 1000


def test_one_station_in_a_hundred_with_targets_is_found():
    # METHODS.md: power of at least 0.8 at 30,000 stations.
    found = [coarse_shares(*with_targets(seed, 30_000, 0.01)).pvalue for seed in range(10)]
    assert sum(p is not None and p <= 0.05 for p in found) >= 8
