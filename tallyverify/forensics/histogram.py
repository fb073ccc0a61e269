"""How many stations show each count: all that the indicators of digits look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tallyverify.arrays import Counts


_DENSE = 1 << 16


@dataclass(frozen=True, eq=False)
class Histogram:
    """Counts that occur, ascending, and the number of stations that show each.

    Attributes
    ----------
    values, stations : ndarray of int

    Examples
    --------
    >>> import numpy as np
    >>> found = Histogram.of(np.array([7, 12, 7]))
    >>> found.values, found.stations, found.total, found.at_least(10)
    (array([ 7, 12]), array([2, 1]), 3, 1)
    """

    values: Counts
    stations: Counts

    @classmethod
    def of(cls, votes: Counts) -> Histogram:
        """Return the histogram of counts, 0 or more."""
        if votes.max(initial=0) < _DENSE:
            often = np.bincount(votes)
            values = np.flatnonzero(often)
            return cls(values, often[values])
        values, often = np.unique(votes, return_counts=True)
        return cls(values, often)

    @property
    def total(self) -> int:
        """All stations."""
        return int(self.stations.sum())

    def at_least(self, smallest: int) -> int:
        """Return how many stations show at least so many votes."""
        return int(self.stations[self.values >= smallest].sum())
