"""Prediction of the unseen stations: point, error by level, and what missingness hints at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats

from tallyverify.inference.prediction.hierarchy import Upward, upward, working_spread
from tallyverify.inference.prediction.population import Population
from tallyverify.inference.prediction.smallest_areas import VarianceComponents, leaves_of

if TYPE_CHECKING:
    from tallyverify.arrays import Floats, Mask


@dataclass(frozen=True, eq=False)
class Predicted:
    """Estimates with their errors, before calibration; all of one shape."""

    estimate: Floats
    error: Floats
    freedom: Floats  # degrees of freedom behind the errors
    shift: Floats  # by how much the estimate would move with what missingness itself hints at
    # By how much, if the trend in the order of counting goes on, or drawn stations that are not in
    # are missing as a candidate has votes: no error, so it is added whole.
    trend: Floats | float = field(default=0.0, kw_only=True)

    def __getitem__(self, at: Any) -> Predicted:
        trend = np.broadcast_to(self.trend, self.estimate.shape)[at]
        return Predicted(
            self.estimate[at], self.error[at], self.freedom[at], self.shift[at], trend=trend
        )

    def quantile(self, level: float) -> Floats:
        """Return the quantiles of Student's t that bound a central interval."""
        return np.asarray(stats.t.ppf((1 + level) / 2, np.maximum(self.freedom, 2.0)))

    def half_width(self, inflation: float | Floats, level: float) -> Floats:
        """Return half the width of the interval at a level, with the errors inflated."""
        return self.quantile(level) * np.hypot(inflation * self.error, self.shift) + self.trend


@dataclass(frozen=True, eq=False)
class PredictedTotals:
    """Predicted totals of the unseen stations, by column, and how far off they may be."""

    totals: Floats  # (columns,)
    variance: Floats  # (columns,): of the error of the totals, its parts summed
    parts: Floats  # (levels + 1, columns): between areas, from the largest; between stations
    shift: Floats  # if the tie of a larger missing share to the result held for the unseen
    freedom: Floats  # (columns,): Satterthwaite
    weights: Floats  # (stations,): of seen rates in the totals; sum to the voters asked for
    rates: Floats  # (stations asked for, columns), per registered voter

    def over(self, at: Any, whole: Any = 1.0, *, base: Any) -> Predicted:
        """Return some columns as fractions of a whole, added to a base, with their errors."""
        error = np.sqrt(self.variance[at]) / whole
        estimate = base + self.totals[at] / whole
        return Predicted(estimate, error, self.freedom[at], self.shift[at] / whole)


def fit_working_spread(population: Population) -> VarianceComponents:
    """Return the common variances that set all weights, from what was seen."""
    rates = population.votes / population.size[:, None]
    return working_spread(
        population.tree, population.size, population.seen, rates, population.designs
    )


def station_weights(population: Population, climbed: Upward) -> Floats:
    """Return the weight of each seen station's rate in the predicted total; shape (stations,)."""
    tree = population.tree
    asked = tree.up(tree.depth, population.wanted_size)
    own: list[Floats] = []
    for depth in range(tree.depth - 1, 0, -1):
        shrinkage = climbed.shrinkage[depth - 1]
        own.insert(0, asked * shrinkage)
        asked = tree.up(depth, asked * (1 - shrinkage))
    weight = asked
    for depth in range(1, tree.depth + 1):
        weight = weight[tree.parent(depth)] * climbed.share[depth - 1]
        if depth < tree.depth:
            weight = weight + own[depth - 1]
    return weight


def predicted_rates(
    population: Population, climbed: Upward, designs: Sequence[Floats], which: Mask
) -> Floats:
    """Return the predicted rate of some stations; shape (those stations, columns)."""
    tree = population.tree
    mean = climbed.value[0]
    for depth in range(1, tree.depth):
        shrinkage = climbed.shrinkage[depth - 1][:, None]
        mean = shrinkage * climbed.value[depth] + (1 - shrinkage) * mean[tree.parent(depth)]
        mean = mean + designs[depth - 1] @ climbed.slopes[depth - 1]
    own = designs[-1][which] @ climbed.slopes[-1]
    return mean[tree.parent(tree.depth)[which]] + own


def predict_unseen(
    population: Population, columns: Floats, work: VarianceComponents, *, shift: bool = True
) -> PredictedTotals:
    """Predict the sums of columns of votes (stations, columns) over the unseen stations.

    The error of the total is Σ_seen w_i y_i − Σ_unseen n_i y_i. It is linear in the deviations of
    areas and stations, so that its variance is, level by level, the variance of a deviation times
    the sum of its squared coefficients: exact given the variances and the slopes of covariates. How
    a kind of stations votes is learnt from those seen of it, so that its mean has an error too.
    """
    tree, size, seen = population.tree, population.size, population.seen
    rates = np.where(seen[:, None], columns, 0.0) / size[:, None]
    designs = population.designs
    leaves = leaves_of(tree, size, seen, rates, designs[-1], work)
    climbed = upward(tree, size, seen, rates, designs, work, leaves=leaves)
    predicted = predicted_rates(population, climbed, designs, population.wanted)
    asked = size[population.wanted]
    totals = asked @ predicted
    weights = station_weights(population, climbed)

    spread = climbed.spread
    off = weights - population.wanted_size
    parts = [(off**2) @ spread.of_stations(size)]
    for depth in range(tree.depth - 1, 0, -1):
        off = tree.up(depth + 1, off)
        parts.insert(0, (off @ off) * spread.areas[depth - 1])
    stacked = np.stack(parts)
    variance = stacked.sum(axis=0) + _of_kinds(population, climbed, rates)
    free = np.maximum(np.array(spread.freedom), 1.0)[:, None]
    spent = (stacked**2 / free).sum(axis=0)
    freedom = np.divide(variance**2, spent, out=np.full_like(variance, np.inf), where=spent > 0)

    moved = np.zeros(columns.shape[1])
    if shift and tree.depth > 1:
        told = [
            np.column_stack([design, missing])
            for design, missing in zip(designs[:-1], population.missing_shares, strict=True)
        ]
        told.append(designs[-1])
        again = upward(tree, size, seen, rates, told, work, tested=True, leaves=leaves)
        moved = asked @ predicted_rates(population, again, told, population.wanted) - totals
    return PredictedTotals(totals, variance, stacked, moved, freedom, weights, predicted)


def _of_kinds(population: Population, climbed: Upward, rates: Floats) -> Floats:
    """Return the variance of totals that the means of kinds add; (columns,).

    Stations of a kind may lie further from what their areas predict than stations do: by how much
    is seen in those of it, each predicted without itself (its residual over 1 − its weight in its
    smallest area). What exceeds the spread of all is of the kind, and is as uncertain as a mean of
    the few that were seen, and of those that were not.
    """
    added: Floats = np.zeros(rates.shape[1])
    if population.kind_shares is None:
        return added
    spread = climbed.spread.of_stations(population.size)
    own_weight, tree = climbed.share[-1], population.tree
    if tree.depth > 1:
        own_weight = own_weight * climbed.shrinkage[-1][tree.parent(tree.depth)]
    for kind in population.kind_shares.T.astype(bool):
        seen = kind & population.seen
        fitted = predicted_rates(population, climbed, population.designs, seen)
        off = (rates[seen] - fitted) / np.maximum(1 - own_weight[seen], 0.1)[:, None]
        excess = np.maximum((off**2).mean(axis=0) - spread[seen].mean(axis=0), 0.0)
        voters, asked = population.wanted_size[kind], kind & population.wanted
        added += voters.sum() ** 2 * excess * (1 / seen.sum() + 1 / max(asked.sum(), 1))
    return added
