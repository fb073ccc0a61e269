"""What the markup inside a cell of a page does to its text: joins it, parts it, or hides it."""

from __future__ import annotations

import re

from tallyverify.readers.kinds.parted import APART, LINE, joined

Attributes = dict[str, str | None]

SILENT = frozenset(("script", "style", "template", "noscript"))
"""What stands in these is no text of the page."""
_LINES = re.compile(
    "address|article|aside|blockquote|body|br|button|canvas|caption|center|datalist|dd|details"
    "|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header|hgroup|hr|html"
    "|iframe|img|input|legend|li|main|menu|nav|object|ol|optgroup|option|p|pre|search|section"
    "|select|summary|svg|table|textarea|title|ul|video"
)
"""What begins a line, or is shown as something by itself."""
_APART = frozenset(("sup", "sub", "del", "s", "strike", "rt", "rp"))
_STYLE_APART = re.compile(
    r"display\s*:(?!\s*inline\b)|visibility\s*:\s*(?:hidden|collapse)|line-through"
    r"|vertical-align\s*:\s*su|opacity\s*:\s*0(?![.\d])|font-size\s*:\s*0(?![.\d])",
    re.IGNORECASE,
)
_STYLE_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE
)
_WHITE = re.compile(r"\s+")


def is_hidden(attributes: Attributes) -> bool:
    """Whether an element says that it is not shown."""
    return "hidden" in attributes or bool(_STYLE_HIDDEN.search(attributes.get("style") or ""))


class CellText:
    """The text of a cell, piece by piece."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.apart = False  # an element is, and ends one knows not where

    def begin(self, tag: str, attributes: Attributes) -> None:
        """Take note of an element that begins."""
        self.apart = self.apart or is_hidden(attributes)
        self.apart = self.apart or bool(_STYLE_APART.search(attributes.get("style") or ""))
        self.mark(tag)

    def mark(self, tag: str) -> None:
        """Take note of an element that begins or ends."""
        if _LINES.fullmatch(tag):
            self.pieces.append(LINE)
        elif tag in _APART:
            self.pieces.append(APART)

    def say(self, text: str) -> None:
        """Add a piece of text; white space is one space, as a page shows it."""
        self.pieces.append(_WHITE.sub(" ", text))

    @property
    def text(self) -> str:
        """The whole text, parted where it might be a figure; with letters in it, by a space."""
        text = joined((APART if self.apart else "").join(self.pieces))
        lines = [line for line in (" ".join(one.split()) for one in text.split(LINE)) if line]
        return (" " if any(map(str.isalpha, text)) else LINE).join(lines)
