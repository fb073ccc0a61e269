"""Whatever a report says is a message: said in brackets, nothing but names stands outside them."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

from tallyverify import Report
from tests.helpers.samples import sample_report
from tests.language.pseudo import bracketed, outside, strings, words
from tests.report.golden.make import NAMES
from tests.report.test_report import Tags, dead_drawing, drawings

KEYS = {"tallyverify", "report", "json", "to", "frame", "sha", "v"}
KEYS |= {"χ²", "z", "dip", "p", "x", "α", "e"}
"""Names of files and of statistics, a command and an option."""
PLAIN = {"schema", "version", "language", "role", "sha256", "code", "family", "evidence", "status"}
PLAIN |= {
    "reference",
    "verdict",
    "kind",
    "capture",
    "default_verdict",
    "pattern",
    "figure",
    "group",
}
PLAIN |= {"asked"}
"""Keys of report.json whose values are codes, names or citations."""
OF_PEOPLE = {"contest", "declared", "mappings", "inputs", "left_out", "allowance", "sampling"}
"""What people wrote stands in a report as they wrote it."""


class Shown(Tags):
    """The text of a page, its parts apart."""

    def handle_data(self, data: str) -> None:
        self.text += f" {data} "


@pytest.fixture(scope="module", params=NAMES)
def report(request: pytest.FixtureRequest) -> Report:
    return sample_report(request.param)


def names_of(report: Report) -> set[str]:
    """Return the words that are names: of the case, its files, its stations and its areas."""
    data = report.to_dict()
    given = {key: data[key] for key in OF_PEOPLE}
    found = [{key: one[key] for key in ("area", "station")} for one in data["findings"]]
    known = words(" ".join(strings([given, found])).replace("_", " "))
    areas = report.picture.estimate.areas if report.picture is not None else ()
    return known | KEYS | {word for one in areas for word in words(one.area)}


def untold(text: str, names: set[str]) -> set[str]:
    return words(outside(text).replace("_", " ")) - names


def prose(data: Any) -> list[str]:
    """Return the texts of a report that are for people."""
    if isinstance(data, dict):
        return [text for key, one in data.items() if key not in PLAIN for text in prose(one)]
    if isinstance(data, list):
        return [text for one in data for text in prose(one)]
    return [data] if isinstance(data, str) else []


def test_in_json(report: Report) -> None:
    names = names_of(report)
    with bracketed():
        data = json.loads(report.in_language("es").to_json())
    told = {key: one for key, one in data.items() if key not in OF_PEOPLE}
    assert {text: left for text in prose(told) if (left := untold(text, names))} == {}


def test_on_a_terminal(report: Report) -> None:
    names = names_of(report)
    with bracketed():
        spanish = report.in_language("es")
        texts = [spanish.to_text(width=3000, verbose=verbose) for verbose in (False, True)]
        texts += [str(spanish.summary), spanish.to_markdown().replace("\\", "")]
    for text in texts:
        # A label that is too wide for its column ends in an ellipsis, without its bracket.
        lines = [re.sub(r"⟦[^⟦⟧…]+…(?=  |$)", "", line) for line in text.splitlines()]
        assert {line: left for line in lines if (left := untold(line, names))} == {}


def test_in_a_page(report: Report) -> None:
    names = names_of(report)
    with bracketed():
        pages = [report.in_language("es").to_html(), report.in_language("es")._repr_html_()]
    for page in pages:
        bare = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
        shown = Shown(bare)
        assert untold(shown.text, names) == set()
        for name, value in shown.attributes:
            if name in ("aria-label", "alt", "placeholder", "title", "data-found"):
                assert untold(html.unescape(value or ""), names) == set(), value
        for title, svg in drawings(bare).items():
            assert untold(" ".join(dead_drawing(svg)), names) == set(), title
