"""Classes of paper, and which published figures each is counted in.

Every ballot paper is of one class: a vote for a candidate, a valid vote for nobody whom the contest
names, a blank or a null one, one of a class of the contest's own, or a paper that is none of these.
A published figure counts some classes. Where a convention is not stated (whether valid votes
include blank ones, whether null means null and blank, for whom a challenged paper may still be
admitted), a class has several variants, and each paper may be any of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tallyverify.arrays import Counts
from tallyverify.checking import CaseFacts
from tallyverify.records import Contest

OTHER = "other valid"
UNCLASSED = "unclassed"


@dataclass(frozen=True)
class Figure:
    """What a published number counts: some classes of paper, or stations, or voters on lists.

    ``kind`` is ``votes`` (of ``candidates``), ``valid``, ``null``, ``null or blank``, ``blank``,
    ``ballots``, ``papers`` (all of them), ``stations``, ``seen`` (stations) or ``registered``.
    """

    kind: str
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Variant:
    """One class of paper, counted in one way."""

    name: str
    candidate: str | None  # whose votes it is counted among
    counted: frozenset[str]  # kinds of figures that count it, besides votes


@dataclass(frozen=True)
class Papers:
    """The classes of paper of a contest, as far as sheets or bulletins speak of them."""

    contest: Contest
    blank: bool  # there may be blank papers
    untold: bool  # … but no line or bulletin speaks of them: they are among the ballots of a sheet
    classes: tuple[str, ...]  # the contest's own, part of the ballots

    @cached_property
    def variants(self) -> tuple[Variant, ...]:
        """Each class, once for each way in which it may be counted."""
        named = frozenset({"valid", "ballots"})
        candidates = self.contest.candidate_ids
        found = [Variant(f"for {name}", name, named) for name in candidates]
        found.append(Variant(OTHER, None, named))
        found.append(Variant("null", None, frozenset({"null", "null or blank", "ballots"})))
        if self.blank:
            stated = self.contest.valid_includes_blank
            for included in (False, True) if stated is None else (stated,):
                counted = frozenset({"blank", "ballots"} | ({"valid"} if included else set()))
                # A bulletin's one line of null papers may hold the blank ones, or not.
                found.append(Variant("blank", None, counted))
                found.append(Variant("blank", None, counted | {"null or blank"}))
        for name in self.classes:
            found.append(Variant(name, None, frozenset({"ballots"})))
            found += [Variant(name, candidate, named) for candidate in candidates]
        found.append(Variant(UNCLASSED, None, frozenset({"ballots"})))
        return tuple(found)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The classes, each once."""
        return tuple(dict.fromkeys(one.name for one in self.variants))

    @cached_property
    def class_of(self) -> Counts:
        """The class of each variant, as a position in :attr:`names`; shape (variants,)."""
        return np.array([self.names.index(one.name) for one in self.variants], dtype=np.int64)

    @property
    def several(self) -> bool:
        """Whether a ballot holds several votes, so that ballots are counted by themselves."""
        return self.contest.votes_allowed > 1

    def membership(self, figures: tuple[Figure, ...]) -> Counts:
        """Return 1 where a figure counts a variant; shape (figures, variants)."""
        return np.array(
            [[self._counts(figure, one) for one in self.variants] for figure in figures],
            dtype=np.int64,
        ).reshape(len(figures), len(self.variants))

    def _counts(self, figure: Figure, one: Variant) -> bool:
        if figure.kind == "votes":
            return one.candidate in figure.candidates
        if figure.kind == "papers":
            return True
        if figure.kind == "ballots" and self.several:
            return one.name == UNCLASSED
        return figure.kind in one.counted


def papers_of(contest: Contest, lines: tuple[str, ...], blank_declared: bool) -> Papers:
    """Return the classes of paper that the sheets, the contest or a bulletin speak of."""
    own = [line.id for line in contest.lines]
    named = contest.ballot_lines or tuple(
        term
        for balance in contest.balances
        if balance.op == "==" and "ballots" in balance.terms
        for term in balance.terms
    )
    standard = {"registered", "signed", "ballots", "valid", "null", "blank"}
    classes = tuple(dict.fromkeys(n for n in named if n in own and n not in standard))
    told = blank_declared or "blank" in lines or "blank" in own or "blank" in contest.ballot_lines
    counted = "ballots" in lines and contest.votes_allowed == 1
    untold = not told and counted and contest.valid_includes_blank is None
    return Papers(contest, told or untold, untold, classes)


def case_papers(facts: CaseFacts) -> Papers:
    """Return the classes of paper of a case."""
    rows = [row for bulletin in facts.bulletins for row in bulletin.areas]
    return papers_of(facts.contest, facts.lines, any(row.blank is not None for row in rows))
