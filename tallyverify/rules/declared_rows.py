"""What the rows hold that are declared: all of them, or those with some texts of a column."""

from __future__ import annotations

import numpy as np

from tallyverify.checking import CaseFacts, Check, RowsRead
from tallyverify.errors import listed, shown
from tallyverify.feasibility import stated
from tallyverify.findings import Evidence, Finding, counted, number
from tallyverify.records import AreaResult
from tallyverify.table import SumsByText


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
    findings = []
    for row in _whole(facts):
        other = [name for name in every if row.figures.get(name) != held[name]]
        if len(other) == 2 and [row.figures.get(name) for name in other] == [
            held[name] for name in reversed(other)
        ]:
            one, two = other
            findings.append(
                check.finding(
                    f"{one} was declared just the votes that the sheets hold for {two}, and {two} "
                    f"those of {one}: are two columns exchanged in mapping.votes, or two names in "
                    "the declared result?",
                    evidence=Evidence.NOTE,
                    candidate=one,
                    observed=held[one],
                    expected=row.figures[one],
                    arithmetic=f"on the sheets {number(held[one])} and {number(held[two])}",
                )
            )
    return findings[:1]


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
                    "the declared votes are just those of the "
                    f"{counted(rows, 'row')} in which column {shown(column.column)} is "
                    f"{listed(column.texts[at] for at in found)}, and it is not read: is it the "
                    "status of each sheet? If so, say in mapping.status which texts are counted, "
                    "annulled and pending",
                    observed=sum(column.rows) - rows,
                    arithmetic=", ".join(
                        f"{shown(text)} {number(count)}"
                        for text, count in zip(column.texts, column.rows, strict=True)
                    ),
                )
            )
    return findings


def _whole(facts: CaseFacts) -> list[AreaResult]:
    """Return what is declared for the whole, without what says itself that it is a part of it."""
    found = []
    for at, bulletin in enumerate(reversed(facts.bulletins)):
        for row in bulletin.areas:
            complete = stated(facts, bulletin, row, "complete")
            last = at == 0 and complete is None and row.coverage in (None, 1)
            if not row.area and row.candidates == set(facts.contest.candidate_ids):
                found += [row] if complete or last else []
    return found


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
    fits = np.flatnonzero((chosen @ votes == declared).all(axis=1))
    return tuple(np.flatnonzero(chosen[fits[0]]).tolist()) if len(fits) else ()
