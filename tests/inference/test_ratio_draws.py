"""The stratified ratio estimator over draws: all of small populations, some of simulated ones."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tallyverify.inference.sampling.ratio import ratio

Ints = NDArray[np.int64]


def over_all_draws(
    y: Ints, x: Ints, stations: tuple[int, ...], count: tuple[int, ...]
) -> tuple[float, float, float]:
    """Return the mean total, its variance and the mean of the estimated variance over all draws."""
    code = np.repeat(np.arange(len(stations)), stations)
    choices = [combinations(np.flatnonzero(code == h), n) for h, n in enumerate(count)]
    totals, variances = [], []
    for draw in product(*choices):
        rows = np.concatenate([np.array(part) for part in draw])
        ours = ratio(y[rows], x[rows], code[rows], stations=stations)
        totals.append(ours.total[0])
        variances.append(ours.total_se[0] ** 2)
    return float(np.mean(totals)), float(np.var(totals)), float(np.mean(variances))


@pytest.mark.parametrize("seed", range(5))
def test_totals_and_their_variance_are_unbiased_over_all_draws(seed: int) -> None:
    """Cochran (1977), theorems 5.3 and 5.5: exactly so, with the factor 1 − n/N."""
    rng = np.random.default_rng(seed)
    y, x = rng.integers(0, 300, 11), np.full(11, 300)
    mean, variance, estimated = over_all_draws(y, x, (5, 4, 2), (2, 3, 2))
    assert mean == pytest.approx(y.sum(), rel=1e-12)
    assert estimated == pytest.approx(variance, rel=1e-12)


@pytest.mark.parametrize(
    ("stations", "count"),
    [((4, 5, 3), (1, 2, 1)), ((2, 6), (1, 2)), ((3, 3, 3), (1, 1, 1)), ((2, 2), (1, 1))],
)
@pytest.mark.parametrize("level", [0, 50])
def test_joined_strata_never_make_the_variance_too_small(
    stations: tuple[int, ...], count: tuple[int, ...], level: int
) -> None:
    """Over all draws, whether strata are alike (level 0) or far apart, and unequally spread."""
    code = np.repeat(np.arange(len(stations)), stations)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        spread = rng.choice([10, 10, 100], len(stations))[code]
        y = rng.integers(0, spread) + level * code
        mean, variance, estimated = over_all_draws(y, np.full(len(code), 300), stations, count)
        assert mean == pytest.approx(y.sum(), rel=1e-12)
        assert estimated >= variance * (1 - 1e-12)


def test_joined_strata_keep_their_weights_and_widen_the_error() -> None:
    # Every pair of draws: one of stratum 0 (N = 6), two of stratum 1 (N = 6).
    rng = np.random.default_rng(5)
    x = rng.integers(300, 400, 12).astype(float)
    y = np.round(x * rng.uniform(0.4, 0.6, 12))
    points, variances = [], []
    for first in range(6):
        for pair in combinations(range(6, 12), 2):
            rows = [first, *pair]
            ours = ratio(y[rows], x[rows], [0, 1, 1], stations=[6, 6])
            points.append(ours.ratio[0])
            variances.append(ours.cov[0, 0])
            assert ours.collapsed == ((0, 1),)
            assert ours.df == 2
            expanded = 6 * y[first] + 3 * y[list(pair)].sum()
            assert ours.total[0] == pytest.approx(expanded)
    assert "0 with 1" in ours.words
    # On the average above the true variance over all draws.
    assert np.mean(variances) > np.var(points)
    assert np.mean(points) == pytest.approx(y.sum() / x.sum(), abs=0.002)


def election(rng: np.random.Generator) -> tuple[Ints, Ints, Ints, Ints]:
    """Three strata that differ in size, turnout and shares, as a population."""
    stations = np.array([120, 200, 80])
    code = np.repeat(np.arange(3), stations)
    valid = rng.integers(80, 600, len(code))
    share = np.clip(np.array([0.35, 0.55, 0.7])[code] + rng.normal(0, 0.08, len(code)), 0, 1)
    first = rng.binomial(valid, share)
    second = rng.binomial(valid - first, 0.8)
    return np.column_stack([first, second, valid - first - second]), valid, code, stations


def draw(rng: np.random.Generator, code: Ints, count: list[int]) -> Ints:
    rows = [rng.choice(np.flatnonzero(code == h), n, replace=False) for h, n in enumerate(count)]
    return np.concatenate(rows)


@pytest.mark.parametrize("known", [False, True])
def test_intervals_hold_the_truth_as_often_as_they_say(known: bool) -> None:
    rng = np.random.default_rng(20240728)
    votes, valid, code, stations = election(rng)
    shares = votes.sum(axis=0) / valid.sum()
    truth = np.array([*shares, shares[0] - shares[1]])
    options: dict[str, Any] = {}
    if known:
        options = {"size": np.bincount(code, valid), "form": "separate"}
    held, points, variances = np.zeros(4), [], []
    draws = 2000
    for _ in range(draws):
        rows = draw(rng, code, [30, 40, 24])
        ours = ratio(votes[rows], valid[rows], code[rows], stations=stations, **options)
        margin = ours.contrast([1, -1, 0])
        low, high = np.append(ours.low, margin.low), np.append(ours.high, margin.high)
        held += (low <= truth) & (truth <= high)
        points.append(np.append(ours.ratio, margin.estimate))
        variances.append(np.append(ours.se, margin.se) ** 2)
    coverage = held / draws
    assert (coverage > 0.93).all()
    assert (coverage < 0.97).all()
    deviation = np.std(points, axis=0)
    assert (abs(np.mean(points, axis=0) - truth) < 0.1 * deviation).all()
    np.testing.assert_allclose(np.sqrt(np.mean(variances, axis=0)), deviation, rtol=0.06)


def test_splitting_a_stratum_at_random_changes_nothing_systematic() -> None:
    rng = np.random.default_rng(7)
    votes, valid, code, stations = election(rng)
    # The halves of stratum 1, drawn before the sample is, as strata 1 and 3.
    halves = code.copy()
    halves[rng.permutation(np.flatnonzero(code == 1))[:100]] = 3
    whole, split, ratios = [], [], []
    for _ in range(400):
        rows = draw(rng, halves, [30, 20, 24, 20])
        parts = ratio(votes[rows], valid[rows], halves[rows], stations=[120, 100, 80, 100])
        one = ratio(votes[rows], valid[rows], code[rows], stations=stations)
        whole.append(one.ratio)
        split.append(parts.ratio)
        ratios.append(parts.se / one.se)
        assert parts.df == one.df - 1
    np.testing.assert_allclose(np.mean(split, axis=0), np.mean(whole, axis=0), atol=1e-12)
    np.testing.assert_allclose(np.mean(ratios, axis=0), 1, atol=0.03)


def test_few_stations_beside_a_census_still_hold_the_truth() -> None:
    """Eight of 60 stations, and all 300 of another stratum: the error is that of the eight."""
    rng = np.random.default_rng(11)
    stations = np.array([60, 300])
    code = np.repeat([0, 1], stations)
    valid = rng.integers(80, 600, 360)
    share = np.where(code == 0, 0.4, 0.6) + rng.normal(0, 0.1, 360)
    votes = rng.binomial(valid, np.clip(share, 0, 1))
    truth, held, draws = votes.sum() / valid.sum(), 0, 1500
    for _ in range(draws):
        rows = draw(rng, code, [8, 300])
        ours = ratio(votes[rows], valid[rows], code[rows], stations=stations)
        held += bool(ours.low[0] <= truth <= ours.high[0])
    assert 0.93 < held / draws < 0.97
