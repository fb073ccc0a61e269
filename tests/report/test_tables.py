"""Findings as frame, CSV, Parquet and Markdown: stable types, nothing that comes alive."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tallyverify import Report
from tallyverify.findings import Evidence, Finding
from tests.helpers.cases import declared_of, nation, report_of

SHEETS = [{"state": "N", "town": "a", "valid": 100, "A": 60, "B": 40, "C": 0} for _ in range(40)]


@pytest.fixture(scope="module")
def report() -> Report:
    off = nation(valid=4000, votes={"A": 1390, "B": 2610, "C": 0}, complete=True)
    return report_of(SHEETS, declared_of(off), checks="D301,D311,D312")


def with_text(report: Report, text: str) -> Report:
    finding = Finding(
        code="D301", evidence=Evidence.CONTRADICTION, message=text, station=text, area={"x": text}
    )
    return report.model_copy(update={"findings": (finding,)})


def test_types_do_not_hang_on_what_was_found(report: Report) -> None:
    none = report.model_copy(update={"findings": ()}).to_frame()
    some = report.to_frame()
    assert none.dtypes.equals(some.dtypes)
    assert len(none) == 0
    assert some["observed"].dtype == "Float64"
    assert some["bulletin"].tolist() == ["1"] * len(some)
    assert some["message"].dtype == "string"


def test_parquet_keeps_the_frame(report: Report, tmp_path: Path) -> None:
    report.to_parquet(tmp_path / "findings.parquet")
    read = pd.read_parquet(tmp_path / "findings.parquet")
    pd.testing.assert_frame_equal(read, report.to_frame(), check_dtype=False)
    assert [path.name for path in tmp_path.iterdir()] == ["findings.parquet"]


def test_counts_stay_whole_in_csv(report: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(report.to_csv())))
    assert [row["code"] for row in rows] == [finding.code for finding in report.findings]
    assert rows[0]["observed"] == "2400"


@given(st.sampled_from(["=1+1", "+1", "-1", "@x", "\t=1", " =1", "=HYPERLINK(1)"]))
def test_no_cell_is_a_formula(text: str) -> None:
    report = report_of(SHEETS[:2], checks="D301")
    row = next(csv.DictReader(io.StringIO(with_text(report, text).to_csv())))
    for name in ("message", "station", "area"):
        assert row[name].lstrip(" ")[:1] not in ("=", "+", "-", "@", "\t", "\r")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](http://x.example/y)",
        "| a | b |",
        "**bold** _it_ `code`",
        "line\n# heading\n---\n- item",
        "http://x.example",
    ],
)
def test_no_text_is_markup(report: Report, text: str) -> None:
    html = MarkdownIt("commonmark").enable("table").render(with_text(report, text).to_markdown())
    for tag in ("<script", "<a ", "<img", "<em>", "<code>", "<hr"):
        assert tag not in html
    assert html.count("<h1>") == 1
    assert html.count("<table>") == 1


def test_markdown_has_the_first_screen_and_what_was_found(report: Report) -> None:
    text = report.to_markdown()
    assert report.summary is not None
    assert text.startswith("# toy\n")
    assert "| A | 2,400 | 1,390 | +1,010 |" in text
    assert "## Contradiction" in text
