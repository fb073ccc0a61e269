"""Cells of a workbook whose formula has no value: errors such as #REF!, or never worked out.

A library that reads values finds these cells empty. They are not: something stood there.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from xml.etree import ElementTree

from tallyverify.language import formula, told
from tallyverify.readers.words import first_of

_MAIN = "xl/workbook.xml"
_ERROR_TEXT, _NONE_TEXT = "#ERROR", told("a formula without a value")
"""What stands for such a cell among the texts of its column, see ``names.NO_PLACE``."""
_ERROR = re.compile(rb'<(?:\w+:)?c\s([^<>]*\bt="e"[^<>]*)(?<!/)>(.*?)</(?:\w+:)?c>', re.DOTALL)
_NO_VALUE = re.compile(
    rb"<(?:\w+:)?c\s([^<>]*)>\s*<(?:\w+:)?f\b[^<>]*(?:/>|>([^<]*)</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')


def formula_errors(data: bytes, sheet: str) -> tuple[dict[tuple[int, int], str], tuple[str, ...]]:
    """Return the texts of such cells by row and column, counted from 0, and in words which."""
    try:
        xml = _xml_of(data, sheet)
    except (KeyError, ElementTree.ParseError, zipfile.BadZipFile):
        xml = None
    if xml is None:
        return {}, (told("in this kind of workbook, an error of a formula reads as an empty cell"),)
    found: dict[str, str] = {}
    if b't="e"' in xml:
        found |= _cells(_ERROR, xml, _ERROR_TEXT)
    if b"</f>" in xml or b":f>" in xml:
        found |= _cells(_NO_VALUE, xml, _NONE_TEXT)
    said = (told("errors of formulas, not read: {cells}", cells=_told(found)),) if found else ()
    return {_place(cell): text for cell, text in found.items()}, said


def _cells(pattern: re.Pattern[bytes], xml: bytes, otherwise: str) -> dict[str, str]:
    found = {}
    for cell in pattern.finditer(xml):
        place, value = _PLACE.search(cell[1]), _VALUE.search(cell[2] or b"")
        if place and b't="str"' not in cell[1]:  # a formula may well result in no text
            text = value[1].decode("utf-8", "replace") if value else otherwise
            found[(place[1] + place[2]).decode()] = text
    return found


def _told(found: dict[str, str]) -> str:
    cells = [formula("{cell} {text}", cell=cell, text=text) for cell, text in found.items()]
    return first_of(cells, 12)


def _place(cell: str) -> tuple[int, int]:
    letters = cell.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = 26 * column + ord(letter) - ord("A") + 1
    return int(cell[len(letters) :]) - 1, column - 1


def _xml_of(data: bytes, sheet: str) -> bytes | None:
    """Return the XML of a sheet of an xlsx file; None of any other kind."""
    if not data.startswith(b"PK"):
        return None
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if _MAIN not in archive.namelist():
            return None
        book = ElementTree.fromstring(archive.read(_MAIN))
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        target = {link.get("Id"): link.get("Target", "") for link in links}
        for one in book.iter():
            if one.tag.endswith("}sheet") and one.get("name") == sheet:
                link = next(value for key, value in one.items() if key.endswith("}id"))
                return archive.read(posixpath.normpath(posixpath.join("/xl", target[link]))[1:])
    return None
