"""Words that several readers say: places of rows and cells, names joined by *and* and *or*."""

from __future__ import annotations

from collections.abc import Sequence

from tallyverify.errors import shown
from tallyverify.language import enumerated, number, told, told_of


def row_place(row: str) -> str:
    """Return the place of a row, by its number as it stands in its file."""
    return told("row {row}", row=row)


def column_place(column: str) -> str:
    """Return the place of a column, by its name."""
    return told("column {column}", column=shown(column))


def cell_place(row: str, column: str) -> str:
    """Return the place of a cell, by the number of its row and the name of its column."""
    return told("row {row}, column {column}", row=row, column=shown(column))


def hidden_rows(rows: int) -> tuple[str, ...]:
    """Return in words how many rows of a table are hidden; nothing of none."""
    if not rows:
        return ()
    return (
        told_of(
            rows,
            "{count} row is hidden, and was read",
            "{count} rows are hidden, and were read",
        ),
    )


def first_of(texts: Sequence[str], most: int) -> str:
    """Return the first of some texts as they are, and how many more there are."""
    first = enumerated(texts[:most])
    if len(texts) <= most:
        return first
    return told("{names} and {more} more", names=first, more=number(len(texts) - most))
