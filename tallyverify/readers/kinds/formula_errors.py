"""Cells of a workbook that a library which reads values finds empty, or reads in part.

Errors such as #REF!, formulas that were never worked out, numbers that are not one text. They are
not empty: something stood there, which is told by cell.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from typing import TYPE_CHECKING
from xml.parsers import expat

from defusedxml.ElementTree import ParseError, fromstring

from tallyverify.language import formula, told
from tallyverify.readers.kinds.open_document import cells_of_no_type
from tallyverify.readers.kinds.rich_text import parted_cells
from tallyverify.readers.kinds.sheet_xml import (
    Looked,
    Places,
    cell_name,
    cells_without_value,
    hidden_rows_of,
)
from tallyverify.readers.words import first_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element  # the type alone  # nosec B405

_MAIN, _SHARED, _OPEN_DOCUMENT = "xl/workbook.xml", "xl/sharedStrings.xml", "content.xml"


def formula_errors(data: bytes, sheet: str) -> tuple[Looked, tuple[str, ...]]:
    """Return such cells, and in words which.

    Raises ValueError for a sheet that is damaged.
    """
    try:
        found = _found(data, sheet)
    except (KeyError, ParseError, expat.ExpatError, zipfile.BadZipFile) as error:
        raise ValueError(str(error)) from None
    if found is None:
        says = told("in this kind of workbook, an error of a formula reads as an empty cell")
        return Looked(), (says,)
    said = []
    if found.texts:
        says = told(
            "errors of formulas, and cells whose value is missing or broken off: {cells}",
            cells=_told(found.texts),
        )
        said.append(says)
    if found.parted:
        says = told(
            "text that is raised, lowered or struck out stands apart in: {cells}",
            cells=first_of([cell_name(*place) for place in found.parted], 12),
        )
        said.append(says)
    return found, tuple(said)


def _found(data: bytes, sheet: str) -> Looked | None:
    if not data.startswith(b"PK"):
        return None
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = _PartsByName(archive)
        if _MAIN in parts:
            book = fromstring(parts.read(_MAIN))
            part = _part_of(parts, book, sheet)
            if part not in parts:
                return None
            xml = parts.read(part)
            texts = cells_without_value(xml, anew=_worked_out_anew(book))
            shared = parts.read(_SHARED) if _SHARED in parts else b""
            return Looked(texts, parted_cells(xml, shared), hidden_rows_of(xml))
        if _OPEN_DOCUMENT in archive.namelist():
            return cells_of_no_type(archive.read(_OPEN_DOCUMENT), sheet)
    return None


def _told(found: Places) -> str:
    cells = [
        formula("{cell} {text}", cell=cell_name(*place), text=text) for place, text in found.items()
    ]
    return first_of(cells, 12)


class _PartsByName:
    """Parts of an xlsx file, found whatever the case of their names, as spreadsheets find them."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names: dict[str, str] = {}
        for name in archive.namelist():
            self.names.setdefault(name.replace("\\", "/").lower(), name)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.names

    def read(self, name: str) -> bytes:
        return self.archive.read(self.names[name.lower()])


def _worked_out_anew(book: Element) -> bool:
    """Whether spreadsheets work out all formulas as the workbook opens, whatever it holds."""
    return any(
        one.tag.rpartition("}")[2] == "calcPr" and one.get("fullCalcOnLoad") in ("1", "true")
        for one in book.iter()
    )


def _part_of(parts: _PartsByName, book: Element, sheet: str) -> str:
    """Return the name of the part of an xlsx file that holds a sheet; empty where none is named."""
    links = fromstring(parts.read("xl/_rels/workbook.xml.rels"))
    target = {link.get("Id"): link.get("Target", "") for link in links}
    for one in book.iter():
        if one.tag.endswith("}sheet") and one.get("name") == sheet:
            link = next((value for key, value in one.items() if key.endswith("}id")), None)
            return posixpath.normpath(posixpath.join("/xl", target.get(link, "")))[1:]
    return ""
