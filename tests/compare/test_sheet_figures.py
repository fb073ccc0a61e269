"""D301, D302, D310 and D311: the figures that a finding names, and each limit from both sides."""

from __future__ import annotations

from typing import Any

import pytest

from tallyverify import Contest, Evidence, Finding, Report, Status
from tests.helpers.cases import CONTEST, declared_of, nation, report_of

ROWS = [
    {"state": "N", "town": "x", "A": 60, "B": 30, "C": 10, "registered": 150},
    {"state": "N", "town": "y", "A": 50, "B": 45, "C": 5, "registered": 150},
    {"state": "S", "town": "x", "A": 10, "B": 80, "C": 0, "registered": 150},
]
NOTE, DISCREPANCY, CONTRADICTION = Evidence.NOTE, Evidence.DISCREPANCY, Evidence.CONTRADICTION
SUMS = {"A": 120, "B": 155, "C": 15}


def figures(one: Finding) -> tuple[Any, ...]:
    return one.observed, one.expected, one.difference


def of(code: str, *bulletins: dict[str, Any], rows: Any = ROWS, **more: Any) -> Report:
    contest = more.pop("contest", CONTEST)
    return report_of(rows, declared_of(*bulletins, **more), checks=code, contest=contest)


# D301


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


# D302


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


# D310 and D311


def settled_of(unseen: int, **row: Any) -> Report:
    said = nation(**{"votes": {"A": 160, "B": 155, "C": 15}, "complete": True, **row})
    return of("D310,D311", said, registered=450 + unseen)


@pytest.mark.parametrize(
    ("unseen", "settled"), [(0, True), (1, True), (34, True), (35, False), (36, False)]
)
def test_a_lead_of_35_beside_the_unseen(unseen: int, settled: bool) -> None:
    """B leads A by 155 − 120; the declared result has A ahead."""
    rows = [{**row, "registered": sum(row[n] for n in "ABC")} for row in ROWS]
    said = nation(votes={"A": 300, "B": 155, "C": 15}, complete=True)
    report = of("D310,D311", said, rows=rows, registered=290 + unseen)
    (lead,) = report.of("D310")
    check = report.check("D310")
    assert check.reason == ("settled" if settled else "not settled")
    assert check.status is (Status.PASSED if settled else Status.FLAGGED)
    assert (check.statistic, check.effect) == (35, unseen)
    assert (lead.candidate, *figures(lead)) == ("B", 35, unseen, 35 - unseen)
    whole = 290 + unseen
    low, high = 15500 / whole, 100 * (155 + unseen) / whole
    assert f"bounds of the shares: B {low:.2f} % to {high:.2f} %" in lead.arithmetic
    assert "B leads A by 35 votes in the sheets" in lead.message
    if not unseen:
        assert "none are missing: settled" in lead.message
    elif settled:
        assert f"could add {unseen} at most: settled" in lead.message
    else:
        assert f"could add up to {unseen}" in lead.message
    (turned,) = report.of("D311")
    assert (turned.candidate, *figures(turned)) == ("A", 120, 155, -35)
    assert turned.arithmetic == "sheets: 155 (B) − 120 (A) = 35; declared: 300 (A)"
    assert "bulletin 1 has A ahead; in the sheets B leads by 35 votes" in turned.message
    assert (turned.evidence is not NOTE) is settled
    assert bool(turned.proof) is settled
    told = f"which the unseen ({unseen} vote" if not settled else f"the unseen ({unseen} vote"
    assert told in turned.message
    assert report.check("D311").statistic == 35
    assert report.check("D311").status is Status.FLAGGED


def test_what_the_unseen_could_hold_is_not_known() -> None:
    rows = [{name: row[name] for name in "ABC"} for row in ROWS]
    report = of("D310,D311", nation(votes={"A": 300, "B": 155, "C": 15}), rows=rows)
    assert report.check("D310").status is Status.NOT_APPLICABLE
    (turned,) = report.of("D311")
    assert turned.evidence is NOTE
    assert turned.message.endswith("how much the unseen could hold is not known")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"votes": {"A": 120, "B": 155, "C": 15}}, "B leads in both"),
        ({"votes": {"A": 155, "B": 155, "C": 15}}, "a tie"),
        ({"votes": {"A": 120, "B": 155}, "valid": 430}, "a tie"),  # 155 for C, perhaps
        ({"votes": {"A": 120, "B": 155}, "valid": 429}, "B leads in both"),
        ({"votes": {"A": 120, "B": 155}}, "a tie"),
        (
            {"votes": {"B": 155}, "groups": [("g", ("A", "C"), 155)]},
            "a tie",
        ),
        ({"votes": {"B": 155}, "groups": [("g", ("A", "C"), 154)]}, "B leads in both"),
        ({"votes": {"A": 0, "B": 1, "C": 0}}, "B leads in both"),
        ({"votes": {"A": 0, "B": 0, "C": 0}}, "a tie"),
    ],
)
def test_who_was_declared_to_have_won(row: dict[str, Any], reason: str) -> None:
    groups = [
        {"name": name, "candidates": members, "votes": votes}
        for name, members, votes in row.pop("groups", [])
    ]
    check = of("D311", nation(**row, groups=groups), registered=1000).check("D311")
    assert reason in check.reason
    assert check.status is (Status.PASSED if "leads" in reason else Status.NOT_APPLICABLE)


def test_the_last_row_that_declares_votes_for_the_country_counts() -> None:
    first = nation(votes={"A": 10, "B": 1, "C": 1})
    last = {"areas": [{"area": {"state": "N"}, "votes": {"A": 110}}, {"votes": SUMS}]}
    assert of("D311", first, last, registered=450).check("D311").reason == "B leads in both"
    town = {"areas": [{"area": {"state": "N"}, "votes": {"A": 110, "B": 75, "C": 15}}]}
    alone = of("D311", town, registered=450).check("D311")
    assert alone.status is Status.NOT_APPLICABLE
    assert "no votes are declared for the whole country" in alone.reason


def test_a_contest_of_one_has_no_lead() -> None:
    contest = Contest.model_validate({"id": "one", "candidates": [{"id": "A"}]})
    report = of("D310,D311", nation(votes={"A": 9}), rows=[{"A": 9}], contest=contest)
    assert report.check("D310").reason == "the contest has one candidate only"
    assert report.check("D311").status is Status.NOT_APPLICABLE


def test_a_contest_of_two_has_one() -> None:
    contest = Contest.model_validate({"id": "two", "candidates": [{"id": "A"}, {"id": "B"}]})
    rows = [{"A": 9, "B": 4, "registered": 13}]
    report = of(
        "D310,D311", nation(votes={"A": 9, "B": 4}), rows=rows, contest=contest, registered=13
    )
    assert report.check("D310").reason == "settled"
    assert report.check("D311").reason == "A leads in both"
