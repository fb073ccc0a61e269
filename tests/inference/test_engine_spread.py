"""Variances by moments: analysis of variance where it is balanced, never negative, settled."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tallyverify.inference.prediction.area_tree import AreaTree
from tallyverify.inference.prediction.hierarchy import upward, working_spread
from tallyverify.inference.prediction.smallest_areas import VarianceComponents
from tallyverify.inference.prediction.unseen_totals import fit_working_spread
from tests.inference.test_engine import population_of

Floats = NDArray[np.float64]


def found_of(tree: AreaTree, size: Any, rates: Floats) -> VarianceComponents:
    """Return the variances where all is seen, without covariates."""
    voters = np.asarray(size, dtype=float)
    bare = [np.zeros((tree.units(depth), 0)) for depth in range(1, tree.depth + 1)]
    seen = np.ones(len(rates), dtype=bool)
    work = working_spread(tree, voters, seen, rates, bare)
    return upward(tree, voters, seen, rates, bare, work).spread


def test_balanced_areas_of_stations_of_one_size_are_an_analysis_of_variance() -> None:
    # 8 states of 5 towns of 6 stations: mean squares of the nested analysis of variance
    # (Searle, Casella & McCulloch 1992, Variance Components, section 3.5).
    rng = np.random.default_rng(1)
    rates = 0.5 + rng.normal(0, 0.1, (8, 1, 1, 2)) + rng.normal(0, 0.05, (8, 5, 1, 2))
    rates = rates + rng.normal(0, 0.03, (8, 5, 6, 2))
    towns, states = rates.mean(axis=2), rates.mean(axis=(1, 2))
    within = ((rates - towns[:, :, None]) ** 2).sum(axis=(0, 1, 2)) / (40 * 5)
    town = ((towns - states[:, None]) ** 2).sum(axis=(0, 1)) / (8 * 4) - within / 6
    state = states.var(axis=0, ddof=1) - (town + within / 6) / 5
    assert (town > 0).all()
    assert (state > 0).all()

    tree = AreaTree.of([np.repeat(np.arange(8), 30), np.repeat(np.arange(40), 6)])
    found = found_of(tree, np.full(240, 100.0), rates.reshape(240, 2))
    np.testing.assert_allclose(found.station, within, rtol=1e-9)
    assert not found.voter.any()  # of one size, the two cannot be told apart
    np.testing.assert_allclose(found.areas[1], town, rtol=1e-9)
    np.testing.assert_allclose(found.areas[0], state, rtol=1e-9)
    assert found.freedom == (7.0, 32.0, 200.0)


@pytest.mark.parametrize(("power", "none"), [(1.0, "voter"), (-4.0, "station")])
def test_a_variance_below_nothing_is_nothing(power: float, none: str) -> None:
    """The variance of stations rises with size, or falls faster than by the number of voters."""
    rng = np.random.default_rng(2)
    size = rng.uniform(50, 1000, 400)
    rates = 0.5 + (rng.normal(0, 1, 400) * 0.05 * (size / 200) ** (power / 2))[:, None]
    found = found_of(AreaTree.of([np.repeat(np.arange(50), 8)]), size, rates)
    other = {"voter": "station", "station": "voter"}[none]
    assert getattr(found, none)[0] == 0.0
    assert getattr(found, other)[0] > 0.0


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.sampled_from([(), (4,), (3, 4), (2, 3, 3)]))
def test_no_variance_is_negative(seed: int, areas: tuple[int, ...]) -> None:
    population = population_of(seed, 24, areas, unseen=0.6)
    work = fit_working_spread(population)
    rates = population.votes / population.size[:, None]
    climbed = upward(
        population.tree, population.size, population.seen, rates, population.designs, work
    )
    for spread in (work, climbed.spread):
        for variance in (*spread.areas, spread.station, spread.voter):
            assert np.isfinite(variance).all()
            assert (variance >= 0).all()
        assert len(spread.freedom) == len(areas) + 1
        assert min(spread.freedom) >= 0
    assert all(((shrinkage >= 0) & (shrinkage <= 1)).all() for shrinkage in climbed.shrinkage)


@pytest.mark.parametrize("seed", range(5))
def test_the_working_variances_are_settled(seed: int) -> None:
    """Weights by them give them again, but for what six rounds leave."""
    population = population_of(seed, 300, (6, 5), unseen=0.3)
    work = fit_working_spread(population)
    rates = population.votes / population.size[:, None]
    again = upward(
        population.tree, population.size, population.seen, rates, population.designs, work
    ).spread
    for before, after in zip(work.areas, again.areas, strict=True):
        assert after.sum() == pytest.approx(before[0], rel=1e-3, abs=1e-9)
