"""What a damaged file holds by plain readers of others, for comparison with what was reported."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zipfile
from collections.abc import Iterable
from typing import Any

import openpyxl

from tests.hostile.sound import HEADER

_PLAIN = re.compile(r"\d{1,9}(\.0)?", re.ASCII)


def sums_by_others(name: str, data: bytes) -> tuple[int, ...] | None:
    """Return the sums of A and B, if every cell of theirs is a plain number; else None."""
    try:
        rows = [*_rows(name, data)]
    except Exception:  # whatever it is: this reader has no answer
        return None
    if not rows or tuple(rows[0]) != HEADER or any(len(row) != len(HEADER) for row in rows):
        return None
    if len({row[1] for row in rows}) != len(rows):  # repeated: which one counts is no plain sum
        return None
    cells = [[str(row[place]) for row in rows[1:]] for place in (2, 3, 4)]
    if not all(_PLAIN.fullmatch(cell) for column in cells for cell in column):
        return None
    return tuple(sum(int(float(cell)) for cell in column) for column in cells[1:])


def _rows(name: str, data: bytes) -> Iterable[tuple[Any, ...]]:
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            (inner,) = archive.namelist()
            return _rows(inner, archive.read(inner))
    if name.endswith(".gz"):
        return _rows("a.csv", gzip.decompress(data))
    if name.endswith(".xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        return list(book.active.iter_rows(values_only=True))
    if name.endswith((".json", ".jsonl")):
        text = data.decode("utf-8")
        records = json.loads(text) if name.endswith(".json") else map(json.loads, text.split("\n"))
        return [HEADER, *(tuple(record[key] for key in HEADER) for record in records)]
    encoding, separator = {"a.csv": ("utf-8", ","), "a-latin.csv": ("latin-1", ";")}.get(
        name, ("utf-16", "\t")
    )
    text = data.decode(encoding)
    return [tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)]
