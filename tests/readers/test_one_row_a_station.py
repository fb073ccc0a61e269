"""Rows of one station: their status, versions of which one counts, parts that add up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify import Case, verify
from tallyverify.errors import InputError
from tallyverify.readers import ActaStream, open_actas, read_actas, read_registry
from tallyverify.table.actas import ActaTable
from tests.helpers.cases import declared_of, nation
from tests.helpers.small import CONTEST
from tests.helpers.tiers import costly

WIDE: dict[str, Any] = {
    "station": "MESA",
    "areas": {"state": "EDO"},
    "lines": {"registered": "RE"},
    "votes": {"A": "A", "B": "B"},
}
LONG: dict[str, Any] = {
    "layout": "long",
    "station": "MESA",
    "areas": {"state": "EDO"},
    "option": "OPTION",
    "count": "VOTES",
    "votes": {"A": "Ana", "B": "Berto"},
}
STATUS = {"column": "S", "counted": ["ok"], "annulled": ["void"], "pending": ["open", ""]}


def wide(*rows: tuple[Any, ...], more: str = "X", **mapping: Any) -> ActaTable:
    """A table of (station, registered, A, B, another column); the state is N."""
    frame = pd.DataFrame(rows, columns=["MESA", "RE", "A", "B", more]).astype(object)
    frame["EDO"] = "N"
    return read_actas(frame.map(str), contest=CONTEST, mapping={**WIDE, **mapping})


def long(*rows: tuple[Any, ...], **mapping: Any) -> ActaTable:
    """A table of (station, option, votes, another column)."""
    frame = pd.DataFrame(rows, columns=["MESA", "OPTION", "VOTES", "X"]).assign(EDO="N")
    return read_actas(frame.astype(str), contest=CONTEST, mapping={**LONG, **mapping})


def figures(table: ActaTable) -> list[tuple[Any, ...]]:
    names = ["station", *table.figures]
    rows = table.frame[names].itertuples(index=False, name=None)
    return [tuple(None if pd.isna(cell) else cell for cell in row) for row in rows]


# Parts that add up.


def test_parts_add_up_and_registered_voters_count_once() -> None:
    table = wide(
        ("1", 500, 80, 60, "early"),
        ("2", 450, 60, 60, "early"),
        ("1", 500, 90, 40, "day"),
        ("1", "", 3, 2, "abroad"),
        ("2", 0, 7, 5, "day"),
        repeated="sum",
    )
    assert figures(table) == [("1", 500, 173, 102), ("2", 450, 67, 65)]
    assert table.source.settled == ("5 rows of 2 stations are parts that were added up",)


def test_a_part_that_was_not_read_leaves_the_sum_open() -> None:
    table = wide(("1", 500, 80, "x", ""), ("1", 500, 90, 40, ""), repeated="sum")
    assert figures(table) == [("1", 500, 170, None)]
    assert table.unread["row"].tolist() == table.frame["row"].tolist() == [1]
    table = wide(("1", 500, 80, 1, ""), ("1", 500, 90, "x", ""), repeated="sum")
    assert figures(table) == [("1", 500, 170, None)]
    assert table.unread["row"].tolist() == [1]


def test_party_lines_of_a_long_file_add_up() -> None:
    rows = (
        ("1", "Ana", 80, "DEM"),
        ("1", "Ana", 9, "WOR"),
        ("1", "Berto", 60, "REP"),
        ("2", "Ana", 70, "DEM"),
        ("2", "Berto", 64, "REP"),
        ("2", "Berto", 6, "CON"),
        ("3", "Ana", 5, "DEM"),
        ("3", "Ana", "?", "WOR"),
    )
    # Without a row of an option its votes are not known; nor with one that was not read.
    assert figures(long(*rows, repeated="sum")) == [
        ("1", 89, 60),
        ("2", 70, 70),
        ("3", None, None),
    ]


def test_parts_must_agree_in_their_area_and_their_voters() -> None:
    with pytest.raises(
        InputError, match=r"different registered voters[\s\S]*station '1': 500, 400"
    ):
        wide(("1", 500, 8, 6, ""), ("1", 400, 9, 4, ""), repeated="sum")
    frame = pd.DataFrame(
        {"MESA": ["1", "1"], "RE": "5", "A": "1", "B": "1", "EDO": ["N", "S"]}, dtype=object
    )
    with pytest.raises(InputError, match=r"two areas[\s\S]*'N', 'S'"):
        read_actas(frame, contest=CONTEST, mapping={**WIDE, "repeated": "sum"})
    alike = frame.assign(EDO=["N", " n"])
    assert len(read_actas(alike, contest=CONTEST, mapping={**WIDE, "repeated": "sum"})) == 1


@costly
@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.integers(0, 300), st.integers(0, 300)),
        min_size=1,
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
def test_the_sum_does_not_depend_on_the_order_of_rows(
    rows: list[tuple[int, int, int]], random: Any
) -> None:
    want: dict[str, list[int]] = {}
    for station, a, b in rows:
        own = want.setdefault(str(station), [0, 0])
        own[0], own[1] = own[0] + a, own[1] + b
    again = [*rows]
    random.shuffle(again)
    for order in (rows, again):
        table = wide(*((s, 900, a, b, "") for s, a, b in order), repeated="sum")
        assert {s: [a, b] for s, _, a, b in figures(table)} == want
        cells = [cell for s, a, b in order for cell in ((s, "Ana", a, ""), (s, "Berto", b, ""))]
        table = long(*cells, repeated="sum")
        assert {s: [a, b] for s, a, b in figures(table)} == want


# Versions of one sheet.


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2", "11"),
        ("2.5", "2.75"),
        ("2030-05-05", "2030-05-06"),
        ("2030-05-05T23:50", "2030-05-06 00:10:30"),
        ("2030-05-05T23:50-04:00", "2030-05-06T03:55+00:00"),
        ("31/01/2030", "01.02.2030"),
        ("1/31/2030 11:50 PM", "2/1/2030 12:10 AM"),
        ("9:50", "21:05"),
    ],
)
def test_the_last_or_the_first_by_a_column_counts(first: str, last: str) -> None:
    rows = (("1", 500, 80, 60, last), ("1", 500, 8, 6, first), ("2", 500, 1, 1, "whatever"))
    for order in (rows, rows[::-1]):
        table = wide(*order, repeated={"latest": "X"})
        assert ("1", 500, 80, 60) in figures(table)
        assert len(table) == 2
        (said,) = table.source.settled
        assert said == "1 row superseded by a later one of the station (column 'X')"
        assert ("1", 500, 8, 6) in figures(wide(*order, repeated={"first": "X"}))


def test_versions_of_a_long_file_are_sheets_of_their_own() -> None:
    rows = (
        ("1", "Ana", 80, "1"),
        ("1", "Berto", 60, "1"),
        ("1", "Ana", 8, "2"),
        ("1", "Berto", 6, "2"),
        ("2", "Ana", 5, "1"),
        ("2", "Berto", 4, "1"),
    )
    table = long(*rows, repeated={"latest": "X"})
    assert figures(table) == [("1", 8, 6), ("2", 5, 4)]
    assert figures(long(*rows[::-1], repeated={"latest": "X"}))[::-1] == figures(table)


def test_versions_that_are_equally_late_are_copies() -> None:
    rows = [("1", 500, 80, 60, "2"), ("1", 500, 8, 6, "2"), ("1", 500, 9, 9, "1")]
    table = wide(*rows, repeated={"latest": "X"})
    assert len(table) == 2
    report = verify(Case(CONTEST, table), checks="rules")
    assert [f.evidence.value for f in report.of("T202")] == ["quality", "note"]
    assert "superseded" in report.of("T202")[1].message


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        ("2", "second", "row 2, column 'X'"),
        ("2", "", "row 2, column 'X'"),
        ("2030-05-05", "2030-05-05T21:00", "row 2, column 'X'"),
        ("2030-05-05T20:00", "2030-05-05T21:00Z", "row 2, column 'X'"),
        ("01/02/2030", "02/03/2030", "two ways"),
        ("23:50", "00:10", "midnight"),
    ],
)
def test_texts_that_cannot_be_put_in_order_are_refused(one: str, other: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        wide(("1", 5, 1, 1, one), ("1", 5, 2, 2, other), repeated={"latest": "X"})


# Status.


def test_a_status_that_is_not_placed_is_refused() -> None:
    rows = (("1", 5, 1, 1, "ok"), ("2", 5, 1, 1, "Void"), ("3", 5, 1, 1, "Void"))
    with pytest.raises(InputError, match=r"row 2, column 'S'[\s\S]*'Void' in 2 rows") as refused:
        wide(*rows, more="S", status=STATUS)
    assert "did you mean 'void'" in str(refused.value)
    strict = {**STATUS, "pending": []}
    with pytest.raises(InputError, match="2 statuses"):
        wide(*rows, ("4", 5, 1, 1, ""), more="S", status=strict)


def test_of_an_annulled_and_another_sheet_the_other_counts() -> None:
    rows = (
        ("1", 5, 1, 1, "void"),
        ("1", 5, 2, 2, "ok"),
        ("2", 5, 3, 1, "void"),
        ("3", 5, 1, 3, "open"),
        ("3", 5, 2, 3, "ok"),
        ("4", 5, 2, 3, ""),
    )
    for order in (rows, rows[::-1]):
        table = wide(*order, more="S", status=STATUS)
        assert sorted(figures(table)) == [
            ("1", 5, 2, 2),
            ("2", 5, 3, 1),
            ("3", 5, 1, 3),
            ("3", 5, 2, 3),
            ("4", 5, 2, 3),
        ]
        assert (table.source.annulled, table.source.pending) == (("2",), ("3", "4"))
        assert "1 annulled sheet" in table.source.settled[0]


def test_annulled_and_pending_sheets_are_told_and_are_in_no_sum() -> None:
    rows = (("1", 9, 4, 1, "ok"), ("2", 9, 3, 1, "void"), ("3", 9, 1, 3, "open"))
    report = verify(Case(CONTEST, wide(*rows, more="S", status=STATUS)), checks="rules")
    assert report.totals.votes == {"A": 4, "B": 1}
    assert report.coverage.stations == 1
    assert [f.message.split(":")[0] for f in report.of("T206")] == [
        "1 station annulled",
        "1 station pending",
    ]


def test_annulled_stations_are_not_missing() -> None:
    rows = (("1", 9, 4, 1, "ok"), ("02", 9, 3, 1, "void"), ("3", 9, 1, 3, "open"))
    stations = pd.DataFrame({"station": ["1", "2", "3"], "registered": "9"}, dtype=object)
    registry = read_registry(stations, contest=CONTEST)
    table = wide(*rows, more="S", status=STATUS)
    (found,) = verify(Case(CONTEST, table, None, registry), checks="rules").of("T205")[:1]
    assert (found.observed, found.expected) == (1, 2)


def test_totals_have_no_status_and_are_no_part(tmp_path: Path) -> None:
    rows = (
        ("1", 500, 80, 60, "ok"),
        ("1", 500, 70, 50, "ok"),
        ("2", 500, 90, 60, "open"),
        ("3", 100, 0, 1, "ok"),
        ("Total", 1500, 240, 170, ""),
        ("Total", 1500, 240, 170, ""),
    )
    status = {**STATUS, "pending": ["open"]}
    open_ = wide(*rows, more="S", status=status, repeated="sum")
    assert len(open_) == 5
    assert open_.source.subtotal_rows == (5, 6)
    out = wide(*rows, more="S", status=status, repeated="sum", subtotals="leave_out")
    assert figures(out) == [("1", 500, 150, 110), ("2", 500, 90, 60), ("3", 100, 0, 1)]
    with pytest.raises(InputError, match="does not place"):
        wide(*rows, more="S", status=status, subtotals="keep")


def test_files_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pd.DataFrame({"MESA": ["1", "1"], "RE": 5, "A": [1, 2], "B": 1, "EDO": "N"})
    frame.to_parquet(tmp_path / "a.parquet")
    monkeypatch.setattr("tallyverify.readers.actas.STREAM_ROWS", 1)
    mapping = {**WIDE, "repeated": "sum"}
    whole = open_actas(tmp_path / "a.parquet", contest=CONTEST, mapping=mapping)
    assert isinstance(whole, ActaTable)
    assert figures(whole) == [("1", 5, 3, 2)]
    plain = open_actas(tmp_path / "a.parquet", contest=CONTEST, mapping=WIDE)
    assert isinstance(plain, ActaStream)
    from tallyverify.records import Mapping

    stream = ActaStream(tmp_path / "a.parquet", CONTEST, Mapping.model_validate(mapping))
    with pytest.raises(InputError, match="read in parts"):
        list(stream.parts())


def test_a_registry_has_no_sheets() -> None:
    frame = pd.DataFrame({"MESA": ["1"], "RE": ["5"], "S": ["ok"]})
    for mapping in ({"status": STATUS}, {"repeated": "sum"}, {"subtotals": "keep"}):
        with pytest.raises(InputError, match="not their sheets"):
            read_registry(
                frame,
                contest=CONTEST,
                mapping={"station": "MESA", "lines": {"registered": "RE"}, **mapping},
            )


def test_a_column_that_is_not_there() -> None:
    with pytest.raises(InputError, match="no column of this name"):
        wide(("1", 5, 1, 1, ""), status={**STATUS, "column": "STATE"})
    with pytest.raises(InputError, match="no column of this name"):
        wide(("1", 5, 1, 1, ""), repeated={"latest": "WHEN"})


# What the proofs make of it.


def _sheets(kinds: str) -> list[tuple[Any, ...]]:
    random = np.random.default_rng(len(kinds))
    a, b = random.integers(60, 120, len(kinds)), random.integers(40, 90, len(kinds))
    names = {"o": "ok", "v": "void", "p": "open"}
    return [
        (f"{at:03d}", 300, int(a[at]), int(b[at]), names[kind]) for at, kind in enumerate(kinds)
    ]


def _verdict(rows: list[tuple[Any, ...]], votes: dict[str, int], **more: Any) -> Any:
    table = wide(*rows, more="S", status=STATUS)
    said = declared_of({**nation(votes=votes), "complete": True}, stations=len(rows), **more)
    return verify(Case(CONTEST, table, said), checks="rules,compare")


def _votes(rows: list[tuple[Any, ...]]) -> dict[str, int]:
    return {"A": sum(row[2] for row in rows), "B": sum(row[3] for row in rows)}


@pytest.mark.parametrize("taken", [0, 1, 3])
@pytest.mark.parametrize("counted", [True, False])
def test_a_result_holds_any_of_the_pending_sheets(taken: int, counted: bool) -> None:
    rows = _sheets("o" * 30 + "v" * 3 + "p" * 3)
    inside = rows[:30] + rows[33 : 33 + taken]
    told = _verdict(rows, _votes(inside), all_votes_at_stations=True)
    assert told.verdict == "consistent"
    assert told.feasibility.sheets_wrong == (0, 0)
    assert "3 sheets pending, in any bulletin or in none" in told.feasibility.assumptions
    # Authorities count stations with a pending sheet among theirs, or do not.
    row = {"votes": _votes(inside), "stations": 36 if counted else 30 + taken}
    said = declared_of({**nation(**row), "complete": True}, stations=36)
    table = wide(*rows, more="S", status=STATUS)
    assert verify(Case(CONTEST, table, said), checks="compare").verdict == "consistent"


def test_half_of_a_pending_sheet_is_in_no_result() -> None:
    rows = _sheets("o" * 30 + "p")
    rows[30] = ("030", 300, 100, 90, "open")
    votes = _votes(rows[:30])
    votes["A"] += 50
    assert _verdict(rows, votes, all_votes_at_stations=True).feasibility.sheets_wrong[0] == 1


def test_votes_of_annulled_stations_are_in_no_result() -> None:
    rows = _sheets("o" * 30 + "v" * 8)
    honest = _verdict(rows, _votes(rows[:30]), all_votes_at_stations=True)
    assert honest.verdict == "consistent"
    assert _verdict(rows, _votes(rows), all_votes_at_stations=True).verdict == "contradicted"


def test_pending_sheets_leave_open_who_leads() -> None:
    rows = [(f"{at}", 300, 60, 50, "ok") for at in range(12)]
    rows += [(f"p{at}", 300, 20, 100, "open") for at in range(2)]
    report = _verdict(rows, _votes(rows[:12]), all_votes_at_stations=True)
    assert report.check("D310").reason == "not settled"
    rows = [row if row[4] == "ok" else (row[0], 300, 20, 60, "open") for row in rows]
    report = _verdict(rows, _votes(rows[:12]), all_votes_at_stations=True)
    assert report.check("D310").effect == 160


def test_pending_sheets_of_an_area_and_of_different_hours() -> None:
    rows = _sheets("o" * 40 + "p" * 4)
    frame = pd.DataFrame(rows, columns=["MESA", "RE", "A", "B", "S"]).astype(object)
    frame["EDO"] = ["N", "S"] * 22
    table = read_actas(frame.map(str), contest=CONTEST, mapping={**WIDE, "status": STATUS})
    counted = rows[:40]
    north = [row for at, row in enumerate(rows) if at % 2 == 0]

    def report(area: list[tuple[Any, ...]], complete: bool) -> Any:
        areas = [{"votes": _votes(counted)}, {"area": {"state": "N"}, "votes": _votes(area)}]
        said = declared_of(
            {"areas": areas, "complete": complete}, stations=44, all_votes_at_stations=True
        )
        return verify(Case(CONTEST, table, said), checks="compare")

    assert report(north[:20], True).verdict == "consistent"
    assert report(north, False).verdict == "consistent"  # the area runs ahead
    assert report(north[5:20], True).verdict == "contradicted"


def test_a_certificate_of_a_case_with_a_status() -> None:
    rows = _sheets("o" * 30 + "v" * 8 + "p")
    said = declared_of(
        {**nation(votes=_votes(rows)), "complete": True}, stations=39, all_votes_at_stations=True
    )
    from tallyverify.engine import check_certificate

    case = Case(CONTEST, wide(*rows, more="S", status=STATUS), said)
    certificate = verify(case, checks="compare", certify=True).certificate
    assert certificate is not None
    assert "sheets annulled or pending" in certificate.outside
    assert check_certificate(certificate, case).proved
