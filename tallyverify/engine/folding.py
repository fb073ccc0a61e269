"""The passes over the sheets: which rows may stand twice, then every check's fold at once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from tallyverify.case import Case
from tallyverify.checking import (
    CaseFacts,
    Check,
    RowsRead,
    Seen,
    Summarise,
    summarise_seen,
    summarise_sheets,
)
from tallyverify.engine.left_out import summarise_counted, summarise_rows
from tallyverify.errors import InputError
from tallyverify.feasibility import summarise_repeats, summarise_witnesses
from tallyverify.findings import Evidence
from tallyverify.language import told
from tallyverify.rules import GATE, summarise_as_read
from tallyverify.table import ActaTable, HashMatches, Index, Noticed, Repeats, Source

Progress = Callable[[str, int, int], None]


def find_suspects(case: Case, tell: Progress) -> tuple[HashMatches, Source]:
    """First pass; what it keeps of every row is let go before the second."""
    index: Index | None = None
    source = case.facts.source
    done = 0
    for part in case.actas.parts():
        one = Index.of(part)
        index = one if index is None else index + one
        source = source.joined(part.source)
        done += len(part)
        tell(told("looking for repeated stations"), done, case.actas.source.rows)
    if index is None:
        raise InputError(told("there are no actas"), file=case.actas.source.name)
    return index.suspects(), source


def fold_rows(
    case: Case,
    facts: CaseFacts,
    chosen: tuple[Check, ...],
    suspects: HashMatches,
    tell: Progress,
    *,
    log: bool = False,
) -> tuple[dict[Summarise, Any], Repeats, Seen]:
    """One pass: every distinct fold over every row, each station once for the sums.

    ``log``: also keep the rows that no sum holds, for :func:`left_out_of`.
    """
    every = {c.summarise for c in chosen if c.rows == "every" and c.summarise is not None}
    every.add(summarise_as_read)
    once = {c.summarise for c in chosen if c.rows == "kept" and c.summarise is not None}
    once.add(summarise_seen)
    if log:
        every.add(summarise_rows)
        once.add(summarise_counted)
    undecided = facts.source.subtotal_rows if facts.undecided_subtotals else ()
    sums: dict[Summarise, Any] = {}

    def put(folds: set[Summarise], table: ActaTable) -> None:
        for summarise in folds:
            one = summarise(table, facts)
            sums[summarise] = sums[summarise] + one if summarise in sums else one

    by_key: list[ActaTable] = []
    by_votes: list[ActaTable] = []
    done = 0
    for part in case.actas.parts():
        put(every, part)
        apart = part.frame["row"].isin(undecided).to_numpy()
        held = suspects.of_key(part) & ~apart
        alike = suspects.of_votes(part) & ~apart
        # The first part stands for the columns, even with none of its rows.
        if held.any() or not by_key:
            by_key.append(part.take(held))
        if alike.any() or not by_votes:
            by_votes.append(part.take(alike))
        left = ~(held | apart)
        put(once, part if left.all() else part.take(left))
        done += len(part)
        tell(told("checking"), done, case.actas.source.rows)
    repeats = Repeats.of(by_key, by_votes, suspects, facts.registry)
    for table in (repeats.alone, repeats.once):
        if table is not None:
            put(once, table)
    if repeats.contested is not None:
        put({summarise_seen}, repeats.contested)
        if summarise_sheets in once:
            sums[summarise_sheets] += summarise_sheets(repeats.contested, facts).as_unread()
    if summarise_witnesses in once:
        sums[summarise_witnesses] = sums[summarise_witnesses] + summarise_repeats(repeats, facts)
    return sums, repeats, sums[summarise_seen]


def doubt_of(
    summaries: dict[Summarise, Any],
    repeats: Repeats,
    facts: CaseFacts,
    apart: Collection[str] = (),
) -> str:
    """Why sums over the sheets would mislead, if they would: the gravest doubt of the reading.

    ``apart`` are codes of checks that are not asked.
    """
    reading = reading_of(summaries, repeats, facts)
    return next(
        (
            finding.message
            for check in GATE
            if check.code not in apart
            for finding in check.conclude(check, reading, facts).findings
            if finding.evidence is Evidence.QUALITY
        ),
        "",
    )


def reading_of(summaries: dict[Summarise, Any], repeats: Repeats, facts: CaseFacts) -> RowsRead:
    """Return what the gate looks at."""
    noticed = facts.source.noticed or Noticed()
    return RowsRead(summaries[summarise_as_read], summaries[summarise_seen], repeats, noticed)
