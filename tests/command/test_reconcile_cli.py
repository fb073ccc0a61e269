"""tallyverify reconcile, and captures in verify: files, exit codes, bad input."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

import tallyverify.engine
from tests.helpers.command import ACTAS, CASE, MAPPING, Command, contradicted_case, small_case

FINAL = ACTAS.replace("01,12,8,4", "01,12,4,8").replace("02,1500,900,600", "2,1500,910,590")


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = small_case(tmp_path / "case")
    (folder / "final.csv").write_text(FINAL, encoding="utf-8")
    (folder / "mapping.json").write_text(json.dumps(MAPPING), encoding="utf-8")
    return folder


def with_captures(folder: Path, **keys: object) -> Path:
    capture = {"name": "final", "file": "final.csv", "mapping": MAPPING, **keys}
    text = json.dumps({**CASE, "captures": [capture]})
    (folder / "case.json").write_text(text, encoding="utf-8")
    return folder


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "worklist.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_two_files(command: Command, case: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = command(
        *("reconcile", case / "actas.csv", case / "final.csv", "--out", out),
        *("--contest", case / "contest.json", "--mapping", case / "mapping.json"),
    )
    assert (done.code, done.err) == (0, "")
    assert "actas → final.csv" in done.out
    assert sorted(path.name for path in out.iterdir()) == ["reconcile.json", "worklist.csv"]
    document = json.loads((out / "reconcile.json").read_text(encoding="utf-8"))
    assert (document["common"], document["differ"]) == (3, 2)
    assert [one["station"] for one in document["swapped"]] == ["01"]
    assert {row["station"] for row in rows(out)} == {"01", "02"}


def test_a_case_and_a_file_in_json_and_spanish(command: Command, case: Path) -> None:
    done = command("reconcile", case, case / "final.csv", "--format", "json")
    assert done.code == 0
    assert json.loads(done.out)["by_option"]["A"]["net"] == 6
    spanish = command("reconcile", case, case / "final.csv", "--lang", "es")
    assert "mesas comunes" in spanish.out


def test_captures_of_a_case_and_a_worklist_that_survives(
    command: Command, case: Path, tmp_path: Path
) -> None:
    with_captures(case)
    out = tmp_path / "out"
    assert command("verify", case, "--out", out).code == 0
    found = rows(out)
    assert found[0]["station"] == "02"
    lines = (out / "worklist.csv").read_text(encoding="utf-8").splitlines()
    lines[1] = lines[1].removesuffix(",") + "second,"
    (out / "worklist.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for job in ("verify", "reconcile"):
        assert command(job, case, "--out", out).code == 0
        assert [row["resolved"] for row in rows(out)] == ["", "", "", "second"]
    # Without captures the worklist that somebody wrote on is left alone.
    (case / "case.json").write_text(json.dumps(CASE), encoding="utf-8")
    assert command("verify", case, "--out", out).code == 0
    assert rows(out)[-1]["resolved"] == "second"
    assert not (out / "reconcile.json").exists()


def test_the_exit_code_is_that_of_what_is_declared(command: Command, tmp_path: Path) -> None:
    folder = contradicted_case(tmp_path / "case")
    (folder / "same.csv").write_text(ACTAS, encoding="utf-8")
    assert command("reconcile", folder, folder / "same.csv").code == 1
    assert command("reconcile", folder, folder / "same.csv", "--fail-on", "none").code == 0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], ("two captures are reconciled",)),
        (["nothing.csv"], ("nothing.csv", "no such file")),
        (["final.csv", "--tolerance", "x%"], ("a tolerance is a number",)),
        (["final.csv", "--tolerance", "5%:urns"], ("tolerance is of a figure", "urns")),
        (["final.csv", "--mapping-b", "contest.json"], ("contest.json",)),
        (["final.csv", "--crosswalk", "final.csv"], ("two columns",)),
        (["strange.csv"], ("no station in common", "'X7' → 'x7'")),
    ],
)
def test_what_cannot_be_reconciled(
    command: Command, case: Path, tmp_path: Path, given: list[str], words: tuple[str, ...]
) -> None:
    (case / "strange.csv").write_text("EDO,MESA,VALID,A,B\nN,X7,3,1,2\n", encoding="utf-8")
    named = [case / one if one.endswith((".csv", ".json")) else one for one in given]
    done = command("reconcile", case, *named, "--out", tmp_path / "out")
    assert done.code == 2, done
    assert "Traceback" not in done.err
    for word in words:
        assert word in done.err
    assert not (tmp_path / "out").exists()


def test_a_file_needs_a_contest(command: Command, case: Path) -> None:
    done = command("reconcile", case / "actas.csv", case / "final.csv")
    assert done.code == 2
    assert "--contest" in done.err


def test_a_spoiled_worklist_stops_the_run_and_is_left_alone(
    command: Command, case: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "worklist.csv").write_text("station,resolved\n1,yes\n", encoding="utf-8")
    for job in (("reconcile", case, case / "final.csv"), ("verify", with_captures(case))):
        done = command(*job, "--out", out)
        assert done.code == 2
        assert "lacks columns" in done.err
        assert [path.name for path in out.iterdir()] == ["worklist.csv"]


@pytest.mark.parametrize("job", ["verify", "reconcile"])
def test_what_a_clerk_writes_while_it_runs_is_not_lost(
    command: Command, case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, job: str
) -> None:
    with_captures(case)
    out = tmp_path / "out"
    assert command(job, case, "--out", out).code == 0
    real = tallyverify.engine.verify

    def while_somebody_writes(*args: Any, **options: Any) -> Any:
        lines = (out / "worklist.csv").read_text(encoding="utf-8").splitlines()
        lines[1] = lines[1].removesuffix(",") + "second,written meanwhile"
        (out / "worklist.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return real(*args, **options)

    monkeypatch.setattr(tallyverify.engine, "verify", while_somebody_writes)
    assert command(job, case, "--out", out).code == 0
    assert [row["remark"] for row in rows(out) if row["resolved"]] == ["written meanwhile"]
