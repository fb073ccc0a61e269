"""``plot`` of every result: the report's own drawing, in both languages, with inert names."""

from __future__ import annotations

import ast
import io
import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import tallyverify as tv
from tallyverify import forensics, inference
from tallyverify.checking.bounds import bounds_of
from tallyverify.errors import printable
from tallyverify.forensics import Effect, Indicator, KlimekFit
from tallyverify.forensics.stations import stations_of
from tallyverify.inference.estimating.result import BacktestRow
from tallyverify.language import LANGUAGES, speaking
from tallyverify.report.drawings import plots
from tallyverify.report.drawings.drawing import style, svg_of
from tallyverify.report.drawings.estimate_figures import figures
from tallyverify.report.drawings.forensic_figures import forensic_figures
from tallyverify.simulate import clean_election
from tests.helpers.tiers import slow_but
from tests.report.test_estimate_figures import DRAWN, NAMES, picture_of
from tests.report.test_report import dead_drawing

STYLE = "tallyverify.report.tallyverify"
_ROWS = (
    BacktestRow("random", 20, 0, 0.3, 0.95, 0.9, 0.02, 0.001, 0.1),
    BacktestRow("centres", 0, 10, 0.3, 0.0, 0.0, 0.0, 0.0, 0.0),
)


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


@cache
def results() -> dict[str, Any]:
    """Return one result of each kind that draws, by the name of its class."""
    rng = np.random.default_rng(1)
    stations = stations_of(clean_election(stations=1500, seed=1).table)
    votes, valid = stations.votes[:, stations.ranked[0]], stations.valid
    ballots, registered = (one.astype(int) for one in (stations.ballots, stations.registered))
    areas, pair = list(stations.areas), (int(stations.ranked[0]), int(stations.ranked[1]))
    first, second = stations.votes[:, list(pair)].T
    people: dict[str, Any] = {"areas": areas, "registered": registered, "ballots": ballots}
    size = rng.integers(500, 2000, 5000)
    came = rng.binomial(size, rng.normal(0.55, 0.05, 5000))
    added = rng.binomial(size - came, np.clip(rng.uniform(-9, 1, 5000), 0, 1))
    peak = rng.binomial(came, 0.4) + added, came + added, came + added, size
    found = [
        forensics.second_digit(votes),
        forensics.last_digit(votes),
        forensics.digit_pairs(votes),
        forensics.integer_percentages(votes, ballots, registered),
        forensics.coarse_shares(rng.binomial(came, rng.beta(5, 5, 5000)), came),
        forensics.dip(votes / valid),
        forensics.fingerprint(votes, ballots, registered),
        KlimekFit(
            code="F507",
            statistic=0.6,
            effect=Effect("incremental stations", 0.6, 0.55, 0.64),
            used=1500,
            null="",
            extreme=Effect("extreme stations", 0.01, 0.0, 0.02),
            low_side=0.42,
        ),
        forensics.turnout_peak(*peak, resamples=100),
        forensics.homogeneity(stations.votes[:, list(pair)], areas[-1]),
        forensics.turnout_share(votes, valid, ballots, registered, area=areas),
        forensics.full_stations(stations),
        forensics.swapped(stations.votes, pair=pair, areas=areas),
        forensics.group_difference(votes, valid, rng.random(len(votes)) < 0.2, areas=areas),
        forensics.outlying_stations(stations.votes, **people),
        forensics.outlying_areas(stations.votes, **people),
        picture_of("Ana").estimate,
        inference.Backtest(_ROWS, 1.1, "random"),
        inference.sensitivity([0.5, 0.6], [100.0, 50.0], lead=20, valid=400),
        inference.order_of_counting(np.arange(1500), first, second, valid, areas[0]),
        bounds_of({"A": 60, "B": 40}, 10),
    ]
    return {type(one).__name__: one for one in found}


KINDS = [
    *(one.__name__ for one in Indicator.__subclasses__()),
    *("Estimate", "Backtest", "Sensitivity", "OrderOfCounting", "Bounds"),
]


def drawn(axes: Axes) -> str:
    """Return the figure of axes as SVG, as the style file has it."""
    text = io.StringIO()
    figure: Any = axes.figure
    with plt.style.context(STYLE):
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(text, format="svg", metadata=nothing)
    return text.getvalue()


def words(axes: Axes) -> list[str]:
    return dead_drawing(drawn(axes))


def test_every_kind_is_here() -> None:
    assert set(KINDS) == set(results())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_result_is_drawn_on_new_axes_and_on_given_ones(kind: str, language: Any) -> None:
    result = results()[kind]
    with speaking(language):
        mine = result.plot()
        given = plt.subplots()[1]
        assert result.plot(given) is given
        assert result.plot(ax=Figure().subplots()).has_data()
    assert mine is not given
    assert tuple(mine.figure.get_size_inches()) == (7, 3.6)
    for axes in (mine, given):
        assert axes.has_data()
        assert axes.get_xlabel()
        assert axes.get_title("left")
        said = " ".join(words(axes))  # later than it was told, and in the same language
        assert mine.get_title("left") in said
        assert mine.get_xlabel().split("\n")[0] in said
        assert not re.search(r"\d\.\d\b" if language == "es" else r"\d,\d\b", said), said


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_bytes_twice_with_the_style_file(kind: str) -> None:
    with plt.style.context(STYLE):
        first, second = (drawn(results()[kind].plot(plt.subplots()[1])) for _ in range(2))
    assert first == second
    assert first == drawn(results()[kind].plot())


@pytest.mark.parametrize("kind", KINDS)
def test_settings_stay_as_they_were_and_change_no_names(kind: str) -> None:
    before = dict(mpl.rcParams)
    with mpl.rc_context({"axes.grid": True, "text.usetex": True}):
        axes = results()[kind].plot()
    assert dict(mpl.rcParams) == before
    assert not any(one.get_usetex() for one in axes.get_yticklabels())


@pytest.mark.filterwarnings("ignore:Glyph:UserWarning", "ignore:Matplotlib currently")
@pytest.mark.parametrize("name", slow_but(DRAWN, NAMES.values()), ids=NAMES)
def test_names_are_text(name: str) -> None:
    votes = np.column_stack([np.arange(40, 640), np.arange(640, 40, -1)])
    outlying = forensics.outlying_stations(
        votes, areas=[np.repeat(np.arange(200), 3)], candidates=[name, "B"], station=[name] * 600
    )
    estimate = replace(picture_of("x").estimate, bounds=None)
    estimate = replace(estimate, shares={name: next(iter(estimate.shares.values()))})
    start = printable(name)[:8]
    for result in (bounds_of({name: 60, "B": 40}, 10), estimate, outlying):
        given = plt.subplots()[1]
        given.set_yticks([0], ["set before"])
        for axes in (result.plot(), result.plot(given)):
            assert start in " ".join(words(axes))


REFUSED = {
    "too few counts": (forensics.last_digit([10, 20]), "2 counts of 10 or more"),
    "an estimate": (
        lambda: picture_of("Ana").estimate.refusing("the unseen differ"),
        "the unseen differ",
    ),
    "a backtest": (inference.Backtest((), 1.0, "", "none was possible"), "none was possible"),
    "no masks": (inference.Backtest(_ROWS[1:], 1.0, ""), "holds nothing that could be drawn"),
    "no effect": (Indicator(code="F5", used=0, null=""), "holds nothing that could be drawn"),
    "no peak": (
        lambda: replace(results()["TurnoutPeak"], peak=None),
        "holds nothing that could be drawn",
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_refused_says_why_and_draws_nothing(why: str) -> None:
    result, reason = REFUSED[why]
    made: Any = result() if callable(result) else result
    with pytest.raises(tv.InputError, match=f"there is nothing to draw: .*{reason}"):
        made.plot()
    assert not plt.get_fignums()


def test_other_things_than_axes_are_told() -> None:
    for result in (results()["LastDigit"], results()["Estimate"], results()["Bounds"]):
        with pytest.raises(tv.InputError, match="plot takes an Axes or None as 'ax'"):
            result.plot(3)
    with pytest.raises(tv.InputError, match="no drawing is known of int"):
        plots.plotted(3, None)


def test_an_indicator_of_another_kind_shows_its_effect() -> None:
    axes = Indicator(code="X1", used=9, null="", effect=Effect("some size", 2.0, 1.0, 3.0)).plot()
    assert axes.get_xlabel() == "some size"
    assert axes.lines[0].get_xdata().tolist() == [1.0, 3.0]  # type: ignore[union-attr]


def test_what_is_drawn_is_what_was_found() -> None:
    found = results()
    estimate, axes = found["Estimate"], found["Estimate"].plot()
    first = max(estimate.shares.values(), key=lambda one: one.estimate)
    drawn_at = [line.get_xdata().tolist() for line in axes.lines]
    assert [100 * first.low, 100 * first.high] in drawn_at
    assert [100 * first.estimate] in drawn_at
    digits = found["LastDigit"]
    line = found["LastDigit"].plot().lines[-1]
    assert np.allclose(line.get_ydata(), 100 * digits.digits / digits.used - 10)
    group = found["GroupDifference"]
    assert group.plot().lines[1].get_xdata() == [100 * group.effect.value]
    full = found["FullStations"]
    dots = [line for line in full.plot().lines if line.get_marker() == "o"]
    assert [float(line.get_xdata()[0]) for line in dots] == [*map(float, full.found)]
    shown = [label.get_text() for label in found["OutlyingStations"].plot().get_yticklabels()]
    assert shown[0].startswith(f"{found['OutlyingStations'].farthest(1)[0]['station']}: ")


def placed(result: Any, box: tuple[float, float, float, float], height: float) -> set[str]:
    """Return the paths of a result drawn where the report draws it."""
    return paths(svg_of("x", lambda figure: result.plot(figure.add_axes(box)), height=height))


def paths(svg: str) -> set[str]:
    """Return the paths of a figure."""
    return set(re.findall(r'<path [^>]*d="([^"]+)"', svg))


def images(svg: str) -> set[str]:
    """Return the pixels of a figure."""
    return set(re.findall(r"data:image/png;base64,([^\"]+)\"", svg))


def test_figures_of_the_report_are_the_plots_of_its_results() -> None:
    picture = picture_of("Ana")
    assert picture.curve is not None
    box, reports = (0.2, 0.14, 0.76, 0.64), {k: paths(svg) for k, svg in figures(picture).items()}
    rows = inference.Backtest(picture.estimate.backtest, 1.0, "")
    assert len(placed(rows, box, 4.2) - reports["backtest"]) <= 1
    curve = {one for one in placed(picture.curve, box, 4.2) if one.count("L") > 30}
    assert curve
    assert curve <= reports["sensitivity"]
    table = clean_election(stations=1500, seed=1).table
    section = tv.verify(tv.Case(table.contest, table), checks="F506,F510").forensics
    svgs = forensic_figures(section)
    fingerprint = section.described["F506"]
    again = svg_of("x", lambda f: fingerprint.plot(f.add_axes((0.12, 0.11, 0.66, 0.78))), height=5)
    # The bar of shades is as large as there is room; the other picture is the histogram.
    assert len(images(again) & images(svgs["F506"])) == len(images(again)) - 1 == 1
    homogeneity = placed(section.described["F510"], (0.12, 0.17, 0.85, 0.64), 3.8)
    steps = {one for one in homogeneity if one.count("L") > 20}
    assert steps
    assert steps <= paths(svgs["F510"])


_DRAWING = {"plot", "bar", "vlines", "hlines", "fill_between", "stairs", "imshow", "axvline"}
_DRAWING |= {"axhline", "axvspan", "axhspan", "scatter", "errorbar", "hist", "barh", "pcolormesh"}


def test_nothing_is_drawn_in_two_ways() -> None:
    """Only the functions that ``plot`` uses too put marks on axes."""
    folder = Path(str(plots.__file__)).parent
    drawing = set()
    for file in folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if called and node.func.attr in _DRAWING:  # type: ignore[attr-defined]
                drawing.add(file.stem)
    assert drawing == {
        *("tested_plots", "described_plots", "estimate_plots", "effect_plots", "panels")
    }


def test_the_style_is_a_file_that_the_figures_are_drawn_with() -> None:
    with plt.style.context(STYLE):
        used = {name: mpl.rcParams[name] for name in style()}
    assert used == dict(style())
    assert used["svg.hashsalt"] == "tallyverify"
    assert used["figure.figsize"] == [7.0, 3.6]


def test_matplotlib_comes_only_when_something_is_drawn() -> None:
    for room in ("checking.bounds", "forensics.indicator", "inference.estimating.result"):
        spec = find_spec(f"tallyverify.{room}")
        assert spec is not None
        body = ast.parse(Path(str(spec.origin)).read_text(encoding="utf-8")).body
        top = [one for one in body if isinstance(one, ast.Import | ast.ImportFrom)]
        assert "matplotlib" not in " ".join(map(ast.unparse, top))


def test_many_plots_with_warnings_as_errors_are_quiet() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for result in results().values():
            axes = result.plot(Figure(layout="constrained").subplots())
            drawn(axes)
