"""Which language the screen speaks, and which one files are written in."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from typer.main import get_command

from tallyverify.command.app import app
from tallyverify.command.shared.screen import screen_language
from tallyverify.language import language_of
from tests.helpers.command import CASE, SAMPLES, Command, contradicted_case, spawned

COMMANDS = sorted(get_command(app).commands)  # type: ignore[attr-defined]
ENGLISH = re.compile(r"\b(the|and|is|are|with|where|Usage|Options|Arguments|default)\b")


@pytest.fixture
def spanish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "es")


def say_spanish(case: Path) -> Path:
    (case / "case.json").write_text(json.dumps({**CASE, "language": "es"}), encoding="utf-8")
    return case


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "es_VE.UTF-8"}, "es"),
        ({"LANG": "es_VE.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANGUAGE": "fr:es:en", "LANG": "en_US"}, "es"),
        ({"LC_MESSAGES": "es", "LANG": "en_US"}, "es"),
    ],
)
def test_what_an_environment_asks_for(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


@pytest.mark.parametrize(
    ("arguments", "language"),
    [
        (["verify", "x"], "en"),
        (["verify", "--lang", "es"], "es"),
        (["verify", "--lang=es", "x"], "es"),
        (["verify", "--lang", "es", "--lang", "en"], "en"),
        (["verify", "--lang", "fr"], "en"),
        (["verify", "--lang"], "en"),
    ],
)
def test_what_a_command_line_asks_for(arguments: list[str], language: str) -> None:
    assert screen_language(arguments) == language


@pytest.mark.usefixtures("spanish")
def test_lang_goes_before_the_environment() -> None:
    assert screen_language(["verify"]) == "es"
    assert screen_language(["verify", "--lang", "en"]) == "en"


@pytest.mark.usefixtures("spanish")
def test_the_screen_follows_the_environment_and_files_do_not(command: Command, case: Path) -> None:
    out = case.parent / "out"
    outcome = command("verify", case, "--out", out)
    assert "COMPATIBLE: " in outcome.out
    assert "\nescrito: " in outcome.out
    written = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert written["language"] == "en"
    assert written["summary"]["sentence"].startswith("CONSISTENT: ")
    assert '<html lang="en">' in (out / "report.html").read_text(encoding="utf-8")
    for form in ("json", "markdown", "csv"):
        printed = command("verify", case, "--format", form).out
        assert "CONSISTENT" in printed or form == "csv"
        assert "COMPATIBLE" not in printed


def test_files_follow_the_case_and_the_screen_does_not(command: Command, case: Path) -> None:
    out = say_spanish(case).parent / "out"
    outcome = command("verify", case, "--out", out)
    assert "CONSISTENT: " in outcome.out
    assert "\nwritten: " in outcome.out
    written = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert (written["language"], written["verdict"]) == ("es", "consistent")
    assert written["summary"]["sentence"].startswith("COMPATIBLE: ")
    assert '<html lang="es">' in (out / "report.html").read_text(encoding="utf-8")
    assert "COMPATIBLE" in command("verify", case, "--format", "markdown").out


def test_lang_goes_before_all_and_is_for_both(command: Command, case: Path) -> None:
    out = say_spanish(case).parent / "out"
    outcome = command("verify", case, "--out", out, "--lang", "en")
    assert "CONSISTENT: " in outcome.out
    assert json.loads((out / "report.json").read_text(encoding="utf-8"))["language"] == "en"
    (case / "case.json").write_text(json.dumps(CASE), encoding="utf-8")
    outcome = command("verify", case, "--out", out, "--lang", "es", "-q")
    assert outcome.out.startswith("COMPATIBLE")
    assert json.loads((out / "report.json").read_text(encoding="utf-8"))["language"] == "es"


def test_the_exit_code_is_the_same(command: Command, case: Path) -> None:
    for asked, code in (([], 1), (["--fail-on", "none"], 0)):
        for language in ("en", "es"):
            outcome = command("verify", contradicted_case(case), "--lang", language, *asked)
            assert (outcome.code, outcome.err) == (code, "")


def test_an_estimate_on_screen_and_in_files(command: Command, tmp_path: Path) -> None:
    texts = {}
    for language in ("en", "es"):
        out = tmp_path / language
        outcome = command("estimate", SAMPLES / "partial", "--out", out, "--lang", language)
        assert outcome.code == 0
        texts[language] = outcome.out
        printed = command("estimate", SAMPLES / "partial", "--format", "json", "--lang", language)
        assert printed.out == (out / "estimate.json").read_text(encoding="utf-8")
    assert "Estimación del escrutinio completo" in texts["es"]
    read = {one: json.loads((tmp_path / one / "estimate.json").read_text()) for one in texts}
    words = ("method", "assumption", "notes", "outcome", "refused")
    assert all(read["en"][key] != read["es"][key] for key in ("method", "assumption"))
    for one in read.values():
        for key in words:
            del one[key]
    assert read["en"] == read["es"]
    drawn = (tmp_path / "es" / "interval.svg").read_text(encoding="utf-8")
    assert "% de los votos válidos" in drawn
    assert "% of the valid votes" in (tmp_path / "en" / "interval.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_is_in_the_language(command: Command, name: str) -> None:
    args = [name] if name else []
    found = command(*args, "--help", "--lang", "es") if name else None
    outcome = command(*args, "--help")
    assert "Usage: " in outcome.out
    if found is None:
        return
    assert (found.code, found.err) == (0, "")
    assert found.out.startswith(f"Uso: tallyverify {name} [OPCIONES]")
    assert "\nOpciones:\n" in found.out
    assert not ENGLISH.search(found.out)


@pytest.mark.usefixtures("spanish")
def test_the_first_page_of_help_is_too(command: Command) -> None:
    outcome = command("--help")
    assert outcome.out.startswith("Uso: tallyverify [OPCIONES] COMANDO [ARGUMENTOS]...\n")
    assert "\nComandos:\n" in outcome.out
    assert not ENGLISH.search(outcome.out)
    assert command().err.startswith("Uso: ")  # with nothing asked


@pytest.mark.usefixtures("spanish")
@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["verify", "--nope"], "No existe la opción --nope"),
        (["verify", "--verbos"], "No existe la opción --verbos (¿--verbose?)"),
        (["explain"], "Falta 'code'."),
        (["verify", "--lang", "fr"], "'fr' no es ninguno de 'en', 'es'."),
        (["simulate", "x", "--stations", "many"], "se espera un número entero"),
        (["verify", "--seed", "x"], "'x' no es un número entero de 0 a"),
        (["foo"], "No existe el comando 'foo'."),
        (["verif"], "No existe el comando 'verif'. ¿Quiso decir 'verify'?"),
        (["explain", "a", "b"], "No se esperaba: b"),
        (["verify", "--seed"], "La opción '--seed' necesita un argumento."),
        (["verify", "-v", "-q"], "--verbose y --quiet se excluyen"),
    ],
)
def test_a_wrong_command_line(command: Command, args: list[str], said: str) -> None:
    outcome = command(*args)
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err
    if "--seed" not in args[-1:]:  # Typer does not know yet which command that is
        assert outcome.err.startswith("Uso: tallyverify ")
        assert "Para ver la ayuda: «tallyverify" in outcome.err
    assert not ENGLISH.search(outcome.err)


def test_errors_are_in_the_language_of_the_screen(command: Command, case: Path) -> None:
    asked = ("verify", case, "--checks", "D31")
    assert "no such check or family" in command(*asked).err
    outcome = command(*asked, "--lang", "es")
    assert outcome.code == 2
    assert outcome.err.startswith("error: checks: no existe esa comprobación ni esa familia\n")
    assert "\n  hallado: 'D31'\n  esperado: familias " in outcome.err
    assert re.search(r"\n  sugerencia: .*'D3\d\d'", outcome.err)


@pytest.mark.usefixtures("spanish")
def test_lists_and_explanations(command: Command) -> None:
    listed = command("checks").out
    assert "código" in listed
    assert "contradicción" in listed
    assert "Arithmetic" in command("explain", "D301", "--lang", "en").out
    assert "Aritmética" in command("explain", "D301").out
    assert command("schema", "acta").out == command("schema", "acta", "--lang", "en").out


@pytest.mark.usefixtures("spanish")
def test_other_commands(command: Command, tmp_path: Path, case: Path) -> None:
    assert (
        "simulado: 50 mesas, semilla 0"
        in command("simulate", tmp_path / "made", "--stations", "50").out
    )
    report = tmp_path / "out"
    assert command("verify", case, "--out", report, "--lang", "en").code == 0
    assert command("reproduce", report / "report.json", case).out.startswith("nada difiere en ")
    found = command("init", case / "actas.csv", "--out", tmp_path / "case").out
    assert "Hallado" in found
    assert "\nescrito: " in found
    assert "proposal" in (tmp_path / "case" / "README.md").read_text(encoding="utf-8")


def test_a_certificate(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command("verify", SAMPLES / "venezuela-2024", "--checks", "D312", "--out", out)
    asked = ("check-certificate", out / "certificate.json", SAMPLES / "venezuela-2024")
    assert command(*asked).out.startswith("proved: ")
    assert command(*asked, "--lang", "es").out.startswith("demostrado: ")


def test_as_a_process_of_its_own() -> None:
    environment = {
        **dict.fromkeys(("LC_ALL", "LC_MESSAGES", "LANGUAGE"), ""),
        "LANG": "es_VE.UTF-8",
    }
    ended = spawned("explain", "D31", **environment)
    assert ended.returncode == 2
    assert ended.stderr.decode().startswith("error: no existe esa comprobación\n")
    assert os.environ["LANGUAGE"] == "en"
