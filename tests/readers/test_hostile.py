"""Files made, or damaged, so as to be misread: refused, never half read."""

from __future__ import annotations

import gzip
import io
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tallyverify.errors import InputError
from tallyverify.readers import ActaStream
from tallyverify.records.mapping import Mapping
from tests.helpers.small import CONTEST, CSV, MAPPING, WHOLE, read, rows_of, written
from tests.readers.test_bad import ENOUGH, parquet_bytes, workbook_bytes, zipped

PACKED = {
    "a.xlsx": workbook_bytes(),
    "a.zip": zipped(**{"a.csv": ENOUGH.encode()}),
    "a.csv.gz": gzip.compress(ENOUGH.encode()),
}


@pytest.mark.parametrize("name", [*PACKED, "a.parquet"])
def test_single_bytes_changed(tmp_path: Path, name: str) -> None:
    whole = PACKED.get(name) or parquet_bytes()
    chance = random.Random(5)
    truth = rows_of(read(written(tmp_path, whole, name)))
    for _ in range(150):
        data = bytearray(whole)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        try:
            table = read(written(tmp_path, bytes(data), name))
        except InputError:
            continue
        # Parquet pages carry no checksum unless their writer added one.
        assert name == "a.parquet" or rows_of(table) == truth


def test_a_checksum_of_parquet_is_verified(tmp_path: Path) -> None:
    columns = {name: [*range(500)] for name in ("EDO", "MESA", "VALID", "A", "B")}
    out = io.BytesIO()
    pq.write_table(
        pa.table(columns), out, write_page_checksum=True, compression="none", use_dictionary=False
    )
    data = bytearray(out.getvalue())
    at = data.index((250).to_bytes(8, "little"))
    data[at] ^= 1
    path = written(tmp_path, bytes(data), "a.parquet")
    with pytest.raises(InputError, match="damaged"):
        read(path)
    stream = ActaStream(path, CONTEST, Mapping.model_validate(MAPPING))
    with pytest.raises(InputError, match="damaged"):
        list(stream.parts())


def test_bytes_behind_the_end_of_gzip(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="damaged"):
        read(written(tmp_path, gzip.compress(CSV.encode()) + b"more", "a.gz"))


def one_row(**changed: Any) -> bytes:
    out = io.BytesIO()
    row = {"EDO": ["N"], "MESA": ["1"], "VALID": [3], "A": [1], "B": [2]}
    pq.write_table(pa.table({**row, **changed}), out)
    return out.getvalue()


@pytest.mark.parametrize("column", ["A", "MESA", "EDO"])
@pytest.mark.parametrize(
    "cell",
    [
        pa.array([[1]]),
        pa.array([{"x": 1}]),
        pa.array([b"\xff\xfe"]),
        pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int32())),
    ],
)
def test_cells_that_are_neither_text_nor_numbers(
    tmp_path: Path, column: str, cell: pa.Array
) -> None:
    path = written(tmp_path, one_row(**{column: cell}), "a.parquet")
    with pytest.raises(InputError, match=rf"column '{column}': a column holds neither"):
        read(path)


@pytest.mark.parametrize(
    "codes",
    [
        pa.array([1e300]),
        pa.array([1.0], pa.float16()),
        pa.array([2**63], pa.uint64()),
        pa.array([True]),
        pa.array([b"7"]),
        pa.array([7]).dictionary_encode(),
    ],
)
def test_any_number_may_be_a_code(tmp_path: Path, codes: pa.Array) -> None:
    table = read(written(tmp_path, one_row(MESA=codes, EDO=codes), "a.parquet"))
    assert len(rows_of(table, "station", "state")[0][0]) > 0


def test_no_rows_at_all(tmp_path: Path) -> None:
    empty = {name: pa.array([], pa.int64()) for name in ("EDO", "MESA", "VALID", "A", "B")}
    with pytest.raises(InputError, match="no rows"):
        read(written(tmp_path, one_row(**empty), "a.parquet"))
    with pytest.raises(InputError, match="no row has all"):
        read(written(tmp_path, CSV), where={"EDO": "Norte", "MESA": "02"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a":' * 50_000, "not JSON"),
        ("{}\n{}\n", "no rows"),
        ('{"MESA": "1", "A": 1, "A": 2}\n', "a key stands twice"),
        ('{"MESA": "1"}\n["A"]\n', "not an object"),
        ('{"MESA": "1"}\n{"MESA": "2", "A"', "line 2"),
        ('[{"MESA": "1"},\n{"MESA": "2"}\n', "not one JSON list"),
        ('[{"MESA": "1"},\n2]\n', "entry 2: an entry of the list is not an object"),
        ('{"a": [{"MESA": "1"}], "b": [{"MESA": "2"}]}', "several lists(.|\n)*'a', 'b'"),
        ('{"MESA": "0", "a": [{"MESA": "1"}]}', "both beside the list"),
        ('{"MESA": "1", "A": ' + "9" * 5000 + "}\n", "not JSON"),
    ],
)
def test_json_that_is_not_as_it_should_be(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read(written(tmp_path, text, "a.jsonl"))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_wide_text_without_a_mark_needs_its_encoding_named(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, CSV.encode(encoding))
    with pytest.raises(InputError, match="binary"):
        read(path)
    assert rows_of(read(path, encoding=encoding)) == WHOLE


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path / ("x" * 300))


def test_rows_are_numbered_from_the_top_of_the_file(tmp_path: Path) -> None:
    table = read(written(tmp_path, "\r\n\r\n" + CSV.replace("1500", "x")))
    assert table.unread["row"].tolist() == [5]
    assert rows_of(table, "row") == [(4,), (5,), (6,)]
