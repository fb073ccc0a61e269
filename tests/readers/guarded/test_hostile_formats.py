"""Workbooks and Parquet that break a library, or want all the memory: bad input, by name."""

from __future__ import annotations

import errno
import io
import os
import struct
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tallyverify import propose
from tallyverify.errors import InputError
from tallyverify.readers import ActaStream, read_twice
from tallyverify.readers.guarded.asking import end_idle
from tallyverify.readers.guarded.parquet_files import head_inside, parquet_batches
from tallyverify.records import Mapping
from tests.helpers.command import Command
from tests.helpers.old_workbooks import xls_bytes
from tests.helpers.small import CONTEST, MAPPING, WHOLE, read, rows_of, written
from tests.hostile.sound import packed, unpacked
from tests.readers.test_bad import workbook_bytes
from tests.readers.test_formats import CELLS

XLS = xls_bytes(CELLS)


def test_an_old_workbook(tmp_path: Path) -> None:
    assert rows_of(read(written(tmp_path, XLS, "a.xls"))) == WHOLE


@pytest.mark.parametrize("size", [512, 1032, 1040, 1100, 1150])
def test_an_old_workbook_that_is_cut_off(tmp_path: Path, size: int) -> None:
    with pytest.raises(InputError, match=r"^a\.xls: the (file breaks|workbook is damaged)"):
        read(written(tmp_path, XLS[:size], "a.xls"))


@pytest.mark.parametrize(("at", "value"), [(76, 3), (516, 1)])
def test_four_bytes_that_make_it_want_all_the_memory(tmp_path: Path, at: int, value: int) -> None:
    """A table of sectors in which a chain leads back to itself."""
    data = XLS[:at] + struct.pack("<I", value) + XLS[at + 4 :]
    with pytest.raises(InputError, match=r"^a\.xls: (the file breaks|reading the file takes too)"):
        read(written(tmp_path, data, "a.xls"))


def far_corner() -> bytes:
    """Return a small workbook with one cell more, the last that a sheet can have."""
    last = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    parts = unpacked(workbook_bytes())
    return packed({name: xml.replace(b"</sheetData>", last) for name, xml in parts.items()})


def test_one_cell_at_the_far_corner(tmp_path: Path) -> None:
    path = written(tmp_path, far_corner(), "a.xlsx")
    with pytest.raises(InputError, match=r"^a\.xlsx: the file breaks the program"):
        read(path)
    with pytest.raises(InputError, match=r"^a\.xlsx: the file breaks the program"):
        propose(path)


@pytest.mark.parametrize("stays_encoded", [True, False])
def test_a_column_that_nobody_asked_for_grows_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stays_encoded: bool
) -> None:
    """One long text, to which each row refers in a few bits."""
    monkeypatch.setenv("TALLYVERIFY_CHILD_MEMORY", "512")
    pad = pa.DictionaryArray.from_arrays(pa.array([0] * 60_000, pa.int32()), pa.array(["x" * 9999]))
    figures: dict[str, Any] = {name: [1] * 60_000 for name in ("EDO", "MESA", "VALID", "A", "B")}
    out = io.BytesIO()
    pq.write_table(pa.table({**figures, "PAD": pad}), out, store_schema=stays_encoded)
    with pytest.raises(InputError, match=r"^a\.parquet: .*(too much memory|far more than)"):
        read(written(tmp_path, out.getvalue(), "a.parquet"))


def test_the_command_line_ends_in_two(tmp_path: Path, command: Command) -> None:
    path = written(tmp_path, XLS[:1040], "a.xls")
    ended = command("init", str(path), "--out", str(tmp_path / "case"))
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("error: a.xls: the file breaks the program that reads it\n")
    assert "Traceback" not in ended.err


def parquet(folder: Path, **changed: Any) -> Path:
    cells = dict(zip(CELLS[0], zip(*CELLS[1:], strict=True), strict=True))
    path = folder / "a.parquet"
    pq.write_table(
        pa.table({**{name: list(column) for name, column in cells.items()}, **changed}), path
    )
    return path


@pytest.mark.parametrize("same_time", [True, False])
def test_a_file_that_changes_while_it_is_read_in_parts(tmp_path: Path, same_time: bool) -> None:
    stream = ActaStream(parquet(tmp_path), CONTEST, Mapping.model_validate(MAPPING), batch=1)
    assert stream.source.rows == 3
    before = stream.path.stat()
    parquet(tmp_path, A=[80, 900, 0])
    if same_time:
        os.utime(stream.path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(InputError, match=r"^a\.parquet: the file was changed while it was read"):
        list(stream.parts())


def test_a_time_zone_that_nobody_knows(tmp_path: Path) -> None:
    when = pa.array([1_000_000, 2_000_000, 3_000_000], pa.timestamp("us", "Nowhere/At_all"))
    path = parquet(tmp_path, WHEN=when)
    assert rows_of(read(path)) == WHOLE
    table = read(path, order="WHEN")
    assert rows_of(table) == WHOLE
    assert table.frame["order"].is_monotonic_increasing


@pytest.mark.skipif(not hasattr(pa, "json_"), reason="this pyarrow has no type of JSON")
def test_a_second_reading_of_a_type_that_the_other_library_has_not(tmp_path: Path) -> None:
    texts = pa.ExtensionArray.from_storage(pa.json_(), pa.array(["{}", "[]", "7"]))
    path = parquet(tmp_path, NOTE=texts)
    (one,) = read_twice(path)
    assert (one.unlike, one.reason) == (0, "")


def test_a_file_without_rows_read_in_parts(tmp_path: Path) -> None:
    path = parquet(tmp_path)
    pq.write_table(pq.read_table(path).slice(0, 0), path)
    stream = ActaStream(path, CONTEST, Mapping.model_validate(MAPPING))
    with pytest.raises(InputError, match=r"^a\.parquet: the file has a header but no rows"):
        list(stream.parts())


def test_columns_that_stand_twice(tmp_path: Path) -> None:
    names = [*CELLS[0], "A"]
    columns = [list(column) for column in zip(*CELLS[1:], strict=True)]
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table([*columns, [1, 2, 3]], names=names), path)
    assert rows_of(read(path, votes={"A": "A#1", "B": "B"})) == WHOLE
    with pytest.raises(InputError, match="two columns have the same name"):
        read(path)


def test_a_column_called_like_a_field_of_another(tmp_path: Path) -> None:
    path = parquet(tmp_path, v=[{"A": 1}] * 3, **{"v.A": [4, 5, 6]})
    (table,) = parquet_batches(path, ["v.A"], 10)
    assert table.to_pydict() == {"v.A": [4, 5, 6]}


def test_a_machine_of_large_stacks_reads_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stack of a thread is memory, to the limit, before any of it is used."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_STACK)
    large = 2**30
    if before[1] not in (resource.RLIM_INFINITY, large) and before[1] < large:
        pytest.skip("this machine allows no such stack")
    end_idle()
    resource.setrlimit(resource.RLIMIT_STACK, (large, before[1]))
    try:
        assert rows_of(read(parquet(tmp_path))) == WHOLE
    finally:
        end_idle()
        resource.setrlimit(resource.RLIMIT_STACK, before)


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (pa.ArrowException("Failed to launch worker thread"), MemoryError, "^$"),
        (OSError(errno.ENOMEM, "mmap"), MemoryError, "^$"),
        (OSError(errno.EIO, "read"), InputError, "a.parquet: the file cannot be read"),
        (OSError("Couldn't deserialize thrift"), InputError, "the Parquet file is damaged"),
    ],
)
def test_a_failure_of_the_system_is_no_damage_of_the_file(
    monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[Exception], words: str
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(pq, "ParquetFile", fails)
    with pytest.raises(kind, match=words):
        list(head_inside(b"", "a.parquet", "a.parquet"))


def test_text_that_is_none(tmp_path: Path) -> None:
    offsets = pa.array([0, 2, 4, 6], pa.int32()).buffers()[1]
    odd = pa.Array.from_buffers(pa.string(), 3, [None, offsets, pa.py_buffer(b"\xff\xfe" * 3)])
    with pytest.raises(InputError, match=r"^a\.parquet: the Parquet file is damaged"):
        read(parquet(tmp_path, NOTE=odd))


def test_a_slow_file_is_stopped_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tallyverify.readers.guarded import packed
    from tallyverify.readers.guarded.asking import asked

    def asleep(function: str, *args: Any, **arguments: Any) -> Any:
        return asked("tests.readers.guarded.faults:sleeps", *args)

    monkeypatch.setattr(packed, "asked", asleep)
    monkeypatch.setenv("TALLYVERIFY_CHILD_SECONDS", "1")
    start = time.monotonic()
    with pytest.raises(InputError, match=r"^a\.xlsx: reading the file took too long"):
        read(written(tmp_path, workbook_bytes(), "a.xlsx"))
    assert time.monotonic() - start < 30
