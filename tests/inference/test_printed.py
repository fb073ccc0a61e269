"""What is said of a declared result agrees with the figures printed beside it."""

from __future__ import annotations

import re
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from tallyverify import ActaTable, Case, Report, Status, verify
from tallyverify.inference import registry_from
from tallyverify.inference.estimating.result import Interval
from tallyverify.inference.printed import is_within
from tallyverify.language import points, span
from tallyverify.simulate import clean_election, hide_stations
from tests.helpers.cases import declared_of, nation

fractions = st.floats(-1, 1)


@given(fractions, fractions, st.floats(-0.0003, 0.0003))
def test_what_is_printed_is_what_is_compared(one: float, other: float, off: float) -> None:
    low, high = sorted((one, other))
    for value in (one, low + off, high + off):
        printed = float(points(value).replace("−", "-"))
        ends = [float(end.replace("−", "-")) for end in span(low, high).split(" to ")]
        assert is_within(value, low, high) == (ends[0] <= printed <= ends[1])
        if low <= value <= high:
            assert is_within(value, low, high)
        if not low - 2e-4 <= value <= high + 2e-4:
            assert not is_within(value, low, high)


def test_a_result_that_is_printed_as_an_end_lies_inside() -> None:
    narrow = Interval(0.017695, 0.01769, 0.0177)
    assert narrow.holds(0.017726)  # printed as 1.77, as both ends are
    assert not narrow.holds(0.01776)
    assert span(0.01769, 0.0177) == "1.77 to 1.77"


@cache
def whole() -> ActaTable:
    return clean_election(stations=400, seed=8).table


def report_of(moved: dict[str, int], hidden: float = 0.2) -> Report:
    """Return the report of a case that declares the sum of its sheets, some votes moved."""
    table = hide_stations(whole(), hidden, seed=5)
    votes = {name: int(table.figure(name)[0].sum()) for name in table.contest.candidate_ids}
    votes = {name: count + moved.get(name, 0) for name, count in votes.items()}
    declared = declared_of(nation(votes=votes, complete=True), stations=400)
    case = Case(table.contest, table, declared, registry_from(whole()))
    return verify(case, checks="rules,compare,inference")


def test_the_sum_of_the_sheets_is_said_to_be_equal() -> None:
    report = report_of({})
    (told,) = report.of("I402")
    assert told.message.startswith("bulletin 1 is equal to the sum of the sheets for every")
    assert report.of("I403")[-1].message.startswith(
        "the result declared in bulletin 1 is equal to the sum of the sheets for each of the two"
    )
    assert report.check("I403").status is Status.PASSED
    assert "it is equal to the sum of the sheets" in report.of("I401")[-1].message
    assert not any("fewer votes" in f.message for f in report.findings if f.code[0] == "I")


def test_as_many_votes_otherwise_divided_are_not_fewer() -> None:
    table = hide_stations(whole(), 0.2, seed=5)
    ranked = sorted(table.contest.candidate_ids, key=lambda name: -int(table.figure(name)[0].sum()))
    report = report_of({ranked[0]: -3, ranked[1]: 3})
    assert "otherwise divided" in report.of("I403")[-1].message
    needs = [f.message for f in report.of("I402")]
    assert any("needs 3 votes fewer than were seen, while no valid vote" in m for m in needs)
    assert any("needs 3 further votes, while no valid vote is left" in m for m in needs)
    fewer = report_of({ranked[0]: -4, ranked[1]: 3})
    assert "has fewer votes for the two than were seen" in fewer.of("I403")[-1].message


def test_intervals_in_a_report_hold_what_lies_inside_as_printed() -> None:
    pattern = (
        r"(−?[\d.]+) points, lies (\w+) the 95 % interval of the estimate, "
        r"(−?[\d.]+) to (−?[\d.]+) points"
    )
    words = []
    for moved in (0, 40, 90, 200, 330, 400, 500):
        report = report_of({whole().contest.candidate_ids[0]: moved}, hidden=0.01)
        for finding in report.of("I401"):
            if told := re.search(pattern, finding.message):
                figures = [float(told[at].replace("−", "-")) for at in (1, 3, 4)]
                words.append(told[2])
                assert (told[2] == "inside") == (figures[1] <= figures[0] <= figures[2])
    assert len(words) >= 5
