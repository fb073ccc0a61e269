"""Figures of what the unseen could hold, as SVG; the same data give the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tallyverify.inference import InferenceSection
from tallyverify.language import told
from tallyverify.report.drawings.drawing import legend, short, svg_of
from tallyverify.report.drawings.estimate_plots import backtest_on, counting_on, shares_on, tilts_on

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
    legend(axes, shares_on(axes, picture.estimate, picture.names, picture.declared))


def _pair(pair: Sequence[str]) -> str:
    """Return whose margin it is, in points."""
    first, second = (short(name, 16) for name in pair)
    return str(told("{first}\n− {second}, points", first=first, second=second))


def _sensitivity(axes: Axes, picture: InferenceSection) -> None:
    if picture.curve is None:
        return
    tilt = picture.largest_tilt
    handles = tilts_on(axes, picture.curve, tilt=tilt, declared=picture.declared)
    axes.set_ylabel(_pair(picture.pair))
    legend(axes, handles)


def _backtest(axes: Axes, picture: InferenceSection) -> None:
    legend(axes, backtest_on(axes, picture.estimate.backtest))


def _cumulative(axes: Axes, picture: InferenceSection) -> None:
    if picture.order.whole is None:
        return
    handles = counting_on(axes, picture.order.whole)
    names = list(picture.names.values())
    axes.set_ylabel(_pair([names[k] for k in picture.order.pair]))
    legend(axes, handles)
