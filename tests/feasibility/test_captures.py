"""Several captures of one station as one witness, by hand: votes, lines, places, and how many."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tallyverify import Declared, Registry
from tallyverify.checking import CaseFacts
from tallyverify.feasibility import (
    CaptureRows,
    as_lower_bounds,
    summarise_witnesses,
    with_captures,
)
from tests.helpers.cases import declared_of, table_of

Rows = list[dict[str, Any]]


def sheet(station: str, a: Any, b: Any, c: Any = 0, **more: Any) -> dict[str, Any]:
    return {"station": station, "state": "N", "A": a, "B": b, "C": c, **more}


def facts_of(rows: Rows, declared: Declared | None, registry: Registry | None) -> CaseFacts:
    return replace(CaseFacts.of(table_of(rows), registry), declared=declared)


def captured(
    rows: Rows,
    *,
    kind: Any = "sheets",
    nowhere: tuple[str, ...] = (),
    later: bool = False,
    wrong: float = 0.0,
    placed: bool = True,
    declared: Declared | None = None,
) -> CaptureRows:
    sheets = summarise_witnesses(table_of(rows), facts_of(rows, declared, None))
    bounds = as_lower_bounds(sheets) if kind == "lower_bound" else sheets
    return CaptureRows(bounds, kind, nowhere, later, wrong, placed)


def together(
    rows: Rows,
    *others: CaptureRows,
    declared: Declared | None = None,
    registry: Registry | None = None,
) -> Any:
    facts = facts_of(rows, declared, registry)
    return with_captures(summarise_witnesses(table_of(rows), facts), others, facts)


def votes_of(combined: Any) -> dict[str, Any]:
    """Return the least and the most of each candidate, by station."""
    columns = combined.rows.columns()
    pairs = zip(columns["least"][:].tolist(), columns["most"][:].tolist(), strict=True)
    return dict(zip(columns["station"].tolist(), pairs, strict=True))


def line_of(combined: Any, name: str) -> dict[str, int]:
    columns = combined.rows.columns()
    return dict(zip(columns["station"].tolist(), columns[name][:].tolist(), strict=True))


def places_of(combined: Any) -> dict[str, Any]:
    columns = combined.rows.columns()
    return {
        str(key): columns["labels"][at]
        for key, at in zip(columns["station"], columns["site"], strict=True)
    }


def test_what_both_say_and_what_one_has_alone() -> None:
    own = [sheet("1", 9, 5, valid=14, registered=30), sheet("2", 9, 5, valid=14, registered=30)]
    other = [
        sheet("1", 9, 5, valid=14, registered=33),
        sheet("2", 8, 5, valid=13, registered=28),
        sheet("3", 4, 2, valid=6, registered=20),
    ]
    found = together(own, captured(other))
    assert votes_of(found) == {
        "1": ([9, 5, 0], [9, 5, 0]),
        "2": ([8, 5, 0], [9, 5, 0]),  # which is right is not known
        "3": ([4, 2, 0], [4, 2, 0]),
    }
    # A line is what both say, where they agree on the votes; of lists the longer bounds both.
    assert line_of(found, "valid") == {"1": 14, "2": -1, "3": 6}
    assert line_of(found, "registered") == {"1": 33, "2": 30, "3": 20}
    assert found.rows.copies == {"2"}
    assert (found.differ, found.changed) == (((2, 1),), 1)


def test_lines_that_differ_where_the_votes_do_not() -> None:
    own = [sheet("1", 9, 5, valid=14), sheet("2", 9, 5, valid=None), sheet("3", 9, 5, valid=14)]
    other = [sheet("1", 9, 5, valid=15), sheet("2", 9, 5, valid=14), sheet("3", 9, 5, valid=None)]
    found = together(own, captured(other))
    assert line_of(found, "valid") == {"1": -1, "2": 14, "3": 14}
    assert (found.rows.copies, found.differ) == (frozenset(), ((3, 0),))


def test_votes_that_one_of_them_could_not_read() -> None:
    own = [sheet("1", None, 5), sheet("2", 9, 5), sheet("3", None, 5)]
    other = [sheet("1", 9, 5), sheet("2", None, 5), sheet("3", None, 5)]
    found = together(own, captured(other))
    assert votes_of(found) == {
        "1": ([9, 5, 0], [9, 5, 0]),
        "2": ([9, 5, 0], [9, 5, 0]),
        "3": ([0, 5, 0], [-1, 5, 0]),
    }
    assert (found.rows.copies, found.differ, found.changed) == (frozenset(), ((3, 0),), 0)


def test_a_lower_bound_only_raises() -> None:
    own = [sheet("1", 9, 5, valid=14), sheet("2", 9, 5, valid=14), sheet("3", None, 5, valid=14)]
    other = [sheet("1", 9, 4), sheet("2", 10, 5), sheet("3", 7, 5), sheet("4", 3, 0)]
    found = together(own, captured(other, kind="lower_bound"))
    assert votes_of(found) == {
        "1": ([9, 5, 0], [9, 5, 0]),
        "2": ([10, 5, 0], [-1, 5, 0]),  # its own sheet says less: it is open above
        "3": ([7, 5, 0], [-1, 5, 0]),
        "4": ([3, 0, 0], [-1, -1, -1]),
    }
    assert line_of(found, "valid") == {"1": 14, "2": -1, "3": 14, "4": -1}
    assert found.rows.copies == {"2"}
    assert (found.differ, found.changed) == (((3, 1),), 1)
    # A sheet that a bound denies rests on the bound, as does one that only the bound has.
    assert found.beside == ((2, 1 / 3),)


@pytest.mark.parametrize(
    ("wrong", "differ", "share"),
    [(0.0, 0, 0.0), (0.1, 0, 0.1), (0.1, 1, 0.25), (0.3, 1, 0.3), (0.0, 3, 0.5), (0.9, 0, 0.5)],
)
def test_how_many_rest_on_each_capture(wrong: float, differ: int, share: float) -> None:
    own = [sheet(f"{at}", 20 + at, 5) for at in range(4)]
    other = [sheet(f"{at}", 20 + at + (at < differ), 5) for at in range(6)]
    again = [sheet(f"{at}", 20 + at, 5) for at in range(4, 9)]
    found = together(own, captured(other, wrong=wrong), captured(again))
    # The first that has a station counts it; the second has none in common with the actas.
    assert found.beside == ((2, share), (3, 0.0))
    assert found.differ == ((4, differ), (0, 0))


def test_stations_that_may_be_in_no_result() -> None:
    own = [sheet("1", 9, 5), sheet("2", 9, 5), sheet("3", 9, 5)]
    zero, left = sheet("1", 0, 0), sheet("3", 9, 5)
    found = together(own, captured([zero, sheet("2", 9, 5), left], nowhere=("2",)))
    assert places_of(found) == {"1": ((0,),), "2": ((), (0,)), "3": ((0,),)}
    assert (found.differ, found.changed) == (((2, 1),), 1)  # nothing was seen of the first
    found = together(own, captured([zero, sheet("2", 9, 5), left], later=True))
    assert places_of(found) == {"1": ((), (0,)), "2": ((0,),), "3": ((0,),)}
    assert (found.differ, found.changed) == (((3, 1),), 1)
    unread = sheet("1", 0, None)
    assert places_of(together(own, captured([unread, left], later=True)))["1"] == ((0,),)


STATES = declared_of(
    {"areas": [{"area": {"state": name}, "votes": {"A": 1}} for name in "NS"]}, stations=99
)


def in_states(*states: str, first: int = 0) -> Rows:
    return [
        {**sheet(f"{at:02d}", 9 + at, 5), "state": state}
        for at, state in enumerate(states, start=first)
    ]


@pytest.mark.parametrize(("moved", "apart"), [(0, 0), (1, 1), (2, 2), (3, 0), (4, 0)])
def test_a_station_that_captures_place_differently(moved: int, apart: int) -> None:
    """It counts in what both places have in common; where most do, areas are named otherwise."""
    own, other = in_states(*"NNNN"), in_states(*"S" * moved, *"N" * (4 - moved))
    found = together(own, captured(other, declared=STATES), declared=STATES)
    places = list(places_of(found).values())
    assert places == [((0,), (0, 1), (0, 2))] * apart + [((0, 1),)] * (4 - apart)


def test_a_capture_that_says_nothing_of_places() -> None:
    own, other = in_states("N", "S"), in_states("N", "N", "S")
    without = captured(other, placed=False, declared=STATES)
    assert places_of(together(own, without, declared=STATES)) == {"00": ((0, 1),), "01": ((0, 2),)}
    listed = Registry.of(
        [{"station": row["station"], "areas": {"state": row["state"]}} for row in other]
    )
    found = together(own, without, declared=STATES, registry=listed)
    assert places_of(found) == {"00": ((0, 1),), "01": ((0, 2),), "02": ((0, 2),)}


def met(found: Any) -> dict[str, bool]:
    """Return by station whether it is in a result for sure."""
    return {key: bool(places[0]) for key, places in places_of(found).items()}


def test_a_station_that_only_a_capture_has_may_be_one_of_the_actas() -> None:
    own = [sheet("001", 9, 5), sheet("002", 8, 5)]
    both = [*own, sheet("003", 7, 5)]
    assert met(together(own, captured(both))) == {"001": True, "002": True, "003": True}
    # More stations than there are, by what is declared or by the registry.
    declared = [declared_of({"areas": [{"votes": {"A": 1}}]}, stations=n) for n in (2, 3)]
    for said, sure in zip(declared, (False, True), strict=True):
        assert met(together(own, captured(both), declared=said)) == {
            "001": True,
            "002": True,
            "003": sure,
        }
    listed = [{"station": key} for key in ("001", "002", "003", "004")]
    for some, sure in (
        (listed[:2], False),
        (listed[:3], True),
        (listed[1:], True),
        (listed[::-1], True),
        ([listed[2], *listed[:2]], True),
    ):
        assert met(together(own, captured(both), registry=Registry.of(some)))["003"] is sure
    # One that the registry does not list.
    without = Registry.of([listed[at] for at in (0, 1, 3)])
    assert met(together(own, captured(both), registry=without))["003"] is False


@pytest.mark.parametrize(
    ("key", "lacks", "sure"),
    [
        ("003", False, True),
        ("003", True, True),  # made as those of the actas are
        ("EXT-3", False, True),  # every station of the actas was met: it is one more
        ("EXT-3", True, False),
        ("03", True, False),
    ],
)
def test_a_key_that_is_made_otherwise(key: str, lacks: bool, sure: bool) -> None:
    own = [sheet(f"{at:03d}", 9 + at, 5) for at in (1, 2)]
    other = [*own[lacks:], sheet(key, 7, 5)]
    assert met(together(own, captured(other))) == {"001": True, "002": True, key: sure}


def test_sheets_in_doubt_of_a_capture_are_so_where_only_it_has_them() -> None:
    own, other = [sheet("1", 9, 5)], [sheet("1", 9, 5), sheet("2", 8, 5), sheet("3", 7, 5)]
    given = captured(other)
    doubted = replace(given, rows=replace(given.rows, doubtful=frozenset({"1", "2"})))
    found = together(own, doubted)
    assert found.rows.doubtful == {"2"}
    assert sorted(votes_of(found)) == ["1", "2", "3"]
