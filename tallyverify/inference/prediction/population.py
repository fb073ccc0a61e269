"""Everything that exists, as arrays: stations seen and unseen, their areas, voters and votes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from tallyverify.inference.prediction.area_tree import AreaTree

if TYPE_CHECKING:
    from tallyverify.arrays import Codes, Counts, Floats, Mask

NOT_NAMED = "not named"
"""The kind of stations of which none is known."""
_UNEVEN = 2.326  # the 99th percentile of a normal
_BY_SIZE = 3.0  # standard errors of a correlation
FEWEST_SEEN = 10
"""Stations of a kind from which it is learnt how the kind votes."""
_BY_LOT = 0.01


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
    kind: Counts | None = None  # (stations,), position in `kinds`; None where all are of one
    kinds: tuple[str, ...] = ()
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

    @property
    def everyone(self) -> float:
        """Registered voters of the stations seen and of those to be predicted."""
        return float(self.size[self.seen].sum() + self.wanted_size.sum())

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
        known = [part for part in (self.covariates, self.kind_shares) if part is not None]
        others = np.column_stack([np.zeros((len(self), 0)), *known])
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
        what is fitted to these is not carried beyond their range. Where stations are missing from
        the units of a level no more unevenly than by chance, each has its parent's share: in small
        units it would only tell how many stations they have. Of a unit that is no area, it is
        that of the country.
        """
        missing = self.tree.totals(np.where(self.seen, 0.0, self.size))
        whole = self.tree.totals(self.size)
        shares: list[Floats] = []
        above = missing[0] / whole[0]
        for depth in range(1, self.tree.depth):
            share = missing[depth] / whole[depth]
            partly = missing[depth] < whole[depth]
            share = np.minimum(share, share[partly].max(initial=0.0))
            if not self.missing_unevenly[depth - 1]:
                share = above[self.tree.parent(depth)]
            share = np.where(self.lone[depth - 1], missing[0] / whole[0], share)
            shares.append(share)
            above = share
        return tuple(shares)

    @cached_property
    def missing_unevenly(self) -> tuple[bool, ...]:
        """By depth from 1 to the smallest areas: whether more units than by chance lack more."""
        stations = self.tree.totals(np.ones(len(self)))
        missing = self.tree.totals((~self.seen).astype(float))
        found = []
        for depth in range(1, self.tree.depth):
            parent = self.tree.parent(depth)
            above = stations[depth - 1][parent], missing[depth - 1][parent]
            found.append(uneven(stations[depth], missing[depth], *above))
        return tuple(found)

    @cached_property
    def missing_by_size(self) -> bool:
        """Whether stations of some sizes are missing more often than chance would have it."""
        log, seen = np.log(self.size), self.seen.astype(float)
        if log.std() == 0 or seen.std() == 0:
            return False
        return bool(abs(np.corrcoef(log, seen)[0, 1]) * np.sqrt(len(self)) > _BY_SIZE)

    def kinds_seen(self) -> tuple[Counts, Counts]:
        """Return how many stations of each known kind were seen, and are asked for; (kinds,)."""
        if self.kind is None:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        kind, count = self.kind, len(self.kinds)
        named = np.array([name != NOT_NAMED for name in self.kinds])
        seen = np.bincount(kind[self.seen], minlength=count)
        return seen * named, np.bincount(kind[self.wanted], minlength=count) * named

    @cached_property
    def unseen_kinds(self) -> Codes:
        """Kinds of which stations are asked for, and too little was seen: positions in `kinds`.

        Nothing, or fewer than ten stations where a draw by lot of all would have had more, with a
        chance below one percent.
        """
        seen, wanted = self.kinds_seen()
        if not wanted.any():
            return np.zeros(0, dtype=np.intp)
        share = float(self.seen.mean())
        short = (seen < FEWEST_SEEN) & (stats.binom.cdf(seen, seen + wanted, share) < _BY_LOT)
        return np.flatnonzero((wanted > 0) & ((seen == 0) | short))

    @cached_property
    def kind_shares(self) -> Floats | None:
        """Of each station, which of the kinds it is that are learnt from: (stations, kinds − 1).

        Those of which enough was seen, but for the commonest; None where there are none.
        """
        if self.kind is None:
            return None
        seen = np.bincount(self.kind[self.seen], minlength=len(self.kinds))
        learnt = [at for at in np.argsort(-seen, kind="stable")[1:] if seen[at] >= FEWEST_SEEN]
        if not learnt:
            return None
        return np.column_stack([self.kind == at for at in learnt]).astype(float)

    def hiding(self, hidden: Mask) -> Population:
        """Return the same with some seen stations hidden, and only these asked for."""
        gone = hidden & self.seen
        left = replace(self, seen=self.seen & ~gone, asked=gone)
        # Sizes and areas stay as they are, so what was worked out of them stays too.
        left.__dict__["lone"] = self.lone
        left.__dict__["designs"] = self.designs
        left.__dict__["valid"] = self.valid
        return left


def unseen_share(population: Population) -> float:
    """Return the share of the voters of all stations that was not seen."""
    return float(population.wanted_size.sum() / population.everyone)


def uneven(
    stations: Floats,
    missing: Floats,
    in_parent: Floats,
    of_parent: Floats,
    *,
    sure: float = _UNEVEN,
) -> bool:
    """Whether units lack more unequal numbers of stations than a draw within their parents leaves.

    ``missing`` of each unit's ``stations`` against ``of_parent`` of the ``in_parent`` of its
    parent; all of shape (units,). Σ (z² − 1) over the hypergeometric z, in its standard error with
    the fourth moment of a binomial, beyond ``sure``: one-sided at one percent by default.
    """
    share = of_parent / in_parent
    left = (in_parent - stations) / np.maximum(in_parent - 1, 1)
    binomial = stations * share * (1 - share)
    known = (binomial > 0) & (left > 0)
    if not known.any():
        return False
    share, binomial = share[known], binomial[known]
    square = (missing[known] - stations[known] * share) ** 2 / (binomial * left[known])
    kurtosis = (1 - 6 * share * (1 - share)) / binomial
    error = np.sqrt(np.maximum(2 + kurtosis, 0.0).sum())
    return bool((square - 1).sum() > sure * error)
