"""Errors that tell the reader what was found, what is allowed and what to do next.

Every error of this package is a :class:`TallyVerifyError`. Input that cannot be read raises
:class:`InputError`, which the command line turns into one message and exit code 2.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import ValidationError

__all__ = [
    "InputError",
    "TallyVerifyError",
    "from_validation",
    "listed",
    "nearest",
    "printable",
    "shown",
]

_LONGEST_SHOWN = 80
_MOST_PLACES = 20

# Control characters, invisible ones, those that turn the direction of text, lone surrogates.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
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

    def in_file(self, file: str) -> InputError:
        """Return the same error with the file named, if it was not yet."""
        return InputError(
            self.what,
            file=self.file or file,
            place=self.place,
            found=self.found,
            expected=self.expected,
            hint=self.hint,
        )


def printable(text: str) -> str:
    r"""Return text with control, invisible and direction characters spelt out.

    Examples
    --------
    >>> printable("PQ.\x1b[2JX")
    'PQ.\\x1b[2JX'
    """
    return _UNSEEN.sub(lambda m: m.group().encode("unicode_escape").decode("ascii"), text)


def shown(value: object) -> str:
    r"""Return a value as it may stand in a message: quoted, short, no control characters.

    Examples
    --------
    >>> shown("12\x1b[31m")
    "'12\\x1b[31m'"
    """
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def nearest(name: str, among: Iterable[str]) -> str | None:
    """Return the hint ``did you mean …?`` for the closest of ``among``, if one is close.

    Examples
    --------
    >>> nearest("votos", ["VOTOS", "mesa"])
    "did you mean 'VOTOS'?"
    """
    by_fold = {option.casefold(): option for option in among}
    close = difflib.get_close_matches(name.casefold(), list(by_fold), n=1, cutoff=0.6)
    return f"did you mean {shown(by_fold[close[0]])}?" if close else None


def listed(names: Iterable[str], most: int = 30) -> str:
    """Return names as a short quoted list."""
    names = list(names)
    text = ", ".join(shown(name) for name in names[:most])
    return text + (f" and {len(names) - most} more" if len(names) > most else "")


def from_validation(error: ValidationError, file: str) -> InputError:
    """Turn what pydantic found in a file into one message that lists every place.

    Parameters
    ----------
    error : pydantic.ValidationError
        The errors, as raised by ``model_validate``.
    file : str
        Name of the file they were found in.
    """
    items = error.errors(include_url=False, include_context=True)
    if len(items) == 1:
        place, what, found, expected, hint = _place(items[0])
        return InputError(what, file=file, place=place, found=found, expected=expected, hint=hint)
    lines = [f"{len(items)} problems"]
    hints: list[str] = []
    for item in items[:_MOST_PLACES]:
        place, what, found, expected, hint = _place(item)
        wanted = f", expected {expected}" if expected else ""
        lines.append(f"  {place or '(top)'}: {what} (found {found}{wanted})")
        hints += [hint] if hint else []
    if len(items) > _MOST_PLACES:
        lines.append(f"  … and {len(items) - _MOST_PLACES} more")
    return InputError("\n".join(lines), file=file, hint=hints[0] if hints else None)


def _place(item: Any) -> tuple[str | None, str, str, str | None, str | None]:
    """Where one error is, what is wrong, what was found, what is expected, and the fix."""
    context = item.get("ctx", {})
    place = ".".join(str(step) for step in item["loc"]) or None
    if item["type"] == "unknown_key":
        return place, "unknown key", context["key"], context["allowed"], context["hint"] or None
    if item["type"] == "missing":
        there = item["input"] if isinstance(item["input"], dict) else {}
        found = listed(map(str, there)) or "nothing"
        return place, "this key is needed", found, shown(str(item["loc"][-1])), None
    what = item["msg"].removeprefix("Value error, ")
    return place, what, shown(item["input"]), None, context.get("hint")
