"""left_out.csv: every row of the sheets' files that no sum holds, with the reason."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tallyverify.errors import InputError, inert
from tallyverify.language import told
from tallyverify.model import Model
from tallyverify.report.spoken import in_its_language

if TYPE_CHECKING:
    import pandas as pd

    from tallyverify.report.model import Report
    from tallyverify.table import Source

_NAME = "left_out.csv"
_CHUNK = 65_536


class LeftOutFile(Model):
    """The file of all rows that no sum holds, so that each can be looked up.

    Attributes
    ----------
    name, sha256 : str
        The file beside report.json, and the digest of its bytes.
    rows : int
        Rows that it lists: of the actas, and of other captures those left out as they were read.
    counted : int
        Rows of the same files that count. Both together are the ``rows`` of these in ``inputs``.
    blank : int
        Rows of these files without anything in any cell: none of either.
    reasons : dict of str to int
        How many rows are left out for each reason.
    """

    name: str
    sha256: str
    rows: int
    counted: int
    blank: int
    reasons: dict[str, int]


@dataclass(frozen=True, eq=False)
class LoggedTable:
    """A table of the case, how many rows of its files count, and the log of the others."""

    role: str
    source: Source
    counted: int
    log: pd.DataFrame


@dataclass(frozen=True, eq=False)
class LeftOutRows:
    """The rows that no sum holds, by the tables of the case."""

    tables: tuple[LoggedTable, ...]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, LeftOutRows):
            return NotImplemented
        pairs = zip(self.tables, other.tables, strict=False)
        return len(self.tables) == len(other.tables) and all(
            (one.role, one.source, one.counted) == (two.role, two.source, two.counted)
            and one.log.equals(two.log)
            for one, two in pairs
        )

    __hash__ = None  # type: ignore[assignment]

    def frame(self, figures: tuple[str, ...]) -> pd.DataFrame:
        """Return all rows; the figures in their order, as far as any row has them."""
        import pandas as pd

        from tallyverify.table import FIGURE, LEFT_OUT

        logs = []
        for one in self.tables:
            file, row = one.source.places(one.log["row"].to_numpy())
            logs.append(one.log.assign(role=one.role, file=file, row=row))
        every = pd.concat([log for log in logs if len(log)] or logs[:1], ignore_index=True)
        there = [FIGURE + name for name in figures if FIGURE + name in every.columns]
        return every[["role", "file", *LEFT_OUT, *there]]


def left_out_file(report: Report, rows: LeftOutRows) -> LeftOutFile:
    """Return what a report says of the file, whose words are in its language."""
    from tallyverify.table import REASONS

    reasons: Counter[str] = Counter()
    for one in rows.tables:
        reasons.update(one.log["reason"].tolist())
    return LeftOutFile(
        name=_NAME,
        sha256=hashlib.sha256(left_out_csv(report).encode()).hexdigest(),
        rows=sum(len(one.log) for one in rows.tables),
        counted=sum(one.counted for one in rows.tables),
        blank=sum(one.source.blank for one in rows.tables),
        reasons={reason: reasons[reason] for reason in REASONS if reason in reasons},
    )


def left_out_frame(report: Report) -> pd.DataFrame:
    """Return the rows as a DataFrame, with the columns of left_out.csv."""
    if report.rows_out is None:
        raise InputError(
            told("a report that was read from a file does not hold the rows left out"),
            hint=told("make it again: reproduce, or verify"),
        )
    rows: LeftOutRows = report.rows_out
    names = [name for one in report.contest.candidates for name in (one.id, *one.options)]
    return rows.frame(tuple(dict.fromkeys([*report.contest.line_ids, *names])))


@in_its_language
def left_out_csv(report: Report) -> str:
    """Return left_out.csv as text, in which no cell is a formula to a spreadsheet."""
    frame = left_out_frame(report)
    held = io.StringIO()
    table = csv.writer(held, lineterminator="\n")
    table.writerow(map(inert, frame.columns))
    for start in range(0, len(frame), _CHUNK):
        part = frame.iloc[start : start + _CHUNK]
        table.writerows(zip(*(_cells(part[name]) for name in part.columns), strict=True))
    return held.getvalue()


def _cells(column: pd.Series[Any]) -> list[Any]:
    """Return cells as they are written, each text made inert once."""
    import numpy as np
    import pandas as pd

    if pd.api.types.is_numeric_dtype(column.dtype):
        cells: list[Any] = column.to_numpy(dtype=np.int64, na_value=0).tolist()
        for at in np.flatnonzero(column.isna().to_numpy()).tolist():
            cells[at] = ""
        return cells
    codes, texts = pd.factorize(column)
    written = [*(inert(str(text)) for text in texts), ""]  # last, where there is none: at -1
    return [written[code] for code in codes.tolist()]
