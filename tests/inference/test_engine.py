"""The prediction engine: the tree of areas, and what must hold of any population."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from tallyverify.inference.estimating.outcome import predicted_outcome, true_outcome
from tallyverify.inference.prediction.area_prediction import predict_unseen_by_area
from tallyverify.inference.prediction.area_tree import AreaTree
from tallyverify.inference.prediction.figures import area_figures, predicted_figures
from tallyverify.inference.prediction.population import Population
from tallyverify.inference.prediction.unlike_areas import anything_left_out
from tallyverify.inference.prediction.unseen_totals import (
    Predicted,
    fit_working_spread,
    predict_unseen,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MANY = 150
"""Stations from which slopes of covariates are estimated too."""


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    with threadpool_limits(limits=1, user_api="blas"):
        yield


def population_of(
    seed: int,
    stations: int = 40,
    areas: tuple[int, ...] = (3, 4),
    unseen: float = 0.4,
    candidates: int = 3,
    covariates: int = 0,
) -> Population:
    """Return a population with random areas: half of the unseen in whole areas, half at random.

    ``areas`` says how many codes each level has; equal codes in two areas are two areas.
    """
    rng = np.random.default_rng(seed)
    codes = [rng.integers(0, count, stations) for count in areas]
    tree = AreaTree.of(codes, stations)
    size = rng.integers(20, 900, stations).astype(float)
    seen = rng.random(stations) >= unseen / 2
    if areas and unseen:
        seen &= (rng.random(tree.units(tree.depth - 1)) >= unseen / 2)[
            tree.of_station(tree.depth - 1)
        ]
    if unseen:
        seen[rng.integers(0, stations, 3)] = True
    lean = rng.normal(0, 0.4, (stations, candidates))
    for depth in range(1, tree.depth):
        lean += rng.normal(0, 0.4, (tree.units(depth), candidates))[tree.of_station(depth)]
    chance = np.exp(lean)
    chance *= rng.uniform(0.4, 0.9, (stations, 1)) / chance.sum(axis=1, keepdims=True)
    votes = np.where(seen[:, None], rng.binomial(size.astype(int)[:, None], chance / 2), 0)
    votes[np.flatnonzero(seen)[0], 0] += 1
    return Population(
        tree,
        size,
        seen,
        votes.astype(float),
        tuple("ABCDEFG"[:candidates]),
        tuple(f"level {at}" for at in range(len(areas))),
        rng.normal(0, 1, (stations, covariates)) if covariates else None,
    )


def with_seen(population: Population, seen: Bools) -> Population:
    """The same with only these seen; votes of the rest are forgotten."""
    votes = np.where(seen[:, None], population.votes, 0.0)
    return dataclasses.replace(population, seen=seen, votes=votes, asked=None)


@st.composite
def populations(draw: st.DrawFn, unseen: float = 0.4) -> Population:
    """Few stations, or so many that covariates count; with and without areas."""
    return population_of(
        draw(st.integers(0, 2**32 - 1)),
        draw(st.sampled_from([12, 40, MANY])),
        draw(st.sampled_from([(), (3,), (2, 3), (2, 2, 3)])),
        unseen,
        draw(st.integers(2, 4)),
        draw(st.integers(0, 1)),
    )


def figures_of(population: Population, areas: bool = False) -> tuple[Predicted, Predicted]:
    figures = area_figures if areas else predicted_figures
    return figures(population, fit_working_spread(population))


def close(ours: Any, expected: Any, scale: float = 1.0) -> None:
    """Equal but for rounding, in units of ``scale``."""
    np.testing.assert_allclose(ours, expected, rtol=1e-7, atol=1e-9 * scale)


def same(
    ours: Predicted, expected: Predicted, order: Any = slice(None), scale: float = 1.0
) -> None:
    close(ours.estimate, expected.estimate[..., order], scale)
    # Where nothing is left in doubt an error is the root of a variance that is zero or rounding.
    close(ours.error**2, expected.error[..., order] ** 2, scale)
    close(ours.shift, expected.shift[..., order], scale)


# The tree


codes = st.integers(1, 25).flatmap(
    lambda n: st.lists(
        st.lists(st.integers(0, 4), min_size=n, max_size=n).map(np.array), min_size=1, max_size=4
    )
)


@given(codes)
def test_units_are_the_distinct_paths(levels: list[Ints]) -> None:
    tree = AreaTree.of(levels)
    stations = len(levels[0])
    assert tree.depth == len(levels) + 1
    assert [tree.units(0), tree.units(tree.depth)] == [1, stations]
    paths = [tuple(level[i] for level in levels) for i in range(stations)]
    for depth in range(1, tree.depth):
        there = [path[:depth] for path in paths]
        # Units are numbered in the order of their codes, within the larger areas.
        number = {path: at for at, path in enumerate(sorted(set(there)))}
        assert tree.of_station(depth).tolist() == [number[path] for path in there]
        assert tree.units(depth) == len(number)
    for depth in range(1, tree.depth + 1):
        above = tree.parent(depth)[tree.of_station(depth)]
        assert above.tolist() == tree.of_station(depth - 1).tolist()


def test_equal_codes_in_different_areas_are_different_areas() -> None:
    tree = AreaTree.of([np.array([0, 1, 0, 1]), np.array([7, 7, 7, 3])])
    assert [tree.units(depth) for depth in range(4)] == [1, 2, 3, 4]
    assert tree.of_station(2).tolist() == [0, 2, 0, 1]
    assert tree.up(3, np.array([1.0, 10.0, 100.0, 1000.0])).tolist() == [101.0, 1000.0, 10.0]
    assert AreaTree.of([], 5).depth == 1
    assert AreaTree.of([], 5).parent(1).tolist() == [0] * 5


@given(codes, st.integers(0, 2**32 - 1))
def test_sums_up_the_tree(levels: list[Ints], seed: int) -> None:
    tree = AreaTree.of(levels)
    rng = np.random.default_rng(seed)
    values = rng.integers(-50, 50, (tree.units(tree.depth), 2)).astype(float)
    other = rng.integers(-50, 50, values.shape).astype(float)
    totals = tree.totals(values)
    assert len(totals) == tree.depth + 1
    for depth, total in enumerate(totals):
        at = tree.of_station(depth)
        by_hand = [[values[at == unit, k].sum() for k in range(2)] for unit in range(len(total))]
        assert total.tolist() == by_hand
        if depth:
            np.testing.assert_array_equal(tree.up(depth, total), totals[depth - 1])
    for one, two, both in zip(totals, tree.totals(other), tree.totals(values + other), strict=True):
        np.testing.assert_array_equal(one + two, both)


@given(codes, st.integers(0, 2**32 - 1))
def test_take_keeps_who_shares_an_area(levels: list[Ints], seed: int) -> None:
    tree = AreaTree.of(levels)
    which = np.random.default_rng(seed).random(len(levels[0])) < 0.6
    part, direct = tree.take(which), AreaTree.of([level[which] for level in levels])
    assert part.depth == tree.depth
    for depth in range(part.depth + 1):
        assert part.of_station(depth).tolist() == direct.of_station(depth).tolist()
        assert part.units(depth) == direct.units(depth) or depth == 0


# Properties of the prediction


@settings(max_examples=40)
@given(populations(), st.integers(0, 2**32 - 1))
def test_permuted_candidates_have_permuted_figures(population: Population, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(population.names))
    other = dataclasses.replace(population, votes=population.votes[:, order])
    voters = population.size.sum()
    for areas in (False, True)[: population.tree.depth]:
        totals, shares = figures_of(population, areas)
        swapped, swapped_shares = figures_of(other, areas)
        same(swapped, totals, np.append(order, len(order)), voters)
        same(swapped_shares, shares, order)


@settings(max_examples=40)
@given(populations(), st.integers(0, 2**32 - 1))
def test_the_order_of_stations_changes_nothing(population: Population, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(population))
    tree = population.tree
    extra = population.covariates
    other = dataclasses.replace(
        population,
        tree=AreaTree.of(
            [tree.of_station(depth)[order] for depth in range(1, tree.depth)], len(order)
        ),
        size=population.size[order],
        seen=population.seen[order],
        votes=population.votes[order],
        covariates=None if extra is None else extra[order],
    )
    voters = population.size.sum()
    for areas in (False, True)[: tree.depth]:
        for ours, expected, scale in zip(
            figures_of(other, areas), figures_of(population, areas), (voters, 1.0), strict=True
        ):
            same(ours, expected, scale=scale)


@settings(max_examples=40)
@given(populations())
def test_candidates_add_up_to_the_valid_votes(population: Population) -> None:
    totals, shares = figures_of(population)
    close(totals.estimate[:-1].sum(), totals.estimate[-1], population.size.sum())
    close(shares.estimate.sum(), 1.0)
    close(shares.estimate, totals.estimate[:-1] / totals.estimate[-1])
    if population.tree.depth == 1:
        return
    by_area, area_shares = figures_of(population, areas=True)
    close(by_area.estimate[:, :-1].sum(axis=1), by_area.estimate[:, -1], population.size.sum())
    close(by_area.estimate.sum(axis=0), totals.estimate, population.size.sum())
    close(area_shares.estimate, by_area.estimate[:, :-1] / by_area.estimate[:, [-1]])


@settings(max_examples=30)
@given(populations(unseen=0.0))
def test_where_all_is_seen_nothing_is_in_doubt(population: Population) -> None:
    work = fit_working_spread(population)
    found = predict_unseen(population, population.votes, work)
    for figure in (found.totals, found.variance, found.parts, found.shift, found.weights):
        assert not figure.any()
    assert found.rates.shape == (0, len(population.names))
    assert np.isinf(found.freedom).all()
    totals, shares = figures_of(population)
    sums = np.append(population.votes.sum(axis=0), population.valid.sum())
    np.testing.assert_array_equal(totals.estimate, sums)
    close(shares.estimate, sums[:-1] / sums[-1])
    for figures in (totals, shares, *(figures_of(population, True) if work.areas else ())):
        assert not figures.half_width(5.0, 0.99).any()


@pytest.mark.parametrize("areas", [(1,), (1, 4), (1, 2, 3)])
@pytest.mark.parametrize("stations", [25, MANY])
def test_a_country_of_one_area_has_the_area_s_figures(areas: Any, stations: int) -> None:
    population = population_of(5, stations, areas, covariates=1)
    totals, shares = figures_of(population)
    by_area, area_shares = figures_of(population, areas=True)
    assert by_area.estimate.shape == (1, 4)
    close(by_area.estimate[0], totals.estimate)
    close(by_area.error[0], totals.error)
    close(area_shares.estimate[0], shares.estimate)
    # The error of an area's share is never less than that of the difference from the country's.
    assert (area_shares.error[0] >= shares.error * (1 - 1e-9)).all()
    assert totals.error.min() > 0


def test_an_area_with_nothing_to_predict_has_no_error() -> None:
    population = population_of(8, 60, (3, 4))
    at = population.tree.of_station(1)
    known = population_of(8, 60, (3, 4), unseen=0.0)
    seen = population.seen | (at == 1)
    votes = np.where(seen[:, None], known.votes, 0.0)
    totals, shares = figures_of(dataclasses.replace(population, seen=seen, votes=votes), True)
    np.testing.assert_array_equal(totals.estimate[1, :-1], votes[at == 1].sum(axis=0))
    assert not totals.error[1].any()
    assert not shares.error[1].any()
    assert (totals.error[[0, 2]] > 0).all()


def test_the_error_of_an_area_s_share_is_no_less_than_that_of_its_own_difference() -> None:
    population = population_of(12, MANY, (5, 3))
    work = fit_working_spread(population)
    totals, shares = figures_of(population, areas=True)
    for area, share in enumerate(shares.estimate):
        off = population.votes - population.valid[:, None] * share
        own = predict_unseen_by_area(population, off, work).variance[area] ** 0.5
        assert (shares.error[area] >= own / totals.estimate[area, -1]).all()


@settings(max_examples=30)
@given(populations(), st.integers(0, 1))
def test_the_outcome_is_that_of_the_figures(population: Population, a: int) -> None:
    pair = (a, 1 - a)
    totals, shares = figures_of(population)
    found = predicted_outcome(population, fit_working_spread(population), pair, shift=True)
    first, second = (float(shares.estimate[k]) for k in pair)
    turnout = totals.estimate[-1] / population.size.sum()
    close(found.estimate, [first, second, first - second, turnout])
    close(found.error[:2] ** 2, shares.error[list(pair)] ** 2)
    close(found.error[3], totals.error[-1] / population.size.sum())
    close(found.shift[:2], shares.shift[list(pair)])
    if not anything_left_out(population):  # how far areas left out may lie has no sign
        close(found.shift[2], found.shift[0] - found.shift[1])
    # The error of a difference is at most the sum of the errors.
    assert found.error[2] <= found.error[:2].sum() * (1 + 1e-9)
    assert ((found.share >= 0) & (found.share <= 1)).all()
    assert (found.votes >= 0).all()
    unseen = totals.estimate[list(pair)] - population.votes[:, list(pair)].sum(axis=0)
    whole = predict_unseen(population, population.votes, fit_working_spread(population)).rates
    if (whole[:, list(pair)] >= 0).all():
        close(found.votes @ found.share, unseen[0], population.size.sum())
        close(found.votes @ (1 - found.share), unseen[1], population.size.sum())


def test_the_true_outcome() -> None:
    population = population_of(1, 30, (3,), unseen=0.0)
    which = np.arange(30) < 20
    votes = population.votes[:20].sum(axis=0)
    expected = [votes[2] / votes.sum(), votes[0] / votes.sum()]
    turnout = votes.sum() / population.size[:20].sum()
    close(true_outcome(population, which, (2, 0)), [*expected, expected[0] - expected[1], turnout])


def test_hiding_forgets_no_area_and_asks_only_for_the_hidden() -> None:
    population = population_of(3, 40, (3, 4))
    hidden = np.arange(40) < 15
    masked = population.hiding(hidden)
    np.testing.assert_array_equal(masked.seen, population.seen & ~hidden)
    np.testing.assert_array_equal(masked.wanted, population.seen & hidden)
    assert masked.wanted_size.sum() == population.size[population.seen & hidden].sum()
    # The same figures from a population that was given so from the start, and asked for all.
    work = fit_working_spread(masked)
    again = dataclasses.replace(with_seen(population, masked.seen), asked=masked.wanted)
    assert not again.votes[hidden].any()
    ours, other = (predict_unseen(one, one.votes, work) for one in (masked, again))
    np.testing.assert_array_equal(ours.totals, other.totals)
    np.testing.assert_array_equal(ours.variance, other.variance)


def test_designs_and_missing_shares_by_hand() -> None:
    tree = AreaTree.of([np.array([0, 0, 1, 1, 2])])
    seen = np.array([True, False, True, True, False])
    extra = np.array([[1.0], [4.0], [0.0], [2.0], [3.0]])
    size = np.array([100.0, 300.0, 50.0, 50.0, 80.0])
    population = Population(tree, size, seen, np.ones((5, 2)), ("A", "B"), ("state",), extra)
    areas, stations = population.designs
    close(areas, [[np.log(400), 3.25], [np.log(100), 1.0], [np.log(80), 3.0]])
    close(stations, np.column_stack([np.log(size), extra]))
    # So few stations may lack by chance: each area has the country's share.
    assert [share.tolist() for share in population.missing_shares] == [[380 / 580] * 3]
    # Forty times as many may not. The third area is wholly missing: it counts as the largest of
    # which something was seen.
    tree = AreaTree.of([np.tile([0, 0, 1, 1, 2], 40)])
    again = (np.tile(one, 40) for one in (size, seen))
    many = Population(tree, *again, np.ones((200, 2)), ("A", "B"), ("state",))
    close(many.missing_shares[0], [0.75, 0.0, 0.75])


def test_half_width_joins_the_inflated_error_and_the_shift() -> None:
    figures = Predicted(np.zeros(2), np.array([3.0, 3.0]), np.array([np.inf, 1.0]), np.full(2, 4.0))
    # Student's t with 2 degrees at least: 4.302653 (any table).
    close(figures.half_width(1.0, 0.95), [1.959963985 * 5, 4.302652730 * 5])
    close(figures.half_width(2.0, 0.95)[0], 1.959963985 * np.sqrt(52))
