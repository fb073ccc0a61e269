"""Errors that tell the reader what was found, what is allowed and what to do next.

Whatever was given and cannot be used raises :class:`InputError`, which the command line turns into
one message and exit code 2.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import ValidationError

_LONGEST_SHOWN = 80
_MOST_PLACES = 20
_IN_JSON = {
    "model_type": "an object: { … }",
    "model_attributes_type": "an object: { … }",
    "dict_type": "an object: { … }",
    "tuple_type": "a list: [ … ]",
    "string_type": 'text: "…"',
}

# Control characters, invisible ones, those that turn the direction of text, lone surrogates.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


class TallyVerifyError(Exception):
    """Base class of every error that tallyverify raises on purpose."""


class InputError(TallyVerifyError):
    """Something that was given cannot be read, or does not fit the rest of the case.

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
        head, *more = what.split("\n")
        head = ": ".join(part for part in (file, place, head) if part)
        rest = (("found", found), ("expected", expected), ("try", hint))
        lines = [head, *more, *(f"  {key}: {text}" for key, text in rest if text)]
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


def shown(value: object) -> str:
    """Return a value as it may stand in a message: quoted, short, no control characters."""
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def nearest(name: str, among: Iterable[str]) -> str | None:
    """Return the hint ``did you mean …?`` for the closest of ``among``, if one is close."""
    by_fold = {option.casefold(): option for option in among}
    close = difflib.get_close_matches(name.casefold(), list(by_fold), n=1, cutoff=0.6)
    return f"did you mean {shown(by_fold[close[0]])}?" if close else None


def listed(names: Iterable[str], most: int = 30) -> str:
    """Return names as a short quoted list."""
    names = list(names)
    text = ", ".join(shown(name) for name in names[:most])
    return text + (f" and {len(names) - most} more" if len(names) > most else "")


def from_validation(error: ValidationError, record: str) -> RecordError:
    """Turn what pydantic found in a record into one message that lists every place."""
    items = error.errors(include_url=False, include_context=True)
    # A list that lost its wrong items may then be too short: that is no problem of its own.
    items = [item for item in items if item["type"] != "too_short" or not _inside(item, items)]
    places = [_Place.of(item) for item in items]
    told = _told(places, record)
    told.problems = tuple(items)
    return told


def _told(places: list[_Place], record: str) -> RecordError:
    hint = next((place.hint for place in places if place.hint), None)
    if len(places) == 1:
        one = places[0]
        return RecordError(
            one.what,
            file=record,
            place=one.place,
            found=one.found,
            expected=one.expected,
            hint=hint,
        )
    lines = [f"{len(places)} problems", *map(str, places[:_MOST_PLACES])]
    if len(places) > _MOST_PLACES:
        lines.append(f"  … and {len(places) - _MOST_PLACES} more")
    return RecordError("\n".join(lines), file=record, hint=hint)


def _inside(item: Any, items: list[Any]) -> bool:
    depth = len(item["loc"])
    return any(len(i["loc"]) > depth and i["loc"][:depth] == item["loc"] for i in items)


@dataclass(frozen=True)
class _Place:
    """One thing that is wrong in a document."""

    place: str | None
    what: str
    found: str | None
    expected: str | None = None
    hint: str | None = None

    @classmethod
    def of(cls, item: Any) -> _Place:
        place = ".".join(str(step) for step in item["loc"] if step != "") or None
        given, context = item["input"], item.get("ctx", {})
        if item["type"] == "unknown_key":
            hint = context["hint"] or None
            return cls(place, "unknown key", context["key"], context["allowed"], hint)
        if item["type"] == "missing":
            there = listed(map(str, given)) if isinstance(given, dict) else ""
            return cls(place, "this key is needed", there or "nothing", shown(item["loc"][-1]))
        if item["type"] == "value_error":
            # It says what it found; the whole object again would say less.
            found = None if isinstance(given, dict) else shown(given)
            return cls(place, item["msg"].removeprefix("Value error, "), found)
        expected = _IN_JSON.get(item["type"]) or item["msg"]
        if expected.startswith("Input should be ") or item["type"] in _IN_JSON:
            expected = expected.removeprefix("Input should be ")
            return cls(place, "this cannot stand here", shown(given), expected)
        return cls(place, item["msg"], shown(given), None, context.get("hint"))

    def __str__(self) -> str:
        told = (("found ", self.found), ("expected ", self.expected))
        rest = ", ".join(word + text for word, text in told if text)
        return f"  {self.place or '(top)'}: {self.what}" + (f" ({rest})" if rest else "")
