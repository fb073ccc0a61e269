"""How far areas and kinds of which nothing was seen may lie from all that was seen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import gammaln

from tallyverify.inference.prediction.population import Population
from tallyverify.inference.prediction.unseen_totals import Predicted

if TYPE_CHECKING:
    from tallyverify.arrays import Floats, Mask

MOST_UNLIKE = 5.0
"""The odds of an area wholly unseen may be this many times those of the seen, or as many less.

Of ten whole elections, no area of the first level lies further off in five (Argentina, Chile,
Poland, Venezuela, Vermont: up to 3.7 times), one does in Mexico 2006 (Tabasco, 16 times) and in
Russia 2018 (6.4), and single countries abroad in Bolivia (10). docs/inference.md has the table.
"""
_BY_CHANCE = 0.05  # that any area is wholly missing
_MATTERS = 0.01  # of all voters: a smaller area of the second level is taken to be like its parent
_ALIKE = 0.05  # of all voters: so much may vote alike, and unlike all that was seen


def areas_left_out(population: Population, depth: int = 1) -> Mask:
    """Return the areas of a level (areas,) asked for that more than chance left out.

    An area of n stations is wholly among the unseen ones, drawn by lot, with the chance
    C(M, n) / C(N, n), of M unseen of N stations; it is by chance where this is above five percent,
    shared out among the areas. Of the second level only areas count that hold a percent of all
    voters, in areas of which something was seen.
    """
    tree = population.tree
    if tree.depth <= depth:
        return np.zeros(0, dtype=bool)
    here, areas = tree.of_station(depth), tree.units(depth)
    stations = np.bincount(here, minlength=areas)
    seen = np.bincount(here[population.seen], minlength=areas)
    asked = np.bincount(here[population.wanted], minlength=areas)
    whole: Mask = (seen == 0) & (asked > 0) & ~population.lone[depth - 1]
    if depth > 1:
        voters = np.bincount(here, population.wanted_size, areas)
        over = tree.of_station(depth - 1)[population.seen]
        above = np.bincount(over, minlength=tree.units(depth - 1)) > 0
        whole &= (voters >= _MATTERS * population.everyone) & above[tree.parent(depth)]
    everywhere, missing = len(population), len(population) - int(seen.sum())
    n = stations[whole]
    log_chance = (
        gammaln(missing + 1)
        - gammaln(missing - n + 1)
        - gammaln(everywhere + 1)
        + gammaln(everywhere - n + 1)
    )
    whole[whole] = log_chance < np.log(_BY_CHANCE / areas)
    return whole


def anything_left_out(population: Population) -> bool:
    """Whether an area or a kind of stations is wholly unseen, by more than chance."""
    return weight_left_out(population) > 0


def unlike(shares: Floats) -> Floats:
    """Return by how much shares change at most if their odds are :data:`MOST_UNLIKE` times off."""
    up = MOST_UNLIKE * shares / (1 + (MOST_UNLIKE - 1) * shares) - shares
    down = shares - shares / (MOST_UNLIKE - (MOST_UNLIKE - 1) * shares)
    further: Floats = np.maximum(up, down)
    return further


def unlike_margin(first: float, second: float) -> float:
    """Return the same of the margin of two shares, whose sum stays."""
    both = first + second
    return 2 * both * float(unlike(np.array(first / both))) if both else 0.0


def weight_left_out(population: Population) -> float:
    """Return the share of the voters that stands for all areas and kinds that were left out.

    They may be alike (countries abroad are), so that up to five percent of all voters, or the
    largest, they add up; beyond that each differs in its own direction: the root of the sum of
    their squared shares.
    """
    voters = population.wanted_size
    if not voters.any():
        return 0.0
    parts = []
    for depth in (1, 2):
        areas = areas_left_out(population, depth)
        if areas.any():
            here = population.tree.of_station(depth)
            parts.append(np.bincount(here, voters, len(areas))[areas])
            voters = np.where(areas[here], 0.0, voters)
    if population.unseen_kinds.size and population.kind is not None:
        by_kind = np.bincount(population.kind, voters, len(population.kinds))
        parts.append(by_kind[population.unseen_kinds])
    if not parts:
        return 0.0
    shares = np.concatenate(parts) / population.everyone
    alike = min(float(shares.sum()), max(_ALIKE, float(shares.max())))
    return max(float(np.linalg.norm(shares)), alike)


def or_unlike(found: Predicted, far: Any) -> Predicted:
    """Return estimates that may also be off by ``far``, at 95 %."""
    return replace(found, shift=np.hypot(found.shift, far / found.quantile(0.95)))
