"""A table as a wide file: CSV, JSON lines, Parquet."""

from __future__ import annotations

import csv
import io
import re

from tallyverify.errors import FORMULA_BEGINS, json_text
from tallyverify.exchange.cells import TableCells, guarded

_FORMULA = re.compile(rf"{FORMULA_BEGINS}|[\t\r']")
"""Begin a cell that a spreadsheet would work out, or an apostrophe that says it must not."""


def as_csv(cells: TableCells) -> bytes:
    """Return CSV in which no cell is a formula to a spreadsheet; unread cells keep their text.

    A text that begins with ``= + - @`` of any width, a tab, a carriage return or an apostrophe has
    an apostrophe before it, which the format ``tallyverify`` takes away again.
    """
    table = cells.table
    held = io.StringIO()
    writer = csv.writer(held, lineterminator="\n")
    writer.writerow(map(_inert, ["station", *table.levels, *table.figures]))
    for row in cells:
        figures = (row.cell(name) for name in table.figures)
        texts = [row.station, *(row.areas[level] for level in table.levels)]
        writer.writerow([*map(_inert, texts), *(_figure(one) for one in figures)])
    return held.getvalue().encode("utf-8")


def _figure(cell: int | str | None) -> str:
    if cell is None:
        return ""
    return str(cell) if isinstance(cell, int) else _inert(guarded(cell))


def _inert(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def as_json_lines(cells: TableCells) -> bytes:
    """Return one JSON object a sheet: station, areas, lines, votes; unread cells are texts."""
    table = cells.table
    lines = []
    for row in cells:
        figures = {name: row.cell(name) for name in table.figures}
        held = {n: guarded(c) if isinstance(c, str) else c for n, c in figures.items()}
        one = {
            "station": row.station,
            "areas": {level: row.areas[level] or None for level in table.levels},
            "lines": {name: held[name] for name in table.lines},
            "votes": {name: held[name] for name in table.votes},
        }
        lines.append(json_text(one, indent=None))
    return "".join(lines).encode("utf-8")


def as_parquet(cells: TableCells) -> bytes:
    """Return Parquet: texts and whole numbers, missing where nothing was read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = cells.table
    frame = table.frame
    columns = {
        name: pa.array([text or None for text in frame[name].fillna("").tolist()], pa.string())
        for name in ("station", *table.levels)
    }
    columns |= {name: pa.array(frame[name], pa.int64()) for name in table.figures}
    held = io.BytesIO()
    pq.write_table(pa.table(columns), held)
    return held.getvalue()
