"""What an authority declared, and how a stated coverage is understood."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from tallyverify.errors import InputError
from tallyverify.records.contest import Contest
from tallyverify.records.declared import AreaResult, Declared

CONTEST = Contest.model_validate(
    {"id": "t", "levels": ["state", "town"], "candidates": [{"id": "A"}, {"id": "B"}, {"id": "C"}]}
)


def of_areas(*areas: dict[str, Any], **bulletin: Any) -> dict[str, Any]:
    return {"bulletins": [{"id": "1", "areas": list(areas), **bulletin}]}


WHOLE = {
    "valid": 100,
    "votes": {"A": 60},
    "groups": [{"name": "others", "candidates": ["B", "C"], "votes": 40}],
    "percentages": {"A": 60.0, "others": 40.0},
}


def test_figures_and_who_is_behind_them() -> None:
    area = AreaResult.model_validate(WHOLE)
    assert area.figures == {"A": 60, "others": 40}
    assert area.members == {"A": ("A",), "others": ("B", "C")}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"votes": {"A": 60, "B": 1}}, "twice for 'B'"),
        ({"votes": {"A": 60.0}}, "whole number"),
        ({"votes": {"A": True}}, "whole number"),
        ({"votes": {"A": -1}}, "greater than or equal to 0"),
        ({"valid": "100"}, "whole number"),
        ({"groups": [{"name": "A", "candidates": ["B"], "votes": 1}]}, "names of groups"),
        ({"groups": [{"name": "x", "candidates": [], "votes": 1}]}, "at least 1"),
        ({"valid": None, "percentages": {"B": 4.0}}, "percentages for 'B'"),
        ({"groups": [{"name": "others", "candidates": ["B"]}], "percentages": {}}, "need votes"),
        ({"groups": [{"name": "x", "candidates": ["B"], "vote": 4}]}, "found: 'vote'"),
        ({"percentages": {"A": 101}}, "less than or equal to 100"),
        ({"percentages": {"A": float("nan")}}, "percentages"),
        ({"coverage": 101}, "less than or equal to 100"),
        ({"coverage": float("nan")}, "coverage"),
        ({"coverage": -0.1}, "greater than or equal to 0"),
        ({"coverage": True}, "coverage"),
        ({"vald": 3}, "found: 'vald'"),
    ],
)
def test_results_that_cannot_be_meant(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as caught:
        AreaResult.model_validate({**WHOLE, **changed})
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("stated", "low", "high"),
    [
        (0.8, "0.795", "0.805"),
        (80, "0.795", "0.805"),
        (0.9687, "0.96865", "0.96875"),
        (96.87, "0.96865", "0.96875"),
        (1, "0.995", "1"),
        (1.0, "0.995", "1"),
        (100, "0.995", "1"),
        (99.75, "0.99745", "0.99755"),
        (0.999, "0.9985", "0.9995"),
        (0.9999, "0.99985", "0.99995"),
        (0, "0", "0.005"),
        (0.001, "0.0005", "0.0015"),
        (1.5, "0.0145", "0.0155"),
    ],
)
def test_a_coverage_is_a_rounded_percentage(stated: float, low: str, high: str) -> None:
    area = AreaResult(coverage=stated)
    assert area.coverage_range == (Fraction(low), Fraction(high))


def test_no_coverage_is_no_range() -> None:
    assert AreaResult().coverage_range is None


@pytest.mark.parametrize("issued", ["29 July", "2024-13-01", "2024-07-29T99:00", "07:00"])
def test_a_time_of_issue_is_iso(issued: str) -> None:
    with pytest.raises(InputError, match="YYYY-MM-DD"):
        Declared.model_validate(of_areas({}, issued=issued))


def test_bulletins_are_taken_in_the_order_of_issue() -> None:
    times = ["2024-08-02", "2024-07-29T00:10", "2024-07-29T01:00-04:00"]
    data = {
        "bulletins": [
            {"id": str(at), "issued": time, "areas": [{}]} for at, time in enumerate(times)
        ]
    }
    assert [row.id for row in Declared.model_validate(data).in_order] == ["1", "2", "0"]
    data["bulletins"][1]["issued"] = ""
    assert [row.id for row in Declared.model_validate(data).in_order] == ["0", "1", "2"]


def test_a_bulletin_declares_an_area_once() -> None:
    for areas in (({}, {}), ({"area": {"state": "N"}}, {"area": {"state": "N"}})):
        with pytest.raises(InputError, match="area declared twice"):
            Declared.model_validate(of_areas(*areas))
    with pytest.raises(InputError, match="same id"):
        Declared.model_validate({"bulletins": of_areas({})["bulletins"] * 2})


def test_areas_in_whatever_order_of_levels_are_one_area() -> None:
    one = of_areas({"area": {"town": "T", "state": "N"}})
    fitted = Declared.model_validate(one).fitting(CONTEST, "declared.json")
    assert list(fitted.bulletins[0].areas[0].area) == ["state", "town"]
    assert fitted.bulletins[0].of({"state": "N", "town": "T"}) is not None
    assert fitted.areas == ({}, {"state": "N", "town": "T"})


@pytest.mark.parametrize(
    ("area", "hint"),
    [
        ({"votes": {"D": 1}}, "declare for the contest's candidates"),
        ({"votes": {"AA": 1}}, "did you mean 'A'?"),
        ({"groups": [{"name": "x", "candidates": ["bb"], "votes": 1}]}, "did you mean 'B'?"),
        ({"area": {"stat": "N"}}, "did you mean 'state'?"),
    ],
)
def test_it_must_fit_the_contest(area: dict[str, Any], hint: str) -> None:
    with pytest.raises(InputError) as caught:
        Declared.model_validate(of_areas(area)).fitting(CONTEST, "declared.json")
    assert str(caught.value).startswith("declared.json: bulletin '1': ")
    assert hint in str(caught.value)
