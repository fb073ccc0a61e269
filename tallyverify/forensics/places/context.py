"""What a station is expected to show, given its centre, its areas and an earlier round.

The expectation of a station never uses the station itself. It is made so that a few stations that
are wholly wrong (swapped, mistyped, or merely special) move neither the expectation nor the spread
of the others much: each is weighed by how well it agrees, as under a t distribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tallyverify.arrays import Counts, Floats, Mask, codes, same_length
from tallyverify.errors import InputError
from tallyverify.forensics.places.context_levels import (
    Nested,
    Others,
    local_factor,
    nested,
    others,
    variances,
)
from tallyverify.language import told

_ROUNDS = 6
_START = 10.0
_DOUBT = 4.0
_LEAST_SHARE = 0.005
_PER_FEATURE = 20
_RIDGE = 1e-6
_FARTHEST = 15.0
_LEAST_LOCAL = 0.25


@dataclass(frozen=True, eq=False)
class Context:
    """What the other stations, and an earlier round, say about each station; NaN where unknown."""

    expected: Floats  # log-odds
    # Standard deviation about it of the station's own log-odds before its voters are dealt: the
    # doubt about the expectation and the differences between stations.
    spread: Floats
    noise: Floats  # standard deviation that the dealing of a binomial number of voters adds
    total: Counts  # votes for the two sides
    known: Mask  # where there is an expectation, and votes to hold against it
    between: float  # standard deviation of the stations of one smallest area, beyond chance
    factor: float  # of the variance that chance gives, by the binomial one; 1 or more
    levels: tuple[tuple[int, float], ...]  # used (0 the largest given), smallest first; their sd
    earlier: int  # stations whose expectation uses the earlier round
    areas: tuple[Others, ...]  # of each area from the others of the next larger one, smallest first
    tree: Nested  # the areas as used, over the stations that have votes

    def __repr__(self) -> str:
        return (
            f"<Context: {int(self.known.sum()):,} of {self.known.size:,} stations, "
            f"{len(self.levels)} levels, earlier round for {self.earlier:,}; "
            f"median spread {np.nanmedian(self.spread):.3f}, factor {self.factor:.2f}>"
        )


def level_codes(areas: Sequence[ArrayLike], **arrays: Counts | None) -> list[Counts]:
    """Return labels of areas as codes by level, of as many stations as the other arrays have."""
    levels = [codes(f"areas[{at}]", labels) for at, labels in enumerate(areas)]
    same_length(**arrays, **{f"areas[{at}]": level for at, level in enumerate(levels)})
    return levels


def between_0_and_1(**options: float) -> None:
    """Say so if an option is not a share between 0 and 1, both excluded."""
    for name, value in options.items():
        if not 0 < value < 1:
            what = (
                told("a level is between 0 and 1, both excluded")
                if name == "level"
                else told("{option} is between 0 and 1, both excluded", option=name)
            )
            raise InputError(what, found=str(value))


def context_of(
    first: Counts, second: Counts, areas: Sequence[Counts] = (), earlier: Counts | None = None
) -> Context:
    """Expect each station's log-odds of two sides from everything but the station itself."""
    # The log-odds of a station are those of its centre plus a normal deviation, the centre's those
    # of the next larger area plus another, and so on: a nested logistic-normal model, linearised as
    # in penalised quasi-likelihood (Breslow & Clayton 1993). The variances are estimated by Huber's
    # proposal 2 (1981); stations and areas that do not agree with the others count less. An earlier
    # round, of any options, enters through the logarithms of its shares and the shares themselves,
    # by robust regression; a row of zeros says that there was none. Stations are taken as
    # independent given their areas. Sums are in the given order: who needs the last digit sorts.
    alone = _fitted(first, second, areas, None, first + second > 0)
    if earlier is None:
        return alone
    rows = earlier.sum(axis=1) > 0
    both = rows & (first + second > 0)
    features = _features(earlier[both])
    if features is None or int(both.sum()) < _PER_FEATURE * (features.shape[1] + 1):
        return alone
    with_it = _fitted(first, second, areas, features, both)
    return Context(
        **{
            name: np.where(with_it.known, getattr(with_it, name), getattr(alone, name))
            for name in ("expected", "spread", "noise")
        },
        known=alone.known,
        total=alone.total,
        between=with_it.between,
        factor=with_it.factor,
        levels=with_it.levels,
        earlier=int(with_it.known.sum()),
        areas=with_it.areas,
        tree=with_it.tree,
    )


def _features(earlier: Counts) -> Floats | None:
    """Return logarithms of shares and shares, standardised; None if no option is large enough."""
    totals = earlier.sum(axis=0)
    held = earlier[:, totals >= _LEAST_SHARE * totals.sum()].astype(np.float64)
    share = (held + 0.5) / (held + 0.5).sum(axis=1, keepdims=True)
    raw = np.hstack([np.log(share), share[:, 1:]])
    raw = raw - raw.mean(axis=0)
    scale = np.sqrt((raw**2).mean(axis=0))
    told = scale > 1e-12
    return raw[:, told] / scale[told] if told.any() else None


def _fitted(
    first: Counts,
    second: Counts,
    areas: Sequence[Counts],
    features: Floats | None,
    used: Mask,
) -> Context:
    size = int(used.sum())
    if size < 2:
        raise InputError(
            told("an expectation needs at least two stations with votes"),
            found=told("{stations} with votes", stations=str(size)),
        )
    a = first[used].astype(np.float64)
    n = a + second[used]
    levels = [np.unique(level[used], return_inverse=True)[1] for level in areas]
    tree = nested(levels, size)
    common = (a.sum() + 0.5) / (n.sum() + 1)
    # Each side counts at least a little everywhere, so that no log-odds are infinite.
    share = (a + _START * common) / (n + _START)
    fit = np.zeros(size)
    weight = np.ones(size)
    factor, between = 1.0, 0.0
    slopes = np.zeros(0 if features is None else features.shape[1])
    effect = np.zeros(size)
    for _ in range(_ROUNDS):
        chance = 1 / (n * share * (1 - share))
        odds = np.log(share / (1 - share)) + (a / n - share) / (share * (1 - share))
        if features is not None:
            slopes = _regressed(features, odds - effect, weight / (factor * chance + between))
            fit = features @ slopes
        factor, between = variances(odds - fit, chance, weight, tree.parents[0], sized=True)
        found = others(tree, odds - fit, factor * chance, weight, between)
        own = found[0]
        known = own.precision > 0
        doubt = between + 1 / np.where(known, own.precision, np.inf)
        expected = fit + own.mean
        shown = odds - expected
        distance = np.where(known, shown**2 / (factor * chance + doubt), 0.0)
        weight = np.minimum(1.0, (_DOUBT + 1) / (_DOUBT + distance))
        # Linearise at what the station shows, shrunk towards what is expected of it.
        pull = np.where(known, doubt / (factor * chance + doubt), 1.0)
        middle = np.clip(expected + pull * shown, -_FARTHEST, _FARTHEST)
        share = 1 / (1 + np.exp(-middle))
        effect = own.mean
    expected = np.where(known, np.clip(expected, -_FARTHEST, _FARTHEST), np.nan)
    share = 1 / (1 + np.exp(-expected))
    chance = 1 / (n * share * (1 - share))
    beyond = doubt + (factor - 1) * chance
    local = local_factor(np.where(known, shown**2 / (beyond + chance), 1.0), tree)
    beyond = np.maximum(local * (beyond + chance) - chance, _LEAST_LOCAL * beyond)
    placed = {"expected": expected, "spread": np.sqrt(beyond), "noise": np.sqrt(chance)}
    everywhere = np.zeros(used.size, dtype=bool)
    everywhere[used] = known
    return Context(
        **{name: _spread_out(np.where(known, some, np.nan), used) for name, some in placed.items()},
        total=first + second,
        known=everywhere,
        between=float(np.sqrt(between)),
        factor=factor,
        levels=tuple(
            (level, float(np.sqrt(area.within)))
            for level, area in zip(tree.levels, found[1:], strict=True)
        ),
        earlier=0 if features is None else int(known.sum()),
        areas=tuple(found[1:]),
        tree=tree,
    )


def _spread_out(some: Floats, used: Mask) -> Floats:
    whole = np.full(used.size, np.nan)
    whole[used] = some
    return whole


def _regressed(features: Floats, odds: Floats, precision: Floats) -> Floats:
    """Least squares with an intercept, which the areas will take; a little ridge against ties."""
    weight: Floats = precision / precision.sum()
    centred: Floats = features - weight @ features
    weighted: Floats = centred * weight[:, None]
    gram = weighted.T @ centred + _RIDGE * np.eye(features.shape[1])
    return np.asarray(np.linalg.solve(gram, weighted.T @ odds), dtype=np.float64)
