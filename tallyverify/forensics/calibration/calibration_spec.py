"""What a test is to the battery: one indicator of one figure, to be run and calibrated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tallyverify.forensics.calibration.clean_twin import CleanTwin
from tallyverify.forensics.indicator import Indicator
from tallyverify.language import formula, told

# Candidates with less of all votes have no distribution of shares worth looking at.
SMALLEST_SHARE = 0.05
TURNOUT = told("turnout")  # what stands in a candidate's place where turnout itself is tested
# What stands there where one or the other is, as published: it is no test of the candidate.
EITHER = told("turnout or leader's share")
ANY = told("any figure")  # where a group of stations is refused, whatever is asked of it

Rejection = Callable[[CleanTwin], bool]


@dataclass(frozen=True, eq=False)
class CalibrationSpec:
    """One indicator of one candidate, of turnout, or of either."""

    code: str
    figure: str
    run: Callable[[], Indicator]
    # Of a few twins: whether a further one is rejected at 0.05.
    learn: Callable[[Sequence[CleanTwin]], Rejection]
    candidate: int | None = None  # column of the candidate, if it looks at one
    most_twins: int = 1000  # enough to calibrate it on: a slow, extreme test needs fewer
    judged: bool = True  # the dip is not: an honest election may have more than one kind of places
    group: str = ""  # the stations that it is of, where these are marked; empty for all

    @property
    def name(self) -> str:
        """Code and figure, and of which stations."""
        figure = figure_at(self.figure, self.group)
        return formula("{code} {figure}", code=self.code, figure=figure)


def figure_at(figure: str, group: str) -> str:
    """Return a figure with the stations that it is of."""
    if not group:
        return figure
    return told("{figure} at stations with {group}", figure=figure, group=group)
