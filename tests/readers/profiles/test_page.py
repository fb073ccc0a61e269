"""docs/formats.md has a section for each format, and what it shows is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tallyverify.exchange import TARGETS
from tallyverify.readers import format_names
from tallyverify.readers.profiles.profile import profile_named, profile_names

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "formats.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [name for name in profile_names() if name != "tallyverify"])
def test_every_format_has_its_section(name: str) -> None:
    section = PAGE.split(f"\n## {name}\n")[1].split("\n## ")[0]
    for part in ("*Documented*", "*Read*", "*Left out" if name != "mexico-computos" else "*Traps*"):
        assert part in section or (part == "*Left out" and name == "colombia-mmv")
    for line in profile_named(name).ballot_lines:
        assert line in section or name == "mexico-computos"


def test_the_table_lists_every_format_and_no_other() -> None:
    table = PAGE.split("|---|---|---|---|\n")[1].split("\n\n")[0]
    assert {re.findall(r"`([\w-]+)`", line)[0] for line in table.splitlines()} == {*format_names()}


def test_every_format_to_write_is_named() -> None:
    line = PAGE.split("or `--to` does: ")[1].split(". The same")[0]
    assert {*re.findall(r"[a-z][a-z-]+", line)} - {"or"} == {*TARGETS, "case"}
