"""Stations nested in areas nested in areas, as sums from each unit to the one that it lies in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import sparse

if TYPE_CHECKING:
    from tallyverify.arrays import Array, Counts, Floats, Mask


@dataclass(frozen=True, eq=False)
class AreaTree:
    """A country as a tree: depth 0 is the whole, then areas, ``depth`` the stations."""

    parents: tuple[Counts, ...]  # [d - 1]: for each unit of depth d, its unit of depth d − 1

    @classmethod
    def of(cls, codes: Sequence[Array], stations: int | None = None) -> AreaTree:
        """Build the tree from codes (stations,) of each level, equal within one larger area."""
        count = len(codes[0]) if codes else int(stations or 0)
        here = np.zeros(count, dtype=np.int64)
        parents: list[Counts] = []
        for level in codes:
            pair = here * (int(level.max(initial=0)) + 1) + level
            inside, distinct = pd.factorize(pair, sort=True)
            parents.append(distinct // (int(level.max(initial=0)) + 1))
            here = inside.astype(np.int64)
        return cls((*parents, here))

    @property
    def depth(self) -> int:
        """Depth of the stations."""
        return len(self.parents)

    def units(self, depth: int) -> int:
        """Return how many units there are at a depth."""
        return 1 if depth == 0 else len(self.parents[depth - 1])

    @cached_property
    def _sums(self) -> tuple[Any, ...]:
        sums = []
        for depth, parent in enumerate(self.parents, start=1):
            shape = (self.units(depth - 1), len(parent))
            where = (parent, np.arange(len(parent)))
            sums.append(sparse.csr_matrix((np.ones(len(parent)), where), shape=shape))
        return tuple(sums)

    def up(self, depth: int, values: Floats) -> Floats:
        """Sum values of the units of a depth over the units of the depth above."""
        summed: Floats = self._sums[depth - 1] @ values
        return summed

    def parent(self, depth: int) -> Counts:
        """Return the unit above of each unit of a depth."""
        return self.parents[depth - 1]

    @cached_property
    def _of_station(self) -> tuple[Counts, ...]:
        places = [np.arange(self.units(self.depth), dtype=np.int64)]
        for parent in reversed(self.parents):
            places.append(parent[places[-1]])
        return tuple(reversed(places))

    def of_station(self, depth: int) -> Counts:
        """Return the unit of a depth that each station lies in."""
        return self._of_station[depth]

    def totals(self, values: Floats) -> list[Floats]:
        """Return the sums of values of stations at every depth, from the whole to the stations."""
        sums = [values]
        for depth in range(self.depth, 0, -1):
            sums.append(self.up(depth, sums[-1]))
        return sums[::-1]

    def take(self, which: Mask) -> AreaTree:
        """Return the tree of some of the stations."""
        codes = [self.of_station(depth)[which] for depth in range(1, self.depth)]
        return AreaTree.of(codes, int(which.sum()))
