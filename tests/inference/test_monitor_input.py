"""What the monitor refuses, with the figure that is impossible and the nearest fix."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tallyverify.errors import TallyVerifyError
from tallyverify.inference.sequential.margin_monitor import monitor
from tests.inference.draws import DrawnMonitor

BAD: dict[str, Any] = {
    "too many votes": (
        [1, 9],
        [1, 9],
        [2, 12],
        {},
        r"station 2 of the batch \(3 in all\): the two",
    ),
    "over the bound": ([1, 1], [1, 1], [2, 101], {}, "101 valid votes, more than the bound of 100"),
    "negative": ([1, -1], [1, 1], [5, 5], {}, "'A' is -1; a count is a whole number from 0"),
    "missing": ([1, 1], [1, np.nan], [5, 5], {}, "'B' is nan"),
    "half a vote": ([1, 1], [1, 1], [5, 2.5], {}, "'valid' is 2.5"),
    "text": (["one"], [1], [5], {}, "'A' are not numbers[^@]*'one'"),
    "nested": ([[1]], [1], [5], {}, "2 dimensions"),
    "lengths": ([1, 2], [1], [5], {}, "different lengths"),
    "too many": ([0] * 5, [0] * 5, [0] * 5, {}, "6 stations with this batch, but the list has 5"),
    "a stratum": ([1], [1], [5], {"stratum": "x"}, "has no strata"),
    "registered": ([1], [1], [50], {"registered": [40]}, "50 valid votes, more than 40 registered"),
    "total": ([1] * 3, [1] * 3, [90] * 3, {}, "275 valid votes with this batch, but the list has"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_batch_is_refused_whole(case: str) -> None:
    first, second, valid, options, words = BAD[case]
    watch = DrawnMonitor(5, bound=100, registered=250, declared=0.1)
    before = watch.update([2], [1], [5])
    with pytest.raises(TallyVerifyError, match=words):
        watch.update(first, second, valid, **options)
    assert watch.state == before
    assert len(watch.path) == 1
    fresh = DrawnMonitor(5, bound=100, registered=250, declared=0.1)
    fresh.update([2], [1], [5])
    assert watch.update([7], [8], [20]) == fresh.update([7], [8], [20])


def test_strata_are_checked() -> None:
    watch = DrawnMonitor({"north": 2, "south{0}": 3}, bound=100)
    with pytest.raises(TallyVerifyError, match=r"unknown stratum 'nort'; did you mean 'north'\?"):
        watch.update([1, 1], [1, 1], [2, 2], ["north", "nort"])
    with pytest.raises(TallyVerifyError, match="0 strata for 1 stations"):
        watch.update(1, 1, 2)
    with pytest.raises(TallyVerifyError, match="3 stations in stratum 'north'"):
        watch.update([1] * 3, [1] * 3, [2] * 3, "north")
    with pytest.raises(TallyVerifyError, match=r"bound of 100 in stratum 'south\{0\}'"):
        watch.update(1, 1, 200, "south{0}")
    assert watch.state.seen == 0
    given = pd.Series(["north", "south{0}"], index=[5, 5])
    assert watch.update([1, 1], [1, 1], [2, 2], given).seen == 2


@pytest.mark.parametrize(
    ("stations", "options", "words"),
    [
        (10, {}, "nothing says how many valid votes"),
        (10, {"bound": 0}, "bound is 0"),
        (10, {"bound": "900"}, "as 'bound'"),
        (0, {"bound": 9}, "whole number from 1"),
        (10.5, {"bound": 9}, "a whole number or a dict as 'stations'"),
        (10, {"bound": 9, "alpha": 0}, "alpha is 0; give between 0 and 1"),
        (10, {"bound": 9, "declared": 8.8}, "8.8 points are 0.088"),
        (10, {"bound": 9, "declared": np.nan}, "declared is nan"),
        (10, {"bound": 9, "step": 1}, "step is 1"),
        (10, {"bound": 9, "rounding": -1}, "rounding is -1"),
        (10, {"bound": 9, "sampling": "quota"}, "'random', 'strata' or 'archive' as 'sampling'"),
        (10, {"bound": 9, "sampling": "strata"}, "by stratum"),
        ({"n": 10}, {"bound": 9}, "by stratum"),
        ({}, {"bound": 9, "sampling": "strata"}, "names no stratum"),
        ({"n": 3}, {"bound": 9, "registered": {"m": 4}, "sampling": "strata"}, "same strata"),
        (3, {"registered": [1, 2]}, "lists 2 stations"),
        (2, {"registered": [1, 20], "bound": 9}, "more than the bound"),
        (2, {"registered": [1, -2]}, "registered of [^@]*-2 at position 1[^@]*from 0 on"),
        (2, {"registered": [1, np.inf]}, "inf at position 1"),
        (2, {"registered": [1, np.nan]}, "missing[^@]*nan at position 1"),
        (2, {"registered": ["one", "two"]}, "not numbers[^@]*'one'"),
    ],
)
def test_a_contradictory_set_up_is_refused(
    stations: Any, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(TallyVerifyError, match=words):
        monitor(stations, **options)


KEYS = [f"{at:02d}" for at in range(6)]
AREAS = {key: "n" if key < "03" else "s" for key in KEYS}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"sampling": "random"}, r"drawn: [^@]*drawn by lot[^@]*sampling='archive'"),
        ({"sampling": "random", "drawn": KEYS}, r"areas: [^@]*the area of every station"),
        ({"drawn": KEYS}, "an archive was not drawn"),
        ({"areas": AREAS}, "an archive was not drawn"),
        ({"sampling": "random", "drawn": [*KEYS[:2], "0"], "areas": AREAS}, "drawn twice"),
        ({"sampling": "random", "drawn": ["9"], "areas": AREAS}, r"whose area is not[^@]*'9'"),
        ({"sampling": "random", "drawn": KEYS[:2], "areas": {"0": "n", "1": "n"}}, "2 stations"),
        ({"sampling": "random", "drawn": "012345", "areas": AREAS}, "'drawn'|a list of keys"),
        ({"sampling": "random", "drawn": {"n": KEYS}, "areas": AREAS}, "a list of keys"),
    ],
)
def test_a_draw_is_given_whole_or_not_at_all(options: dict[str, Any], words: str) -> None:
    with pytest.raises(TallyVerifyError, match=words):
        monitor(6, bound=9, **options)


def test_strata_have_draws_of_their_own() -> None:
    with pytest.raises(TallyVerifyError, match="with strata, drawn are given by stratum"):
        monitor({"n": 3}, bound=9, sampling="strata", drawn=KEYS[:3], areas={"n": {}})
    with pytest.raises(TallyVerifyError, match="with strata, areas are given by stratum"):
        monitor({"n": 3}, bound=9, sampling="strata", drawn={"n": KEYS[:3]}, areas=AREAS)


def test_a_batch_is_the_next_of_the_draw() -> None:
    drawn = ["04", "01", "05", "00"]
    watch = monitor(6, bound=9, sampling="random", drawn=drawn, areas=AREAS)
    watch.update([1, 2], [1, 1], [2, 3], keys=["4", " 01 "])
    before = watch.state
    for keys, words in (
        (["00"], r"number 3 of the draw[^@]*found '00'[^@]*expected '5'|'00'[^@]*'5'"),
        (None, "the key of each station is needed"),
        (["05", "00"], "the key of each station is needed"),
    ):
        with pytest.raises(TallyVerifyError, match=words):
            watch.update([1], [1], [2], keys=keys)
    with pytest.raises(TallyVerifyError, match="more stations than were drawn"):
        watch.update([1] * 3, [1] * 3, [2] * 3, keys=["05", "00", "02"])
    assert watch.state == before
    assert watch.update([1], [1], [2], keys="05").seen == 3
    with pytest.raises(TallyVerifyError, match="an archive takes no keys"):
        monitor(6, bound=9).update([1], [1], [2], keys=["05"])
