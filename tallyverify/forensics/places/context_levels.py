"""What every station is expected to show, from all other stations: one pass up and down a tree.

A value (log-odds) is that of its area plus a deviation of its own; the area's is that of the next
larger area plus one of its own. Given the variances of the deviations, what all *other* stations
say about one of them is had exactly by passing messages up the tree and down again (Pearl 1988);
nothing is fitted station by station.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tallyverify.arrays import Array, Counts, Floats

_ROUNDS = 40
_CUT = 2.0
_NEGLIGIBLE = 1e-9
_USUAL = 20.0
_FEWEST_COMPARISONS = 10
# Mean of min(z², 4) of a standard normal z: what the cut squares would be if all were well.
_CUT_MEAN = 0.9205369


@dataclass(frozen=True, eq=False)
class Nested:
    """Stations in areas in larger areas."""

    # From the stations up: for each unit of a depth, the number of its parent among the units of
    # the next. The last holds zeros: the whole is the parent of the largest areas.
    parents: tuple[Counts, ...]
    levels: tuple[int, ...]  # which of those given (0 the largest) the areas are, smallest first


@dataclass(frozen=True, eq=False)
class Others:
    """What all others say about each unit of one depth: its parent's value, and how surely."""

    mean: Floats  # of the parent's value, from every station but those of the unit
    precision: Floats  # 0 where no other says anything
    own: Floats  # the unit's value as its own stations have it
    own_variance: Floats  # by sampling
    within: float  # variance of the units' deviations from their parents


def canonical(columns: Sequence[Array]) -> Counts:
    """Return an order of the rows that depends on what they hold, not on where they stand."""
    return np.lexsort(tuple(reversed(list(columns))))


def nested_codes(areas: Sequence[Counts]) -> list[Counts]:
    """Return codes by level in which an area of a lower one is one with the areas above it."""
    paths: list[Counts] = []
    for codes in areas:
        whole = paths[-1] * (int(codes.max(initial=0)) + 1) + codes if paths else codes
        paths.append(np.unique(whole, return_inverse=True)[1].astype(np.int64))
    return paths


def nested(areas: Sequence[Counts], stations: int) -> Nested:
    """Nest the areas: two of one name in different larger areas are different."""
    # A level says nothing, and is left out, where fewer than ten of its units share a parent with
    # another: its variance could not be estimated.
    parents: list[Counts] = []
    levels: list[int] = []
    paths = nested_codes(areas)
    unit = np.arange(stations, dtype=np.int64)
    for level in range(len(areas), 0, -1):
        size = int(unit.max()) + 1
        parent = np.zeros(size, dtype=np.int64)
        parent[unit] = paths[level - 1]
        number = np.bincount(parent)
        if number[number > 1].sum() < _FEWEST_COMPARISONS:
            continue
        parents.append(parent)
        levels.append(level - 1)
        unit = paths[level - 1]
    parents.append(np.zeros(int(unit.max()) + 1, dtype=np.int64))
    return Nested(tuple(parents), tuple(levels))


def variances(
    values: Floats, noise: Floats, weight: Floats, parent: Counts, *, sized: bool
) -> tuple[float, float]:
    """Return the factor (1 or more) of the noise and the variance of units about their parent."""
    # Each unit is compared with the weighted mean of its siblings. Squares are cut at four times
    # what is expected (Huber's proposal 2): one unit in a hundred that is wholly wrong adds at most
    # about 4 %. The factor is overdispersion; 1 where not sized.
    factor, between = 1.0, float(np.median(noise))
    shared = np.bincount(parent)[parent] > 1
    if not shared.any():
        return 1.0, 0.0
    for _ in range(_ROUNDS):
        spread = factor * noise + between
        precision = weight / spread
        total = np.bincount(parent, precision)[parent] - precision
        held = shared & (total > _NEGLIGIBLE * precision) & (total > 0)
        sum_ = np.bincount(parent, precision * values)[parent] - precision * values
        off = values[held] - sum_[held] / total[held]
        own, scale = noise[held], spread[held] + 1 / total[held]
        excess = cut_square(off**2 / scale)
        constant = 1 / scale
        # Multiplicative steps keep both parts positive and settle where Σ (excess − 1) g/v = 0.
        between *= float((excess * constant).sum() / constant.sum())
        if sized:
            factor = max(1.0, factor * float((excess * own / scale).sum() / (own / scale).sum()))
    return factor, between


def cut_square(square: Floats) -> Floats:
    """Return squares of standardised departures, cut at four; their mean is 1 if all is well."""
    return np.minimum(square, _CUT**2) / _CUT_MEAN


def local_factor(squares: Floats, tree: Nested) -> Floats:
    """Return how much more the other stations of each station's areas vary than all stations do."""
    # Shrunk towards 1 as if twenty more stations varied as usual: areas differ in kind (stations
    # abroad, mixed districts).
    factor: Floats = np.ones(squares.size)
    units = [np.arange(squares.size)]
    for parent in tree.parents[:-1]:
        units.append(parent[units[-1]])
    for unit in units[:0:-1]:
        cut = cut_square(squares / factor)
        more = np.bincount(unit, cut)[unit] - cut
        factor = factor * (_USUAL + np.maximum(more, 0.0)) / (_USUAL + np.bincount(unit)[unit] - 1)
    return factor


def others(
    tree: Nested, values: Floats, noise: Floats, weight: Floats, between: float
) -> list[Others]:
    """Return what all others say, by depth from the stations up to the largest areas."""
    # By station: value, sampling variance with overdispersion, and how much it is believed, 0 to 1;
    # between is the variance of the stations' own deviations.
    own, variance, spread = values, noise, between
    believed = weight
    ups: list[tuple[Floats, Floats, Floats, float]] = []
    for depth, parent in enumerate(tree.parents):
        if depth:
            _, spread = variances(own, variance, believed, parent, sized=False)
            believed = _believed(own, variance + spread, parent)
        ups.append((own, variance, believed / (variance + spread), spread))
        sure = np.bincount(parent, ups[-1][2])
        own, variance = np.bincount(parent, ups[-1][2] * own) / sure, 1 / sure
        believed = np.ones(own.size)
    # Nothing is known of the whole from outside it.
    above: Floats = np.zeros(1)
    above_mean: Floats = np.zeros(1)
    found: list[Others] = []
    for depth in range(len(tree.parents) - 1, -1, -1):
        parent = tree.parents[depth]
        own, variance, precision, spread = ups[depth]
        total = np.bincount(parent, precision)
        sums = np.bincount(parent, precision * own)
        rest = np.bincount(parent)[parent] > 1
        left = np.where(rest, np.maximum(total[parent] - precision, 0.0), 0.0)
        left_sum = np.where(rest, sums[parent] - precision * own, 0.0)
        known = left + above[parent]
        mean = left_sum + (above * above_mean)[parent]
        said = known > 0
        mean = np.where(said, mean / np.where(said, known, 1.0), 0.0)
        found.insert(0, Others(mean, known, own, variance, spread))
        above = np.where(said, 1 / (1 / np.where(said, known, 1.0) + spread), 0.0)
        above_mean = mean
    return found


def _believed(own: Floats, spread: Floats, parent: Counts) -> Floats:
    """Weigh an area down by its distance from its siblings' median, as Student's t would."""
    order = np.lexsort((own, parent))
    starts = np.concatenate([[0], np.cumsum(np.bincount(parent))])
    low = order[(starts[:-1] + starts[1:] - 1) // 2]
    high = order[(starts[:-1] + starts[1:]) // 2]
    middle = (own[low] + own[high]) / 2
    return np.asarray(np.minimum(1.0, 5 / (4 + (own - middle[parent]) ** 2 / spread)))
