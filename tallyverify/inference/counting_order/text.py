"""The order of counting as text: numbers, dates and times of day, read into positions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

import numpy as np

from tallyverify.errors import InputError, shown
from tallyverify.language import number, told
from tallyverify.taken import takes_input

if TYPE_CHECKING:
    from tallyverify.arrays import Floats


_EMPTY = frozenset({"", "nan", "none", "nat", "<na>"})
_CLOCK = r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}(?:\.[0-9]+)?))?"
_FORMS = {
    "number": re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?"),
    "date": re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:[T ]{_CLOCK})?"),
    "date with offset": re.compile(
        rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ]{_CLOCK}(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}})"
    ),
    "clock": re.compile(_CLOCK),
}
_ALLOWED = told(
    "whole numbers or decimals (17, 17.5), dates and times (2019-10-20T19:40, "
    "2019-10-20 19:40:33; 20/10/2019 07:40 PM where days and months cannot be mistaken) or clock "
    "times (19:40), one kind in the whole column"
)
_SLASHED = re.compile(r"([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{4})(?:[ T,]++(.*))?")
_HALF_DAY = re.compile(r"([0-9]{1,2})(:[0-9]{2}(?::[0-9]{2})?) ?([AaPp])\.? ?[Mm]\.?")


@takes_input
def parse_order(texts: Iterable[object]) -> tuple[Floats, Literal["number", "time"]]:
    """Read a column that says in which order the stations were counted.

    Parameters
    ----------
    texts : iterable of str or None
        Whole numbers, decimals, ISO dates with or without a time (all with an offset from UTC, or
        none), or clock times, also of twelve hours. Dates like ``20/10/2019`` are read where the
        column shows which of the two numbers is the day. Other objects are read as their text.

    Returns
    -------
    position : ndarray of float64, shape (n,)
        The number itself, or seconds; nan where empty or unreadable. Equal texts stay equal.
    kind : {"number", "time"}

    Raises
    ------
    InputError
        If less than 90 % of the texts that are not empty are readable and of one kind, or clock
        times lie on both sides of midnight, where they do not give an order.

    Examples
    --------
    >>> parse_order(["3", "1", "", "2.5"])
    (array([3. , 1. , nan, 2.5]), 'number')
    >>> parse_order(["19:40", "19:40:33"])
    (array([70800., 70833.]), 'time')
    """
    column = ["" if text is None else str(text).strip() for text in texts]
    column = ["" if text.lower() in _EMPTY else text for text in column]
    given = sum(text != "" for text in column)
    if given == 0:
        raise InputError(told("the order of counting is empty"), expected=_ALLOWED)
    column = _days_first([_of_24_hours(text) for text in column])
    best, position = "", np.full(len(column), np.nan)
    for form in _FORMS:
        read = _read(column, form)
        if np.isfinite(read).sum() > np.isfinite(position).sum():
            best, position = form, read
    unread = np.isnan(position)
    odd = [text for text, lost in zip(column, unread, strict=True) if text and lost]
    if 10 * len(odd) > given:
        raise InputError(
            told(
                "the order of counting cannot be read: {odd} of {given} entries are not {form}",
                odd=number(len(odd)),
                given=number(given),
                form=_form_words(best),
            ),
            found=shown(odd[0]),
            expected=_ALLOWED,
        )
    if best == "clock" and np.nanmin(position) < 6 * 3600 and np.nanmax(position) >= 18 * 3600:
        raise InputError(
            told("clock times on both sides of midnight do not give an order"),
            found=told(
                "times from {first} to {last}",
                first=column[np.nanargmin(position)],
                last=column[np.nanargmax(position)],
            ),
            hint=told("give the date with the time, as in 2019-10-20T19:40"),
        )
    return position, "number" if best == "number" else "time"


def _form_words(form: str) -> str:
    """Return a form of :data:`_FORMS` in words; of none, all that there are."""
    words = {
        "number": told("a number"),
        "date": told("a date"),
        "date with offset": told("a date with offset"),
        "clock": told("a clock"),
    }
    return words.get(form, told("a number or a time"))


def _of_24_hours(text: str) -> str:
    """Return a text with a clock time of twelve hours written in 24."""

    def written(found: re.Match[str]) -> str:
        hour = int(found[1])
        if not 1 <= hour <= 12:
            return found[0]
        return f"{hour % 12 + 12 * (found[3] in 'pP'):02d}{found[2]}"

    return _HALF_DAY.sub(written, text)


def _days_first(column: list[str]) -> list[str]:
    """Return dates with slashes or points as ISO dates, if it is plain which number is the day."""
    found = [_SLASHED.fullmatch(text) for text in column]
    days = {(int(one[1]), int(one[2]), one[3]) for one in found if one is not None}
    if not days:
        return column
    first, second = (
        max(numbers) > 12 for numbers in zip(*((a, b) for a, b, _ in days), strict=True)
    )
    other = any(text and one is None for text, one in zip(column, found, strict=True))
    if first == second and (len(days) > 1 or other):
        return column  # either may be the day, or both are too large
    at = (2, 1) if first or not second else (1, 2)
    return [
        text
        if one is None
        else f"{one[3]}-{int(one[at[0]]):02d}-{int(one[at[1]]):02d} {one[4] or ''}".strip()
        for text, one in zip(column, found, strict=True)
    ]


def _read(column: list[str], form: str) -> Floats:
    import pandas as pd

    position = np.full(len(column), np.nan)
    fits = _FORMS[form].fullmatch
    at = [i for i, text in enumerate(column) if fits(text)]
    if not at:
        return position
    texts = [column[i] for i in at]
    if form == "number":
        position[at] = [float(text) for text in texts]
        return position
    if form == "clock":
        texts = [f"1970-01-01 {text.zfill(5) if text[1] == ':' else text}" for text in texts]
    # A date that does not exist (2019-02-30) is unreadable.
    times = pd.to_datetime(pd.Series(texts), format="ISO8601", errors="coerce", utc=True)
    seconds = (times - pd.Timestamp(0, tz="UTC")).dt.total_seconds()
    position[at] = seconds.to_numpy(dtype=np.float64)
    return position
