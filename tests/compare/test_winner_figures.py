"""D310, D311: who leads in the sheets and who was declared, at each limit."""

from __future__ import annotations

from typing import Any

import pytest

from tallyverify import Contest, Evidence, Report, Status
from tests.helpers.cases import asked, figures, nation

ROWS = [
    {"state": "N", "town": "x", "A": 60, "B": 30, "C": 10, "registered": 150},
    {"state": "N", "town": "y", "A": 50, "B": 45, "C": 5, "registered": 150},
    {"state": "S", "town": "x", "A": 10, "B": 80, "C": 0, "registered": 150},
]
NOTE = Evidence.NOTE
SUMS = {"A": 120, "B": 155, "C": 15}


def of(code: str, *bulletins: dict[str, Any], rows: Any = ROWS, **more: Any) -> Report:
    return asked(rows, code, *bulletins, **more)


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
