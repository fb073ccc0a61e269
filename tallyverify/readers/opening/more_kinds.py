"""Text that is a table without being CSV: JSON documents, HTML pages; and what cannot be read."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.language import clauses, counted, formula, number, told
from tallyverify.readers.kinds.header import odd_row
from tallyverify.readers.opening.html_tables import Grid, tables_in
from tallyverify.readers.raw import Raw
from tallyverify.readers.words import row_place
from tallyverify.taken import takes_input

_LINES = re.compile(rb"\s*\{[^\n]*\}\s*\n\s*\{")
_FIXED = re.compile(r"\S {2,}\S")
_HALF = re.compile("[\ud800-\udfff]")  # a lone surrogate: JSON can spell it, no text can hold it


def read_json(data: bytes, name: str, sheet: str | None) -> tuple[Raw, tuple[str, ...]] | None:
    """Return the rows of one JSON document, and how they were found; None for JSON lines.

    It is a list of objects, or an object in which one key holds such a list; what else stands in
    that object is told of each row.
    """
    if _LINES.match(data):
        return None
    try:
        whole = json.loads(data, object_pairs_hook=distinct_keys)
    except (ValueError, RecursionError) as error:
        if data.lstrip().startswith(b"["):
            raise InputError(
                told("this is not one JSON list of objects"),
                file=name,
                found=str(error)[:100],
                hint=told("the file may have been cut off; fetch it again"),
            ) from None
        return None  # several documents, one on each line
    if isinstance(whole, list):
        return columns_of_records(whole, name), (told("JSON, a list of objects"),)
    lists = {k: v for k, v in whole.items() if _are_records(v)} if isinstance(whole, dict) else {}
    if not lists:
        return None
    if len(lists) > 1 and sheet not in lists:
        no_such = [told("no {text}", text=shown(sheet))] if sheet else []
        raise InputError(
            told("the JSON holds several lists of objects"),
            file=name,
            found=clauses([listed(lists), *no_such]),
            hint=nearest(sheet or "", lists) or told("name one in mapping.sheet"),
        )
    key = sheet if sheet in lists else next(iter(lists))
    outer = _flat({k: v for k, v in whole.items() if k not in lists})
    rows = [{**outer, **row} for row in map(_flat, lists[key])]
    clash = sorted(outer.keys() & {name for row in map(_flat, lists[key]) for name in row})
    if clash:
        raise InputError(
            told("a key stands both beside the list of objects and in them"),
            file=name,
            found=listed(clash),
            hint=told("write the list alone, or rename one of the two"),
        )
    raw = replace(columns_of_records(rows, name), sheet=key)
    return raw, (told("JSON, the list {key}", key=shown(key)),)


def _are_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def columns_of_records(records: Iterable[Any], name: str) -> Raw:
    """Return objects as columns of text; a key that one lacks is an empty cell there."""
    columns: dict[str, list[str | None]] = {}
    for row, record in enumerate(records):
        if not isinstance(record, dict):
            raise InputError(
                told("an entry of the list is not an object"),
                file=name,
                place=told("entry {entry}", entry=number(row + 1)),
                found=shown(record),
                expected=told('an object: {{"station": …}}'),
            )
        cells = _flat(record)
        for key in [key for key in cells if key not in columns]:
            columns[key] = [None] * row
        for key, values in columns.items():
            values.append(cells.get(key))
    ordered = {key: pa.chunked_array([pa.array(v, pa.string())]) for key, v in columns.items()}
    return Raw(list(ordered), list(ordered.values()), name, first_row=1)


def distinct_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return pairs as an object, if no key stands in it twice and all is text that can be."""
    record = dict(pairs)
    if len(record) < len(pairs):
        raise ValueError(told("a key stands twice in one object"))
    for text in (*record, *record.values()):
        if isinstance(text, str) and _HALF.search(text):
            raise ValueError(told("half of a sign stands in a text: {text}", text=shown(text)))
    return record


def _flat(record: dict[str, Any], prefix: str = "") -> dict[str, str | None]:
    """Nested objects as dotted names: {"votes": {"A": 1}} has the column votes.A."""
    cells: dict[str, str | None] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            cells.update(_flat(value, f"{prefix}{key}."))
        elif isinstance(value, str) or value is None:
            cells[f"{prefix}{key}"] = value
        else:
            cells[f"{prefix}{key}"] = json.dumps(value, default=str)
    return cells


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
    tables = [table for table in tables_in(data.decode("utf-8", "replace")) if len(table) > 1]
    if not tables:
        no_table, hint = told("the page has no table with rows"), told("save it as CSV")
        raise InputError(no_table, file=name, hint=hint)
    numbers = [str(at + 1) for at in range(len(tables))]
    if sheet is not None and sheet not in numbers:
        raise InputError(
            told("the page has no table of this number"),
            file=name,
            found=shown(sheet),
            expected=clauses(map(_table_told, numbers, tables)),
            hint=told("tables are numbered from 1 in mapping.sheet"),
        )
    at = int(sheet) - 1 if sheet else max(range(len(tables)), key=lambda k: _size(tables[k]))
    which = {"table": numbers[at], "tables": str(len(tables))}
    said = told("HTML, table {table} of {tables}", **which)
    if sheet is None and len(tables) > 1:
        said = told(
            "HTML, table {table} of {tables}, the largest (mapping.sheet may name another)", **which
        )
    return replace(_of_grid(tables[at], name), sheet=numbers[at]), (said,)


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
    return Raw(list(header), columns, name, first_row=2)


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
