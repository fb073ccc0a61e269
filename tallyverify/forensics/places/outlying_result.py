"""What the search for outlying stations returns: a ranking, with the reasons in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tallyverify.arrays import Counts, Floats, Mask
from tallyverify.forensics.calibration.calibration_spec import TURNOUT
from tallyverify.forensics.indicator import Indicator
from tallyverify.language import clauses, number, percent, told

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Aspect:
    """One thing looked at in every station: a candidate's share, or the turnout.

    Attributes
    ----------
    name : str
        The candidate, or ``turnout``.
    first, total : ndarray of int, shape (stations,)
        The count, and what it is a share of.
    expected, low, high : ndarray of float, shape (stations,)
        Expected share, and the interval that holds 95 % of honest stations; NaN where unknown.
    score : ndarray of float, shape (stations,)
        Departure in predicted standard deviations.
    pvalue : ndarray of float, shape (stations,)
        Two-sided, under the fitted tail.
    """

    name: str
    first: Counts
    total: Counts
    expected: Floats
    low: Floats
    high: Floats
    score: Floats
    pvalue: Floats

    def __repr__(self) -> str:
        return f"<Aspect {self.name!r}: {int((~np.isnan(self.score)).sum()):,} stations>"


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class OutlyingStations(Indicator):
    """Stations by how far they depart; the statistic is the number flagged.

    Attributes
    ----------
    aspects : tuple of Aspect
        What was looked at.
    which : ndarray of int, shape (stations,)
        The aspect in which each departs most; −1 where there was none.
    station_pvalue : ndarray of float, shape (stations,)
        The smallest p-value of each times the number of aspects; NaN where not used.
    adjusted : ndarray of float, shape (stations,)
        The same, adjusted over the stations (Benjamini–Hochberg).
    flagged : ndarray of bool, shape (stations,)
        Adjusted p-value at or below ``level``.
    level : float
        The false discovery rate.
    areas : tuple of ndarray of int
        Codes of the areas by level, the largest first.
    area_names : tuple of str
        What the levels are called.
    station : tuple of str or None
        What the stations are called.
    """

    aspects: tuple[Aspect, ...]
    which: Counts
    station_pvalue: Floats
    adjusted: Floats
    flagged: Mask
    level: float
    areas: tuple[Counts, ...]
    area_names: tuple[str, ...]
    station: tuple[str, ...] | None

    def ranked(self, most: int = 20) -> pd.DataFrame:
        """Return the stations that depart most: first those flagged, by p-value.

        The others follow by how many predicted deviations they are away.

        Parameters
        ----------
        most : int
            How many rows at most.

        Returns
        -------
        DataFrame
            ``row`` (of the arrays given), ``station``, ``aspect``, ``share``, ``expected``,
            ``low``, ``high``, ``score``, ``pvalue``, ``adjusted``, ``flagged`` and ``reason``.
        """
        import pandas as pd

        return pd.DataFrame(self.farthest(most), columns=_COLUMNS)

    def farthest(self, most: int) -> list[dict[str, Any]]:
        """Return the rows of :meth:`ranked`, with the reasons in every language."""
        used = np.flatnonzero(self.which >= 0)
        away = np.array([abs(self.aspects[self.which[at]].score[at]) for at in used])
        flagged = self.flagged[used]
        first = np.where(flagged, self.station_pvalue[used], -away)
        order = used[np.lexsort((first, ~flagged))][:most]
        rows = []
        for at in order:
            aspect = self.aspects[self.which[at]]
            rows.append(
                {
                    "row": int(at),
                    "station": str(at) if self.station is None else self.station[at],
                    "aspect": aspect.name,
                    "share": aspect.first[at] / aspect.total[at],
                    **{key: getattr(aspect, key)[at] for key in ("expected", "low", "high")},
                    "score": aspect.score[at],
                    "pvalue": self.station_pvalue[at],
                    "adjusted": self.adjusted[at],
                    "flagged": bool(self.flagged[at]),
                    "reason": self._reason(int(at), aspect),
                }
            )
        return rows

    def _reason(self, at: int, aspect: Aspect) -> str:
        share, others = percent_of(aspect.first[at] / aspect.total[at]), self._others(at, aspect)
        said = [
            told("Turnout is {share} here", share=share)
            if aspect.name == TURNOUT
            else told("{name} has {share} here", name=aspect.name, share=share),
            *([] if others is None else [others]),
            told(
                "expected {expected} ({low} to {high})",
                expected=percent_of(aspect.expected[at]),
                low=percent_of(aspect.low[at]),
                high=percent_of(aspect.high[at]),
            ),
        ]
        return clauses(said)

    def _others(self, at: int, aspect: Aspect) -> str | None:
        """Say what the others of the smallest area that has any show."""
        for level in range(len(self.areas) - 1, -1, -1):
            beside = aspect.total > 0
            for codes in self.areas[: level + 1]:
                beside = beside & (codes == codes[at])
            beside[at] = False
            many = int(beside.sum())
            if many:
                shares = aspect.first[beside] / aspect.total[beside]
                name, low = self.area_names[level], percent_of(shares.min())
                if many == 1:
                    return told(
                        "the other station of its {level} has {share}", level=name, share=low
                    )
                return told(
                    "{stations} other stations of its {level} have {low} to {high}",
                    stations=number(many),
                    level=name,
                    low=low,
                    high=percent_of(shares.max()),
                )
        return None


_COLUMNS = [
    *("row", "station", "aspect", "share", "expected", "low", "high"),
    *("score", "pvalue", "adjusted", "flagged", "reason"),
]


def percent_of(share: float) -> str:
    """Return a share as people read it."""
    return percent(share, 1, 1)
