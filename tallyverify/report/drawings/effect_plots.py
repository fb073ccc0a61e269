"""What is drawn of indicators that hold no figure's data: the effect, beside what is expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import singledispatch
from typing import TYPE_CHECKING, Any, NamedTuple

from tallyverify.forensics import (
    Dip,
    Effect,
    FullStations,
    GroupDifference,
    Indicator,
    IntegerPercentages,
    OutlyingAreas,
    OutlyingStations,
    TurnoutShare,
)
from tallyverify.language import formula, told
from tallyverify.report.drawings.described_plots import effect_key, effects_on
from tallyverify.report.drawings.drawing import BAND, INK, MARKS, PALE, SOFT, middle
from tallyverify.report.drawings.forensic_figures import FORENSIC_FIGURES
from tallyverify.report.indicators import LEAST_SHOWN, probability

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST = 10
_WIDTH = 1.96  # standard deviations of a 95 % interval
_FOUND = told("found")

Marks = tuple[str, list[Any]]
"""A title, and what the marks mean."""


@singledispatch
def effect_on(found: Any, axes: Axes) -> Marks:
    """Draw the effect of an indicator."""
    raise NotImplementedError


@effect_on.register(Indicator)
def _(found: Indicator, axes: Axes) -> Marks:
    effect = found.effect
    if effect is None:
        return found.code, []
    effects_on(axes, [("", effect)])
    axes.set_xlabel(str(effect.name))
    return found.code, effect_key(effect)


@effect_on.register(Dip)
def _(found: Dip, axes: Axes) -> Marks:
    effect = found.effect
    if effect is None:
        return found.code, []
    label = _p_of(found)
    effects_on(axes, [(label, effect)])
    axes.set_xlim(0, 1.5 * max(effect.value, 0.001))
    axes.set_xlabel(str(told("dip: distance from a distribution with one peak")))
    return told("F509 · Distance from one peak"), effect_key(effect)


@effect_on.register(TurnoutShare)
def _(found: TurnoutShare, axes: Axes) -> Marks:
    effect = found.effect
    if effect is None:
        return found.code, []
    rows: list[tuple[str, Effect]] = [(told("all stations"), effect)]
    if found.within is not None:
        rows.append((told("within the smallest area\nthat has others"), found.within))
    for level, one in enumerate(found.by_level, 1):
        if one is not None and len(found.by_level) > 1:
            rows.append((told("within areas of level {level}", level=str(level)), one))
    effects_on(axes, rows)
    axes.axvline(0, color=SOFT, lw=0.8, zorder=0)
    axes.set_xlim(-1.02, 1.02)
    axes.set_xlabel(str(told("correlation")))
    return told("F511 · Correlation of turnout and share"), effect_key(effect)


@effect_on.register(GroupDifference)
def _(found: GroupDifference, axes: Axes) -> Marks:
    effect = found.effect
    if effect is None:
        return found.code, []
    label = _p_of(found)
    effects_on(axes, [(label, effect)], scale=100)
    line = _none_expected(axes)
    axes.set_xlabel(str(told("points of the share beyond the others of the same areas")))
    return told("F513 · A group beside the others of its areas"), [*effect_key(effect), line]


def _p_of(found: Indicator) -> str:
    """Return the p-value, before any adjustment."""
    if found.pvalue is None:
        return ""
    p = probability(found.pvalue)
    return told("p {p}", p=p) if found.pvalue < LEAST_SHOWN else told("p = {p}", p=p)


def _none_expected(axes: Axes) -> Any:
    """Draw where no difference is."""
    return axes.axvline(0, color=INK, lw=1, ls="--", zorder=0, label=str(told("no difference")))


class _Counted(NamedTuple):
    """Stations counted beside those expected, with the half of an interval of chance."""

    label: str
    found: float
    expected: float
    half: float


def _counted_on(axes: Axes, rows: Sequence[_Counted]) -> list[Any]:
    """Draw counts beside what chance lets expect; return what the marks mean."""
    from matplotlib.lines import Line2D

    for row, one in enumerate(rows):
        ends = [max(one.expected - one.half, 0.0), one.expected + one.half]
        axes.plot(ends, [row, row], color=PALE, lw=12, solid_capstyle="butt", zorder=1)
        axes.plot([one.expected], [row], "|", color=INK, ms=12, mew=1.2, zorder=2)
        axes.plot([one.found], [row], "o", color=BAND, ms=6, zorder=3)
    axes.set_yticks(range(len(rows)), [str(one.label) for one in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    # Where hardly any are found or expected, one station is still seen to be one.
    top = max(1.0, *(max(one.found, one.expected + one.half) for one in rows))
    low = min(min(one.found, one.expected - one.half) for one in rows)
    least = -0.03 * top if low < 0.5 * top else low - 0.1 * (top - low)
    axes.set_xlim(least, 1.05 * top if least < 0 else top + 0.1 * (top - low))
    axes.set_xlabel(str(told("stations")))
    chance = str(told("95 % of chance alone"))
    return [
        Line2D([], [], color=BAND, marker="o", ms=6, ls="", label=str(_FOUND)),
        Line2D([], [], color=INK, marker="|", ms=12, mew=1.2, ls="", label=str(told("expected"))),
        Line2D([], [], color=PALE, lw=8, label=chance),
    ]


@effect_on.register(IntegerPercentages)
def _(found: IntegerPercentages, axes: Axes) -> Marks:
    label = told("turnout or share") if found.turnout_tested else told("share")
    row = _Counted(label, found.observed, found.expected, _WIDTH * found.sd)
    return FORENSIC_FIGURES["F504"], _counted_on(axes, [row])


@effect_on.register(FullStations)
def _(found: FullStations, axes: Axes) -> Marks:
    labels = (told("everybody voted"), told("all for one candidate"), told("both"))
    halves = [_WIDTH * sd for sd in found.sd]
    rows = [*map(_Counted, labels, found.found, found.expected, halves)]
    if not found.turnout_known:
        rows = rows[1:2]
    return told("F506 · Stations at 100 %, beside a clean twin"), _counted_on(axes, rows)


@effect_on.register(OutlyingStations)
def _(found: OutlyingStations, axes: Axes) -> Marks:
    title = told("The stations that depart most from the others of their areas")
    return title, _departing_on(axes, found.farthest(_MOST), "station")


@effect_on.register(OutlyingAreas)
def _(found: OutlyingAreas, axes: Axes) -> Marks:
    rows: Any = found.table.head(_MOST).to_dict("records")
    title = told("The areas that depart most from the others beside them")
    return title, _departing_on(axes, rows, "area")


def _departing_on(axes: Axes, rows: Sequence[Mapping[str, Any]], key: str) -> list[Any]:
    """Draw shares beside the interval that holds 95 % of honest ones; return what is what."""
    from matplotlib.lines import Line2D

    for at, row in enumerate(rows):
        ends = [100 * row["low"], 100 * row["high"]]
        axes.plot(ends, [at, at], color=PALE, lw=9, solid_capstyle="butt", zorder=1)
        axes.plot([100 * row["expected"]], [at], "|", color=INK, ms=10, mew=1.2, zorder=2)
        colour = MARKS[0] if row["flagged"] else BAND
        axes.plot([100 * row["share"]], [at], "o", color=colour, ms=6, zorder=3)
    names = [
        str(formula("{name}: {of}", name=middle(row[key], 18), of=middle(row["aspect"], 16)))
        for row in rows
    ]
    axes.set_yticks(range(len(rows)), names, fontsize=8)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(-1, 101)
    axes.set_xlabel(str(told("%, of a share or of turnout")))
    return [
        Line2D([], [], color=BAND, marker="o", ms=6, ls="", label=str(_FOUND)),
        Line2D(
            [],
            [],
            color=MARKS[0],
            marker="o",
            ms=6,
            ls="",
            label=str(told("departs by more than chance")),
        ),
        Line2D([], [], color=INK, marker="|", ms=10, mew=1.2, ls="", label=str(told("expected"))),
        Line2D([], [], color=PALE, lw=8, label=str(told("holds 95 % of honest ones"))),
    ]
