"""Texts of the XML of a workbook (xlsx) of which a part is raised, lowered or struck out.

A library joins all parts: ``2918`` and the mark of a footnote are ``29181`` to it.
"""

from __future__ import annotations

from xml.parsers import expat

from tallyverify.readers.kinds.parted import APART, joined
from tallyverify.readers.kinds.sheet_xml import Places, place_of_cell

_MARKS = (b"vertAlign", b"strike", b"\x00")
"""One of these stands in the XML if it has such texts, or is of another encoding."""


def parted_cells(sheet: bytes, shared: bytes) -> Places:
    r"""Return the texts whose parts must not be joined, by row and column.

    ``sheet`` is its XML, ``shared`` that of the texts which its cells share, where there is any.

    Examples
    --------
    >>> runs = b'<r><t>2918</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>1</t></r>'
    >>> parted_cells(b'<c r="B2" t="inlineStr"><is>' + runs + b'</is></c>', b"")
    {(1, 1): '2918\n1'}
    """
    texts = _Texts(shared, {}).found if _is_marked(shared) else {}
    numbered = {place: text for (place, _), text in texts.items()}
    return _Texts(sheet, numbered).found if numbered or _is_marked(sheet) else {}


def _is_marked(xml: bytes) -> bool:
    return any(mark in xml for mark in _MARKS)


class _Texts:
    """Texts that are parted, by row and column, or by number where they are shared."""

    def __init__(self, xml: bytes, shared: dict[int, str]) -> None:
        self.shared, self.found = shared, Places()
        self.place, self.row, self.items = (-1, -1), -1, -1
        self.kind, self.value, self.inside = "", "", ""
        self.pieces: list[str] = []
        self.apart, self.spoken = False, False
        parser = expat.ParserCreate()
        parser.StartElementHandler = self.begin
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.say
        parser.Parse(xml, True)

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "row":
            self.row = int(attributes.get("r", self.row + 2)) - 1
            self.place = (self.row, -1)
        elif name == "c":
            self.place = place_of_cell(attributes.get("r", ""), *self.place)
            self.kind, self.value = attributes.get("t", ""), ""
        elif name in ("si", "is"):
            self.items += name == "si"
            self.pieces = []
        elif name == "r":
            self.apart = False
        elif name == "vertAlign":
            self.apart = self.apart or attributes.get("val") != "baseline"
        elif name == "strike":
            self.apart = self.apart or attributes.get("val") not in ("0", "false")
        elif name == "rPh":
            self.spoken = True  # how a text is pronounced is none of it
        elif name in ("t", "v"):
            self.inside = name
            self.pieces.append(APART if self.apart else "")

    def say(self, text: str) -> None:
        if self.inside == "v":
            self.value += text
        elif self.inside and not self.spoken:
            self.pieces.append(text)

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name in ("t", "v"):
            self.inside = ""
        elif name == "r":
            self.pieces.append(APART if self.apart else "")
            self.apart = False
        elif name == "rPh":
            self.spoken = False
        elif name == "si":
            self.keep((self.items, 0))
        elif name == "is":
            self.keep(self.place)
        elif name == "c" and self.kind == "s":
            self.keep_shared(self.value.strip())

    def keep_shared(self, number: str) -> None:
        """Take a shared text, if it is parted."""
        text = self.shared.get(int(number)) if number.isdecimal() else None
        if text is not None:
            self.found[self.place] = text

    def keep(self, place: tuple[int, int]) -> None:
        """Take a text, if it is parted anywhere."""
        whole = "".join(self.pieces)
        if (text := joined(whole)) != whole.replace(APART, ""):
            self.found[place] = text
