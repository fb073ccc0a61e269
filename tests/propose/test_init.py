"""The command ``init``: a case folder that verify runs, nothing overwritten, differences told."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import tallyverify as tv
from tests.helpers.command import Command
from tests.propose import sheets

HEADER = "DISTRITO,MESA,ANA,BERTO,NULOS,VALIDOS,EMITIDOS\n"
ROWS = "".join(
    f"{'NS'[at % 2]},{at:03},{40 + at},{90 - at},{at % 4},130,{130 + at % 4}\n" for at in range(40)
)


@pytest.fixture
def tallies(tmp_path: Path) -> Path:
    path = tmp_path / "actas 2030.csv"
    path.write_text(HEADER + ROWS, encoding="utf-8")
    return path


def test_init_writes_a_case_that_verify_runs(
    command: Command, tallies: Path, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "case"
    done = command("init", tallies, "--out", out)
    assert done.code == 0, done.err
    assert "VALIDOS = ANA + BERTO on 40 of 40 rows" in done.out
    assert "EMITIDOS = VALIDOS + NULOS on 40 of 40 rows" in done.out
    assert sorted(path.name for path in out.iterdir()) == [
        "README.md", "actas 2030.csv", "case.json", "contest.json", "declared.json",
    ]  # fmt: skip
    verified = command("verify", out, "--format", "json", "--checks", "rules,compare")
    assert verified.code == 0, verified.err
    report = json.loads(verified.out)
    assert report["verdict"] == "insufficient"
    assert report["totals"]["votes"] == {"ANA": 2380, "BERTO": 2820}
    assert "coverage_basis" in (out / "README.md").read_text(encoding="utf-8")


def test_what_was_announced_is_asked_for_until_it_is_there(
    command: Command, tallies: Path, tmp_path: Path
) -> None:
    out = tmp_path / "case"
    assert command("init", tallies, "--out", out).code == 0
    declared = json.loads((out / "declared.json").read_text(encoding="utf-8"))
    assert declared["coverage_basis"] is None
    done = command("verify", out, "--checks", "rules,compare")
    said = " ".join(done.out.replace("│", " ").split())
    assert done.code == 0
    assert "The declared result holds no bulletin yet" in said
    assert "(complete)" in said
    assert "(coverage_basis)" in said
    row = {"valid": 5200, "votes": {"ANA": 2380, "BERTO": 2820}}
    declared["bulletins"] = [{"id": "1", "complete": True, "areas": [row]}]
    (out / "declared.json").write_text(json.dumps(declared), encoding="utf-8")
    done = command("verify", out, "--checks", "rules,compare")
    assert done.code == 0
    assert "holds no bulletin yet" not in " ".join(done.out.replace("│", " ").split())


def test_without_out_the_case_is_named_like_the_file(
    command: Command, tallies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tallies.parent)
    assert command("init", tallies.name).code == 0
    assert (tallies.parent / "actas 2030-case" / "case.json").is_file()


def test_sheets_that_lie_in_the_folder_are_not_copied(command: Command, tallies: Path) -> None:
    assert command("init", tallies, "--out", tallies.parent).code == 0
    assert command("verify", tallies.parent, "--checks", "R101").code == 0


@pytest.mark.parametrize(
    "name", ["case.json", "contest.json", "declared.json", "README.md", "actas 2030.csv"]
)
def test_nothing_is_overwritten(command: Command, tallies: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / "case"
    out.mkdir()
    (out / name).write_text("mine", encoding="utf-8")
    done = command("init", tallies, "--out", out)
    assert done.code == 2
    assert name in done.err
    assert [path.name for path in out.iterdir()] == [name]
    assert (out / name).read_text(encoding="utf-8") == "mine"


def test_a_disk_that_fails_leaves_no_case(
    command: Command, tallies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sheets are copied with the case that names them: neither is there without the other."""

    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device", "actas 2030.csv")

    for step in ("copyfileobj", "copyfile"):
        monkeypatch.setattr(shutil, step, full)
    done = command("init", tallies, "--out", tmp_path / "case")
    assert (done.code, done.err) == (2, "error: actas 2030.csv: No space left on device\n")
    assert not (tmp_path / "case").exists()


def test_check_tells_differences_by_key(command: Command, tallies: Path, tmp_path: Path) -> None:
    out = tmp_path / "case"
    assert command("init", tallies, "--out", out).code == 0
    same = command("init", tallies, "--out", out, "--check")
    assert (same.code, same.out) == (0, "the case says the same\n")
    case = json.loads((out / "case.json").read_text(encoding="utf-8"))
    case["actas"]["mapping"]["votes"] = {"ANA": "BERTO", "BERTO": "ANA"}
    del case["actas"]["mapping"]["lines"]["null"]
    (out / "case.json").write_text(json.dumps(case), encoding="utf-8")
    other = command("init", tallies, "--out", out, "--check")
    assert other.code == 1
    assert other.out.splitlines() == [
        "mapping.votes.ANA: 'BERTO' in the case, 'ANA' proposed",
        "mapping.votes.BERTO: 'ANA' in the case, 'BERTO' proposed",
        "mapping.lines.null: nothing in the case, 'NULOS' proposed",
    ]


def test_check_needs_a_case(command: Command, tallies: Path, tmp_path: Path) -> None:
    done = command("init", tallies, "--out", tmp_path / "none", "--check")
    assert done.code == 2
    assert "case.json" in done.err


def test_several_files_go_into_a_folder_of_the_case(command: Command, tmp_path: Path) -> None:
    files = [tmp_path / f"{region}.csv" for region in ("north", "south")]
    others = "".join(f"N,{at:03},{95 - at},{50 + at},0,145,145\n" for at in range(40))
    for file, rows in zip(files, (ROWS, others), strict=True):
        file.write_text(HEADER + rows, encoding="utf-8")
    out = tmp_path / "case"
    done = command("init", *files, "--out", out)
    assert done.code == 0, done.err
    case = json.loads((out / "case.json").read_text(encoding="utf-8"))
    assert case["actas"]["file"] == "actas"
    assert case["actas"]["mapping"]["station"] == ["(file)", "MESA"]
    assert sorted(path.name for path in (out / "actas").iterdir()) == ["north.csv", "south.csv"]


def test_two_files_of_the_same_sheets_are_copies(command: Command, tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.csv" for name in ("one", "again")]
    for file in files:
        file.write_text(HEADER + ROWS, encoding="utf-8")
    done = command("init", *files, "--out", tmp_path / "case")
    assert "Are they copies of one sheet" in " ".join(done.out.split())
    case = json.loads((tmp_path / "case" / "case.json").read_text(encoding="utf-8"))
    assert case["actas"]["mapping"]["station"] == ["MESA"]


def test_files_of_other_columns_are_refused(command: Command, tmp_path: Path) -> None:
    first, other = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text(HEADER + ROWS, encoding="utf-8")
    other.write_text(HEADER.replace("ANA", "EVA") + ROWS, encoding="utf-8")
    done = command("init", first, other, "--out", tmp_path / "case")
    assert done.code == 2
    assert "b.csv" in done.err
    assert "'EVA'" in done.err
    assert not (tmp_path / "case").exists()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "empty"),
        ("A,B\n", "no rows"),
        ("just a letter to the editor\nand another line", "no rows of cells"),
        ("name,place\nAna,Norte\nEva,Sur\n", "could be votes"),
        ("ANA,BERTO\n1,2\n3,4\n1,2\n", "names a station"),
    ],
)
def test_what_holds_no_tallies_is_refused(
    command: Command, tmp_path: Path, text: str, word: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    done = command("init", path, "--out", tmp_path / "case")
    assert done.code == 2
    assert word in done.err
    assert not (tmp_path / "case").exists()


def test_a_frame_is_written_as_csv(tmp_path: Path) -> None:
    frame = pd.DataFrame(list(sheets.tallies()), columns=list(sheets.HEADER))
    tv.propose(frame).write(tmp_path / "case")
    report = tv.verify(tv.load_case(tmp_path / "case"), checks=["rules"])
    assert report.totals.votes["Ana Paz"] == sheets.sums()["Ana Paz"]


def test_a_hundred_thousand_rows_take_seconds(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rows = 100_000
    frame = pd.DataFrame({f"C{at:02}": rng.integers(0, 90, rows) for at in range(20)})
    frame["VALIDOS"] = frame.sum(axis=1)
    frame.insert(0, "ZONA", [f"Z{at // 5000}" for at in range(rows)])
    frame.insert(1, "CENTRO", [f"{at // 7:06}" for at in range(rows)])
    frame.insert(2, "MESA", [at % 7 for at in range(rows)])
    path = tmp_path / "large.csv"
    frame.to_csv(path, index=False)
    began = time.process_time()
    proposal = tv.propose(path)
    proposal.write(tmp_path / "case")
    assert time.process_time() - began < 5
    assert proposal.mapping.station == ("CENTRO", "MESA")
    assert len(proposal.mapping.votes) == 20
