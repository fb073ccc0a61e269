"""A long file is the same sheets in any order of its rows, though nothing tells two rows apart."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tallyverify import Case, Report, read_actas, verify
from tallyverify.errors import InputError
from tallyverify.table.actas import ActaTable
from tests.helpers.cases import declared_of, nation
from tests.helpers.same_report import without_places
from tests.helpers.small import CONTEST
from tests.helpers.tiers import costly

LONG: dict[str, Any] = {
    "layout": "long",
    "station": "MESA",
    "areas": {"state": "EDO"},
    "option": "OPTION",
    "count": "VOTES",
    "votes": {"A": "Ana", "B": ["Berto", "BERTO R"]},
    "lines": {"valid": "Valid", "registered": {"column": "REG"}},
    "ignore": ["Otros"],
    "absent": "zero",
}
COLUMNS = ["EDO", "MESA", "OPTION", "VOTES", "REG", "T", "G"]
STATUS = {"column": "T", "counted": ["1", "2"], "annulled": ["void"], "pending": [""]}
WAYS: list[dict[str, Any]] = [
    {},
    {"repeated": "sum"},
    {"repeated": "sum", "kind": "G", "marks": ["T"]},
    {"repeated": {"latest": "T"}},
    {"repeated": {"first": "T"}},
    {"status": STATUS},
    {"subtotals": {"column": "G", "equals": ["b"]}},
    {"kind": "G"},
    {"marks": ["G"]},
    {"order": "T"},
]
Row = tuple[str, ...]


def _rows(station: str, *cells: str) -> list[Row]:
    """Rows of one station, each an option, its votes and the voters beside them."""
    return [("N", station, *cell.split(), "1", "a") for cell in cells]


TIED = _rows("1", "Ana 5 20", "Ana 5 21", "Berto 6 21", "Berto 7 20", "Valid 11 20", "Valid 12 20")
OTHERS = [
    row
    for at in range(2, 8)
    for row in _rows(str(at), f"Ana {10 + at} 60", f"Berto {9 + at} 60", f"Valid {19 + 2 * at} 60")
]
CELLS = st.tuples(
    st.sampled_from(["N", "N", "N", "n", "S"]),
    st.sampled_from(["1", "2"]),
    st.sampled_from(["Ana", "Berto", "BERTO R", "Valid", "Otros"]),
    st.sampled_from(["5", "6", "5", "x", ""]),
    st.sampled_from(["20", "20", "21", "x", ""]),
    st.sampled_from(["1", "2", "2", "void", ""]),
    st.sampled_from(["a", "b"]),
)


def _read(rows: list[Row], way: dict[str, Any]) -> ActaTable:
    frame = pd.DataFrame(rows, columns=COLUMNS).astype(object)
    return read_actas(frame, contest=CONTEST, mapping={**LONG, **way})


def _content(frame: pd.DataFrame) -> list[Row]:
    """The rows of a frame but for where they stood in the file."""
    said = frame.drop(columns="row").map(lambda cell: "" if pd.isna(cell) else str(cell))
    return sorted(map(tuple, said.to_numpy().tolist()))


def _verified(table: ActaTable) -> Report:
    return verify(Case(CONTEST, table, declared_of(nation(valid=200, votes={"A": 100, "B": 100}))))


@costly
@given(st.lists(CELLS, min_size=1, max_size=16), st.sampled_from(WAYS), st.randoms())
@example(TIED, {}, None)
@example(TIED, {"repeated": "sum"}, None)
@example([*TIED, *OTHERS], {}, None)
@example([*TIED, *OTHERS], {"repeated": "sum"}, None)
def test_nothing_hangs_on_the_order_of_rows(
    rows: list[Row], way: dict[str, Any], random: Any
) -> None:
    again = rows[::-1]
    if random is not None:
        random.shuffle(again)
    try:
        one = _read(rows, way)
    except InputError:
        with pytest.raises(InputError):
            _read(again, way)
        return
    other = _read(again, way)
    assert _content(one.frame) == _content(other.frame)
    assert _content(one.unread) == _content(other.unread)
    assert _content(one.left_out) == _content(other.left_out)
    assert one.source.settled == other.source.settled
    assert without_places(_verified(one)) == without_places(_verified(other))


@given(st.permutations(range(6)))
def test_rows_of_equal_votes_are_told_apart_by_no_place(order: list[int]) -> None:
    table = _read([TIED[at] for at in order], {})
    assert _content(table.frame) == _content(_read(TIED, {}).frame)
    assert not table.one_sheet.any()  # no balance is judged


@given(st.permutations(range(4)))
def test_voters_that_differ_beside_equal_votes_say_no_more_than_votes(order: list[int]) -> None:
    # Which Berto is on the sheet with 21 voters is not known: 15 + 7 would be too many, 15 + 5 not.
    rows = _rows("1", "Ana 15 20", "Ana 15 21", "Berto 5 21", "Berto 7 21")
    table = _read([rows[at] for at in order], {})
    assert not table.one_sheet.any()


@given(st.permutations(range(4)))
def test_parts_that_are_added_up_have_the_first_of_their_texts(order: list[int]) -> None:
    rows = [
        ("n", "1", "Ana", "5", "20", "10", ""),
        ("N", "1", "Ana", "6", "20", "9", "b"),
        ("N", "1", "Berto", "5", "20", "9", "b"),
        ("n", "1", "Berto", "6", "20", "10", ""),
    ]
    table = _read([rows[at] for at in order], {"repeated": "sum", "kind": "G", "order": "T"})
    assert (table.frame["state"] == "N").all()
    assert _content(table.frame) == _content(
        _read(rows, {"repeated": "sum", "kind": "G", "order": "T"}).frame
    )
