"""D306, D307: one bulletin after another, each limit from both of its sides."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tallyverify import Evidence, Status
from tests.helpers.cases import asked, declared_of, figures, nation, report_of

VOTES = {"A": 500, "B": 400, "C": 100}
NOTE, DISCREPANCY, CONTRADICTION = Evidence.NOTE, Evidence.DISCREPANCY, Evidence.CONTRADICTION
SHEETS = [{"state": "N", "town": "x", "A": 1, "B": 1, "C": 1}]
of = partial(asked, SHEETS)


def test_what_fell_is_told_with_both_figures() -> None:
    first = nation(votes={"A": 500, "B": 400, "C": 100}, valid=1000)
    last = nation(votes={"A": 600, "B": 300, "C": 300}, valid=1200)
    report = of("D306", first, last)
    (finding,) = report.of("D306")
    assert figures(finding) == (300, 400, -100)
    assert (finding.candidate, finding.bulletin) == ("B", "2")
    assert finding.arithmetic == "300 − 400 = −100"
    # Of B alone: that the valid votes would have to change too is for others to say.
    assert "these figures exclude each other, by at least 100 votes" in finding.proof
    assert "bulletin 2 declares 300 for B, 100 fewer than bulletin 1 before it" in finding.message
    assert finding.evidence is CONTRADICTION
    check = report.check("D306")
    assert (check.reason, check.statistic) == ("1 pair", 1)


@pytest.mark.parametrize("line", ["valid", "null", "blank", "ballots", "stations"])
def test_a_line_that_falls_by_one_beside_others_that_stay(line: str) -> None:
    lines = {"valid": 1000, "null": 40, "blank": 30, "ballots": 1070, "stations": 9}
    votes = {"A": 1, "B": 1}
    days = [
        {**nation(votes=votes, **row), "issued": f"2024-07-2{at}"}
        for at, row in enumerate((lines, {**lines, line: lines[line] - 1}))
    ]
    report = of("D306", *days, stations=20)
    (finding,) = report.of("D306")
    assert figures(finding) == (lines[line] - 1, lines[line], -1)
    assert finding.candidate is None
    assert report.check("D306").statistic == 1


@pytest.mark.parametrize(("together", "found"), [(60, 0), (61, 0), (59, 1)])
def test_candidates_who_are_a_group_in_the_later(together: int, found: int) -> None:
    first = nation(votes={"A": 50, "B": 40, "C": 20})
    group = [{"name": "others", "candidates": ["B", "C"], "votes": together}]
    report = of("D306", first, nation(votes={"A": 50}, groups=group))
    assert len(report.of("D306")) == found
    for one in report.of("D306"):
        assert figures(one) == (together, 60, together - 60)
    # A group that holds one more says nothing of those alone.
    wider = [{"name": "others", "candidates": ["A", "B", "C"], "votes": 100}]
    assert of("D306", first, nation(votes={}, groups=wider, valid=120)).of("D306")


@pytest.mark.parametrize(("together", "found"), [(399, 1), (400, 0), (401, 0)])
def test_one_of_a_later_group_had_more_alone(together: int, found: int) -> None:
    first = nation(votes={"A": 500, "B": 400})
    group = [{"name": "others", "candidates": ["B", "C"], "votes": together}]
    report = of("D306", first, nation(votes={"A": 500}, groups=group))
    assert [figures(one) for one in report.of("D306")] == [(399, 400, -1)] * found


def test_what_fell_in_an_area_is_proved_by_the_figures_of_that_area() -> None:
    def day(at: int, whole: int, north: int) -> dict[str, Any]:
        areas = [{"votes": {"A": whole}}, {"area": {"state": "N"}, "votes": {"A": north}}]
        return {"areas": areas, "issued": f"2024-07-2{at}"}

    whole, north = of("D306", day(8, 900, 50), day(9, 400, 49)).of("D306")
    assert (figures(whole), figures(north)) == ((400, 900, -500), (49, 50, -1))
    assert "by at least 500 votes" in whole.proof
    assert north.proof.endswith("by at least 1 vote")
    assert (whole.evidence, north.evidence) == (CONTRADICTION, DISCREPANCY)


def test_bulletins_corrected_are_no_fall() -> None:
    first = {**nation(votes=VOTES), "issued": "2024-07-28"}
    last = {**nation(votes={"A": 1, "B": 1, "C": 1}), "correction": True, "issued": "2024-07-29"}
    report = of("D306", first, last)
    assert [one.evidence for one in report.of("D306")] == [NOTE]
    assert report.check("D306").status is Status.NOT_APPLICABLE
    third = {**nation(votes={"A": 2, "B": 2, "C": 0}), "issued": "2024-07-30"}
    check = of("D306", first, last, third).check("D306")
    assert (check.statistic, check.reason) == (1, "1 pair")


@pytest.mark.parametrize(("valid", "found"), [(1099, 1), (1100, 0), (1101, 0)])
def test_a_candidate_gains_more_than_was_added_in_all(valid: int, found: int) -> None:
    first = nation(votes={"A": 500, "B": 400}, valid=1000)
    last = nation(votes={"A": 600, "B": 400}, valid=valid)
    report = of("D307", first, last)
    sure = [one for one in report.of("D307") if one.expected is not None]
    assert len(sure) == found
    for one in sure:
        assert figures(one) == (100, 99, 1)
        assert one.arithmetic == "100 > 99"
        assert "A gains 100 votes where 99 valid votes were added in all" in one.message
        assert one.evidence is DISCREPANCY
    assert report.check("D307").reason == "1 batch"
    assert report.check("D307").statistic == found


@pytest.mark.parametrize(("valid", "found"), [(1149, 1), (1150, 0)])
def test_candidates_gain_more_together_than_was_added(valid: int, found: int) -> None:
    first = nation(votes={"A": 500, "B": 400}, valid=1000)
    last = nation(votes={"A": 600, "B": 450}, valid=valid)
    sure = [one for one in of("D307", first, last).of("D307") if one.expected is not None]
    assert len(sure) == found
    for one in sure:
        assert figures(one) == (150, 149, 1)
        assert one.arithmetic == "100 (A) + 50 (B) = 150 > 149"


def test_a_batch_is_told_beside_what_was_seen() -> None:
    first = nation(votes={"A": 500, "B": 400}, valid=1000)
    last = nation(votes={"A": 530, "B": 460}, valid=1100)
    (note,) = of("D307", first, last).of("D307")
    assert (note.evidence, note.candidate, note.observed) == (NOTE, "B", 0.6)
    assert note.arithmetic == "60 / 100 = 60.00 %"
    assert "100 valid votes were added, 60.00 % of them for B" in note.message
    same = nation(votes={"A": 500, "B": 400}, valid=1000)
    assert of("D307", first, same).of("D307") == ()
    less = nation(votes={"A": 500, "B": 400}, valid=999)
    assert of("D307", first, less).of("D307") == ()  # that is for D306
    without = nation(votes={"A": 530, "B": 460})
    assert of("D307", first, without).check("D307").status is Status.NOT_APPLICABLE
    gained = nation(votes={"A": 510, "B": 400}, valid=1000)
    (finding,) = of("D307", first, gained).of("D307")  # ten votes of none that were added
    assert (figures(finding), finding.arithmetic) == ((10, 0, 10), "10 > 0")
    two_of_three = nation(votes={"A": 502, "B": 401}, valid=1003)
    (note,) = of("D307", first, two_of_three).of("D307")
    assert (note.candidate, note.observed) == ("A", 0.666667)
    by_one = nation(votes={"A": 501, "B": 400}, valid=1001)
    (note,) = of("D307", first, by_one).of("D307")
    assert note.arithmetic == "1 / 1 = 100.00 %"


def test_a_batch_beside_seen_areas_one_of_which_has_just_its_share() -> None:
    sheets = [{"state": f"S{at}", "A": 60 + 5 * at, "B": 40, "C": 0} for at in range(8)]
    first = nation(votes={"A": 500, "B": 400}, valid=1000)
    last = nation(votes={"A": 560, "B": 440}, valid=1100)
    (note,) = report_of(sheets, declared_of(first, last), checks="D307").of("D307")
    says = "in 8 seen areas of like size it was 60.00 to 70.37 %, 8 of them as high"
    assert says in note.message
