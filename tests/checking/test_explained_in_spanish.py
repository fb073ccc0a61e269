"""checks.es.md says what checks.md says: the same codes, keys, figures and shape, in Spanish."""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files

import pytest

import tallyverify as tv
from tallyverify.checking.explained import explanations
from tallyverify.language import in_language
from tests.helpers.two_languages import keys, numbers, sections, shape

FOLDER = files("tallyverify.checking")
ENGLISH = FOLDER.joinpath("checks.md").read_text(encoding="utf-8")
SPANISH = FOLDER.joinpath("checks.es.md").read_text(encoding="utf-8")
PAIRS = list(zip(sections(ENGLISH), sections(SPANISH), strict=False))

PARTS = {
    "Asks": "Pregunta",
    "Arithmetic": "Aritmética",
    "Can be misled by": "Qué puede inducir a error",
    "How often wrong": "Con qué frecuencia se equivoca",
    "Rung": "Grado",
    "Reference": "Referencia",
}
RUNGS = {
    "contradiction": "contradicción",
    "improbable": "improbable",
    "discrepancy": "discrepancia",
    "anomaly": "anomalía",
    "quality": "calidad",
    "note": "nota",
}


def codes(text: str) -> list[str]:
    return [title[:4] for level, title, _ in sections(text) if re.match(r"[A-Z]\d{3}: .", title)]


def test_the_same_codes_in_the_same_order() -> None:
    assert codes(SPANISH) == codes(ENGLISH) == list(explanations())
    assert [level for level, *_ in sections(SPANISH)] == [level for level, *_ in sections(ENGLISH)]


def test_titles_are_said_in_spanish() -> None:
    for (_, english, _), (_, spanish, _) in PAIRS:
        assert spanish != english


@pytest.mark.parametrize("pair", PAIRS, ids=[english[1] for english, _ in PAIRS])
class TestEachSection:
    def test_as_many_paragraphs_points_tables_and_blocks(self, pair) -> None:
        (_, _, english), (_, _, spanish) = pair
        assert shape(spanish) == shape(english)

    def test_every_key_stands_in_both(self, pair) -> None:
        (_, _, english), (_, _, spanish) = pair
        assert keys(spanish) == keys(english)

    def test_every_figure_stands_in_both(self, pair) -> None:
        (_, _, english), (_, _, spanish) = pair
        assert numbers(spanish, spanish=True) == numbers(english, spanish=False)

    def test_every_check_named_stands_in_both(self, pair) -> None:
        named = [Counter(re.findall(r"\b[RTDIFS]\d{3}\b", text)) for _, _, text in pair]
        assert named[0] == named[1]

    def test_the_same_parts_and_the_same_rung(self, pair) -> None:
        (_, _, english), (_, _, spanish) = pair
        parts = re.findall(r"^- \*\*(.+?):\*\*", english, re.MULTILINE)
        assert re.findall(r"^- \*\*(.+?):\*\*", spanish, re.MULTILINE) == [PARTS[p] for p in parts]
        for rung in re.findall(r"^- \*\*Rung:\*\* (\w+)\.$", english, re.MULTILINE):
            assert f"- **Grado:** {RUNGS[rung]}.\n" in spanish


def test_references_are_the_same() -> None:
    assert sections(SPANISH)[-1][2] == sections(ENGLISH)[-1][2]


def test_every_check_has_its_page() -> None:
    assert codes(SPANISH) == [check.code for check in tv.catalogue()]


def test_a_check_is_called_what_the_messages_call_it() -> None:
    titles = {title[:4]: title[6:] for _, title, _ in sections(SPANISH) if title[4:5] == ":"}
    for check in tv.catalogue():
        told = in_language(check.name, "es")
        assert told in (check.name, titles[check.code]), check.code


def test_links_within_the_page_lead_to_a_heading() -> None:
    titles = [title for _, title, _ in sections(SPANISH)]
    there = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    for target in re.findall(r"\]\(#([^)]+)\)", SPANISH):
        assert target in there


def test_no_place_of_one_machine() -> None:
    for text in (ENGLISH, SPANISH):
        assert not re.search(r"/(home|work|Users|tmp|root)/", text)
