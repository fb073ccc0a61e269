"""Figures of what the unseen could hold, as SVG; the same data give the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tallyverify.inference import InferenceSection
from tallyverify.language import number, points, told
from tallyverify.report.drawings.drawing import BAND, INK, MARKS, PALE, SOFT, legend, short, svg_of
from tallyverify.report.words import pattern_word

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FIGURES = {
    "interval": told("Estimate, bounds and what was declared"),
    "sensitivity": told("Margin if the unseen voted otherwise than predicted"),
    "backtest": told("How often the intervals held on hidden stations"),
    "cumulative": told("Margin as the count went on"),
}
"""Names of the figures, and what they show."""

_MOST = 8


def figures(picture: InferenceSection) -> dict[str, str]:
    """Return the figures that there are data for, as SVG text, by name of :data:`FIGURES`."""
    draw: dict[str, Callable[[Axes, InferenceSection], None]] = {}
    if not picture.estimate.refused:
        draw["interval"] = _interval
    if picture.curve is not None:
        draw["sensitivity"] = _sensitivity
    if any(row.masks for row in picture.estimate.backtest):
        draw["backtest"] = _backtest
    if picture.order.whole is not None:
        draw["cumulative"] = _cumulative
    return {name: _drawn(name, paint, picture) for name, paint in draw.items()}


def _drawn(
    name: str, paint: Callable[[Axes, InferenceSection], None], picture: InferenceSection
) -> str:
    def on(figure: Figure) -> None:
        paint(figure.add_axes((0.2, 0.14, 0.76, 0.64)), picture)

    return svg_of(FIGURES[name], on)


def _interval(axes: Axes, picture: InferenceSection) -> None:
    estimate = picture.estimate
    ranked = sorted(estimate.shares, key=lambda name: -estimate.shares[name].estimate)[:_MOST]
    rows = np.arange(len(ranked))[::-1]
    for row, name in zip(rows, ranked, strict=True):
        share = estimate.shares[name]
        if estimate.bounds is not None:
            low, high = estimate.bounds.low[name], estimate.bounds.high[name]
            _bar(axes, 100 * low, 100 * high, row, PALE, 8)
        _bar(axes, 100 * share.low, 100 * share.high, row, BAND, 8)
        axes.plot([100 * share.estimate], [row], "|", color=INK, ms=12, mew=1.2, zorder=3)
        for place, declared in enumerate(picture.declared[-len(MARKS) :]):
            if name in declared.shares:
                colour = MARKS[place]
                # Above the bar, so that it hides nothing.
                at = [100 * declared.shares[name]], [row + 0.26]
                axes.plot(*at, "v", color=colour, ms=6, zorder=4)
    axes.set_yticks(rows, [short(picture.names[name]) for name in ranked])
    axes.set_ylim(-0.7, len(ranked) - 0.3)
    axes.set_xlabel(str(told("% of the valid votes")))
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], color=BAND, lw=8, label=str(told("95 % interval")))]
    if estimate.bounds is not None:
        label = str(told("bounds, without assumption"))
        handles.append(Line2D([], [], color=PALE, lw=8, label=label))
    for place, declared in enumerate(picture.declared[-len(MARKS) :]):
        text = _declared(declared.bulletin, whole=declared.whole)
        handles.append(Line2D([], [], color=MARKS[place], marker="v", ms=6, ls="", label=text))
    legend(axes, handles)


def _declared(bulletin: str, *, whole: bool = True) -> str:
    name = short(bulletin, 12)
    if whole:
        return str(told("declared: {bulletin}", bulletin=name))
    return str(told("declared: {bulletin} (partial)", bulletin=name))


def _pair(pair: Sequence[str]) -> str:
    """Return whose margin it is, in points."""
    first, second = (short(name, 16) for name in pair)
    return str(told("{first}\n− {second}, points", first=first, second=second))


def _bar(axes: Axes, low: float, high: float, row: float, color: str, width: float) -> None:
    axes.plot([low, high], [row, row], color=color, lw=width, solid_capstyle="butt", zorder=1)


def _sensitivity(axes: Axes, picture: InferenceSection) -> None:
    curve = picture.curve
    if curve is None:
        return
    margins = [100 * margin for margin in curve.margins]
    widest = max(abs(curve.deltas[0]), abs(curve.deltas[-1]))
    tilt = min(picture.largest_tilt, widest)
    (line,) = axes.plot(
        curve.deltas, margins, color=BAND, lw=2, label=str(told("margin of the whole"))
    )
    label = str(told("tilts found in the backtest"))
    band = axes.axvspan(-tilt, tilt, color=PALE, alpha=0.6, lw=0, label=label)
    handles: list[Any] = [line, band]
    axes.axhline(0, color=SOFT, lw=0.8)
    axes.axvline(0, color=SOFT, lw=0.8, ls=":")
    for place, declared in enumerate(picture.declared[-len(MARKS) :]):
        if declared.margin is not None:
            text = _declared(declared.bulletin)
            colour = MARKS[place]
            handles.append(
                axes.axhline(100 * declared.margin, color=colour, lw=1.4, ls="--", label=text)
            )
    tilts = told("tilt δ of the unseen: change of log-odds, 0 as predicted")
    axes.set_xlabel(str(tilts))
    axes.set_ylabel(_pair(picture.pair))
    legend(axes, handles)


def _backtest(axes: Axes, picture: InferenceSection) -> None:
    rows = [row for row in picture.estimate.backtest if row.masks]
    places = np.arange(len(rows))[::-1]
    for place, row in zip(places, rows, strict=True):
        _bar(axes, 0, 100 * row.coverage, place, PALE, 12)
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
    from matplotlib.lines import Line2D

    held = Line2D([], [], color=BAND, marker="o", ms=7, ls="", label=str(told("calibrated")))
    raw = Line2D([], [], color="#fff", mec=SOFT, marker="o", ms=7, ls="", label=str(told("before")))
    legend(axes, [held, raw, line])


def _cumulative(axes: Axes, picture: InferenceSection) -> None:
    whole = picture.order.whole
    if whole is None:
        return
    path = whole.cumulative
    margins = [100 * margin for margin in path.margin]
    shares = [100 * share for share in path.counted]
    (line,) = axes.plot(shares, margins, color=BAND, lw=2, label=str(told("margin so far")))
    axes.axhline(0, color=SOFT, lw=0.8)
    axes.set_xlim(0, 100)
    axes.set_xlabel(str(told("% of the stations counted")))
    names = list(picture.names.values())
    axes.set_ylabel(_pair([names[k] for k in picture.order.pair]))
    legend(axes, [line])
