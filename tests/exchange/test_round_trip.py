"""What is written in a format is read back as the same sheets, whatever they hold."""

from __future__ import annotations

import io
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tallyverify.exchange import TARGETS, sheets_as
from tallyverify.names import FORMULA_ERROR, NO_PLACE
from tallyverify.readers import read_actas
from tallyverify.records import Contest
from tallyverify.table import ActaTable

ENDINGS = {
    "csv": "csv",
    "jsonl": "jsonl",
    "parquet": "parquet",
    "nist-json": "json",
    "nist-xml": "xml",
    "actasum": "jsonl",
}
FORMATS = {"csv": "tallyverify"}
CONTEST = Contest.model_validate(
    {
        "id": "toy",
        "name": "Toy, <&> \"'",
        "date": "2024-05-05",
        "levels": ["state", "zone of it"],
        "candidates": [
            {"id": "A", "name": "Ana"},
            {"id": "=B", "options": ["b-1", "b.2"]},
            {"id": "-C"},
        ],
        "lines": ["challenged", "drawn", "blank"],
        "ballot_lines": ["null", "blank", "challenged"],
    }
)
FIGURES = ("registered", "signed", "ballots", "valid", "null", "blank", "challenged", "drawn")
OPTIONS = ("A", "b-1", "b.2", "-C")
# What a spreadsheet would work out, what looks like a figure, marks of CSV, JSON and XML.
NASTY = [
    "=1+1",
    "＝1",
    "+5",
    "-5",
    "@x",
    "'a",
    "''",
    '"q"',
    "a,b;c|d",
    "ñandú Ó",
    "1.234",
    "007",
    "<a&b>",
]
# "s/d", "-" and errors of spreadsheets name no station: a sheet without a key has its own test.
KEYS = st.one_of(
    st.sampled_from(NASTY),
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn", "Zs", "Cf")),
        min_size=1,
        max_size=8,
    ).filter(
        lambda text: (
            text.strip() == text and text not in NO_PLACE and not re.match(FORMULA_ERROR, text)
        )
    ),
)
CELLS = st.one_of(
    st.integers(0, 10**10).map(str),
    st.sampled_from(["", "-", "x", "12.5", "1.234", "12,000", "-3", "=3", "1e3", "'7"]),
)


def made(rows: list[dict[str, str]], contest: Contest = CONTEST) -> ActaTable:
    """Return a table of cells, its columns called by other names than the contest's."""
    frame = pd.DataFrame(rows, columns=["K", "S", "Z", *FIGURES, *OPTIONS], dtype=object)
    mapping = {
        "station": "K",
        "areas": {"state": "S", "zone of it": "Z"},
        "lines": {name: name for name in FIGURES},
        "votes": {name: name for name in OPTIONS},
        "thousands": "'",
    }
    return read_actas(frame, contest=contest, mapping=mapping)


def rows_of(table: ActaTable) -> list[tuple[Any, ...]]:
    """Return a table's cells: nothing where nothing was read, the text where it was not."""
    unread = {
        (int(row), _figure(table, str(column))): str(text)
        for row, column, text in zip(
            table.unread["row"], table.unread["column"], table.unread["text"], strict=True
        )
    }
    rows = []
    for at, row in enumerate(table.frame["row"].tolist()):
        cells: list[Any] = []
        for name in ("station", *CONTEST.levels, *FIGURES, *OPTIONS):
            cell = table.frame[name].iloc[at] if name in table.frame.columns else None
            text = unread.get((int(row), name))
            cells.append(text.strip('"') if text else None if pd.isna(cell) or cell == "" else cell)
        rows.append(tuple(cells))
    return rows


def _figure(table: ActaTable, column: str) -> str:
    mapping = table.source.mapping
    given = {**mapping.figures, **mapping.station_columns} if mapping else {}
    return next((name for name, columns in given.items() if column in columns), column)


def again(table: ActaTable, to: str, contest: Contest = CONTEST) -> ActaTable:
    """Return a table written in a format and read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"sheets.{ENDINGS[to]}")
        path.write_bytes(sheets_as(table, to).data)
        return read_actas(path, contest=contest, format=FORMATS.get(to))


def without_texts(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return rows in which a figure that was not read is only missing."""
    kept = 1 + len(CONTEST.levels)
    return [
        (*row[:kept], *(None if isinstance(cell, str) else cell for cell in row[kept:]))
        for row in rows
    ]


ROWS = st.lists(
    st.fixed_dictionaries(
        {"K": KEYS, "S": KEYS, "Z": st.one_of(st.just(""), KEYS)}
        | dict.fromkeys((*FIGURES, *OPTIONS), CELLS)
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda row: row["K"].casefold(),
)
FULL = {"K": "1", "S": "N", "Z": "z"} | dict.fromkeys((*FIGURES, *OPTIONS), "5")


@pytest.mark.parametrize("to", TARGETS)
@given(rows=ROWS)
@example(rows=[{**FULL, "A": "12.000"}, {**FULL, "K": "2", "A": "1.234", "b-1": "x"}])
@settings(max_examples=15, deadline=None)
def test_what_is_written_is_read_back(to: str, rows: list[dict[str, str]]) -> None:
    table = made(rows)
    read = again(table, to)
    if to in ("csv", "jsonl", "actasum"):
        assert rows_of(read) == rows_of(table)
    else:
        assert without_texts(rows_of(read)) == without_texts(rows_of(table))
        assert not len(read.unread)


def test_no_cell_of_the_csv_begins_as_a_formula_of_any_width() -> None:
    """The signs are those of the other CSV files, and the cells are read back."""
    table = made([{**FULL, "K": f"{sign}{at}"} for at, sign in enumerate("=+-@＝＋－＠")])
    cells = sheets_as(table, "csv").data.decode().splitlines()[1:]
    assert [line for line in cells if not line.startswith("'")] == []
    assert rows_of(again(table, "csv")) == rows_of(table)


@pytest.mark.parametrize("to", TARGETS)
def test_the_bytes_are_the_same_each_time_and_hang_on_nothing_else(to: str) -> None:
    rows = [FULL, {**FULL, "K": "2", "A": "x", "null": ""}]
    assert sheets_as(made(rows), to).data == sheets_as(made(rows), to).data


@pytest.mark.parametrize("to", TARGETS)
def test_stations_that_stand_twice_and_in_two_areas_stay_so(to: str) -> None:
    table = made([FULL, {**FULL, "A": "6"}, {**FULL, "S": "M"}, {**FULL, "K": "2"}])
    assert sorted(rows_of(again(table, to))) == sorted(rows_of(table))


@pytest.mark.parametrize("to", ["parquet", "nist-json", "nist-xml"])
def test_texts_that_are_lost_are_listed(to: str) -> None:
    table = made([FULL, {**FULL, "K": "2", "A": "12x", "blank": "?"}])
    (said,) = sheets_as(table, to).left_out
    assert "2 cells that were not read are missing, their texts left out" in said
    assert "2, A: '12x'" in said
    assert "2, blank: '?'" in said


@pytest.mark.parametrize("to", ["csv", "jsonl", "actasum"])
def test_texts_that_are_kept_are_not_called_lost(to: str) -> None:
    assert sheets_as(made([{**FULL, "A": "12x"}]), to).left_out == ()


def test_no_cell_of_csv_is_a_formula() -> None:
    names = ["=1", "+1", "-1", "@1", "'1"]
    rows = [{**FULL, "K": key, "S": key, "A": key} for key in names]
    table = made(rows)
    text = sheets_as(table, "csv").data.decode()
    import csv

    for row in csv.reader(io.StringIO(text)):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    assert rows_of(again(table, "csv")) == rows_of(table)


def test_what_stands_beside_the_figures_is_told() -> None:
    frame = pd.DataFrame(
        {"K": ["1", "2"], "T": ["1", "2"], "U": ["rural", "town"], "A": ["3", "4"]}
    )
    contest = Contest.model_validate({"id": "t", "candidates": [{"id": "A"}]})
    mapping = {"station": "K", "votes": {"A": "A"}, "order": "T", "kind": "U", "marks": "U"}
    table = read_actas(frame, contest=contest, mapping=mapping)
    for to in ("csv", "jsonl", "parquet", "actasum"):
        assert sheets_as(table, to).left_out == (
            "left out: the order of arrival, the kinds of stations, marks of stations",
        )


def test_statuses_and_lines_without_figures_are_told() -> None:
    frame = pd.DataFrame({"K": ["1", "2"], "E": ["ok", "anulada"], "A": ["3", "4"], "N": ["", ""]})
    contest = Contest.model_validate({"id": "t", "date": "2024-01-01", "candidates": [{"id": "A"}]})
    status = {"column": "E", "counted": "ok", "annulled": "anulada"}
    mapping = {"station": "K", "votes": {"A": "A"}, "lines": {"null": "N"}, "status": status}
    said = sheets_as(read_actas(frame, contest=contest, mapping=mapping), "nist-json").left_out
    assert said == (
        "left out: that 1 sheet is annulled",
        "lines without a figure on any sheet: null",
    )


def test_a_date_is_needed_where_the_format_has_one() -> None:
    contest = CONTEST.model_copy(update={"date": ""})
    with pytest.raises(Exception, match="the contest has no date") as raised:
        sheets_as(made([FULL], contest), "nist-xml")
    assert "2024-07-28" in str(raised.value)


def test_jsonl_is_as_read_actas_reads_it_by_the_contests_names() -> None:
    (line,) = sheets_as(made([{**FULL, "Z": "", "A": "", "blank": "x"}]), "jsonl").data.splitlines()
    one = json.loads(line)
    assert one["station"] == "1"
    assert one["areas"] == {"state": "N", "zone of it": None}
    assert one["votes"]["A"] is None
    assert one["lines"]["blank"] == "x"
