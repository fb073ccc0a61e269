"""Kinds of honest and impossible cases that were once judged wrongly, each by its name."""

from __future__ import annotations

from typing import Any

import pytest

from tallyverify import Contest, Registry
from tests.helpers.cases import CONTEST, declared_of, nation, report_of

SHEETS = [
    {"A": 60 + at, "B": 30, "C": 10, "null": 4, "blank": 6, "ballots": 110 + at, "registered": 150}
    for at in range(12)
]
SUMS = {"A": 786, "B": 360, "C": 120}
PAPERS = {"valid": 1266, "null": 48, "blank": 72, "ballots": 1386}


def without(*lines: str) -> list[dict[str, Any]]:
    return [{k: v for k, v in row.items() if k not in lines} for row in SHEETS]


@pytest.mark.parametrize("ballots", [True, False])
def test_one_line_of_the_sheets_holds_null_and_blank_papers(ballots: bool) -> None:
    rows = [{**row, "null": 10} for row in without("blank", *([] if ballots else ["ballots"]))]
    told = nation(votes=SUMS, **PAPERS, complete=True)
    assert report_of(rows, declared_of(told, stations=12)).verdict == "consistent"
    fewer = nation(votes=SUMS, **{**PAPERS, "null": 4, "blank": 6, "ballots": 1276}, complete=True)
    assert report_of(rows, declared_of(fewer, stations=12)).verdict != "consistent"


def test_a_correction_after_an_annulment_holds_fewer_stations() -> None:
    kept = {"A": 786 - 63, "B": 330, "C": 110}
    first, last = nation(votes=SUMS, stations=12), nation(votes=kept, stations=11)
    told = declared_of(first, {**last, "correction": True}, stations=12, annulled=["004"])
    assert report_of(SHEETS, told).verdict == "consistent"


def test_unseen_booths_of_voters_who_are_on_other_lists() -> None:
    booths = {"A": 90, "B": 70, "C": 20}
    votes = {name: SUMS[name] + booths[name] for name in SUMS}
    told = declared_of(nation(votes=votes, complete=True), stations=14, registered=1800)
    assert report_of(SHEETS, told).verdict == "consistent"
    # More than two booths can hold, larger than any seen, is impossible all the same.
    many = {**votes, "A": votes["A"] + 9000}
    told = declared_of(nation(votes=many, complete=True), stations=14, registered=1800)
    assert report_of(SHEETS, told).verdict == "contradicted"


@pytest.mark.parametrize("split", [1, 6])
def test_stations_with_two_sheets_each(split: int) -> None:
    rows = [{**row, "station": f"{at:03d}"} for at, row in enumerate(without("null", "blank"), 1)]
    rows = [{**row, "ballots": row["ballots"] - 10} for row in rows]
    halves = [
        {
            **row,
            "station": f"{row['station']}{half}",
            "A": row["A"] // 2 + (row["A"] % 2 if half == "a" else 0),
            "B": 15,
            "C": 5,
            "ballots": row["A"] // 2 + (row["A"] % 2 if half == "a" else 0) + 20,
        }
        for row in rows[:split]
        for half in "ab"
    ]
    rows = [*halves, *rows[split:]]
    told = nation(votes=SUMS, ballots=1266, stations=12)
    # Half as many sheets again as stations: what one sheet is, is asked before any verdict.
    expected = "consistent" if split == 1 else "insufficient"
    assert report_of(rows, declared_of(told, stations=12)).verdict == expected
    fewer = nation(votes={**SUMS, "A": 100}, stations=12)
    expected = "contradicted" if split == 1 else "insufficient"
    assert report_of(rows, declared_of(fewer, stations=12)).verdict == expected


def test_write_ins_that_only_the_ballots_of_the_sheets_tell() -> None:
    rows = [{**row, "ballots": row["ballots"] + 5} for row in SHEETS]
    papers = {**PAPERS, "valid": 1326, "ballots": 1446}
    told = declared_of(nation(votes=SUMS, **papers, complete=True), stations=12)
    assert report_of(rows, told).verdict == "consistent"
    papers = {**papers, "valid": 1866, "ballots": 1986}
    told = declared_of(nation(votes=SUMS, **papers, complete=True), stations=12)
    assert report_of(rows, told).verdict == "contradicted"


@pytest.mark.parametrize(("stations", "coverage"), [(6, 1.0), (12, 0.5)])
def test_a_coverage_of_stations_that_its_number_of_stations_denies(
    stations: int, coverage: float
) -> None:
    six = {"A": 375, "B": 180, "C": 60} if stations == 6 else SUMS
    told = nation(votes=six, stations=stations, coverage=coverage, coverage_basis="stations")
    assert report_of(SHEETS, declared_of(told, stations=12)).verdict == "contradicted"
    # Cut off instead of rounded, it is no contradiction; nor is a coverage of voters.
    honest = {**told["areas"][0], "coverage": stations / 12}
    assert report_of(SHEETS, declared_of(nation(**honest), stations=12)).verdict == "consistent"
    # One station is a slip, or was annulled.
    near = nation(votes=SUMS, stations=12, coverage=0.9, coverage_basis="stations")
    assert report_of(SHEETS, declared_of(near, stations=12)).verdict == "consistent"
    loose = {k: v for k, v in told["areas"][0].items() if k != "coverage_basis"}
    assert report_of(SHEETS, declared_of(nation(**loose), stations=12)).verdict == "consistent"


def test_votes_typed_from_percentages_that_do_not_sum_to_100() -> None:
    # 45.8 + 32.8 + 21.5 = 100.1 %
    total = 1_422_400
    votes = {"A": 651_459, "B": 466_547, "C": 305_816}
    rows = [{"A": 65_000, "B": 46_000, "C": 30_000} for _ in range(10)]
    told = nation(votes=votes, valid=total, coverage=0.9)
    report = report_of(rows, declared_of(told, stations=12))
    assert report.of("D305")
    assert report.verdict in ("improbable", "contradicted")
    said = nation(votes=votes, valid=total, coverage=0.9, from_percentages=1)
    assert report_of(rows, declared_of(said, stations=12)).verdict == "consistent"


def test_a_closed_list_of_stations_leaves_no_room_for_a_booth() -> None:
    registry = Registry.of(
        [{"station": f"{at:03d}", "registered": 150} for at in range(1, len(SHEETS) + 1)]
    )
    votes = {**SUMS, "A": SUMS["A"] + 400}
    told = declared_of(nation(votes=votes, complete=True), stations=12, registered=1800)
    assert report_of(SHEETS, told, registry).verdict == "contradicted"


def test_valid_papers_with_three_votes_each() -> None:
    contest = Contest.model_validate({**CONTEST.model_dump(), "votes_allowed": 3})
    three = {"A": 90, "B": 70, "C": 60}
    rows = [{**three, "valid": 100, "null": 5, "blank": 5, "ballots": 110} for _ in range(12)]
    votes = {name: 12 * count for name, count in three.items()}
    papers = {"valid": 1200, "null": 60, "blank": 60, "ballots": 1320}
    shares = {"A": 90.0, "B": 70.0, "C": 60.0}

    def verdict(**row: Any) -> str:
        told = declared_of(nation(complete=True, **row), stations=12)
        return report_of(rows, told, contest=contest).verdict

    assert verdict(votes=votes, **papers) == "consistent"
    assert verdict(votes=votes, percentages=shares, **papers) == "consistent"
    # Percentages of the papers where the valid votes are those of the candidates, or one is told.
    assert verdict(votes=votes, percentages=shares, **{**papers, "valid": 2640}) == "consistent"
    assert verdict(votes={"A": 1080}, **papers) == "consistent"
    assert verdict(votes={**votes, "A": 540, "B": 1380}, **papers) == "contradicted"
    assert verdict(votes=votes, **{**papers, "valid": 800}) == "contradicted"


def test_percentages_of_all_votes_where_papers_have_several_each() -> None:
    contest = Contest.model_validate({**CONTEST.model_dump(), "votes_allowed": 3})
    votes = {"A": 1080, "B": 840, "C": 720}
    row = {"votes": votes, "valid": 1200, "ballots": 1320, "complete": True}
    rows = [{"A": 90, "B": 70, "C": 60} for _ in range(12)]

    def verdict(**shares: float) -> str:
        told = declared_of(nation(**row, percentages=shares), stations=12)
        return report_of(rows, told, contest=contest).verdict

    assert verdict(A=40.9, B=31.8, C=27.3) == "consistent"
    assert verdict(A=50.9, B=31.8, C=17.3) == "contradicted"


@pytest.mark.parametrize("annulled", [["011", "012"], 2])
def test_a_coverage_of_all_stations_but_the_annulled_ones(annulled: Any) -> None:
    kept = {"A": 786 - 141, "B": 300, "C": 100}
    told = nation(votes=kept, stations=10, coverage=1, coverage_basis="stations")
    assert report_of(SHEETS, declared_of(told, stations=12, annulled=annulled)).verdict in (
        "consistent",
        "discrepant",
    )


@pytest.mark.parametrize(("votes", "verdict"), [(75_000, "consistent"), (95_000, "contradicted")])
def test_unseen_stations_of_many_sizes_hold_what_the_largest_of_them_hold(
    votes: int, verdict: str
) -> None:
    lists = [60 + 5 * at for at in range(200)]
    assert sum(lists[100:]) == 80_750
    registry = Registry.of(
        [{"station": f"{at:03d}", "registered": size} for at, size in enumerate(lists)]
    )
    rows = [
        {"station": f"{at:03d}", "registered": lists[at], "A": lists[at] // 2, "B": 9, "C": 3}
        for at in range(0, 200, 8)
    ]
    told = nation(votes={"A": votes // 2, "B": votes // 2 - 1000, "C": 1000}, stations=100)
    declared = declared_of(told, stations=200, registered=sum(lists), all_votes_at_stations=True)
    assert report_of(rows, declared, registry).verdict == verdict


def test_no_world_is_shown_with_fewer_wrong_sheets_than_are_proved() -> None:
    # Half of the stations are said to hold the votes of all, about as many as are on their lists.
    rows = [
        {"A": 60 + 3 * at % 17, "B": 40, "C": 9, "registered": 150 + 37 * at % 101}
        for at in range(100)
    ]
    votes = {name: sum(row[name] for row in rows) for name in "ABC"}
    told = nation(votes=votes, coverage=0.5, coverage_basis="stations")
    registered = sum(row["registered"] for row in rows)
    declared = declared_of(told, stations=100, registered=registered, all_votes_at_stations=True)
    report = report_of(rows, declared)
    assert report.verdict == "contradicted"
    assert report.feasibility is not None
    for low, high in (report.feasibility.sheets_wrong, report.feasibility.votes_wrong):
        assert high is None or low <= high


@pytest.mark.parametrize("beside", [{"ballots": 1386}, {"registered": 1800}])
def test_percentages_alone_of_valid_votes_that_are_not_declared(beside: dict[str, int]) -> None:
    shares = {"A": 62.1, "B": 28.4, "C": 9.5}
    row = {"votes": {}, "complete": True, **beside}
    told = declared_of(nation(**row, percentages=shares), stations=12)
    assert report_of(SHEETS, told).verdict == "consistent"
    told = declared_of(nation(**row, percentages={"A": 22.1, "B": 68.4, "C": 9.5}), stations=12)
    assert report_of(SHEETS, told).verdict == "contradicted"
