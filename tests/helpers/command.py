"""The command line run in this process, and a small case for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

from tallyverify.command.app import run

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "data" / "samples"

CONTEST: dict[str, Any] = {
    "id": "toy",
    "levels": ["state"],
    "candidates": [{"id": "A"}, {"id": "B"}],
}
MAPPING: dict[str, Any] = {
    "station": "MESA",
    "areas": {"state": "EDO"},
    "lines": {"valid": "VALID"},
    "votes": {"A": "A", "B": "B"},
}
DECLARED: dict[str, Any] = {
    "bulletins": [{"id": "1", "areas": [{"valid": 1519, "votes": {"A": 908, "B": 611}}]}]
}
CASE: dict[str, Any] = {
    "contest": "contest.json",
    "declared": "declared.json",
    "actas": {"file": "actas.csv", "mapping": MAPPING},
    "registry": {"file": "stations.csv"},
}
ACTAS = "EDO,MESA,VALID,A,B\nNorte,01,12,8,4\nSur,02,1500,900,600\nSur,03,7,0,7\n"
STATIONS = "station,state,registered\n01,Norte,20\n02,Sur,2000\n03,Sur,10\n"


@dataclass(frozen=True)
class Outcome:
    """What a run left behind."""

    code: int
    out: str
    err: str


def small_case(folder: Path) -> Path:
    """Write a consistent case of three stations."""
    folder.mkdir(exist_ok=True)
    for name, data in (("contest", CONTEST), ("declared", DECLARED), ("case", CASE)):
        (folder / f"{name}.json").write_text(json.dumps(data, indent=1), encoding="utf-8")
    (folder / "actas.csv").write_text(ACTAS, encoding="utf-8")
    (folder / "stations.csv").write_text(STATIONS, encoding="utf-8")
    return folder


def contradicted_case(folder: Path) -> Path:
    """Write a case of three stations whose declared result its sheets contradict."""
    small_case(folder)
    # Less than the sheets still hold if the largest of them is wrong.
    low = {"id": "1", "complete": True, "areas": [{"valid": 5, "votes": {"A": 3, "B": 2}}]}
    (folder / "declared.json").write_text(json.dumps({"bulletins": [low]}), encoding="utf-8")
    return folder


class Command:
    """Runs the command line in this process."""

    def __init__(self, capfd: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self._capfd, self._patch = capfd, patch

    def __call__(self, *args: str | Path) -> Outcome:
        self._patch.setattr(sys, "argv", ["tallyverify", *map(str, args)])
        self._capfd.readouterr()
        code = run()
        out, err = self._capfd.readouterr()
        return Outcome(code, out, err)


def spawned(
    *args: str | Path, stdout: int | IO[str] = subprocess.PIPE, **env: str
) -> subprocess.CompletedProcess[bytes]:
    """Run ``python -m tallyverify`` as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "tallyverify", *map(str, args)],
        env={**os.environ, **env},
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
    )


def refused(outcome: Outcome, file: str, *words: str) -> None:
    """One message that names the file and holds the words; no traceback; nothing else."""
    assert outcome.code == 2, outcome
    assert outcome.out == ""
    assert outcome.err.count("error: ") == 1
    assert outcome.err.startswith(f"error: {file}: "), outcome.err
    assert "Traceback" not in outcome.err
    assert "defect" not in outcome.err
    for word in words:
        assert word in outcome.err, outcome.err
    assert any(key in outcome.err for key in ("found", "expected", "try: ")), outcome.err


def verified(command: Command, case: Path, *options: str | Path) -> Outcome:
    """Verify with an --out that must not come to be."""
    return without_output(command, "verify", case, *options)


def without_output(command: Command, job: str, case: Path, *options: str | Path) -> Outcome:
    """Run a job with an --out that must not come to be."""
    before = sorted(case.parent.rglob("*"))
    outcome = command(job, case, "--out", case.parent / "new" / "out", *options)
    assert sorted(case.parent.rglob("*")) == before
    assert str(case.parent) not in outcome.err
    return outcome
