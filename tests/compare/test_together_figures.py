"""D312: which figures exclude each other, what of each the sheets hold, where to look first."""

from __future__ import annotations

from typing import Any

import pytest

from tallyverify import Evidence, Report
from tests.helpers.cases import declared_of, figures, nation, report_of

Rows = list[dict[str, Any]]
CONTRADICTION, DISCREPANCY = Evidence.CONTRADICTION, Evidence.DISCREPANCY


def sheets(registered: int = 200) -> Rows:
    """Sheets of two states, no two alike: A has 60 to 99 votes, B 40 to 46, C 3."""
    rows = [
        {"state": "NS"[at % 2], "town": "x", "A": 60 + at, "B": 40 + at % 7, "C": 3}
        for at in range(40)
    ]
    return [{**row, "registered": registered, "valid": row["A"] + row["B"] + 3} for row in rows]


def votes(rows: Rows, **more: int) -> dict[str, int]:
    return {name: sum(row[name] for row in rows) + more.get(name, 0) for name in "ABC"}


def of_state(rows: Rows, state: str) -> Rows:
    return [row for row in rows if row["state"] == state]


def by_state(**more: int) -> dict[str, Any]:
    """Return the sums of both states, and of the country with so many votes more."""
    rows = sheets()
    states = [{"area": {"state": s}, "votes": votes(of_state(rows, s))} for s in "NS"]
    return {"areas": [{"votes": votes(rows, **more)}, *states], "complete": True}


def found(rows: Rows, *bulletins: dict[str, Any], checks: str = "D312") -> Report:
    said = declared_of(*bulletins, stations=40, all_votes_at_stations=True)
    return report_of(rows, said, checks=checks)


@pytest.mark.parametrize("few", [90, 1500])
def test_figures_that_exclude_each_other_are_all_named(few: int) -> None:
    """By the sheets alone the country's figure would be as false: but it is no sheet's fault."""
    report = found(sheets(), by_state(A=-few))
    (finding,) = report.of("D312")
    assert finding.evidence is CONTRADICTION
    assert figures(finding) == (few, 0, few)
    assert finding.bulletin == "1"
    assert finding.message == (
        "these published figures are not true together: bulletin 1, N: A 1,580; bulletin 1, S: "
        f"A 1,600; bulletin 1, the whole country: A {3180 - few:,}"
    )
    assert finding.proof == (
        f"No number of wrong sheets helps: these figures exclude each other, by at least {few:,} "
        f"votes. One figure alone would resolve it: bulletin 1, the whole country: A "
        f"{3180 - few:,}; is it written as it was published?"
    )
    assert finding.arithmetic == (
        "A: 1,580 on the sheets, 1,580 published; A: 1,600 on the sheets, 1,600 published; "
        f"A: 3,180 on the sheets, {3180 - few:,} published"
    )
    assert report.check("D312").statistic == 0


def test_two_figures_of_which_none_alone_would_resolve_it() -> None:
    report = found(sheets(), by_state(A=-200, B=200))
    (finding,) = report.of("D312")
    assert figures(finding) == (200, 0, 200)
    assert "would resolve it" not in finding.proof


def test_of_two_clashes_one_is_told_and_no_figure_of_the_other() -> None:
    (finding,) = found(sheets(), by_state(A=-1500, B=-1400)).of("D312")
    assert finding.message.endswith(
        "true together: bulletin 1, N: A 1,580; bulletin 1, S: A 1,600; bulletin 1, the whole "
        "country: A 1,680"
    )
    assert finding.evidence is CONTRADICTION


def test_figures_of_several_bulletins() -> None:
    first, last = (
        {**nation(votes=votes(sheets(), A=more)), "issued": f"2024-07-2{at}"}
        for at, more in ((8, 0), (9, -300))
    )
    (finding,) = found(sheets(), first, last).of("D312")
    assert finding.bulletin is None
    assert "bulletin 2, the whole country: A 2,880; bulletin 1, the whole country: A 3,180" in (
        finding.message
    )


def test_the_one_figure_that_the_sheets_exclude_is_told_by_its_own_check() -> None:
    less = nation(votes=votes(sheets(), A=-900, B=900), complete=True)
    report = found(sheets(), less)
    (finding,) = report.of("D312")
    # 900 votes of A less, 99 on the largest sheet: 99 + 98 + … + 90 = 945, and nine hold 855.
    assert figures(finding) == (10, 2, 8)
    assert finding.message.endswith("true together: bulletin 1, the whole country: A 2,280")
    assert (
        "Both cannot be true: at least 10 of the 40 sheets (25.00 %) would have to be wrong, with "
        "at least 900 votes on them" in finding.proof
    )
    assert "in the order of arithmetic: 040, 039, 038, 037, 036; nothing" in finding.proof
    assert report.feasibility is not None
    assert (report.feasibility.sheets_wrong, report.feasibility.votes_wrong) == (
        (10, 10),
        (900, 900),
    )
    check = report.check("D312")
    assert (check.statistic, check.reason) == (10, "at least 10 sheets would have to be wrong")
    together = found(sheets(), less, checks="compare")
    assert together.of("D312") == ()
    assert [one.evidence for one in together.of("D301")] == [CONTRADICTION]
    assert together.check("D312").statistic == 10


def test_two_figures_of_one_place_are_told_though_its_check_is_as_strong() -> None:
    """A gains 400 votes, as two wrong sheets could hold: but the valid votes are as they were."""
    rows = sheets(400)
    more = nation(votes={"A": 3180 + 400}, valid=sum(row["valid"] for row in rows), complete=True)
    report = found(rows, more, checks="compare")
    (finding,) = report.of("D312")
    assert finding.message.endswith(
        "the whole country: A 3,580; bulletin 1, the whole country: "
        f"valid votes {sum(row['valid'] for row in rows):,}"
    )
    assert finding.evidence is CONTRADICTION
    assert [one.evidence for one in report.of("D302")] == [CONTRADICTION]


@pytest.mark.parametrize("more", [90, 1500])
def test_true_figures_beside_a_false_one_take_nothing_from_the_proof(more: int) -> None:
    """No votes typed wrong on the sheets of two states add to the country alone."""
    alone, beside = (
        found(sheets(), one).of("D312")[0]
        for one in (nation(votes=votes(sheets(), A=more), complete=True), by_state(A=more))
    )
    assert alone.evidence is beside.evidence
    assert f"with at least {more:,} votes on them" in alone.proof
    assert f"with at least {more:,} votes on them" in beside.proof
    assert beside.message == alone.message  # the true ones are dropped, all of them


def test_a_world_is_shown_with_no_more_wrong_sheets_than_are_allowed_for() -> None:
    assert found(sheets(), by_state()).check("D312").reason == (
        "a world is shown in which every published figure is true"
    )
