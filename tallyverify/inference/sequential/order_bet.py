"""A side bet against the order: that the areas of the next stations can be told from those before.

If each next station is drawn uniformly from those left, its area is g with the probability p(g),
the share of g among the stations left. A bet that gives g the probability q(g) multiplies its
wealth by q(g) / p(g), which is a fair game (Ville 1939); so is the mean of several. The bets:

- the next station is of the area of the last one, as sheets come in that are dealt with by area;
- it is of an area as often as areas came before, all of them or of late (a Pólya urn), as sheets
  come where some areas report before others.

What no bet sees is an order within areas, such as by size or by hour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import product
from math import exp, log

_STAKES = (0.1, 0.5, 0.9)  # parts of the wealth that are put on an order by area
_PRIOR = 10.0  # stations that the urn holds before any came, by their shares of the list
_FADING = 0.95  # of what came before, by station: what came “of late”


class _List:
    """One list: what came of it, and what is left."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.left, self.rest = dict(counts), sum(counts.values())
        self.shares = {area: count / self.rest for area, count in counts.items()}
        self.before: Counter[str] = Counter()
        self.came = 0
        self.last: str | None = None
        self.late: dict[str, tuple[float, int]] = {}  # weight by area, and when that was
        self.all_late = 0.0

    def odds(self, area: str) -> list[float]:
        """Return by bet the probability that it gives the area of the next station, over p."""
        chance, share = self.left[area] / self.rest, self.shares[area]
        weight, when = self.late.get(area, (0.0, self.came))
        urn = (self.before[area] + _PRIOR * share) / (self.came + _PRIOR)
        of_late = (weight * _FADING ** (self.came - when) + share) / (self.all_late + 1)
        again = chance
        if self.last is not None and self.left[self.last]:
            again = float(self.last == area)
        return [again / chance, urn / chance, of_late / chance]

    def take(self, area: str) -> None:
        weight, when = self.late.get(area, (0.0, self.came))
        self.late[area] = weight * _FADING ** (self.came + 1 - when) + 1, self.came + 1
        self.all_late = self.all_late * _FADING + 1
        self.before[area] += 1
        self.left[area] -= 1
        self.rest -= 1
        self.came += 1
        self.last = area


class OrderBet:
    """Wealth of the side bet; of strata each has its own list, and each bet runs through all.

    Assumes that the areas of every station of the list are known.
    """

    def __init__(self, lists: Mapping[str, Mapping[str, int]]) -> None:
        self._lists = {name: _List(counts) for name, counts in lists.items()}
        self._logs = [0.0] * (3 * len(_STAKES))
        self.peak = 0.0  # of the logarithm of the wealth

    @property
    def log_wealth(self) -> float:
        """Logarithm of the wealth now, the mean over all bets and stakes."""
        most = max(self._logs)
        return most + log(sum(exp(one - most) for one in self._logs) / len(self._logs))

    def feed(self, stations: Iterable[tuple[str, str]]) -> None:
        """Take in stations in their order: the list and the area of each."""
        for name, area in stations:
            one = self._lists[name]
            # An urn may hold areas of which no station is left: that part of a stake is lost.
            for at, (odds, stake) in enumerate(product(one.odds(area), _STAKES)):
                self._logs[at] += log(1 - stake + stake * odds)
            one.take(area)
            self.peak = max(self.peak, self.log_wealth)
