"""Small made-up contests and files for tests of the readers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from tallyverify.readers import read_actas
from tallyverify.records.contest import Contest
from tallyverify.table.actas import ActaTable

CONTEST = Contest.model_validate(
    {"id": "toy", "levels": ["state"], "candidates": [{"id": "A"}, {"id": "B"}]}
)
MAPPING: dict[str, Any] = {
    "station": "MESA",
    "areas": {"state": "EDO"},
    "lines": {"valid": "VALID"},
    "votes": {"A": "A", "B": "B"},
}
HEADER = "EDO,MESA,VALID,A,B"
ROWS = ("Norte,01,12,8,4", "Sur,02,1500,900,600", "Sur,03,7,0,7")
CSV = "\n".join((HEADER, *ROWS)) + "\n"
WHOLE = [("01", 12, 8, 4), ("02", 1500, 900, 600), ("03", 7, 0, 7)]


def written(folder: Path, data: str | bytes, name: str = "actas.csv") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def read(path: Path, contest: Contest = CONTEST, **changed: Any) -> ActaTable:
    """Read a file with the toy mapping, changed where named."""
    return read_actas(path, contest=contest, mapping={**MAPPING, **changed})


def rows_of(table: ActaTable, *names: str) -> list[tuple[Any, ...]]:
    """Return the table's rows as plain tuples, a missing figure as None."""
    frame = table.frame[list(names) or ["station", "valid", "A", "B"]]
    rows = frame.itertuples(index=False, name=None)
    return [tuple(None if pd.isna(cell) else cell for cell in row) for row in rows]
