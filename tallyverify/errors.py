"""Errors that tell the reader what was found, what is allowed and what to do next.

Every error of this package is a :class:`TallyVerifyError`. Input that cannot be read raises
:class:`InputError`, which the command line turns into one message and exit code 2.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import ValidationError

__all__ = ["InputError", "TallyVerifyError", "nearest", "shown"]

_LONGEST_SHOWN = 80


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
        head = ": ".join(part for part in (file, place, what) if part)
        rest = (("found", found), ("expected", expected), ("try", hint))
        super().__init__("\n".join([head, *(f"  {key}: {text}" for key, text in rest if text)]))

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
    lines = [_one_place(item) for item in items[:20]]
    if len(items) > 20:
        lines.append(f"… and {len(items) - 20} more")
    hint = next((item["ctx"]["hint"] for item in items if item.get("ctx", {}).get("hint")), None)
    if len(lines) == 1:
        place = ".".join(str(step) for step in items[0]["loc"]) or None
        return InputError(
            items[0]["msg"],
            file=file,
            place=place,
            found=shown(items[0]["input"]),
            hint=hint,
        )
    return InputError("\n    ".join([f"{len(items)} problems", *lines]), file=file, hint=hint)


def _one_place(item: Any) -> str:
    place = ".".join(str(step) for step in item["loc"]) or "(top)"
    return f"{place}: {item['msg']} (found {shown(item['input'])})"
