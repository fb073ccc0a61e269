"""ATTACKS.md names every check that finds something, and no dose without its source."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

import tallyverify as tv
from tallyverify.findings import Evidence
from tests.helpers.two_languages import LINK

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "ATTACKS.md").read_text(encoding="utf-8")
HEAD = "| what (?:is done|happens) | seen by, on which rung | from which dose | source |"
BENCHMARK = ROOT / "benchmarks" / "attacks.py"


def rows() -> list[list[str]]:
    """Return the cells of each row of the tables of attacks."""
    tables = re.findall(rf"^{HEAD}[^\n]*\n\|[-|]+\|\n((?:\|[^\n]*\n)+)", PAGE, re.MULTILINE)
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for table in tables
        for line in table.splitlines()
    ]


def written() -> set[str]:
    """Return every code that the page names; ``F501 to F505`` names what lies between."""
    found = set(re.findall(r"\b[RTDIFS]\d{3}\b", PAGE))
    for first, last in re.findall(r"\b([RTDIFS]\d{3}) to ([RTDIFS]\d{3})\b", PAGE):
        found |= {f"{first[0]}{number}" for number in range(int(first[1:]), int(last[1:]) + 1)}
    return found


def test_every_code_named_exists() -> None:
    known = {check.code for check in tv.catalogue()}
    assert written() <= known, sorted(written() - known)


def test_every_check_that_finds_something_above_a_note_is_named() -> None:
    finds = {check.code for check in tv.catalogue() if check.evidence is not Evidence.NOTE}
    assert len(finds) > 30
    assert finds <= written(), sorted(finds - written())


def test_rows_were_found() -> None:
    assert len(rows()) > 60
    assert all(len(row) == 5 for row in rows()), [row for row in rows() if len(row) != 5]


@pytest.mark.parametrize("row", rows(), ids=[row[0][:40] for row in rows()])
def test_a_dose_has_a_source_or_is_said_not_to_be_measured(row: list[str]) -> None:
    _, seen, dose, source, _ = row
    assert seen
    if LINK.search(source):
        assert dose
        return
    assert source == "–"
    assert dose.startswith("not measured")


@pytest.mark.parametrize("row", rows(), ids=[row[0][:40] for row in rows()])
def test_a_rung_that_is_named_is_not_above_the_check(row: list[str]) -> None:
    """Where a row names one code before a rung, the check can reach that rung."""
    order = list(Evidence)
    highest = {check.code: check.evidence for check in tv.catalogue()}
    for code, rung in re.findall(r"^([RTDIFS]\d{3}): (\w+)", row[1]):
        if rung in [one.value for one in Evidence]:
            assert order.index(Evidence(rung)) >= order.index(highest[code]), (code, rung)


def test_links_lead_somewhere() -> None:
    for target in LINK.findall(PAGE):
        name, _, place = target.partition("#")
        text = (ROOT / name).read_text(encoding="utf-8") if name else PAGE
        titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
        slugs = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
        assert not place or place in slugs or f'id="{place}"' in text, target


def test_measured_lines_are_those_of_the_benchmark() -> None:
    """Every line of the tables is made by benchmarks/attacks.py, and every one of its is told."""
    spec = importlib.util.spec_from_file_location("attacks", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    benchmark = importlib.util.module_from_spec(spec)
    sys.modules["attacks"] = benchmark
    try:
        spec.loader.exec_module(benchmark)
    finally:
        del sys.modules["attacks"]
    made = {attack.name for part in benchmark.PARTS.values() for attack in part()}
    lines = re.findall(r"^\| (.+?) \| ", PAGE.split("\n## Measured\n")[1], re.MULTILINE)
    told = {line for line in lines if line != "what was done"}
    assert told == {re.sub(r"(\d)%", r"\1 %", name) for name in made}


def test_it_is_linked() -> None:
    for page in ("README.md", "README.es.md", "docs/forensics.md"):
        assert "ATTACKS.md)" in (ROOT / page).read_text(encoding="utf-8"), page


def test_no_place_of_one_machine() -> None:
    assert not re.search(r"/(home|work|Users|tmp|root)/", PAGE)
