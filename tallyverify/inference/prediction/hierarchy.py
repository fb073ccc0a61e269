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

from tallyverify.inference.prediction.area_tree import AreaTree
from tallyverify.inference.prediction.smallest_areas import (
    Leaves,
    VarianceComponents,
    apart,
    leaves_of,
    slopes_of,
    weighed,
)

if TYPE_CHECKING:
    from tallyverify.arrays import Floats, Mask


_ROUNDS = 6


@dataclass(frozen=True, eq=False)
class Upward:
    """What one pass from the stations to the whole leaves."""

    share: list[Floats]  # by depth from 1: weight among siblings; sums to 1 where any was seen
    # By depth from 1 to the smallest areas: weight of a unit's own sheets against the parent (γ of
    # Rao & Molina 2015).
    shrinkage: list[Floats]
    value: list[Floats]  # by depth from 0, (units, columns): weighted means, less covariates below
    slopes: list[Floats]  # by depth from 1, (covariates, columns)
    spread: VarianceComponents


def _area_spread(
    tree: AreaTree, depth: int, weight: Floats, values: Floats, inner: Floats
) -> tuple[Floats, float]:
    """Variance between siblings, by moments: Σ q d² less what the variances inside explain."""
    parent = tree.parent(depth)
    share, off = apart(tree, depth, weight, values)
    squares = weight @ off**2
    left = weight * (1 - 2 * share)
    explained = left @ inner + weight @ tree.up(depth, share[:, None] ** 2 * inner)[parent]
    scale = left.sum() + weight @ tree.up(depth, share**2)[parent]
    used = tree.up(depth, (weight > 0).astype(float))
    freedom = float(np.maximum(used - 1, 0).sum())
    if freedom < 1 or scale <= 0:
        return np.zeros(values.shape[1]), 0.0
    return np.maximum((squares - explained) / scale, 0.0), freedom


def working_spread(
    tree: AreaTree,
    size: Floats,
    seen: Mask,
    rates: Floats,
    designs: Sequence[Floats],
) -> VarianceComponents:
    """Fit the one spread (summed over columns) that gives all columns their common weights."""
    leaves = leaves_of(tree, size, seen, rates, designs[-1], None)
    found = _climb(tree, leaves, designs, None)
    return VarianceComponents(
        tuple(np.array([area.sum()]) for area in found.spread.areas),
        np.array([found.spread.station.sum()]),
        np.array([found.spread.voter.sum()]),
        found.spread.freedom,
    )


def upward(
    tree: AreaTree,
    size: Floats,
    seen: Mask,
    rates: Floats,
    designs: Sequence[Floats],
    work: VarianceComponents,
    *,
    tested: bool = False,
    leaves: Leaves | None = None,
) -> Upward:
    """Pass from the stations to the whole with given working weights.

    Rates are (stations, columns), designs (units, covariates) by depth from 1. ``tested``: the last
    covariate of each area level counts only as far as it is beyond chance.
    """
    if leaves is None:
        leaves = leaves_of(tree, size, seen, rates, designs[-1], work)
    return _climb(tree, leaves, designs, work, tested)


def _climb(
    tree: AreaTree,
    leaves: Leaves,
    designs: Sequence[Floats],
    work: VarianceComponents | None,
    tested: bool = False,
) -> Upward:
    share, precision, mean, inner = leaves.share, leaves.precision, leaves.mean, leaves.inner
    shares, means, slopes = [share], [mean], [leaves.slopes]
    shrinkages: list[Floats] = []
    spreads: list[Floats] = []
    freedoms = [leaves.freedom]
    for at in range(tree.depth - 1, 0, -1):
        design, values = designs[at - 1], means[0]
        between = 0.0 if work is None else float(work.areas[at - 1][0])
        if work is None:
            between = float(np.median(1 / precision[precision > 0]))
        for _ in range(_ROUNDS if work is None else 1):
            weight = precision / (1 + between * precision)
            slope = slopes_of(tree, at, weight, design, values, tested)
            adjusted = np.where((weight > 0)[:, None], values - design @ slope, 0.0)
            spread, freedom = _area_spread(tree, at, weight, adjusted, inner)
            if work is None:
                between = float(spread.sum())
        weight = precision / (1 + between * precision)
        means[0] = adjusted
        shrinkages.insert(0, between * weight)
        share, precision, mean = weighed(tree, at, weight, adjusted)
        inner = tree.up(at, share[:, None] ** 2 * (inner + spread))
        shares.insert(0, share)
        slopes.insert(0, slope)
        spreads.insert(0, spread)
        freedoms.insert(0, freedom)
        means.insert(0, mean)
    found = VarianceComponents(tuple(spreads), leaves.station, leaves.voter, tuple(freedoms))
    return Upward(shares, shrinkages, means, slopes, found)
