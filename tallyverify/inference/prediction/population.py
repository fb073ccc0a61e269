"""Everything that exists, as arrays: stations seen and unseen, their areas, voters and votes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.inference.prediction.area_tree import AreaTree

if TYPE_CHECKING:
    from tallyverify.arrays import Floats, Mask


@dataclass(frozen=True, eq=False)
class Population:
    """All stations of a contest, in an order that does not depend on files."""

    tree: AreaTree
    size: Floats  # (stations,) registered voters; 1 each where nobody knows them
    seen: Mask  # whose sheet was seen and wholly read
    votes: Floats  # (stations, candidates); 0 where not seen
    names: tuple[str, ...]
    levels: tuple[str, ...] = ()  # of the tree, from the largest
    # (stations, covariates): known of all, e.g. rates of an earlier election
    covariates: Floats | None = None
    order: Floats | None = None  # when each station reported; NaN where not known
    asked: Mask | None = None  # to be predicted; all unseen by default, what it hides in a backtest
    # By level, stations (stations,) that name no area of it, each a unit of its own there; nothing
    # where all name all.
    unplaced: tuple[Mask, ...] = ()

    def __len__(self) -> int:
        return len(self.size)

    @cached_property
    def valid(self) -> Floats:
        """Valid votes by station: the sum over candidates; 0 where not seen."""
        total: Floats = self.votes.sum(axis=1)
        return total

    @cached_property
    def wanted(self) -> Mask:
        """Stations whose votes are to be predicted; shape (stations,)."""
        return ~self.seen if self.asked is None else self.asked

    @cached_property
    def wanted_size(self) -> Floats:
        """Registered voters of the stations to be predicted, 0 at the others."""
        return np.where(self.wanted, self.size, 0.0)

    @cached_property
    def lone(self) -> tuple[Mask, ...]:
        """By depth from 1 to the smallest areas: units that are no area, but lack one; (units,)."""
        lone = [np.zeros(self.tree.units(depth), dtype=bool) for depth in range(1, self.tree.depth)]
        for at, lacking in enumerate(self.unplaced):
            lone[at][self.tree.of_station(at + 1)[lacking]] = True
        return tuple(lone)

    @cached_property
    def designs(self) -> tuple[Floats, ...]:
        """Covariates by depth from 1: log of registered voters, and means of the others.

        What is no area has no size as one: the mean of the areas stands there.
        """
        designs = []
        totals = self.tree.totals(self.size)
        others = np.zeros((len(self), 0)) if self.covariates is None else self.covariates
        weighted = self.tree.totals(others * self.size[:, None])
        for depth in range(1, self.tree.depth + 1):
            size = totals[depth]
            log_size = np.log(size)
            if depth < self.tree.depth and self.lone[depth - 1].any():
                lone = self.lone[depth - 1]
                log_size[lone] = log_size[~lone].mean() if (~lone).any() else 0.0
            designs.append(np.column_stack([log_size, weighted[depth] / size[:, None]]))
        return tuple(designs)

    @cached_property
    def missing_shares(self) -> tuple[Floats, ...]:
        """By depth from 1 to the smallest areas: share of the unit's voters that were not seen.

        Of a unit wholly missing it is the largest share of any unit of which something was seen:
        what is fitted to these is not carried beyond their range. Of a unit that is no area, it is
        that of the country.
        """
        missing = self.tree.totals(np.where(self.seen, 0.0, self.size))
        whole = self.tree.totals(self.size)
        shares = []
        for depth in range(1, self.tree.depth):
            share = missing[depth] / whole[depth]
            partly = missing[depth] < whole[depth]
            share = np.minimum(share, share[partly].max(initial=0.0))
            shares.append(np.where(self.lone[depth - 1], missing[0] / whole[0], share))
        return tuple(shares)

    def hiding(self, hidden: Mask) -> Population:
        """Return the same with some seen stations hidden, and only these asked for."""
        gone = hidden & self.seen
        left = replace(self, seen=self.seen & ~gone, asked=gone)
        # Sizes and areas stay as they are, so what was worked out of them stays too.
        left.__dict__["lone"] = self.lone
        left.__dict__["designs"] = self.designs
        left.__dict__["valid"] = self.valid
        return left
