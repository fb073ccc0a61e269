"""JSON objects as a table: nested keys told as dotted names, what one lacks as an empty cell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from tallyverify.arrays import Counts
from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.language import clauses, counted, number, told
from tallyverify.readers.opening.table_limits import as_cells, check_cells, check_columns
from tallyverify.readers.raw import Raw
from tallyverify.readers.words import cell_place

MOST_LEVELS = 20
"""Objects inside each other, within a row."""
MOST_NAME = 1_000
"""Characters of the dotted name of a column."""

_HALF = re.compile("[\ud800-\udfff]")  # a lone surrogate: JSON can spell it, no text can hold it
_LINES = re.compile(rb"\s*\{[^\n]*\}[^\S\n]*\n\s*\{")


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
    try:
        outer = _flat({k: v for k, v in whole.items() if k not in lists})
    except InputError as error:
        raise error.in_file(name) from None
    raw = _beside(outer, columns_of_records(lists[key], name))
    return replace(raw, sheet=key), (told("JSON, the list {key}", key=shown(key)),)


def _are_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _beside(outer: dict[str, str | None], raw: Raw) -> Raw:
    """Return the rows with what stands beside their list told in each."""
    clash = sorted(outer.keys() & set(raw.names))
    if clash:
        raise InputError(
            told("a key stands both beside the list of objects and in them"),
            file=raw.file,
            found=listed(clash),
            hint=told("write the list alone, or rename one of the two"),
        )
    check_columns(len(outer) + len(raw.names), raw.file)
    repeated = raw.rows * sum(as_cells(text) for text in outer.values())
    hint = told("write the list alone")
    check_cells(repeated, len(outer) + raw.rows * len(raw.names), raw.file, hint)
    columns = [
        pa.chunked_array([pa.repeat(pa.scalar(text, pa.string()), raw.rows)])
        for text in outer.values()
    ]
    return replace(raw, names=[*outer, *raw.names], columns=[*columns, *raw.columns])


def columns_of_records(records: Iterable[Any], name: str) -> Raw:
    """Return objects as columns of text; a key that one lacks is an empty cell there."""
    places: dict[str, list[int]] = {}
    texts: dict[str, list[str | None]] = {}
    rows = 0
    for row, record in enumerate(records):
        if not isinstance(record, dict):
            raise InputError(
                told("an entry of the list is not an object"),
                file=name,
                place=told("entry {entry}", entry=number(row + 1)),
                found=shown(record),
                expected=told('an object: {{"station": …}}'),
            )
        try:
            cells = _flat(record)
        except InputError as error:
            raise error.in_file(name).at(told("entry {entry}", entry=number(row + 1))) from None
        for key, text in cells.items():
            if key not in texts:
                places[key], texts[key] = [], []
                check_columns(len(texts), name)
            places[key].append(row)
            texts[key].append(text)
        rows = row + 1
    held = sum(map(len, texts.values()))
    hint = told("give all objects the same keys, or a row for each key: mapping.layout")
    check_cells(rows * len(texts), held, name, hint)
    check_names(texts, name)
    columns = [_column(places[key], cells, rows, key, name) for key, cells in texts.items()]
    return Raw(list(texts), columns, name, first_row=1)


def check_names(names: Iterable[str], file: str) -> None:
    """Raise an InputError if the name of a column holds half of a sign, which is no text."""
    for name in names:
        if _HALF.search(name):
            what = told("half of a sign stands in a text: {text}", text=shown(name))
            raise InputError(what, file=file, place=told("header"))


def half_of_a_sign(column: str, cells: Iterable[tuple[int, Any]], file: str) -> InputError:
    """Return the error for the first of these cells, by row from 0, that holds half of a sign."""
    row, text = next((at, str(cell)) for at, cell in cells if _HALF.search(str(cell)))
    what = told("half of a sign stands in a text: {text}", text=shown(text))
    return InputError(what, file=file, place=cell_place(str(row + 1), column))


def _column(
    places: list[int], texts: list[str | None], rows: int, name: str, file: str
) -> pa.ChunkedArray:
    try:
        cells = pa.array(texts, pa.string())
    except UnicodeEncodeError:
        raise half_of_a_sign(name, zip(places, texts, strict=True), file) from None
    if len(texts) < rows:
        at: Counts = np.full(rows, -1, dtype=np.int64)
        at[places] = np.arange(len(texts))
        cells = cells.take(pa.array(at, mask=at < 0))
    return pa.chunked_array([cells])


def distinct_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return pairs as an object, if no key stands in it twice and all is text that can be."""
    record = dict(pairs)
    if len(record) < len(pairs):
        raise ValueError(told("a key stands twice in one object"))
    for text in (*record, *record.values()):
        if isinstance(text, str) and _HALF.search(text):
            raise ValueError(told("half of a sign stands in a text: {text}", text=shown(text)))
    return record


def _flat(record: dict[str, Any], prefix: str = "", level: int = 1) -> dict[str, str | None]:
    """Nested objects as dotted names: {"votes": {"A": 1}} has the column votes.A."""
    if level > MOST_LEVELS:
        raise _too_deep()
    cells: dict[str, str | None] = {}
    for key, value in record.items():
        name = f"{prefix}{key}"
        if len(name) > MOST_NAME:
            raise InputError(
                told("the name of a column is too long"),
                found=shown(name),
                expected=told(
                    "at most {most}, those of the objects around it with it",
                    most=counted(MOST_NAME, "character", "characters"),
                ),
            )
        nested = isinstance(value, dict) and value  # an empty one is no figure, and no lack of one
        inner = _flat(value, f"{name}.", level + 1) if nested else {name: value}
        for own, cell in inner.items():
            if own in cells:
                raise InputError(
                    told("two keys of one object give a column of the same name"),
                    found=shown(own),
                    expected=told("each name once, those of nested objects written with dots"),
                    hint=told("rename one of the two"),
                )
            cells[own] = cell if isinstance(cell, str) or cell is None else _as_text(cell)
    return cells


def _as_text(value: Any) -> str:
    try:
        return json.dumps(value, default=str)
    except RecursionError:
        raise _too_deep() from None


def _too_deep() -> InputError:
    return InputError(
        told("the JSON is nested too deeply"),
        expected=told("at most {levels} objects inside each other", levels=number(MOST_LEVELS)),
        hint=told("write a row as one object, with its figures in it"),
    )
