"""A sheet of a workbook as columns of text, and what it hides: merges, errors, other sheets."""

from __future__ import annotations

import io
from collections.abc import Sequence
from math import isnan
from typing import Any

import numpy as np
import pyarrow as pa

from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.language import told
from tallyverify.readers.files import Content
from tallyverify.readers.kinds.formula_errors import formula_errors
from tallyverify.readers.kinds.header import beyond_the_file, empty_header, header_names
from tallyverify.readers.opening.sheets import sheets_there
from tallyverify.readers.raw import Raw
from tallyverify.readers.words import hidden_rows


def read_workbook(
    content: Content, name: str | None, header: Sequence[int]
) -> tuple[Raw, tuple[str, ...]]:
    """Read the sheet of this name, or the only one; say what is hidden in the workbook.

    The header is the first row that is not empty, or the rows asked for. Empty rows are passed
    over, as in text.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content.data))
        name = _chosen(book, name, content.name)
        sheet = book.get_sheet_by_name(name)
        rows = sheet.to_python(skip_empty_area=True)
        top, left = sheet.start or (0, 0)
        merged = sheet.merged_cell_ranges or ()
        try:
            looked, said = formula_errors(content.data, name)
        except InputError as error:
            place = told("sheet {sheet}", sheet=shown(name))
            raise error.at(place).in_file(content.name) from None
    except (CalamineError, OSError, ValueError) as error:
        raise InputError(
            told("the workbook is damaged or cannot be read"),
            file=content.name,
            found=str(error)[:120],
            hint=told("open it, save it again as xlsx, or export the sheet as CSV"),
        ) from None
    if not rows:
        place = told("sheet {sheet}", sheet=shown(name))
        raise InputError(told("the sheet is empty"), file=content.name, place=place)
    cells = dict(enumerate([_cell(value) for value in row] for row in rows))
    for (row, column), text in looked.texts.items():
        # Rows of nothing else are not among those read; columns of nothing else have no name.
        if row >= top and 0 <= column - left < len(rows[0]):
            cells.setdefault(row - top, [None] * len(rows[0]))[column - left] = text
    asked = [row - 1 - top for row in header] or [0]
    for (row, column), text in looked.parted.items():
        if row - top > asked[-1] and 0 <= column - left < len(rows[0]):
            cells[row - top][column - left] = text
    if asked[-1] > max(cells):
        raise beyond_the_file(content.name, asked[-1] + 1 + top, top + max(cells) + 1)
    names = header_names([[cell or "" for cell in cells.get(at, ())] for at in asked])
    if not any(names):
        raise empty_header(content.name, asked[-1] + 1 + top)
    filled = sorted(at for at, row in cells.items() if at > asked[-1] and any(row))
    columns = [
        pa.array([cells[at][place] for at in filled], pa.string()) for place in range(len(names))
    ]
    raw = Raw(
        names,
        columns,
        content.name,
        first_row=top + asked[-1] + 2,
        numbers=np.array(filled, dtype=np.int64) + top + 1,
        header=tuple(header) or (top + 1,),
        sheet=name,
        left=left,
        blank=max(cells) - max(asked[-1], -1) - len(filled),
        merged=tuple(
            (column - left, first + 1, last + 1)
            for (first, column), (last, _) in sorted(merged)
            if last > first > top + asked[-1]
        ),
    )
    hidden = hidden_rows(sum(at + top in looked.hidden for at in filled))
    return raw, (*_hidden(book, name), *hidden, *said)


def _chosen(book: Any, name: str | None, file: str) -> str:
    """Return the name of the sheet to read: that asked for, else the only one with cells."""
    hidden = {sheet.name for sheet in book.sheets_metadata if _is_hidden(sheet)}
    if name is None:
        names = [each for each in book.sheet_names if book.get_sheet_by_name(each).height]
        if len(names) != 1:
            raise InputError(
                told("the workbook has several sheets") if names else told("the workbook is empty"),
                file=file,
                found=sheets_there(names, hidden) if names else None,
                hint=told("name one in mapping.sheet"),
            )
        return str(names[0])
    if name not in book.sheet_names:
        raise InputError(
            told("the workbook has no sheet of this name"),
            file=file,
            found=shown(name),
            expected=listed(book.sheet_names),
            hint=nearest(name, book.sheet_names),
        )
    return name


def _hidden(book: Any, name: str) -> list[str]:
    hidden = [sheet.name for sheet in book.sheets_metadata if _is_hidden(sheet)]
    return [
        told("the sheet {sheet} is hidden, and was read", sheet=shown(each))
        if each == name
        else told("the sheet {sheet} is hidden, and was not read", sheet=shown(each))
        for each in hidden
    ]


def _is_hidden(sheet: Any) -> bool:
    from python_calamine import SheetVisibleEnum

    return bool(sheet.visible != SheetVisibleEnum.Visible)


def _cell(value: Any) -> str | None:
    # A spreadsheet holds every number as a float: 12.0 is how it says 12. What is no number is one
    # of its errors; as a text, "nan" would mean an empty cell.
    if isinstance(value, float) and isnan(value):
        return "#NUM!"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return None if value is None or value == "" else str(value)
