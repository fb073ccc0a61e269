"""Stations within their smallest areas: their weights, their spread, slopes of covariates.

The steps that every level of the tree shares are here too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.inference.prediction.area_tree import AreaTree

if TYPE_CHECKING:
    from tallyverify.arrays import Floats, Mask


FEWEST_FOR_TIE = 20
"""Units, by the weight that each has in it, on which a tested covariate's slope must rest."""
FEWEST_FOR_SLOPE = 50
"""Degrees of freedom below which a covariate's slope at a level is not estimated but zero."""


@dataclass(frozen=True, eq=False)
class VarianceComponents:
    """Variances of deviations, by column."""

    areas: tuple[Floats, ...]  # (columns,) each, from the largest level
    station: Floats  # (columns,): a station with n voters has station + voter / n
    voter: Floats
    freedom: tuple[float, ...]  # degrees of freedom by level, the stations' last

    def of_stations(self, size: Floats) -> Floats:
        """Return each station's own variance; shape (stations, columns)."""
        return self.station[None, :] + self.voter[None, :] / size[:, None]


@dataclass(frozen=True, eq=False)
class Leaves:
    """What the level of the stations leaves for the areas above it."""

    share: Floats  # (stations,): weight within the smallest area
    precision: Floats  # (areas,): sum of the working weights; 0 where nothing was seen
    mean: Floats  # (areas, columns)
    inner: Floats  # (areas, columns): variance of the mean about the area's rate
    slopes: Floats  # (covariates, columns)
    station: Floats  # (columns,), as the next: spread of the stations
    voter: Floats
    freedom: float


def leaves_of(
    tree: AreaTree,
    size: Floats,
    seen: Mask,
    rates: Floats,
    design: Floats,
    work: VarianceComponents | None,
) -> Leaves:
    """Sum the stations up to their smallest areas; without working variances, by their own."""
    depth = tree.depth
    values: Floats = np.where(seen[:, None], rates, 0.0)
    guess = work
    if guess is None:
        station, voter, _ = _station_spread(tree, size, seen, values)
        guess = VarianceComponents((), np.array([station.sum()]), np.array([voter.sum()]), ())
    own = np.maximum(guess.of_stations(size)[:, 0], 1e-12)
    weight = np.where(seen, 1 / own, 0.0)
    slopes = slopes_of(tree, depth, weight, design, values, False)
    values = np.where(seen[:, None], values - design @ slopes, 0.0)
    station, voter, freedom = _station_spread(tree, size, seen, values)
    if work is None:
        own = np.maximum(station.sum() + voter.sum() / size, 1e-12)
        weight = np.where(seen, 1 / own, 0.0)
    share, precision, mean = weighed(tree, depth, weight, values)
    square = share**2
    inner = np.outer(tree.up(depth, square), station)
    inner += np.outer(tree.up(depth, square / size), voter)
    return Leaves(share, precision, mean, inner, slopes, station, voter, freedom)


def ratio_of(part: Floats, whole: Floats) -> Floats:
    """Return part over whole, 0 where there is no whole."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def weighed(
    tree: AreaTree, depth: int, weight: Floats, values: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return weights among siblings, the sum of the siblings' weights, and their mean."""
    whole = tree.up(depth, weight)
    share = ratio_of(weight, whole[tree.parent(depth)])
    return share, whole, tree.up(depth, share[:, None] * values)


def apart(tree: AreaTree, depth: int, weight: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Return weights among siblings, and the deviations from the siblings' mean."""
    share, _, mean = weighed(tree, depth, weight, values)
    return share, (values - mean[tree.parent(depth)]) * (weight > 0)[:, None]


def slopes_of(
    tree: AreaTree, depth: int, weight: Floats, design: Floats, values: Floats, tested: bool
) -> Floats:
    """Weighted least squares of siblings' deviations on those of their covariates.

    A tested last covariate has its slope shrunk by the factor (1 − 4 / t²), to zero where it is
    less than two standard errors away from that.
    """
    slopes = np.zeros((design.shape[1], values.shape[1]))
    freedom = int((weight > 0).sum()) - int((tree.up(depth, weight) > 0).sum())
    if not design.shape[1] or freedom < FEWEST_FOR_SLOPE:
        return slopes
    _, x = apart(tree, depth, weight, design)
    _, y = apart(tree, depth, weight, values)
    square = x.T @ (weight[:, None] * x)
    # A covariate that does not vary among the seen siblings says nothing about the others.
    scale = weight.sum() * np.maximum(np.abs(design).max(axis=0), 1e-12) ** 2
    varies = np.diag(square) > 1e-9 * scale
    last = len(varies) - 1
    if tested:
        carried = weight * x[:, last] ** 2
        # How many units the slope rests on: one odd unit must not decide it.
        units = carried.sum() ** 2 / max(float((carried**2).sum()), 1e-300)
        varies[last] &= units >= FEWEST_FOR_TIE
    hint = np.zeros(values.shape[1])
    if tested and varies[last]:
        slopes[varies] = _solved(square, x, weight, y, varies)
        residual: Floats = weight @ (y - x @ slopes) ** 2 / max(freedom - int(varies.sum()), 1)
        inverse = np.linalg.pinv(square[np.ix_(varies, varies)], hermitian=True)[-1, -1]
        error = residual * inverse
        hint = slopes[last].copy()
        factor = 1 - np.divide(4 * error, hint**2, out=np.ones_like(hint), where=hint != 0)
        hint = np.asarray(hint * np.maximum(factor, 0.0), dtype=np.float64)
        y = y - x[:, [last]] * hint
    if tested:
        varies[last] = False
    slopes[varies] = _solved(square, x, weight, y, varies)
    if tested:
        slopes[last] = hint
    return slopes


def _solved(square: Floats, x: Floats, weight: Floats, y: Floats, used: Mask) -> Floats:
    if not used.any():
        return np.zeros((0, y.shape[1]))
    moments = (x.T @ (weight[:, None] * y))[used]
    inner = square[np.ix_(used, used)]
    return np.asarray(np.linalg.lstsq(inner, moments, rcond=1e-9)[0], dtype=np.float64)


def _station_spread(
    tree: AreaTree, size: Floats, seen: Mask, values: Floats
) -> tuple[Floats, Floats, float]:
    """Variance of stations within their smallest area, by two moments: over voters and stations.

    With residuals r_i from the voter-weighted mean of the area, E r_i² = v_i (1 − 2 a_i) +
    Σ a_j² v_j for v_i = s + u / n_i; solved for s and u, each at least zero.
    """
    depth = tree.depth
    voters = np.where(seen, size, 0.0)
    parent = tree.parent(depth)
    share, residual = apart(tree, depth, voters, values)
    several = seen & (tree.up(depth, seen.astype(float)) >= 2)[parent]
    freedom = float(np.count_nonzero(several) - len(np.unique(parent[several])))
    columns = values.shape[1]
    if freedom < 1:
        return np.zeros(columns), np.zeros(columns), 0.0
    inverse = 1 / size
    own = (1 - 2 * share) + tree.up(depth, share**2)[parent]
    each = (1 - 2 * share) * inverse + tree.up(depth, share**2 * inverse)[parent]
    by_voter, by_station = voters[several], np.ones(int(several.sum()))
    moments = np.array(
        [[w @ own[several], w @ each[several]] for w in (by_voter, by_station)], dtype=float
    )
    square = residual[several] ** 2
    sums = np.stack([by_voter @ square, by_station @ square])
    alone = sums[1] / moments[1, 0], sums[0] / moments[0, 1]
    if np.linalg.cond(moments) > 1e10:  # stations of one size: the two cannot be told apart
        return alone[0], np.zeros(columns), freedom
    station, voter = np.linalg.solve(moments, sums)
    bare, even = station < 0, voter < 0
    station = np.where(bare, 0.0, np.where(even, alone[0], station))
    voter = np.where(bare, alone[1], np.where(even, 0.0, voter))
    return station, voter, freedom
