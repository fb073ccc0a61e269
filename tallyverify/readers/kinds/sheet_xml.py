"""Cells of the XML of a sheet (xlsx) whose value is an error, is missing, or is not one text."""

from __future__ import annotations

import re
from xml.parsers import expat

from tallyverify.language import told

Places = dict[tuple[int, int], str]
"""Texts of cells by row and column, counted from 0."""

ERROR_TEXT, NONE_TEXT = "#ERROR", told("a formula without a value")
"""What stands for such a cell among the texts of its column, see ``names.NO_PLACE``."""
_SIGNS = (b"<!", b"&", b'"e"', b"'e'", b"<f", b":f", b":v")
_IN_A_VALUE = re.compile(rb"<v(?:\s|>[^<]*<[^/])")
"""One of these stands in a sheet if any of its cells is such; in most sheets none does."""
_MOST_RAW = 60


def cells_without_value(xml: bytes) -> Places:
    """Return what stands in such cells: the error, that there is no value, or the value as written.

    A library takes the first piece of ``15<!-- -->00`` for the number: what is written in several
    pieces is not read.

    Examples
    --------
    >>> cells_without_value(b'<c r="B2"><v>15<!-- x -->00</v></c>')
    {(1, 1): '15<!-- x -->00'}
    """
    marked = any(sign in xml for sign in _SIGNS) or xml.find(b"<?", 1) > 0
    return _Sheet(xml).found if marked or _IN_A_VALUE.search(xml) else {}


class _Sheet:
    def __init__(self, xml: bytes) -> None:
        self.found: Places = {}
        self.row = self.column = -1
        self.kind, self.formula, self.inside = "n", False, False
        self.value, self.pieces, self.broken, self.start, self.raw = "", 0, False, 0, ""
        self.xml = xml
        self.parser = parser = expat.ParserCreate()
        parser.StartElementHandler = self.begin
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.say
        parser.CommentHandler = parser.StartCdataSectionHandler = self.cut
        parser.ProcessingInstructionHandler = self.cut
        parser.Parse(xml, True)

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if self.inside:
            self.cut()
        name = name.rpartition(":")[2]
        if name == "row":
            self.row, self.column = int(attributes.get("r", self.row + 2)) - 1, -1
        elif name == "c":
            self.row, self.column = _place(attributes.get("r", ""), self.row, self.column)
            self.kind, self.formula = attributes.get("t", "n"), False
            self.value, self.raw = "", ""
        elif name == "f":
            self.formula = True
        elif name == "v":
            self.inside, self.broken, self.pieces = True, False, 0
            self.start = self.parser.CurrentByteIndex

    def say(self, text: str) -> None:
        if self.inside:
            self.value += text
            self.pieces += 1

    def cut(self, *_: object) -> None:
        self.broken = self.broken or self.inside

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == "v":
            self.inside = False
            # Text of a formula may well hold signs that are spelt out, and then has several pieces.
            if self.broken or (self.pieces > 1 and self.kind != "str"):
                written = self.xml[self.start : self.parser.CurrentByteIndex]
                self.raw = written.partition(b">")[2][:_MOST_RAW].decode("utf-8", "replace")
        elif name == "c":
            text = self.raw or self.value.strip()
            if self.raw:
                self.found[self.row, self.column] = text
            elif self.kind == "e":
                self.found[self.row, self.column] = text or ERROR_TEXT
            elif self.formula and not text and self.kind != "str":  # it may well result in no text
                self.found[self.row, self.column] = NONE_TEXT


def _place(name: str, row: int, column: int) -> tuple[int, int]:
    """Return where a cell stands by its name; one without a name follows the one before it."""
    named = re.fullmatch(r"([A-Za-z]{1,3})([0-9]{1,7})", name)
    if named is None:
        return row, column + 1
    at = 0
    for letter in named[1].upper():
        at = 26 * at + ord(letter) - ord("A") + 1
    return int(named[2]) - 1, at - 1
