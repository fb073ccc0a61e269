"""D308, D309: areas, coverages and stations, each limit from both of its sides."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tallyverify import Evidence, Registry, Status
from tests.helpers.cases import asked, declared_of, figures, nation, report_of

VOTES = {"A": 500, "B": 400, "C": 100}
NOTE, QUALITY = Evidence.NOTE, Evidence.QUALITY
DISCREPANCY, CONTRADICTION = Evidence.DISCREPANCY, Evidence.CONTRADICTION
SHEETS = [{"state": "N", "town": "x", "A": 1, "B": 1, "C": 1}]
of = partial(asked, SHEETS)


@pytest.mark.parametrize(
    ("south", "more", "found"),
    [
        (400, {}, None),
        (401, {}, (1001, 1000)),
        (399, {}, (999, 1000)),
        (399, {"stations": 5}, (999, 1000)),
    ],
)
def test_areas_sum_to_their_parent(
    south: int, more: dict[str, Any], found: tuple[int, int] | None
) -> None:
    rows = [
        {"votes": {"A": 1000}, "stations": 4, **more},
        {"area": {"state": "N"}, "votes": {"A": 600}, "stations": 2},
        {"area": {"state": "S"}, "votes": {"A": south}, "stations": 2},
    ]
    report = of("D308", {"areas": rows})
    told = [one for one in report.of("D308") if one.message.find("A: 2 areas") >= 0]
    assert [(one.observed, one.expected) for one in told] == ([found] if found else [])
    for one in told:
        gap = south - 400
        assert one.difference == gap
        spelt = f"{600 + south:,} − 1,000 = {'−' if gap < 0 else ''}{abs(gap)}"
        assert one.arithmetic == spelt
        assert f"2 areas below sum to {600 + south:,}, 1,000 are declared" in one.message
        assert one.evidence is (NOTE if more else DISCREPANCY)
    check = report.check("D308")
    assert check.reason == "1 parent area"
    assert check.statistic == sum(one.evidence is not NOTE for one in report.of("D308"))


@pytest.mark.parametrize(
    ("listed", "evidence"),
    [(("N", "S"), DISCREPANCY), (("N", "S", "W"), NOTE), (("N",), DISCREPANCY)],
)
def test_areas_are_all_there_if_the_registry_names_no_other(
    listed: tuple[str, ...], evidence: Evidence
) -> None:
    registry = Registry.of(
        [{"station": f"{at:03d}", "areas": {"state": name}} for at, name in enumerate(listed, 1)]
    )
    rows = [
        {"votes": {"A": 1000}, "complete": True},
        {"area": {"state": "N"}, "votes": {"A": 600}, "complete": True},
        {"area": {"state": "S"}, "votes": {"A": 399}, "complete": True},
    ]
    report = of("D308", {"areas": rows}, registry=registry, stations=len(listed))
    (finding,) = report.of("D308")
    assert figures(finding) == (999, 1000, -1)
    assert finding.evidence is evidence


def test_a_registry_without_any_station_there_names_no_area() -> None:
    registry = Registry.of([{"station": "001", "areas": {"state": "S", "town": "z"}}])
    towns = [
        {"area": {"state": "N", "town": town}, "votes": {"A": votes}, "complete": True}
        for town, votes in (("x", 600), ("y", 399))
    ]
    rows = [{"area": {"state": "N"}, "votes": {"A": 1000}, "complete": True}, *towns]
    report = of("D308", {"areas": rows}, registry=registry, stations=1)
    (finding,) = report.of("D308")
    assert (finding.evidence, figures(finding)) == (NOTE, (999, 1000, -1))


def test_beyond_the_most_proofs_it_is_said_that_none_was_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tallyverify.compare.declared.nested.MOST_PROOFS", 1)
    rows = [
        {"votes": {"A": 1000, "B": 900, "C": 0}, "stations": 4},
        {"area": {"state": "N"}, "votes": {"A": 700, "B": 600, "C": 0}, "stations": 2},
        {"area": {"state": "S"}, "votes": {"A": 400, "B": 350, "C": 0}, "stations": 2},
    ]
    first, second = of("D308", {"areas": rows}).of("D308")
    assert (figures(first), first.evidence is NOTE) == ((1100, 1000, 100), False)
    assert (figures(second), second.evidence) == ((950, 900, 50), NOTE)
    assert second.message.endswith("larger differences were proved first, and this one was not")


def test_a_group_that_areas_call_otherwise_is_the_same() -> None:
    def row(name: str, votes: int, **more: Any) -> dict[str, Any]:
        group = {"name": name, "candidates": ["B", "C"], "votes": votes}
        return {"votes": {"A": 1}, "groups": [group], **more}

    rows = [
        row("others", 1000, stations=4),
        row("rest", 600, area={"state": "N"}, stations=2),
        row("rest", 500, area={"state": "S"}, stations=2),
    ]
    found = {figures(one): one.evidence for one in of("D308", {"areas": rows}).of("D308")}
    assert found[1100, 1000, 100] is not NOTE


@pytest.mark.parametrize(("south", "found"), [(399, []), (400, []), (401, [(1001, 1000, 1)])])
def test_areas_that_tell_a_part_of_a_group_may_hold_less(
    south: int, found: list[tuple[int, int, int]]
) -> None:
    group = {"name": "others", "candidates": ["B", "C"], "votes": 1000}
    rows = [
        {"votes": {"A": 1}, "groups": [group], "stations": 4},
        {"area": {"state": "N"}, "votes": {"B": 600}, "stations": 2},
        {"area": {"state": "S"}, "votes": {"B": south}, "stations": 2},
    ]
    told = [one for one in of("D308", {"areas": rows}).of("D308") if "others" in one.message]
    assert [figures(one) for one in told] == found


def test_towns_lie_in_their_state_and_not_in_the_country_beside_it() -> None:
    def rows(town: int) -> dict[str, Any]:
        return {
            "areas": [
                {"votes": {"A": 1000}, "stations": 4},
                {"area": {"state": "N"}, "votes": {"A": 1000}, "stations": 4},
                {"area": {"state": "N", "town": "x"}, "votes": {"A": town}, "stations": 4},
            ]
        }

    fits = of("D308", rows(1000))
    assert fits.of("D308") == ()
    assert fits.check("D308").reason == "2 parent areas"
    (finding,) = of("D308", rows(1100)).of("D308")
    assert finding.area == {"state": "N"}
    assert figures(finding) == (1100, 1000, 100)
    # Without the state, the towns are next below the country.
    left = {"areas": [rows(1100)["areas"][0], rows(1100)["areas"][2]]}
    (finding,) = of("D308", left).of("D308")
    assert finding.area == {}


def test_lines_are_summed_over_the_areas_that_declare_them() -> None:
    rows = [
        {"votes": {"A": 1000}, "null": 9, "stations": 4},
        {"area": {"state": "N"}, "votes": {"A": 600}, "null": 9, "stations": 2},
        {"area": {"state": "S"}, "votes": {"A": 400}, "stations": 2},
    ]
    assert of("D308", {"areas": rows}).of("D308") == ()
    rows[1]["null"] = 10
    (finding,) = of("D308", {"areas": rows}).of("D308")
    assert figures(finding) == (10, 9, 1)
    rows[1]["null"] = 8
    (finding,) = of("D308", {"areas": rows}).of("D308")
    assert (finding.evidence, figures(finding)) == (NOTE, (8, 9, -1))


@pytest.mark.parametrize(
    ("coverage", "stations", "expected"),
    [
        # 96.87 % give or take 0.005, and as much again where it was cut off.
        (0.9687, 9686, None),
        (0.9687, 9688, None),
        (0.9687, 9685, 9687),
        (0.9687, 9689, 9687),
    ],
)
def test_a_coverage_may_be_off_by_a_unit(
    coverage: float, stations: int, expected: int | None
) -> None:
    row = nation(votes=VOTES, coverage=coverage, stations=stations)
    for basis, evidence in (("stations", QUALITY), ("registered", NOTE)):
        report = of("D309", row, stations=10_000, coverage_basis=basis)
        found = report.of("D309")
        assert [one.expected for one in found] == ([expected] if expected else [])
        for one in found:
            assert one.observed == stations
            share = f"{stations / 100:g}"
            assert one.arithmetic == f"{stations:,} of 10,000 stations = {share} %"
            assert "a coverage of 96.865 to 96.875 % is claimed" in one.message
            assert f"the stations counted are {share} %" in one.message
            assert one.evidence is evidence or basis == "stations"
            assert one.evidence is not NOTE or basis == "registered"
        assert report.check("D309").reason == "1 area"
        assert report.check("D309").statistic == len(found)


@pytest.mark.parametrize(("stations", "found"), [(10, 0), (11, 1)])
def test_more_stations_counted_than_there_are(stations: int, found: int) -> None:
    report = of("D309", nation(votes=VOTES, stations=stations), stations=10)
    assert len(report.of("D309")) == found
    for one in report.of("D309"):
        assert figures(one) == (11, 10, 1)
        assert one.arithmetic == "11 of 10 stations: 1 too many"
        assert "11 stations are counted where there are 10" in one.message
        assert one.evidence is CONTRADICTION
        assert "exclude each other, by at least 1,000 votes" in one.proof


def test_more_stations_than_there_are_of_which_no_proof_speaks() -> None:
    (one,) = of("D309", nation(votes=VOTES, stations=11, complete=True), stations=10).of("D309")
    assert (one.evidence, one.proof, figures(one)) == (QUALITY, "", (11, 10, 1))


@pytest.mark.parametrize(("declared", "found"), [(3, 0), (2, 1)])
def test_more_sheets_than_stations_that_are_declared(declared: int, found: int) -> None:
    rows = [{**SHEETS[0], "station": f"{at}"} for at in range(3)]
    report = report_of(rows, declared_of(nation(votes=VOTES), stations=declared), checks="D309")
    assert len(report.of("D309")) == found
    for one in report.of("D309"):
        assert (one.evidence, *figures(one)) == (QUALITY, 3, 2, 1)
        assert one.arithmetic == "3 − 2 = 1"
        assert "sheets of 3 stations, and 2 are declared" in one.message
    status = report.check("D309").status
    assert status is (Status.FLAGGED if found else Status.NOT_APPLICABLE)
