"""The answer as it stands in report.json."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tallyverify.findings import Figure
from tallyverify.language import ToldText
from tallyverify.model import Model

Range = tuple[int, int | None]
"""At least so many, proved; and so many in a world that is shown, None where none is."""


class AllowanceFacts(Model):
    """How many sheets may happen to be wrong, why so many, and whether they could decide who leads.

    They could where as many sheets as large as the largest seen could turn the lead in the sheets.
    Where the case sets the allowance, the default and what it would lead to stand beside it.
    """

    sheets: int
    origin: ToldText
    could_decide: bool | None = None
    default_sheets: int | None = None
    default_verdict: Literal["contradicted", "discrepant", "consistent"] | None = None


class BulletinAnswer(Model):
    """What one bulletin proves by itself."""

    bulletin: str
    sheets_wrong: Range
    votes_wrong: Range


class FeasibilitySection(Model):
    """Whether there is a world in which every published figure is true.

    Attributes
    ----------
    sheets_wrong, votes_wrong : (int, int or None)
        The least wrong sheets, and wrong votes, over all such worlds: what is proved, and what a
        world that was built shows. Both 0 where the figures exclude each other whatever the sheets.
    sheets : int
        The sheets that figures were held against: those of the actas, and of other captures.
    share : float or None
        The least wrong sheets as a fraction of them.
    figures_exclude_each_other : int
        By how many votes published figures would have to change where no wrong sheet helps.
    allowance : AllowanceFacts
        The sheets that may happen to be wrong.
    assumptions : tuple of str
        What was assumed, in words.
    clash : tuple of str
        A minimal set of published figures that are not true together.
    resolved_by : str or None
        The one of them that alone would resolve it.
    look_at_first : tuple of str
        Stations whose sheets to look at first, in the order of arithmetic.
    by_bulletin : tuple of BulletinAnswer
        The same for each bulletin alone.
    assumed : tuple of str
        Which of the assumptions the strongest proof used, beside how many stations there are and
        were seen; empty where nothing is proved.
    """

    sheets_wrong: Range
    votes_wrong: Range
    sheets: int
    share: Figure | None
    figures_exclude_each_other: int
    allowance: AllowanceFacts
    assumptions: tuple[ToldText, ...] = Field(default=())
    clash: tuple[ToldText, ...] = Field(default=())
    resolved_by: ToldText | None = None
    look_at_first: tuple[str, ...] = Field(default=())
    by_bulletin: tuple[BulletinAnswer, ...] = Field(default=())
    assumed: tuple[ToldText, ...] = Field(default=())
