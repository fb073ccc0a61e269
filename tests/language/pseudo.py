"""A language in which every message stands in brackets, to see what is not one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import NullTranslations
from typing import Any

import pytest

import tallyverify.language.messages
import tallyverify.report.html

OPEN, CLOSE = "⟦", "⟧"
_WORD = re.compile(r"[^\W\d_]+")
_CODE = re.compile(r"\b[A-Z]\d{3}\b|\b[0-9a-f]{64}\b|\d(?:,\d+)?e[-−+]?\d+")


class Bracketed(NullTranslations):
    """Every message as it is in English, in brackets."""

    def gettext(self, message: str) -> str:
        return f"{OPEN}{message}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"{OPEN}{msgid1 if n == 1 else msgid2}{CLOSE}"


@contextmanager
def bracketed() -> Iterator[None]:
    """Say Spanish so within a ``with`` block."""
    english, found = NullTranslations(), Bracketed()
    with pytest.MonkeyPatch.context() as patch:
        for module in (tallyverify.language.messages, tallyverify.report.html):
            patch.setattr(module, "translations", lambda of: english if of == "en" else found)
        patch.setattr(tallyverify.report.html, "_explained", lambda language: ())
        yield


def outside(text: str) -> str:
    """Return what of a text stands in no brackets."""
    depth, kept = 0, []
    for sign in text:
        depth += sign == OPEN
        if not depth:
            kept.append(sign)
        if sign == CLOSE:
            depth = max(depth - 1, 0)
            kept.append(" ")
    return "".join(kept)


def words(text: str) -> set[str]:
    """Return the words of a text that are no codes."""
    return set(_WORD.findall(_CODE.sub(" ", text)))


def strings(data: Any) -> Iterator[str]:
    """Yield every text in plain data, keys and values."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        yield from data
        for one in data.values():
            yield from strings(one)
    elif isinstance(data, list):
        for one in data:
            yield from strings(one)
