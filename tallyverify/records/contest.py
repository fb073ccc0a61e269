"""What was voted on: candidates, the ballot lines that belong to them, and the sheet's lines."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from tallyverify.errors import UnknownNameError, listed, nearest
from tallyverify.language import number, paragraph, told
from tallyverify.model import Identifier, Model, Text
from tallyverify.names import KnownNames
from tallyverify.records.agreement import check_agreement
from tallyverify.records.balance import ALL_OPTIONS, STANDARD_BALANCES, Balance
from tallyverify.records.rule import Rule

STANDARD_LINES = (
    "registered",  # voters on the station's list
    "signed",  # voters who signed or were marked as having voted
    "ballots",  # counted
    "valid",  # votes
    "null",  # or spoilt
    "blank",
)
"""Protocol lines that every contest may use without naming them."""

_NO_CLASS = ("registered", "signed", "ballots", "valid")
"""Standard lines that are no class of paper beside the votes."""

_RESERVED = {"station", "row", "order", ALL_OPTIONS}


class Candidate(Model):
    """Somebody (or something) that votes are counted for.

    Attributes
    ----------
    id : str
        Short name used in all files of the case.
    name : str
        Full name.
    options : tuple of str
        Ballot lines whose votes count for the candidate; by default one, named like the id.

    Examples
    --------
    >>> Candidate(id="A").options
    ('A',)
    """

    id: Identifier
    name: Text = ""
    options: tuple[Identifier, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _one_option_by_default(cls, data: Any) -> Any:
        if isinstance(data, dict) and not data.get("options"):
            return {**data, "options": (data.get("id"),)}
        return data


class Line(Model):
    """A protocol line of the sheet: a figure that is not a vote for an option."""

    id: Identifier
    name: Text = ""


class Contest(Model):
    """One race on one date.

    Attributes
    ----------
    id, name, country : str
        What the contest is called.
    date : str
        ISO date of the vote, e.g. ``2024-07-28``.
    levels : tuple of str
        Names of the nested areas, from the largest to the smallest.
    candidates : tuple of Candidate
        Everybody that a valid vote can be for.
    lines : tuple of Line
        Protocol lines that the sheet has. The standard ones (registered, signed, ballots, valid,
        null, blank) need not be named; naming one says that the paper has it.
    balances : tuple of Balance
        The contest's own identities, reported as R105.
    valid_includes_blank : bool, optional
        Whether the valid votes hold the blank ones; without it, both are tried.
    ballot_lines : tuple of str
        Lines for the classes of paper that, with the votes for candidates, make up the ballots,
        e.g. ``("null", "blank", "challenged")``; by default those of ``lines`` and ``balances``.
    votes_allowed : int
        Votes that each voter has, 1 to 100.
    transfers : bool
        Votes are transferred from round to round: only the first is held against sheets.
    rule : Rule
        By which rule votes decide the contest; most votes win where it is not said.

    Examples
    --------
    >>> contest = Contest.model_validate({"id": "toy", "levels": ["state"],
    ...     "candidates": [{"id": "A", "options": ["red", "green"]}, {"id": "B"}]})
    >>> contest.options
    {'red': 'A', 'green': 'A', 'B': 'B'}
    """

    id: Identifier
    name: Text = ""
    date: Text = ""
    country: Text = ""
    levels: tuple[Identifier, ...] = ()
    candidates: tuple[Candidate, ...] = Field(min_length=1, max_length=2000)
    lines: tuple[Line, ...] = ()
    balances: tuple[Balance, ...] = ()
    valid_includes_blank: Annotated[bool, Field(strict=True)] | None = None
    ballot_lines: tuple[Identifier, ...] = ()
    votes_allowed: Annotated[int, Field(strict=True, ge=1, le=100)] = 1
    transfers: Annotated[bool, Field(strict=True)] = False
    rule: Rule = Rule(kind="plurality")

    @model_validator(mode="after")
    def _shares_are_of_papers(self) -> Contest:
        if self.rule.of_shares and self.votes_allowed > 1:
            raise ValueError(
                told(
                    'where each voter has {votes} votes, what a rule of the kind "{kind}" takes '
                    'shares of is not defined: only "plurality" is taken',
                    votes=number(self.votes_allowed),
                    kind=self.rule.kind,
                )
            )
        return self

    @field_validator("date")
    @classmethod
    def _iso_date(cls, value: str) -> str:
        if value and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            raise ValueError(told("a date is written YYYY-MM-DD, e.g. 2024-07-28"))
        return value

    @field_validator("lines", mode="before", json_schema_input_type=tuple[str | Line, ...])
    @classmethod
    def _lines_by_name(cls, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [{"id": line} if isinstance(line, str) else line for line in value]
        return value

    @model_validator(mode="after")
    def _names_are_distinct(self) -> Contest:
        for candidate in self.candidates:
            for option in candidate.options:
                if option in self.candidate_ids and option != candidate.id:
                    raise ValueError(
                        told(
                            "option {option} of {candidate} is a candidate's id",
                            option=repr(option),
                            candidate=repr(candidate.id),
                        )
                    )
        names = [
            *self.levels,
            *(line.id for line in self.lines),
            *(line for line in STANDARD_LINES if line not in {row.id for row in self.lines}),
            *(option for candidate in self.candidates for option in candidate.options),
            *(row.id for row in self.candidates if row.id not in row.options),
            *_RESERVED,
        ]
        twice = sorted(name for name, times in Counter(names).items() if times > 1)
        if twice:
            raise ValueError(
                told(
                    "each name may stand for one thing only; used twice or reserved: {names}",
                    names=listed(twice),
                )
            )
        return self

    @model_validator(mode="after")
    def _balances_use_known_names(self) -> Contest:
        known = [*self.line_ids, *self.options, *self.candidate_ids, ALL_OPTIONS]
        codes = Counter([*STANDARD_BALANCES, *(balance.code for balance in self.balances)])
        twice = [code for code, times in codes.items() if times > 1]
        if twice:
            raise ValueError(
                told("each balance has a code of its own; used twice: {codes}", codes=listed(twice))
            )
        for balance in self.balances:
            for term in (*balance.terms, *filter(None, [balance.unless_zero])):
                if term not in known:
                    what = told(
                        "balance {balance} uses {term}, which is no line, option or candidate of "
                        "the contest; known are {names}.",
                        balance=repr(balance.code),
                        term=repr(term),
                        names=listed(known),
                    )
                    raise ValueError(paragraph([what, nearest(term, known) or ""]))
        return self

    @model_validator(mode="after")
    def _ballot_lines_are_classes(self) -> Contest:
        classes = [line for line in self.line_ids if line not in _NO_CLASS]
        for line in self.ballot_lines:
            if line not in classes:
                what = told(
                    "ballot_lines names {line}, which is no class of paper beside the votes; "
                    "possible are {lines}.",
                    line=repr(line),
                    lines=listed(classes),
                )
                raise ValueError(paragraph([what, nearest(line, classes) or ""]))
        if len(set(self.ballot_lines)) < len(self.ballot_lines):
            raise ValueError(
                told("ballot_lines names a line twice: {lines}", lines=listed(self.ballot_lines))
            )
        return self

    @model_validator(mode="after")
    def _balances_agree_with_what_is_said(self) -> Contest:
        check_agreement(self)
        return self

    @cached_property
    def candidate_ids(self) -> tuple[str, ...]:
        """Ids of the candidates, in the contest's order."""
        return tuple(candidate.id for candidate in self.candidates)

    @cached_property
    def spelt_candidates(self) -> KnownNames:
        """The ids of the candidates, to ask which of them a name is."""
        return KnownNames(self.candidate_ids)

    @cached_property
    def options(self) -> dict[str, str]:
        """Candidate of each option, in the contest's order."""
        return {option: row.id for row in self.candidates for option in row.options}

    @cached_property
    def line_ids(self) -> tuple[str, ...]:
        """Names of all protocol lines: the standard ones and the contest's own."""
        return tuple(dict.fromkeys([*STANDARD_LINES, *(line.id for line in self.lines)]))

    @property
    def standard_lines(self) -> tuple[str, ...]:
        """Names of the lines that need not be named."""
        return tuple(STANDARD_LINES)

    @cached_property
    def on_sheet(self) -> frozenset[str]:
        """Lines that the paper is known to have because the contest names them."""
        return frozenset(line.id for line in self.lines)

    def candidate(self, name: str) -> Candidate:
        """Return a candidate by id.

        Raises
        ------
        InputError
            If there is none of that id.
        """
        found = next((row for row in self.candidates if row.id == name), None)
        if found is None:
            what = told("the contest has no candidate of this id")
            raise UnknownNameError.of(what, name, self.candidate_ids)
        return found

    def display(self, name: str) -> str:
        """Return the full name of a candidate, or the id where there is none."""
        return self._full_names.get(name) or name

    @cached_property
    def _full_names(self) -> dict[str, str]:
        return {row.id: row.name for row in self.candidates}
