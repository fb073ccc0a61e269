"""What the readers know of a mapping so far: what they do not know yet is skipped, and told."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from openpyxl import Workbook

import tallyverify as tv

CONTEST = tv.Contest.model_validate(
    {"id": "t", "levels": ["area"], "candidates": [{"id": "A"}], "lines": ["registered"]}
)


def _reads(
    name: str, text: str, wanted: list[list[Any]], columns: list[str], **mapping: Any
) -> bool:
    """Whether a small file is read as wanted, with keys of a mapping."""
    with TemporaryDirectory() as folder:
        path = Path(folder, name)
        if name.endswith("xlsx"):
            book = Workbook()
            book.remove(book.active)
            for sheet, rows in json.loads(text).items():
                book.create_sheet(sheet)
                for row in rows:
                    book[sheet].append(row)
            book.save(path)
        else:
            path.write_text(text, encoding="utf-8")
        mapping = {"station": "M", "votes": {"A": "A"}, **mapping}
        try:
            table = tv.read_actas(path, contest=CONTEST, mapping=mapping)
        except tv.InputError:
            return False
        there = [name for name in columns if name in table.frame]
        return table.frame[there].values.tolist() == wanted


def _needs(known: bool, what: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not known, reason=f"the readers do not know {what} yet")


needs_header = _needs(
    _reads("a.csv", "title,\nM,A\n1,3\n", [["1", 3]], ["station", "A"], header=2), "mapping.header"
)
needs_fill_down = _needs(
    _reads(
        "a.csv", "R,M,A\nx,1,3\n,2,4\n", [["x", 3], ["x", 4]], ["area", "A"],
        areas={"area": "R"}, fill_down=["R"],
    ),
    "mapping.fill_down",
)  # fmt: skip
needs_sheets = _needs(
    _reads(
        "a.xlsx", '{"x": [["M", "A"], [1, 3]], "y": [["M", "A"], [1, 4]]}', [["x", 3], ["y", 4]],
        ["area", "A"], sheet="*", station=["(sheet)", "M"], areas={"area": "(sheet)"},
    ),
    "several sheets",
)  # fmt: skip
needs_station_columns = _needs(
    _reads(
        "a.csv", "M,E,O,V\n1,9,a,3\n", [[9, 3]], ["registered", "A"], layout="long", option="O",
        count="V", votes={"A": "a"}, lines={"registered": {"column": "E"}},
    ),
    "lines with a column of their own",
)  # fmt: skip
