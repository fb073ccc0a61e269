"""Worlds that the fuzz found judged wrongly, each shrunk and named."""

from __future__ import annotations

from typing import Any

import pytest

from tallyverify import Contest, Registry
from tests.helpers.cases import CONTEST, declared_of, flagged, nation, report_of

SHEETS = [
    {"state": "N", "A": 60, "B": 30, "C": 10},
    {"state": "N", "A": 50, "B": 45, "C": 5},
    {"state": "S", "A": 10, "B": 80, "C": 0},
]
SUMS = {"A": 120, "B": 155, "C": 15}
FIRST = {"A": 60, "B": 30, "C": 10}


@pytest.mark.parametrize("issued", ["", "2024-07-20"])
def test_bulletins_of_one_day_are_listed_in_reverse(issued: str) -> None:
    later, first = nation(votes=SUMS, complete=True), nation(votes=FIRST)
    report = report_of(
        SHEETS, declared_of({**later, "issued": issued}, {**first, "issued": issued})
    )
    assert report.verdict == "consistent"
    # On days that differ, figures fall.
    days = [{**later, "issued": "2024-07-20"}, {**first, "issued": "2024-07-21"}]
    assert report_of(SHEETS, declared_of(*days)).verdict != "consistent"


@pytest.mark.parametrize("listed_first", [True, False])
def test_an_undated_correction_is_not_the_first(listed_first: bool) -> None:
    wrong = nation(votes={"A": 400, "B": 300, "C": 90}, stations=3)
    right = {**nation(votes=SUMS, stations=3), "correction": True}
    told = [right, wrong] if listed_first else [wrong, right]
    assert report_of(SHEETS, declared_of(*told, stations=3)).verdict == "consistent"


@pytest.mark.parametrize("counted", [2, 3])
@pytest.mark.parametrize("listed", [True, False])
def test_annulled_stations_are_counted_or_not(counted: int, listed: bool) -> None:
    kept = {"A": 110, "B": 75, "C": 15}
    told = declared_of(
        nation(votes=kept, stations=counted), stations=3, annulled=["003"], registered=450
    )
    rows = [{**row, "registered": 150} for row in SHEETS]
    registry = Registry.of([{"station": f"00{at}", "registered": 150} for at in (1, 2, 3)])
    assert report_of(rows, told, registry if listed else None).verdict == "consistent"


def test_an_annulled_station_has_no_free_voters() -> None:
    told = declared_of(
        nation(votes={"A": 210, "B": 75, "C": 15}, complete=True), stations=3, annulled=["003"]
    )
    registry = Registry.of([{"station": f"00{at}", "registered": 150} for at in (1, 2, 3)])
    rows = [{**row, "registered": 150} for row in SHEETS]
    assert report_of(rows, told, registry).verdict == "discrepant"


def test_a_coverage_of_voters_says_nothing_of_lists_that_are_not_known() -> None:
    rows = [{**row, "registered": 150} for row in SHEETS]
    told = nation(votes={"A": 200, "B": 200, "C": 20}, coverage=0.9, coverage_basis="registered")
    report = report_of(rows, declared_of(told, registered=600))
    assert report.verdict == "consistent"


def test_a_coverage_of_voters_between_two_whole_numbers() -> None:
    rows = [{**row, "registered": 150} for row in SHEETS]
    told = nation(votes=FIRST, coverage=0.3333, coverage_basis="registered")
    # 33.325 to 33.335 % of 451 voters: no whole number lies between.
    assert report_of(rows, declared_of(told, registered=451)).verdict == "consistent"


def test_areas_ahead_of_a_bulletin_that_is_only_taken_as_whole() -> None:
    rows = [
        {"votes": FIRST},
        {"area": {"state": "N"}, "votes": {"A": 110, "B": 75, "C": 15}},
        {"area": {"state": "S"}, "votes": {"A": 10, "B": 80, "C": 0}},
    ]
    report = report_of(SHEETS, declared_of({"areas": rows}))
    assert report.verdict == "discrepant"


def test_blank_votes_within_a_valid_line_with_write_ins_are_not_papers_twice() -> None:
    contest = Contest.model_validate(
        {
            "id": "toy",
            "levels": ["state"],
            "candidates": [{"id": "A"}, {"id": "B"}, {"id": "C"}],
            "valid_includes_blank": True,
        }
    )
    rows: list[dict[str, Any]] = [
        {**row, "valid": row["A"] + row["B"] + row["C"] + 7, "blank": 5, "null": 3}
        for row in SHEETS
    ]
    told = nation(votes=SUMS, valid=311, blank=15, ballots=320, stations=3)
    report = report_of(rows, declared_of(told, stations=3), contest=contest)
    assert report.verdict == "consistent"


def test_more_votes_than_the_register_where_the_number_of_stations_is_not_known() -> None:
    rows = [{**row, "registered": 150} for row in SHEETS]
    told = nation(votes={**SUMS, "A": 900}, complete=True)
    report = report_of(rows, declared_of(told, registered=450))
    assert report.verdict == "contradicted"
    assert "D302" in flagged(report)


@pytest.mark.parametrize("named", [True, False])
def test_a_valid_line_above_the_options_is_a_convention(named: bool) -> None:
    rows = [{**row, "valid": row["A"] + row["B"] + row["C"] + 4} for row in SHEETS * 4]
    sums = {name: 4 * votes for name, votes in SUMS.items()}
    valid = {"valid": sum(sums.values()) + 48} if named else {}
    told = declared_of(nation(votes=sums, **valid, stations=12), stations=12)
    assert report_of(rows, told, contest=CONTEST).verdict == "consistent"


def test_a_valid_line_above_the_options_is_doubted_where_the_result_says_otherwise() -> None:
    rows = [{**row, "valid": row["A"] + row["B"] + row["C"] + 4} for row in SHEETS * 4]
    sums = {name: 4 * votes for name, votes in SUMS.items()}
    told = declared_of(nation(votes=sums, valid=sum(sums.values()), stations=12), stations=12)
    assert report_of(rows, told, contest=CONTEST).verdict == "insufficient"


def test_a_world_in_either_reading_of_a_coverage() -> None:
    rows = [{**row, "registered": 150 + at} for at, row in enumerate(SHEETS)]
    told = nation(votes=FIRST, coverage=0.33)
    assert report_of(rows, declared_of(told, stations=3, registered=453)).verdict == "consistent"


@pytest.mark.parametrize("blank", [True, False])
def test_few_sheets_with_a_valid_line_above_the_options(blank: bool) -> None:
    # On most sheets it is the options; the rest holds write-ins, or blank votes without a line.
    rows = [{**row, "valid": row["A"] + row["B"] + row["C"], "null": 2} for row in SHEETS * 4]
    rows[1]["valid"] += 9
    rows[2]["valid"] += 9
    sums = {name: 4 * votes for name, votes in SUMS.items()}
    named = sum(sums.values())
    more = {"valid": named, "blank": 18} if blank else {"valid": named + 18}
    told = declared_of(nation(votes=sums, null=24, **more, stations=12), stations=12)
    report = report_of(rows, told)
    assert report.verdict == "consistent"
    assert report.feasibility is not None
    assert report.feasibility.sheets_wrong == (0, 0)


def test_what_is_typed_from_percentages_was_rounded_to_a_whole_vote() -> None:
    # 535 of 1,600 are published as 33.4 %, of which 534 (534.4) was made.
    rows = [{"A": 535, "B": 1065, "C": 0}]
    told = nation(votes={"A": 534, "B": 1066, "C": 0}, valid=1600, from_percentages=1, stations=1)
    assert report_of(rows, declared_of(told, stations=1)).verdict == "consistent"
    rows = [{"A": 537, "B": 1063, "C": 0}]
    assert report_of(rows, declared_of(told, stations=1)).verdict == "discrepant"


def test_a_wrong_sheet_keeps_its_voters_in_a_coverage_of_voters() -> None:
    rows = [{**row, "registered": 150, "valid": row["A"] + row["B"] + row["C"]} for row in SHEETS]
    rows[0] = {**rows[0], "A": 6, "B": 3, "C": 1, "valid": 10}
    told = nation(votes=SUMS, complete=True)
    told["areas"][0] |= {"coverage": 0.9998, "coverage_basis": "registered"}
    del told["areas"][0]["complete"]
    report = report_of(rows, declared_of(told, registered=450, stations=3))
    assert report.verdict == "discrepant"
    assert report.feasibility is not None
    assert report.feasibility.sheets_wrong[0] == 1
