"""How figures, names and errors stand in messages.

A figure against an interval as both are printed: never “1.77 lies outside 1.77 to 1.77”.
"""

from __future__ import annotations

from tallyverify.errors import InputError, printable
from tallyverify.language import Language, Told, in_language, told


def is_within(value: float, low: float, high: float) -> bool:
    """Return whether a fraction lies within an interval, all three as they are printed.

    What lies inside is printed inside; so is what lies outside by less than is printed.

    Examples
    --------
    >>> is_within(0.01768, 0.01771, 0.01774), is_within(0.01768, 0.0178, 0.0179)
    (True, False)
    """
    at, least, most = (float(f"{100 * one:.2f}") for one in (value, low, high))
    return least <= at <= most


def in_one_line(error: InputError) -> str:
    """Return an error in one line, to be said in every language.

    Examples
    --------
    >>> print(in_one_line(InputError("no such column", place="a.csv", found="'EGG'")))
    a.csv: no such column found: 'EGG'
    """
    rest = [
        told("found: {text}", text=error.found) if error.found else "",
        told("expected: {text}", text=error.expected) if error.expected else "",
        told("try: {text}", text=error.hint) if error.hint else "",
    ]
    return Told(_squeezed, *_head(error), *rest)


def first_line(error: InputError) -> str:
    """Return what is wrong, and where, without the rest."""
    return Told(_first, *_head(error))


def _head(error: InputError) -> tuple[str, str, str]:
    return error.file or "", error.place or "", error.what


def _head_in(language: Language, file: str, place: str, what: str) -> str:
    return ": ".join(in_language(part, language) for part in (file, place, what) if part)


def _squeezed(language: Language, file: str, place: str, what: str, *rest: str) -> str:
    said = [_head_in(language, file, place, what), *(in_language(part, language) for part in rest)]
    return printable(" ".join(" ".join(said).split()))


def _first(language: Language, file: str, place: str, what: str) -> str:
    return printable(_head_in(language, file, place, what)).split("\n", 1)[0]
