"""Axes next to each other and above each other, and what is written about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tallyverify.language import number, told
from tallyverify.report.drawings.drawing import SOFT, ticks_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Planned = tuple[Callable[["Figure"], None], float]
"""What paints a figure, and its height in inches."""

_SHADES = ("#dcebf5", "#8fc0e0", "#3a8ac0", "#0b5487", "#0b1f33")


def beside(figure: Figure, number: int, *, lines: int = 1) -> list[Axes]:
    """Return axes next to each other, with one scale; room for so many lines of labels."""
    height = float(figure.get_figheight())
    left, right, gap = 0.125, 0.98, 0.035
    bottom, top = (0.38 + 0.17 * lines) / height, 1 - 0.95 / height
    each = (right - left - gap * (number - 1)) / number
    axes: list[Axes] = []
    for place in range(number):
        one = figure.add_axes(
            (left + place * (each + gap), bottom, each, top - bottom),
            sharey=axes[0] if axes else None,
        )
        one.tick_params(labelleft=not axes)
        axes.append(one)
    return axes


def stacked(figure: Figure, heads: Sequence[str], label: str) -> list[Axes]:
    """Return axes above each other with these heads, over the same percentages."""
    height, number = float(figure.get_figheight()), len(heads)
    top, bottom, gap = 0.85 / height, 0.55 / height, 0.36 / height
    each = (1 - top - bottom - gap * (number - 1)) / number
    axes: list[Axes] = []
    for left, head in zip(range(number - 1, -1, -1), heads, strict=True):
        one = figure.add_axes((0.1, bottom + left * (each + gap), 0.87, each))
        one.set_xlim(-0.5, 100.5)
        one.set_xticks(range(0, 101, 10))
        one.tick_params(labelbottom=not left)
        thousands(one)
        headed(one, head)
        axes.append(one)
    axes[-1].set_xlabel(label)
    return axes


def thousands(axes: Axes) -> None:
    """Write the numbers of the vertical axis with thousands separated and a real minus sign."""
    ticks_of(axes.yaxis, ",.6g")


def headed(axes: Axes, text: str) -> None:
    """Write what a panel is about above it."""
    axes.set_title(str(text), fontsize=9, loc="left")


def note(figure: Figure, text: str) -> None:
    """Write how to read a figure below its title."""
    figure.text(0.02, 1 - 0.46 / float(figure.get_figheight()), str(text), fontsize=8.5, color=SOFT)


def key(figure: Figure, handles: Iterable[Any], *, columns: int = 4) -> None:
    """Write what the marks of a figure mean below its title."""
    figure.legend(
        handles=list(handles),
        loc="upper left",
        bbox_to_anchor=(0.005, 1 - 0.3 / float(figure.get_figheight())),
        ncols=columns,
        frameon=False,
        fontsize=8.5,
        columnspacing=1.4,
    )


def counted_cells(
    axes: Axes, cells: Any, extent: tuple[float, float, float, float], top: int
) -> Any:
    """Draw numbers of stations, shape (columns, rows), as an image; empty cells stay white.

    The shades are logarithmic, the darkest at ``top``; the extent is left, right, bottom, top.
    """
    from matplotlib.colors import LinearSegmentedColormap, LogNorm

    ramp = LinearSegmentedColormap.from_list("stations", _SHADES).with_extremes(bad=("#fff", 0))
    return axes.imshow(
        np.ma.masked_equal(np.asarray(cells).T, 0),
        origin="lower",
        extent=extent,
        aspect="auto",
        cmap=ramp,
        norm=LogNorm(1, max(top, 10)),
        interpolation="none",
    )


def shades(figure: Figure, image: Any, place: tuple[float, float, float, float]) -> None:
    """Draw how many stations each shade means."""
    shaded(figure.colorbar(image, cax=figure.add_axes(place)))


def shaded(bar: Any) -> None:
    """Write on a bar of shades how many stations each means."""
    ticks = [one * 10**power for power in range(7) for one in (1, 3)]
    ticks = [tick for tick in ticks if tick <= bar.mappable.norm.vmax]
    bar.set_ticks(ticks, labels=[str(number(tick)) for tick in ticks])
    bar.outline.set_visible(False)
    bar.minorticks_off()
    bar.ax.set_title(str(told("stations")), fontsize=8.5, loc="left")
