"""Rows of the actas that no sum holds: as the reader left them out, and as the sums pass over them.

Held while it runs: of the rows that the reader gave, each counts or is told of.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

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
    "the station stands again with other figures or in another area: of each figure the least counts"
)
_NO_VOTES = told("no vote was read on the sheet: the station counts as not seen")
_ANNULLED = told("the station is annulled")
_PENDING = told("a sheet of the station is pending")


@dataclass(frozen=True, eq=False)
class RowsPassed:
    """Rows that went by: how many in all, how many of them count, and the others."""

    rows: int
    counted: int
    logs: tuple[pd.DataFrame, ...]

    def __add__(self, other: RowsPassed) -> RowsPassed:
        logs = (*self.logs, *other.logs)
        return RowsPassed(self.rows + other.rows, self.counted + other.counted, logs)


def summarise_rows(part: ActaTable, facts: CaseFacts) -> RowsPassed:
    """Keep what the reader left out of a part, and what may be a total in it."""
    logs = [part.left_out]
    if facts.undecided_subtotals:
        may_be = part.frame["row"].isin(facts.source.subtotal_rows).to_numpy()
        logs.append(sheets_left_out(part, may_be, "subtotal", _UNDECIDED))
    return RowsPassed(file_rows_of(part), 0, tuple(log for log in logs if len(log)))


def summarise_counted(part: ActaTable, facts: CaseFacts) -> RowsPassed:
    """Count the rows of a part of distinct stations that are seen, and keep the others."""
    seen = seen_in(part, facts)
    if seen.all():
        return RowsPassed(0, file_rows_of(part), ())
    annulled, pending = (ask(part.frame["station"]) for ask in (facts.is_annulled, facts.is_pending))
    logs = (
        sheets_left_out(part, annulled, "annulled", _ANNULLED),
        sheets_left_out(part, ~annulled & pending, "pending", _PENDING),
        sheets_left_out(part, ~(seen | annulled | pending), "no_votes", _NO_VOTES),
    )
    return RowsPassed(0, file_rows_of(part.take(seen)), logs)


def left_out_of(passed: RowsPassed, counted: RowsPassed, repeats: Repeats) -> pd.DataFrame:
    """Return the log of all rows that are in no sum, by row."""
    logs = [*counted.logs]
    for table, reason, words in (
        (repeats.again, "repeated", _REPEATED),
        (repeats.disputed, "contested", _CONTESTED),
    ):
        if table is not None:
            logs.append(sheets_left_out(table, np.ones(len(table), bool), reason, words))
    return logs_joined([*passed.logs, *logs])
