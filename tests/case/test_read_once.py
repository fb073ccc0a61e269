"""Each file of a case is read once: the bytes that are hashed are the bytes that were taken in."""

from __future__ import annotations

import builtins
import io
import json
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import tallyverify as tv
from tests.helpers.command import ACTAS, CASE, DECLARED, MAPPING, small_case


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count how often each file is opened, by name."""
    counts: Counter[str] = Counter()
    real = io.open

    def counted(file: Any, *args: Any, **options: Any) -> Any:
        if isinstance(file, str | Path):
            counts[Path(file).name] += 1
        return real(file, *args, **options)

    monkeypatch.setattr(io, "open", counted)
    monkeypatch.setattr(builtins, "open", counted)
    return counts


def whole_case(folder: Path) -> Path:
    """Write a case whose every part stands in a file of its own."""
    small_case(folder)
    (folder / "mapping.json").write_text(json.dumps(MAPPING), encoding="utf-8")
    (folder / "second.csv").write_text(ACTAS.replace("MESA", "KEY"), encoding="utf-8")
    (folder / "keys.csv").write_text("KEY,MESA\n01,01\n02,02\n03,03\n", encoding="utf-8")
    (folder / "earlier.csv").write_text(ACTAS, encoding="utf-8")
    (folder / "results.csv").write_text("EDO,A,B\nNorte,8,4\n", encoding="utf-8")
    table = {"file": "results.csv", "mapping": {"areas": {"state": "EDO"}, "votes": {"A": "A"}}}
    second = {"name": "second", "file": "second.csv", "crosswalk": "keys.csv"}
    case = {
        **CASE,
        "actas": {"file": "actas.csv", "mapping": "mapping.json"},
        "declared": ["declared.json", table],
        "captures": [{**second, "mapping": {**MAPPING, "station": "KEY"}}],
        "earlier": {"file": "earlier.csv", "mapping": MAPPING},
    }
    (folder / "case.json").write_text(json.dumps(case), encoding="utf-8")
    return folder


def test_every_file_of_a_case(tmp_path: Path, opened: Counter[str]) -> None:
    folder = whole_case(tmp_path / "case")
    opened.clear()
    case = tv.load_case(folder)
    files = {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    assert {name: opened[name] - 1 for name in files} == dict.fromkeys(files, 1)
    assert {one.name: one.sha256 for one in case.inputs} == files


@pytest.mark.parametrize("table", [False, True])
def test_a_declared_result_given_by_name(tmp_path: Path, opened: Counter[str], table: bool) -> None:
    """Which kind of document it is shows in its keys: it is not read again for that."""
    folder = whole_case(tmp_path / "case")
    said = json.loads((folder / "case.json").read_text(encoding="utf-8"))["declared"][1]
    given = folder / "given.json"
    given.write_text(json.dumps(said if table else DECLARED), encoding="utf-8")
    opened.clear()
    case = tv.load_case(folder, declared=given)
    assert opened["given.json"] == 1
    assert "given.json" in {one.name for one in case.inputs}


def test_a_report(tmp_path: Path, opened: Counter[str]) -> None:
    text = tv.verify(tv.load_case(small_case(tmp_path / "case")), checks="D301").to_json()
    (tmp_path / "report.json").write_text(text, encoding="utf-8")
    opened.clear()
    assert tv.load_report(tmp_path / "report.json").to_json() == text
    assert opened["report.json"] == 1
