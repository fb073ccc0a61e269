"""Cells of text or of a sheet, below the rows that name them."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv

from tallyverify.errors import InputError, listed, shown
from tallyverify.language import counted, each_and, number, told
from tallyverify.proposals.header import header_rows, joined_names
from tallyverify.readers import Content, Raw, visible_sheets

_LOOKED_AT = 200  # records at the top, to find separator and header by
_SEPARATORS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Grid:
    """Columns of text, and what a mapping must say so that the file opens like this."""

    raw: Raw
    opening: dict[str, Any]  # keys of a mapping: header, sheet
    evidence: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


def text_grid(text: str, name: str) -> Grid:
    """Return the cells of delimited text, whatever its separator, and titles above its header."""
    if "\0" in text:
        raise InputError(told("the text holds NUL characters"), file=name)
    separator, rows, ends = _sniffed(text, name)
    chosen = header_rows(rows)
    width = Counter(len(row) for row in rows[chosen[-1] + 1 :] or rows).most_common(1)[0][0]
    width = max(width, len(rows[chosen[-1]]))
    names = joined_names([rows[at] for at in chosen], width)
    body = _after_lines(text, ends[chosen[-1]]).encode("utf-8")
    if not body.strip():
        what = told("the file has a header but no rows")
        raise InputError(what, file=name, found=listed(names, 12))
    odd: list[str] = []

    def skipped(row: Any) -> str:
        odd.append(row.text or "")
        return "skip"

    try:
        table = pacsv.read_csv(
            pa.BufferReader(body),
            pacsv.ReadOptions(column_names=[f"f{at}" for at in range(width)]),
            pacsv.ParseOptions(
                delimiter=separator, newlines_in_values=b'"' in body, invalid_row_handler=skipped
            ),
            pacsv.ConvertOptions(
                column_types={f"f{at}": pa.string() for at in range(width)},
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        what = told("the rows cannot be parted")
        raise InputError(what, file=name, found=str(error)[:200]) from None
    if not table.num_rows:
        what = told("no row has as many cells as the header")
        raise InputError(what, file=name, found=listed(names, 12))
    raw = Raw(names, list(table.columns), name, chosen[-1] + 2, separator=separator)
    raw = raw.without_empty_rows()
    evidence = [_width(width, separator), *_said_of(chosen, rows)]
    questions = []
    if odd:
        questions.append(
            told(
                "{rows} with another number of cells than {width} (the first: {row}): a note, or a "
                "damaged row? Take it out, or mend it.",
                rows=counted(len(odd), "row", "rows"),
                width=number(width),
                row=shown(odd[0][:60]),
            )
        )
    return Grid(raw, _header_key(chosen, rows), tuple(evidence), tuple(questions))


def _width(width: int, separator: str) -> str:
    if separator == "\t":
        return told("{width} cells in a row, separated by tab", width=number(width))
    return told(
        "{width} cells in a row, separated by “{sign}”", width=number(width), sign=separator
    )


def _sniffed(text: str, name: str) -> tuple[str, list[list[str]], list[int]]:
    """Return the separator that parts most rows alike, the first rows, and the line each ends."""
    best: tuple[tuple[int, int], str, list[list[str]], list[int]] | None = None
    for separator in _SEPARATORS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        rows, ends = [], []
        try:
            for row in islice(reader, _LOOKED_AT):
                rows.append(row)
                ends.append(reader.line_num)
        except csv.Error:
            continue
        widths = Counter(len(row) for row in rows if len(row) > 1)
        if widths:
            width, times = widths.most_common(1)[0]
            if best is None or (times, width) > best[0]:
                best = (times, width), separator, rows, ends
    if best is None:
        raise InputError(
            told("no rows of cells are found"),
            file=name,
            found=shown(text[:60]),
            expected=told("cells separated by comma, semicolon, tab or |"),
            hint=told("check that it is this file"),
        )
    return best[1:]


def _after_lines(text: str, lines: int) -> str:
    stream = io.StringIO(text, newline="")
    for _ in range(lines):
        stream.readline()
    return stream.read()


def _header_key(chosen: tuple[int, ...], rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    above = any(any(map(str.strip, row)) for row in rows[: chosen[0]])
    if not above and len(chosen) == 1:
        return {}
    numbers = [at + 1 for at in chosen]
    return {"header": numbers[0] if len(numbers) == 1 else numbers}


def _said_of(chosen: tuple[int, ...], rows: Sequence[Sequence[str]]) -> list[str]:
    numbers = [told("row {row}", row=str(at + 1)) for at in chosen]
    where = each_and(numbers)
    titles = [" ".join(filter(None, row)) for row in rows[: chosen[0]] if any(row)]
    if not titles:
        return [told("the columns are named in {rows}", rows=where)]
    above = listed(titles, 3)
    return [told("the columns are named in {rows}, below {titles}", rows=where, titles=above)]


def sheet_grids(content: Content) -> tuple[dict[str, Grid], list[str], list[str]]:
    """Return the cells of each sheet with rows below a header; all that have cells; the hidden.

    Hidden sheets are passed over, unless all are.
    """
    sheets, hidden = visible_sheets(content)
    grids = {name: _sheet(rows, content.name) for name, rows in sheets.items() if len(rows) > 1}
    grids = {name: grid for name, grid in grids.items() if grid.raw.rows}
    if not grids:
        what = told("no sheet of the workbook has a row below a header")
        raise InputError(what, file=content.name)
    return grids, [name for name, rows in sheets.items() if any(map(any, rows))], hidden


def _sheet(rows: list[list[str]], name: str) -> Grid:
    chosen = header_rows(rows[:_LOOKED_AT])
    names = joined_names([rows[at] for at in chosen], len(rows[0]))
    body = [row for row in rows[chosen[-1] + 1 :] if any(row)]
    columns = [pa.array([row[at] or None for row in body], pa.string()) for at in range(len(names))]
    raw = Raw(names, columns, name, chosen[-1] + 2)
    return Grid(raw, _header_key(chosen, rows), tuple(_said_of(chosen, rows)))
