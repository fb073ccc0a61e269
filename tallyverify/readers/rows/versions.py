"""Which of several rows is the last: texts of a column read as numbers or moments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np

from tallyverify.arrays import Counts
from tallyverify.errors import InputError, shown
from tallyverify.language import each_and, each_or, told
from tallyverify.readers.words import cell_place, column_place
from tallyverify.table import Source

_NUMBER = re.compile(r"-?\d{1,18}(?:\.\d{1,18})?")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_DAYS = ("%d/%m/%Y", "%m/%d/%Y")
_NUMBERS, _DAY, _MOMENT, _ZONED, _HOURS = "number", "day", "moment", "zoned", "hours"
_KINDS = {
    _NUMBERS: told("a number"),
    _DAY: told("a day"),
    _MOMENT: told("a day and time"),
    _ZONED: told("a day and time with its zone"),
    "%d/%m/%Y": told("day/month/year"),
    "%d/%m/%YT": told("day/month/year and time"),
    "%m/%d/%Y": told("month/day/year"),
    "%m/%d/%YT": told("month/day/year and time"),
    _HOURS: told("hours"),
}
"""What texts of a kind say."""


def ranked(texts: Sequence[str], rows: Sequence[int], column: str, source: Source) -> Counts:
    """Return numbers that go up with what the texts say; shape (texts,).

    All of them must be of one kind, and of one only: numbers, days, times of days, or hours.

    Raises
    ------
    InputError
        For a text that cannot be put in order with the others, with its row.
    """
    known = {text: _readings(text) for text in dict.fromkeys(texts)}
    kinds: set[str] | None = None
    for text, row in zip(texts, rows, strict=True):
        left = set(known[text]) if kinds is None else kinds & set(known[text])
        if not left:
            raise InputError(
                told("rows of one station cannot be put in order"),
                file=source.name,
                place=cell_place(source.row(row), column),
                found=shown(text),
                expected=told("{kinds}, as in the rows before it", kinds=each_or(_told(kinds)))
                if kinds
                else told("a number, a day, or a day and time, e.g. 2030-05-05T21:30"),
            )
        kinds = left
    if kinds and len(kinds) > 1:
        raise InputError(
            told("days that can be read in two ways"),
            file=source.name,
            place=column_place(column),
            found=told("{text} and the like", text=shown(texts[0])),
            expected=told("one of {kinds}", kinds=each_and(_told(kinds))),
            hint=told("write them as year-month-day"),
        )
    kind = next(iter(kinds or {""}))
    values = {text: readings[kind] for text, readings in known.items()}
    hours = {value.hour for value in values.values()} if kind == _HOURS else {0}
    if min(hours) < 6 and max(hours) >= 18:
        raise InputError(
            told("hours before and after midnight, without their day"),
            file=source.name,
            place=column_place(column),
            found=each_and([shown(min(values)), shown(max(values))]),
            hint=told("name a column with day and time"),
        )
    order = {value: at for at, value in enumerate(sorted(set(values.values())))}
    return np.array([order[values[text]] for text in texts], dtype=np.int64)


def _told(kinds: set[str]) -> list[str]:
    return sorted(_KINDS[kind] for kind in kinds)


def _readings(text: str) -> dict[str, Any]:
    """What a text may say, by kind."""
    found: dict[str, Any] = {}
    if _NUMBER.fullmatch(text):
        found[_NUMBERS] = Decimal(text)
    if _ISO.match(text):
        moment = _moment(text)
        if moment is not None:
            timed = _ZONED if moment.tzinfo else _MOMENT
            found[_DAY if len(text) == 10 else timed] = moment
    day_of, space, time_of = text.partition(" ")
    plain = re.sub(r"[.-]", "/", day_of) + space + time_of
    for day in _DAYS:
        for clock in _CLOCKS:
            moment = _moment(plain, day + clock)
            if moment is not None:
                found[f"{day}T" if clock else day] = moment
    for clock in _CLOCKS[1:]:
        moment = _moment(text, clock.strip())
        if moment is not None:
            found[_HOURS] = moment
    return found


def _moment(text: str, how: str | None = None) -> datetime | None:
    try:
        return datetime.strptime(text, how) if how else datetime.fromisoformat(text)
    except ValueError:
        return None
