"""Text from files made harmless for terminals: control characters shown, not obeyed."""

from __future__ import annotations

import re

__all__ = ["printable"]

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    r"""Return text with control and direction characters spelt out.

    Examples
    --------
    >>> printable("PQ.\x1b[2JX")
    'PQ.\\x1b[2JX'
    """
    return _UNSEEN.sub(lambda m: m.group().encode("unicode_escape", "replace").decode(), text)
