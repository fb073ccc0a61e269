"""What a monitored margin looks like at one moment, and what must hold for that."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import Literal

Sampling = Literal["random", "strata", "archive"]

_BOUNDED = "no station holds more valid votes than `bound` and `registered` allow"
_ARITHMETIC = (
    "low and high are what the unseen stations allow at the most, with no assumption about them "
    "but that " + _BOUNDED
)
ASSUMED: dict[str, str] = {
    "random": "if each next station is drawn at random from those left, none of them skipped, and "
    + _BOUNDED,
    "strata": "if within each stratum each next station is drawn at random from those left, "
    "none of them skipped, and " + _BOUNDED,
    "archive": "e-value and p-value refused: the sheets were not drawn at random; " + _ARITHMETIC,
}
BY_AREA = (
    "refused: the stations come by area, as no random draw does (a side bet on their areas "
    "multiplied its wealth by {wealth}); " + _ARITHMETIC
)
BROKEN = (
    "refused: no margin fits a random order, so that the stations do not come in one; "
    + _ARITHMETIC
)
NONE_LEFT = "; no margin fits that at this level: the interval is what fits it best"


@dataclass(frozen=True)
class MonitorState:
    """What the stations seen so far say about the margin.

    Attributes
    ----------
    seen, stations : int
        Stations seen and stations of the list.
    estimate : float
        Margin of the stations seen, a fraction of their valid votes; with strata, each seen stratum
        counts by its stations in the list. NaN while there are no votes.
    low, high : float
        Bounds on the margin of the whole list, fractions from −1 to 1.
    level : float
        Least probability that the bounds hold at all times together; 1 for an archive, and where a
        draw is refused.
    evalue : float or None
        Wealth of the bets against the declared margin now; infinite if the votes exclude it. None
        without a declared margin, with strata, for an archive and where a draw is refused.
    pvalue : float or None
        min(1, 1 / largest e-value so far), valid at any time.
    rejected : bool
        The declared margin was rejected, now or earlier: p-value at most 1 − level, or, with strata
        and for an archive, declared outside the bounds. An archive, and a draw that is refused, can
        only reject by arithmetic.
    assumption : str
        What must hold, or why something was refused.

    Examples
    --------
    >>> from tallyverify.inference.sequential.margin_monitor import monitor
    >>> monitor(10, bound=100).update([30, 20], [50, 60], [90, 80])
    <MonitorState: 2 of 10 stations, margin -35.29% in [-88.66%, +76.29%]>
    """

    seen: int
    stations: int
    estimate: float
    low: float
    high: float
    level: float
    evalue: float | None
    pvalue: float | None
    rejected: bool
    assumption: str

    def __repr__(self) -> str:
        return f"<MonitorState: {self.told}>"

    @property
    def told(self) -> str:
        """The state in one line."""
        margin = "no votes" if isnan(self.estimate) else f"margin {self.estimate:+z.2%}"
        evalue = "" if self.evalue is None else f", e-value {self.evalue:,.3g}"
        return (
            f"{self.seen:,} of {self.stations:,} stations, {margin} "
            f"in [{self.low:+z.2%}, {self.high:+z.2%}]{evalue}"
        )
