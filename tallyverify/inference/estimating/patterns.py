"""Patterns in which stations are missing: realistic ones, and the one that is really there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.inference.prediction.area_tree import AreaTree
from tallyverify.inference.prediction.population import FEWEST_SEEN, Population
from tallyverify.language import formula, told

if TYPE_CHECKING:
    from tallyverify.arrays import Floats, Mask


PATTERNS = {
    "random": told("stations at random"),
    "centres": told("whole areas of the smallest level"),
    "municipalities": told("whole areas of the level above the smallest"),
    "small": told("whole areas of the smallest level, the small and rural ones more readily"),
    "late": told("the last to report"),
    "learnt": told("as the unseen stations are really missing, learnt from the registry"),
    "kinds": told("all stations of one kind"),
}
"""Names of the patterns, and what they hide."""

_PRIOR = 2.0
_MOST = 0.95


def patterns_of(population: Population) -> tuple[str, ...]:
    """Return the patterns that a population has what they need for."""
    found = ["random"]
    areas = population.tree.depth - 1
    if areas >= 1:
        found += ["centres", "small"]
    if areas >= 2:
        found.insert(2, "municipalities")
    if population.order is not None:
        found.append("late")
    if (population.kinds_seen()[0] >= FEWEST_SEEN).sum() >= 2:
        found.append("kinds")
    missing = ~population.seen
    if missing.any() and population.seen.any():
        found.append("learnt")
    return tuple(found)


@dataclass(frozen=True, eq=False)
class LearntPattern:
    """How likely each station, and each area as a whole, is to be missing."""

    chances: tuple[Floats, ...]  # by depth from 1: wholly missing, given that the unit above is not


def learn_pattern(population: Population) -> LearntPattern:
    """Learn from a population how its unseen stations are missing.

    At each level, a unit of an area that is not wholly missing is itself wholly missing with a
    probability that depends on its size (logistic in the log of its registered voters, none above
    the largest that is really missing) and on the area it lies in (the area's own count of
    missing units, shrunk to what sizes alone say). Stations are the last level. So whole areas go
    missing where whole areas do, and single stations where single stations do; one that names no
    area is a single station.
    """
    tree = population.tree
    sizes = tree.totals(population.size)
    seen = tree.totals(population.seen.astype(float))
    chances: list[Floats] = []
    for depth in range(1, tree.depth + 1):
        parent = tree.parent(depth)
        alive = (seen[depth - 1] > 0)[parent]
        whole = seen[depth] == 0
        if depth > 1:
            alive |= population.lone[depth - 2][parent]
        if depth < tree.depth:
            alive &= ~population.lone[depth - 1]
        chances.append(_chances(tree, depth, sizes[depth], alive, whole))
    return LearntPattern(tuple(chances))


def _chances(tree: AreaTree, depth: int, size: Floats, alive: Mask, whole: Mask) -> Floats:
    gone = alive & whole
    if not gone.any():
        return np.zeros(len(size))
    by_size = _logistic(np.log(size), gone, alive)
    by_size[size > size[gone].max()] = 0.0
    parent = tree.parent(depth)
    expected = tree.up(depth, np.where(alive, by_size, 0.0))
    found = tree.up(depth, gone.astype(float))
    factor = (found + _PRIOR) / (expected + _PRIOR)
    return np.minimum(by_size * factor[parent], _MOST)


def _logistic(x: Floats, hit: Mask, among: Mask) -> Floats:
    """Fitted probabilities of a logistic regression on one variable, by Newton's steps.

    A weak normal prior on the slope keeps it finite where sizes separate missing from seen.
    """
    centre = float(x[among].mean())
    scale = float(x[among].std()) or 1.0
    z = (x - centre) / scale
    design = np.column_stack([np.ones(int(among.sum())), z[among]])
    y = hit[among].astype(float)
    rate = (y.sum() + 0.5) / (len(y) + 1)
    beta = np.array([np.log(rate / (1 - rate)), 0.0])
    prior = np.diag([1e-6, 0.25])
    for _ in range(50):
        p = expit(design @ beta)
        curvature = design.T @ ((p * (1 - p))[:, None] * design) + prior
        step = np.linalg.solve(curvature, design.T @ (y - p) - prior @ (beta * [0.0, 1.0]))
        beta = beta + step
        if np.abs(step).max() < 1e-8:
            break
    fitted: Floats = expit(beta[0] + beta[1] * z)
    return fitted


def hide(
    population: Population,
    pattern: str,
    share: float,
    rng: np.random.RandomState,
    learnt: LearntPattern | None = None,
) -> Mask:
    """Return which seen stations a pattern hides (stations,); ``learnt`` has a share of its own."""
    tree, seen = population.tree, population.seen
    if pattern == "learnt":
        found = learnt if learnt is not None else learn_pattern(population)
        gone = np.zeros(1, dtype=bool)
        for depth, chance in enumerate(found.chances, start=1):
            gone = gone[tree.parent(depth)] | (rng.random_sample(len(chance)) < chance)
        return gone & seen
    if pattern not in PATTERNS:
        says = told(
            "no pattern of missing stations is called {pattern}; there are {patterns}.",
            pattern=shown(pattern),
            patterns=listed(PATTERNS),
        )
        near = nearest(pattern, PATTERNS)
        raise InputError(formula("{says} {hint}", says=says, hint=near) if near else says)
    if pattern not in patterns_of(population):
        needs = {
            "late": told("an order of the seen stations"),
            "kinds": told("two kinds of stations"),
        }
        lacks = needs.get(pattern, told("areas"))
        raise InputError(
            told("the pattern {pattern} needs {what}", pattern=shown(pattern), what=lacks)
        )
    if pattern == "kinds" and population.kind is not None:
        there = np.flatnonzero(population.kinds_seen()[0] >= FEWEST_SEEN)
        one_kind: Mask = seen & (population.kind == there[int(rng.random_sample() * len(there))])
        return one_kind
    own = rng.random_sample(len(population))
    first = own
    if pattern in ("centres", "small"):
        at = tree.depth - 1
        first = rng.random_sample(tree.units(at))
        if pattern == "small":
            # The smallest key goes first: exponential with a rate that falls with size.
            first = -np.log1p(-first) * tree.totals(population.size)[at]
        first = first[tree.of_station(at)]
    elif pattern == "municipalities":
        at = tree.depth - 2
        first = rng.random_sample(tree.units(at))[tree.of_station(at)]
    elif pattern == "late" and population.order is not None:
        # The cut moves from draw to draw, or all draws were one; what is really unseen is its most.
        share *= 1 - 0.5 * rng.random_sample()
        # A station without a place in the order is never among the last.
        first = -np.where(np.isfinite(population.order), population.order, -np.inf)
    count = min(round(share * int(seen.sum())), int(seen.sum()))
    hidden = np.zeros(len(population), dtype=bool)
    order = np.lexsort((own, first, ~seen))
    hidden[order[:count]] = True
    return hidden
