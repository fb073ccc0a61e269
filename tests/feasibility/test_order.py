"""Which bulletin comes first, where dates alone do not say it."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from tallyverify.checking import CaseFacts
from tallyverify.feasibility.figures.published import series_in_force
from tests.helpers.cases import declared_of, report_of, table_of

SHEETS = [
    {"A": 60 + at % 7, "B": 30 + at % 5, "C": 3, "registered": 300 if at < 20 else 150}
    for at in range(60)
]
VOTERS = sum(row["registered"] for row in SHEETS)


def held(count: int, **said: Any) -> dict[str, Any]:
    votes = {name: sum(row[name] for row in SHEETS[:count]) for name in "ABC"}
    return {"areas": [{"votes": votes, **said}]}


@pytest.mark.parametrize("backwards", [False, True])
def test_a_number_of_stations_is_no_share(backwards: bool) -> None:
    told = [held(30, stations=30), held(54, coverage=0.9)]
    told = told[::-1] if backwards else told
    assert report_of(SHEETS, declared_of(*told, stations=60)).verdict == "consistent"


def test_a_share_of_voters_is_none_of_stations() -> None:
    voters = sum(row["registered"] for row in SHEETS[:20])
    told = (
        held(20, coverage=round(voters / VOTERS, 3), coverage_basis="registered"),
        held(27, coverage=0.45, coverage_basis="stations"),
    )
    assert voters / VOTERS > 0.45
    declared = declared_of(*told, stations=60, registered=VOTERS)
    assert report_of(SHEETS, declared).verdict == "consistent"


@pytest.mark.parametrize("undated", [0, 1, 2])
def test_a_day_among_times_of_that_day(undated: int) -> None:
    hours = ["2024-07-20T09:00", "2024-07-20T12:00", "2024-07-20T15:00"]
    hours[undated] = "2024-07-20"
    told = [{"id": str(at), "issued": hours[at], **held(20 * (at + 1))} for at in range(3)]
    for listed in permutations(told):
        assert report_of(SHEETS, declared_of(*listed, stations=60)).verdict == "consistent"
    # What falls from one time to a later one falls, wherever the others belong.
    first, last = (at for at in range(3) if at != undated)
    told[first]["areas"], told[last]["areas"] = told[last]["areas"], told[first]["areas"]
    assert report_of(SHEETS, declared_of(*told, stations=60)).verdict == "contradicted"


def test_among_times_of_a_day_the_extent_comes_before_the_figures() -> None:
    hours = ["2024-07-20T09:00", "2024-07-20T12:00", "2024-07-20"]
    # Half of the stations, as the first: though its votes are more than those of the second.
    told = [held(20, coverage=0.5), held(40, coverage=0.9), held(60, coverage=0.5)]
    declared = declared_of(*({**one, "issued": at} for one, at in zip(told, hours, strict=True)))
    facts = replace(CaseFacts.of(table_of(SHEETS)), declared=declared)
    (series,) = series_in_force(facts)
    assert [one.id for one, _ in series.bulletins][-1] == "2"
    assert series.inferred_order.startswith("bulletins of one day are in the order")


@pytest.mark.parametrize("zone", ["-04:00", "+05:30", ""])
def test_a_day_is_of_the_zone_that_the_times_have(zone: str) -> None:
    hours = [f"2024-07-20T23:30{zone}", "2024-07-21", f"2024-07-22T00:30{zone}"]
    told = [{"id": str(at), "issued": hours[at], **held(20 * (at + 1))} for at in range(3)]
    for listed in permutations(told):
        declared = declared_of(*listed, stations=60)
        assert [one.id for one in declared.in_order] == ["0", "1", "2"]
        assert report_of(SHEETS, declared).verdict == "consistent"
