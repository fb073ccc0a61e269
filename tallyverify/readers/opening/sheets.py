"""Which sheets of a workbook are meant."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase

from tallyverify.errors import InputError, nearest, shown
from tallyverify.language import enumerated, told
from tallyverify.readers.files import Content

WORKBOOKS = ("xlsx", "xls", "ods")


def asks_for_sheets(content: Content, sheet: str | None, *, named: bool) -> bool:
    """Return whether the workbook must be opened to say which of its sheets are meant."""
    pattern = sheet is not None and "*" in sheet
    return content.kind in WORKBOOKS and (pattern or (named and sheet is None))


def sheets_meant(content: Content, sheet: str | None) -> list[str | None]:
    """Return the sheets of a workbook to read.

    A pattern, such as ``*``, stands for all visible sheets with cells whose names fit; a hidden
    one is read where it is named. Without a name, the only one is.
    """
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content.data))
        full = [name for name in book.sheet_names if book.get_sheet_by_name(name).height]
    except (CalamineError, OSError, ValueError):
        return [sheet]  # the reader of workbooks tells what is wrong
    if sheet is None:
        return [full[0] if len(full) == 1 else None]
    if sheet in book.sheet_names:
        return [sheet]
    seen = {s.name for s in book.sheets_metadata if s.visible == SheetVisibleEnum.Visible}
    fits = [name for name in full if fnmatchcase(name, sheet)]
    visible: list[str | None] = [name for name in fits if name in seen]
    if not visible:
        raise InputError(
            told("no visible sheet of the workbook has such a name"),
            file=content.name,
            found=shown(sheet),
            expected=sheets_there(full, {name for name in full if name not in seen})
            if full
            else told("a sheet with cells"),
            hint=told("a hidden sheet is read where mapping.sheet names it")
            if fits
            else nearest(sheet, full),
        )
    return visible


def sheets_there(names: Iterable[str], hidden: Collection[str]) -> str:
    """Return the names of sheets, with a word beside those that are hidden."""
    return enumerated(
        told("{sheet} (hidden)", sheet=shown(name)) if name in hidden else shown(name)
        for name in names
    )
