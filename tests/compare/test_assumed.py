"""A finding names the assumptions that its proof used, and no others."""

from __future__ import annotations

from typing import Any

import pytest

from tallyverify.findings import Evidence
from tests.helpers.cases import declared_of, nation, report_of

SHEETS = [{"state": "N" if at % 2 else "S", "A": 60, "B": 30, "C": 10} for at in range(20)]
SUMS = {"A": 1200, "B": 600, "C": 200}
ALL_SEEN = "20 stations are declared, 20 were seen"
TENTH = "may belong to no station"


def assumed(code: str, *bulletins: dict[str, Any], **more: Any) -> str:
    """Return what the lifted findings of a check say that they assume."""
    report = report_of(SHEETS, declared_of(*bulletins, **more))
    lifted = (Evidence.CONTRADICTION, Evidence.DISCREPANCY)
    texts = [f.words for f in report.findings if f.code == code and f.evidence in lifted]
    assert texts
    return "; ".join(text.partition(". Assumed: ")[2] for text in texts)


@pytest.mark.parametrize(
    ("extent", "said"),
    [
        ({"complete": True}, "it is declared complete"),
        ({"stations": 20}, "it holds all 20 stations"),
        ({"stations": 19}, "it holds 19 stations"),
        ({"coverage": 0.95, "coverage_basis": "stations"}, "it holds 94.5 to 95.5 % of"),
    ],
)
def test_how_much_a_bulletin_holds(extent: dict[str, Any], said: str) -> None:
    words = assumed("D301", nation(votes={**SUMS, "A": 600}, **extent), stations=20)
    assert said in words
    assert TENTH not in words  # more papers would not mend it


def test_a_bulletin_that_is_taken_as_whole_is_told_once() -> None:
    words = assumed("D301", nation(votes={**SUMS, "A": 1150}))
    assert 'taken as the whole count ("complete": true would say so)' in words
    # Where it would be a contradiction, another sentence says so.
    assert not assumed("D301", nation(votes={**SUMS, "A": 600}))


def test_what_no_sheet_shows() -> None:
    words = assumed("D302", nation(votes={**SUMS, "A": 1800}, complete=True), stations=20)
    assert ALL_SEEN in words
    assert TENTH in words
    assert "complete" not in words  # nor would fewer stations


def test_figures_that_exclude_each_other_by_themselves_need_no_assumption() -> None:
    whole: dict[str, Any] = {"complete": True, "valid": 1900}
    assert assumed("D303", nation(votes=SUMS, **whole), stations=20) == ""
    rows = [{"votes": SUMS}, {"area": {"state": "N"}, "votes": {"A": 1500}}]
    assert assumed("D308", {"areas": rows, "complete": True}, stations=20) == ""
    percent = {"A": 70.0, "B": 20.0, "C": 10.0}
    row = nation(votes=SUMS, valid=2000, percentages=percent, complete=True)
    assert "stations" not in assumed("D304", row, stations=20)


def test_an_order_that_no_date_says() -> None:
    later, first = nation(votes=SUMS, stations=20), nation(votes={**SUMS, "A": 1300}, stations=15)
    assert "ordered by the extent" in assumed("D306", later, first, stations=20)
    dated = ({**first, "issued": "2030-05-05"}, {**later, "issued": "2030-05-06"})
    assert assumed("D306", *dated, stations=20) == ""


def test_a_parent_that_its_areas_do_not_make_up() -> None:
    rows = [
        {"votes": {**SUMS, "A": 1800}, "stations": 20},
        {"area": {"state": "N"}, "votes": {"A": 600, "B": 300, "C": 100}, "stations": 10},
        {"area": {"state": "S"}, "votes": {"A": 600, "B": 300, "C": 100}, "stations": 10},
    ]
    words = assumed("D308", {"areas": rows}, stations=20)
    assert "it holds" in words
    assert len(words.split("; ")) <= 3
