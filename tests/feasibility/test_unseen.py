"""Stations that no sheet shows, and percentages of a total that is not declared."""

from __future__ import annotations

from typing import Any

import pytest

from tallyverify import Contest, Registry
from tests.helpers.cases import CONTEST, declared_of, nation, report_of

SHEETS = [
    {"state": "N" if at < 30 else "S", "A": 60 + at % 7, "B": 30 + at % 5, "C": 3, "null": 9}
    for at in range(60)
]
SUMS = {name: sum(row[name] for row in SHEETS) for name in "ABC"}
MOVED = {**SUMS, "A": SUMS["A"] - 1200, "B": SUMS["B"] + 1200}


@pytest.mark.parametrize("left_out", [0, 1, 5])
def test_a_whole_count_that_says_how_many_stations_it_holds(left_out: int) -> None:
    """Without a declared number of stations it is the number: those not seen may hold votes."""
    declared = declared_of(nation(votes=SUMS, stations=60, complete=True))
    assert declared.all_stations == 60
    assert report_of(SHEETS[left_out:], declared).verdict == "consistent"
    moved = declared_of(nation(votes=MOVED, stations=60, complete=True))
    assert report_of(SHEETS[left_out:], moved).verdict == "contradicted"


@pytest.mark.parametrize("fewer", [1, 2])
def test_a_few_more_sheets_than_stations(fewer: int) -> None:
    """A sheet that stands twice unseen by anybody must not free the whole result."""

    def verdict(votes: dict[str, int]) -> str:
        declared = declared_of(nation(votes=votes, complete=True), stations=60 - fewer)
        return report_of(SHEETS, declared).verdict

    assert verdict(SUMS) == "consistent"
    assert verdict(MOVED) == "contradicted"


def test_sheets_without_an_area_are_told() -> None:
    sheets = [{**row, "state": None if at < 3 else row["state"]} for at, row in enumerate(SHEETS)]
    north = {name: sum(row[name] for row in SHEETS[:30]) for name in "ABC"}
    areas = [{"votes": SUMS}, {"area": {"state": "N"}, "votes": north}]
    report = report_of(sheets, declared_of({"complete": True, "areas": areas}, stations=60))
    assert report.verdict == "consistent"
    assert report.feasibility is not None
    told = [words for words in report.feasibility.assumptions if "without an area" in words]
    assert told == ["3 sheets without an area for which results are declared, as if not seen"]


@pytest.mark.parametrize(("votes", "told"), [(0, 0), (1, 1), (2, 1)])
def test_a_sheet_without_an_area_is_told_from_its_first_vote_on(votes: int, told: int) -> None:
    nowhere = {"state": None, "A": votes, "B": 0, "C": 0, "null": 9}
    north = {name: sum(row[name] for row in SHEETS[:30]) for name in "ABC"}
    areas = [{"votes": SUMS}, {"area": {"state": "N"}, "votes": north}]
    said = declared_of({"complete": True, "areas": areas}, stations=61)
    section = report_of([*SHEETS, nowhere], said, checks="D312").feasibility
    assert section is not None
    assert sum("1 sheet without an area" in words for words in section.assumptions) == told


@pytest.mark.parametrize(
    ("allowed", "votes", "fits"), [(2, 190, True), (2, 290, False), (1, 90, True)]
)
def test_an_unseen_station_holds_as_many_votes_as_its_list_allows(
    allowed: int, votes: int, fits: bool
) -> None:
    """Its list has 100 voters, each with one vote or with two."""
    contest = Contest.model_validate({**CONTEST.model_dump(), "votes_allowed": allowed})
    rows = [{"A": 70 * allowed, "B": 50, "C": at, "registered": 150} for at in range(12)]
    listed = [{"station": f"{at:03d}", "registered": 150} for at in range(1, 13)]
    registry = Registry.of([*listed, {"station": "013", "registered": 100}])
    sums = {name: sum(row[name] for row in rows) for name in "ABC"}
    row = {"votes": {**sums, "A": sums["A"] + votes}, "complete": True}
    told = declared_of(nation(**row), stations=13, all_votes_at_stations=True)
    section = report_of(rows, told, registry, contest=contest).feasibility
    assert section is not None
    assert (section.sheets_wrong[0] == 0) is fits


VALID = sum(SUMS.values())


def percentages(of: int, moved: float = 0) -> dict[str, float]:
    shares = {name: round(100 * votes / of, 2) for name, votes in SUMS.items()}
    return {**shares, "A": round(shares["A"] - moved, 2), "B": round(shares["B"] + moved, 2)}


@pytest.mark.parametrize("of", [VALID, VALID + 9 * 60])
def test_percentages_of_ballots_that_are_not_declared(of: int) -> None:
    def report(moved: float) -> Any:
        row = {"valid": VALID, "percentages": percentages(of, moved), "complete": True}
        return report_of(SHEETS, declared_of(nation(**row), stations=60))

    assert report(0).verdict == "consistent"
    assert report(15).verdict == "contradicted"
