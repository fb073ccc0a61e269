"""What holds of any file: counts round-trip, order means nothing, and no other error escapes."""

from __future__ import annotations

import csv
import io
import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallyverify.errors import InputError
from tallyverify.model import MAX_COUNT
from tallyverify.names import names_nothing
from tests.helpers.small import CSV, HEADER, read, rows_of, written

counts = st.none() | st.integers(0, MAX_COUNT)
names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).filter(
    lambda name: not name.strip() or not names_nothing(name)
)
records = st.lists(st.tuples(names, counts, counts, counts), min_size=1, max_size=20)


def table_of(data: str | bytes, **changed: Any) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        return read(written(Path(folder), data), **changed)


def as_csv(header: list[str], rows: list[list[Any]], separator: str = ",", end: str = "\n") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator=end)
    writer.writerows([header, *rows])
    return out.getvalue()


def keyed(drawn: list[tuple[Any, ...]]) -> list[list[Any]]:
    return [[name, f"{at:03}", *rest] for at, (name, *rest) in enumerate(drawn, start=1)]


@given(records, st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n", "\r"]))
def test_counts_round_trip(drawn: list[tuple[Any, ...]], separator: str, end: str) -> None:
    rows = keyed(drawn)
    table = table_of(as_csv(HEADER.split(","), rows, separator, end))
    assert rows_of(table) == [tuple(row[1:]) for row in rows]
    assert [row[0] for row in rows_of(table, "state")] == [row[0].strip() for row in rows]
    assert table.unread.empty


@given(records, st.randoms(use_true_random=False))
def test_order_of_rows_and_columns_means_nothing(
    drawn: list[tuple[Any, ...]], chance: random.Random
) -> None:
    header, rows = HEADER.split(","), keyed(drawn)
    order, places = list(range(len(rows))), list(range(len(header)))
    chance.shuffle(order)
    chance.shuffle(places)
    mixed = [[rows[at][place] for place in places] for at in order]
    one = table_of(as_csv(header, rows), separator=",")
    other = table_of(as_csv([header[place] for place in places], mixed), separator=",")
    assert sorted(map(repr, rows_of(one))) == sorted(map(repr, rows_of(other)))


@given(records)
def test_long_and_wide_say_the_same(drawn: list[tuple[Any, ...]]) -> None:
    rows = keyed([row for row in drawn if any(count is not None for count in row[1:])])
    cells = [
        [row[0], row[1], name, count]
        for row in rows
        for name, count in zip(("valid", "A", "B"), row[2:], strict=True)
    ]
    if not cells:
        return
    long = table_of(
        as_csv(["EDO", "MESA", "what", "votes"], cells),
        layout="long", option="what", count="votes", lines={"valid": "valid"},
    )  # fmt: skip
    assert rows_of(long) == rows_of(table_of(as_csv(HEADER.split(","), rows)))


@settings(max_examples=300)
@given(st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(CSV.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(
            st.binary(max_size=3) | st.sampled_from([b'"', b"\n", b"\r", b"\t", b"\x00", b",", b""])
        )
    try:
        rows = rows_of(table_of(bytes(content)))
    except InputError:
        return
    for _, *figures in rows:
        assert all(figure is None or 0 <= figure <= MAX_COUNT for figure in figures)


@settings(max_examples=300)
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_anything_at_all_is_read_or_refused(content: bytes) -> None:
    with pytest.raises(InputError):
        table_of(content)


@given(names)
def test_a_cell_is_a_count_or_missing(text: str) -> None:
    table = table_of(as_csv(HEADER.split(","), [["N", "1", 3, text, 2], ["N", "2", 3, 1, 2]]))
    value = rows_of(table, "A")[0][0]
    if text.strip().isascii() and text.strip().isdigit():
        assert value == int(text)
    assert value is None or any(sign.isdigit() for sign in text)
