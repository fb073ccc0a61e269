"""Delimited text (CSV, TSV and the like) as columns of text, with no cell changed."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.csv as pacsv

from tallyverify.errors import InputError, listed, shown
from tallyverify.names import folded
from tallyverify.readers.raw import Raw

_SEPARATORS = (",", ";", "\t", "|")


def read_delimited(
    data: bytes, name: str, separator: str | None, wanted: Iterable[str]
) -> tuple[Raw, str]:
    """Read UTF-8 text of any separator and line end; return its columns and the separator.

    Without a separator: that which finds most of the wanted columns, then most columns.
    """
    above = len(data) - len(data.lstrip(b"\r\n"))
    first_row = 2 + len(data[:above].splitlines())
    data = data[above:]
    if not re.search(rb"[\r\n]", data):
        data += b"\n"
    separator = separator or _sniffed(data, set(wanted), name)
    _check_quotes(data, separator, name)
    read = pacsv.ReadOptions(autogenerate_column_names=True)
    parse = pacsv.ParseOptions(delimiter=separator, newlines_in_values=b'"' in data)
    header = _header(data, separator)
    types = {f"f{i}": pa.string() for i in range(len(header))}
    convert = pacsv.ConvertOptions(
        strings_can_be_null=False, quoted_strings_can_be_null=False, column_types=types
    )
    try:
        table = pacsv.read_csv(pa.BufferReader(data), read, parse, convert)
    except pa.ArrowInvalid as error:
        raise _broken_row(str(error), data, separator, name) from None
    names = [str(column[0]) for column in table.columns]
    return Raw(names, [column.slice(1) for column in table.columns], name, first_row), separator


def _header(data: bytes, separator: str) -> list[str]:
    end = min((at for at in (data.find(b"\n"), data.find(b"\r")) if at >= 0), default=len(data))
    line = data[:end]
    while line.count(b'"') % 2 and end < len(data):
        following = re.compile(rb"[\r\n]").search(data, end + 1)
        end = following.start() if following else len(data)
        line = data[:end]
    text = line.decode("utf-8")
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])


def _sniffed(data: bytes, wanted: set[str], name: str) -> str:
    headers = {separator: _header(data, separator) for separator in _SEPARATORS}
    spelt = set(map(folded, wanted))

    def fits(separator: str) -> tuple[int, int]:
        names = headers[separator]
        return len(spelt & set(map(folded, names))), len(names)

    best = max(headers, key=fits)
    if len(headers[best]) == 1 and len(wanted) > 1:
        raise InputError(
            "the first line is not a header with separated columns",
            file=name,
            found=shown(headers[best][0] if headers[best] else ""),
            expected=f"a line with the columns {listed(sorted(wanted), 12)}",
            hint="name mapping.separator or mapping.encoding, or check that it is this file",
        )
    return best


def _check_quotes(data: bytes, separator: str, name: str) -> None:
    # A quote that is opened and never closed makes a parser swallow rows in silence. Rows and
    # lines agree in number unless a cell holds a line end; only then is a strict parse needed.
    quotes = data.count(b'"')
    if not quotes or (quotes % 2 == 0 and not _line_end_in_quotes(data)):
        return
    reader = csv.reader(
        io.StringIO(data.decode("utf-8"), newline=""), delimiter=separator, strict=True
    )
    try:
        for _ in reader:
            pass
    except csv.Error as error:
        raise InputError(
            "a quotation mark does not fit",
            file=name,
            place=f"line {reader.line_num:,}",
            found=str(error),
            expected='cells quoted as "…", a quotation mark inside doubled',
            hint="the file may have been cut off; fetch it again, or mend the line",
        ) from None


def _line_end_in_quotes(data: bytes) -> bool:
    return any(re.search(rb"[\r\n]", part) for part in data.split(b'"')[1::2])


def _broken_row(message: str, data: bytes, separator: str, name: str) -> InputError:
    """Say which row has the wrong number of cells, by a second, slower parse."""
    reader = csv.reader(io.StringIO(data.decode("utf-8"), newline=""), delimiter=separator)
    header = next(reader, [])
    widths: Counter[int] = Counter()
    for cells in reader:
        widths[len(cells)] += 1
        if cells and len(cells) != len(header):
            return InputError(
                "a row has another number of cells than the header",
                file=name,
                place=f"line {reader.line_num:,}",
                found=f"{len(cells)} cells, beginning {shown(separator.join(cells[:3]))}",
                expected=f"{len(header)} cells",
                hint="the file may have been cut off, or a separator stands unquoted in a cell",
            )
    return InputError("the text cannot be read as a table", file=name, found=message[:200])
