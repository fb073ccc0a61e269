"""Any supported file to unread columns, and what had to be inferred on the way."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from tallyverify.errors import InputError, listed, shown
from tallyverify.readers.delimited import read_delimited
from tallyverify.readers.encoding import to_utf8
from tallyverify.readers.files import Content, blank, damaged_file, load
from tallyverify.readers.header import check_no_header
from tallyverify.readers.raw import Raw
from tallyverify.readers.workbook import read_workbook

PARQUET_ERRORS = (pa.ArrowException, OSError, ValueError)
"""What pyarrow may raise for a file that is damaged."""

_NAMES = {"utf-8-sig": "UTF-8 with a byte-order mark", "utf-8": "UTF-8", "latin-1": "Latin-1"}


def read_raw(
    path: Path,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    sheet: str | None = None,
    wanted: Iterable[str] = (),
    header: Sequence[int] = (),
) -> tuple[Raw, Content, tuple[str, ...]]:
    """Read a file's columns without a meaning; return also the file, and how it was read."""
    content = load(path, encoding)
    if content.kind == "parquet":
        check_no_header(header, content.name, "Parquet")
        return _with_rows(_parquet(content)), content, ("Parquet",)
    if content.kind in ("xlsx", "xls"):
        raw, said = read_workbook(content, sheet, header)
        return _with_rows(raw), content, (f"workbook ({content.kind})", *said)
    data, found, guessed = to_utf8(content.data, encoding, content.name)
    if not data.strip():
        raise blank(content.name)
    if b"\x00" in data:
        raise InputError("the text holds NUL characters", file=content.name)
    how = f"text read as {_NAMES.get(found, found)}"
    if guessed:
        how += " (not UTF-8, and the mapping names no encoding)"
    if data.lstrip()[:2] in (b"[{", b"[\n", b"[\r", b"[ "):
        raise InputError(
            "this is one JSON array; one object per line is read",
            file=content.name,
            found=shown(data.lstrip()[:60].decode("utf-8", "replace")),
            hint="write each object on a line of its own (JSON lines)",
        )
    if data.lstrip().startswith(b"{"):
        check_no_header(header, content.name, "a file of JSON lines")
        return _with_rows(_json_lines(data, content.name)), content, (how, "JSON lines")
    raw, sign = read_delimited(data, content.name, separator, wanted, header)
    said = (how, f"cells separated by {'tab' if sign == chr(9) else sign}")
    raw = replace(raw, encoding=found, separator=sign)
    return _with_rows(raw), content, said


def _with_rows(raw: Raw) -> Raw:
    if not raw.rows:
        raise InputError(
            "the file has a header but no rows",
            file=raw.file,
            found=f"columns {listed(raw.distinct, 12)}",
            hint="if the header is missing, add one that the mapping can name",
        )
    return raw


def _parquet(content: Content) -> Raw:
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(content.data), page_checksum_verification=True)
    except PARQUET_ERRORS as error:
        raise broken_parquet(content.name, error) from None
    return Raw(table.column_names, list(table.columns), content.name, first_row=1)


def broken_parquet(name: str, error: Exception) -> InputError:
    """Return the error for a Parquet file that cannot be opened."""
    return damaged_file(name, "Parquet file", str(error)[:120])


def _json_lines(data: bytes, name: str) -> Raw:
    columns: dict[str, list[str | None]] = {}
    row = 0
    for number, line in enumerate(data.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line, object_pairs_hook=_distinct)
        except (ValueError, RecursionError) as error:
            raise InputError(
                "a line is not JSON",
                file=name,
                place=f"line {number:,}",
                found=f"{shown(line[:60].decode('utf-8', 'replace'))} ({error})",
                expected="one object per line",
                hint="the file may have been cut off",
            ) from None
        if not isinstance(record, dict):
            raise InputError("a line is not an object", file=name, place=f"line {number:,}")
        cells = _flat(record)
        for key in cells:
            columns.setdefault(key, [None] * row)
        row += 1
        for key, values in columns.items():
            values.append(cells.get(key))
    ordered = {key: pa.chunked_array([pa.array(v, pa.string())]) for key, v in columns.items()}
    return Raw(list(ordered), list(ordered.values()), name, first_row=1)


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return record


def _flat(record: dict[str, Any], prefix: str = "") -> dict[str, str | None]:
    """Nested objects as dotted names: {"votes": {"A": 1}} has the column votes.A."""
    cells: dict[str, str | None] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            cells.update(_flat(value, f"{prefix}{key}."))
        elif isinstance(value, str) or value is None:
            cells[prefix + key] = value
        else:
            cells[prefix + key] = json.dumps(value)
    return cells
