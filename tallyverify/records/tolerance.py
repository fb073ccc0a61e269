"""Differences between two captures of one station that are not called a difference."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from tallyverify.language import told
from tallyverify.model import Count, Identifier, Model

SourceKind = Literal["sheets", "provisional", "lower_bound"]
"""What another capture holds: figures of sheets, figures taken in haste, or the least of each."""


class Tolerance(Model):
    """How far two captures of one figure may lie apart; exactly one of ``votes`` and ``percent``.

    Attributes
    ----------
    votes : int, optional
        So many votes, of each figure of each station.
    percent : float, optional
        So many per cent of the figure ``of`` at that station, in whichever capture it is smaller.
    of : str, optional
        The whole that the percentage is of: a line, an option, a candidate or ``sum(options)``.

    Examples
    --------
    >>> Tolerance(percent=0.5, of="valid")
    Tolerance(votes=None, percent=0.5, of='valid')
    """

    votes: Count | None = None
    percent: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] | None = None
    of: Identifier | None = None

    @model_validator(mode="after")
    def _one_of_the_two(self) -> Tolerance:
        if (self.votes is None) == (self.percent is None):
            raise ValueError(
                told('a tolerance is either {{"votes": 2}} or {{"percent": 0.5, "of": "valid"}}')
            )
        if (self.percent is None) != (self.of is None):
            raise ValueError(
                told("a percentage needs 'of', the figure that it is of; votes are of none")
            )
        return self
