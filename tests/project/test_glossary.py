"""docs/glossary.md says each of its words in Spanish."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "glossary.md").read_text(encoding="utf-8")


def cells(text: str) -> list[list[str]]:
    rows = re.findall(r"^\| (.*) \|$", text, re.MULTILINE)
    return [row.split(" | ") for row in rows]


def test_each_word_is_said_in_spanish() -> None:
    own, _, spanish = PAGE.partition("\n## In Spanish\n")
    words = [row[0] for row in cells(own) if row[0] != "word"]
    told = cells(spanish.split("### Each word of this page")[1])[1:]
    assert [row[0] for row in told] == words
    for _, word, meaning in told:
        assert word
        assert meaning


def test_words_of_messages_have_as_many_words_in_spanish() -> None:
    listed = PAGE.partition("\n## In Spanish\n")[2].split("###")[0]
    rows = cells(listed)[1:]
    assert len(rows) >= 20
    for english, spanish in rows:
        assert english.count(";") == spanish.count(";"), english
