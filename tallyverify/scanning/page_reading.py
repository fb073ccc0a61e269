"""One page: every code on it, by the first preparation that gives a payload."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tallyverify.arrays import Array
from tallyverify.errors import InputError
from tallyverify.scanning.limits import LONGEST_SIDE
from tallyverify.scanning.preparations import QUICK, prepared

_MOST_TEXTS = 300
_FAINTEST = 4
"""Greys: a page with fewer is empty."""
_AROUND = 0.1
"""Of a code's side: what is seen so near to a code is that code."""

_Box = tuple[float, float, float, float]


@dataclass
class _Page:
    """What the pictures of a page have shown so far; places as shares of width and height."""

    payloads: dict[str, str] = field(default_factory=dict)  # with the preparation
    others: dict[str, None] = field(default_factory=dict)
    read: list[_Box] = field(default_factory=list)
    failed: list[_Box] = field(default_factory=list)

    def look(self, picture: Array, name: str) -> None:
        """Add what is on one picture."""
        import zxingcpp

        if max(picture.shape) > LONGEST_SIDE:  # doubled
            return
        found = zxingcpp.read_barcodes(
            picture,
            formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
            text_mode=zxingcpp.TextMode.Plain,
            return_errors=True,
        )
        for one in found:
            place = _around(one.position, picture)
            if not one.valid:
                # Anything else may be print that only looks like a corner of a code.
                if one.error is not None and one.error.type == zxingcpp.ErrorType.Checksum:
                    self.failed.append(place)
                continue
            self.read.append(place)
            if _is_payload(one.text):
                self.payloads.setdefault(one.text, name)
            elif len(self.others) < _MOST_TEXTS:
                self.others[one.text] = None

    @property
    def unread(self) -> bool:
        """Whether a code was seen on one picture where none was read on any."""
        return not all(any(_is_one(place, box) for box in self.read) for place in self.failed)


def _around(corners: Any, picture: Array) -> _Box:
    """Return the box around a code, and a little more."""
    height, width = picture.shape
    points = (corners.top_left, corners.top_right, corners.bottom_right, corners.bottom_left)
    x, y = [point.x / width for point in points], [point.y / height for point in points]
    more = _AROUND * max(max(x) - min(x), max(y) - min(y))
    return min(x) - more, min(y) - more, max(x) + more, max(y) + more


def _is_one(box: _Box, other: _Box) -> bool:
    """Whether two boxes are around one code: the middle of one lies in the other."""
    return _holds(box, other) or _holds(other, box)


def _holds(box: _Box, other: _Box) -> bool:
    x, y = (other[0] + other[2]) / 2, (other[1] + other[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def read_page(grey: Array) -> dict[str, Any]:
    """Return the facts of a page's outcome: its status, and what was read by which preparation.

    A text is a payload if it is one to the last character; the error correction of the code has
    been through before. Where a code beside it was seen and not read, a few preparations more are
    tried: of two payloads on a page none is chosen.
    """
    if int(grey.max()) - int(grey.min()) < _FAINTEST:
        return {"status": "no_code"}
    page = _Page()
    for at, (name, picture) in enumerate(prepared(grey)):
        page.look(picture, name)
        if page.payloads and (not page.unread or at + 1 >= QUICK):
            break
    others = tuple(page.others)
    facts: dict[str, Any] = {"others": others, "unread": page.unread}
    if len(page.payloads) == 1:
        ((text, how),) = page.payloads.items()
        return {"status": "read", "how": how, "text": text, **facts}
    if page.payloads:
        both = (*sorted(page.payloads), *others)
        return {"status": "several", **facts, "others": both[:_MOST_TEXTS]}
    if others:
        return {"status": "not_payload", **facts}
    return {"status": "illegible" if page.unread else "no_code", **facts}


def _is_payload(text: str) -> bool:
    from tallyverify.readers import read_payload

    try:
        read_payload(text)
    except InputError:
        return False
    return True
