"""README.es.md is README.md in Spanish: the same code, keys, figures, links and headings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.helpers.two_languages import LINK, keys, numbers, sections, shape

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
SPANISH = (ROOT / "README.es.md").read_text(encoding="utf-8")
PAIRS = list(zip(sections(ENGLISH), sections(SPANISH), strict=False))
BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def code(text: str) -> list[tuple[str, str]]:
    """Return (kind and file, content) of each code block, without comments."""
    return [
        (kind, re.sub(r"\s+#.*$", "", block, flags=re.MULTILINE))
        if kind in ("sh", "python")
        else (kind, block)
        for kind, block in BLOCK.findall(text)
        if kind != "text"  # what is printed is in the language of the page: test_readme.py
    ]


def links(text: str) -> list[str]:
    """Return the targets of links; a page that is there in Spanish is the same page."""
    return sorted(target.replace(".es.md", ".md") for target in LINK.findall(text))


def test_each_names_the_other_at_the_top() -> None:
    assert "(README.es.md)" in ENGLISH.split("```")[0]
    assert "(README.md)" in SPANISH.split("```")[0]
    for page in (ENGLISH, SPANISH):
        assert "`--lang es`" in page.split("\n## ")[0]


def test_the_same_headings() -> None:
    assert [level for level, *_ in sections(SPANISH)] == [level for level, *_ in sections(ENGLISH)]
    for (_, english, _), (_, spanish, _) in PAIRS:
        assert spanish != english or english == "tallyverify"


def test_the_same_code() -> None:
    assert len(code(ENGLISH)) > 10
    assert code(SPANISH) == code(ENGLISH)


def test_comments_are_said_in_spanish() -> None:
    def comments(text: str) -> list[str]:
        blocks = [block for kind, block in BLOCK.findall(text) if kind in ("sh", "python")]
        return re.findall(r"\s# ([^\n]*)", "\n".join(blocks))

    assert len(comments(SPANISH)) == len(comments(ENGLISH))
    same = set(comments(SPANISH)) & set(comments(ENGLISH))
    assert same == {"'contradicted'"}


def test_the_same_links() -> None:
    assert links(SPANISH) == links(ENGLISH)


@pytest.mark.parametrize("pair", PAIRS, ids=[english[1] for english, _ in PAIRS])
def test_each_section_has_the_same_shape_keys_and_figures(pair) -> None:
    (_, _, english), (_, _, spanish) = pair
    assert shape(spanish) == shape(english)
    assert keys(spanish) == keys(english)
    assert numbers(spanish, spanish=True) == numbers(english, spanish=False)


@pytest.mark.parametrize("page", ["README.es.md", "tallyverify/checking/checks.es.md"])
def test_links_lead_somewhere(page: str) -> None:
    here = ROOT / page
    for target in LINK.findall(here.read_text(encoding="utf-8")):
        if target.startswith("http"):
            continue
        name, _, place = target.partition("#")
        there = here.parent / name if name else here
        assert there.exists(), target
        if place:
            titles = [title for _, title, _ in sections(there.read_text(encoding="utf-8"))]
            slugs = {re.sub(r"[^\w\- ]", "", t.lower()).replace(" ", "-") for t in titles}
            assert place in slugs, target


def test_no_place_of_one_machine() -> None:
    assert not re.search(r"/(home|work|Users|tmp|root)/", SPANISH)
