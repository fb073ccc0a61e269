"""Text that is a table without being CSV: HTML pages; and what cannot be read."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pyarrow as pa

from tallyverify.errors import InputError, listed, shown
from tallyverify.language import clauses, counted, formula, number, told
from tallyverify.readers.kinds.header import odd_row
from tallyverify.readers.opening.html_tables import Grid, tables_in
from tallyverify.readers.raw import Raw
from tallyverify.readers.words import hidden_rows, row_place
from tallyverify.taken import takes_input

_FIXED = re.compile(r"\S {2,}\S")


@takes_input
def is_html(data: bytes) -> bool:
    """Return whether text is a page of HTML with a table in it."""
    head = data.lstrip()[:200].lower()
    return head.startswith(b"<") and b"<table" in data.lower()


def charset_of(page: bytes) -> str | None:
    """Return the encoding that a page names, unless it is UTF-8 or unknown."""
    named = re.search(rb"<meta[^>]+charset=[\"']?\s*([\w.:-]+)", page[:4096], re.IGNORECASE)
    name = named.group(1).decode().lower() if named else ""
    try:
        return name if name and codecs.lookup(name).name != "utf-8" else None
    except LookupError:
        return None


def read_html(data: bytes, name: str, sheet: str | None) -> tuple[Raw, tuple[str, ...]]:
    """Return the largest table of a page, or the one that ``sheet`` numbers, and which it was."""
    page = data.decode("utf-8", "replace")
    tables = [table for table in tables_in(page, name) if len(table.rows) > 1]
    if not tables:
        no_table, hint = told("the page has no table with rows"), told("save it as CSV")
        raise InputError(no_table, file=name, hint=hint)
    grids = [table.rows for table in tables]
    numbers = [str(at + 1) for at in range(len(tables))]
    if sheet is not None and sheet not in numbers:
        raise InputError(
            told("the page has no table of this number"),
            file=name,
            found=shown(sheet),
            expected=clauses(map(_table_told, numbers, grids)),
            hint=told("tables are numbered from 1 in mapping.sheet"),
        )
    at = int(sheet) - 1 if sheet else max(range(len(tables)), key=lambda k: _size(grids[k]))
    which = {"table": numbers[at], "tables": str(len(tables))}
    said = told("HTML, table {table} of {tables}", **which)
    if sheet is None and len(tables) > 1:
        said = told(
            "HTML, table {table} of {tables}, the largest (mapping.sheet may name another)", **which
        )
    hidden = hidden_rows(tables[at].hidden)
    return replace(_of_grid(grids[at], name), sheet=numbers[at]), (said, *hidden)


def _size(table: Grid) -> int:
    return sum(map(len, table))


def _table_told(at: str, table: Grid) -> str:
    rows = counted(len(table) - 1, "row", "rows")
    return formula("{table} ({rows}: {cells})", table=at, rows=rows, cells=listed(table[0], 4))


def _of_grid(table: Grid, name: str) -> Raw:
    header, *rows = table
    width = len(header)
    for at, row in enumerate(rows, start=2):
        if len(row) != width:
            raise odd_row(
                name,
                row_place(number(at)),
                row,
                width,
                told("if it is another table of the page that is meant, name it in mapping.sheet"),
            )
    columns = [
        pa.chunked_array([pa.array([row[at] or None for row in rows], pa.string())])
        for at in range(width)
    ]
    # The names of columns are one line, and so are those of stations and areas: see Raw.text.
    return Raw([" ".join(cell.split()) for cell in header], columns, name, first_row=2, lines=True)


@takes_input
def check_not_fixed_width(
    data: bytes, name: str, wanted: Iterable[str], header: Sequence[int] = ()
) -> None:
    """Raise an InputError for text whose columns begin at fixed places, and no sign parts them."""
    lines = data[:65536].decode("utf-8", "replace").splitlines()[header[0] - 1 if header else 0 :]
    lines = [line for line in lines if line.strip()]
    several = len(set(wanted)) > 1 and len(lines) > 1
    if several and not re.search("[,;\t|]", lines[0]) and all(map(_FIXED.search, lines[:5])):
        raise InputError(
            told("this is text of fixed width: its columns are parted by spaces alone"),
            file=name,
            found=shown(lines[0]),
            expected=told("cells separated by a comma, semicolon, tab or |"),
            hint=told(
                "make CSV of it: pandas.read_fwf(FILE, dtype=str).to_csv(OTHER, index=False)"
            ),
        )
