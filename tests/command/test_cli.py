"""The command line on good input: exit codes, what is printed, what is written."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tallyverify
from tallyverify.engine.all_checks import catalogue
from tests.helpers.command import ACTAS, CASE, MAPPING, SAMPLES, Command, spawned
from tests.helpers.tiers import slow_but

CODES = {"clean": 0, "partial": 0, "venezuela-2024": 1}
VERDICTS = {"clean": "consistent", "partial": "consistent", "venezuela-2024": "contradicted"}
WRITTEN = ["left_out.csv", "made_with.json", "report.html", "report.json"]


@pytest.mark.parametrize("name", slow_but(["partial"], CODES))
def test_samples(command: Command, tmp_path: Path, name: str) -> None:
    out = tmp_path / "some" / "out"
    outcome = command("verify", SAMPLES / name, "--format", "json", "--out", out)
    assert outcome.code == CODES[name]
    assert outcome.err == ""
    proved = ["certificate.json"] if VERDICTS[name] == "contradicted" else []
    assert sorted(path.name for path in out.iterdir()) == sorted([*proved, *WRITTEN])
    assert (out / "report.json").read_bytes() == outcome.out.encode()
    report = json.loads(outcome.out)
    rows = (out / "left_out.csv").read_bytes()
    assert report["left_out"]["sha256"] == hashlib.sha256(rows).hexdigest()
    assert report["left_out"]["rows"] == rows.count(b"\n") - 1
    assert report["verdict"] == VERDICTS[name]
    assert [check["code"] for check in report["checks"]] == [c.code for c in catalogue()]
    assert not [check for check in report["checks"] if check["status"] == "error"]
    assert f"<b>{VERDICTS[name]}</b>" in (out / "report.html").read_text(encoding="utf-8")


def test_what_is_printed_and_what_is_written_agree(command: Command, tmp_path: Path) -> None:
    outcome = command("verify", SAMPLES / "venezuela-2024", "--out", tmp_path / "out")
    assert outcome.code == 1
    assert "CONTRADICTED" in outcome.out
    assert "1,977,376" in outcome.out
    assert "D301" in outcome.out
    assert "\x1b" not in outcome.out
    assert outcome.out.endswith(
        f"written: {tmp_path}/out/report.json, {tmp_path}/out/report.html, "
        f"{tmp_path}/out/left_out.csv, {tmp_path}/out/made_with.json, "
        f"{tmp_path}/out/certificate.json\n"
    )
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "1,977,376" in page


@pytest.mark.hours
def test_same_bytes_wherever_whenever_and_for_whomever(tmp_path: Path) -> None:
    """No path, host, user or time is in either file."""
    kept = []
    for at, folder in enumerate(("here", "there")):
        cwd = tmp_path / folder
        cwd.mkdir()
        case = os.path.relpath(SAMPLES / "partial", cwd) if at else SAMPLES / "partial"
        ended = subprocess.run(
            [sys.executable, "-m", "tallyverify", "verify", str(case), "--out", "out"],
            cwd=cwd,
            env={**os.environ, "USER": f"user{at}", "TZ": f"XYZ{at}", "PYTHONHASHSEED": str(at)},
            check=False,
        )
        assert ended.returncode == 0
        kept.append([(cwd / "out" / name).read_bytes() for name in WRITTEN])
    assert kept[0] == kept[1]
    for text in kept[0]:
        assert str(SAMPLES.parent).encode() not in text
        assert os.fsencode(tmp_path) not in text
        assert not re.search(rb"\d\d:\d\d:\d\d", text)


def test_a_report_is_replaced_whole(
    command: Command, case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = case.parent / "out"
    assert command("verify", case, "--out", out).code == 0
    first = {name: (out / name).read_bytes() for name in WRITTEN}
    os.link(out / "report.json", case.parent / "kept")
    assert command("verify", case, "--out", out, "--seed", "7").code == 0
    assert json.loads((out / "report.json").read_bytes())["seed"] == 7
    assert (case.parent / "kept").read_bytes() == first["report.json"]
    second = {name: (out / name).read_bytes() for name in WRITTEN}

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "chmod", full)
    assert command("verify", case, "--out", out).code == 2
    assert {path.name: path.read_bytes() for path in out.iterdir()} == second


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ("rules", [c.code for c in catalogue() if c.family == "rules"]),
        ("rules,compare", [c.code for c in catalogue() if c.family in ("rules", "compare")]),
        ("inference", ["I401", "I402", "I403", "I404"]),
        ("forensics", [f"F5{number:02d}" for number in range(1, 14)]),
        ("reconcile", ["S601", "S602", "S603", "S604", "S605"]),
        ("inference,rules,forensics,compare,reconcile", [c.code for c in catalogue()]),
        ("D301,R103", ["R103", "D301"]),
        ("d301, R103,,D301", ["R103", "D301"]),
    ],
)
def test_checks_that_are_asked(command: Command, case: Path, asked: str, codes: list[str]) -> None:
    outcome = command("verify", case, "--checks", asked, "--format", "json")
    every = json.loads(outcome.out)["checks"]
    assert [check["code"] for check in every] == [check.code for check in catalogue()]
    assert [check["code"] for check in every if check["status"] != "not_asked"] == codes


def test_single_files(command: Command, case: Path) -> None:
    (case / "mapping.json").write_text(json.dumps(MAPPING), encoding="utf-8")
    sheets = ("--actas", case / "actas.csv", "--contest", case / "contest.json")
    mapped = (*sheets, "--mapping", case / "mapping.json", "--format", "json")
    alone = json.loads(command("verify", *mapped).out)
    assert [row["role"] for row in alone["inputs"]] == ["contest", "mapping", "actas"]
    assert alone["verdict"] == "insufficient"
    declared = ("--declared", case / "declared.json", "--registry", case / "stations.csv")
    whole = json.loads(command("verify", *mapped, *declared).out)
    assert [row["role"] for row in whole["inputs"]][-1] == "registry"
    folder = json.loads(command("verify", case, "--format", "json").out)
    for part in ("coverage", "totals", "verdict", "checks", "findings"):
        assert whole[part] == folder[part]


def test_a_folder_with_other_actas(command: Command, case: Path) -> None:
    other = case.parent / "more.csv"
    other.write_text("station,state,valid,A,B\n01,Norte,2000,1900,100\n", encoding="utf-8")
    outcome = command("verify", case, "--actas", other, "--format", "json")
    assert outcome.code == 0
    report = json.loads(outcome.out)
    assert report["verdict"] == "discrepant"  # one sheet, which may be wrong
    assert report["totals"]["votes"] == {"A": 1900, "B": 100}
    assert [row["name"] for row in report["inputs"] if row["role"] == "actas"] == ["more.csv"]
    (case / "mapping.json").write_text(json.dumps(MAPPING), encoding="utf-8")
    (case / "case.json").write_text(
        json.dumps({**CASE, "actas": {"file": "actas.csv"}}), encoding="utf-8"
    )
    assert command("verify", case, "--mapping", case / "mapping.json").code == 0


def test_a_sheet_that_does_not_add_up(command: Command, case: Path) -> None:
    (case / "actas.csv").write_text(ACTAS.replace("8,4", "8,3"), encoding="utf-8")
    report = json.loads(command("verify", case, "--format", "json").out)
    broken = [finding for finding in report["findings"] if finding["code"] == "R101"]
    assert [(row["station"], row["evidence"]) for row in broken] == [("01", "quality")]


def test_catalogue(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    outcome = command("checks")
    assert (outcome.code, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert [line.split()[0] for line in lines] == ["code", *(c.code for c in catalogue())]
    for check in catalogue():
        assert check.name in outcome.out
        assert str(check.evidence) in outcome.out


@pytest.mark.parametrize(
    "args", [[], ["verify"], ["estimate"], ["simulate"], ["checks"], ["schema"]]
)
def test_help(command: Command, args: list[str]) -> None:
    outcome = command(*args, "--help")
    assert (outcome.code, outcome.err) == (0, "")
    assert "Usage: tallyverify" in outcome.out


def test_version_and_module() -> None:
    ended = spawned("--version")
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout.decode() == f"tallyverify {tallyverify.__version__}\n"


def test_language(command: Command, case: Path) -> None:
    plain = command("verify", case)
    assert command("verify", case, "--lang", "en") == plain


@pytest.mark.parametrize(
    "args",
    [
        ("verify", SAMPLES / "clean", "--checks", "rules,compare"),
        ("estimate", SAMPLES / "clean"),
        ("checks",),
        ("schema", "case"),
    ],
)
def test_a_reader_who_has_seen_enough(args: tuple[str | Path, ...]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tallyverify", *map(str, args)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 0


@pytest.mark.parametrize("format", ["terminal", "json"])
def test_a_terminal_that_knows_ascii_only(case: Path, format: str) -> None:
    (case / "contest.json").write_text(
        json.dumps(
            {
                "id": "toy",
                "name": "Elección − 選挙",
                "levels": ["state"],
                "candidates": [{"id": "A", "name": "Peñalver"}, {"id": "B"}],
            }
        ),
        encoding="utf-8",
    )
    args = ("verify", case, "--format", format)
    ended = spawned(*args, PYTHONIOENCODING="ascii", LC_ALL="C", PYTHONUTF8="0")
    assert (ended.returncode, ended.stderr) == (0, b"")
    if format == "json":  # JSON is UTF-8, whatever the terminal knows
        assert ended.stdout == spawned(*args).stdout
        assert "Peñalver" in ended.stdout.decode()
    else:
        assert "Pe\\xf1alver" in ended.stdout.decode("ascii")


PATIENT = (
    "import time\n"
    "from tallyverify import progress\n"
    "from tallyverify.case import reading\n"
    "from tallyverify.command import app\n"
    "progress._PATIENCE = 0\n"
    "real = reading.open_actas\n"
    "def slow(*args, **options):\n"
    "    time.sleep(0.5)\n"
    "    return real(*args, **options)\n"
    "reading.open_actas = slow\n"
    "app.main()\n"
)


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_only_on_a_terminal(case: Path, terminal: bool) -> None:
    reader, writer = pty.openpty() if terminal else os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", PATIENT, "verify", str(case)],
        stdout=subprocess.PIPE,
        stderr=writer,
        env={**os.environ, "TERM": "xterm"},
    )
    out, _ = process.communicate()
    os.close(writer)
    try:
        seen = os.read(reader, 100_000)
    except OSError:  # nobody is left at the other end of the terminal
        seen = b""
    os.close(reader)
    assert process.returncode == 0
    assert (b"reading" in seen) is terminal
    assert terminal or seen == b""
    assert b"reading" not in out
