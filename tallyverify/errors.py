"""Errors that tell the reader what was found, what is allowed and what to do next.

Whatever was given and cannot be used raises :class:`InputError`, which the command line turns into
one message and exit code 2.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from tallyverify.language import Told, enumerated, formula, number, told

_LONGEST_SHOWN = 80
_LONGEST_NEAR = 200
"""Letters of a name that another is looked for beside: how alike two are costs their product."""

# Control characters, invisible ones, those that turn the direction of text, lone surrogates.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


class TallyVerifyError(Exception):
    """Base class of every error that tallyverify raises on purpose."""


class InputError(TallyVerifyError):
    """Something that was given cannot be read, or does not fit the rest of the case.

    Its text is in the language that is spoken when it is made.

    Parameters
    ----------
    what : str
        What is wrong, as a clause.
    file : str, optional
        Name of the file (never an absolute path).
    place : str, optional
        Where in the file: a row, a column, a key.
    found, expected, hint : str, optional
        What stands there, what is allowed, and the nearest fix.

    Examples
    --------
    >>> print(InputError("no such column", file="a.csv", found="'EGG'", hint="did you mean 'EG'?"))
    a.csv: no such column
      found: 'EGG'
      try: did you mean 'EG'?
    """

    def __init__(
        self,
        what: str,
        *,
        file: str | None = None,
        place: str | None = None,
        found: str | None = None,
        expected: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.what, self.file, self.place = what, file, place
        self.found, self.expected, self.hint = found, expected, hint
        head, *more = str(what).split("\n")
        head = ": ".join(str(part) for part in (file, place, head) if part)
        rest = [
            *([told("found: {text}", text=found)] if found else []),
            *([told("expected: {text}", text=expected)] if expected else []),
            *([told("try: {text}", text=hint)] if hint else []),
        ]
        lines = [head, *more, *(f"  {text}" for text in rest)]
        super().__init__("\n".join(map(printable, lines)))

    def at(self, place: str) -> InputError:
        """Return the same error with the place named, if it was not yet."""
        return self._with(place=self.place or place)

    def in_file(self, file: str) -> InputError:
        """Return the same error with the file named, if it was not yet."""
        return self._with(file=self.file or file)

    def _with(self, **changed: str | None) -> InputError:
        names = ("file", "place", "found", "expected", "hint")
        return InputError(self.what, **({name: getattr(self, name) for name in names} | changed))


class RecordError(InputError):
    """A record cannot be made of what it was given; until a file is named, its name stands there.

    Attributes
    ----------
    problems : tuple of dict
        One for each thing that is wrong, as pydantic tells it: ``type``, ``loc``, ``msg``,
        ``input``, and perhaps ``ctx``.

    Examples
    --------
    >>> import tallyverify as tv
    >>> tv.Candidate(id="A", name=3)
    Traceback (most recent call last):
    ...
    tallyverify.errors.RecordError: Candidate: name: this cannot stand here
      found: 3
      expected: text: "…"
    """

    problems: tuple[Any, ...] = ()

    def in_file(self, file: str, hint: str | None = None) -> InputError:
        """Return the error as one of a file, with a hint where it has none of its own."""
        return self._with(file=file, hint=self.hint or hint)


class UnknownNameError(InputError):
    """Something was asked for by a name that is not there.

    Examples
    --------
    >>> print(UnknownNameError.of("no such check", "D31", ["D301", "D302"]))
    no such check
      found: 'D31'
      expected: 'D301', 'D302'
      try: did you mean 'D301'?
    """

    @classmethod
    def of(cls, what: str, name: object, there: Iterable[str]) -> UnknownNameError:
        """Return the error for a name that is not one of those that are there."""
        there = list(there)
        hint = nearest(str(name), there)
        return cls(what, found=shown(name), expected=listed(there, 60), hint=hint)


def printable(text: str) -> str:
    """Return text, as it is said, with control, invisible and direction characters spelt out."""
    return _UNSEEN.sub(lambda m: m.group().encode("unicode_escape").decode("ascii"), str(text))


FORMULA_BEGINS = r" *[=+\-@＝＋－＠]"
"""Pattern of what begins a cell that a spreadsheet works out."""

# Where a spreadsheet begins a cell: in front, and at a semicolon where it parts cells with that.
_FORMULA = re.compile(f"(^|;)(?={FORMULA_BEGINS})")


def inert(text: str) -> str:
    """Return a text as a cell that is no formula to a spreadsheet: with an apostrophe before it."""
    return _FORMULA.sub(r"\1'", printable(text))


def escaped(text: str) -> str:
    """Return JSON that says the same, with invisible and direction characters spelt out."""
    return _UNSEEN.sub(_in_json, text)


def _in_json(found: re.Match[str]) -> str:
    sign = found.group()
    if sign < " ":  # the line breaks between keys: inside a text JSON has none
        return sign
    units = sign.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def json_text(data: Any, indent: int | None = 2) -> str:
    """Return plain data as JSON to read: letters as they are, what is not seen spelt out."""
    return escaped(json.dumps(data, indent=indent, ensure_ascii=False)) + "\n"


def shown(value: object) -> str:
    """Return a value as it may stand in a message: quoted, short, no control characters."""
    if isinstance(value, Told):
        return formula("'{text}'", text=value)
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def nearest(name: str, among: Iterable[str]) -> str | None:
    """Return the hint ``did you mean …?`` for the closest of ``among``, if one is close."""
    if len(name) > _LONGEST_NEAR:
        return None
    by_fold = {option.casefold(): option for option in among if len(option) <= _LONGEST_NEAR}
    close = difflib.get_close_matches(name.casefold(), list(by_fold), n=1, cutoff=0.6)
    return told("did you mean {name}?", name=shown(by_fold[close[0]])) if close else None


def listed(names: Iterable[str], most: int = 30) -> str:
    """Return names as a short quoted list."""
    names = list(names)
    text = enumerated(shown(name) for name in names[:most])
    if len(names) <= most:
        return text
    return told("{names} and {more} more", names=text, more=number(len(names) - most))


def either(words: Sequence[str]) -> str:
    """Return words of which one is meant: ``a, b or c``."""
    *first, last = words
    return told("{others} or {last}", others=enumerated(first), last=last) if first else last
