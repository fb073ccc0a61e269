"""F501, F502, F503: digits of counts against definitions, draws, and genuine sheets."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, chi2, chisquare

from tallyverify.errors import InputError
from tallyverify.forensics.digits.digit_pairs import SHARES, digit_pairs
from tallyverify.forensics.digits.histogram import Histogram
from tallyverify.forensics.digits.last_digit import last_digit
from tallyverify.forensics.digits.second_digit import (
    BANDWIDTH,
    BENFORD_SECOND,
    _terms,
    second_digit,
)
from tallyverify.forensics.indicator import share_interval
from tests.helpers.real import realdata
from tests.helpers.real import table_of as real_table

INDICATORS = [second_digit, last_digit, digit_pairs]
RUNS = 200
votes_of_some = st.lists(st.integers(0, 3000), max_size=60)
votes_of_many = st.builds(
    lambda base, seed: np.random.default_rng(seed).integers(base, 40 * base, 700),
    st.integers(5, 400),
    st.integers(0, 2**32),
)


def clean(seed, stations=2000):
    """Votes of a candidate at stations of unlike sizes and leanings."""
    rng = np.random.default_rng([seed, 99])
    return rng.binomial(rng.integers(200, 900, stations), rng.beta(8, 8, stations))


def rejections(test, runs=RUNS):
    found = [test(clean(seed)).pvalue for seed in range(runs)]
    assert all(0 <= p <= 1 for p in found)
    return int(np.sum(np.array(found) <= 0.05))


def assert_rejects_one_in_twenty(rejected, runs=RUNS):
    # Within what 1 in 1,000 simulations of an exact test would go beyond, on each side.
    low, high = binom.ppf([0.001, 0.999], runs, 0.05)
    assert low <= rejected <= high


# What holds for all three


@pytest.mark.parametrize("test", INDICATORS)
@given(votes=votes_of_many, seed=st.integers(0, 2**32))
def test_order_does_not_matter(test, votes, seed):
    found = test(votes)
    shuffled = test(np.random.default_rng(seed).permutation(votes))
    assert repr(shuffled) == repr(found)
    assert shuffled.pvalue == found.pvalue
    assert found.pvalue is None or 0 <= found.pvalue <= 1


@pytest.mark.parametrize("test", INDICATORS)
@given(votes=votes_of_some)
def test_few_counts_are_refused_and_all_are_accounted_for(test, votes):
    found = test(votes)
    assert "needed" in found.refused
    assert found.statistic is found.pvalue is found.effect is None
    assert found.used + sum(found.left_out.values()) == len(votes)


@pytest.mark.parametrize("test", INDICATORS)
@pytest.mark.parametrize(
    ("given_votes", "said"),
    [
        ([3, -1], "-1 at position 1"),
        ([3.5], "3.5 at position 0"),
        ([np.nan], "nan"),
        (["a"], "not numbers"),
        ([[1, 2]], "2 dimensions"),
        ([2.0**31], "2.14748e"),
    ],
)
def test_bad_input_says_what_was_found(test, given_votes, said):
    with pytest.raises(InputError) as caught:
        test(given_votes)
    assert said in str(caught.value)


@pytest.mark.parametrize("test", INDICATORS)
def test_clean_counts_are_rejected_one_time_in_twenty(test):
    assert_rejects_one_in_twenty(rejections(test))


@pytest.mark.parametrize("test", INDICATORS)
def test_invented_counts_are_found(test):
    votes = clean(1, 5000)
    assert test(votes).pvalue > 0.01
    made_up = votes.copy()
    made_up[:1000] = made_up[:1000] // 100 * 100 + 34  # second digit as it fell, pair 34
    if test is second_digit:
        made_up[:1000] = votes[:1000] // 100 * 100 + votes[:1000] % 10  # second digit 0
    assert test(made_up).pvalue < 1e-6


# Histogram


@given(st.lists(st.one_of(st.integers(0, 300), st.integers(0, 2**31 - 1)), max_size=50))
def test_histogram_holds_all_counts(votes):
    found = Histogram.of(np.array(votes, dtype=np.int64))
    assert np.repeat(found.values, found.stations).tolist() == sorted(votes)
    assert found.total == len(votes)
    for smallest in (0, 10, 1000):
        assert found.at_least(smallest) == sum(vote >= smallest for vote in votes)


# F501


def test_benford_second_digits():
    # METHODS.md: 0.1196793, 0.0849974, mean 4.1873897, variance 8.2537786 (Benford 1938).
    digits = np.arange(10)
    assert BENFORD_SECOND.sum() == pytest.approx(1, abs=1e-14)
    assert BENFORD_SECOND[0] == pytest.approx(0.1196793, abs=5e-8)
    assert BENFORD_SECOND[9] == pytest.approx(0.0849974, abs=5e-8)
    mean = BENFORD_SECOND @ digits
    assert mean == pytest.approx(4.1873897, abs=5e-8)
    assert BENFORD_SECOND @ (digits - mean) ** 2 == pytest.approx(8.2537786, abs=5e-8)
    assert (np.diff(BENFORD_SECOND) < 0).all()


@given(st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=60))
def test_second_digits_are_as_they_are_written(votes):
    found = second_digit(votes)
    written = Counter(str(vote)[1] for vote in votes if vote >= 10)
    assert found.digits.tolist() == [written[str(digit)] for digit in range(10)]
    total = sum(written.values())
    if total:
        assert found.mean == pytest.approx(sum(int(d) * k for d, k in written.items()) / total)
        expected = total * BENFORD_SECOND
        assert found.benford == pytest.approx(chisquare(found.digits, expected).statistic)
    else:
        assert np.isnan(found.mean)
        assert np.isnan(found.benford)


@given(st.lists(st.integers(0, 100_000), max_size=60))
def test_differences_sum_to_zero(votes):
    found = second_digit(votes)
    assert found.difference.sum() == pytest.approx(0, abs=1e-9 * max(len(votes), 1))
    assert np.abs(found.difference).sum() <= 4 * len(votes)


@pytest.mark.parametrize("count", [22, 25, 99, 100, 149, 505, 995, 4090, 4100, 73_210])
def test_expected_digits_are_those_of_drawn_jitters(count):
    """2K − K∘K by Monte Carlo; counts that fall below 22 are shared out by the observed digits."""
    rng = np.random.default_rng(count)
    runs = 400_000
    drawn = np.zeros((2, 10))
    for step in (0, 1):
        jitter = rng.normal(0, BANDWIDTH * np.sqrt(1 + step), runs)
        jittered, often = np.unique(np.floor(count * 10**jitter + 0.5), return_counts=True)
        second = [int(str(int(k))[1]) if k >= 22 else 10 for k in jittered]
        drawn[step] = np.bincount(second, often, 11)[:10] / runs
    kept = 2 * drawn[0] - drawn[1]
    own = np.arange(10) == int(str(count)[1])
    found = second_digit(np.full(10, count)).difference / 10
    assert found == pytest.approx(kept.sum() * own - kept, abs=4 * 3 * 0.5 / np.sqrt(runs))


def test_second_digit_statistic_is_of_the_sum_of_the_stations_terms():
    # Station by station, with the table of small counts and without it.
    votes = clean(3, 1400)
    found = second_digit(votes)
    terms = _terms(np.sort(votes))
    digit = np.bincount([int(str(v)[1]) for v in votes if v >= 22], minlength=10)
    terms = terms - terms.sum(axis=1, keepdims=True) * digit / digit.sum()
    total = terms.sum(axis=0)
    assert found.difference == pytest.approx(total, abs=1e-9)
    spread = np.cov(terms[:, 1:].T, bias=True) * len(terms)  # another nine of the ten
    statistic = total[1:] @ np.linalg.solve(spread, total[1:])
    assert found.statistic == pytest.approx(statistic, rel=1e-6)
    assert found.pvalue == pytest.approx(chi2.sf(statistic, 9), rel=1e-5)


def test_effect_grows_with_what_was_changed_and_does_not_exceed_it():
    # The altered counts are among those that say what to expect: less is seen than was done.
    votes = clean(4, 20_000)
    effects = []
    for dose in (0, 0.05, 0.1, 0.2):
        altered = votes.copy()
        first = altered[: int(dose * len(votes))]
        first[:] = first // 100 * 100 + first % 10
        effects.append(second_digit(altered).effect.value)
        assert dose / 3 < effects[-1] < dose + 0.02
    assert effects == sorted(effects)


@pytest.mark.parametrize("counts", [[250], [22], [23_456], [250, 251], [30, 31, 32, 300]])
def test_counts_without_second_digits_that_vary(counts):
    # All alike, their variance is nothing but rounding: no reason to reject with p = 0.
    found = second_digit(np.repeat(counts, 1000))
    assert "too much alike" in found.refused
    assert found.pvalue is None


def test_large_counts_like_small_ones():
    # Digits do not know of powers of ten; counts of ten thousands are not tabled.
    small = np.random.default_rng(1).integers(1000, 4000, 3000)
    found, large = second_digit(small), second_digit(small * 10)
    assert large.statistic == pytest.approx(found.statistic, rel=0.02)


@realdata
@pytest.mark.parametrize("version", [1, 2])
def test_benford_would_reject_genuine_sheets(version):
    # METHODS.md and the catalogue: the textbook χ² of EG is about 120 (5 % point: 16.9).
    found = second_digit(real_table(f"venezuela-2024-v{version}").figure("EG")[0])
    assert found.benford == pytest.approx(120, abs=5)
    assert found.pvalue > 0.05


# F502


@given(votes_of_many)
def test_last_digits_are_those_written_and_pearsons(votes):
    found = last_digit(votes)
    large = votes[votes >= 10]
    written = Counter(str(vote)[-1] for vote in large)
    assert found.digits.tolist() == [written[str(digit)] for digit in range(10)]
    assert found.used == len(large)
    if not found.refused:
        textbook = chisquare(found.digits)
        assert found.statistic == pytest.approx(textbook.statistic)
        assert found.pvalue == pytest.approx(textbook.pvalue)
        assert found.mean == pytest.approx((large % 10).mean())
        interval = binomtest(written["0"] + written["5"], len(large)).proportion_ci(0.95)
        assert found.effect.value == (written["0"] + written["5"]) / len(large)
        assert (found.effect.low, found.effect.high) == pytest.approx(tuple(interval))


def test_one_count_of_each_ending_is_uniform():
    found = last_digit(np.arange(10, 1010))
    assert (found.statistic, found.pvalue, found.mean) == (0, 1, 4.5)
    assert found.effect.value == 0.2


@realdata
@pytest.mark.parametrize(
    ("candidate", "statistic", "pvalue"), [("EG", 8.21, 0.513), ("NM", 10.92, 0.281)]
)
def test_last_digits_of_genuine_sheets(candidate, statistic, pvalue):
    # METHODS.md (computed): venezuela V1.
    found = last_digit(real_table("venezuela-2024-v1").figure(candidate)[0])
    assert found.statistic == pytest.approx(statistic, abs=0.005)
    assert found.pvalue == pytest.approx(pvalue, abs=0.0005)


# F503


def kind(vote):
    tens, ones = (int(digit) for digit in str(vote)[-2:])
    if tens == ones:
        return "repeated"
    return "adjacent" if abs(tens - ones) in (1, 9) else "other"


def test_of_a_hundred_pairs_ten_are_repeated_twenty_adjacent():
    found = digit_pairs(np.arange(100, 200))
    assert (found.repeated, found.adjacent, found.other) == (10, 20, 70)
    assert (found.statistic, found.pvalue) == (0, 1)


@given(votes_of_many)
def test_pairs_are_those_written_and_pearsons(votes):
    found = digit_pairs(votes)
    written = Counter(kind(vote) for vote in votes if vote >= 100)
    assert (found.repeated, found.adjacent, found.other) == tuple(
        written[name] for name in ("repeated", "adjacent", "other")
    )
    assert found.repeated + found.adjacent + found.other == found.used
    if not found.refused:
        counted = np.array([found.repeated, found.adjacent, found.other])
        textbook = chisquare(counted, found.used * np.array([0.1, 0.2, 0.7]))
        assert found.statistic == pytest.approx(textbook.statistic)
        assert found.pvalue == pytest.approx(textbook.pvalue)


def test_the_share_of_others_is_the_published_one():
    # METHODS.md: n = 116, P(X ≤ 72; 0.7) = 0.04106 (Beber & Scacco's form of the test, 2012).
    assert binom.cdf(72, 116, SHARES[2]) == pytest.approx(0.04106, abs=5e-6)
    assert binom.cdf(116, 116, SHARES[2]) == 1


def test_the_interval_of_none_of_ten():
    assert share_interval(0, 10) == (0, pytest.approx(0.3085, abs=5e-5))
