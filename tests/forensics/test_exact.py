"""Exact binomial sums against enumeration in whole numbers, and tails against convolution."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb, prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from tallyverify.errors import InputError
from tallyverify.forensics.shares.exact import (
    _table,
    binomial_pmf,
    count_tail,
    redrawn_pmf,
    smooth_chances,
    twiced,
    window_sums,
)

INTEGERS = np.arange(0, 2001, 20)
COARSE = np.arange(100, 2000, 100)
CUT = {1: 2e-8, 2: 4e-6}  # what the tails left out of a sum hold at most, by draws

small_stations = st.integers(1, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
stations = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
chances = st.lists(st.floats(0, 1), min_size=1, max_size=9)


def columns(rows):
    x, n = np.array(rows, dtype=np.int64).T
    return x, n


def window_probability(x, n, targets, tolerance, draws=1):
    """Each station's probability to lie at a target."""
    return window_sums(x, n, targets, tolerance, draws=draws)[0]


def totals(x, n, targets, tolerance, draws=1):
    """Stations expected at each target."""
    return window_sums(x, n, targets, tolerance, draws=draws)[1]


def smoothed(x, n, targets, tolerance):
    """The same, twiced."""
    return twiced(totals(x, n, targets, tolerance), totals(x, n, targets, tolerance, draws=2))


def one_draw(k, n, x):
    """Binomial(n, x/n), in fractions."""
    p = Fraction(x, n)
    return comb(n, k) * p**k * (1 - p) ** (n - k)


def rising(a, k):
    return prod((a + j for j in range(k)), start=Fraction(1))


def beta_binomial(k, n, x):
    """With mean x and parameters that sum to n - 1, in fractions."""
    if x in (0, n) or n == 1:
        return one_draw(k, n, x)
    a, b = Fraction(x * (n - 1), n), Fraction((n - x) * (n - 1), n)
    return comb(n, k) * rising(a, k) * rising(b, n - k) / rising(a + b, n)


def drawn_twice(k, n, x):
    """Binomial(n, Y/n) with Y ~ Binomial(n, x/n), in fractions."""
    return sum(one_draw(y, n, x) * one_draw(k, n, y) for y in range(n + 1))


def enumerated(n, x, targets, tolerance, pmf):
    """P(100 k / n near a target), every outcome looked at in whole numbers."""
    return sum(
        pmf(k, n, x)
        for k in range(n + 1)
        if any(abs(2000 * k - int(t) * n) <= tolerance * n for t in targets)
    )


# Probabilities


@given(stations, st.floats(0, 1))
def test_binomial_is_scipys(station, p):
    _, n = station
    k = np.arange(n + 1)
    found = binomial_pmf(k, np.full(n + 1, n), np.full(n + 1, p))
    assert found == pytest.approx(binom.pmf(k, n, p), rel=1e-8, abs=1e-13)
    assert found.sum() == pytest.approx(1, abs=1e-9)


@given(st.integers(2, 400), st.floats(1e-6, 1 - 1e-6))
def test_redrawn_sums_to_one_with_the_stated_mean_and_variance(n, p):
    k = np.arange(n + 1)
    found = redrawn_pmf(k, np.full(n + 1, n), np.full(n + 1, p))
    assert found.sum() == pytest.approx(1, abs=1e-8)
    mean = found @ k
    assert mean == pytest.approx(n * p, rel=1e-6)
    # Var X = E Var(X | Y) + Var Y = (n - 1) p q + n p q.
    assert found @ (k - mean) ** 2 == pytest.approx((2 * n - 1) * p * (1 - p), rel=1e-5)


@given(st.integers(1, 12).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_redrawn_has_the_moments_of_two_draws(station):
    x, n = station
    k = np.arange(n + 1)
    found = redrawn_pmf(k, np.full(n + 1, n), np.full(n + 1, x / n))
    exact = np.array([float(drawn_twice(int(j), n, x)) for j in k])
    assert found @ k == pytest.approx(exact @ k, abs=1e-10)
    assert found @ k**2 == pytest.approx(exact @ k**2, abs=1e-9)
    if n == 1:
        assert found == pytest.approx(exact)


# Windows


@pytest.mark.parametrize(("targets", "tolerance"), [(INTEGERS, 1), (COARSE, 1), (COARSE, 20)])
@pytest.mark.parametrize(("draws", "pmf"), [(1, one_draw), (2, beta_binomial)])
@given(rows=st.lists(small_stations, min_size=1, max_size=4))
@settings(max_examples=25)
def test_windows_by_enumeration(targets, tolerance, draws, pmf, rows):
    x, n = columns(rows)
    found = window_probability(x, n, targets, tolerance, draws=draws)
    exact = [float(enumerated(size, of, targets, tolerance, pmf)) for of, size in rows]
    assert found == pytest.approx(exact, abs=CUT[draws])
    by_target = [
        sum(float(enumerated(size, of, [t], tolerance, pmf)) for of, size in rows) for t in targets
    ]
    assert totals(x, n, targets, tolerance, draws) == pytest.approx(
        by_target, abs=len(rows) * CUT[draws]
    )


@given(stations)
@settings(max_examples=50)
def test_windows_of_large_stations_leave_out_next_to_nothing(station):
    x, n = station
    k = np.arange(n + 1)
    near = (np.abs(2000 * k[:, None] - INTEGERS * n) <= n).any(axis=1)
    exact = binom.pmf(k[near], n, x / n).sum()
    (found,) = window_probability(np.array([x]), np.array([n]), INTEGERS, 1)
    assert -1e-10 <= exact - found <= CUT[1]


@given(st.lists(stations, min_size=1, max_size=40), st.sampled_from([1, 2]))
def test_stations_and_targets_add_up_to_the_same(rows, draws):
    x, n = columns(rows)
    each, at_target = window_sums(x, n, INTEGERS, 1, draws=draws)
    assert ((each >= 0) & (each <= 1)).all()
    assert each.sum() == pytest.approx(at_target.sum(), rel=1e-9)


@given(st.lists(stations, min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_windows_do_not_depend_on_the_order(rows, random):
    x, n = columns(rows)
    order = np.array(random.sample(range(len(rows)), len(rows)))
    each = window_probability(x, n, INTEGERS, 1)
    assert (window_probability(x[order], n[order], INTEGERS, 1) == each[order]).all()
    shuffled = smoothed(x[order], n[order], COARSE, 1)
    assert shuffled == pytest.approx(smoothed(x, n, COARSE, 1), rel=1e-12, abs=1e-15)


def test_terms_are_the_same_however_they_are_cut(monkeypatch):
    rng = np.random.default_rng(1)
    n = rng.integers(1, 900, 500)
    x = rng.binomial(n, rng.beta(2, 3, 500))
    whole = window_probability(x, n, INTEGERS, 1)
    monkeypatch.setattr("tallyverify.forensics.shares.exact._CHUNK", 97)
    assert (window_probability(x, n, INTEGERS, 1) == whole).all()


# Twicing


def exponential(scale):
    return lambda rng, size: np.minimum(rng.exponential(scale, size), 0.99)


def peak(sd):
    return lambda rng, size: rng.normal(0.5, sd, size).clip(0, 1)


def biases(shares, place, elections=60):
    """By election, stations expected less those observed: one draw, and twiced."""
    rng = np.random.default_rng(5)
    at = np.array([place])
    found = []
    for _ in range(elections):
        n = rng.integers(200, 400, 20_000)
        x = rng.binomial(n, shares(rng, 20_000))
        observed = (np.abs(2000 * x - place * n) <= 10 * n).sum()
        expected = totals(x, n, at, 10)[0], smoothed(x, n, at, 10)[0]
        found.append(np.array(expected) - observed)
    return np.array(found).T


# An exponential tail, as of a small party: drawn anew, too many reach far out. The top of a peak:
# drawn anew, it is lower than it was.
@pytest.mark.parametrize(
    ("shares", "place", "off"),
    [(exponential(0.03), 200, +1), (peak(0.06), 1000, -1)],
    ids=["exponential", "curved"],
)
def test_twicing_takes_off_the_bias_of_drawing_anew(shares, place, off):
    single, twiced = biases(shares, place)
    error = single.std(ddof=1) / np.sqrt(len(single))
    assert off * single.mean() > 5 * error
    assert abs(twiced.mean()) < 3 * twiced.std(ddof=1) / np.sqrt(len(twiced))


@pytest.mark.parametrize(
    ("shares", "place", "off"),
    [(exponential(0.012), 100, +1), (peak(0.03), 1000, -1)],
    ids=["exponential", "curved"],
)
def test_shares_as_narrow_as_their_noise_leave_a_third_of_it(shares, place, off):
    # Beyond the first order: twicing helps, and no more is claimed.
    single, twiced = biases(shares, place)
    assert off * single.mean() > 15 * single.std(ddof=1) / np.sqrt(len(single))
    assert abs(twiced.mean()) < abs(single.mean()) / 3


def test_twicing_is_the_square_of_one_by_the_other_and_0_of_nothing():
    assert twiced(np.array([3.0, 0.0]), np.array([4.5, 0.0])).tolist() == [2, 0]


def test_twicing_leaves_an_even_spread_alone():
    n = np.full(1001, 1000)
    x = np.arange(1001)
    assert smoothed(x, n, np.array([1000]), 1) == pytest.approx(1, rel=1e-5)


def test_more_people_than_any_place_has_are_refused(monkeypatch):
    monkeypatch.setattr("tallyverify.forensics.shares.exact._LARGEST_TABLE", 4096)
    _table.cache_clear()
    one = np.array([1])
    assert binomial_pmf(one, np.array([4095]), np.array([0.5])) == pytest.approx(0, abs=1e-300)
    with pytest.raises(InputError, match="more than 4,096 people in one place"):
        binomial_pmf(one, np.array([4096]), np.array([0.5]))


def test_probabilities_at_the_ends():
    x, n = np.array([0, 1, 2, 2, 0, 0, 5]), np.array([0, 1, 2, 2, 3, 4, 5])
    p = np.array([0.3, 1.0, 0.5, 0.0, 0.0, 1.0, 1.0])
    assert binomial_pmf(x, n, p).tolist() == pytest.approx([1, 1, 0.25, 0, 1, 0, 1])
    one = np.array([0, 1, 1]), np.array([1, 1, 2]), np.array([0.3, 0.3, 0.5])
    # Of one voter a second draw changes nothing; of two, the beta has the parameters 1/2 and 1/2.
    assert redrawn_pmf(*one).tolist() == pytest.approx([0.7, 0.3, 0.25])


def test_chances_are_scaled_to_what_is_expected_and_terms_sum_to_it():
    n = np.full(60, 400)
    x = np.arange(150, 210)
    chances, once = window_sums(x, n, COARSE, 1)
    doubled, twice = window_sums(x, n, COARSE, 1, draws=2)
    scaled, terms, expected = smooth_chances(x, n, COARSE, 1)
    assert expected == pytest.approx(twiced(once, twice))
    assert scaled == pytest.approx(chances * expected.sum() / once.sum())
    assert terms == pytest.approx(2 * chances - doubled)
    # Nothing near a target is nothing, and a chance is never more than 1.
    far = smooth_chances(np.array([0]), np.array([500]), COARSE, 1)
    assert [float(part.sum()) for part in far] == [0, 0, 0]
    sure = smooth_chances(np.array([1, 1]), np.array([1, 1]), np.array([2000]), 1)
    assert sure[0].tolist() == [1, 1]


def test_nothing_is_expected_where_nothing_is_near():
    x, n = np.array([0, 0, 500]), np.array([500, 300, 500])
    assert (smoothed(x, n, COARSE, 1) == 0).all()


# Tails


def convolved(p):
    """The distribution of a sum of indicators, one by one."""
    chance = np.ones(1)
    for one in p:
        chance = np.convolve(chance, [1 - one, one])
    return chance


@given(chances, st.integers(-1, 11))
def test_tail_by_enumeration(p, observed):
    exact = sum(
        prod(one if hit else 1 - one for one, hit in zip(p, outcome, strict=True))
        for outcome in product([False, True], repeat=len(p))
        if sum(outcome) >= observed
    )
    assert count_tail(observed, np.array(p)) == pytest.approx(float(exact), abs=1e-12)


@given(chances, st.randoms(use_true_random=False))
def test_tail_is_bounded_falls_and_knows_no_order(p, random):
    p = np.array(p)
    tails = [count_tail(k, p) for k in range(-1, len(p) + 3)]
    assert all(0 <= tail <= 1 for tail in tails)
    assert tails == sorted(tails, reverse=True)
    assert tails[0] == tails[1] == 1
    assert tails[-1] == 0
    shuffled = np.array(random.sample(list(p), len(p)))
    assert count_tail(len(p) // 2, shuffled) == count_tail(len(p) // 2, p)


@pytest.mark.parametrize("size", [50, 600, 601, 4000])
@pytest.mark.parametrize("p", [0.003, 0.1, 0.5, 0.9])
def test_equal_chances_are_binomial(size, p):
    sd = np.sqrt(size * p * (1 - p))
    places = np.unique(np.round(size * p + sd * np.linspace(-4, 8, 25)).astype(int).clip(1, size))
    found = [count_tail(int(k), np.full(size, p)) for k in places]
    # By hand all digits; by saddlepoint as good as the docstring has it.
    rel = 1e-9 if size <= 600 else 5e-3 if size * p >= 5 else 1e-2
    assert found == pytest.approx(binom.sf(places - 1, size, p), rel=rel, abs=1e-15)


@pytest.mark.parametrize("seed", range(4))
def test_unlike_chances_far_out(seed):
    rng = np.random.default_rng(seed)
    p = rng.beta(0.4, 3, 900)
    exact = convolved(p)
    mean, sd = p.sum(), np.sqrt((p * (1 - p)).sum())
    for z in (-3, -0.5, -0.01, 0.0, 0.02, 1, 2, 4, 6):
        k = round(mean + z * sd)
        assert count_tail(k, p) == pytest.approx(exact[k:][::-1].sum(), rel=5e-3)


@pytest.mark.parametrize("size", [40, 600, 601, 2000])
def test_between_whole_numbers_is_between_their_tails(size):
    # Halfway is the mid-p: half of the number itself, and all above.
    p = np.random.default_rng(size).beta(1, 9, size)
    exact = np.append(np.cumsum(convolved(p)[::-1])[::-1], 0)
    rel = 1e-9 if size <= 600 else 5e-3
    for k in np.unique(np.linspace(0, p.sum() + 25, 12).astype(int).clip(0, size - 1)):
        middle = (exact[k] + exact[k + 1]) / 2
        assert count_tail(k + 0.5, p) == pytest.approx(middle, rel=rel), k
        parts = [count_tail(k + part, p) for part in (0.0, 0.2, 0.5, 0.9, 1.0)]
        assert parts == sorted(parts, reverse=True)
        assert 0 <= min(parts) <= max(parts) <= 1


def test_less_than_one_of_many():
    p = np.full(700, 0.002)
    none = 0.998**700
    assert [count_tail(k, p) for k in (0.0, 0.3, 0.5)] == pytest.approx(
        [1, 1 - 0.3 * none, 1 - 0.5 * none], rel=1e-2
    )


def test_the_saddlepoint_falls_through_the_mean():
    p = np.random.default_rng(2).beta(1, 5, 700)
    tails = [count_tail(k, p) for k in range(701)]
    assert np.all(np.diff(tails) <= 0)
    assert (tails[0], tails[1]) == (1, pytest.approx(1))


def test_certain_and_impossible_ones():
    p = np.r_[np.ones(3), np.zeros(5), 0.5]
    assert [count_tail(k, p) for k in (3, 4, 5)] == [1, 0.5, 0]
    many = np.r_[np.ones(700), np.zeros(700)]
    assert [count_tail(k, many) for k in (700, 701)] == [1, 0]
    assert count_tail(0, np.zeros(0)) == 1
    assert count_tail(1, np.zeros(0)) == 0


def test_hardly_possible_ones_in_number():
    # 650 of 700 at 1e-30 each: about 1e-19400, nothing that a float could hold.
    assert count_tail(650, np.full(700, 1e-30)) == 0
    assert count_tail(2, np.full(700, 1 - 1e-16)) == 1
    assert count_tail(700, np.full(700, 0.999)) == pytest.approx(0.999**700)
