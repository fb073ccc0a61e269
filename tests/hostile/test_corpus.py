"""Each input that once took a reader down, or was misread: it ends in words, and quickly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.helpers.command import MAPPING, small_case
from tests.hostile.corpus import INPUTS
from tests.hostile.outside import outside

NAMES = ("report.json", "report.html", "left_out.csv", "made_with.json")
WRITTEN = frozenset(f"out/{name}" for name in NAMES)
"""What every run leaves that comes to a verdict."""
QUICK = (
    "a key with a dot and one inside",
    "a quoted cell without end",
    "entities of a billion laughs",
    "names that lead out",
    "text behind a closing quote",
)
"""Tried in the default run too; all with ``--runslow``."""


def case_of(folder: Path, name: str, data: bytes) -> Path:
    """Write a case whose actas are this file."""
    case = small_case(folder / "case")
    (case / "registry.csv").unlink(missing_ok=True)
    (case / name).write_bytes(data)
    described = {
        "contest": "contest.json",
        "declared": "declared.json",
        "actas": {"file": name, "mapping": MAPPING},
    }
    (case / "case.json").write_text(json.dumps(described), encoding="utf-8")
    return case


@pytest.mark.parametrize(
    "what", [pytest.param(one, marks=() if one in QUICK else pytest.mark.hours) for one in INPUTS]
)
def test_it_ends_in_words_soon_and_in_little_memory(tmp_path: Path, what: str) -> None:
    name, data = INPUTS[what]()
    case_of(tmp_path, name, data)
    ended = outside("verify", "case", "--out", "out", folder=tmp_path)
    assert not ended.faults(), ended.err[-2000:]
    if ended.code == 2:
        assert name in ended.err
        assert not ended.left
    else:
        assert ended.left >= WRITTEN
