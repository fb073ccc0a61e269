"""Could the sheets in question change who wins? Their arithmetic, as it stands in report.json."""

from __future__ import annotations

from typing import Literal

from tallyverify.language import ToldText, counted, told
from tallyverify.model import Model

KindInQuestion = Literal["unsound", "copies", "pending", "doubtful", "together", "discrepant"]

IN_QUESTION: dict[KindInQuestion, str] = {
    "unsound": told("whose own arithmetic fails"),
    "copies": told("that stand twice with other figures"),
    "pending": told("that are pending"),
    "doubtful": told("with another's votes, or its key spelt otherwise, in the same place"),
    "together": told("of all these kinds together"),
    "discrepant": told("that must be wrong if every published figure is true, whichever they are"),
}
"""Why sheets are in question, in words."""


class OutcomeTold(Model):
    """What a count comes to under the rule; nobody wins outright where there is no winner."""

    winner: str | None
    finalists: tuple[str, ...] = ()


class CandidateInQuestion(Model):
    """One candidate and the sheets in question.

    Attributes
    ----------
    votes : int
        Votes on these sheets, as they are counted; of pending ones, as they were read.
    taken_out : int
        Votes in all, if every one of these sheets is taken out (those pending: counted).
    proportional : int or None
        Votes in all, to the nearest vote, if the votes in question of each sheet are taken from
        all candidates alike, in proportion to what they have on it.
    fewest : (int, int or None) or None
        How few of these sheets change whether the candidate wins outright, or goes to the runoff;
        None where all of them together do not.
    """

    votes: int
    taken_out: int
    proportional: int | None
    fewest: tuple[int, int | None] | None


class SheetsInQuestion(Model):
    """Sheets that are in question for one reason, and what they could change.

    Attributes
    ----------
    kind : {"unsound", "copies", "pending", "doubtful", "together", "discrepant"}
        Why.
    sheets, votes : int
        How many there are, and the votes for candidates on them. Of discrepant ones only their
        least number is known.
    taken_out, proportional : OutcomeTold or None
        What the count then comes to; as in :class:`CandidateInQuestion`.
    fewest : (int, int or None) or None
        The smallest deciding number: how few of them, each taken out or corrected to whatever is
        worst between the bounds of its figures, change the outcome. None where all do not. Of
        discrepant ones: how few of all sheets, each holding anything up to its cap.
    could_change : bool
        Whether they could change the outcome in the worst case.
    candidates : dict of str to CandidateInQuestion
        The same for every candidate; empty where it is not known which sheets they are.
    """

    kind: KindInQuestion
    sheets: int
    votes: int | None
    taken_out: OutcomeTold | None
    proportional: OutcomeTold | None
    fewest: tuple[int, int | None] | None
    could_change: bool
    candidates: dict[str, CandidateInQuestion]

    @property
    def deciding(self) -> str:
        """The smallest deciding number in words."""
        if self.fewest is None:
            return told("whatever they hold, the outcome stays")
        least, shown = self.fewest
        many = counted(least, "sheet", "sheets")
        if least != shown:
            many = told("at least {sheets}", sheets=many)
        if not self.could_change:
            return told("the outcome stays; it would take {sheets}", sheets=many)
        if self.kind == "discrepant":
            return told(
                "{sheets} of them, were each to hold what is worst, could change the outcome",
                sheets=many,
            )
        return told(
            "{sheets} of them, taken out or corrected, could change the outcome", sheets=many
        )


class MaterialitySection(Model):
    """Could the sheets in question change who wins? Arithmetic, not what ought to be annulled.

    Attributes
    ----------
    rule : str
        By which rule votes decide, in words.
    outcome : OutcomeTold
        What the sheets come to as they stand.
    lead : int
        Votes of the first less those of the second.
    kinds : tuple of SheetsInQuestion
        By why sheets are in question; empty where none is.
    """

    rule: ToldText
    outcome: OutcomeTold
    lead: int
    kinds: tuple[SheetsInQuestion, ...]
