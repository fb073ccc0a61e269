"""What there is to know of a check: its page in the catalogue's document."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from tallyverify.errors import UnknownNameError
from tallyverify.language import Language, spoken, told
from tallyverify.taken import takes_input

_HEAD = re.compile(r"^## ([A-Z][0-9]{3}): (.*)$", re.MULTILINE)
_NEXT = re.compile(r"^#{1,2} ", re.MULTILINE)


@takes_input
def explain(code: str) -> str:
    """Return the page of a check, in Markdown: what it asks, and what can mislead it.

    It is in the language that is spoken.

    Parameters
    ----------
    code : str
        E.g. ``D301``; small letters will do.

    Raises
    ------
    InputError
        If there is no such check.

    Examples
    --------
    >>> explain("d301").splitlines()[0]
    '## D301: Declared below observed'
    """
    pages = explanations(spoken())
    if code.strip().upper() not in pages:
        raise UnknownNameError.of(told("no such check"), code, list(pages))
    return pages[code.strip().upper()]


_PAGES: dict[Language, str] = {"en": "checks.md", "es": "checks.es.md"}


@cache
def explanations(language: Language = "en") -> dict[str, str]:
    """Return the page of every check by its code, in the order of the document."""
    text = files("tallyverify.checking").joinpath(_PAGES[language]).read_text(encoding="utf-8")
    pages = {}
    for head in _HEAD.finditer(text):
        end = _NEXT.search(text, head.end())
        pages[head[1]] = text[head.start() : end.start() if end else len(text)].rstrip() + "\n"
    return pages
