"""D301, D302: the figures that a finding names, and each limit from both of its sides."""

from __future__ import annotations

from typing import Any

import pytest

from tallyverify import Evidence, Report, Status
from tests.helpers.cases import asked, figures, nation

ROWS = [
    {"state": "N", "town": "x", "A": 60, "B": 30, "C": 10, "registered": 150},
    {"state": "N", "town": "y", "A": 50, "B": 45, "C": 5, "registered": 150},
    {"state": "S", "town": "x", "A": 10, "B": 80, "C": 0, "registered": 150},
]
NOTE, DISCREPANCY, CONTRADICTION = Evidence.NOTE, Evidence.DISCREPANCY, Evidence.CONTRADICTION
SUMS = {"A": 120, "B": 155, "C": 15}


def of(code: str, *bulletins: dict[str, Any], rows: Any = ROWS, **more: Any) -> Report:
    return asked(rows, code, *bulletins, **more)


@pytest.mark.parametrize(("declared", "found"), [(119, 1), (120, 0), (121, 0)])
def test_below_is_by_one_vote_and_not_by_none(declared: int, found: int) -> None:
    report = of("D301", nation(votes={**SUMS, "A": declared}, complete=True))
    assert len(report.of("D301")) == found
    for one in report.of("D301"):
        assert figures(one) == (120, 119, 1)
        assert one.arithmetic == "120 (sum of 3 sheets) − 119 (bulletin 1) = 1"
        assert "A: the sheets of the whole country hold 120, 1 more than the 119" in one.message
        assert one.evidence is DISCREPANCY
        assert one.candidate == "A"
    check = report.check("D301")
    assert check.statistic == found
    assert check.effect == (1 if found else None)
    assert check.reason == "3 declared figures held against the sheets"


def test_those_with_most_votes_come_first_and_each_has_its_own_figures() -> None:
    report = of("D301", nation(votes={"A": 110, "B": 100, "C": 15}, valid=225))
    found = [(one.candidate, one.observed, one.difference) for one in report.of("D301")]
    assert sorted(found, key=str) == [("A", 120, 10), ("B", 155, 55), (None, 290, 65)]
    check = report.check("D301")
    assert (check.effect, check.statistic) == (65, 3)
    assert check.reason == "4 declared figures held against the sheets"
    valid = next(one for one in report.of("D301") if one.candidate is None)
    assert valid.message.startswith(
        "valid votes: the sheets of the whole country hold 290, 65 more"
    )


def test_beyond_the_most_proofs_it_is_said_that_none_was_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tallyverify.compare.declared_below_seen.MOST_PROOFS", 1)
    report = of("D301", nation(votes={"A": 110, "B": 100, "C": 15}))
    first, second = report.of("D301")
    assert (first.candidate, first.evidence, second.candidate) == ("B", DISCREPANCY, "A")
    assert second.evidence is NOTE
    says = "larger differences were proved first, and this one was not"
    assert second.message.endswith(says)
    assert says not in first.message


def test_areas_that_no_sheet_names_are_told_and_not_compared() -> None:
    areas = [
        {"votes": SUMS},
        {"area": {"state": "N"}, "votes": {"A": 110, "B": 75, "C": 15}},
        {"area": {"state": "Sur"}, "votes": {"A": 10, "B": 80, "C": 0}},
    ]
    report = of("D301", {"areas": areas})
    (finding,) = report.of("D301")
    assert finding.evidence is NOTE
    assert finding.area == {"state": "Sur"}
    assert finding.message.startswith("bulletin 1 declares Sur, of which there is no sheet")
    assert report.check("D301").reason == "6 declared figures held against the sheets"
    assert report.check("D301").statistic == 0


def test_levels_that_the_sheets_lack_are_told_once_with_how_many_areas() -> None:
    rows = [{name: row[name] for name in ("A", "B", "C")} for row in ROWS]
    areas = [{"votes": SUMS}] + [
        {"area": {"state": name}, "votes": {"A": 1, "B": 1, "C": 1}} for name in "NS"
    ]
    report = of("D301", {"areas": areas}, rows=rows)
    (finding,) = report.of("D301")
    assert finding.evidence is NOTE
    assert finding.message.startswith("2 declared areas could not be compared")
    assert finding.message.endswith("which of them a station lies in (e.g. N)")
    assert report.check("D301").status is Status.PASSED
    alone = of("D301", {"areas": areas[1:]}, rows=rows).check("D301")
    assert alone.status is Status.NOT_APPLICABLE


def test_a_partial_bulletin_says_why_it_proves_nothing() -> None:
    first = nation(votes={"A": 10, "B": 10, "C": 1})
    last = nation(votes=SUMS)
    unknown = of("D301", first, last).of("D301")
    assert len(unknown) == 3
    assert all("nor how many stations it leaves out" in one.message for one in unknown)
    part = nation(votes={"A": 70, "B": 155, "C": 15}, stations=2)
    (finding,) = of("D301", part, stations=3).of("D301")
    assert finding.message.endswith(
        "the stations that the bulletin leaves out could account for that"
    )


def test_what_a_bulletin_proves_does_not_rest_on_those_after_it() -> None:
    part = {**nation(votes={"A": 60}, stations=1), "issued": "2024-07-28"}
    whole = {**nation(votes={"A": 111, "B": 155}, complete=True), "issued": "2024-07-29"}
    found = {one.bulletin: one for one in of("D301", part, whole, stations=3).of("D301")}
    assert (found["1"].evidence, found["1"].proof) == (NOTE, "")
    assert (found["2"].evidence, figures(found["2"])) == (DISCREPANCY, (120, 111, 9))


@pytest.mark.parametrize(
    ("voters", "room", "found"),
    [(460, 10, CONTRADICTION), (500, 50, DISCREPANCY), (594, 144, DISCREPANCY), (595, 145, NOTE)],
)
def test_votes_still_needed_beside_the_room_for_them(
    voters: int, room: int, found: Evidence
) -> None:
    said = nation(votes={"A": 120, "B": 300, "C": 15}, complete=True)
    (finding,) = of("D302", said, registered=voters).of("D302")
    assert finding.evidence is found
    assert figures(finding) == (room, 145, room - 145)
    if found is NOTE:
        assert "would have to hold 145 ballots, where there is room for 145" in finding.message
        assert finding.message.endswith(
            "100.00 % of the votes for B (in 5 seen areas of like size: at most 88.89 %); "
            "the highest turnout in any seen area was 66.67 % (valid votes)"
        )
    else:
        few = 145 - room
        assert f"145 ballots, but there is room for {room}: {few} too few" in finding.message
    assert finding.arithmetic == (
        f"145 (B) → 145 still needed; room for {room}: up to a tenth of the declared votes (43) "
        'may belong to no station (postal, abroad); "all_votes_at_stations": true would say '
        f"otherwise; {voters} registered voters − 450 on the lists of the seen sheets leave {room}"
    )
    check = of("D302", said, registered=voters).check("D302")
    assert check.reason == "1 declared area"
    assert check.statistic == (found is not NOTE)


@pytest.mark.parametrize(
    ("row", "needed", "spelt"),
    [
        ({"null": -1}, 25, "20 (A) + 5 (C)"),  # fewer than the sheets hold
        ({}, 25, "20 (A) + 5 (C)"),
        ({"valid": 314}, 25, "20 (A) + 5 (C)"),
        ({"valid": 315}, 25, "20 (A) + 5 (C)"),
        ({"valid": 316}, 26, "316 − 290 = 26 (valid votes)"),
        ({"null": 4}, 29, "20 (A) + 5 (C) + 4 (null votes)"),
        ({"null": 4, "blank": 3}, 32, "20 (A) + 5 (C)"),
        ({"ballots": 315}, 25, "20 (A) + 5 (C)"),
        ({"ballots": 316}, 26, "26 (ballots)"),
    ],
)
def test_what_is_still_needed_is_the_most_that_the_figures_say(
    row: dict[str, Any], needed: int, spelt: str
) -> None:
    lines = [{"valid": sum(one[n] for n in "ABC"), "null": 0, "blank": 0} for one in ROWS]
    if row.get("null") == -1:
        lines, row = [{**line, "null": 2} for line in lines], {"null": 5}
    full = [
        {**one, **line, "ballots": line["valid"] + line["null"]}
        for one, line in zip(ROWS, lines, strict=True)
    ]
    said = nation(**{"votes": {"A": 140, "B": 155, "C": 20}, **row})
    (finding,) = of("D302", said, rows=full, registered=1000).of("D302")
    assert (finding.observed, finding.expected) == (550, needed)
    assert finding.arithmetic.startswith(spelt), finding.arithmetic
    assert f"→ {needed} still needed; room for 550" in finding.arithmetic


def test_areas_without_lists_have_no_turnout() -> None:
    rows = [*ROWS[:2], {**ROWS[2], "registered": None}]
    said = nation(votes={"A": 120, "B": 300, "C": 15})
    (finding,) = of("D302", said, rows=rows, registered=5000, stations=9).of("D302")
    assert "the highest turnout in any seen area was 66.67 %" in finding.message


def test_a_bulletin_without_votes_for_candidates_hides_none_after_it() -> None:
    later = nation(votes={"A": 140, "B": 155, "C": 15})
    report = of("D302", nation(valid=100), later, registered=1000)
    assert report.check("D302").reason == "1 declared area"
    assert [(one.bulletin, one.expected) for one in report.of("D302")] == [("2", 20)]


def test_nothing_is_needed_where_the_sheets_hold_it_all() -> None:
    report = of("D302", nation(votes=SUMS), registered=1000)
    assert report.of("D302") == ()
    assert report.check("D302").reason == "1 declared area"
    one = of("D302", nation(votes={**SUMS, "A": 121}), registered=1000)
    assert [(f.observed, f.expected) for f in one.of("D302")] == [(550, 1)]
    below = of("D302", nation(votes={"A": 119, "B": 155, "C": 15}), registered=1000)
    assert below.of("D302") == ()
    unknown = of("D302", nation(votes=SUMS), rows=[{**row, "registered": None} for row in ROWS])
    assert unknown.check("D302").status is Status.NOT_APPLICABLE
