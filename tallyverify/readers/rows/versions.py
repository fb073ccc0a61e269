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
from tallyverify.table import Source

_NUMBER = re.compile(r"-?\d{1,18}(?:\.\d{1,18})?")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_DAYS = {"day/month/year": "%d/%m/%Y", "month/day/year": "%m/%d/%Y"}


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
                "rows of one station cannot be put in order",
                file=source.name,
                place=f"row {source.row(row)}, column {shown(column)}",
                found=shown(text),
                expected=f"{' or '.join(sorted(kinds))}, as in the rows before it"
                if kinds
                else "a number, a day, or a day and time, e.g. 2030-05-05T21:30",
            )
        kinds = left
    if kinds and len(kinds) > 1:
        raise InputError(
            "days that can be read in two ways",
            file=source.name,
            place=f"column {shown(column)}",
            found=f"{shown(texts[0])} and the like",
            expected=f"one of {' and '.join(sorted(kinds))}",
            hint="write them as year-month-day",
        )
    kind = next(iter(kinds or {""}))
    values = {text: readings[kind] for text, readings in known.items()}
    hours = {value.hour for value in values.values()} if kind == "hours" else {0}
    if min(hours) < 6 and max(hours) >= 18:
        raise InputError(
            "hours before and after midnight, without their day",
            file=source.name,
            place=f"column {shown(column)}",
            found=f"{shown(min(values))} and {shown(max(values))}",
            hint="name a column with day and time",
        )
    order = {value: at for at, value in enumerate(sorted(set(values.values())))}
    return np.array([order[values[text]] for text in texts], dtype=np.int64)


def _readings(text: str) -> dict[str, Any]:
    """What a text may say, by kind."""
    found: dict[str, Any] = {}
    if _NUMBER.fullmatch(text):
        found["a number"] = Decimal(text)
    if _ISO.match(text):
        moment = _moment(text)
        if moment is not None:
            zone = " with its zone" if moment.tzinfo else ""
            found["a day" if len(text) == 10 else f"a day and time{zone}"] = moment
    day_of, space, time_of = text.partition(" ")
    plain = re.sub(r"[.-]", "/", day_of) + space + time_of
    for name, day in _DAYS.items():
        for clock in _CLOCKS:
            moment = _moment(plain, day + clock)
            if moment is not None:
                found[f"{name}{' and time' if clock else ''}"] = moment
    for clock in _CLOCKS[1:]:
        moment = _moment(text, clock.strip())
        if moment is not None:
            found["hours"] = moment
    return found


def _moment(text: str, how: str | None = None) -> datetime | None:
    try:
        return datetime.strptime(text, how) if how else datetime.fromisoformat(text)
    except ValueError:
        return None
