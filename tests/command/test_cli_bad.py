"""Bad input ends in exit code 2, one message that helps, and nothing written."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.command import (
    ACTAS,
    CASE,
    CONTEST,
    DECLARED,
    SAMPLES,
    STATIONS,
    Command,
    refused,
    verified,
)

Spoil = Callable[[Path], None]
DELETE = object()


def text(name: str, content: str | bytes) -> Spoil:
    """Put this into a file of the case instead."""

    def spoil(case: Path) -> None:
        (case / name).write_bytes(content.encode() if isinstance(content, str) else content)

    return spoil


def key(name: str, *path: str | int, to: Any) -> Spoil:
    """Change, or take out, what a JSON file says at a path of keys."""

    def spoil(case: Path) -> None:
        data = deepcopy({"case": CASE, "contest": CONTEST, "declared": DECLARED}[name])
        part: Any = data
        for step in path[:-1]:
            part = part[step]
        if to is DELETE:
            del part[path[-1]]
        else:
            part[path[-1]] = to
        (case / f"{name}.json").write_text(json.dumps(data), encoding="utf-8")

    return spoil


def gone(name: str) -> Spoil:
    return lambda case: (case / name).unlink()


def linked(name: str, target: str) -> Spoil:
    """Make a file of the case a link."""

    def spoil(case: Path) -> None:
        (case.parent / "outside").write_text(ACTAS, encoding="utf-8")
        (case / name).unlink()
        (case / name).symlink_to(target)

    return spoil


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("actas.csv", bytes(100 * 1024**2))
    return out.getvalue()


HALF = "\n".join(",".join(line.split(",")[:3]) for line in ACTAS.splitlines()) + "\n"
AREA = ("bulletins", 0, "areas", 0)

ACTAS_FILE: list[tuple[Spoil, tuple[str, ...]]] = [
    (gone("actas.csv"), ("no such file", "'stations.csv'")),
    (text("actas.csv", ""), ("empty", "0 bytes")),
    (text("actas.csv", ACTAS[: ACTAS.rindex(",")]), ("line 4", "cut off")),
    (text("actas.csv", gzip.compress(ACTAS.encode())[:-9]), ("cut off", "fetch")),
    (text("actas.csv", b"\x89PNG\r\n\x1a\n\x00\x00" * 9), ("binary", "export the sheet")),
    (text("actas.csv", STATIONS), ("'MESA'", "'registered'", "mapping")),
    (text("actas.csv", HALF), ("'A'", "'EDO', 'MESA', 'VALID'")),
    (text("actas.csv", bomb()), ("refused", "104,857,600", "unpack it")),
    (text("actas.csv", ACTAS.splitlines()[0] + "\n"), ("no rows", "'MESA'")),
    (key("case", "actas", "mapping", "votes", to={"A": "A", "Bb": "B"}), ("'Bb'", "mean 'B'")),
    (key("case", "actas", "mapping", "lines", to={"valid": "VALIDO"}), ("mean 'VALID'",)),
    (key("case", "actas", to={"file": "actas.csv", "format": "convsla"}), ("mean 'convzla'",)),
    (key("case", "actas", to={"file": "actas.csv"}), ("'station'", "schema mapping")),
]


@pytest.mark.parametrize(("spoil", "words"), ACTAS_FILE)
def test_actas(command: Command, case: Path, spoil: Spoil, words: tuple[str, ...]) -> None:
    spoil(case)
    refused(verified(command, case), "actas.csv", *words)


DEEP = '{"a":' * 100_000
CASE_FILE: list[tuple[Spoil, tuple[str, ...]]] = [
    (text("case.json", '{"contest": "contest.json",\n "actas"  {}}'), ("line 2, column 11", "':'")),
    (text("case.json", '{"contest": "a.json", "contest": "b.json"}'), ("twice", "'contest'")),
    (text("case.json", ""), ("empty",)),
    (text("case.json", "[1, 2]"), ("object", "[1, 2]")),
    (text("case.json", b'{"contest": "a\xf1o"}'), ("byte 15", "UTF-8")),
    (text("case.json", "{}".encode("utf-16")), ("byte 1", "UTF-8")),
    (text("case.json", DEEP), ("too deeply", "brackets")),
    (text("case.json", '{"contest": ' + "[" * 800 + "]" * 800 + "}"), ("contest",)),
    (text("case.json", '{"contest": NaN}'), ("NaN", "null")),
    (text("case.json", '{"contest": ' + "9" * 5000 + "}"), ("digits", "numbers")),
    (text("case.json", '{"contest": "\\ud800"}'), ("contest", "\\ud800")),
    (text("case.json", "{}"), ("2 problems", "contest", "actas", "needed")),
    (key("case", "contst", to="contest.json"), ("'contst'", "mean 'contest'?", "'registry'")),
    (key("case", "contest", to=DELETE), ("needed", "'contest'", "'declared'")),
    (key("case", "contest", to=3), ("contest: ", "text", "found: 3")),
    (key("case", "actas", to="actas.csv"), ("actas: ", "'actas.csv'")),
    (key("case", "actas", "fil", to="x"), ("actas: ", "mean 'file'?")),
    (key("case", "actas", "mapping", "votos", to={}), ("actas.mapping: ", "mean 'votes'?")),
    (key("case", "actas", "format", to="convzla"), ("either", "'mapping'", "'format'")),
    (key("case", "captures", to=[{"name": "q", "file": "../q.csv"}]), ("inside", "../q.csv")),
    (key("case", "contest", to="/etc/passwd"), ("inside", "'/etc/passwd'", "relative")),
    (key("case", "actas", "file", to="../outside"), ("inside", "'../outside'", "--actas")),
    (key("case", "actas", "file", to="a/../../../outside"), ("inside", "relative")),
    (key("case", "actas", "file", to="a\u0000b"), ("control characters",)),
    (linked("actas.csv", "../outside"), ("inside", "'actas.csv'", "without links")),
    (linked("actas.csv", "actas.csv"), ("inside", "'actas.csv'")),
    (linked("case.json", "../outside"), ("inside", "'case.json'")),
]


@pytest.mark.parametrize(("spoil", "words"), CASE_FILE)
def test_case_file(command: Command, case: Path, spoil: Spoil, words: tuple[str, ...]) -> None:
    spoil(case)
    refused(verified(command, case), "case.json", *words)


OTHER_FILES: list[tuple[str, Spoil, tuple[str, ...]]] = [
    ("contestt.json", key("case", "contest", to="contestt.json"), ("mean 'contest.json'?",)),
    ("sheets", lambda case: (case / "sheets").mkdir(), ("folder",)),
    ("q.csv", key("case", "captures", to=[{"name": "q", "file": "q.csv"}]), ("no such file",)),
    (
        "contest.json",
        key("contest", "candidates", to=[{"id": "A"}, {"id": "A"}]),
        ("used twice", "'A'"),
    ),
    ("contest.json", key("contest", "levels", to=["state", "state"]), ("twice", "'state'")),
    ("contest.json", key("contest", "candidates", to=[]), ("candidates: ", "at least 1")),
    ("contest.json", key("contest", "date", to="28/7/2024"), ("YYYY-MM-DD", "2024-07-28")),
    ("declared.json", key("declared", *AREA, "votes", to={"X": 1}), ("'X'", "'A', 'B'")),
    ("declared.json", key("declared", *AREA, "votes", "A", to=-1), ("votes.A", "-1", "equal to 0")),
    ("declared.json", key("declared", *AREA, "votes", "A", to=1e30), ("votes.A", "1e+30", "whole")),
    ("declared.json", key("declared", *AREA, "votes", "A", to=10**30), ("votes.A", "10000000000")),
    ("declared.json", key("declared", *AREA, "coverage", to=150), ("coverage", "150", "100")),
    ("declared.json", key("declared", *AREA, "coverage", to=float("nan")), ("NaN", "null")),
    ("declared.json", key("declared", *AREA, "coverage", to=float("inf")), ("Infinity",)),
    ("declared.json", key("declared", *AREA, "valid", to="12"), ("valid", "'12'", "whole number")),
    ("declared.json", key("declared", *AREA, "area", to={"stat": "x"}), ("mean 'state'?",)),
    ("declared.json", text("declared.json", '{"bulletins": [}'), ("line 1, column 16", "comma")),
    ("stations.csv", text("stations.csv", STATIONS + "01,Norte,3\n"), ("twice", "'01'")),
    ("stations.csv", text("stations.csv", ACTAS), ("'station'", "'MESA'")),
    ("stations.csv", text("stations.csv", STATIONS.replace("2000", "many")), ("row 3", "'many'")),
]


@pytest.mark.parametrize(("file", "spoil", "words"), OTHER_FILES)
def test_other_files(
    command: Command, case: Path, file: str, spoil: Spoil, words: tuple[str, ...]
) -> None:
    spoil(case)
    options = ("--registry", case / "sheets") if file == "sheets" else ()
    refused(verified(command, case, *options), file, *words)


def test_folders_that_are_no_case(
    command: Command, case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused(command("verify", case.parent / "tos"), "tos", "nothing there", "mean 'toy'?")
    assert command("verify", case / "case.json").code == 0  # the file that describes it will do
    actas = command("verify", case / "actas.csv")
    refused(actas, "actas.csv", "a file", "tallyverify init actas.csv", "--actas FILE")
    (case / "case.json").rename(case / "Case.jsn")
    refused(command("verify", case), "toy", "no case.json", "mean 'Case.jsn'?")
    monkeypatch.chdir(case)
    refused(command("verify", "."), "toy", "no case.json")
    empty = case.parent / "empty"
    empty.mkdir()
    refused(command("verify", empty), "empty", "an empty folder", '{"contest"')


@pytest.mark.parametrize("folder", ["clean", "partial", "venezuela-2024"])
def test_a_declared_result_of_another_election(command: Command, folder: str) -> None:
    other = SAMPLES / ("clean" if folder != "clean" else "venezuela-2024") / "declared.json"
    outcome = command("verify", SAMPLES / folder, "--declared", other)
    refused(outcome, "declared.json", "no candidate of this name", "expected: ")


@pytest.mark.parametrize(
    ("options", "start", "words"),
    [
        (["--checks", "ruels"], "checks", ["'ruels'", "mean 'rules'?"]),
        (["--checks", "rules,D999"], "checks", ["'D999'", "'D301'"]),
        (["--checks", ""], "checks", ["''", "'rules'"]),
    ],
)
def test_unknown_checks(
    command: Command, case: Path, options: list[str], start: str, words: list[str]
) -> None:
    refused(verified(command, case, *options), start, *words)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["verify", "--chekcs", "rules"], ["--chekcs", "--checks"]),
        (["verify", "--seed", "x"], ["--seed", "'x'", "whole number"]),
        (["verify", "--seed", "-1"], ["--seed", "'-1'", "from 0 to"]),
        (["verify", "--lang", "fr"], ["--lang", "'fr'", "'en'"]),
        (["verify", "--format", "xml"], ["--format", "'xml'", "'terminal', 'json'"]),
        (["verify", "--out"], ["--out", "requires an argument"]),
        (["schema", "actas"], ["'actas'", "'acta', 'contest'"]),
        (["schema"], ["ocument", "registry"]),
        (["verfy"], ["'verfy'"]),
        (["verify", "a", "b"], ["unexpected extra argument", "b"]),
    ],
)
def test_options_that_are_not_there(command: Command, args: list[str], words: list[str]) -> None:
    outcome = command(*args)
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.count("Error: ") == 1
    assert "Traceback" not in outcome.err
    for word in words:
        assert word in outcome.err
