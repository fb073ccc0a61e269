"""The estimate as it is shown: page, terminal, notebook and frame; the same numbers on each."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import tallyverify as tv
from tallyverify import Estimate, Report, load_case, verify
from tallyverify.engine.verification import estimate_case
from tallyverify.errors import printable
from tallyverify.inference.estimating.result import Interval
from tallyverify.inference.section import InferenceSection
from tallyverify.report.drawings.estimate_figures import FIGURES, figures
from tallyverify.report.estimated import estimate_blocks
from tests.engine.test_schema import REPORT
from tests.helpers.command import SAMPLES, small_case
from tests.helpers.samples import sample_report
from tests.helpers.tiers import slow_but
from tests.report.test_estimate_figures import DRAWN, NAMES, picture_of, report_of
from tests.report.test_report import SEEN, SGR, Tags, dead, drawings

SECTION = "What the unseen could hold"


def called(name: str) -> Estimate:
    """Return an estimate in which a text is the id of a candidate."""

    def renamed(rows: dict[str, Any]) -> dict[str, Any]:
        return {name if key == "A" else key: row for key, row in rows.items()}

    found = picture_of("x").estimate
    assert found.bounds is not None
    assert found.margin is not None
    bounds = replace(found.bounds, low=renamed(found.bounds.low), high=renamed(found.bounds.high))
    return replace(
        found,
        shares=renamed(found.shares),
        totals=renamed(found.totals),
        bounds=bounds,
        margin=replace(found.margin, runner_up=name),
    )


def shown(picture: InferenceSection) -> str:
    """Return the estimate as a wide terminal with all its colours shows it."""
    stream = io.StringIO()
    console = Console(file=stream, width=2000, force_terminal=True, color_system="truecolor")
    for part in estimate_blocks(picture):
        console.print(part)
    return stream.getvalue()


class Rows(HTMLParser):
    """Collects the rows of a page's tables."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self.inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
        self.inside = tag in ("td", "th")

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.rows[-1][-1] += data


@pytest.fixture(scope="module", params=["partial", "venezuela-2024"])
def report(request: pytest.FixtureRequest) -> Report:
    return sample_report(request.param)


def numbers(cell: str) -> list[float]:
    return [float(text.replace("−", "-")) for text in re.findall(r"[−-]?\d+\.\d+", cell)]


def rounded(*shares: float) -> object:
    """Equal points of two digits, made of a share that was rounded to six."""
    return pytest.approx([100 * share for share in shares], abs=0.0051)


def test_a_page_holds_the_numbers_of_estimate_json(report: Report) -> None:
    data = report.picture.estimate.to_dict()
    page = report.to_html()
    section = page[page.index(f"<summary><h2>{SECTION}</h2>") :]
    rows = {row[0]: row[1:] for row in Rows(section).rows}
    for name, share in data["shares"].items():
        cells = rows[report.contest.display(name)]
        assert numbers(cells[0]) == rounded(share["estimate"])
        assert numbers(cells[1]) == rounded(share["low"], share["high"])
        bound = data["bounds"][name]
        assert numbers(cells[2]) == rounded(bound["low"], bound["high"])
    margin = data["margin"]
    cells = rows[" − ".join(report.contest.display(margin[k]) for k in ("leader", "runner_up"))]
    assert numbers(cells[0]) == rounded(margin["estimate"])
    assert numbers(cells[1]) == rounded(margin["low"], margin["high"])
    for row in data["backtest"]:
        cells = rows[row["pattern"]]
        assert cells[0].split()[0] == str(row["masks"])
        assert cells[2] == f"{100 * row['coverage']:.0f} %"
        assert numbers(" ".join(cells[4:6])) == rounded(row["mean_width"], row["bias"])
    text = Tags(page).text
    for said in (data["method"], data["assumption"], f"× {data['inflation']:.2f}"):
        assert said in text
    for note in data["notes"]:
        assert note[1:] in text
    titles = [FIGURES[name] for name in ("interval", "sensitivity", "backtest")]
    drawn = {title: svg for title, svg in drawings(page).items() if title in FIGURES.values()}
    assert list(drawn) == titles
    assert list(drawn.values()) == list(figures(report.picture).values())
    dead(page)


def test_a_terminal_shows_the_numbers_of_estimate_json(report: Report) -> None:
    data = report.picture.estimate.to_dict()
    lines = report.to_text(width=400, verbose=True).splitlines()
    at = next(place for place, line in enumerate(lines) if line.startswith("Estimate of the whole"))
    table = [re.split(r" {2,}", line.strip()) for line in lines[at + 1 :]]
    rows = {row[0]: row[1:] for row in reversed(table)}
    for name, share in data["shares"].items():
        cells = rows[report.contest.display(name)]
        assert numbers(cells[0]) == rounded(share["estimate"])
        assert numbers(cells[1]) == rounded(share["low"], share["high"])
        assert numbers(cells[2]) == rounded(*data["bounds"][name].values())
    for row in data["backtest"]:
        assert rows[row["pattern"]][0] == str(row["masks"])
    assert data["assumption"] in " ".join(lines)


def test_report_json_and_a_notebook_hold_no_more_than_before(report: Report) -> None:
    assert " ".join(json.loads(report.to_json())) == REPORT
    assert '"picture"' not in report.to_json()
    assert "<img" not in report._repr_html_()


def test_verify_and_estimate_say_the_same() -> None:
    case = load_case(SAMPLES / "partial")
    one, other = sample_report("partial").picture, estimate_case(case)
    assert one.estimate.to_json() == other.estimate.to_json()
    assert figures(one) == figures(other)
    assert shown(one) == shown(other)


def test_no_estimate_where_none_is_asked() -> None:
    report = verify(load_case(SAMPLES / "partial"), checks="rules,compare")
    assert report.picture is None
    assert SECTION not in report.to_html()
    assert "Estimate of the whole count" not in report.to_text(verbose=True)
    assert drawings(report.to_html()) == {}


def test_a_refusal_is_said_on_every_face(tmp_path: Path) -> None:
    report = verify(load_case(small_case(tmp_path / "toy")))
    says = "No estimate: 3 stations seen and wholly read; at least 20 needed."
    assert says in Tags(report.to_html()).text
    assert says in report.to_text(width=200, verbose=True)
    assert drawings(report.to_html()) == {}
    estimate = report.picture.estimate
    assert repr(estimate) == f"<Estimate refused: {says[13:-1]}>"
    assert says[13:-1] in estimate._repr_html_()
    assert "<table" not in estimate._repr_html_()
    assert len(estimate.to_frame()) == 0


@pytest.mark.parametrize("name", slow_but(DRAWN, NAMES.values()), ids=NAMES)
def test_names_are_dead_in_a_page(name: str) -> None:
    found = dead(report_of(name, bulletin=name).to_html())
    assert f"Declared: {printable(name)}" in found.text
    assert len(found.images) == 3


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_names_are_dead_on_a_terminal(name: str) -> None:
    text = shown(replace(picture_of(name, bulletin=name), declared=()))  # see the next
    plain = SGR.sub("", text)
    assert not SEEN.search(plain)
    assert printable(name) in plain
    assert "\x1b]8" not in text
    assert set(SGR.findall(text)) == set(SGR.findall(shown(replace(picture_of("x"), declared=()))))


@pytest.mark.parametrize("name", ["[bold red]x[/bold red]", "[/x]", ":smile:"])
def test_bulletins_are_dead_on_a_terminal(name: str) -> None:
    assert f"declared: {name}" in SGR.sub("", shown(picture_of("x", bulletin=name)))


@pytest.mark.parametrize(
    "name",
    [pytest.param(text, id=key) for key, text in NAMES.items()],
)
def test_names_are_dead_in_a_notebook(name: str) -> None:
    estimate = called(name)
    assert name in estimate.to_frame().index
    page = estimate._repr_html_()
    found = Tags(page)
    assert found.tags <= {"p", "table", "thead", "tbody", "tr", "th", "td"}
    assert {key for key, _ in found.attributes} <= {"border", "class", "style"}
    assert printable(name) in found.text
    assert not SEEN.search(page)


def test_a_frame_holds_every_number() -> None:
    estimate = picture_of("x").estimate
    frame = estimate.to_frame()
    assert estimate.bounds is not None
    assert list(frame.index) == list(estimate.shares)
    assert list(frame.columns) == [
        *("share", "low", "high", "votes", "votes_low", "votes_high", "bound_low", "bound_high")
    ]
    for name, row in frame.iterrows():
        share, total = estimate.shares[str(name)], estimate.totals[str(name)]
        assert tuple(row[:3]) == (share.estimate, share.low, share.high)
        assert tuple(row[3:6]) == (total.estimate, total.low, total.high)
        assert tuple(row[6:]) == tuple(
            side[str(name)] for side in (estimate.bounds.low, estimate.bounds.high)
        )
    assert replace(estimate, bounds=None).to_frame()["bound_low"].isna().all()


def test_an_estimate_is_public(tmp_path: Path) -> None:
    estimate = picture_of("x").estimate
    assert type(estimate) is tv.Estimate is tv.inference.Estimate is Estimate
    assert {"Estimate", "inference"} <= set(tv.__all__)
    text = estimate.to_json(tmp_path / "new" / "a.json")
    assert (tmp_path / "new" / "a.json").read_bytes() == text.encode()
    assert json.loads(text) == estimate.to_dict()
    margin = estimate.margin
    assert margin is not None
    assert repr(estimate).startswith(f"<Estimate: {margin.leader} − {margin.runner_up} ")
    assert "-0.0" not in json.dumps(Interval(-1e-9, -1e-9, -1e-9).to_dict())
