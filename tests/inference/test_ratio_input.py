"""What the stratified ratio estimator refuses, and how it says so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tallyverify.errors import TallyVerifyError
from tallyverify.inference.sampling.ratio import collapse, ratio

GOOD: dict[str, Any] = {
    "y": [6, 4, 7, 2],
    "x": [10, 10, 10, 10],
    "stratum": [0, 0, 1, 1],
    "stations": [5, 5],
}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"stations": [5, 5, 3]}, r"nothing seen in strata 2,.*join them.*registry"),
        ({"stations": [5] * 14}, r"strata 2, 3, .*11 and 2 more"),
        ({"stations": [1, 5]}, r"more seen than expected stations in strata 0 .*2 of 1"),
        ({"stations": [5]}, r"the code 1 has no number of stations"),
        ({"stations": [5.5, 5]}, r"stations are whole numbers[^@]*5.5 at position 0"),
        ({"stations": [5, -5]}, r"stations are whole numbers[^@]*-5 at position 1[^@]*0 or more"),
        ({"stations": [5, np.nan]}, r"stations [^@]* nan"),
        ({"stations": []}, r"stations is empty; give a list"),
        ({"stations": [[5, 5]]}, r"stations have the wrong shape[^@]*2 dimensions"),
        ({"stratum": None}, r"stations has 2 values, but no strata"),
        ({"stratum": [0, 0, 1]}, r"3 codes of strata for 4 seen stations"),
        ({"stratum": [0, 0, 1, -1]}, r"stratum are whole numbers[^@]*-1 at position 3"),
        ({"stratum": [0, 0, 1, 0.5]}, r"stratum are whole numbers[^@]*0.5 at position 3"),
        ({"stratum": ["a", "a", "b", "b"]}, r"stratum are not numbers"),
        ({"y": [6, 4, 7, -2]}, r"y are numbers[^@]*-2 at position 3[^@]*from 0 on[^@]*leave out"),
        ({"y": [6, 4, 7, np.nan]}, r"y are numbers, none of them missing[^@]*nan at position 3"),
        ({"y": [6, 4, 7, None]}, r"y are numbers[^@]*nan|y are not numbers"),
        ({"y": [6, 4, 7]}, r"y has the shape \(3,\) and x \(4,\)"),
        ({"y": np.zeros((4, 0))}, r"y has the shape \(4, 0\)"),
        ({"y": np.zeros((4, 1, 1))}, r"y has the shape \(4, 1, 1\)"),
        ({"y": [], "x": []}, r"at least one station"),
        ({"x": [10, 10, 10, np.inf]}, r"x are numbers[^@]*inf at position 3"),
        ({"x": [10, 10, 10, -1]}, r"x are numbers[^@]*-1 at position 3"),
        ({"x": [0, 0, 0, 0]}, r"x is zero at all seen stations, so"),
        ({"x": [[10], [10], [10], [10]]}, r"x \(4, 1\)"),
        ({"size": [100]}, r"size has 1 values"),
        ({"size": [0, 0]}, r"size has 2 values with the sum 0"),
        ({"size": [100, -1]}, r"size are numbers[^@]*-1 at position 1"),
        (
            {"x": [0, 0, 1, 1], "size": [9, 9], "form": "separate"},
            r"x is zero at all seen stations of strata 0,.*combined form",
        ),
        ({"form": "seperate"}, "did you mean 'separate'\\?"),
        ({"level": 95}, r"between 0 and 1, not 95"),
        ({"level": np.nan}, r"between 0 and 1, not nan"),
    ],
)
def test_what_is_refused(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(TallyVerifyError, match=words):
        ratio(**{**GOOD, **changed})


def test_one_station_without_a_neighbour_is_refused() -> None:
    with pytest.raises(TallyVerifyError, match=r"one station seen of the 5 in stratum 0"):
        ratio([6], [10], stations=5)
    with pytest.raises(TallyVerifyError, match=r"one station seen of the 5 in stratum 1"):
        ratio([6, 7], [10, 10], [0, 1], stations=[1, 5])


@pytest.mark.parametrize(
    ("seen", "stations", "words"),
    [
        ([1, 2], [3], "2 strata with counts"),
        ([1, 0], [3, 3], "nothing seen in strata 1"),
        ([4, 2], [3, 3], "more seen than expected"),
        ([-1, 2], [3, 3], r"seen_per_stratum are whole numbers[^@]*-1 at position 0"),
    ],
)
def test_what_collapse_refuses(seen: list[int], stations: list[int], words: str) -> None:
    with pytest.raises(TallyVerifyError, match=words):
        collapse(seen, stations)


@pytest.mark.parametrize("weights", [[1, -1, 0], [1], [[1, -1]], [1, np.nan], "margin"])
def test_a_contrast_needs_one_weight_for_each_ratio(weights: Any) -> None:
    ours = ratio([[6, 4], [4, 6], [7, 3]], [10, 10, 10], stations=9)
    with pytest.raises(TallyVerifyError, match="weights"):
        ours.contrast(weights)
