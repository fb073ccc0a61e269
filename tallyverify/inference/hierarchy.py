"""A nested random-effects model of rates, fitted by moments and solved exactly on the tree.

The rate of a station (votes per registered voter) is that of the country, plus a deviation of each
area that it lies in, plus its own. Every deviation has mean zero and a variance of its level; a
station's has a constant part and one that shrinks with its voters. Given the variances, the best
linear unbiased prediction follows from one pass up the tree and one down (Henderson 1975; on a
tree it is the recursion of Chou, Willsky & Benveniste 1994), without any matrix of stations.

All columns of votes share the weights, so predictions add up: the candidates' sum is the valid
votes', and exchanging two candidates exchanges their results.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.inference.nest import Nest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Spread", "Upward", "upward", "working_spread"]

_ROUNDS = 6
FEWEST_FOR_TIE = 20
"""Units, by the weight that each has in it, on which a tested covariate's slope must rest."""
FEWEST_FOR_SLOPE = 50
"""Degrees of freedom below which a covariate's slope at a level is not estimated but zero."""


@dataclass(frozen=True, eq=False)
class Spread:
    """Variances of deviations, by column.

    Attributes
    ----------
    areas : tuple of ndarray, shape (columns,)
        Of the areas, from the largest level.
    station, voter : ndarray, shape (columns,)
        Of a station with n registered voters: ``station + voter / n``.
    freedom : tuple of float
        Degrees of freedom behind each level's variance, the stations' last.
    """

    areas: tuple[Array, ...]
    station: Array
    voter: Array
    freedom: tuple[float, ...]

    def of_stations(self, size: Array) -> Array:
        """Return each station's own variance; shape (stations, columns)."""
        own: Array = self.station[None, :] + self.voter[None, :] / size[:, None]
        return own


@dataclass(frozen=True, eq=False)
class Upward:
    """What one pass from the stations to the whole leaves.

    Attributes
    ----------
    share : list of ndarray
        By depth from 1: each unit's weight among its siblings; they sum to one where any was seen.
    pull : list of ndarray
        By depth from 1 to the smallest areas: weight of the unit's own sheets against its parent.
    value : list of ndarray, shape (units, columns)
        By depth from 0: weighted means of what was seen inside, less covariates below.
    slopes : list of ndarray, shape (covariates, columns)
        By depth from 1.
    spread : Spread
        Variances by column, given the working weights.
    """

    share: list[Array]
    pull: list[Array]
    value: list[Array]
    slopes: list[Array]
    spread: Spread


def _ratio(part: Array, whole: Array) -> Array:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _apart(
    nest: Nest, depth: int, weight: Array, values: Array
) -> tuple[Array, Array, Array, Array]:
    """Return weights among siblings, their sum, the siblings' mean, and deviations from it."""
    parent = nest.parent(depth)
    whole = nest.up(depth, weight)
    share = _ratio(weight, whole[parent])
    mean = nest.up(depth, share[:, None] * values)
    return share, whole, mean, (values - mean[parent]) * (weight > 0)[:, None]


def _slopes(
    nest: Nest, depth: int, weight: Array, design: Array, values: Array, tested: bool
) -> Array:
    """Weighted least squares of siblings' deviations on those of their covariates.

    A tested last covariate has its slope shrunk by the factor (1 − 4 / t²), to zero where it is
    less than two standard errors away from that.
    """
    slopes = np.zeros((design.shape[1], values.shape[1]))
    freedom = int((weight > 0).sum()) - int((nest.up(depth, weight) > 0).sum())
    if not design.shape[1] or freedom < FEWEST_FOR_SLOPE:
        return slopes
    _, _, _, x = _apart(nest, depth, weight, design)
    _, _, _, y = _apart(nest, depth, weight, values)
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
        residual: Array = weight @ (y - x @ slopes) ** 2 / max(freedom - int(varies.sum()), 1)
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


def _solved(square: Array, x: Array, weight: Array, y: Array, used: NDArray[np.bool_]) -> Array:
    if not used.any():
        return np.zeros((0, y.shape[1]))
    moments = (x.T @ (weight[:, None] * y))[used]
    inner = square[np.ix_(used, used)]
    solved: Array = np.asarray(np.linalg.lstsq(inner, moments, rcond=1e-9)[0], dtype=np.float64)
    return solved


def _station_spread(
    nest: Nest, size: Array, seen: NDArray[np.bool_], values: Array
) -> tuple[Array, Array, float]:
    """Variance of stations within their smallest area, by two moments: over voters and stations.

    With residuals r_i from the voter-weighted mean of the area, E r_i² = v_i (1 − 2 a_i) +
    Σ a_j² v_j for v_i = s + u / n_i; solved for s and u, each at least zero.
    """
    depth = nest.depth
    voters = np.where(seen, size, 0.0)
    parent = nest.parent(depth)
    share, _, _, residual = _apart(nest, depth, voters, values)
    several = seen & (nest.up(depth, seen.astype(float)) >= 2)[parent]
    freedom = float(np.count_nonzero(several) - len(np.unique(parent[several])))
    columns = values.shape[1]
    if freedom < 1:
        return np.zeros(columns), np.zeros(columns), 0.0
    inverse = 1 / size
    own = (1 - 2 * share) + nest.up(depth, share**2)[parent]
    each = (1 - 2 * share) * inverse + nest.up(depth, share**2 * inverse)[parent]
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


def _area_spread(
    nest: Nest, depth: int, weight: Array, values: Array, inner: Array
) -> tuple[Array, float]:
    """Variance between siblings, by moments: Σ q d² less what the variances inside explain."""
    parent = nest.parent(depth)
    share, _, _, apart = _apart(nest, depth, weight, values)
    squares = weight @ apart**2
    left = weight * (1 - 2 * share)
    explained = left @ inner + weight @ nest.up(depth, share[:, None] ** 2 * inner)[parent]
    scale = left.sum() + weight @ nest.up(depth, share**2)[parent]
    used = nest.up(depth, (weight > 0).astype(float))
    freedom = float(np.maximum(used - 1, 0).sum())
    if freedom < 1 or scale <= 0:
        return np.zeros(values.shape[1]), 0.0
    return np.maximum((squares - explained) / scale, 0.0), freedom


def working_spread(
    nest: Nest,
    size: Array,
    seen: NDArray[np.bool_],
    rates: Array,
    designs: Sequence[Array],
) -> Spread:
    """Fit the one spread (summed over columns) that gives all columns their common weights."""
    found = _climb(nest, size, seen, rates, designs, None)
    return Spread(
        tuple(np.array([area.sum()]) for area in found.spread.areas),
        np.array([found.spread.station.sum()]),
        np.array([found.spread.voter.sum()]),
        found.spread.freedom,
    )


def upward(
    nest: Nest,
    size: Array,
    seen: NDArray[np.bool_],
    rates: Array,
    designs: Sequence[Array],
    work: Spread,
    *,
    tested: bool = False,
) -> Upward:
    """Pass from the stations to the whole with given working weights.

    Parameters
    ----------
    nest : Nest
        The tree.
    size : ndarray of float, shape (stations,)
        Registered voters, above zero.
    seen : ndarray of bool, shape (stations,)
        Whose rates are known.
    rates : ndarray of float, shape (stations, columns)
        Votes per registered voter; any finite number where not seen.
    designs : sequence of ndarray, shape (units, covariates)
        By depth from 1 to the stations.
    work : Spread
        One column, from :func:`working_spread`.
    tested : bool
        Whether the last covariate of each area level counts only as far as it is beyond chance.
    """
    return _climb(nest, size, seen, rates, designs, work, tested)


def _climb(
    nest: Nest,
    size: Array,
    seen: NDArray[np.bool_],
    rates: Array,
    designs: Sequence[Array],
    work: Spread | None,
    tested: bool = False,
) -> Upward:
    depth = nest.depth
    values: Array = np.where(seen[:, None], rates, 0.0)
    guess = work
    if guess is None:
        station, voter, _ = _station_spread(nest, size, seen, values)
        guess = Spread((), np.array([station.sum()]), np.array([voter.sum()]), ())
    own = np.maximum(guess.of_stations(size)[:, 0], 1e-12)
    weight = np.where(seen, 1 / own, 0.0)
    slopes = [_slopes(nest, depth, weight, designs[depth - 1], values, False)]
    values = np.where(seen[:, None], values - designs[depth - 1] @ slopes[0], 0.0)
    station, voter, freedom = _station_spread(nest, size, seen, values)
    if work is None:
        own = np.maximum(station.sum() + voter.sum() / size, 1e-12)
        weight = np.where(seen, 1 / own, 0.0)
    share, precision, mean, _ = _apart(nest, depth, weight, values)
    shares, means = [share], [mean]
    pulls: list[Array] = []
    inner = nest.up(depth, share[:, None] ** 2 * (station + voter / size[:, None]))
    spreads: list[Array] = []
    freedoms = [freedom]
    for at in range(depth - 1, 0, -1):
        design, values = designs[at - 1], means[0]
        between = 0.0 if work is None else float(work.areas[at - 1][0])
        if work is None:
            between = float(np.median(1 / precision[precision > 0]))
        for _ in range(_ROUNDS if work is None else 1):
            weight = precision / (1 + between * precision)
            slope = _slopes(nest, at, weight, design, values, tested)
            adjusted = np.where((weight > 0)[:, None], values - design @ slope, 0.0)
            spread, freedom = _area_spread(nest, at, weight, adjusted, inner)
            if work is None:
                between = float(spread.sum())
        weight = precision / (1 + between * precision)
        means[0] = adjusted
        pulls.insert(0, between * weight)
        share, precision, mean, _ = _apart(nest, at, weight, adjusted)
        inner = nest.up(at, share[:, None] ** 2 * (inner + spread))
        shares.insert(0, share)
        slopes.insert(0, slope)
        spreads.insert(0, spread)
        freedoms.insert(0, freedom)
        means.insert(0, mean)
    found = Spread(tuple(spreads), station, voter, tuple(freedoms))
    return Upward(shares, pulls, means, slopes, found)
