"""Delimited text (CSV, TSV and the like) as columns of text, with no cell changed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from tallyverify.arrays import Counts
from tallyverify.errors import InputError, listed, shown
from tallyverify.language import clauses, each_and, number, told
from tallyverify.names import folded
from tallyverify.readers.kinds.header import (
    beyond_the_file,
    empty_header,
    header_names,
    odd_row,
)
from tallyverify.readers.kinds.quotes import check_quotes
from tallyverify.readers.opening.table_limits import MOST_CHARACTERS, check_columns, long_cell
from tallyverify.readers.raw import Raw

_SEPARATORS = (",", ";", "\t", "|")
_TOO_LONG = "field larger than field limit"
"""How Python's reader says that a cell is longer than it takes."""
_EMPTY_LINE = re.compile(rb"\A[\r\n]|\r\r|\n[\r\n]")


@dataclass(frozen=True)
class _Top:
    """What stands above the data: the header, and how far down the file it reaches."""

    names: list[str]
    rows: int  # of the file, the header's with them
    size: int  # bytes, likewise
    start: int  # bytes above its last row
    lines: int  # lines above its last row
    endless: bool = False  # a cell of it is longer than any that is read


def read_delimited(
    data: bytes,
    name: str,
    separator: str | None,
    wanted: Iterable[str],
    header: Sequence[int] = (),
) -> tuple[Raw, str]:
    """Read UTF-8 text of any separator and line end; return its columns and the separator.

    The header is the first line that is not empty, or the rows asked for. Without a separator:
    that which finds most of the wanted columns in it, then most columns.
    """
    separator = separator or _sniffed(data, set(wanted), name, header)
    top = _top(data, separator, header)
    check_quotes(data[top.start :], separator, name, top.lines, len(top.names))
    if top.endless:
        raise long_cell(name, _line(top.rows), MOST_CHARACTERS)
    check_columns(len(top.names), name)
    if header and top.rows < header[-1]:
        raise beyond_the_file(name, header[-1], top.rows)
    if not any(cell.strip() for cell in top.names):
        raise empty_header(name, top.rows)
    body = data[top.size :]
    columns = [f"f{i}" for i in range(len(top.names))]
    if not body.strip(b"\r\n"):
        return Raw(top.names, [pa.array([], pa.string()) for _ in columns], name), separator
    try:
        table = _parted(body, columns, separator)
    except pa.ArrowInvalid as error:
        raise _broken_row(str(error), data, separator, name, top) from None
    first_row = top.rows + 1
    numbers = _numbers(data, separator, name, top)
    named_in = tuple(header) or (top.rows,)
    raw = Raw(top.names, list(table.columns), name, first_row, numbers=numbers, header=named_in)
    if numbers is not None and raw.rows:
        raw = replace(raw, blank=int(numbers[-1]) - first_row + 1 - raw.rows)
    return raw, separator


def _parted(body: bytes, columns: list[str], separator: str) -> pa.Table:
    parse = pacsv.ParseOptions(delimiter=separator, newlines_in_values=b'"' in body)
    convert = pacsv.ConvertOptions(
        strings_can_be_null=False,
        quoted_strings_can_be_null=False,
        column_types=dict.fromkeys(columns, pa.string()),
    )
    try:
        read = pacsv.ReadOptions(column_names=columns)
        return pacsv.read_csv(pa.BufferReader(body), read, parse, convert)
    except pa.ArrowInvalid as error:
        if "straddl" not in str(error):
            raise
    # A row is longer than the blocks that are read one by one: then all are one block.
    read = pacsv.ReadOptions(column_names=columns, block_size=min(len(body) + 1, 2**31 - 1))
    return pacsv.read_csv(pa.BufferReader(body), read, parse, convert)


def _rows(data: bytes, separator: str, name: str, above: int) -> Iterator[tuple[int, list[str]]]:
    """Yield rows, each with the number of its last line; ``above`` lines stand before the data."""
    text = io.TextIOWrapper(io.BytesIO(data), "utf-8", newline="")
    reader = csv.reader(text, delimiter=separator)
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            if _TOO_LONG in str(error):
                raise long_cell(name, _line(begins + above), MOST_CHARACTERS) from None
            raise _no_table(name, str(error)) from None
        if cells is None:
            return
        yield reader.line_num + above, cells


def _line(at: int) -> str:
    return told("line {line}", line=number(at))


def _top(data: bytes, separator: str, header: Sequence[int]) -> _Top:
    """Read down to the header; what stands above it may have any number of cells."""
    ends = [0]  # bytes up to the end of each line

    def each_line() -> Iterator[str]:
        for line in io.TextIOWrapper(io.BytesIO(data), "utf-8", newline=""):
            ends.append(ends[-1] + len(line.encode()))
            yield line

    cells: list[list[str]] = []
    lines = [0]  # lines up to the end of each row
    try:
        for row in csv.reader(each_line(), delimiter=separator):
            cells.append(row)
            lines.append(len(ends) - 1)
            if len(cells) == header[-1] if header else row:
                break
    except csv.Error:  # a cell without end is no header
        return _Top([], len(cells) + 1, len(data), 0, 0, endless=True)
    asked = [cells[at - 1] for at in header if at <= len(cells)] or cells[-1:]
    above = lines[-2] if cells else 0
    return _Top(header_names(asked), len(cells), ends[lines[-1]], ends[above], above)


def _sniffed(data: bytes, wanted: set[str], name: str, header: Sequence[int]) -> str:
    headers = {separator: _top(data, separator, header).names for separator in _SEPARATORS}
    spelt = set(map(folded, wanted))

    def fits(separator: str) -> tuple[int, int]:
        names = headers[separator]
        return len(spelt & set(map(folded, names))), len(names)

    best = max(headers, key=fits)
    if len(headers[best]) == 1 and len(wanted) > 1:
        raise _no_header(headers[best][0], name, sorted(wanted), header)
    return best


def _no_header(found: str, name: str, wanted: list[str], header: Sequence[int]) -> InputError:
    what = told("the first line is not a header with separated columns")
    hint = told("name mapping.separator or mapping.encoding, or check that it is this file")
    if header:
        rows = each_and(map(str, header))
        what = told("row {row} is not a header with separated columns", row=rows)
    else:
        below = told("if the columns are named further down, say so in mapping.header")
        hint = clauses([hint, below])
    return InputError(
        what,
        file=name,
        found=shown(found),
        expected=told("a line with the columns {columns}", columns=listed(wanted, 12)),
        hint=hint,
    )


def _numbers(data: bytes, separator: str, name: str, top: _Top) -> Counts | None:
    """Return the numbers of the rows where lines are empty among them, which were passed over."""
    if not _EMPTY_LINE.search(data[top.size :].rstrip(b"\r\n")):
        return None
    rows = _rows(data[top.start :], separator, name, top.lines)
    next(rows, None)  # the header
    every = enumerate(rows, top.rows + 1)
    return np.array([at for at, (_, cells) in every if cells], dtype=np.int64)


def _broken_row(message: str, data: bytes, separator: str, name: str, top: _Top) -> InputError:
    """Say which row has the wrong number of cells, by a second, slower parse."""
    rows = _rows(data[top.start :], separator, name, top.lines)
    next(rows, None)
    for line, cells in rows:
        if cells and len(cells) != len(top.names):
            hint = told("the file may have been cut off, or a separator stands unquoted in a cell")
            return odd_row(name, _line(line), cells, len(top.names), hint)
    return _no_table(name, message)


def _no_table(name: str, message: str) -> InputError:
    return InputError(told("the text cannot be read as a table"), file=name, found=message[:200])
