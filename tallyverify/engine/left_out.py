"""Rows of the actas that no sum holds: as the reader left them out, and as the sums pass over them.

Held while it runs: of the rows that the reader gave, each counts or is told of.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tallyverify.arrays import Mask
from tallyverify.checking import CaseFacts, seen_in
from tallyverify.language import told
from tallyverify.table import (
    ActaTable,
    Repeats,
    check_no_row_lost,
    file_rows_of,
    logs_joined,
    sheets_left_out,
)

_UNDECIDED = told("it may be a total, which mapping.subtotals does not decide: no sum holds it")
_REPEATED = told("the sheet stands again with the same figures, and counts once")
_CONTESTED = told(
    "the station stands again with other figures or in another area: the least of each counts"
)
_NO_VOTES = told("no vote was read on the sheet: the station counts as not seen")
_ANNULLED = told("the station is annulled")
_PENDING = told("a sheet of the station is pending")


@dataclass(frozen=True, eq=False)
class RowsPassed:
    """Rows of sheets that went by: how many, and logs of some."""

    rows: int
    before: tuple[pd.DataFrame, ...]  # by the reader, and none of the rows
    logs: tuple[pd.DataFrame, ...]

    def __add__(self, other: RowsPassed) -> RowsPassed:
        before, logs = (*self.before, *other.before), (*self.logs, *other.logs)
        return RowsPassed(self.rows + other.rows, before, logs)


def summarise_rows(part: ActaTable, facts: CaseFacts) -> RowsPassed:
    """Keep what the reader left out of a part, and the rows of it that may be totals."""
    before = (part.left_out,) if len(part.left_out) else ()
    if not facts.undecided_subtotals:
        return RowsPassed(file_rows_of(part), before, ())
    may_be = part.frame["row"].isin(facts.source.subtotal_rows).to_numpy()
    log = sheets_left_out(part, may_be, "subtotal", _UNDECIDED)
    return RowsPassed(file_rows_of(part), before, (log,))


def summarise_counted(part: ActaTable, facts: CaseFacts) -> RowsPassed:
    """Count the rows of the distinct stations of a part that are seen, and keep the others."""
    seen = seen_in(part, facts)
    if seen.all():
        return RowsPassed(file_rows_of(part), (), ())
    logs = _by_status(part, ~seen, facts, "no_votes", _NO_VOTES)
    return RowsPassed(file_rows_of(part.take(seen)), (), logs)


def left_out_of(
    passed: RowsPassed, counted: RowsPassed, repeats: Repeats, facts: CaseFacts
) -> pd.DataFrame:
    """Return the log of all rows that are in no sum, by row.

    Raises
    ------
    RowLostError
        If a row that passed neither counts nor is told of.
    """
    logs = [*passed.logs, *counted.logs]
    for table, reason, words in (
        (repeats.again, "repeated", _REPEATED),
        (repeats.disputed, "contested", _CONTESTED),
    ):
        if table is not None:
            every = np.ones(len(table), dtype=bool)
            logs += _by_status(table, every, facts, reason, words)
    check_no_row_lost(passed.rows, counted.rows, sum(map(len, logs)), facts.source.name)
    return logs_joined([*passed.before, *logs])


def _by_status(
    table: ActaTable, out: Mask, facts: CaseFacts, reason: str, words: str
) -> tuple[pd.DataFrame, ...]:
    """Return logs of rows: those of annulled and pending stations, and the others by a reason."""
    stations = table.frame["station"]
    annulled = out & facts.is_annulled(stations)
    pending = out & ~annulled & facts.is_pending(stations)
    return (
        sheets_left_out(table, annulled, "annulled", _ANNULLED),
        sheets_left_out(table, pending, "pending", _PENDING),
        sheets_left_out(table, out & ~(annulled | pending), reason, words),
    )
