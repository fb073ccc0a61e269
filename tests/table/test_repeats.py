"""T201, T202, T204 and T207 against a plain reading of each station's rows, one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify import Case, Contest, verify
from tallyverify.checking.check import MOST_FINDINGS
from tallyverify.table.actas import ActaTable
from tallyverify.table.groups import grouped
from tests.engine.test_folds import InParts
from tests.helpers.cases import CONTEST, flagged, report_of, table_of

few = st.one_of(st.none(), st.integers(0, 2))
sheets = st.lists(
    st.fixed_dictionaries(
        {
            "station": st.sampled_from("abcd"),
            "state": st.sampled_from(["N", "N", "S"]),
            "town": st.just("x"),
            "valid": few,
            "A": few,
            "B": st.just(7),
            "C": st.just(7),
        }
    ),
    min_size=1,
    max_size=12,
)


def _plain(rows: Sequence[dict[str, Any]]) -> tuple[dict[str, list[str]], int, int]:
    """Stations by what becomes of them, the stations that count, and their votes for A."""
    by_station: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_station[row["station"]].append(row)
    found: dict[str, list[str]] = {"T201": [], "T202": [], "T204": []}
    moved: dict[bool, list[str]] = {False: [], True: []}
    votes = 0
    for station, group in sorted(by_station.items()):
        unequal = len({(row["valid"], row["A"]) for row in group}) > 1
        if len({row["state"] for row in group}) > 1:
            moved[unequal].append(station)
        elif not unequal and len(group) > 1:
            found["T201"].append(station)
        votes += min(row["A"] or 0 for row in group)
        if unequal:
            found["T202"].append(station)
    found["T204"] = moved[False] + moved[True]
    return found, len(by_station), votes


@given(sheets, st.lists(st.integers(0, 12), max_size=3), st.randoms(use_true_random=False))
def test_against_each_station_by_itself(
    rows: list[dict[str, Any]], edges: list[int], random: Any
) -> None:
    found, stations, votes = _plain(rows)
    table = table_of(rows)
    order = list(range(len(rows)))
    random.shuffle(order)
    shuffled = table.take(np.array(order))
    for actas in (table, InParts(shuffled, tuple(edges))):
        report = verify(Case(CONTEST, actas), checks="rules")  # type: ignore[arg-type]
        assert {code: [f.station for f in report.of(code)] for code in found} == found
        assert {code: report.check(code).statistic for code in found} == {
            code: len(names) for code, names in found.items()
        }
        assert report.coverage.stations == stations
        assert report.totals.votes["A"] == votes


def _sheet(station: str, **more: Any) -> dict[str, Any]:
    return {"station": station, "state": "N", "town": "x", "valid": 16, "A": 7, **more}


def _found(rows: list[dict[str, Any]], code: str) -> list[tuple[Any, ...]]:
    full = [{"B": 5, "C": 4, **row} for row in rows]
    return [
        (f.station, f.observed, f.difference, f.arithmetic)
        for f in report_of(full, checks="rules").of(code)
    ]


def test_triples_are_one_finding_with_every_row() -> None:
    other = [_sheet("z"), _sheet("y")]
    same, odd = _sheet("k"), _sheet("k", A=1700)
    assert _found([same, *other, same, same], "T201") == [("k", 3, 2, "rows 1, 4, 5")]
    # Rows of one station are told from the fewest votes up, whatever their place in the file.
    assert _found([odd, *other, same, same], "T202") == [
        ("k", 3, 2, "rows 4, 5, 1: A 7 against 7 against 1,700")
    ]


def test_a_figure_not_read_equals_only_another_not_read() -> None:
    unread, zero = _sheet("k", A=None), _sheet("k", A=0)
    assert [row[:2] for row in _found([unread, unread], "T201")] == [("k", 2)]
    assert _found([unread, unread], "T202") == []
    assert _found([unread, zero], "T202") == [("k", 2, 1, "rows 2, 1: A 0 against ?")]
    assert _found([unread, zero], "T201") == []


def test_same_and_different_copies_beside_each_other_do_not_touch() -> None:
    """Neighbours in the order of keys, so that a change between groups is none within one."""
    rows = [_sheet("a"), _sheet("a"), _sheet("b"), _sheet("b", A=8), _sheet("c", A=8)]
    rows += [_sheet("c", A=8), _sheet("d"), _sheet("e", A=9), _sheet("e", A=9, state="S")]
    for order in (rows, rows[::-1]):
        assert [row[0] for row in _found(order, "T201")] == ["a", "c"]
        assert [row[0] for row in _found(order, "T202")] == ["b"]
        assert [row[0] for row in _found(order, "T204")] == ["e"]


def test_every_repeated_station_is_counted_and_the_first_are_listed() -> None:
    first = [_sheet(f"{at:04d}", B=5, C=4) for at in range(MOST_FINDINGS + 20)]
    mixed = first + [{**row, "A": 7 + at % 2} for at, row in enumerate(first)]
    report = report_of(mixed, checks="T201,T202")
    assert [report.check(code).statistic for code in ("T201", "T202")] == [len(first) // 2] * 2
    assert report.of("T202")[0].arithmetic == f"rows 2, {len(first) + 2}: A 7 against 8"
    report = report_of(first[::-1] + first, checks="T201")
    assert [f.station for f in report.of("T201")] == [row["station"] for row in first[:-20]]
    assert "20 more findings" in report.check("T201").reason
    assert report.coverage.stations == len(first)


@pytest.fixture
def eight() -> Contest:
    return Contest.model_validate({"id": "8", "candidates": [{"id": name} for name in "ABCDEFGH"]})


def test_votes_alike_are_those_of_other_stations_not_of_copies(eight: Contest) -> None:
    rng = np.random.default_rng(5)
    first, second, third = (
        dict(zip("ABCDEFGH", map(int, rng.integers(20, 90, 8)), strict=True)) for _ in range(3)
    )
    rows = [{"station": key, **first} for key in ("q", "b", "b", "m")]
    rows += [{"station": "s", **second}] * 3
    rows += [{"station": key, **third} for key in ("z", "a")]
    table = table_of(rows, eight)
    for actas in (table, table.take(np.arange(len(rows))[::-1]), InParts(table, (1, 5, 8))):
        report = verify(Case(eight, actas), checks="rules")  # type: ignore[arg-type]
        found = [(f.station, f.observed) for f in report.of("T207")]
        assert found == [("a", 2), ("b", 3)]
        assert report.of("T207")[1].message.startswith("stations b, m, q have exactly")
        assert report.check("T207").statistic == 1 + 3  # pairs
        assert [f.station for f in report.of("T201")] == ["b", "s"]


def test_groups_of_an_empty_table_and_of_one_row() -> None:
    table = table_of([{"A": 1, "B": 2, "C": 3}])
    one = grouped(table, ["station"])
    assert (len(one), one.varying(table.figures).tolist()) == (1, [False])
    none: ActaTable = table.take(np.zeros(1, dtype=bool))
    nothing = grouped(none, ["station"])
    assert (len(nothing), list(nothing.listed(5))) == (0, [])
    assert nothing.varying(table.figures).tolist() == []


def test_no_repetition_finds_nothing() -> None:
    report = report_of([{**_sheet(key), "B": 5, "C": 4} for key in "abc"], checks="rules")
    assert flagged(report) == []
    assert report.coverage.stations == 3
