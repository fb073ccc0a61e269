"""Workbooks, Parquet and JSON lines."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tallyverify.errors import InputError
from tallyverify.readers import ActaStream, read_actas
from tallyverify.readers import actas as actas_module
from tallyverify.readers.actas import open_actas
from tallyverify.records.mapping import Mapping
from tests.helpers.small import CONTEST, HEADER, MAPPING, WHOLE, read, rows_of

CELLS: list[list[Any]] = [
    HEADER.split(","),
    ["Norte", "01", 12, 8, 4],
    ["Sur", "02", 1500, 900, 600],
    ["Sur", "03", 7, 0, 7],
]


def workbook(path: Path, **sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_workbook_of_one_sheet(tmp_path: Path) -> None:
    table = read(workbook(tmp_path / "a.xlsx", actas=CELLS))
    assert rows_of(table) == WHOLE
    assert table.source.text == ("workbook (xlsx)",)


def test_empty_sheets_do_not_count(tmp_path: Path) -> None:
    assert rows_of(read(workbook(tmp_path / "a.xlsx", notes=[], actas=CELLS))) == WHOLE


def test_of_several_sheets_one_must_be_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", actas=CELLS, notes=[["made", "by"], ["hand", 1]])
    with pytest.raises(InputError, match=r"several sheets(.|\n)*'actas', 'notes'"):
        read(path)
    assert rows_of(read(path, sheet="actas")) == WHOLE
    with pytest.raises(InputError, match=r"no sheet(.|\n)*did you mean 'actas'"):
        read(path, sheet="acta")


def test_cells_of_a_workbook(tmp_path: Path) -> None:
    rows = [
        CELLS[0],
        ["N", 7, 12.0, 8.5, None],
        ["N", "08", "1,204", "x", -1],
        ["N", 9, 1, True, 1],
    ]
    table = read(workbook(tmp_path / "a.xlsx", actas=rows))
    assert rows_of(table) == [("7", 12, None, None), ("08", 1204, None, None), ("9", 1, None, 1)]
    assert table.unread[["row", "column", "text"]].values.tolist() == [
        [2, "A", "8.5"],
        [3, "A", "x"],
        [3, "B", "-1"],
        [4, "A", "True"],
    ]


def parquet(path: Path, **changed: Any) -> Path:
    columns = {name: [row[at] for row in CELLS[1:]] for at, name in enumerate(CELLS[0])}
    pq.write_table(pa.table({**columns, **changed}), path)
    return path


@pytest.mark.parametrize(
    "kind",
    [
        pa.int16(), pa.int64(), pa.uint32(), pa.float32(), pa.float64(), pa.decimal128(24, 2),
        pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string()),
    ],
)  # fmt: skip
def test_types_of_parquet(tmp_path: Path, kind: pa.DataType) -> None:
    counts = pa.array([12, 1500, 7])
    text = kind if not pa.types.is_dictionary(kind) else pa.string()
    cast = counts.cast(text)
    path = parquet(tmp_path / "a.parquet", VALID=cast.dictionary_encode() if text != kind else cast)
    table = read(path)
    assert rows_of(table) == WHOLE
    assert table.source.text == ("Parquet",)


def test_a_missing_count_of_parquet_is_missing(tmp_path: Path) -> None:
    path = parquet(tmp_path / "a.parquet", VALID=[12, None, 7], A=[8.0, 900.5, 0.0])
    table = read(path)
    assert [row[1:3] for row in rows_of(table)] == [(12, 8), (None, None), (7, 0)]
    assert table.unread[["row", "text"]].values.tolist() == [[2, "900.5"]]


@pytest.mark.parametrize(
    "codes",
    [
        pa.array(["01", "02", "03"]).dictionary_encode(),
        pa.array(["01", "02", "03"], pa.large_string()),
        pa.array(["01", "02", "03"], pa.string_view()),
    ],
)
def test_codes_of_parquet(tmp_path: Path, codes: pa.Array) -> None:
    assert rows_of(read(parquet(tmp_path / "a.parquet", MESA=codes))) == WHOLE


def test_numeric_codes_of_parquet(tmp_path: Path) -> None:
    for codes in (pa.array([1, 2, 3]), pa.array([1.0, 2.0, 3.0])):
        path = parquet(tmp_path / "a.parquet", MESA=codes)
        assert rows_of(read(path, pad={"MESA": 2})) == WHOLE


def test_a_large_parquet_file_is_read_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = parquet(tmp_path / "a.parquet", A=["8", "x", "0"], URL=["u", "v", "w"])
    monkeypatch.setattr(actas_module, "STREAM_ROWS", 2)
    stream = open_actas(path, contest=CONTEST, mapping=MAPPING)
    assert isinstance(stream, ActaStream)
    small = ActaStream(path, CONTEST, Mapping.model_validate(MAPPING), batch=1)
    whole = read(path)
    # What no mapping reads is looked at in a file that is read whole only.
    assert stream.source == small.source == replace(whole.source, noticed=None)
    for parts in ([*stream.parts()], [*small.parts()]):
        assert [row for part in parts for row in rows_of(part)] == rows_of(whole)
        assert [row for part in parts for row in part.frame["row"]] == [1, 2, 3]
        unread = [cell for part in parts for cell in part.unread.values.tolist()]
        assert unread == whole.unread.values.tolist() == [[2, "02", "A", "x", "illegible"]]
    monkeypatch.setattr(actas_module, "STREAM_ROWS", 3)
    assert rows_of(open_actas(path, contest=CONTEST, mapping=MAPPING)) == rows_of(whole)  # type: ignore[arg-type]


def test_json_lines(tmp_path: Path) -> None:
    flat = [dict(zip(CELLS[0], row, strict=True)) for row in CELLS[1:]]
    path = tmp_path / "a.jsonl"
    path.write_text("\n\n".join(map(json.dumps, flat)))
    table = read(path)
    assert rows_of(table) == WHOLE
    assert table.source.text == ("text read as UTF-8", "JSON lines")


def test_nested_json_lines_need_no_mapping(tmp_path: Path) -> None:
    nested = [
        {
            "station": row[1],
            "areas": {"state": row[0]},
            "lines": {"valid": row[2]},
            "votes": {"A": row[3], "B": row[4]},
        }
        for row in CELLS[1:]
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, nested)))
    table = read_actas(path, contest=CONTEST)
    assert rows_of(table) == WHOLE
    assert rows_of(table, "state")[0] == ("Norte",)


def test_an_empty_object_is_no_figure(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = [{"station": "1", "A": {}, "B": 2}, {"station": "2", "A": 3, "B": 4}]
    path.write_text("\n".join(map(json.dumps, rows)))
    table = read_actas(path, contest=CONTEST)
    assert table.unread[["row", "column", "text"]].values.tolist() == [[1, "A", "{}"]]


def test_an_absent_key_of_json_is_missing(tmp_path: Path) -> None:
    records = [
        {"station": "1", "votes": {"A": 1}},
        {"station": "2", "votes": {"A": None, "B": 2.0}},
        {"station": "3", "votes": {"A": 1.5, "B": True}, "note": ["x"]},
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, records)))
    table = read_actas(path, contest=CONTEST)
    assert rows_of(table, "station", "A", "B") == [
        ("1", 1, None),
        ("2", None, 2),
        ("3", None, None),
    ]
    assert table.unread[["row", "text"]].values.tolist() == [[3, "1.5"], [3, "true"]]


def test_json_text_with_other_line_breaks_inside(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"station": "a\u2028b", "A": 1, "B": 2}\n', encoding="utf-8")
    assert rows_of(read_actas(path, contest=CONTEST), "station") == [("a\u2028b",)]
