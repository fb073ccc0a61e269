"""What is drawn of one description on axes: by ``plot`` of its result, and in the report."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import chi2

from tallyverify.forensics import (
    Effect,
    Fingerprint,
    Homogeneity,
    Indicator,
    KlimekFit,
    Swapped,
    TurnoutPeak,
)
from tallyverify.language import formatted, signed, told
from tallyverify.report.drawings.drawing import BAND, INK, MARKS, PALE, SOFT, ticks_of
from tallyverify.report.drawings.panels import counted_cells, thousands

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tallyverify.arrays import Floats

_FAR = 5.0
_MOST_FAR = 0.1
_BACK = 4.0


@singledispatch
def drawable(found: Indicator) -> bool:
    """Return whether a result that did not refuse holds what its figure shows."""
    return found.effect is not None


@drawable.register(Fingerprint)
def _(found: Fingerprint) -> bool:
    return found.shown > 0


@drawable.register(TurnoutPeak)
def _(found: TurnoutPeak) -> bool:
    return found.expected is not None and found.peak is not None


@drawable.register(Homogeneity)
def _(found: Homogeneity) -> bool:
    return bool((found.by_centre[:, 1] > 0).any())


@drawable.register(Swapped)
def _(found: Swapped) -> bool:
    return bool(np.isfinite(found.threshold) and not np.isnan(found.evidence).all())


def effects_on(axes: Axes, rows: Sequence[tuple[str, Effect]], *, scale: float = 1.0) -> None:
    """Draw effects with their intervals, the first on top; times a scale, as 100 for percent."""
    for row, (_, effect) in enumerate(rows):
        if effect.low is not None and effect.high is not None:
            ends = [scale * effect.low, scale * effect.high]
            axes.plot(ends, [row, row], color=PALE, lw=12, solid_capstyle="butt", zorder=1)
        axes.plot([scale * effect.value], [row], "|", color=BAND, ms=14, mew=2.5, zorder=2)
    axes.set_yticks(range(len(rows)), [str(label) for label, _ in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)


def effect_key(effect: Effect) -> list[Any]:
    """Return what the marks of :func:`effects_on` mean."""
    from matplotlib.lines import Line2D

    label = str(told("found"))
    found = Line2D([], [], color=BAND, marker="|", ms=12, mew=2.5, ls="", label=label)
    if effect.low is None or effect.high is None:
        return [found]
    return [found, Line2D([], [], color=PALE, lw=8, label=str(told("95 % interval")))]


def klimek_on(axes: Axes, found: KlimekFit) -> list[Any]:
    """Draw the shares that the model takes as stuffed; return what the marks mean."""
    rows: list[tuple[str, Effect]] = []
    if found.effect is not None:
        rows.append((told("incremental"), found.effect))
    if found.low_side is not None:
        held = told("incremental, clean side\nread off low turnouts")
        rows.append((held, Effect(held, found.low_side)))
    if found.extreme is not None:
        rows.append((told("extreme"), found.extreme))
    effects_on(axes, rows, scale=100)
    axes.set_xlim(-1, 101)
    axes.set_xlabel(str(told("% of the stations")))
    return effect_key(rows[0][1]) if rows else []


def fingerprint_on(axes: Axes, found: Fingerprint) -> Any:
    """Draw stations by turnout and share; return the image."""
    cells = found.histogram
    image = counted_cells(axes, cells, (0, 100, 0, 100), int(cells.max()))
    axes.set_xlabel(str(told("turnout, % of the registered voters")))
    return image


def peak_on(axes: Axes, found: TurnoutPeak, name: str) -> list[Any]:
    """Draw votes by turnout beside those at the ratio of the flank; ``name`` says whose they are.

    Returns what the marks mean.
    """
    if found.expected is None or found.peak is None:
        return []
    expected, peak, flank = found.expected, 100 * found.peak, found.flank
    at = 50 * (found.turnout[1:] + found.turnout[:-1])
    mine, others, level = (one / 1000 for one in (found.leader, found.others, expected))
    ratio = str(told("all others × {ratio}", ratio=formatted(found.ratio, ".2f")))
    above = at >= peak
    axes.fill_between(at[above], level[above], mine[above], color=PALE, lw=0, zorder=0)
    handles: list[Any] = [
        *axes.plot(at, mine, color=BAND, lw=1.8, label=str(name)),
        *axes.plot(at, others, color=INK, lw=1.2, label=str(told("votes of all others"))),
        *axes.plot(at, level, color=INK, lw=1.2, ls="--", label=ratio),
    ]
    axes.axvline(peak, color=MARKS[0], lw=1)
    if flank is not None:
        text = str(told("where the ratio is taken, up to the peak"))
        span = axes.axvspan(100 * flank, peak, color=MARKS[0], alpha=0.1, lw=0, label=text)
        handles.append(span)
    axes.set(xlim=(0, 100), ylim=0)
    axes.set_xlabel(str(told("turnout of the station, %")))
    axes.set_ylabel(str(told("thousand votes\nin each half point of turnout")))
    thousands(axes)
    return handles


def homogeneity_on(axes: Axes, found: Homogeneity) -> list[Any]:
    """Draw how many areas differ within by how much, beside chance; return what is what."""
    there = found.by_centre[:, 1] > 0
    chi, df = found.by_centre[there].T
    ratio = chi / df
    # Where chance is far from all of it, only a logarithmic scale shows both.
    far = bool((ratio > _FAR).mean() > _MOST_FAR)
    top = max(10.0, float(ratio.max()))
    edges = np.geomspace(0.05, 1.01 * top, 41) if far else np.linspace(0, _FAR, 26)
    counted = np.histogram(np.clip(ratio, edges[0], edges[-1]), edges)[0]
    expected = by_chance(df, edges)
    bars = axes.stairs(counted, edges, fill=True, color=BAND, label=str(told("the election")))
    text = str(told("voters dealt purely by chance"))
    steps = axes.stairs(expected, edges, baseline=None, color=MARKS[0], lw=1.6, label=text)
    axes.set_xlim(edges[0], edges[-1])
    if far:
        axes.set_xscale("log")
        ticks_of(axes.xaxis, ",.6g")
    else:
        axes.set_xticks(range(6), ["0", "1", "2", "3", "4", "≥ 5"])
    axes.set_ylim(0)
    thousands(axes)
    return [bars, steps]


def by_chance(df: Floats, edges: Floats) -> Floats:
    """Return how many centres chance puts in each bin of χ²/df, the first and the last one open."""
    sizes, often = np.unique(df, return_counts=True)
    below = chi2.cdf(edges[:, None] * sizes, sizes) @ often
    below[0], below[-1] = 0, often.sum()
    return np.diff(below)


def cells_on(
    axes: Axes, cells: Floats, box: tuple[float, float, float, float], top: int, *, crossed: bool
) -> Any:
    """Draw stations counted in cells, the darkest at ``top``, crossed at 0; return the image."""
    image = counted_cells(axes, cells, box, top)
    if crossed:
        axes.axhline(0, color=SOFT, lw=0.5)
        axes.axvline(0, color=SOFT, lw=0.5)
    return image


def swapped_on(axes: Axes, found: Swapped) -> list[Any]:
    """Draw stations by the evidence that two figures were exchanged; return what is what."""
    evidence = found.evidence[~np.isnan(found.evidence)]
    high = 1.05 * max(float(evidence.max()), found.threshold)
    low = max(float(evidence.min()), -_BACK * high)
    counted, edges = np.histogram(np.maximum(evidence, low), 80, range=(low, high))
    bars = axes.stairs(counted, edges, fill=True, color=BAND, label=str(told("stations")))
    rate = formatted(100 * found.false_positive_rate, ".2g")
    text = str(told("threshold, at which {rate} % of honest stations are marked", rate=rate))
    line = axes.axvline(found.threshold, color=MARKS[0], lw=1.4, ls="--", label=text)
    axes.set_yscale("log")
    axes.set_ylim(0.7)
    ticks_of(axes.yaxis, ",.0f")
    axes.set_xlabel(str(_exchanged(low if low > evidence.min() else None)))
    axes.set_ylabel(str(told("stations")))
    return [bars, line]


def _exchanged(least: float | None) -> str:
    """Return what is drawn, and from where on all of it stands in the first bar."""
    if least is None:
        return told("log-likelihood of the figures exchanged, less that of them as written")
    return told(
        "log-likelihood of the figures exchanged, less that of them as written; the first bar: "
        "{least} or less",
        least=signed(least, ".0f"),
    )
