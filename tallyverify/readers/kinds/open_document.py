"""Cells of a sheet of an OpenDocument (ods) that show something and have no value, or an error."""

from __future__ import annotations

import io
from xml.etree import ElementTree

from tallyverify.readers.kinds.sheet_xml import ERROR_TEXT, NONE_TEXT, Places

_CELLS = ("table-cell", "covered-table-cell")
_MOST_COLUMNS = 16384  # as spreadsheets have it


def cells_of_no_type(xml: bytes, sheet: str) -> Places:
    """Return what such cells show, by row and column; a formula never worked out shows nothing."""
    found: Places = {}
    row = column = 0
    here = False
    for event, one in ElementTree.iterparse(io.BytesIO(xml), ("start", "end")):
        name = _local(one.tag)
        if name == "table":
            here = event == "start" and _said(one, "name") == sheet
        elif name == "table-row" and event == "start":
            column = 0
        elif name == "table-row":
            row += _repeated(one, "rows") if here else 0
            one.clear()
        elif here and name in _CELLS and event == "end":
            text = _odd(one)
            end = column + _repeated(one, "columns")
            if text:
                found |= {(row, at): text for at in range(column, min(end, _MOST_COLUMNS))}
            column = end
    return found


def _odd(cell: ElementTree.Element) -> str:
    kinds = [value for key, value in cell.items() if _local(key) == "value-type"]
    shown = " ".join(
        "".join(part.itertext()).strip() for part in cell if _local(part.tag) == "p"
    ).strip()
    if "error" in kinds:
        return shown or ERROR_TEXT
    if kinds:
        return ""
    return shown or (NONE_TEXT if _said(cell, "formula") else "")


def _said(one: ElementTree.Element, name: str) -> str:
    return next((value for key, value in one.items() if _local(key) == name), "")


def _repeated(one: ElementTree.Element, what: str) -> int:
    return int(_said(one, f"number-{what}-repeated") or 1)


def _local(name: str) -> str:
    return name.rpartition("}")[2]
