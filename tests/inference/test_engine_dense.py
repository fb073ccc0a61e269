"""The pass over the tree against dense matrices, least squares and simulated deviations."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tallyverify.inference.prediction import area_prediction
from tallyverify.inference.prediction import unseen_totals as prediction
from tallyverify.inference.prediction.area_prediction import predict_unseen_by_area
from tallyverify.inference.prediction.area_tree import AreaTree
from tallyverify.inference.prediction.hierarchy import Upward, upward
from tallyverify.inference.prediction.population import Population
from tallyverify.inference.prediction.smallest_areas import VarianceComponents
from tallyverify.inference.prediction.unseen_totals import (
    fit_working_spread,
    predict_unseen,
    predicted_rates,
    station_weights,
)
from tests.inference.test_engine import population_of

Floats = NDArray[np.float64]


def bare(population: Population) -> list[Floats]:
    """Return designs without a covariate."""
    tree = population.tree
    return [np.zeros((tree.units(depth), 0)) for depth in range(1, tree.depth + 1)]


def spread_of(rng: np.random.Generator, levels: int, zero: bool = False) -> VarianceComponents:
    """Return working variances; one of the levels without a variance, if asked."""
    areas = [np.array([value]) for value in rng.uniform(0.0005, 0.01, levels)]
    if zero and levels:
        areas[int(rng.integers(levels))][:] = 0.0
    return VarianceComponents(
        tuple(areas),
        np.array([rng.uniform(0.001, 0.01)]),
        np.array([rng.uniform(0.1, 0.5)]),
        (9.0,) * (levels + 1),
    )


def covariance(tree: AreaTree, size: Floats, spread: VarianceComponents, column: int = 0) -> Floats:
    """Return the covariance matrix of all stations' rates, from who lies where."""
    whole = np.diag(spread.station[column] + spread.voter[column] / size)
    for depth in range(1, tree.depth):
        at = tree.of_station(depth)
        whole += spread.areas[depth - 1][column] * (at[:, None] == at[None, :])
    return whole


@dataclasses.dataclass(frozen=True)
class Dense:
    """GLS mean, BLUP and prediction-error variance by the textbook's matrices.

    Rao & Molina (2015), Small Area Estimation, section 5.2: for k'y of the unseen, the weights are
    k'V_us V_ss⁻¹ + (k'1 − k'V_us V_ss⁻¹ 1) (1'V_ss⁻¹ 1)⁻¹ 1'V_ss⁻¹, and the variance of the error
    k'(V_uu − V_us V_ss⁻¹ V_su) k + (k'1 − k'V_us V_ss⁻¹ 1)² (1'V_ss⁻¹ 1)⁻¹.
    """

    mean: Floats
    rates: Floats
    weights: Floats
    variance: float

    @classmethod
    def of(
        cls, population: Population, rates: Floats, spread: VarianceComponents, asked: Any
    ) -> Dense:
        seen, unseen = population.seen, np.asarray(asked)
        v = covariance(population.tree, population.size, spread)
        inverse = np.linalg.inv(v[np.ix_(seen, seen)])
        across = v[np.ix_(unseen, seen)] @ inverse
        scale = inverse.sum()
        mean = inverse.sum(axis=0) @ rates[seen] / scale
        k = population.size[unseen]
        left = k.sum() - k @ across.sum(axis=1)
        inner = v[np.ix_(unseen, unseen)] - across @ v[np.ix_(seen, unseen)]
        weights = np.zeros(len(population))
        weights[seen] = k @ across + left * inverse.sum(axis=0) / scale
        predicted = mean + across @ (rates[seen] - mean)
        return cls(mean, predicted, weights, float(k @ inner @ k + left**2 / scale))


@settings(max_examples=60)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([(), (4,), (3, 4), (2, 3, 3), (1, 5)]),
    st.booleans(),
)
def test_mean_rates_and_weights_are_those_of_dense_matrices(
    seed: int, areas: tuple[int, ...], zero: bool
) -> None:
    population = population_of(seed, 40, areas, unseen=0.5)
    work = spread_of(np.random.default_rng(seed), len(areas), zero)
    rates = population.votes / population.size[:, None]
    designs = bare(population)
    dense = Dense.of(population, rates, work, population.wanted)
    climbed = upward(population.tree, population.size, population.seen, rates, designs, work)
    np.testing.assert_allclose(climbed.value[0][0], dense.mean, rtol=1e-9)
    ours = predicted_rates(population, climbed, designs, population.wanted)
    np.testing.assert_allclose(ours, dense.rates, rtol=1e-9, atol=1e-12)
    weights = station_weights(population, climbed)
    scale = population.size.sum()
    np.testing.assert_allclose(weights, dense.weights, rtol=1e-9, atol=1e-12 * scale)
    assert not weights[~population.seen].any()
    asked = population.size[population.wanted]
    assert weights.sum() == pytest.approx(asked.sum(), rel=1e-9)
    np.testing.assert_allclose(weights @ rates, asked @ dense.rates, rtol=1e-9)
    for share, depth in zip(climbed.share, range(1, population.tree.depth + 1), strict=True):
        sums = population.tree.up(depth, share)
        np.testing.assert_allclose(sums[sums > 0], 1.0)


def fixed(
    monkeypatch: pytest.MonkeyPatch, module: Any, work: VarianceComponents, columns: int
) -> None:
    """Let a module find the working variances again, instead of estimates by column."""
    wide = VarianceComponents(
        tuple(np.repeat(area, columns) for area in work.areas),
        np.repeat(work.station, columns),
        np.repeat(work.voter, columns),
        work.freedom,
    )

    def climbed(*args: Any, **options: Any) -> Upward:
        return dataclasses.replace(upward(*args, **options), spread=wide)

    monkeypatch.setattr(module, "upward", climbed)


@pytest.mark.parametrize("areas", [(), (4,), (3, 4), (2, 3, 3), (1, 5)])
@pytest.mark.parametrize("seed", range(4))
def test_the_variance_is_the_exact_one_of_dense_matrices(
    monkeypatch: pytest.MonkeyPatch, areas: tuple[int, ...], seed: int
) -> None:
    population = population_of(seed, 40, areas, unseen=0.5)  # too few for slopes
    work = spread_of(np.random.default_rng(seed), len(areas))
    fixed(monkeypatch, prediction, work, 3)
    dense = Dense.of(
        population, population.votes / population.size[:, None], work, ~population.seen
    )
    found = predict_unseen(population, population.votes, work)
    np.testing.assert_allclose(found.variance, dense.variance, rtol=1e-9)
    np.testing.assert_allclose(found.parts.sum(axis=0), found.variance)
    assert found.parts.shape == (len(areas) + 1, 3)
    np.testing.assert_allclose(
        found.totals, found.weights @ (population.votes / population.size[:, None])
    )
    free = np.full(3, found.variance[0] ** 2 / (found.parts[:, 0] ** 2 / 9).sum())
    np.testing.assert_allclose(found.freedom, free)


@pytest.mark.parametrize("areas", [(4,), (3, 4), (2, 3, 3), (1, 5)])
@pytest.mark.parametrize("seed", range(4))
def test_the_variance_of_each_area_is_the_exact_one_of_dense_matrices(
    monkeypatch: pytest.MonkeyPatch, areas: tuple[int, ...], seed: int
) -> None:
    population = population_of(seed, 40, areas, unseen=0.5)
    some = population.tree.of_station(len(areas)) == 0
    population = population.hiding(some)  # not all unseen are asked for
    everything = dataclasses.replace(population, asked=~population.seen)
    work = spread_of(np.random.default_rng(seed), len(areas))
    fixed(monkeypatch, area_prediction, work, 3)
    rates = np.where(population.seen[:, None], population.votes, 0) / population.size[:, None]
    for one in (population, everything):
        found = predict_unseen_by_area(one, one.votes, work)
        for area in range(one.tree.units(1)):
            asked = one.wanted & (one.tree.of_station(1) == area)
            dense = Dense.of(one, rates, work, asked)
            scale = one.size.sum()
            np.testing.assert_allclose(
                found.variance[area], dense.variance, rtol=1e-9, atol=1e-12 * scale
            )
            total = one.size[asked] @ dense.rates
            np.testing.assert_allclose(found.totals[area], total, rtol=1e-9, atol=1e-12 * scale)


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.sampled_from([(), (4,), (3, 4), (2, 3, 3)]))
def test_the_error_is_what_its_coefficients_say(seed: int, areas: tuple[int, ...]) -> None:
    """With spreads by column, and slopes: Var(Σ w y − Σ n y) = c'Vc, c summing to zero."""
    population = population_of(seed, 140, areas)
    work = fit_working_spread(population)
    found = predict_unseen(population, population.votes, work)
    c = found.weights - population.wanted_size
    assert abs(c.sum()) < 1e-9 * population.size.sum()
    rates = population.votes / population.size[:, None]
    climbed = upward(
        population.tree, population.size, population.seen, rates, population.designs, work
    )
    for column in range(3):
        v = covariance(population.tree, population.size, climbed.spread, column)
        np.testing.assert_allclose(found.variance[column], c @ v @ c, rtol=1e-9)


def regular(rng: np.random.Generator, draws: int) -> tuple[Population, Floats, VarianceComponents]:
    """30 regions of 4 towns of 4 stations; many draws of one vote with known variances."""
    region, town = np.repeat(np.arange(30), 16), np.tile(np.repeat(np.arange(4), 4), 30)
    tree = AreaTree.of([region, town])
    size = np.exp(rng.uniform(3.0, 7.5, 480))
    truth = VarianceComponents(
        (np.array([0.03**2]), np.array([0.04**2])), np.array([0.03**2]), np.array([0.2]), ()
    )
    rates = 0.4 + rng.normal(0, 0.03, (30, draws))[tree.of_station(1)]
    rates += rng.normal(0, 0.04, (120, draws))[tree.of_station(2)]
    rates += rng.normal(0, 1, (480, draws)) * np.sqrt(0.03**2 + 0.2 / size)[:, None]
    seen = (rng.random(480) < 0.7) & (rng.random(120) < 0.85)[tree.of_station(2)]
    votes = np.where(seen[:, None], rates * size[:, None], 0.0)
    return Population(tree, size, seen, votes, ("A", "B"), ("region", "town")), rates, truth


def test_spreads_are_unbiased_and_errors_are_as_large_as_said() -> None:
    rng = np.random.default_rng(11)
    draws = 3000
    population, rates, truth = regular(rng, draws)
    tree, size = population.tree, population.size
    found = upward(tree, size, population.seen, rates, bare(population), truth).spread
    # Means over 3,000 draws have errors of some 0.5 to 1 %.
    for ours, true in zip(
        (*found.areas, found.station, found.voter),
        (*truth.areas, truth.station, truth.voter),
        strict=True,
    ):
        assert ours.mean() == pytest.approx(true[0], rel=0.03)
    towns = tree.up(3, population.seen.astype(float))
    assert found.freedom[2] == (towns[towns >= 2] - 1).sum()
    assert found.freedom[0] == 29

    without = dataclasses.replace(population)
    without.__dict__["designs"] = tuple(bare(population))
    told = predict_unseen(without, population.votes, truth)
    off = told.totals - size[~population.seen] @ rates[~population.seen]
    square = float((off**2).mean())
    assert square == pytest.approx(float(told.variance.mean()), rel=0.08)
    assert abs(off.mean()) < 4 * np.sqrt(square / draws)
    by_area = predict_unseen_by_area(without, population.votes, truth)
    at = tree.of_station(1)
    gone = np.stack([(size * ~population.seen * (at == a)) @ rates for a in range(30)])
    ratio = ((by_area.totals - gone) ** 2).mean(axis=1) / by_area.variance.mean(axis=1)
    np.testing.assert_allclose(ratio, 1.0, atol=0.16)  # 30 areas, 2.6 % each


def test_the_working_spread_is_the_sum_over_candidates() -> None:
    rng = np.random.default_rng(3)
    population, _, truth = regular(rng, 400)
    work = fit_working_spread(population)
    for ours, true in zip(
        (*work.areas, work.station, work.voter),
        (*truth.areas, truth.station, truth.voter),
        strict=True,
    ):
        assert ours.shape == (1,)
        assert ours[0] == pytest.approx(400 * true[0], rel=0.1)


# Covariates


def weighted_ols(y: Floats, x: Floats, group: Any, weight: Floats) -> tuple[Floats, Floats, int]:
    """Return slopes, their standard errors and degrees of freedom, with a constant by group."""
    used = weight > 0
    dummies = (group[used][:, None] == np.unique(group[used])[None, :]).astype(float)
    root = np.sqrt(weight[used])
    design = np.column_stack([dummies, x[used]]) * root[:, None]
    left = y[used] * root
    solved, *_ = np.linalg.lstsq(design, left, rcond=None)
    free = len(left) - design.shape[1]
    residual = ((left - design @ solved) ** 2).sum() / free
    error = np.sqrt(residual * np.diag(np.linalg.inv(design.T @ design)))
    return solved[dummies.shape[1] :], error[dummies.shape[1] :], free


def test_slopes_are_those_of_least_squares_within_areas() -> None:
    rng = np.random.default_rng(4)
    population, rates, work = regular(rng, 1)
    tree, size, seen = population.tree, population.size, population.seen
    designs = [rng.normal(0, 1, (tree.units(depth), 2)) for depth in (1, 2, 3)]
    rates = rates + 0.05 * designs[2][:, [0]] + 0.1 * designs[1][:, [1]][tree.of_station(2)]
    climbed = upward(tree, size, seen, rates, designs, work)
    weight = np.where(seen, 1 / (work.station + work.voter / size), 0.0)
    slope, _, _ = weighted_ols(rates[:, 0], designs[2], tree.of_station(2), weight)
    np.testing.assert_allclose(climbed.slopes[2][:, 0], slope, rtol=1e-7)
    assert slope[0] == pytest.approx(0.05, abs=0.01)
    # Towns within regions: by the inverse variance of what was seen of each.
    left = rates[:, 0] - designs[2] @ slope
    precision = np.bincount(tree.of_station(2), weight)
    mean = np.bincount(tree.of_station(2), weight * left) / np.where(precision > 0, precision, 1)
    town = precision / (1 + work.areas[1] * precision)
    slope, _, _ = weighted_ols(mean, designs[1], tree.parent(2), town)
    np.testing.assert_allclose(climbed.slopes[1][:, 0], slope, rtol=1e-7)
    assert slope[1] == pytest.approx(0.1, abs=0.02)
    assert not climbed.slopes[0].any()  # 30 regions are too few


@pytest.mark.parametrize(("tie", "low", "high"), [(0.0, 0, 0), (0.06, 0.2, 0.8), (0.4, 0.95, 1)])
def test_a_tested_slope_counts_as_far_as_it_is_beyond_chance(
    tie: float, low: float, high: float
) -> None:
    rng = np.random.default_rng(9)
    population, rates, work = regular(rng, 1)
    tree, size, seen = population.tree, population.size, population.seen
    x = rng.uniform(0, 1, (120, 2)) @ np.array([[1.0, 0.4], [0.0, 1.0]])  # that go together
    rates = rates + (0.1 * x[:, [0]] + tie * x[:, [1]])[tree.of_station(2)]
    designs = [np.zeros((30, 1)), x, np.zeros((480, 0))]
    climbed = upward(tree, size, seen, rates, designs, work, tested=True)
    weight = np.where(seen, 1 / (work.station + work.voter / size), 0.0)
    precision = np.bincount(tree.of_station(2), weight)
    sums = np.bincount(tree.of_station(2), weight * rates[:, 0])
    mean = sums / np.where(precision > 0, precision, 1)
    town = precision / (1 + work.areas[1] * precision)
    slope, error, _ = weighted_ols(mean, x, tree.parent(2), town)
    factor = max(1 - 4 * (error[1] / slope[1]) ** 2, 0.0)
    assert low <= factor <= high
    tested = slope[1] * factor
    rest, _, _ = weighted_ols(mean - tested * x[:, 1], x[:, [0]], tree.parent(2), town)
    np.testing.assert_allclose(climbed.slopes[1][:, 0], [rest[0], tested], rtol=1e-7, atol=1e-12)


def test_the_shift_is_what_the_missing_share_hints_at() -> None:
    rng = np.random.default_rng(21)
    population, rates, work = regular(rng, 2)
    tree, size = population.tree, population.size
    told = population.missing_shares[1][tree.of_station(2)]
    for tie in (0.0, 0.5):
        tied = rates + tie * told[:, None] * np.array([1.0, -1.0])
        votes = np.where(population.seen[:, None], tied * size[:, None], 0.0)
        found = predict_unseen(population, votes, work)
        assert not predict_unseen(population, votes, work, shift=False).shift.any()
        truth = size[~population.seen] @ tied[~population.seen]
        if tie:
            # It moves towards the truth, by most of what the prediction is off.
            assert (np.sign(found.shift) == np.sign(truth - found.totals)).all()
            assert (abs(found.totals + found.shift - truth) < 0.5 * abs(found.totals - truth)).all()
            swapped = predict_unseen(population, votes[:, ::-1], work)
            np.testing.assert_allclose(swapped.shift, found.shift[::-1], rtol=1e-7)
        else:
            assert (abs(found.shift) < 2 * np.sqrt(found.variance)).all()
