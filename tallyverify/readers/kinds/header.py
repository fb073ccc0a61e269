"""The rows in which a file names its columns, where the mapping says which they are."""

from __future__ import annotations

from collections.abc import Sequence

from tallyverify.errors import InputError, listed
from tallyverify.language import counted, each_and, number, told, told_of
from tallyverify.readers.words import row_place


def header_names(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the columns' names, those of several rows joined by a space.

    In all rows but the last, an empty cell is taken for part of the cell on its left: so are cells
    written that were merged across.
    """
    width = max(map(len, rows), default=0)
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    if len(rows) < 2:
        return padded[0] if rows else []
    above = [_filled_across(row) for row in padded[:-1]]
    columns = zip(*above, padded[-1], strict=True)
    return [" ".join(filter(None, map(str.strip, names))) for names in columns]


def _filled_across(row: Sequence[str]) -> list[str]:
    filled: list[str] = []
    for cell in row:
        filled.append(cell if cell.strip() or not filled else filled[-1])
    return filled


def beyond_the_file(file: str, asked: int, there: int) -> InputError:
    """Return the error for a header row that the file does not have."""
    return InputError(
        told("the header is beyond the end of the file"),
        file=file,
        place="mapping.header",
        found=row_place(str(asked)),
        expected=told("one of the {rows} rows that there are", rows=number(there)),
        hint=told("rows are counted from 1, as a spreadsheet shows them, empty ones too"),
    )


def empty_header(file: str, row: int) -> InputError:
    """Return the error for a header row that names nothing."""
    return InputError(
        told("the header row is empty"),
        file=file,
        place=row_place(str(row)),
        expected=told("the names of the columns"),
        hint=told("mapping.header counts rows from 1, as a spreadsheet shows them, empty ones too"),
    )


def odd_row(file: str, place: str, cells: Sequence[str], width: int, hint: str) -> InputError:
    """Return the error for a row that has not as many cells as the header."""
    return InputError(
        told("a row has another number of cells than the header"),
        file=file,
        place=place,
        found=told_of(
            len(cells),
            "{count} cell, beginning {cells}",
            "{count} cells, beginning {cells}",
            cells=listed(cells[:3]),
        ),
        expected=counted(width, "cell", "cells"),
        hint=hint,
    )


def check_no_header(header: Sequence[int], file: str, kind: str) -> None:
    """Refuse a header row for data that name their columns themselves."""
    if header:
        raise InputError(
            told("{kind} names its columns itself, and has no header row", kind=kind),
            file=file,
            place="mapping.header",
            found=row_place(each_and(map(str, header))),
            expected=told("a header only for delimited text and workbooks"),
            hint=told("take 'header' out of the mapping"),
        )
