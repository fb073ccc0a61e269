"""The report's faces: the same facts on each, hostile text dead on all, the same bytes always."""

from __future__ import annotations

import io
import json
import re
from base64 import b64decode
from collections.abc import Collection
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from tallyverify import Case, Declared, Report, read_actas, verify
from tallyverify.findings import Finding
from tallyverify.records.contest import Contest
from tallyverify.report.drawings.estimate_figures import FIGURES
from tallyverify.report.drawings.forensic_figures import FORENSIC_FIGURES
from tallyverify.report.html import _hash, _part
from tallyverify.report.indicators import shown_elsewhere
from tallyverify.report.terminal import render
from tests.helpers.samples import sample_report
from tests.report.golden.make import HERE, NAMES, golden

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "attribute": "\"'><img src=x onerror=alert(1)>",
    "template": "{{ 7 * 191 }}{% include 'x' %}",
    "markup": "[bold red]x[/bold red][link=http://x.example]y[/link]",
    "formula": "=cmd|' /C calc'!A0",
    "bidi": "abc\u202edcba\u2066",
    "hidden": "a\u200bb\ufeffc\U000e0041",
}
ESCAPES = "\x1b[2J\x1b]0;owned\x07\x1b[31m\x9b1m"
TAGS = {"html", "head", "meta", "title", "style", "body", "main", "div", "h1", "h2", "p", "b", "br"}
TAGS |= {"span", "table", "thead", "tbody", "tr", "th", "td", "article", "code", "img"}
TAGS |= {"header", "footer", "nav", "section", "ul", "li", "a", "h3", "dl", "dt", "dd", "details"}
TAGS |= {"summary", "figure", "figcaption", "svg", "rect", "text", "form", "label", "input"}
TAGS |= {"select", "option", "script", "strong", "em"}
ATTRIBUTES = {"lang", "charset", "name", "content", "class", "src", "alt", "http-equiv", "id"}
ATTRIBUTES |= {"href", "scope", "tabindex", "role", "aria-label", "hidden", "type", "placeholder"}
ATTRIBUTES |= {"value", "open", "viewbox", "x", "y", "width", "height"}
ATTRIBUTES |= {"data-code", "data-size", "data-station", "data-found"}
IMAGE = "data:image/svg+xml;base64,"
OWN_IMAGE = re.compile(f'<img alt="[^"<>]*" src="{re.escape(IMAGE)}[A-Za-z0-9+/=]+">')
SVG_TAGS = {"svg", "defs", "style", "g", "path", "use", "clipPath", "rect", "text", "image"}
SVG_ATTRIBUTES = {"width", "height", "viewBox", "version", "type", "id", "d", "x", "y", "transform"}
SVG_ATTRIBUTES |= {"style", "clip-path", "href"}
PIXELS = "data:image/png;base64,"
PNG = b"\x89PNG\r\n\x1a\n"
SEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e\u2066\ufeff\U000e0041]")
SGR = re.compile(r"\x1b\[[0-9;]*m")


class Tags(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.images: list[dict[str, str | None]] = []
        self.attributes: set[tuple[str, str | None]] = set()
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(attrs)
        if tag == "img":
            self.images.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


def report_with(text: str, folder: Path) -> Report:
    """Return a report in which a text is every name that a file can give."""
    contest = Contest.model_validate(
        {
            "id": "x",
            "name": text.translate(dict.fromkeys(range(32))).replace("\x9b", ""),
            "country": "Land",
            "levels": ["state"],
            "candidates": [{"id": "A", "name": text if "\x1b" not in text else "A"}, {"id": "B"}],
        }
    )
    cell = '"' + text.replace('"', '""') + '"'
    rows = [f"{cell},{cell},9,8,2", f"{cell},{cell},9,7,2", f'{cell},2,{cell},"1,5",3']
    rows += [f"Sur,{at},3,1,2" for at in range(10, 30)]
    path = folder / "actas.csv"
    path.write_text("\n".join(["state,station,valid,A,B", *rows]) + "\n", encoding="utf-8")
    area = {"area": {"state": "Sur"}, "valid": 3, "votes": {"A": 1}}
    bulletin = {"id": "1", "areas": [{"valid": 30, "votes": {"A": 3}}, area]}
    if "\x1b" not in text:
        bulletin["areas"] += [{**area, "area": {"state": text}}]  # type: ignore[operator]
    declared = Declared.model_validate({"bulletins": [bulletin]})
    actas = read_actas(path, contest=contest)
    report = verify(Case(contest, actas, declared))
    assert {"R106", "T202", "D301"} <= {finding.code for finding in report.findings}
    return report


@pytest.fixture(params=[*HOSTILE, "escapes"])
def hostile(request: pytest.FixtureRequest, tmp_path: Path) -> Report:
    return report_with(HOSTILE.get(request.param, ESCAPES), tmp_path)


@pytest.fixture(scope="module")
def venezuela() -> Report:
    return sample_report("venezuela-2024")


def drawings(page: str) -> dict[str, str]:
    """Return the figures of a page by title, each an image that stands in the page itself."""
    images = Tags(page).images
    assert all(set(image) == {"alt", "src"} for image in images)
    assert all((image["src"] or "").startswith(IMAGE) for image in images)
    sources = [(image["src"] or "").removeprefix(IMAGE) for image in images]
    svgs = [b64decode(source, validate=True).decode() for source in sources]
    return {image["alt"] or "": svg for image, svg in zip(images, svgs, strict=True)}


def dead_drawing(svg: str) -> list[str]:
    """Hold a figure to what it may be made of: it runs nothing, loads nothing; return its texts."""
    assert not re.search("<!ENTITY|<!\\[CDATA|<\\?xml-stylesheet", svg)
    root = ElementTree.fromstring(svg)
    ids = {part.get("id") for part in root.iter()}
    texts = []
    for part in root.iter():
        tag = part.tag.rpartition("}")[2]
        assert tag in SVG_TAGS
        for full, value in part.attrib.items():
            name = full.rpartition("}")[2]
            assert name in SVG_ATTRIBUTES
            if name == "href" and tag == "image":
                assert value.startswith(PIXELS)
                pixels = b64decode("".join(value.removeprefix(PIXELS).split()), validate=True)
                assert pixels.startswith(PNG)
            else:
                assert name != "href" or (value[0] == "#" and value[1:] in ids)
            # The name of a font may be anything but a place to fetch it from.
            fetched = re.findall(r"url\(([^)]*)\)|@import|src:", value)
            assert name == "clip-path" or not fetched
            assert all(place[0] == "#" and place[1:] in ids for place in fetched)
        assert tag != "style" or re.fullmatch(r"\*\{[a-z: ;-]*\}", part.text or "")
        if tag == "text":
            texts.append(part.text or "")
        else:
            assert tag == "style" or not (part.text or "").strip()
        assert not (part.tail or "").strip()
    assert not SEEN.search(svg)
    return texts


def dead(
    page: str, titles: Collection[str] = (*FIGURES.values(), *FORENSIC_FIGURES.values())
) -> Tags:
    for title, svg in drawings(page).items():
        assert title in titles
        dead_drawing(svg)
    found = Tags(page)
    page = OWN_IMAGE.sub("", page)  # letters that spell nothing
    assert found.tags <= TAGS
    assert {name for name, _ in found.attributes} <= ATTRIBUTES
    for name, value in found.attributes:
        if name == "href":
            assert re.fullmatch(r"#[\w-]+", value or "")
        if name in ("x", "y", "width", "height"):
            assert re.fullmatch(r"\d+(\.\d)?", value or "")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert scripts in ([], [_part("script.js")])
    assert "alert(1)" not in re.sub(r"&lt;script&gt;alert\(1\)|onerror=alert\(1\)", "", page)
    assert "1337" not in page
    assert not SEEN.search(page)
    return found


def test_hostile_text_is_dead_in_a_page(hostile: Report) -> None:
    for page in (hostile.to_html(), hostile._repr_html_()):
        found = dead(page)
        text = OWN_IMAGE.sub("", page)
        text = text.replace(_part("script.js"), "")
        assert not re.search(r"(src|href|action)\s*=\s*(?!\"#)[\"']?[^&\"' ]*[\"'>]", text)
        if "<script>" in hostile.contest.name:
            assert "<script>alert(1)</script>" in found.text


def test_hostile_text_is_dead_on_a_terminal(hostile: Report) -> None:
    stream = io.StringIO()
    render(hostile, Console(file=stream, force_terminal=True, width=2000, color_system="truecolor"))
    brief = hostile.to_text(width=2000)
    for text in (SGR.sub("", stream.getvalue()), hostile.to_text(width=2000, verbose=True), brief):
        assert not SEEN.search(text)
        name = hostile.contest.candidate("A").name
        assert "\x1b" in name or name.encode("unicode_escape").decode() in text
        if "[bold red]" in name:
            assert "[bold red]x[/bold red][link=http://x.example]y[/link]" in text
    # Colours of the report's own only, and no link: a name brings none.
    assert "\x1b]8" not in stream.getvalue()
    plain = report_colours(hostile)
    assert set(SGR.findall(stream.getvalue())) <= plain


def report_colours(report: Report) -> set[str]:
    """Return the colours of the same report about names that are harmless."""
    plain = {"message": "m", "arithmetic": "a"}
    contest = Contest.model_validate({"id": "x", "candidates": [{"id": "A"}, {"id": "B"}]})
    findings = tuple(finding.model_copy(update=plain) for finding in report.findings)
    own = report.model_copy(update={"contest": contest, "findings": findings})
    stream = io.StringIO()
    render(own, Console(file=stream, force_terminal=True, width=2000, color_system="truecolor"))
    return set(SGR.findall(stream.getvalue()))


def test_hostile_text_in_json_is_what_it_was(hostile: Report) -> None:
    read = json.loads(hostile.to_json())
    assert read == hostile.to_dict()
    assert "\x1b" not in hostile.to_json()


def test_a_candidate_with_more_votes_than_there_are(tmp_path: Path) -> None:
    report = report_with("x", tmp_path)
    crowded = report.totals.model_copy(update={"valid": 1, "votes": {"A": 10**9, "B": 0}})
    page = report.model_copy(update={"totals": crowded}).to_html()
    assert "1,000,000,000" in dead(page).text
    nobody = report.totals.model_copy(update={"valid": None, "votes": {"A": 0, "B": 0}})
    dead(report.model_copy(update={"totals": nobody}).to_html())


def test_a_page_needs_nothing_else(venezuela: Report) -> None:
    page = venezuela.to_html()
    titles = ["interval", "sensitivity", "backtest"]
    indicators = [title for title in drawings(page) if title in FORENSIC_FIGURES.values()]
    assert list(drawings(page)) == [FIGURES[name] for name in titles] + indicators
    assert "<script" not in "".join(drawings(page).values())
    page, images = OWN_IMAGE.subn("", page)
    assert images == len(titles) + len(indicators)
    for word in ("http:", "https:", "//", "<link", "@import", "url(", "<img", "<iframe"):
        assert word not in page
    style, script = _part("whole.css") + _part("style.css"), _part("script.js")
    assert page.count("<script") == page.count("<style") == 1
    assert f"<script>{script}</script>" in page
    assert f"<style>{style}</style>" in page
    assert f"style-src '{_hash(style)}'; script-src '{_hash(script)}'" in page
    assert "default-src 'none'" in page
    assert page.startswith("<!doctype html>\n")
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in page
    assert '<meta charset="utf-8">' in page
    assert "@media print" in page
    assert "@media (max-width:" in page


def test_every_face_tells_the_same(venezuela: Report) -> None:
    page = Tags(venezuela.to_html()).text
    terminal = " ".join(venezuela.to_text(width=500, verbose=True).split())
    fragment = Tags(venezuela._repr_html_()).text
    assert repr(venezuela).startswith("<Report 'venezuela-2024': contradicted; findings: ")
    for finding in venezuela.findings:
        # The tests of the indicators stand in a table, with the same numbers.
        assert finding.message in page or shown_elsewhere(venezuela, finding)
        if finding.evidence == "contradiction":
            assert finding.message in terminal
            assert finding.message in fragment
    for check in venezuela.checks:
        assert check.code in page
        assert check.code in terminal
    for votes in venezuela.totals.votes.values():
        assert f"{votes:,}" in page


def test_frames(venezuela: Report) -> None:
    frame = venezuela.to_frame()
    assert list(frame.columns) == list(Finding.model_fields)
    assert len(frame) == len(venezuela.findings)
    first = frame[(frame["code"] == "D301") & (frame["candidate"] == "EG")]
    assert first["difference"].tolist() == [2_857_502, 1_977_376]
    assert first["area"].tolist() == ["", ""]
    checks = venezuela.checks_frame()
    assert list(checks.columns) == list(venezuela.to_dict()["checks"][0])
    assert checks["code"].tolist() == [check.code for check in venezuela.checks]
    none = venezuela.model_copy(update={"findings": ()}).to_frame()
    assert list(none.columns) == list(frame.columns)
    assert len(none) == 0


@pytest.mark.parametrize("name", NAMES)
def test_golden_reports(name: str) -> None:
    """On a change that is meant: python tests/report/golden/make.py, and read the difference."""
    assert golden(sample_report(name)).encode() == (HERE / f"{name}.json").read_bytes()


def test_files_are_what_is_returned(venezuela: Report, tmp_path: Path) -> None:
    text = venezuela.to_json(tmp_path / "new" / "a.json")
    page = venezuela.to_html(tmp_path / "new" / "a.html")
    assert (tmp_path / "new" / "a.json").read_bytes() == text.encode()
    assert (tmp_path / "new" / "a.html").read_bytes() == page.encode()
    assert len(list((tmp_path / "new").iterdir())) == 2
