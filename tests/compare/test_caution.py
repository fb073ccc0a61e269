"""Honest results that must not be accused, and impossible ones that must not pass."""

from __future__ import annotations

from typing import Any

import pytest

from tallyverify import Contest, Evidence, InputError, Registry, Report, Status
from tests.helpers.cases import CONTEST, declared_of, flagged, nation, report_of

ROWS = [
    {"state": "N", "town": "x", "registered": 150, "A": 60, "B": 30, "C": 10},
    {"state": "N", "town": "y", "registered": 150, "A": 50, "B": 45, "C": 5},
    {"state": "S", "town": "x", "registered": 150, "A": 10, "B": 80, "C": 0},
]
SUMS = {"A": 120, "B": 155, "C": 15}


def honest(report: Report) -> None:
    assert flagged(report) == []
    assert report.verdict == "consistent"


def listed(*more: dict[str, Any], voters: int = 150) -> Registry:
    stations = [
        {"station": f"{at:03d}", "areas": {"state": state}, "registered": voters}
        for at, state in enumerate("NNS", start=1)
    ]
    return Registry.of([*stations, *more])


@pytest.mark.parametrize("line", ["valid", "null", "blank"])
def test_a_line_that_was_not_read_is_not_needed_of_the_unseen(line: str) -> None:
    rows = [{**row, "valid": row["A"] + row["B"] + row["C"], "null": 5, "blank": 5} for row in ROWS]
    rows[1] = {**rows[1], line: None}
    said = nation(votes=SUMS, valid=290, null=15, blank=15, stations=3)
    honest(report_of(rows, declared_of(said, stations=3, registered=450)))


def test_ballots_do_not_use_up_votes_that_were_not_read() -> None:
    rows = [{"ballots": 250, "A": 150, "B": 100, "C": 0}, {"ballots": 350, "A": 150, "C": 0}]
    rows[1]["B"] = None
    said = declared_of(nation(votes={"A": 300, "B": 300, "C": 0}), registered=600)
    report = report_of(rows, said)
    honest(report)
    # Without lists on the sheets the register does not bound what the unseen hold.
    assert report.check("D310").status is Status.NOT_APPLICABLE
    said = declared_of(
        nation(votes={"A": 300, "B": 300, "C": 0}, all_votes_at_stations=True), stations=2
    )
    report = report_of(rows, said)
    honest(report)
    assert report.check("D310").reason == "not settled"
    assert report.of("D310")[0].expected == 200  # 350 ballots less the 150 votes that were read


def test_spellings_of_an_area_are_one_area() -> None:
    areas = [{"area": {"state": " n "}, "votes": {"A": 110, "B": 75, "C": 15}}]
    report = report_of(ROWS, declared_of({"areas": areas}), listed())
    honest(report)
    areas[0]["votes"] = {"A": 109, "B": 75, "C": 15}
    assert flagged(report_of(ROWS, declared_of({"areas": areas}))) == ["D301"]
    twice = [*areas, {"area": {"state": "N"}, "votes": {"A": 110}}]
    with pytest.raises(InputError, match="two spellings"):
        report_of(ROWS, declared_of({"areas": twice}))


def test_a_station_that_registry_and_sheet_place_differently() -> None:
    rows = [{**row, "state": row["state"] + "ORTE"} for row in ROWS]
    areas = [{"area": {"state": "N"}, "votes": {"A": 110, "B": 75, "C": 15}}]
    assert flagged(report_of(rows, declared_of({"areas": areas}), listed())) == []


def test_part_of_a_bulletin_says_that_it_is_not_complete() -> None:
    areas = [
        {"votes": {"A": 70, "B": 125, "C": 10}},
        {"area": {"state": "N"}, "votes": {"A": 60, "B": 30, "C": 10}, "coverage": 0.5},
        {"area": {"state": "N", "town": "y"}, "votes": {"A": 0, "B": 0, "C": 0}},
    ]
    report = report_of(ROWS, declared_of({"areas": areas}), listed())
    assert report.counts()["contradiction"] == 0


def test_stations_without_a_total_do_not_make_a_last_bulletin_partial() -> None:
    said = nation(votes={**SUMS, "A": 119}, stations=3)
    # Whether there are others than the three that were seen is not known: nothing is proved.
    report = report_of(ROWS, declared_of(said))
    assert flagged(report) == []
    assert "the stations that the bulletin leaves out could" in report.of("D301")[0].message
    report = report_of(ROWS, declared_of(said, stations=3))
    assert flagged(report) == ["D301"]
    assert report.of("D301")[0].evidence is Evidence.DISCREPANCY  # one sheet explains it
    worse = nation(votes={**SUMS, "A": 9}, stations=3)
    assert report_of(ROWS, declared_of(worse, stations=3)).verdict == "contradicted"
    # A registry that nobody declares complete may lack a station, which the bulletin then has.
    assert flagged(report_of(ROWS, declared_of(said), listed())) == []
    assert flagged(report_of(ROWS, declared_of(worse), listed())) == ["D301"]


def test_a_last_bulletin_that_says_nothing_of_its_extent_is_only_taken_as_whole() -> None:
    worse = nation(votes={**SUMS, "A": 9})
    report = report_of(ROWS, declared_of(worse))
    assert report.verdict == "discrepant"
    assert '"complete": true in it would make this a contradiction' in report.of("D301")[0].proof
    assert report_of(ROWS, declared_of({**worse, "complete": True})).verdict == "contradicted"
    partly = {**worse, "complete": False}
    assert report_of(ROWS, declared_of(partly)).verdict == "consistent"


@pytest.mark.parametrize(
    "row",
    [
        {"votes": {"A": 10}, "groups": [{"name": "o", "candidates": ["B", "C"], "votes": 900}]},
        {"votes": {"A": 150}, "valid": 900},
        {"votes": {"A": 150}},
    ],
)
def test_a_winner_that_is_not_declared_is_not_held_against_the_sheets(row: dict[str, Any]) -> None:
    report = report_of(ROWS, declared_of(nation(**row)), checks="D311")
    assert report.check("D311").status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("row", "evidence"),
    [
        ({"votes": {"A": 80}, "percentages": {"A": 66.7}}, set()),
        (
            {
                "valid": 95,
                "votes": {"A": 57, "B": 38, "C": 0},
                "percentages": {"A": 57.0, "B": 38.0},
            },
            {Evidence.NOTE},
        ),
        (
            {
                "valid": 3,
                "votes": {"A": 1, "B": 1, "C": 1},
                "percentages": {"A": 33.4, "B": 33.3, "C": 33.3},
            },
            {Evidence.NOTE},
        ),
        (
            {
                "valid": 100,
                "ballots": 100,
                "votes": {"A": 60, "B": 40, "C": 0},
                "percentages": {"A": 62.0, "B": 38.0},
            },
            {Evidence.DISCREPANCY},  # one vote beyond a unit: a slip of the pen
        ),
        (
            {
                "valid": 1000,
                "ballots": 1000,
                "votes": {"A": 600, "B": 400, "C": 0},
                "percentages": {"A": 62.0, "B": 38.0},
            },
            {Evidence.CONTRADICTION},
        ),
        (
            {
                "valid": 100,
                "votes": {"A": 60, "B": 40, "C": 0},
                "percentages": {"A": 40.0, "B": 60.0},
            },
            {Evidence.CONTRADICTION},
        ),
    ],
)
def test_percentages_of_a_total_that_is_not_declared(
    row: dict[str, Any], evidence: set[Evidence]
) -> None:
    report = report_of(ROWS, declared_of(nation(**row)), checks="D304")
    assert {f.evidence for f in report.findings} - {Evidence.NOTE} == evidence - {Evidence.NOTE}


def test_percentages_written_as_fractions_are_refused() -> None:
    with pytest.raises(InputError, match=r"write 51\.2"):
        declared_of(nation(votes={"A": 6, "B": 4}, percentages={"A": 0.6, "B": 0.4}))


def test_blank_votes_may_be_among_the_valid() -> None:
    said = nation(votes=SUMS, valid=300, blank=10, null=5, ballots=305)
    assert flagged(report_of(ROWS, declared_of(said))) == []


def test_people_may_vote_in_an_area_where_they_are_not_registered() -> None:
    area = {"area": {"state": "S"}, "votes": {"A": 10, "B": 80}, "ballots": 95, "registered": 90}
    assert flagged(report_of(ROWS, declared_of({"areas": [area]}))) == []


def test_a_registry_that_lacks_stations_is_not_relied_on() -> None:
    few = Registry.of([{"station": "001", "areas": {"state": "N"}, "registered": 150}])
    said = nation(votes={"A": 500, "B": 400, "C": 15})
    report = report_of(ROWS, declared_of(said, stations=10, registered=1500), few)
    assert flagged(report) == ["T203"]
    assert report.verdict == "consistent"


def test_voters_off_the_list_leave_room_for_booths_without_one() -> None:
    booth = {"station": "900", "areas": {"state": "S"}, "registered": 0}
    said = nation(votes={"A": 180, "B": 215, "C": 25})
    honest(report_of(ROWS, declared_of(said, registered=450), listed(booth)))
    crowded = [*ROWS, {"state": "S", "registered": 10, "A": 20, "B": 0, "C": 0}]
    more = declared_of(nation(votes={"A": 300, "B": 155, "C": 15}), registered=500)
    assert "D302" not in flagged(report_of(crowded, more))
    # Without such a booth the lists use the register up.
    report = report_of(ROWS, declared_of(said, registered=450), listed())
    assert "D302" in flagged(report)
    assert report.verdict == "contradicted"


def test_a_correction_between_two_bulletins() -> None:
    north = {"area": {"state": "N"}, "votes": {"A": 200}}
    first = {"areas": [north]}
    middle = {"areas": [{"votes": SUMS}], "correction": True}
    last = {"areas": [{**north, "votes": {"A": 110}}]}
    assert flagged(report_of(ROWS, declared_of(first, middle, last))) == []


def test_votes_beyond_the_sum_where_every_station_was_seen() -> None:
    said = nation(votes={**SUMS, "A": 121}, stations=3, coverage=1)
    assert flagged(report_of(ROWS, declared_of(said, stations=3, registered=10_000))) == ["D302"]
    one_more = nation(votes={**SUMS, "A": 121}, all_votes_at_stations=True)
    assert flagged(report_of(ROWS, declared_of(one_more, stations=3), listed())) == ["D302"]
    # Postal votes, or a station that the registry lacks, may be what is more.
    postal = nation(votes={**SUMS, "A": 121})
    assert flagged(report_of(ROWS, declared_of(postal, stations=3), listed())) == []
    assert flagged(report_of(ROWS, declared_of(one_more), listed())) == []


def test_votes_beyond_ballots_or_registered() -> None:
    assert "D303" in flagged(report_of(ROWS, declared_of(nation(votes=SUMS, ballots=200))))
    said = nation(votes=SUMS, registered=900)
    # More voters on the lists than are declared: the gate asks first what the lines mean.
    assert flagged(report_of(ROWS, declared_of(said, registered=200))) == ["T215"]


def test_no_usable_sheet_is_not_consistent() -> None:
    zero = [{**row, "A": 0, "B": 0, "C": 0} for row in ROWS]
    unread = [{**row, "A": "60.5", "B": "30.1", "C": "9.4"} for row in ROWS]
    for rows in (zero, unread):
        assert report_of(rows, declared_of(nation(votes=SUMS))).verdict == "insufficient"


def test_a_wrong_column_stops_the_sums() -> None:
    rows = [{**ROWS[0], "valid": 100, "A": 700}] * 12
    report = report_of(rows, declared_of(nation(votes=SUMS)))
    assert report.check("D301").status is Status.NOT_APPLICABLE
    assert "wrong column" in report.check("D301").reason
    assert report.verdict == "insufficient"


def test_batch_of_more_votes_for_all_than_valid_votes() -> None:
    first = nation(votes={"A": 10, "B": 10}, valid=30)
    last = nation(votes={"A": 90, "B": 90}, valid=130)
    report = report_of(ROWS, declared_of(first, last), checks="D307")
    assert flagged(report) == ["D307"]


def test_groups_are_followed_through_areas_and_bulletins() -> None:
    group = {"name": "others", "candidates": ["B", "C"]}
    areas = [
        {"votes": {"A": 5}, "groups": [{**group, "votes": 10}]},
        {"area": {"state": "N"}, "votes": {"A": 5, "B": 8, "C": 8}},
    ]
    report = report_of(ROWS, declared_of({"areas": areas}), checks="D308")
    assert flagged(report) == ["D308"]
    both = [{"name": "both", "candidates": ["A", "B"], "votes": 80}]
    first, last = nation(votes={"A": 90}), nation(votes={"C": 1}, groups=both)
    assert flagged(report_of(ROWS, declared_of(first, last), checks="D306")) == ["D306"]


def test_a_thousand_notes_hide_no_contradiction() -> None:
    contest = Contest.model_validate(CONTEST.model_dump(exclude={"balances"}))
    areas = [{"area": {"state": f"X{at}"}, "votes": {"A": 1}} for at in range(1005)]
    areas.append({"area": {"state": "N"}, "votes": {"A": 5}})
    said = {"areas": areas, "complete": True}
    report = report_of(ROWS, declared_of(said), contest=contest)
    assert report.verdict == "contradicted"


def test_more_sheets_than_stations_is_said() -> None:
    report = report_of(ROWS, declared_of(nation(votes=SUMS), stations=2))
    assert flagged(report) == ["D309"]
    assert report.of("D309")[0].evidence is Evidence.QUALITY


def test_spellings_in_the_registry() -> None:
    registry = Registry.of(
        [
            {"station": "001", "areas": {"state": "Nor"}, "registered": 100},
            {"station": "002", "areas": {"state": "NOR"}, "registered": 100},
        ]
    )
    areas = [{"area": {"state": "Nor"}, "votes": {"A": 80, "B": 40, "C": 0}}]
    sheet = {"state": "nor", "A": 40, "B": 20, "C": 0}
    honest(report_of([sheet], declared_of({"areas": areas}, stations=2), registry))
    both = [sheet, {**sheet, "state": "Nor"}]
    areas[0]["votes"] = {"A": 130, "B": 40, "C": 0}
    report = report_of(both, declared_of({"areas": areas}, stations=2), registry)
    assert flagged(report) == ["D302"]
    assert report.of("D302")[0].area == {"state": "Nor"}


def test_checks_of_bulletins_do_not_rely_on_a_registry_that_lacks_stations() -> None:
    few = listed(voters=10)
    first = nation(votes={"A": 10, "B": 10, "C": 0}, valid=20, stations=2)
    last = nation(votes={"A": 25, "B": 15, "C": 0}, valid=40, stations=3)
    report = report_of(ROWS, declared_of(first, last, stations=4), few, checks="D307")
    assert flagged(report) == []
    areas = [
        {"votes": {"A": 90}},
        *({"area": {"state": name}, "votes": {"A": 40}} for name in "NS"),
    ]
    report = report_of(ROWS, declared_of({"areas": areas}, stations=4), few, checks="D308")
    assert flagged(report) == []


def test_a_bulletin_of_a_booth_without_a_list() -> None:
    first = nation(votes={"A": 30, "B": 30, "C": 0}, valid=60, stations=1, registered=0)
    report = report_of(ROWS, declared_of(first, stations=4, registered=500), checks="D303")
    assert flagged(report) == []


def test_fewer_stations_than_sheets_is_a_part() -> None:
    said = nation(votes={"A": 60, "B": 80, "C": 10}, stations=2)
    assert "D301" not in flagged(report_of(ROWS, declared_of(said)))


def test_an_areas_registered_voters_bound_nothing() -> None:
    area = {
        "area": {"state": "N"},
        "votes": {"A": 200, "B": 100, "C": 15},
        "registered": 300,
        "coverage": 1,
    }
    assert flagged(report_of(ROWS, declared_of({"areas": [area]}))) == []
