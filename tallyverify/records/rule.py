"""By which rule votes decide a contest: most votes, a majority, or a share with a lead.

Exact: shares are fractions as they are written (0.1 is a tenth), and compared with whole votes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema, model_validator

from tallyverify.language import Told, clauses, enumerated, formatted, formula, told
from tallyverify.model import Model, Text

HALF = Fraction(1, 2)
_TEXT = re.compile(r"[0-9]{1,18}(/[0-9]{1,18}|\.[0-9]{1,18})?")


def _fraction(value: Any) -> Fraction:
    what = told("a share is a fraction from 0 to 1: 0.5 is half, and so is '1/2'")
    if isinstance(value, bool) or not isinstance(value, int | float | str | Fraction):
        raise ValueError(what)
    if isinstance(value, str) and not _TEXT.fullmatch(value):
        raise ValueError(what)  # an exponent may ask for more digits than fit anywhere
    try:
        # By its text, so that 0.1 is a tenth and not the nearest binary number.
        share = value if isinstance(value, Fraction) else Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        raise ValueError(what) from None
    if not 0 <= share <= 1:
        raise ValueError(clauses([what, told("50 % is written 0.5")]))
    return share


def _written(share: Fraction) -> float | str:
    decimal = float(share)
    return decimal if Fraction(str(decimal)) == share else str(share)


Share = Annotated[
    Fraction,
    PlainValidator(_fraction),
    PlainSerializer(_written),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": 1},
                {"type": "string", "pattern": r"^[0-9]+/[1-9][0-9]*$"},
            ]
        }
    ),
]
"""A share of votes, exactly as it is written: a number from 0 to 1, or a text such as "2/3"."""


@dataclass(frozen=True)
class Outcome:
    """What a count comes to under a rule.

    Attributes
    ----------
    winner : str or None
        Who wins outright; None where nobody does, or two have as many.
    finalists : tuple of str
        The two who go to the runoff, by id, where the rule names one and nobody wins outright;
        empty where a tie leaves that open.
    """

    winner: str | None
    finalists: tuple[str, ...] = ()


class Rule(Model):
    """By which rule votes decide the contest.

    Attributes
    ----------
    kind : {"plurality", "majority", "lead"}
        ``plurality``: most votes win. ``majority``: who has most wins with more than ``share``.
        ``lead``: who has most wins with more than ``majority``, or with at least ``share`` and at
        least ``lead`` more than the second.
    share : fraction, optional
        Half for a majority where it is not said; needed for a lead.
    lead : fraction, optional
        A difference of shares: 0.1 is ten points. Needed for a lead.
    majority : fraction, optional
        For a lead: the share beyond which no lead is needed; 1 where one is always needed. Where
        it is not said, half (1 if ``share`` is more than that).
    of : {"valid", "ballots"}
        What shares are of: valid votes as the sheets count them, or all ballots.
    runoff : str
        What the runoff is called that the two with most votes go to where nobody wins outright.
        Where it is named, who the two are is part of the outcome.

    Examples
    --------
    >>> rule = Rule(kind="majority", share=0.5)
    >>> rule.elects("A", {"A": 50, "B": 30}, 100), rule.elects("A", {"A": 51, "B": 30}, 100)
    (False, True)
    >>> Rule(kind="lead", share=0.4, lead=0.1).words
    'more than 50 % of the valid votes, or at least 40 % and 10 points more than the second'
    """

    kind: Literal["plurality", "majority", "lead"]
    share: Share | None = None
    lead: Share | None = None
    majority: Share | None = None
    of: Literal["valid", "ballots"] = "valid"
    runoff: Text = ""

    @model_validator(mode="after")
    def _keys_of_the_kind(self) -> Rule:
        needed = {"lead": ("share", "lead")}.get(self.kind, ())
        taken = {"majority": ("share",), "lead": ("share", "lead", "majority")}.get(self.kind, ())
        for name in needed:
            if getattr(self, name) is None:
                raise ValueError(
                    told(
                        'a rule of the kind "lead" needs {key}, '
                        'e.g. {{"kind": "lead", "share": 0.4, "lead": 0.1}}',
                        key=repr(name),
                    )
                )
        for name in ("share", "lead", "majority"):
            if getattr(self, name) is not None and name not in taken:
                raise ValueError(
                    told(
                        'a rule of the kind "{kind}" takes no {key}', kind=self.kind, key=repr(name)
                    )
                )
        if self.kind == "plurality" and (self.of != "valid" or self.runoff):
            name = "runoff" if self.runoff else "of"
            raise ValueError(
                told(
                    'a rule of the kind "plurality" takes no {key}: most votes win', key=repr(name)
                )
            )
        if self.kind == "lead" and self.enough < (self.share or 0):
            raise ValueError(told("the share that needs no lead, majority, is less than share"))
        return self

    @property
    def enough(self) -> Fraction:
        """More than this share wins without any lead."""
        if self.kind == "lead":
            usual = HALF if (self.share or 0) <= HALF else Fraction(1)
            return usual if self.majority is None else self.majority
        return HALF if self.share is None else self.share

    @property
    def of_shares(self) -> bool:
        """Whether it is not enough to have most votes."""
        return self.kind != "plurality"

    def elects(self, name: str, votes: Mapping[str, int], base: int) -> bool:
        """Return whether a candidate wins outright, with the votes that shares are of."""
        mine = votes[name]
        second = max((count for other, count in votes.items() if other != name), default=0)
        if mine <= second:
            return False
        if not self.of_shares or mine > self.enough * base:
            return True
        if self.share is None or self.lead is None:
            return False
        return mine >= self.share * base and mine - second >= self.lead * base

    def outcome(self, votes: Mapping[str, int], base: int) -> Outcome:
        """Return what a count comes to."""
        winner = next((name for name in votes if self.elects(name, votes, base)), None)
        if winner is not None or not self.runoff:
            return Outcome(winner)
        ranked = sorted(votes, key=lambda name: -votes[name])
        third = votes[ranked[2]] if len(ranked) > 2 else -1
        two = len(ranked) > 1 and votes[ranked[1]] > third
        return Outcome(None, tuple(sorted(ranked[:2])) if two else ())

    @property
    def base_words(self) -> str:
        """What shares are of."""
        return told("valid votes") if self.of == "valid" else told("ballots")

    @property
    def words(self) -> str:
        """The rule in words."""
        said = self._wins_with
        if not self.runoff:
            return said
        return told(
            "{rule}; else the two with most votes go to {runoff}", rule=said, runoff=self.runoff
        )

    @property
    def _wins_with(self) -> Told:
        if not self.of_shares:
            return told("most votes win")
        if self.share is None or self.lead is None:
            return self._more_than(self.enough)
        ahead = _ahead_of_the_second(self.lead)
        if self.enough == 1:
            return told("{share} and {lead}", share=self._at_least(self.share), lead=ahead)
        least = told("at least {share}", share=_percent(self.share))
        both = told("{share} and {lead}", share=least, lead=ahead)
        return told("{most}, or {both}", most=self._more_than(self.enough), both=both)

    def _more_than(self, share: Fraction) -> Told:
        if self.of == "valid":
            return told("more than {share} of the valid votes", share=_percent(share))
        return told("more than {share} of the ballots", share=_percent(share))

    def _at_least(self, share: Fraction) -> Told:
        if self.of == "valid":
            return told("at least {share} of the valid votes", share=_percent(share))
        return told("at least {share} of the ballots", share=_percent(share))

    def outcome_words(self, outcome: Outcome, label: Callable[[str], str] = str) -> str:
        """Return an outcome in words."""
        if outcome.winner is not None and self.of_shares:
            return told("{candidate} wins outright", candidate=label(outcome.winner))
        if outcome.winner is not None:
            return told("{candidate} wins", candidate=label(outcome.winner))
        if not self.of_shares:
            return told("nobody has most votes")
        if outcome.finalists:
            *others, last = map(label, outcome.finalists)
            both = enumerated(others)
            return told("{runoff} of {one} and {other}", runoff=self.runoff, one=both, other=last)
        return told("nobody wins outright")


def _ahead_of_the_second(lead: Fraction) -> Told:
    written = _written(100 * lead)
    if isinstance(written, float):
        return told("{lead} points more than the second", lead=formatted(written, ".10g"))
    return told("{lead} of them more than the second", lead=str(lead))


def _percent(share: Fraction) -> str:
    written = _written(100 * share)
    if isinstance(written, float):
        return formula("{percent} %", percent=formatted(written, ".10g"))
    return str(share)
