"""Cells of a sheet of an OpenDocument (ods) that lack the value of their type, or are an error."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from defusedxml.ElementTree import iterparse

from tallyverify.language import told
from tallyverify.readers.kinds.sheet_xml import ERROR_TEXT, NONE_TEXT, Places

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element  # the type alone  # nosec B405

_CELLS = ("table-cell", "covered-table-cell")
_VALUES = {
    **dict.fromkeys(("float", "percentage", "currency"), "value"),
    **{kind: f"{kind}-value" for kind in ("date", "time", "boolean")},
}
"""Where the value of a cell of each type stands; that of a text is what it shows."""
_MOST_COLUMNS = 16384  # as spreadsheets have it
_MOST_CELLS = 1_000_000


def cells_of_no_type(xml: bytes, sheet: str) -> Places:
    """Return what such cells show, by row and column; a formula never worked out shows nothing.

    Raises ValueError where there are more than a million of them: repeated ones stand there once.
    """
    found: Places = {}
    cells: dict[int, str] = {}  # of the row
    row = column = 0
    here = False
    for event, one in iterparse(io.BytesIO(xml), ("start", "end")):
        name = _local(one.tag)
        if name == "table":
            here = event == "start" and _said(one, "name") == sheet
        elif name == "table-row" and event == "start":
            column, cells = 0, {}
        elif name == "table-row":
            end = row + _repeated(one, "rows") if here else row
            if len(found) + len(cells) * (end - row) > _MOST_CELLS:
                raise ValueError(told("too many cells without a value"))
            if cells:
                found |= {(at, place): cells[place] for at in range(row, end) for place in cells}
            row = end
            one.clear()
        elif here and name in _CELLS and event == "end":
            text, end = _odd(one), column + _repeated(one, "columns")
            if text:
                cells |= dict.fromkeys(range(column, min(end, _MOST_COLUMNS)), text)
            column = end
    return found


def _odd(cell: Element) -> str:
    kinds = [value for key, value in cell.items() if _local(key) == "value-type"]
    shown = " ".join(
        "".join(part.itertext()).strip() for part in cell if _local(part.tag) == "p"
    ).strip()
    if "error" in kinds:
        return shown or ERROR_TEXT
    if kinds and all(kind == "string" or _said(cell, _VALUES.get(kind, "")) for kind in kinds):
        return ""
    if kinds:
        return NONE_TEXT  # whatever it shows is of a value that is not there
    return shown or (NONE_TEXT if _said(cell, "formula") else "")


def _said(one: Element, name: str) -> str:
    return next((value for key, value in one.items() if _local(key) == name), "")


def _repeated(one: Element, what: str) -> int:
    return int(_said(one, f"number-{what}-repeated") or 1)


def _local(name: str) -> str:
    return name.rpartition("}")[2]
