"""What the rows hold that are declared: all of them, or those with some texts of a column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from tallyverify.checking import CaseFacts, Check, RowsRead
from tallyverify.errors import listed, shown
from tallyverify.feasibility import stated
from tallyverify.findings import Evidence, Finding
from tallyverify.language import counted, enumerated, formula, number, told
from tallyverify.records import AreaResult
from tallyverify.table import SumsByText

_NEARLY = 0.01
"""Of a difference: what explains all but so much of it explains it."""
_FEW_TEXTS = 4


def all_are_declared(reading: RowsRead, facts: CaseFacts) -> bool:
    """Whether some bulletin declares for each candidate just what all the sheets hold."""
    sums = reading.seen.totals.sums
    every = facts.contest.candidate_ids
    held = {name: sums.get((name,)) for name in every}
    return any(
        {name: row.figures.get(name) for name in every} == held
        for bulletin in facts.bulletins
        for row in bulletin.areas
        if not row.area and row.candidates == set(every)
    )


def declared_crosswise(check: Check, reading: RowsRead, facts: CaseFacts) -> list[Finding]:
    """Tell of two candidates each of whom was declared just what the sheets hold for the other.

    That is no chance, and either side may have exchanged them: a note, since the figures exclude
    each other as they stand.
    """
    sums, every = reading.seen.totals.sums, facts.contest.candidate_ids
    held = {name: sums.get((name,), 0) for name in every}
    for row in _whole(facts):
        found = _exchanged(row.figures, held)
        if found is None:
            continue
        one, two, crosswise = found
        return [
            check.finding(
                told(
                    "{one} was declared the votes that the sheets hold for {two}, and {two} "
                    "those of {one}, to {off}: are two columns exchanged in mapping.votes, or "
                    "two names in the declared result?",
                    one=one,
                    two=two,
                    off=number(crosswise),
                ),
                evidence=Evidence.NOTE,
                candidate=one,
                observed=held[one],
                expected=row.figures[one],
                arithmetic=told(
                    "on the sheets {one} and {two}", one=number(held[one]), two=number(held[two])
                ),
            )
        ]
    return []


def _exchanged(declared: Mapping[str, int], held: Mapping[str, int]) -> tuple[str, str, int] | None:
    """Return the first two who were declared each other's votes, and to how many."""
    names = sorted(held.keys() & declared.keys())
    said = np.array([declared[name] for name in names], dtype=np.int64)
    seen = np.array([held[name] for name in names], dtype=np.int64)
    apart = np.abs(said - seen)
    for at in range(len(names)):
        as_it_is = apart[at] + apart[at + 1 :]
        crosswise = np.abs(said[at] - seen[at + 1 :]) + np.abs(said[at + 1 :] - seen[at])
        fits = np.flatnonzero((crosswise <= _NEARLY * as_it_is) & (as_it_is > 0))
        if len(fits):
            return names[at], names[at + 1 + int(fits[0])], int(crosswise[fits[0]])
    return None


def never_declared(check: Check, reading: RowsRead, facts: CaseFacts) -> list[Finding]:
    """Ask of candidates of the sheets whom no bulletin names, where the others make up all votes.

    A register or a number of the row that was taken for a candidate looks like this.
    """
    sums = reading.seen.totals.sums
    rows = [row for bulletin in facts.bulletins for row in bulletin.areas]
    named = {name for row in rows for name in row.candidates}
    named |= {name for row in rows for one in row.percentage_members.values() for name in one}
    strange = [
        name
        for name in facts.contest.candidate_ids
        if name not in named and sums.get((name,), 0) > 0
    ]
    closed = [_makes_up_all(row) for row in rows if row.figures or row.percentages]
    votes = sum(sums.get((name,), 0) for name in strange)
    every = sum(sums.get((name,), 0) for name in facts.contest.candidate_ids)
    alike = any(
        sum(abs(sums.get((name,), 0) - n) for name, n in row.figures.items()) <= _NEARLY * every
        for row in _whole(facts, named)
    )
    # A candidate of few votes may have been left out of what was announced.
    if not strange or not closed or not all(closed) or (20 * votes <= every and not alike):
        return []
    return [
        check.finding(
            told(
                "the sheets hold {votes} for {names}, whom no bulletin names, and the candidates "
                "named make up all valid votes: is it no candidate (a register, a number, blank "
                "votes), or are the declared votes incomplete? Declare 0 for a candidate who was "
                "given none",
                votes=counted(votes, "vote", "votes"),
                names=listed(strange),
            ),
            observed=votes,
            arithmetic=told(
                "{votes} of {every} votes on the sheets", votes=number(votes), every=number(every)
            ),
        )
    ]


def declared_by_text(check: Check, reading: RowsRead, facts: CaseFacts) -> list[Finding]:
    """Ask of columns that are not read whether they are statuses, in whatever language.

    The votes of two candidates or more are not by chance just those of the rows of some texts.
    """
    findings = []
    for column in reading.noticed.by_text:
        found = next(filter(None, (_counted(column, row) for row in _whole(facts))), ())
        if found:
            rows = sum(column.rows[at] for at in found)
            findings.append(
                check.finding(
                    told(
                        "the declared votes are just those of the {rows} in which column {column} "
                        "is {texts}: does it tell the status of each sheet (then say in "
                        "mapping.status which texts are counted, annulled and pending), or another "
                        "contest or version (mapping.where)?",
                        rows=counted(rows, "row", "rows"),
                        column=shown(column.column),
                        texts=listed(column.texts[at] for at in found),
                    ),
                    observed=sum(column.rows) - rows,
                    arithmetic=by_text(zip(column.texts, column.rows, strict=True)),
                )
            )
    return findings


def by_text(rows: Iterable[tuple[str, int]]) -> str:
    """Return the texts of a column, each with its number of rows."""
    return enumerated(
        formula("{text} {rows}", text=shown(text), rows=number(count)) for text, count in rows
    )


def _whole(facts: CaseFacts, names: set[str] | None = None) -> list[AreaResult]:
    """Return what is declared for the whole, without what says itself that it is a part of it.

    Of rows that name all candidates, or those of ``names``.
    """
    wanted = set(facts.contest.candidate_ids) if names is None else names
    found = []
    for at, bulletin in enumerate(reversed(facts.bulletins)):
        for row in bulletin.areas:
            complete = stated(facts, bulletin, row, "complete")
            last = at == 0 and complete is None and row.coverage in (None, 1)
            if not row.area and row.candidates == wanted:
                found += [row] if complete or last else []
    return found


def _makes_up_all(row: AreaResult) -> bool:
    """Whether the candidates of a row have all of its valid votes, by votes or by percentages."""
    if row.figures:
        return row.valid is not None and row.valid == sum(row.figures.values())
    stated, raised = row.percentage_sum
    return abs(stated - 100) <= raised


def _counted(column: SumsByText, row: AreaResult) -> tuple[int, ...]:
    """Return the texts, but not all, whose rows hold just the declared votes; none if none do."""
    if len(column.candidates) < 2 or sum(column.rows) < 2 * len(column.texts):
        return ()
    votes = np.array(column.votes, dtype=np.int64)
    declared = np.array([row.figures.get(name, -1) for name in column.candidates])
    if (votes.sum(axis=0) == declared).all():
        return ()
    sets = np.arange(1, 2 ** len(votes) - 1)
    # Texts of which each station has one are versions of its sheet: they leave no station out.
    together = np.array(column.together, dtype=np.int64)
    versions = (sets[:, None] & together != 0).all(axis=1) & (len(together) > 0)
    chosen = sets[~versions, None] >> np.arange(len(votes)) & 1
    # A few votes off is as good, where few combinations were tried.
    gap = np.abs(votes.sum(axis=0) - declared).sum()
    near = gap * _NEARLY if len(votes) <= _FEW_TEXTS else 0
    off = np.abs(chosen @ votes - declared).sum(axis=1)
    fits = np.flatnonzero(off <= near)
    fits = fits[np.argsort(off[fits], kind="stable")]
    return tuple(np.flatnonzero(chosen[fits[0]]).tolist()) if len(fits) else ()
