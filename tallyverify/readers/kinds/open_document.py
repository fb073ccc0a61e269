"""Cells of a sheet of an OpenDocument (ods) that lack the value of their type, or are an error.

And texts of which parts stand apart, and rows that are hidden.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from defusedxml.ElementTree import iterparse

from tallyverify.errors import InputError
from tallyverify.language import number, told
from tallyverify.readers.kinds.parted import APART, LINE, joined
from tallyverify.readers.kinds.sheet_xml import ERROR_TEXT, NONE_TEXT, Looked, Places

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
_MOST_SPACES = 99
_MOST_DEEP = 50


def cells_of_no_type(xml: bytes, sheet: str) -> Looked:
    """Return what such cells show; a formula never worked out shows nothing.

    Raises ValueError where there are more than a million of them: repeated ones stand there once;
    and an InputError for a table inside a cell, at whose end a library leaves the sheet.
    """
    found = _Found()
    apart: set[str] = set()  # names of styles of text that is raised, lowered or struck out
    row = column = 0
    inside = here = filled = False
    cells, parted = Places(), Places()  # of the row
    for event, one in iterparse(io.BytesIO(xml), ("start", "end")):
        name = _local(one.tag)
        if name == "table":
            if inside and event == "start":
                raise _lost()
            inside = event == "start"
            here = inside and _said(one, "name") == sheet
        elif name == "style" and event == "end" and any(map(_stands_apart, one)):
            apart.add(_said(one, "name"))
        elif name == "table-row" and event == "start":
            column, filled, cells, parted = 0, False, Places(), Places()
        elif name == "table-row":
            end = row + _repeated(one, "rows") if here else row
            found.add(range(row, end), cells, parted)
            if filled and _said(one, "visibility") in ("collapse", "filter"):
                found.hidden.update(range(row, end))
            row = end
            one.clear()
        elif here and name in _CELLS and event == "end":
            end = column + _repeated(one, "columns")
            filled = filled or len(one) > 0 or bool(_said(one, "value-type"))
            odd = _odd(one)
            if text := odd or _parted(one, apart):
                places = ((0, at) for at in range(column, min(end, _MOST_COLUMNS)))
                (cells if odd else parted).update(dict.fromkeys(places, text))
            column = end
    return Looked(found.texts, found.parted, found.hidden)


class _Found:
    def __init__(self) -> None:
        self.texts, self.parted, self.hidden = Places(), Places(), set[int]()

    def add(self, rows: range, texts: Places, parted: Places) -> None:
        """Add what stands in each of these rows."""
        more = (len(texts) + len(parted)) * len(rows)
        if len(self.texts) + len(self.parted) + more > _MOST_CELLS:
            raise ValueError(told("too many cells without a value"))
        for row in rows if more else ():
            self.texts |= {(row, at): text for (_, at), text in texts.items()}
            self.parted |= {(row, at): text for (_, at), text in parted.items()}


def _lost() -> InputError:
    return InputError(
        told("a cell of the sheet holds a table of its own"),
        hint=told("take that table out, or export the sheet as CSV"),
    )


def _stands_apart(properties: Element) -> bool:
    """Whether a style of text raises, lowers or strikes it out."""
    struck = [_said(properties, f"text-line-through-{what}") for what in ("style", "type")]
    position = _said(properties, "text-position") or "0%"  # and how large it is then
    return any(one not in ("", "none") for one in struck) or not position.startswith("0%")


def _parted(cell: Element, apart: set[str]) -> str:
    """Return the text of a cell of which parts must not be joined to one figure; else nothing."""
    if not any(len(part) or _local(part.tag) not in ("p", "annotation") for part in cell):
        return ""
    whole = LINE.join("".join(_pieces(part, apart)) for part in cell)
    text = joined(whole)
    return text if text != whole.replace(APART, "") else ""


def _pieces(part: Element, apart: set[str], deep: int = 0) -> Iterator[str]:
    name = _local(part.tag)
    if name == "annotation":
        return
    if deep > _MOST_DEEP:
        raise ValueError(told("text within text, more than {levels} deep", levels=number(deep - 1)))
    if name == "s":
        yield " " * min(int(_said(part, "c") or 1), _MOST_SPACES)
    alone = name not in ("p", "span", "a", "s") or _said(part, "style-name") in apart
    sign = APART if alone else ""
    yield sign
    yield part.text or ""
    for inner in part:
        yield from _pieces(inner, apart, deep + 1)
        yield inner.tail or ""
    yield sign


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
