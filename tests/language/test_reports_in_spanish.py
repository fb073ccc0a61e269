"""A report said again in the other language: other words, the same codes, keys and figures."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tallyverify import InputError, Report, load_case, load_report, reproduce, verify
from tallyverify.language import speaking
from tallyverify.report import summary_of
from tests.helpers.command import SAMPLES
from tests.helpers.samples import sample_report
from tests.helpers.tiers import slow_but
from tests.report.golden.make import HERE, NAMES, golden
from tests.report.test_report import (
    FIGURES,
    FORENSIC_FIGURES,
    HOSTILE,
    Tags,
    dead,
    dead_drawing,
    drawings,
    report_with,
)

TEXTS = {"message", "proof", "arithmetic", "reason", "name", "assumptions", "refused", "sentence"}
TEXTS |= {"label", "extent", "coverage", "declared", "leads", "needs", "rests_on", "subtraction"}
TEXTS |= {"next", "origin", "rule", "resolved_by", "method", "assumption", "why", "figure"}
"""Keys of report.json whose texts are for people."""


@pytest.fixture(params=NAMES)
def report(request: pytest.FixtureRequest) -> Report:
    return sample_report(request.param)


@pytest.fixture
def venezuela() -> Report:
    return sample_report("venezuela-2024")


def faces(report: Report) -> list[str]:
    """Return every face of a report as text."""
    texts = [report.to_json(), report.to_html(), report.to_markdown(), report.to_csv()]
    texts += [report.to_text(), report.to_text(verbose=True), report._repr_html_()]
    texts += [str(report.summary), report.to_frame().to_json()]
    return texts + ([report.figure("interval")] if report.picture is not None else [])


@pytest.mark.parametrize("name", slow_but(["partial"], NAMES))
def test_there_and_back_are_the_same_bytes(name: str) -> None:
    report = sample_report(name)
    before = faces(report)
    spanish = report.in_language("es")
    again = faces(spanish)
    assert not [at for at, one in enumerate(before) if one == again[at]]
    with speaking("es"):  # a face has the language of its report, whatever is spoken
        assert faces(spanish.in_language("en")) == before
    assert spanish.in_language("en").in_language("es").to_json() == again[0]
    assert spanish.in_language("es") is spanish


def test_a_second_run_gives_the_same_bytes() -> None:
    first = sample_report("partial").in_language("es")
    second = verify(load_case(SAMPLES / "partial"), language="es")
    assert second.to_json() == first.to_json()
    assert second.to_html() == first.to_html()


@pytest.mark.parametrize("name", slow_but(["clean"], NAMES))
def test_a_report_does_not_hang_on_what_is_spoken_when_it_is_made(name: str) -> None:
    with speaking("es"):
        report = verify(load_case(SAMPLES / name))
        assert golden(report).encode() == (HERE / f"{name}.json").read_bytes()


def bare(data: Any) -> Any:
    """Return data without what is said in words; of a list of texts how many there are."""
    if isinstance(data, dict):
        return {k: bare(v) for k, v in data.items() if not (k in TEXTS and isinstance(v, str))}
    if isinstance(data, list) and data and all(isinstance(one, str) for one in data):
        return len(data)
    return [bare(one) for one in data] if isinstance(data, list) else data


def test_figures_codes_and_keys_are_the_same(report: Report) -> None:
    english, spanish = (json.loads(report.in_language(one).to_json()) for one in ("en", "es"))
    assert (english.pop("language"), spanish.pop("language")) == ("en", "es")
    assert bare(english) == bare(spanish)
    for key in ("contest", "declared", "mappings", "inputs"):
        assert english[key] == spanish[key]
    figures = [re.findall(r"\d+", finding["arithmetic"]) for finding in english["findings"]]
    again = [re.findall(r"\d+", finding["arithmetic"]) for finding in spanish["findings"]]
    assert [sorted(one) for one in figures] == [sorted(one) for one in again]


def test_figures_are_written_as_spanish_has_them(venezuela: Report) -> None:
    spanish = venezuela.in_language("es")
    page, text = Tags(spanish.to_html()).text, spanish.to_text(width=200)
    for face in (page, text, spanish.to_markdown()):
        assert "7.303.480" in face
        assert "96,87 %" in face
        assert "7,303,480" not in face
        assert "96.87 %" not in face
    assert text.splitlines()[1].startswith("CONTRADICHO, si las actas son auténticas: ")
    assert text.splitlines()[-1].startswith("CONTRADICHO (")
    assert '<html lang="es">' in spanish.to_html()
    assert '<div class="tv" lang="es">' in spanish._repr_html_()
    assert "<b>contradicho</b>, si las actas son auténticas: " in spanish.to_html()
    drawn = " ".join(dead_drawing(spanish.figure("interval")))
    assert "% de los votos válidos" in drawn


def test_ticks_of_figures_have_the_signs_of_the_language(venezuela: Report) -> None:
    english, spanish = (venezuela.in_language(one).figure("F510") for one in ("en", "es"))
    assert "1,000" in dead_drawing(english)
    assert "1.000" in dead_drawing(spanish)
    margins = dead_drawing(venezuela.in_language("es").figure("sensitivity"))
    assert [text for text in margins if re.fullmatch(r"−?\d,\d+", text)]
    assert not [text for text in margins if re.fullmatch(r"−?\d\.\d+", text)]


def test_the_summary_is_in_the_language_of_its_report(venezuela: Report) -> None:
    spanish = venezuela.in_language("es")
    assert summary_of(spanish) == spanish.summary
    assert summary_of(venezuela) == venezuela.summary
    assert "\ndeclarado: " in str(spanish.summary)
    assert "\ndeclared: " in str(venezuela.summary)


@pytest.mark.parametrize("name", slow_but(["clean"], NAMES))
def test_a_report_that_is_read_back_keeps_its_language(name: str, tmp_path: Path) -> None:
    spanish = sample_report(name).in_language("es")
    text = spanish.to_json(tmp_path / "report.json")
    read = load_report(tmp_path / "report.json")
    assert (read.language, read.to_json()) == ("es", text)
    assert read.to_text() == spanish.to_text()
    assert read.to_markdown() == spanish.to_markdown()
    assert str(read.summary) == str(spanish.summary)
    assert read.in_language("es") is read
    with pytest.raises(InputError, match="stands in one language"):
        read.in_language("en")
    assert reproduce(read, SAMPLES / name).differences == ()


def test_there_is_no_other_language(venezuela: Report) -> None:
    with pytest.raises(InputError, match="'fr'"):
        venezuela.in_language("fr")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_dead_in_spanish_too(name: str, tmp_path: Path) -> None:
    report = report_with(HOSTILE[name], tmp_path).in_language("es")
    with speaking("es"):
        titles = {str(title) for title in (FIGURES | FORENSIC_FIGURES).values()}
    for page in (report.to_html(), report._repr_html_()):
        dead(page, titles)
    assert set(drawings(report.to_html())) <= titles
    for text in (report.to_text(width=2000), report.to_text(width=2000, verbose=True)):
        assert "\x1b" not in text
        if name == "markup":
            assert "[bold red]x[/bold red][link=http://x.example]y[/link]" in text
