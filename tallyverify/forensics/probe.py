"""One test of one candidate, as the battery runs and calibrates it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tallyverify.forensics.calibration import Rejection
from tallyverify.forensics.result import Indicator
from tallyverify.forensics.twin import Twin

SMALLEST_SHARE = 0.05
"""Candidates with less of all votes have no distribution of shares worth looking at."""

TURNOUT = "turnout"
"""What stands in a candidate's place where turnout itself is tested."""

EITHER = "turnout or leader's share"
"""What stands there where one or the other is, as published: it is no test of the candidate."""


@dataclass(frozen=True, eq=False)
class Probe:
    """One indicator of one candidate.

    Attributes
    ----------
    code, figure : str
        The indicator; the candidate, or turnout, or either.
    run : callable
        Returns its result on the election itself.
    learn : callable
        Of a few twins; returns whether a further one is rejected at 0.05.
    candidate : int or None
        Column of the candidate, if it looks at one.
    most_twins : int
        Twins that are enough to calibrate it on.
    judged : bool
        Whether it can be flagged. The dip is only described: an honest election may have more than
        one kind of places.
    """

    code: str
    figure: str
    run: Callable[[], Indicator]
    learn: Callable[[Sequence[Twin]], Rejection]
    candidate: int | None = None
    most_twins: int = 1000
    judged: bool = True

    @property
    def name(self) -> str:
        """Code and figure."""
        return f"{self.code} {self.figure}"

    def prepare(self, twins: Sequence[Twin]) -> Rejection:
        """Learn from a few twins what is expected of any."""
        return self.learn(twins)
