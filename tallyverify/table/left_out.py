"""Rows of a file that are none of the sheets counted in the sums, each with the reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from tallyverify.arrays import Counts, Mask
from tallyverify.language import counted as counted_of
from tallyverify.language import number, told
from tallyverify.table.text_type import TEXT

if TYPE_CHECKING:
    from tallyverify.table.actas import ActaTable

FIGURE = "figure "
"""Columns of figures begin so: a contest may have an option called ``reason``."""
COUNT = pd.ArrowDtype(pa.int64())
LEFT_OUT: dict[str, Any] = {
    "row": "int64",
    "station": TEXT,
    "reason": "object",
    "words": "object",
    "option": TEXT,
    "count": COUNT,
}
"""Columns of every log of rows left out, with their types; those of figures come after them.

``reason`` is a stable word, ``words`` tell it. ``option`` and ``count`` are of rows of a long file
that belong to no sheet.
"""
REASONS = (
    *("where", "where_not", "ignore", "subtotal", "annulled", "pending", "version", "repeated"),
    *("contested", "no_votes"),
)
"""Why a row is left out; docs/reading.md tells each."""


@dataclass(frozen=True, eq=False)
class FileRows:
    """Rows of the file that sheets were put together from, by number; shapes (rows,)."""

    rows: Counts
    sheet: Counts  # the row of the table that each went into

    def number(self, table: ActaTable) -> int:
        """Return how many rows of the file the table's sheets stand for."""
        return int(np.isin(self.sheet, table.frame["row"]).sum())

    def moved(self, sheets: Counts, into: Counts) -> FileRows:
        """Return the same rows where sheets were put together: each of ``sheets`` went ``into``."""
        at = pd.Index(sheets).get_indexer(pd.Index(self.sheet))
        return FileRows(self.rows, np.where(at < 0, self.sheet, into[at]))


def file_rows_of(table: ActaTable) -> int:
    """Return how many rows of the file the table's sheets stand for."""
    return len(table) if table.file_rows is None else table.file_rows.number(table)


def no_row_left_out() -> pd.DataFrame:
    """Return a log without rows."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in LEFT_OUT.items()})


def rows_logged(
    rows: Counts, station: Any, reason: Any, words: Any, figures: dict[str, Any], **others: Any
) -> pd.DataFrame:
    """Return a log of rows, by column; ``reason`` and ``words`` may be one text for all."""
    given = {"row": rows, "station": station, "reason": reason, "words": words, **others}
    columns = {name: _column(given.get(name), kind, len(rows)) for name, kind in LEFT_OUT.items()}
    columns |= {FIGURE + name: _column(one, COUNT, len(rows)) for name, one in figures.items()}
    return pd.DataFrame(columns)


def _column(values: Any, kind: Any, rows: int) -> Any:
    if kind == "object":
        objects = np.empty(rows, dtype=object)
        objects[:] = values  # in place: numpy would make plain text of one that is told
        return pd.Series(objects, dtype="object")
    if values is None:
        values = pa.nulls(rows, pa.string() if kind == TEXT else pa.int64())
    return pd.array(values, dtype=kind)


def logs_joined(logs: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return several logs as one, in the order of the rows."""
    some = [log for log in logs if len(log)]
    if not some:
        return no_row_left_out()
    figures = dict.fromkeys(name for log in some for name in log.columns if name not in LEFT_OUT)
    whole = [
        log.assign(**{n: _column(None, COUNT, len(log)) for n in figures if n not in log.columns})
        for log in some
    ]
    together = pd.concat([log[[*LEFT_OUT, *figures]] for log in whole], ignore_index=True)
    return together.sort_values("row", kind="stable", ignore_index=True)


def sheets_left_out(table: ActaTable, which: Mask, reason: str, words: Any) -> pd.DataFrame:
    """Return the log of some sheets of a table; ``words`` are one for all, or by sheet.

    A sheet of several rows is told row by row; its figures stand at the first.
    """
    sheets = table.frame[which].reset_index(drop=True)
    rows = sheets["row"].to_numpy(dtype=np.int64)
    figures = {name: sheets[name].array for name in table.figures}
    log = rows_logged(rows, sheets["station"].array, reason, words, figures)
    if table.file_rows is None or not len(log):
        return log
    at = pd.Index(rows).get_indexer(pd.Index(table.file_rows.sheet))
    of_file, at = table.file_rows.rows[at >= 0], at[at >= 0]
    log = log.take(at).reset_index(drop=True).assign(row=of_file)
    later = pd.Series(at).duplicated().to_numpy()
    for name in table.figures:
        log.loc[later, FIGURE + name] = pd.NA
    return log


class RowLostError(RuntimeError):
    """A row of a file went neither into a sheet nor into the log: a defect, whatever the file."""


def check_no_row_lost(there: int, counted: int, left_out: int, name: str) -> None:
    """Hold that each row of a file counts or is told of.

    Raises
    ------
    RowLostError
        If it is not so: an answer without the row would be one about another file.
    """
    if there != counted + left_out:
        raise RowLostError(
            told(
                "{name}: {there}, of which {counted} count and {left_out} are left out",
                name=name,
                there=counted_of(there, "row", "rows"),
                counted=number(counted),
                left_out=number(left_out),
            )
        )
