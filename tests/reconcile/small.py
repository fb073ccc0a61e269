"""Small captures for the tests of this room."""

from __future__ import annotations

from typing import Any

import pandas as pd

import tallyverify as tv

CONTEST = tv.Contest.model_validate(
    {"id": "t", "levels": ["state"], "candidates": [{"id": "A"}, {"id": "B"}, {"id": "C"}]}
)


def capture(rows: list[dict[str, Any]], **mapping: Any) -> tv.ActaTable:
    """Return a table of rows; a figure that a row does not have was not read."""
    names = dict.fromkeys(name for row in rows for name in row)
    frame = pd.DataFrame(
        [{name: str(row.get(name, "")) for name in names} for row in rows], columns=list(names)
    )
    whole = {
        "station": "station",
        "areas": {"state": "state"} if "state" in names else {},
        "lines": {line: line for line in ("registered", "valid", "null") if line in names},
        "votes": {name: name for name in "ABC" if name in names},
    }
    return tv.read_actas(frame, contest=CONTEST, mapping=whole | mapping)


def rows_of(votes: list[tuple[str, int, int]]) -> list[dict[str, Any]]:
    """Return rows of stations with votes of A and B, and none of C."""
    return [{"station": key, "A": a, "B": b, "C": 0} for key, a, b in votes]
