"""tallyverify estimate where there is none: a reason and exit code 0, or bad input and exit code 2.

Whatever happens, nothing is written unless all of it can be.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.command import (
    ACTAS,
    MAPPING,
    SAMPLES,
    STATIONS,
    Command,
    Outcome,
    refused,
    without_output,
)

NONE: dict[str, Any] = {"shares": {}, "totals": {}, "turnout": None, "margin": None, "areas": []}


@pytest.fixture
def partial(tmp_path: Path) -> Path:
    """Return a copy of the sample that lacks stations."""
    return shutil.copytree(SAMPLES / "partial", tmp_path / "case")


def changed(case: Path, name: str, **keys: Any) -> None:
    """Change keys of a JSON file; None takes one out."""
    path = case / f"{name}.json"
    data = {**json.loads(path.read_text(encoding="utf-8")), **keys}
    kept = {key: value for key, value in data.items() if value is not None}
    path.write_text(json.dumps(kept), encoding="utf-8")


def estimated(command: Command, case: Path, *options: str | Path) -> Outcome:
    """Estimate with an --out that must not come to be."""
    return without_output(command, "estimate", case, *options)


def reason_of(command: Command, case: Path) -> str:
    """Return why there is no estimate, as it is printed and as it is written."""
    out = case.parent / "out"
    printed = command("estimate", case, "--format", "json", "--out", out)
    assert (printed.code, printed.err) == (0, "")
    assert sorted(path.name for path in out.iterdir()) == ["estimate.json", "made_with.json"]
    assert (out / "estimate.json").read_bytes() == printed.out.encode()
    data = json.loads(printed.out)
    assert {key: data[key] for key in NONE} == NONE
    reason: str = data["refused"]
    shown = command("estimate", case)
    assert (shown.code, shown.err) == (0, "")
    assert f"No estimate: {reason}." in " ".join(shown.out.split())
    assert "Assumed" not in shown.out
    return reason


def test_too_few_stations(command: Command, case: Path) -> None:
    assert reason_of(command, case) == "3 stations seen and wholly read; at least 20 needed"


def test_nothing_is_known_of_the_unseen(command: Command, partial: Path) -> None:
    changed(partial, "case", registry=None, declared=None)
    assert reason_of(command, partial).startswith("nothing says which stations were not seen")


@pytest.mark.parametrize("what", ["estimate", "verify"])
def test_nobody_to_compare_with(command: Command, case: Path, what: str) -> None:
    changed(case, "contest", candidates=[{"id": "A"}])
    actas = {"file": "actas.csv", "mapping": {**MAPPING, "votes": {"A": "A"}, "lines": {}}}
    changed(case, "case", actas=actas, declared=None)
    assert command(what, case).code == 0
    assert reason_of(command, case) == "the contest has one candidate only"


def test_no_sheet_holds_a_vote(command: Command, case: Path) -> None:
    (case / "actas.csv").write_text("EDO,MESA,VALID,A,B\nSur,02,0,0,0\n", encoding="utf-8")
    assert reason_of(command, case)


def test_a_registry_of_another_election(command: Command, partial: Path) -> None:
    text = (partial / "stations.csv").read_text(encoding="utf-8")
    (partial / "stations.csv").write_text(text.replace(",9000", ",8000"), encoding="utf-8")
    assert "registry" in reason_of(command, partial)


def test_a_mapping_that_names_a_wrong_column(command: Command, partial: Path) -> None:
    case = json.loads((partial / "case.json").read_text(encoding="utf-8"))
    case["actas"]["mapping"]["lines"] = {"valid": "ballots"}
    changed(partial, "case", actas=case["actas"])
    outcome = command("estimate", partial)
    assert (outcome.code, outcome.err) == (0, "")
    says = " ".join(outcome.out.split())
    assert "No estimate: on 1,047 of 1,050 sheets the candidates do not sum to the valid" in says
    assert "% interval " not in outcome.out


def test_an_estimate_that_is_refused_for_doubt_has_no_numbers(
    command: Command, partial: Path
) -> None:
    case = json.loads((partial / "case.json").read_text(encoding="utf-8"))
    case["actas"]["mapping"]["lines"] = {"valid": "ballots"}
    changed(partial, "case", actas=case["actas"])
    assert "R101" in reason_of(command, partial)


def test_more_stations_than_are_kept(
    command: Command, case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("checking.stations_kept", "inference.estimating.study", "inference.case_study"):
        monkeypatch.setattr(f"tallyverify.{module}.MOST_STATIONS", 2)
    outcome = command("estimate", case)
    assert (outcome.code, outcome.err) == (0, "")
    assert "No estimate: 3 stations: estimates keep all of them at once" in outcome.out


def test_files_that_cannot_be_read(command: Command, case: Path) -> None:
    refused(estimated(command, case, "--actas", case / "acts.csv"), "acts.csv", "no such file")
    refused(estimated(command, case.parent / "tos"), "tos", "nothing there", "mean 'toy'?")
    refused(estimated(command, case / "actas.csv"), "actas.csv", "a file", "tallyverify init")
    (case / "actas.csv").write_text(STATIONS, encoding="utf-8")
    refused(estimated(command, case), "actas.csv", "'MESA'")
    (case / "actas.csv").write_text("", encoding="utf-8")
    refused(estimated(command, case), "actas.csv", "empty")
    (case / "actas.csv").write_text(ACTAS, encoding="utf-8")
    (case / "stations.csv").write_text(STATIONS + "01,Norte,3\n", encoding="utf-8")
    refused(estimated(command, case), "stations.csv", "twice")
    (case / "contest.json").write_text("{", encoding="utf-8")
    refused(estimated(command, case), "contest.json", "JSON")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--seed", "x"], ["--seed", "'x'", "whole number"]),
        (["--seed", "-1"], ["--seed", "'-1'", "from 0 to"]),
        (["--format", "svg"], ["--format", "'svg'", "'terminal', 'json'"]),
        (["--lang", "fr"], ["--lang", "'fr'", "'en'"]),
        (["--checks", "I401"], ["--checks"]),
        (["--out"], ["--out", "requires an argument"]),
        (["a", "b"], ["unexpected extra argument", "b"]),
    ],
)
def test_options_that_are_not_there(command: Command, args: list[str], words: list[str]) -> None:
    outcome = command("estimate", *args)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.count("Error: ") == 1
    assert "Traceback" not in outcome.err
    for word in words:
        assert word in outcome.err


def test_nothing_to_estimate(command: Command) -> None:
    outcome = command("estimate")
    assert (outcome.code, outcome.out) == (2, "")
    assert "case" in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize("inside", ["", "deeper/still"])
def test_an_out_that_is_a_file(command: Command, case: Path, inside: str) -> None:
    taken = case.parent / "taken"
    taken.write_text("mine", encoding="utf-8")
    outcome = command("estimate", case, "--out", taken / inside)
    refused(outcome, "taken", "--out names a file", "a folder", "try: --out")
    assert taken.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["estimate.json", "interval.svg", "cumulative.svg"])
def test_a_folder_that_stands_in_the_way(command: Command, partial: Path, name: str) -> None:
    out = partial.parent / "out"
    (out / name).mkdir(parents=True)
    refused(command("estimate", partial, "--out", out), name, "a folder", "--out")
    assert [path.name for path in out.iterdir()] == [name]


def test_an_out_that_may_not_be_written_to(
    command: Command, case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = case.parent / "out"
    out.mkdir()
    # Whoever runs the tests as root may write everywhere.
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != out)
    refused(command("estimate", case, "--out", out / "new"), "out", "permission")
    assert not list(out.iterdir())


def failing_at(monkeypatch: pytest.MonkeyPatch, function: str, time: int) -> None:
    """Let a function of the system find the disk full when it is called for the nth time."""
    real, calls = getattr(os, function), []

    def full(*args: Any) -> Any:
        calls.append(args)
        if len(calls) == time:
            raise OSError(28, "No space left on device", str(args[0]))
        return real(*args)

    monkeypatch.setattr(os, function, full)


@pytest.mark.parametrize(
    ("function", "time", "again"),
    [
        ("chmod", 1, False),
        ("chmod", 3, True),
        ("replace", 1, True),
        ("replace", 3, False),
        ("replace", 3, True),
    ],
)
def test_a_disk_that_fails_leaves_what_was_there(
    command: Command,
    partial: Path,
    monkeypatch: pytest.MonkeyPatch,
    function: str,
    time: int,
    again: bool,
) -> None:
    out = partial.parent / "new" / "out"
    if again:
        assert command("estimate", partial, "--out", out).code == 0
    before = {path: path.read_bytes() for path in partial.parent.rglob("*") if path.is_file()}
    folders = sorted(partial.parent.rglob("*"))
    failing_at(monkeypatch, function, time)
    outcome = command("estimate", partial, "--out", out, "--seed", "7")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.endswith(": No space left on device\n")
    assert str(out) not in outcome.err
    assert sorted(partial.parent.rglob("*")) == folders
    assert {path: path.read_bytes() for path in before} == before


def test_a_defect_is_said_to_be_one(
    command: Command, case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **options: Any) -> None:
        raise RuntimeError("x\x1b[2J")

    monkeypatch.setattr("tallyverify.engine.estimate_case", broken)
    outcome = estimated(command, case)
    assert (outcome.code, outcome.out) == (2, "")
    assert "defect" in outcome.err
    assert "\n  found: RuntimeError: x\\x1b[2J\n" in outcome.err
