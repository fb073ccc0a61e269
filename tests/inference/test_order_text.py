"""The order of counting as text: what is read, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

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
    ],
)
def test_not_an_order(texts: list[Any], told: str) -> None:
    with pytest.raises(TallyVerifyError, match=told):
        parse_order(texts)
