"""``tallyverify fetch``: what is listed, fetched and refused, in either language."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.datasets.served import CONTENT, FIRST, SECOND, V1, V2, held, publish, serving, whole
from tests.helpers.command import Command, refused


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Made-up files in place of the published ones, which nobody serves; and a cache."""
    publish(monkeypatch, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("TALLYVERIFY_CACHE", str(tmp_path / "cache"))
    made = {name: tmp_path / f"my {name}" for name in CONTENT}
    for name, path in made.items():
        path.write_bytes(CONTENT[name])
    return made


def test_without_a_name_they_are_listed(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pooch", None)  # a list needs no library
    outcome = command("fetch")
    assert outcome.code == 0
    assert outcome.err == ""
    assert outcome.out.startswith("venezuela-2024: Venezuela, presidential election of 28 July")
    assert "\nvenezuela-2024-v1: " in outcome.out
    sha256 = "296d35bbda1d6bd12e7011ed93da1973a3f22beb73cc05dbb0554efc31b2deaa"
    assert f"  RESULTADOS_2024_CSV_V2.csv: 4,077,568 bytes, SHA-256 {sha256}\n" in outcome.out
    assert "    https://static.resultadosconvzla.com/RESULTADOS_2024_CSV_V2.csv\n" in outcome.out
    spanish = command("fetch", "--lang", "es").out
    assert "4.077.568 bytes" in spanish
    assert "elección presidencial" in spanish


def test_from_copies_into_a_folder_and_verified(
    command: Command, copies: dict[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "venezuela"
    given = [text for path in copies.values() for text in ("--from", path)]
    outcome = command("fetch", "venezuela-2024", *given, "--out", out)
    assert outcome.code == 0, outcome.err
    assert f"\ncase: {out / 'case.json'}\n" in outcome.out
    assert f"next: tallyverify verify {out / 'case.json'}\n" in outcome.out
    assert {FIRST, SECOND, "case.json", "contest.json", "declared.json"} == held(out).keys()
    assert command("verify", out, "--checks", "rules", "-q").code == 0
    assert command("fetch", "venezuela-2024", *given, "--out", out).code == 0
    cached = command("fetch", "venezuela-2024", "--out", tmp_path / "again")
    assert cached.code == 0
    assert held(tmp_path / "again") == held(out)


def test_of_the_first_edition(command: Command, copies: dict[str, Path], tmp_path: Path) -> None:
    outcome = command("fetch", "venezuela-2024-v1", "--from", copies[FIRST], "--cache", tmp_path)
    assert outcome.code == 0
    case = tmp_path / "venezuela-2024" / "case-v1.json"
    assert outcome.out.splitlines()[-2] == f"case: {case}"
    assert FIRST in outcome.out
    assert SECOND not in outcome.out
    assert command("verify", case, "--checks", "rules", "-q").code == 0


def test_the_command_to_go_on_with_is_one_for_a_shell(
    command: Command, copies: dict[str, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "my cases"
    outcome = command("fetch", "venezuela-2024", "--from", copies[SECOND], "--cache", folder)
    assert outcome.out.endswith("case.json'\n")


def test_offline(command: Command, copies: dict[str, Path], tmp_path: Path) -> None:
    pytest.importorskip("pooch", reason="needs tallyverify[datasets]")
    outcome = command("fetch", "venezuela-2024", "--out", tmp_path / "out")
    refused(
        outcome, SECOND, "there is no connection", "--from FILE", "SHA-256", "Connection refused"
    )
    assert not (tmp_path / "out").exists()
    spanish = command("fetch", "venezuela-2024", "--lang", "es")
    assert spanish.code == 2
    assert spanish.err.startswith(f"error: {SECOND}: no hay conexión\n")


def test_downloaded(
    command: Command, copies: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pooch", reason="needs tallyverify[datasets]")
    with serving() as server:
        publish(monkeypatch, server.address)
        server.answers = {f"/{name}": whole(raw) for name, raw in CONTENT.items()}
        outcome = command("fetch", "venezuela-2024")
        assert (outcome.code, outcome.err) == (0, "")
        server.answers[f"/{SECOND}"] = whole(V1)
        place = next(line for line in outcome.out.splitlines() if line.startswith("case: "))
        (Path(place.removeprefix("case: ")).parent / SECOND).write_bytes(V2[:-1])
        refused(command("fetch", "venezuela-2024"), SECOND, "more than", "another file (SHA-256")


def test_without_the_library(
    command: Command, copies: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pooch", None)
    outcome = command("fetch", "venezuela-2024")
    assert outcome.code == 2
    assert 'pip install "tallyverify[datasets]"' in outcome.err


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["venezuela"], "did you mean 'venezuela-2024'?"),
        (["venezuela-2O24", "--out", "out"], "did you mean 'venezuela-2024'?"),
        ([""], "no data set has this name"),
        (["--from", "x.csv"], "a name is missing"),
        (["--out", "out"], "a name is missing"),
        (["venezuela-2024", "--from", "nothing.csv"], "nothing.csv: there is no such file"),
        (["venezuela-2024", "--from", "wrong.csv"], "wrong.csv: this copy is none of"),
        (["venezuela-2024", "--out", "wrong.csv"], "--out names a file"),
        (["venezuela-2024", "--out", "taken"], "taken: files of other content are in the way"),
        (["venezuela-2024", "--cache", "wrong.csv"], "wrong.csv is no folder"),
        (["venezuela-2024", "more"], "unexpected extra argument"),
    ],
)
def test_refused(
    command: Command,
    copies: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    given: list[str],
    words: str,
) -> None:
    """Before anything is fetched or written."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wrong.csv").write_text("a,b\n", encoding="utf-8")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / SECOND).write_text("mine", encoding="utf-8")
    before = held(tmp_path)
    outcome = command("fetch", *given)
    assert (outcome.code, outcome.out) == (2, "")
    assert words.lower() in outcome.err.lower()
    assert "Traceback" not in outcome.err
    assert held(tmp_path) == before
