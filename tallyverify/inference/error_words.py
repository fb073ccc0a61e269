"""An error as a message: why something is refused, said where others are said."""

from __future__ import annotations

from tallyverify.errors import InputError, printable
from tallyverify.language import Language, Told, in_language, told


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


def _joined(language: Language, file: str, place: str, what: str) -> str:
    return ": ".join(in_language(part, language) for part in (file, place, what) if part)


def _squeezed(language: Language, file: str, place: str, what: str, *rest: str) -> str:
    said = [_joined(language, file, place, what), *(in_language(part, language) for part in rest)]
    return " ".join(printable(" ".join(said)).split())


def _first(language: Language, file: str, place: str, what: str) -> str:
    return printable(_joined(language, file, place, what)).split("\n", 1)[0]
