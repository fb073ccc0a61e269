"""The record of one tally sheet, as a pydantic model, and what its arithmetic says.

A record is refused only for what no sheet can say (a negative, fractional or boolean count, an
option that the contest does not have). Arithmetic that fails is not refused: sheets do say such
things, and :meth:`Acta.check` returns them as findings. Strict mode raises them instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import Field, ValidationError, ValidationInfo, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from tallyverify.errors import listed, nearest, shown
from tallyverify.findings import Evidence, Finding
from tallyverify.language import Told, formula, number, paragraph, plus, told
from tallyverify.model import Count, Identifier, Model, Text
from tallyverify.records.balance import (
    ALL_OPTIONS,
    STANDARD_BALANCES,
    Balance,
    BalanceOutcome,
    evaluate_record,
)
from tallyverify.records.contest import Contest


class Acta(Model):
    """One polling station's tally sheet.

    Attributes
    ----------
    station : str
        Key of the station, unique in the contest.
    areas : dict of str to str
        Level to name, from the largest to the smallest.
    lines : dict of str to int or None
        Protocol lines; None is a figure that was not read.
    votes : dict of str to int or None
        Votes by option, or by candidate where the sheet has only candidate totals.

    Examples
    --------
    >>> contest = Contest.model_validate({"id": "toy", "candidates": [{"id": "A"}, {"id": "B"}]})
    >>> acta = Acta(station="7", lines={"valid": 12}, votes={"A": 8, "B": 5})
    >>> acta.check(contest)[0].arithmetic
    '8 (A) + 5 (B) = 13; 12 (valid); difference 1'
    >>> Acta.read({"station": "7", "votes": {"A": -1, "B": 2}}, contest)
    Traceback (most recent call last):
        ...
    tallyverify.errors.RecordError: Acta: votes.A: this cannot stand here
      found: -1
      expected: greater than or equal to 0
    """

    station: Identifier
    areas: dict[Identifier, Text] = Field(default_factory=dict)
    lines: dict[Identifier, Count | None] = Field(default_factory=dict)
    votes: dict[Identifier, Count | None]

    @classmethod
    def read(cls, data: Any, contest: Contest, *, strict: bool = False) -> Acta:
        """Validate a record against its contest.

        Parameters
        ----------
        data : dict
            The record.
        contest : Contest
            Says which areas, lines and options there are.
        strict : bool
            Raise for arithmetic that fails, one error per broken balance.

        Raises
        ------
        InputError
            For what no sheet can say; in strict mode also for each broken balance, with the
            rule's code as the ``type`` of one of its ``problems`` and the arithmetic as ``msg``.
        """
        return cls.model_validate(data, context={"contest": contest, "strict": strict})

    @model_validator(mode="after")
    def _fits_the_contest(self, info: ValidationInfo) -> Acta:
        contest = (info.context or {}).get("contest")
        if contest is None:
            return self
        problems = list(self._unknown_names(contest))
        if not problems and info.context and info.context.get("strict"):
            problems = [self._error(contest, *broken) for broken in self._failures(contest)]
        if problems:
            raise ValidationError.from_exception_data("Acta", problems)
        return self

    def _unknown_names(self, contest: Contest) -> Iterator[InitErrorDetails]:
        votes = dict.fromkeys([*contest.options, *contest.candidate_ids])
        for field, known in (
            ("areas", contest.levels),
            ("lines", contest.line_ids),
            ("votes", tuple(votes)),
        ):
            for name in getattr(self, field):
                if name not in known:
                    yield _unknown_name(field, name, known)
        for candidate in contest.candidates:
            options = set(candidate.options) - {candidate.id}
            if candidate.id in self.votes and options & set(self.votes):
                what = told(
                    "votes stand both for candidate {name} and for options of the candidate",
                    name=shown(candidate.id),
                )
                error = PydanticCustomError("counted_twice", "{text}", {"text": what})
                yield InitErrorDetails(type=error, loc=("votes", candidate.id), input=None)

    def _figures(self, contest: Contest) -> dict[str, list[int | None]]:
        figures: dict[str, list[int | None]] = {
            name: [count] for name, count in (*self.lines.items(), *self.votes.items())
        }
        for row in contest.candidates:
            if row.id not in figures and any(option in self.votes for option in row.options):
                figures[row.id] = [self.votes.get(option) for option in row.options]
        figures[ALL_OPTIONS] = [
            *self.votes.values(),
            *(None for name in _unrecorded(self.votes, contest)),
        ]
        return figures

    def _failures(self, contest: Contest) -> Iterator[tuple[str, Balance, BalanceOutcome]]:
        figures = self._figures(contest)
        rules = [*STANDARD_BALANCES.items(), *(("R105", (own,)) for own in contest.balances)]
        for code, forms in rules:
            for balance in forms:
                if balance.sides(figures, contest.on_sheet) is not None:
                    outcome = evaluate_record(balance, figures, contest.on_sheet)
                    if outcome is not None and outcome.verdict == "fails":
                        yield code, balance, outcome
                    break

    def _error(
        self, contest: Contest, code: str, balance: Balance, outcome: BalanceOutcome
    ) -> InitErrorDetails:
        figures = arithmetic(balance, self, contest, outcome)
        message = formula("{rule}: {figures}", rule=balance.words(), figures=figures)
        error = PydanticCustomError(code, "{text}", {"text": message, "balance": balance.code})
        return InitErrorDetails(type=error, loc=(code,), input=self.station)

    def broken(self, contest: Contest) -> tuple[Balance, ...]:
        """Return the balances that this sheet breaks, in the order of :meth:`check`."""
        return tuple(balance for _, balance, _ in self._failures(contest))

    def check(self, contest: Contest) -> list[Finding]:
        """Return a finding of rung ``quality`` for each balance that this sheet breaks.

        Parameters
        ----------
        contest : Contest
            Whose own balances are checked besides the standard ones.
        """
        return [
            Finding(
                code=code,
                evidence=Evidence.QUALITY,
                area=self.areas,
                station=self.station,
                observed=outcome.left,
                expected=outcome.right,
                difference=outcome.left - outcome.right,
                message=told(
                    "station {station}: the rule “{rule}” does not hold",
                    station=self.station,
                    rule=balance.words(),
                ),
                arithmetic=arithmetic(balance, self, contest, outcome),
            )
            for code, balance, outcome in self._failures(contest)
        ]


def _unknown_name(field: str, name: str, known: tuple[str, ...]) -> InitErrorDetails:
    given, there, hint = shown(name), listed(known), nearest(name, known) or ""
    what = {
        "areas": told("the contest has no area {name}; it has {known}.", name=given, known=there),
        "lines": told("the contest has no line {name}; it has {known}.", name=given, known=there),
        "votes": told("the contest has no option {name}; it has {known}.", name=given, known=there),
    }[field]
    context = {"text": paragraph([what, hint]), "name": given, "known": there, "hint": hint}
    error = PydanticCustomError("unknown_name", "{text}", context)
    return InitErrorDetails(type=error, loc=(field, name), input=name)


def _unrecorded(votes: dict[str, int | None], contest: Contest) -> list[str]:
    """Options of the contest that the record says nothing of: unread, not zero."""
    return [
        option
        for option, candidate in contest.options.items()
        if option not in votes and candidate not in votes
    ]


def arithmetic(balance: Balance, acta: Acta, contest: Contest, outcome: BalanceOutcome) -> Told:
    """Spell out both sides of a balance for one sheet, so that it can be redone by hand."""
    figures = {**acta.lines, **acta.votes}
    options = {row.id: [o for o in row.options if o in figures] for row in contest.candidates}
    parts = {**options, **{name: [name] for name in figures}, ALL_OPTIONS: list(acta.votes)}
    present = [name for name, terms in parts.items() if terms]
    sides = balance.sides(present, contest.on_sheet)
    spelt = []
    for names, total in zip(sides or ([], []), (outcome.left, outcome.right), strict=True):
        terms = [term for name in names for term in parts[name]]
        text = plus(formula("{n} ({name})", n=number(figures[term]), name=term) for term in terms)
        whole = formula("{terms} = {total}", terms=text, total=number(total))
        spelt.append(text if len(terms) == 1 else whole)
    return told(
        "{left}; {right}; difference {difference}",
        left=spelt[0],
        right=spelt[1],
        difference=number(outcome.left - outcome.right),
    )
