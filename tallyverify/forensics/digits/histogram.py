"""How many stations show each count: all that the indicators of digits look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import chi2

from tallyverify.arrays import Counts, Floats
from tallyverify.forensics.indicator import Effect, share_interval
from tallyverify.language import number, told

# Fewest counts whose last digits are tested: ten of each digit, or repeated pair, are expected.
FEWEST = 100
_DENSE = 1 << 16


@dataclass(frozen=True, eq=False)
class Histogram:
    """Counts that occur, ascending, and the number of stations that show each."""

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


def chi_square(observed: Counts | Floats, shares: Floats) -> float:
    """Return Pearson's χ² of counts against these shares of their sum; 0 if there are none."""
    # scipy's chisquare takes a hundred times as long, and is asked of every twin.
    expected = observed.sum() * shares
    return float(((observed - expected) ** 2 / expected).sum()) if observed.any() else 0.0


def counts_used(histogram: Histogram, smallest: int, fewest: int, *, needed: str) -> dict[str, Any]:
    """Return the fields that say which counts are used, and ``refused`` where they are too few."""
    used = histogram.at_least(smallest)
    least = str(smallest)
    few = told(
        "{used} counts of {least} or more, {needed} are needed",
        used=number(used),
        least=least,
        needed=needed,
    )
    return {
        "used": used,
        "left_out": {told("fewer than {least} votes", least=least): histogram.total - used},
        "refused": few if used < fewest else "",
    }


def headline(
    histogram: Histogram, smallest: int, observed: Counts, shares: Floats, name: str, named: int
) -> dict[str, Any]:
    """Return χ² of what the counts of ``smallest`` or more show, and the share of those named."""
    common = counts_used(histogram, smallest, FEWEST, needed=str(FEWEST))
    if common["refused"]:
        return common
    statistic, used = chi_square(observed, shares), common["used"]
    return common | {
        "statistic": statistic,
        "pvalue": float(chi2.sf(statistic, len(shares) - 1)),
        "effect": Effect(name, named / used, *share_interval(named, used)),
    }
