"""What is drawn of an estimate, its backtest and its tilts on axes: by ``plot``, in the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tallyverify.checking import Bounds
from tallyverify.inference import (
    BacktestRow,
    DeclaredShares,
    Estimate,
    OrderOfCounting,
    Sensitivity,
)
from tallyverify.language import number, points, told
from tallyverify.report.drawings.drawing import BAND, INK, MARKS, PALE, SOFT, short
from tallyverify.report.words import pattern_word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST = 8


def bar_on(axes: Axes, low: float, high: float, row: float, color: str, width: float) -> None:
    """Draw a bar from low to high in a row."""
    axes.plot([low, high], [row, row], color=color, lw=width, solid_capstyle="butt", zorder=1)


def shares_on(
    axes: Axes,
    found: Estimate,
    names: Mapping[str, str],
    declared: Sequence[DeclaredShares] = (),
) -> list[Any]:
    """Draw the shares with intervals and bounds, and what was declared; return what is what."""
    from matplotlib.lines import Line2D

    declared = declared[-len(MARKS) :]
    ranked = sorted(found.shares, key=lambda name: -found.shares[name].estimate)[:_MOST]
    rows = np.arange(len(ranked))[::-1]
    for row, name in zip(rows, ranked, strict=True):
        share = found.shares[name]
        if found.bounds is not None:
            _bounds_in(axes, found.bounds, name, row)
        bar_on(axes, 100 * share.low, 100 * share.high, row, BAND, 8)
        axes.plot([100 * share.estimate], [row], "|", color=INK, ms=12, mew=1.2, zorder=3)
        for place, one in enumerate(declared):
            if name in one.shares:
                # Above the bar, so that it hides nothing.
                at = [100 * one.shares[name]], [row + 0.26]
                axes.plot(*at, "v", color=MARKS[place], ms=6, zorder=4)
    _in_rows(axes, [names[name] for name in ranked])
    handles = [Line2D([], [], color=BAND, lw=8, label=str(told("95 % interval")))]
    if found.bounds is not None:
        handles.append(_bounds_key())
    for place, one in enumerate(declared):
        text = declared_by(one.bulletin, whole=one.whole)
        handles.append(Line2D([], [], color=MARKS[place], marker="v", ms=6, ls="", label=text))
    return handles


def bounds_on(axes: Axes, found: Bounds) -> list[Any]:
    """Draw what each share can be whatever the unseen hold; return what the marks mean."""
    ranked = sorted(found.low, key=lambda name: -found.low[name])[:_MOST]
    for row, name in zip(range(len(ranked))[::-1], ranked, strict=True):
        _bounds_in(axes, found, name, row)
    _in_rows(axes, ranked)
    return [_bounds_key()]


def _bounds_in(axes: Axes, found: Bounds, name: str, row: float) -> None:
    bar_on(axes, 100 * found.low[name], 100 * found.high[name], row, PALE, 8)


def _bounds_key() -> Any:
    from matplotlib.lines import Line2D

    return Line2D([], [], color=PALE, lw=8, label=str(told("bounds, without assumption")))


def _in_rows(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(np.arange(len(names))[::-1], [short(name) for name in names])
    axes.set_ylim(-0.7, len(names) - 0.3)
    axes.set_xlabel(str(told("% of the valid votes")))


def declared_by(bulletin: str, *, whole: bool = True) -> str:
    """Return which bulletin declared it, as it is said."""
    name = short(bulletin, 12)
    if whole:
        return str(told("declared: {bulletin}", bulletin=name))
    return str(told("declared: {bulletin} (partial)", bulletin=name))


def tilts_on(
    axes: Axes,
    found: Sensitivity,
    *,
    tilt: float | None = None,
    declared: Sequence[DeclaredShares] = (),
) -> list[Any]:
    """Draw the margin by tilt, the tilts of a backtest, declared margins; return what is what."""
    margins = [100 * margin for margin in found.margins]
    handles: list[Any] = axes.plot(
        found.deltas, margins, color=BAND, lw=2, label=str(told("margin of the whole"))
    )
    if tilt is not None:
        widest = min(tilt, max(abs(found.deltas[0]), abs(found.deltas[-1])))
        label = str(told("tilts found in the backtest"))
        handles.append(axes.axvspan(-widest, widest, color=PALE, alpha=0.6, lw=0, label=label))
    axes.axhline(0, color=SOFT, lw=0.8)
    axes.axvline(0, color=SOFT, lw=0.8, ls=":")
    for place, one in enumerate(declared[-len(MARKS) :]):
        if one.margin is not None:
            text, colour = declared_by(one.bulletin), MARKS[place]
            handles.append(
                axes.axhline(100 * one.margin, color=colour, lw=1.4, ls="--", label=text)
            )
    tilts = told("tilt δ of the unseen: change of log-odds, 0 as predicted")
    axes.set_xlabel(str(tilts))
    return handles


def backtest_on(axes: Axes, found: Sequence[BacktestRow]) -> list[Any]:
    """Draw how often intervals held, by pattern; return what the marks mean."""
    from matplotlib.lines import Line2D

    rows = [row for row in found if row.masks]
    places = np.arange(len(rows))[::-1]
    for place, row in zip(places, rows, strict=True):
        bar_on(axes, 0, 100 * row.coverage, place, PALE, 12)
        axes.plot([100 * row.raw_coverage], [place], "o", color="#fff", mec=SOFT, ms=7, zorder=2)
        axes.plot([100 * row.coverage], [place], "o", color=BAND, ms=7, zorder=3)
        said = told(
            "{masks} masks, width {width}, bias {bias} points",
            masks=number(row.masks),
            width=points(row.mean_width),
            bias=points(row.bias, sign="+"),
        )
        axes.text(50, place, str(said), ha="center", va="center", fontsize=8)
    line = axes.axvline(95, color=MARKS[0], lw=1.2, ls="--", label="95 %")
    axes.set_yticks(places, [str(pattern_word(row.pattern)) for row in rows])
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.set_xlim(0, 103)
    axes.set_xlabel(str(told("% of intervals that held the truth")))
    held = Line2D([], [], color=BAND, marker="o", ms=7, ls="", label=str(told("calibrated")))
    raw = Line2D([], [], color="#fff", mec=SOFT, marker="o", ms=7, ls="", label=str(told("before")))
    return [held, raw, line]


def counting_on(axes: Axes, found: OrderOfCounting) -> list[Any]:
    """Draw the margin as the count went on; return what the marks mean."""
    path = found.cumulative
    margins = [100 * margin for margin in path.margin]
    shares = [100 * share for share in path.counted]
    handles = axes.plot(shares, margins, color=BAND, lw=2, label=str(told("margin so far")))
    axes.axhline(0, color=SOFT, lw=0.8)
    axes.set_xlim(0, 100)
    axes.set_xlabel(str(told("% of the stations counted")))
    return list(handles)
