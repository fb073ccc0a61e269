"""The figures of the estimate: names are text on them, and the same data give the same bytes."""

from __future__ import annotations

from functools import cache
from typing import Any

import matplotlib as mpl
import pytest

from tallyverify import Case, Declared, Report, read_actas, verify
from tallyverify.errors import printable
from tallyverify.inference.section import InferenceSection
from tallyverify.records.contest import Candidate
from tallyverify.report.drawings.drawing import middle, short
from tallyverify.report.drawings.estimate_figures import figures
from tallyverify.simulate import clean_election, hide_stations
from tests.helpers.tiers import slow_but
from tests.report.test_report import HOSTILE, dead_drawing

NAMES = {
    **HOSTILE,
    "math": "$x^2$ \\frac{1}{2}",
    "dollars": "$$",
    "one dollar": "5 $ {\\",
    "xml": "a & b ]]> <!-- &lt; c",
    "underscore": "_hidden",
    "emoji": "\U0001f600",
    "arabic": "العربية",
}
DRAWN = [NAMES[one] for one in ("script", "math", "arabic")]
"""Those that are drawn in every run."""


@cache
def report_of(name: str, bulletin: str) -> Report:
    """Return the report on a partial tally in which texts name a candidate and a bulletin."""
    election = clean_election(stations=80, seed=1)
    table = hide_stations(election.table, 0.3, seed=2)
    candidates = (Candidate(id="A", name=name), Candidate(id="B"), Candidate(id="C"))
    contest = election.contest.model_copy(update={"candidates": candidates})
    votes = {name: election.truth[name] for name in contest.candidate_ids}
    rows = [{"coverage": 1, "votes": votes}]
    declared = Declared.model_validate({"bulletins": [{"id": bulletin, "areas": rows}]})
    frame = table.frame[["station", *contest.levels, *table.lines, *votes]]
    actas = read_actas(frame, contest=contest)
    return verify(Case(contest, actas, declared, election.registry), checks="inference")


def picture_of(name: str, bulletin: str = "1") -> InferenceSection:
    found: InferenceSection = report_of(name, bulletin).picture
    assert found.estimate.refused == ""
    return found


@pytest.mark.parametrize(
    "name",
    slow_but(DRAWN, NAMES.values()),
    ids=NAMES,
)
def test_figures_hold_names_as_text(name: str) -> None:
    picture = picture_of(name, bulletin=name)
    drawn = figures(picture)
    assert list(drawn) == ["interval", "sensitivity", "backtest"]
    texts = {title: " ".join(dead_drawing(svg)) for title, svg in drawn.items()}
    start = printable(name)[:11]
    assert texts["interval"].count(start) == 2
    assert f"declared: {start}" in texts["sensitivity"]
    assert f"− {start}" in texts["sensitivity"]
    assert figures(picture) == drawn


@pytest.mark.parametrize("name", ["選挙", "हिन्दी", "선거", "ไทย"])
def test_a_name_in_another_script_is_drawn_without_a_warning(name: str) -> None:
    assert name in " ".join(dead_drawing(figures(picture_of(name))["interval"]))


@pytest.mark.filterwarnings("ignore:Glyph:UserWarning")
@pytest.mark.parametrize("name", ["a\ufffe", "a\uffff"])
def test_what_may_not_stand_in_xml_does_not(name: str) -> None:
    dead_drawing(figures(picture_of(name))["interval"])


@pytest.mark.parametrize(
    ("key", "value"), [("figure.facecolor", "black"), ("axes.grid", True), ("text.usetex", True)]
)
def test_settings_of_matplotlib_change_nothing(key: str, value: object) -> None:
    drawn = figures(picture_of("x"))
    settings: Any = {key: value}
    with mpl.rc_context(settings):
        assert figures(picture_of("x")) == drawn


def test_figures_leave_matplotlib_as_it_was() -> None:
    before = dict(mpl.rcParams)
    figures(picture_of("x"))
    assert dict(mpl.rcParams) == before


def test_names_are_cut_to_what_fits() -> None:
    assert short("Frente para la Victoria", 12) == "Frente para…"
    assert middle("Political party of the Left", 15) == "Politic…he Left"
    assert middle("Left", 15) == "Left"
