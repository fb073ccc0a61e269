"""How large a table may be: beyond any table of an election, so that a small file costs little."""

from __future__ import annotations

import pyarrow.compute as pc

from tallyverify.errors import InputError
from tallyverify.language import counted, number, told, told_of
from tallyverify.readers.raw import Raw
from tallyverify.readers.words import cell_place

MOST_COLUMNS = 16_384
"""Columns of a table: as many as a spreadsheet has."""
MOST_CHARACTERS = 131_072
"""Characters of a cell of delimited text: as many as Python's reader takes."""
_FREE_CELLS = 2_000_000
_EMPTY_OF_ONE = 100
"""Cells that a file does not hold itself, for each that it holds, beyond the first millions."""
_CHARACTERS_OF_ONE = 64


def checked(raw: Raw) -> Raw:
    """Return a table that has no more columns, and no longer cell of delimited text, than are read.

    There a long cell is one whose quotation mark was never closed; elsewhere it is a long text.

    Raises
    ------
    InputError
        If it has.
    """
    check_columns(len(raw.names), raw.file)
    if raw.separator is None:
        return raw
    for at, column in enumerate(raw.columns):
        lengths = pc.utf8_length(column)
        longest = pc.max(lengths).as_py()
        if longest is not None and longest > MOST_CHARACTERS:
            row = str(raw.row_numbers[pc.index(lengths, longest).as_py()])
            raise long_cell(raw.file, cell_place(row, raw.names[at]), longest)
    return raw


def check_columns(columns: int, file: str) -> None:
    """Raise an InputError if a table has more columns than are read."""
    if columns > MOST_COLUMNS:
        raise InputError(
            told("the table has too many columns"),
            file=file,
            found=number(columns),
            expected=told("at most {most}", most=number(MOST_COLUMNS)),
            hint=told("a long table has a row for each option instead: mapping.layout"),
        )


def long_cell(file: str, place: str, characters: int) -> InputError:
    """Return the error for a cell that holds more than is read."""
    return InputError(
        told("a cell is too long"),
        file=file,
        place=place,
        found=told_of(characters, "{count} character or more", "{count} characters or more"),
        expected=told("at most {most}", most=counted(MOST_CHARACTERS, "character", "characters")),
        hint=told(
            "a quotation mark that is opened and never closed makes one cell of all that follows"
        ),
    )


def check_cells(cells: int, held: int, file: str, hint: str) -> None:
    """Raise an InputError if a table has far more cells than its file holds.

    A linear cost needs it: a file of n objects with n keys between them, or of n merged cells,
    would else be a table of n × n cells.
    """
    most = _FREE_CELLS + _EMPTY_OF_ONE * held
    if cells > most:
        raise InputError(
            told("the table has far more cells than the file holds"),
            file=file,
            found=told(
                "{cells}, of which the file holds {held}",
                cells=counted(cells, "cell", "cells"),
                held=number(held),
            ),
            expected=told("at most {most}", most=number(most)),
            hint=hint,
        )


def as_cells(text: str | None) -> int:
    """Return for how many cells a text counts that is told in several: a long one for more."""
    return 1 + len(text or "") // _CHARACTERS_OF_ONE
