"""What a later bulletin adds to one that says that it is complete."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.cases import declared_of, nation, report_of

SHEETS = [{"state": "N" if at % 2 else "S", "A": 60, "B": 30, "C": 10} for at in range(20)]
SUMS = {"A": 1200, "B": 600, "C": 200}
NORTH = {"A": 600, "B": 300, "C": 100}
LATER = {**SUMS, "A": 1300}


def verdict_of(first: dict[str, Any], later: dict[str, Any], **more: Any) -> str:
    return report_of(SHEETS, declared_of(first, later, **more)).verdict


def test_votes_of_no_station_are_in_a_complete_bulletin_too() -> None:
    report = report_of(SHEETS, declared_of(nation(votes=SUMS, complete=True), nation(votes=LATER)))
    assert report.verdict == "contradicted"
    [finding] = report.of("D312")
    assert "exclude each other, by at least 100 votes" in finding.proof
    assert "Assumed: bulletin 1, the whole country: it is declared complete" in finding.proof


@pytest.mark.parametrize(
    "extent", [{}, {"coverage": 1}, {"stations": 20}, {"coverage": 1, "coverage_basis": "stations"}]
)
def test_they_may_come_after_all_stations(extent: dict[str, Any]) -> None:
    later = nation(votes=LATER, complete=True)
    assert verdict_of(nation(votes=SUMS, **extent), later, stations=20) == "consistent"


def test_a_recount_that_was_announced() -> None:
    recount = {**nation(votes=LATER, complete=True), "correction": True}
    assert verdict_of(nation(votes=SUMS, complete=True), recount) == "consistent"


@pytest.mark.parametrize("by", [1, 2])
def test_a_slip_in_what_is_published_again(by: int) -> None:
    again = nation(votes={**SUMS, "A": 1200 + by}, complete=True)
    assert verdict_of(nation(votes=SUMS, complete=True), again) == "discrepant"


def test_votes_of_no_station_within_what_is_complete_from_the_first_on() -> None:
    whole = nation(votes=LATER, complete=True)
    assert verdict_of(whole, whole) == "consistent"


def test_an_area_that_is_complete_says_nothing_of_votes_of_no_area() -> None:
    def bulletin(country: dict[str, int], north: dict[str, int]) -> dict[str, Any]:
        rows = [{"votes": country}, {"area": {"state": "N"}, "votes": north, "complete": True}]
        return {"areas": rows}

    first = bulletin(SUMS, NORTH)
    assert verdict_of(first, bulletin(LATER, NORTH)) == "consistent"
    assert verdict_of(first, bulletin(LATER, {**NORTH, "A": 700})) == "contradicted"
