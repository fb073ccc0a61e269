"""Prediction of the unseen stations area by area: one pass for all areas of the first level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.inference.prediction.hierarchy import Upward, upward
from tallyverify.inference.prediction.population import Population
from tallyverify.inference.prediction.smallest_areas import VarianceComponents
from tallyverify.inference.prediction.unseen_totals import predicted_rates

if TYPE_CHECKING:
    from tallyverify.arrays import Counts, Floats


@dataclass(frozen=True, eq=False)
class UnseenByArea:
    """Predicted sums over the unseen stations of each area; shape (areas, columns)."""

    totals: Floats
    variance: Floats  # of the errors of the totals


def predict_unseen_by_area(
    population: Population, columns: Floats, work: VarianceComponents
) -> UnseenByArea:
    """Predict sums of columns (stations, columns) over the unseen of each first-level area.

    The predicted total of area a rests on its own sheets and, through the country's mean, on all
    others. A unit's coefficient in its error is b_u − n_u + r_a·m_u inside the area and r_a·m_u
    outside, with b its own weight, n the voters asked for, m its weight in the country's mean and
    r_a the part of the demand that the area's own sheets do not meet. Squares are summed by area.
    """
    tree, size = population.tree, population.size
    rates = np.where(population.seen[:, None], columns, 0.0) / size[:, None]
    climbed = upward(tree, size, population.seen, rates, population.designs, work)
    areas = tree.units(1)
    here = tree.of_station(1)
    predicted = predicted_rates(population, climbed, population.designs, population.wanted)
    asked = (size[population.wanted])[:, None] * predicted
    totals = _by(here[population.wanted], asked, areas)

    own, mean, rest = _weights(population, climbed)
    own = own - population.wanted_size
    spread = climbed.spread
    variance = np.zeros((areas, columns.shape[1]))
    for depth in range(tree.depth, 0, -1):
        if depth < tree.depth:
            own, mean = tree.up(depth + 1, own), tree.up(depth + 1, mean)
            weigh = np.ones((len(own), 1))
            each = spread.areas[depth - 1][None, :]
        else:
            weigh = np.column_stack([np.ones(len(size)), 1 / size])
            each = np.stack([spread.station, spread.voter])
        at = _area_of(population, depth)
        inside = ((own + rest[at] * mean) ** 2)[:, None] * weigh
        alone = (mean**2)[:, None] * weigh
        through = alone.sum(axis=0) - _by(at, alone, areas)
        variance += (_by(at, inside, areas) + rest[:, None] ** 2 * through) @ each
    return UnseenByArea(totals, variance)


def _weights(population: Population, climbed: Upward) -> tuple[Floats, Floats, Floats]:
    """Weights of stations within their areas, in the country's mean, and each area's unmet part."""
    tree = population.tree
    asked = tree.up(tree.depth, population.wanted_size)
    met: list[Floats] = []
    for depth in range(tree.depth - 1, 0, -1):
        shrinkage = climbed.shrinkage[depth - 1]
        met.insert(0, asked * shrinkage)
        asked = asked * (1 - shrinkage)
        if depth > 1:
            asked = tree.up(depth, asked)
    own, mean = met[0], climbed.share[0]
    for depth in range(2, tree.depth + 1):
        parent, share = tree.parent(depth), climbed.share[depth - 1]
        own, mean = own[parent] * share, mean[parent] * share
        if depth < tree.depth:
            own = own + met[depth - 1]
    return own, mean, asked


def _area_of(population: Population, depth: int) -> Counts:
    """Return the area of the first level that each unit of a depth lies in."""
    at = np.arange(population.tree.units(depth), dtype=np.int64)
    for up in range(depth, 1, -1):
        at = population.tree.parent(up)[at]
    return at


def _by(codes: Counts, columns: Floats, areas: int) -> Floats:
    return np.column_stack([np.bincount(codes, column, minlength=areas) for column in columns.T])
