"""What a monitored margin looks like at one moment, and what must hold for that."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import Literal

from tallyverify.language import clauses, enumerated, formatted, number, told

Sampling = Literal["random", "strata", "archive"]

_ARITHMETIC = told(
    "low and high are what the unseen stations allow at the most, with no assumption about them "
    "but that no station holds more valid votes than `bound` and `registered` allow"
)
ASSUMED: dict[str, str] = {
    "random": told(
        "if each next station is drawn at random from those left, none of them skipped, and no "
        "station holds more valid votes than `bound` and `registered` allow"
    ),
    "strata": told(
        "if within each stratum each next station is drawn at random from those left, none of them "
        "skipped, and no station holds more valid votes than `bound` and `registered` allow"
    ),
    "archive": clauses(
        [
            told("e-value and p-value refused: the sheets were not drawn at random"),
            _ARITHMETIC,
        ]
    ),
}
BROKEN = clauses(
    [
        told("refused: no margin fits a random order, so that the stations do not come in one"),
        _ARITHMETIC,
    ]
)
NONE_LEFT = told("no margin fits that at this level: the interval is what fits it best")


def by_area(wealth: str) -> str:
    """Say that a draw is refused because the side bet on areas won too much."""
    refused = told(
        "refused: the stations come by area, as no random draw does (a side bet on their areas "
        "multiplied its wealth by {wealth})",
        wealth=wealth,
    )
    return clauses([refused, _ARITHMETIC])


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
        margin = (
            told("no votes")
            if isnan(self.estimate)
            else told("margin {margin}", margin=formatted(self.estimate, "+z.2%"))
        )
        says = told(
            "{seen} of {stations} stations, {margin} in [{low}, {high}]",
            seen=number(self.seen),
            stations=number(self.stations),
            margin=margin,
            low=formatted(self.low, "+z.2%"),
            high=formatted(self.high, "+z.2%"),
        )
        if self.evalue is None:
            return says
        evalue = told("e-value {value}", value=formatted(self.evalue, ",.3g"))
        return enumerated([says, evalue])
