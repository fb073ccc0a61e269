"""Two readings of one table, cell by cell."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest
from typing import Any

import pyarrow as pa

from tallyverify.readers.kinds.header import header_names
from tallyverify.readers.kinds.parted import LINE
from tallyverify.readers.kinds.sheet_xml import NONE_TEXT
from tallyverify.readers.raw import Raw
from tallyverify.readers.second.text_rows import Rows
from tallyverify.table import SecondReading, UnlikeCell

_MOST_SHOWN = 24


def compared_with_rows(raw: Raw, rows: Rows, library: str) -> SecondReading:
    """Compare columns of text with the rows that a second library found.

    A cell that one of them does not have is empty there. A formula that was never worked out is
    written as empty, or as 0; parts of a text that the first reading parts stand joined there.
    """
    header = raw.header or (raw.first_row - 1,)
    before = [""] * raw.left
    texts = zip(*(column.to_pylist() for column in raw.columns), strict=True)
    first = {header[-1]: [*before, *raw.names]}
    first |= {
        number: [*before, *cells]
        for number, cells in zip(raw.row_numbers.tolist(), texts, strict=True)
    }
    second = {number: cells for number, cells in rows.items() if number > header[-1]}
    second[header[-1]] = header_names([rows.get(at, []) for at in header])
    numbers = sorted(first.keys() | second.keys())
    pairs = (
        (number, at, one, other)
        for number in numbers
        for at, (one, other) in enumerate(
            zip_longest(first.get(number, ()), second.get(number, ()), fillvalue="")
        )
        if one != other
    )
    unlike = [
        (*place, one, other)
        for *place, one, other in pairs
        if _text(one) != _text(other)
        and not (one == NONE_TEXT and other == "0")
        and not (one and _text(one).replace(LINE, "") == _text(other))
    ]
    return _compared(raw, library, len(raw.names) * len(first), unlike)


def compared_with_columns(raw: Raw, table: pa.Table, library: str) -> SecondReading:
    """Compare columns that have types with those that a second library found."""
    second = Raw(table.column_names, table.columns, raw.file, raw.first_row).without_empty_rows()
    unlike: list[tuple[Any, ...]] = [
        (0, at, one, other)
        for at, (one, other) in enumerate(zip_longest(raw.names, table.column_names, fillvalue=""))
        if one != other
    ]
    longer = raw if raw.rows >= second.rows else second
    numbers = longer.row_numbers.tolist()
    none = pa.chunked_array([pa.nulls(0)])
    for at, (column, other) in enumerate(zip_longest(raw.columns, second.columns, fillvalue=none)):
        if not _alike(column, other):
            pairs = zip_longest(column.to_pylist(), other.to_pylist())
            unlike += [
                (row, at, one, other)
                for row, (one, other) in zip(numbers, pairs, strict=False)
                if one != other and not (one != one and other != other)  # noqa: PLR0124
            ]
    return _compared(raw, library, len(raw.names) * (raw.rows + 1), sorted(unlike, key=_place))


def _compared(raw: Raw, library: str, cells: int, unlike: list[tuple[Any, ...]]) -> SecondReading:
    names = [*(f"#{at + 1}" for at in range(raw.left)), *raw.distinct]
    shown = tuple(
        UnlikeCell(number, names[at] if at < len(names) else f"#{at + 1}", _text(one), _text(other))
        for number, at, one, other in unlike[:_MOST_SHOWN]
    )
    return SecondReading(raw.file, library, cells, len(unlike), shown)


def _place(cell: Iterable[Any]) -> tuple[int, int]:
    row, column, *_ = cell
    return row, column


def _alike(column: pa.ChunkedArray, other: pa.ChunkedArray) -> bool:
    try:
        return bool(column.equals(other.cast(column.type)))
    except pa.ArrowException:
        return False  # they are compared value by value


def _text(value: Any) -> str:
    """Return a cell as text, white space around it apart: a date without a time is a date."""
    text = "" if value is None or value == NONE_TEXT else str(value)
    return text.removesuffix(" 00:00:00").strip()
