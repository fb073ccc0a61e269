"""The real election files, where they are at hand: their contests, mappings and tables."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tallyverify.readers import read_actas
from tallyverify.records.contest import Contest
from tallyverify.table.actas import ActaTable

_TESTS = Path(__file__).resolve().parents[1]
MAPPINGS = _TESTS / "readers" / "mappings"
REAL = Path(os.environ.get("TALLYVERIFY_REALDATA", _TESTS.parent.parent / "shared" / "data"))
ELECTIONS = tuple(sorted(path.stem for path in MAPPINGS.glob("*.json")))

FEW = ("venezuela-2024-v2", "poland-2020-round1", "vermont-2020")
"""Those that every run looks at; at the others where more is asked."""

_REASON = "the real election files are not here; name their folder in TALLYVERIFY_REALDATA"


NEEDS_REALDATA = [pytest.mark.realdata, pytest.mark.skipif(not REAL.is_dir(), reason=_REASON)]
"""For ``pytestmark`` of a module; :func:`realdata` marks one test."""


def realdata(test: Any) -> Any:
    """Mark a test that needs the real files: skipped, with the reason, without them."""
    for mark in NEEDS_REALDATA:
        test = mark(test)
    return test


@cache
def described(name: str) -> dict[str, Any]:
    """Return the contest and the actas' mapping of an election, as its JSON file has them."""
    text = (MAPPINGS / f"{name}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@cache
def contest_of(name: str) -> Contest:
    """Return the contest of an election."""
    return Contest.model_validate(described(name)["contest"])


def path_of(name: str) -> Path:
    """Return the file of an election's actas."""
    path = REAL / described(name)["actas"]["file"]
    if not path.is_file():
        pytest.skip(f"{_REASON} (no {path.name})")
    return path


@cache
def table_of(name: str) -> ActaTable:
    """Return an election's actas, read once for all tests."""
    actas = described(name)["actas"]
    return read_actas(
        path_of(name),
        contest=contest_of(name),
        mapping=actas.get("mapping"),
        format=actas.get("format"),
    )
