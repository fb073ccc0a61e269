"""The order of counting as text: what is read, and what is refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify.errors import TallyVerifyError
from tallyverify.inference.counting_order.text import parse_order


@pytest.mark.parametrize(
    ("texts", "seconds"),
    [
        (["2019-10-20T19:40", "2019-10-20 19:40:33"], [0, 33]),
        (["2019-10-20 23:59", "2019-10-21"], [0, 60]),
        (["2019-10-20T19:40-04:00", "2019-10-20T23:41Z", "2019-10-20 19:42:00.5-0400"],
         [0, 60, 120.5]),
        (["9:40", "09:40:00", "19:41"], [0, 0, 36060]),
        (["00:10", "05:59"], [0, 20940]),
        # Hours of the clock by halves of the day.
        (["12:05 AM", "1:00 a.m.", "11:59 am"], [0, 3300, 42840]),
        (["11:59 am", "12:00 PM", "12:30:30 p.m.", "7:05pm"], [0, 60, 1890, 25560]),
        (["2019-10-20 07:40 PM", "2019-10-20 19:41"], [0, 60]),
        # The day first, or the month, where one number can only be a day.
        (["20/10/2019 19:40", "20/10/2019 19:41:30", "21/10/2019"], [0, 90, 15600]),
        (["10/20/2019 07:40 PM", "10/21/2019 12:00 AM"], [0, 15600]),
        (["20.10.2019, 19:40", "20.10.2019T19:41"], [0, 60]),
        (["31/12/2019 23:59", "1/1/2020 0:00", "02/01/2020"], [0, 60, 86460]),
        # One day only: whichever is the day, the clock tells.
        (["05/06/2030 18:00", "5/6/2030 18:30"], [0, 1800]),
    ],
)  # fmt: skip
def test_times(texts: list[str], seconds: list[float]) -> None:
    position, kind = parse_order(texts)
    assert kind == "time"
    assert position - position[0] == pytest.approx(seconds)


def test_numbers() -> None:
    position, kind = parse_order(["2", " 10 ", None, "nan", "", float("nan"), 3, "-1.5", "2"])
    assert kind == "number"
    nan = np.nan
    np.testing.assert_array_equal(position, [2, 10, nan, nan, nan, nan, 3, -1.5, 2])


def test_a_few_that_cannot_be_read() -> None:
    texts = [f"2019-10-20 19:{minute:02}" for minute in range(18)]
    position, kind = parse_order([*texts, "2019-02-30 10:00", "later"])
    assert kind == "time"
    assert np.isnan(position[-2:]).all()
    assert (np.diff(position[:18]) == 60).all()


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ([], "empty"),
        (["", None], "empty"),
        (["first", "second"], "'first'"),
        (["1"] * 8 + ["19:40"] * 2, "2 of 10 entries are not a number"),
        (["19:40", "2019-10-20 19:40", "17"], "one kind"),
        (["2019-10-20 19:40", "2019-10-20 19:40Z"], "one kind"),
        (["24:00", "19:60"], "cannot be read"),
        (["1,234", "12e3", "٣"], "cannot be read"),
        (["23:50", "00:10"], "midnight"),
        (["11:50 PM", "12:10 AM"], "midnight"),
        (["13:00 PM", "0:10 AM"], "cannot be read"),
        (["05/06/2030 18:00", "06/06/2030 18:30"], "cannot be read"),  # either may be the day
        (["20/21/2030", "21/20/2030"], "cannot be read"),
        (["20/10/19 19:40", "21/10/19 19:40"], "cannot be read"),  # which is the year?
    ],
)
def test_not_an_order(texts: list[Any], told: str) -> None:
    with pytest.raises(TallyVerifyError, match=told):
        parse_order(texts)


@pytest.mark.parametrize("hours", [range(18), range(6, 24)])
def test_a_clock_of_twelve_hours_is_that_of_24(hours: range) -> None:
    written = [
        (f"{hour % 12 or 12}:{minute:02} {'AP'[hour >= 12]}M", f"{hour:02}:{minute:02}")
        for hour in hours
        for minute in (0, 29, 59)
    ]
    half, whole = (parse_order(texts)[0] for texts in zip(*written, strict=True))
    np.testing.assert_array_equal(half, whole)


@given(st.lists(st.datetimes(datetime(2019, 1, 1), datetime(2020, 12, 31)), min_size=1))
def test_days_first_are_read_as_they_were_written_or_not_at_all(times: list[datetime]) -> None:
    """Whatever the days: no order is made of a month that was taken for a day."""
    texts = [f"{at:%d/%m/%Y %H:%M:%S}" for at in times]
    right = parse_order([f"{at:%Y-%m-%d %H:%M:%S}" for at in times])[0]
    days = {(at.day, at.month, at.year) for at in times}
    if len(days) > 1 and max(day for day, _, _ in days) <= 12:
        with pytest.raises(TallyVerifyError):
            parse_order(texts)
        return
    position = parse_order(texts)[0]
    np.testing.assert_array_equal(position - position[0], right - right[0])


def test_one_slashed_day_beside_others_is_not_guessed() -> None:
    position, _ = parse_order([*["2020-11-03 20:00"] * 19, "11/3/2020 22:00"])
    assert np.isnan(position[-1])
    assert np.isfinite(position[:-1]).all()
