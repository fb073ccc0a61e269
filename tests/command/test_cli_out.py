"""Nothing is written unless all of it can be; whatever fails says so and ends in exit code 2."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.command import Command, refused, spawned, verified


@pytest.mark.parametrize("inside", ["", "deeper/still"])
def test_an_out_that_is_a_file(command: Command, case: Path, inside: str) -> None:
    taken = case.parent / "taken"
    taken.write_text("mine", encoding="utf-8")
    outcome = command("verify", case, "--out", taken / inside)
    refused(outcome, "taken", "--out names a file", "a folder", "try: --out")
    assert taken.read_text(encoding="utf-8") == "mine"


def test_an_out_where_a_report_cannot_stand(command: Command, case: Path) -> None:
    out = case.parent / "out"
    (out / "report.html").mkdir(parents=True)
    refused(command("verify", case, "--out", out), "report.html", "a folder", "--out")
    assert [path.name for path in out.iterdir()] == ["report.html"]


def test_an_out_that_may_not_be_written_to(
    command: Command, case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = case.parent / "out"
    out.mkdir()
    # Whoever runs the tests as root may write everywhere.
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != out)
    refused(command("verify", case, "--out", out / "new"), "out", "permission")
    assert not list(out.iterdir())


@pytest.mark.parametrize("failing", ["chmod", "replace"])
def test_a_disk_that_fails_leaves_nothing(
    command: Command, case: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device", str(case.parent / "report.json"))

    monkeypatch.setattr(os, failing, full)
    outcome = verified(command, case)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == "error: report.json: No space left on device\n"


def test_a_defect_is_not_taken_for_a_contradiction(
    command: Command, case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **options: Any) -> None:
        raise RuntimeError("x\x1b[2J")

    monkeypatch.setattr("tallyverify.engine.verify", broken)
    outcome = verified(command, case)
    assert (outcome.code, outcome.out) == (2, "")
    assert "defect" in outcome.err
    assert "\n  found: RuntimeError: x\\x1b[2J\n" in outcome.err
    monkeypatch.setenv("TALLYVERIFY_TRACEBACK", "1")
    outcome = verified(command, case)
    assert (outcome.code, outcome.out) == (2, "")
    assert "Traceback" in outcome.err


@pytest.mark.parametrize("name", ["a\x1b[31m.csv", "a\nb.csv", "a\u202e.csv", "[red]a"])
def test_hostile_names_of_files_are_shown_dead(command: Command, case: Path, name: str) -> None:
    outcome = verified(command, case, "--actas", case / name)
    safe = name.encode("unicode_escape").decode()
    refused(outcome, safe, "no such file")


def test_a_name_that_is_no_text(case: Path) -> None:
    latin = (case / "actas.csv").rename(case / os.fsdecode(b"a\xff.csv"))
    ended = spawned("verify", case, "--actas", latin)
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert ended.stderr.startswith(b"error: a\\udcff.csv: the name of the file is not text")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only where /dev/full is")
@pytest.mark.parametrize("format", ["terminal", "json"])
def test_an_output_that_takes_nothing(case: Path, format: str) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        ended = spawned("verify", case, "--format", format, stdout=full)
    assert ended.returncode == 2
    assert ended.stderr == b"error: output: No space left on device\n"


def test_no_output_at_all(case: Path) -> None:
    script = 'exec "$0" -m tallyverify verify "$1" --out "$2" >&- 2>&-'
    ended = subprocess.run(
        ["sh", "-c", script, sys.executable, case, case / "out"], capture_output=True, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")
    assert (case / "out" / "report.json").is_file()


@pytest.mark.parametrize("name", ["actas.csv", "case.json"])
def test_as_a_process(case: Path, name: str) -> None:
    (case / name).write_bytes(b"")
    ended = spawned("verify", case, "--out", case / "out", PYTHONIOENCODING="ascii")
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert ended.stderr.startswith(f"error: {name}: the file is empty".encode())
    assert b"Traceback" not in ended.stderr
    assert not (case / "out").exists()
