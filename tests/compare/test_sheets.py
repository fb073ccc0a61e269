"""D301, D302, D310, D311: the declared result against the sheets, by arithmetic."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify import Evidence, Registry, Status, TallyVerifyError
from tallyverify.compare import bounds, bounds_of
from tests.helpers.cases import declared_of, flagged, nation, report_of, table_of

ROWS = [
    {"state": "N", "town": "x", "A": 60, "B": 30, "C": 10},
    {"state": "N", "town": "y", "A": 50, "B": 45, "C": 5},
    {"state": "S", "town": "x", "A": 10, "B": 80, "C": 0},
]


def test_shortfall_is_told_with_its_arithmetic() -> None:
    # 60 + 50 + 10: without one of the sheets there are still 60 votes for A.
    said = nation(votes={"A": 10, "B": 200, "C": 20}, complete=True)
    report = report_of(ROWS, declared_of(said))
    (finding,) = report.of("D301")
    assert finding.evidence is Evidence.CONTRADICTION
    assert (finding.observed, finding.expected, finding.difference) == (120, 10, 110)
    assert finding.candidate == "A"
    assert "at least 2 of the 3 sheets (66.67 %) would have to be wrong" in finding.proof
    assert "with at least 110 votes on them; 1 is allowed for" in finding.proof
    assert ". Assumed: bulletin 1, the whole country: it is declared complete" in finding.proof
    assert finding.arithmetic == "120 (sum of 3 sheets) − 10 (bulletin 1) = 110"
    assert report.verdict == "contradicted"
    assert report.exit_code == 1


def test_states_of_one_name_in_two_states_are_kept_apart() -> None:
    areas = [
        {"area": {"state": "N", "town": "x"}, "votes": {"A": 60, "B": 30, "C": 10}},
        {"area": {"state": "S", "town": "x"}, "votes": {"A": 10, "B": 79, "C": 0}},
    ]
    report = report_of(ROWS, declared_of({"areas": areas}))
    (finding,) = [f for f in report.of("D301") if f.evidence is Evidence.DISCREPANCY]
    assert finding.area == {"state": "S", "town": "x"}
    assert finding.difference == 1


def test_group_and_totals_are_held_against_the_sheets() -> None:
    groups = [{"name": "others", "candidates": ["B", "C"], "votes": 169}]
    report = report_of(ROWS, declared_of(nation(votes={"A": 120}, groups=groups, valid=289)))
    sure = {f.message.split(":")[0] for f in report.of("D301")}
    assert sure == {"others", "valid votes"}


def test_area_without_sheets_is_named_and_not_passed_in_silence() -> None:
    areas = [{"area": {"state": "Nn"}, "votes": {"A": 1}}]
    report = report_of(ROWS, declared_of({"areas": areas}))
    result = report.check("D301")
    assert result.status is Status.NOT_APPLICABLE
    assert "did you mean 'N'?" in report.of("D301")[0].message
    assert report.verdict == "insufficient"


@pytest.mark.parametrize(("stations", "evidence"), [(3, Evidence.DISCREPANCY), (2, Evidence.NOTE)])
def test_partial_bulletin_may_lack_the_sheets_with_most(stations: int, evidence: Evidence) -> None:
    # Two of three stations may hold as little as 60 votes for A, all three hold 120.
    row = {"votes": {"A": 70, "B": 200, "C": 20}, "stations": stations}
    report = report_of(ROWS, declared_of(nation(**row), stations=3))
    (finding,) = report.of("D301")
    assert finding.evidence is evidence
    assert finding.difference == 50


def test_earlier_bulletin_of_unknown_extent_only_notes() -> None:
    first = nation(votes={"A": 10, "B": 10, "C": 1})
    last = nation(votes={"A": 120, "B": 155, "C": 15})
    report = report_of(ROWS, declared_of(first, last))
    assert {f.evidence for f in report.of("D301")} == {Evidence.NOTE}
    assert report.verdict == "consistent"


counts = st.integers(min_value=0, max_value=30)
rows_of_votes = st.lists(st.tuples(counts, counts, counts), min_size=1, max_size=7)


@given(rows_of_votes, st.tuples(counts, counts, counts), st.integers(0, 7))
def test_d301_flags_only_where_no_choice_of_stations_fits(
    votes: list[tuple[int, int, int]], declared: tuple[int, int, int], missing: int
) -> None:
    """Brute force: is there a set of so many stations that comes out at what is declared?"""
    total = len(votes)
    missing = min(missing, total - 1)
    rows = [dict(zip("ABC", row, strict=True)) for row in votes]
    said = nation(votes=dict(zip("ABC", declared, strict=True)), stations=total - missing)
    report = report_of(rows, declared_of(said, stations=total), checks="D301")
    for at, name in enumerate("ABC"):
        # An acta without any vote is not seen: that station may hold whatever is lacking.
        choices = [
            (sum(row[at] for row in kept), any(not any(row) for row in kept))
            for kept in combinations(votes, total - missing)
        ]
        possible = any(
            held == declared[at] or (held < declared[at] and open_) for held, open_ in choices
        )
        least = min(held for held, _ in choices)
        sure = any(
            f.candidate == name and f.evidence is not Evidence.NOTE for f in report.of("D301")
        )
        if sure:
            assert not possible
        if least > declared[at]:
            assert sure


@given(rows_of_votes)
def test_a_result_that_is_the_sum_is_never_accused(votes: list[tuple[int, int, int]]) -> None:
    rows = [dict(zip("ABC", row, strict=True)) for row in votes]
    sums = {name: sum(row[name] for row in rows) for name in "ABC"}
    total = sum(sums.values())
    report = report_of(rows, declared_of(nation(votes=sums, valid=total, stations=len(rows))))
    assert {f.evidence for f in report.findings} <= {Evidence.NOTE, Evidence.ANOMALY}


@given(rows_of_votes, st.tuples(counts, counts, counts))
def test_adding_a_station_adds_its_votes(
    votes: list[tuple[int, int, int]], more: tuple[int, int, int]
) -> None:
    rows = [dict(zip("ABC", row, strict=True)) for row in votes]
    before = report_of(rows).totals.votes
    after = report_of([*rows, dict(zip("ABC", more, strict=True))]).totals.votes
    assert [after[n] - before[n] for n in "ABC"] == list(more)


def test_need_beyond_the_unseen_voters() -> None:
    rows = [{**row, "registered": 150} for row in ROWS]
    said = declared_of(nation(votes={"A": 120, "B": 300, "C": 15}), registered=500)
    report = report_of(rows, said)
    (finding,) = report.of("D302")
    # Two of the sheets would have to be wrong, but 95 votes are less than a sheet has (96.67).
    assert finding.evidence is Evidence.DISCREPANCY
    assert (finding.observed, finding.expected, finding.difference) == (50, 145, -95)
    more = declared_of(nation(votes={"A": 120, "B": 302, "C": 15}), registered=500)
    assert report_of(rows, more).of("D302")[0].evidence is Evidence.CONTRADICTION
    fits = declared_of(nation(votes={"A": 120, "B": 205, "C": 15}), registered=500)
    (note,) = report_of(rows, fits).of("D302")
    assert note.evidence is Evidence.NOTE
    assert "100.00 %" in note.message


def test_an_unread_figure_leaves_room_for_its_votes() -> None:
    rows = [{**row, "registered": 150} for row in ROWS]
    rows[2] = {**rows[2], "B": None}  # its 80 votes for B were not read
    said = declared_of(nation(votes={"A": 120, "B": 155, "C": 15}), registered=450)
    assert flagged(report_of(rows, said)) == []


def test_capacity_by_the_registry_not_by_the_declaration() -> None:
    stations = [
        {"station": f"{at:03d}", "areas": {"state": "N"}, "registered": 100} for at in range(1, 6)
    ]
    registry = Registry.of(stations)
    at_stations = {"stations": 5, "all_votes_at_stations": True, "registered": 500}
    said = declared_of(nation(votes={"A": 120, "B": 356, "C": 15}), **at_stations)
    (finding,) = report_of(ROWS, said, registry).of("D302")
    assert (finding.observed, finding.expected) == (200, 201)
    assert finding.evidence is Evidence.DISCREPANCY
    fits = declared_of(nation(votes={"A": 120, "B": 355, "C": 15}), **at_stations)
    assert flagged(report_of(ROWS, fits, registry)) == []
    # Wrong sheets hold no more than their lists, so that two would have to be.
    rows = [{**row, "registered": 100} for row in ROWS]
    more = declared_of(nation(votes={"A": 120, "B": 456, "C": 15}), **at_stations)
    (finding,) = report_of(rows, more, registry).of("D302")
    assert (finding.observed, finding.expected) == (200, 301)
    assert finding.evidence is Evidence.CONTRADICTION


def test_winner_settled_or_not() -> None:
    rows = [{**row, "registered": 100} for row in ROWS]
    said = declared_of(nation(votes={"A": 160, "B": 155, "C": 15}), registered=300)
    report = report_of(rows, said)
    assert report.check("D310").reason == "settled"
    assert report.of("D311")[0].evidence is Evidence.CONTRADICTION
    open_ = declared_of(nation(votes={"A": 156, "B": 155, "C": 15}), registered=336)
    report = report_of(rows, open_)
    assert report.check("D310").reason == "not settled"
    assert "could add up to 36" in report.of("D310")[0].message
    assert report.of("D311")[0].evidence is Evidence.NOTE
    assert flagged(report) == []


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=6), st.integers(0, 2000))
def test_bounds_hold_for_every_way_to_fill_the_unseen(votes: list[int], unseen: int) -> None:
    named = {str(at): count for at, count in enumerate(votes)}
    found = bounds_of(named, unseen)
    for name, count in named.items():
        assert 0 <= found.low[name] <= found.high[name] <= 1
        whole = sum(votes) + unseen
        if whole:
            assert found.high[name] == pytest.approx((count + unseen) / whole)
    wider = bounds_of(named, unseen + 10)
    assert all(wider.low[n] <= found.low[n] and wider.high[n] >= found.high[n] for n in named)
    assert found.settled == (sorted(votes)[-1] > sorted(votes)[-2] + unseen)


def test_bounds_need_to_know_the_unseen() -> None:
    table = table_of([{**row, "registered": 200} for row in ROWS])
    assert bounds(table, registered=700).unseen_votes == 100
    assert bounds(table, stations=4).unseen_votes == 200
    assert bounds(table, registered=700, turnout_cap=0.5).unseen_votes == 50
    assert bounds(table, registered=700, turnout_cap="observed").unseen_votes == 50
    assert bounds(table, registered=0).unseen_votes == 0
    with pytest.raises(TallyVerifyError, match="how many voters the unseen stations have"):
        bounds(table)
    for few in ({"registered": -1}, {"stations": -1}):
        with pytest.raises(TallyVerifyError, match="is a number of 0 or more, not -1"):
            bounds(table, **few)  # type: ignore[arg-type]
