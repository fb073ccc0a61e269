"""Long files: one row per station and option."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tallyverify.errors import InputError
from tallyverify.readers import read_actas
from tallyverify.table.actas import ActaTable
from tests.helpers.small import CONTEST, rows_of, written

LONG: dict[str, Any] = {
    "layout": "long",
    "station": "precinct",
    "areas": {"state": "county"},
    "option": "candidate",
    "count": "votes",
    "votes": {"A": "Ann Ay", "B": "Bob Bee"},
    "lines": {"valid": "Total"},
}
HEADER = "county,precinct,office,candidate,votes"
ROWS = (
    "N,P1,President,Ann Ay,8",
    "N,P1,President,Bob Bee,4",
    "N,P1,President,Total,12",
    "S,P2,President,Ann Ay,3",
    "S,P2,President,Bob Bee,0",
    "S,P2,President,Total,3",
)


def read(folder: Path, *rows: str, **changed: Any) -> ActaTable:
    path = written(folder, "\n".join([HEADER, *rows]))
    return read_actas(path, contest=CONTEST, mapping={**LONG, **changed})


def test_rows_become_one_acta_each(tmp_path: Path) -> None:
    table = read(tmp_path, *ROWS)
    assert rows_of(table) == [("P1", 12, 8, 4), ("P2", 3, 3, 0)]
    assert rows_of(table, "row", "state") == [(2, "N"), (5, "S")]
    assert table.source.rows == 6


def test_rows_of_one_station_need_not_be_neighbours(tmp_path: Path) -> None:
    mixed = [ROWS[at] for at in (3, 2, 5, 1, 4, 0)]
    assert sorted(rows_of(read(tmp_path, *mixed))) == [("P1", 12, 8, 4), ("P2", 3, 3, 0)]


def test_an_option_without_a_row_is_missing_not_zero(tmp_path: Path) -> None:
    assert rows_of(read(tmp_path, *ROWS[:4], ROWS[5])) == [("P1", 12, 8, 4), ("P2", 3, 3, None)]


def test_a_second_row_of_an_option_begins_a_second_acta(tmp_path: Path) -> None:
    table = read(tmp_path, *ROWS, "N,P1,President,Ann Ay,9", "N,P1,President,Bob Bee,4")
    assert rows_of(table) == [("P1", 12, 8, 4), ("P2", 3, 3, 0), ("P1", None, 9, 4)]
    assert rows_of(table, "row")[2] == (8,)


def test_an_unknown_option_is_an_error_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"does not place(.|\n)*'Bob Be'(.|\n)*mean 'Bob Bee'"):
        read(tmp_path, *ROWS, "S,P2,President,Bob Be,4")
    with pytest.raises(InputError, match=r"'Write-ins'(.|\n)*mapping.ignore"):
        read(tmp_path, *ROWS, "S,P2,President,Write-ins,4")


def test_an_option_that_has_no_rows_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no rows for(.|\n)*'Ann Ai'(.|\n)*mean 'Ann Ay'"):
        read(tmp_path, *ROWS, votes={"A": ["Ann Ai", "Ann Ay"], "B": "Bob Bee"})


def test_ignored_texts_are_left_out(tmp_path: Path) -> None:
    table = read(tmp_path, *ROWS, "S,P3,President,Write-ins,4", ignore="Write-ins")
    assert rows_of(table) == [("P1", 12, 8, 4), ("P2", 3, 3, 0)]


def test_where_keeps_one_contest(tmp_path: Path) -> None:
    other = ("N,P1,Governor,Cy Cee,99", "N,P1,Governor,Total,99")
    table = read(tmp_path, other[0], *ROWS, other[1], where={"office": "President"})
    assert rows_of(table) == [("P1", 12, 8, 4), ("P2", 3, 3, 0)]
    assert rows_of(table, "row") == [(3,), (6,)]
    with pytest.raises(InputError, match=r"no row has(.|\n)*'President'(.|\n)*'Mayor'"):
        read(tmp_path, *ROWS, where={"office": "Mayor"})


def test_where_takes_one_of_several_texts(tmp_path: Path) -> None:
    rows = [ROWS[0].replace("President", "Pres."), *ROWS[1:]]
    table = read(tmp_path, *rows, where={"office": ["President", "Pres."]})
    assert rows_of(table) == [("P1", 12, 8, 4), ("P2", 3, 3, 0)]


def test_an_option_may_be_the_sum_of_several_texts(tmp_path: Path) -> None:
    rows = [*ROWS, "N,P1,President,A. Ay,10", "S,P2,President,A. Ay,x"]
    table = read(tmp_path, *rows, votes={"A": ["Ann Ay", "A. Ay"], "B": "Bob Bee"})
    assert rows_of(table) == [("P1", 12, 18, 4), ("P2", 3, None, 0)]


def test_an_unread_cell_is_named_by_its_acta_and_option(tmp_path: Path) -> None:
    table = read(tmp_path, *ROWS[:4], "S,P2,President,Bob Bee,four", ROWS[5])
    assert rows_of(table)[1] == ("P2", 3, 3, None)
    assert table.unread.to_dict("records") == [
        {"row": 5, "station": "P2", "column": "Bob Bee", "text": "four", "reason": "illegible"}
    ]


def test_a_large_count_is_exact(tmp_path: Path) -> None:
    table = read(tmp_path, *ROWS[:2], "N,P1,President,Total,9999999999")
    assert rows_of(table) == [("P1", 9_999_999_999, 8, 4)]


def test_no_row_of_any_option_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no rows for an option"):
        read(tmp_path, "S,P3,President,Write-ins,4", ignore="Write-ins")


def test_the_same_text_for_two_figures_is_an_error(tmp_path: Path) -> None:
    for changed in (
        {"votes": {"A": "Ann Ay", "B": "Ann Ay"}, "ignore": "Bob Bee"},
        {"votes": {"A": "Ann Ay", "B": ["Bob Bee", "Ann Ay"]}},
        {"lines": {"valid": "Ann Ay"}, "ignore": "Total"},
        {"ignore": "Ann Ay"},
        {"ignore": "Total"},
    ):
        with pytest.raises(InputError, match=r"counted twice: '(Ann Ay|Total)'"):
            read(tmp_path, *ROWS, **changed)
