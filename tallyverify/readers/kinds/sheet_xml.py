"""Cells of the XML of a sheet (xlsx) whose value is an error, is missing, or is not one text.

Of cells or rows that stand twice, a library keeps the last: such a sheet is refused.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass, field
from xml.parsers import expat

from tallyverify.errors import InputError
from tallyverify.language import number, told

Places = dict[tuple[int, int], str]
"""Texts of cells by row and column, counted from 0."""


@dataclass(frozen=True)
class Looked:
    """What was found in a sheet, by row and column, counted from 0."""

    texts: Places = field(default_factory=dict)
    parted: Places = field(default_factory=dict)
    """Texts of which parts stand apart, and must not be joined to one figure."""
    hidden: Set[int] = frozenset()
    """Rows."""


_ROWS = re.compile(rb"<(?:[^<>\s:]*:)?row(?:\s[^<>]*)?>")
_ROW_NUMBER = re.compile(rb"""\sr\s*=\s*["']([0-9]{1,7})["']""")
_ROW_HIDDEN = re.compile(rb"""\shidden\s*=\s*["'](?:1|true)["']""")

ERROR_TEXT, NONE_TEXT = "#ERROR", told("a formula without a value")
"""What stands for such a cell among the texts of its column, see ``names.NO_PLACE``."""
_SIGNS = (b"<!", b"&", b'"e"', b"'e'", b"<f", b":f", b":v", b"<v/", b"\x00")
_IN_A_VALUE = re.compile(rb"<v(?:\s|>[^<]*<[^/])")
"""One of these stands in a sheet if any of its cells is such; in most sheets none does."""
_PREFIXED = rb"""[^<>\s:]*:(?:row|c|is|sheetData)[\s/>]"""
_UNUSUAL = re.compile(
    rb"""<(?!/?v>|/c>|(?:(?:row r="[0-9]{1,7}"|c r="[A-Z]{1,3}[0-9]{1,7}")(?=[\s/>])"""
    rb"""|(?!(?:row|c)[\s/>]|is[\s/]|%b)[^\s<>"'])[^<>"']*(?:"[^<>"]*"[^<>"']*)*>)""" % _PREFIXED
)
_NUMBERED = re.compile(rb'<(?:row|c) r="([A-Z]*)([0-9]+)"')
"""Where no tag is unusual, the latter finds all rows and cells: quicker than a parser by far."""
_ZERO = re.compile(r"-?0+(?:[.]0*)?(?:[Ee][+-]?[0-9]+)?")
_MOST_RAW = 60


def cells_without_value(xml: bytes, *, anew: bool = False) -> Places:
    """Return what stands in such cells: the error, that there is no value, or the value as written.

    A library takes the first piece of ``15<!-- -->00`` for the number: what is written in several
    pieces is not read. Raises an InputError for rows or cells that stand twice or in no order, and
    for a cell of two values. Where all is worked out ``anew`` as the workbook opens, the 0 of a
    formula is what a program writes that does not work it out.

    Examples
    --------
    >>> cells_without_value(b'<c r="B2"><v>15<!-- x -->00</v></c>')
    {(1, 1): '15<!-- x -->00'}
    """
    marked = any(sign in xml for sign in _SIGNS) or xml.find(b"<?", 1) > 0
    return {} if not marked and _is_plain(xml) else _Sheet(xml, anew).found


def hidden_rows_of(xml: bytes) -> set[int]:
    """Return the rows that a sheet hides, by hand or by a filter, counted from 0.

    Examples
    --------
    >>> hidden_rows_of(b'<sheetData><row r="2" hidden="1"><c/></row><row r="3"/></sheetData>')
    {1}
    """
    hidden: set[int] = set()
    if b"hidden" not in xml:
        return hidden
    row = -1
    for found in _ROWS.finditer(xml):
        named = _ROW_NUMBER.search(found[0])
        row = int(named[1]) - 1 if named else row + 1
        if _ROW_HIDDEN.search(found[0]):
            hidden.add(row)
    return hidden


def cell_name(row: int, column: int) -> str:
    """Return the name of a cell, counted from 0, as a spreadsheet shows it.

    Examples
    --------
    >>> cell_name(0, 0), cell_name(9, 27)
    ('A1', 'AB10')
    """
    letters, left = "", column + 1
    while left:
        left, letter = divmod(left - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row + 1}"


def _is_plain(xml: bytes) -> bool:
    """Whether no cell is such, all are numbered in order, and each has one value: seen quickly."""
    if _IN_A_VALUE.search(xml) or _UNUSUAL.search(xml) or xml.count(b"<sheetData") > 1:
        return False
    if any(xml.count(b"<%b>" % one) != xml.count(b"</%b></c>" % one) for one in (b"v", b"is")):
        return False
    row, last = b"0", b""
    for numbered in _NUMBERED.finditer(xml):
        letters, digits = numbered.groups()
        if not letters:
            if int(digits) <= int(row):
                return False
            row, last = digits, b""
        elif digits != row or (letters := letters.rjust(3)) <= last:
            return False
        else:
            last = letters
    return True


class _Sheet:
    def __init__(self, xml: bytes, anew: bool) -> None:
        self.anew = anew
        self.found: Places = {}
        self.row = self.column = -1
        self.place = (-1, -1)
        self.values: set[str] = set()
        self.began = self.over = False
        self.kind, self.formula, self.inside = "n", False, False
        self.value, self.pieces, self.broken, self.start, self.raw = "", 0, False, 0, ""
        self.xml = xml
        self.parser = parser = expat.ParserCreate()
        parser.StartElementHandler = self.begin
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.say
        parser.CommentHandler = parser.StartCdataSectionHandler = self.cut
        parser.ProcessingInstructionHandler = self.cut
        parser.StartDoctypeDeclHandler = _no_type
        parser.Parse(xml, True)

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if self.inside:
            self.cut()
        name = name.rpartition(":")[2]
        if name == "sheetData":
            if self.began:
                raise _damaged(told("a second table of cells"))
            self.began = True
        if self.over:
            return
        if name == "row":
            self.begin_row(int(attributes.get("r", self.row + 2)) - 1)
        elif name == "c":
            self.begin_cell(place_of_cell(attributes.get("r", ""), self.row, self.column))
            self.kind, self.formula = attributes.get("t", "n"), False
            self.value, self.raw = "", ""
        elif name in ("v", "is") and self.values & {"v", "is"}:
            raise _damaged(told("two values in the cell {cell}", cell=cell_name(*self.place)))
        self.values.add(name)
        if name == "f":
            self.formula = True
        elif name == "v":
            self.inside, self.broken, self.pieces = True, False, 0
            self.start = self.parser.CurrentByteIndex

    def begin_row(self, row: int) -> None:
        if row <= self.row:
            raise _damaged(
                told(
                    "row {row} below row {above}: rows stand twice, or in no order",
                    row=number(row + 1),
                    above=number(self.row + 1),
                )
            )
        self.row, self.column = row, -1

    def begin_cell(self, place: tuple[int, int]) -> None:
        if place <= self.place:
            raise _damaged(
                told(
                    "the cell {cell} behind the cell {before}: cells stand twice, or in no order",
                    cell=cell_name(*place),
                    before=cell_name(*self.place),
                )
            )
        self.place, self.column = place, place[1]
        self.values = set()

    def say(self, text: str) -> None:
        if self.inside:
            self.value += text
            self.pieces += 1

    def cut(self, *_: object) -> None:
        self.broken = self.broken or self.inside

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == "sheetData":
            self.over = True
        elif self.over:
            return
        if name == "v":
            self.inside = False
            # Text of a formula may well hold signs that are spelt out, and then has several pieces.
            if self.broken or (self.pieces > 1 and self.kind != "str"):
                written = self.xml[self.start : self.parser.CurrentByteIndex]
                self.raw = written.partition(b">")[2][:_MOST_RAW].decode("utf-8", "replace")
        elif name == "c":
            text = self.raw or self.value.strip()
            if self.raw:
                self.found[self.place] = text
            elif self.kind == "e":
                self.found[self.place] = text or ERROR_TEXT
            elif self.formula and self.is_none(text):
                self.found[self.place] = NONE_TEXT

    def is_none(self, text: str) -> bool:
        """Whether this is no result of a formula; it may well result in no text."""
        return (
            bool(_ZERO.fullmatch(text)) if text and self.anew else not text and self.kind != "str"
        )


def place_of_cell(name: str, row: int, column: int) -> tuple[int, int]:
    """Return where a cell stands by its name; one without a name follows the one before it."""
    named = re.fullmatch(r"([A-Za-z]{1,3})([0-9]{1,7})", name)
    if named is None:
        return row, column + 1
    at = 0
    for letter in named[1].upper():
        at = 26 * at + ord(letter) - ord("A") + 1
    return int(named[2]) - 1, at - 1


def _no_type(*_: object) -> None:
    raise _damaged(told("a document type, whose entities could grow without end"))


def _damaged(found: str) -> InputError:
    return InputError(
        told("the workbook is damaged or cannot be read"),
        found=found,
        hint=told("open it, save it again as xlsx, or export the sheet as CSV"),
    )
