"""Figures of the descriptions, which are never flagged: what the election looks like."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import chi2

from tallyverify.forensics import (
    Effect,
    ForensicSection,
    Homogeneity,
    KlimekFit,
    Swapped,
    TurnoutPeak,
)
from tallyverify.report.drawings.density_figures import association_figure, fingerprint_figure
from tallyverify.report.drawings.drawing import BAND, INK, MARKS, PALE, SOFT, middle
from tallyverify.report.drawings.panels import Planned, key, note, thousands

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from tallyverify.arrays import Floats


_FAR = 5.0
_MOST_FAR = 0.1
_BACK = 4.0


def _klimek(found: KlimekFit, picture: ForensicSection) -> Planned | None:
    if found.effect is None:
        return None
    rows: list[tuple[str, Effect]] = [("incremental", found.effect)]
    if found.low_side is not None:
        held = "incremental, clean side\nread off low turnouts"
        rows.append((held, Effect("incremental", found.low_side)))
    if found.extreme is not None:
        rows.append(("extreme", found.extreme))

    def paint(figure: Figure) -> None:
        axes = figure.add_axes((0.25, 0.32, 0.72, 0.47))
        for row, (_, effect) in enumerate(rows):
            if effect.low is not None and effect.high is not None:
                ends = [100 * effect.low, 100 * effect.high]
                axes.plot(ends, [row, row], color=PALE, lw=12, solid_capstyle="butt", zorder=1)
            axes.plot([100 * effect.value], [row], "|", color=BAND, ms=14, mew=2.5, zorder=2)
        axes.set_yticks(range(len(rows)), [label for label, _ in rows])
        axes.set(ylim=(len(rows) - 0.4, -0.6), xlim=(-1, 101), xlabel="% of the stations")
        note(figure, "grey: intervals, if the model is true; read with the warnings above")
        for line, text in enumerate(_rivals(found)):
            figure.text(0.02, 0.105 - 0.062 * line, text, fontsize=8.5, color=SOFT)

    return paint, 3.4


def _rivals(found: KlimekFit) -> list[str]:
    """Return how clean stations describe the fingerprint, beside the model."""
    return [
        f"clean stations of {kinds} describe turnout and share "
        f"{'better' if gain >= 0 else 'worse'} than the model "
        f"(by {abs(gain):,.0f}, Bayesian information criterion)"
        for kinds, gain in (("one kind", found.one_kind), ("two kinds", found.two_kinds))
        if gain is not None
    ]


def _turnout_peak(found: TurnoutPeak, picture: ForensicSection) -> Planned | None:
    if found.expected is None or found.peak is None:
        return None
    expected, peak, flank = found.expected, 100 * found.peak, found.flank

    def paint(figure: Figure) -> None:
        axes = figure.add_axes((0.12, 0.13, 0.85, 0.66))
        at = 50 * (found.turnout[1:] + found.turnout[:-1])
        mine, others, level = (one / 1000 for one in (found.leader, found.others, expected))
        name = f"votes of {middle(picture.leader, 24)}"
        ratio = f"all others × {found.ratio:.2f}"
        above = at >= peak
        axes.fill_between(at[above], level[above], mine[above], color=PALE, lw=0, zorder=0)
        handles: list[Any] = [
            *axes.plot(at, mine, color=BAND, lw=1.8, label=name),
            *axes.plot(at, others, color=INK, lw=1.2, label="votes of all others"),
            *axes.plot(at, level, color=INK, lw=1.2, ls="--", label=ratio),
        ]
        axes.axvline(peak, color=MARKS[0], lw=1)
        if flank is not None:
            text = "where the ratio is taken, up to the peak"
            span = axes.axvspan(100 * flank, peak, color=MARKS[0], alpha=0.1, lw=0, label=text)
            handles.append(span)
        axes.set(xlim=(0, 100), ylim=0, xlabel="turnout of the station, %")
        axes.set_ylabel("thousand votes\nin each half point of turnout")
        thousands(axes)
        key(figure, handles, columns=2)

    return paint, 4.4


def _homogeneity(found: Homogeneity, picture: ForensicSection) -> Planned | None:
    there = found.by_centre[:, 1] > 0
    if not there.any():
        return None
    chi, df = found.by_centre[there].T
    ratio = chi / df
    # Where chance is far from all of it, only a logarithmic scale shows both.
    far = bool((ratio > _FAR).mean() > _MOST_FAR)
    top = max(10.0, float(ratio.max()))
    edges = np.geomspace(0.05, 1.01 * top, 41) if far else np.linspace(0, _FAR, 26)
    counted = np.histogram(np.clip(ratio, edges[0], edges[-1]), edges)[0]
    expected = by_chance(df, edges)
    level = middle(picture.stations.levels[-1], 20)

    def paint(figure: Figure) -> None:
        axes = figure.add_axes((0.12, 0.17, 0.85, 0.64))
        bars = axes.stairs(counted, edges, fill=True, color=BAND, label="the election")
        text = "voters dealt purely by chance"
        steps = axes.stairs(expected, edges, baseline=None, color=MARKS[0], lw=1.6, label=text)
        axes.set_xlim(edges[0], edges[-1])
        if far:
            axes.set_xscale("log")
            axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
        else:
            axes.set_xticks(range(6), ["0", "1", "2", "3", "4", "≥ 5"])
        axes.set_ylim(0)
        axes.set_xlabel(f"how much the stations of one {level} differ (χ²/df; 1 is chance)")
        axes.set_ylabel(f"number of areas ({level})")
        thousands(axes)
        key(figure, [bars, steps])

    return paint, 3.8


def by_chance(df: Floats, edges: Floats) -> Floats:
    """Return how many centres chance puts in each bin of χ²/df, the first and the last one open."""
    sizes, often = np.unique(df, return_counts=True)
    below = chi2.cdf(edges[:, None] * sizes, sizes) @ often
    below[0], below[-1] = 0, often.sum()
    return np.diff(below)


def _swapped(found: Swapped, picture: ForensicSection) -> Planned | None:
    evidence = found.evidence[~np.isnan(found.evidence)]
    if not evidence.size or not np.isfinite(found.threshold):
        return None
    high = 1.05 * max(float(evidence.max()), found.threshold)
    low = max(float(evidence.min()), -_BACK * high)
    counted, edges = np.histogram(np.maximum(evidence, low), 80, range=(low, high))

    def paint(figure: Figure) -> None:
        axes = figure.add_axes((0.12, 0.17, 0.85, 0.64))
        bars = axes.stairs(counted, edges, fill=True, color=BAND, label="stations")
        rate = f"{100 * found.false_positive_rate:.2g} %"
        text = f"threshold, at which {rate} of honest stations are marked"
        line = axes.axvline(found.threshold, color=MARKS[0], lw=1.4, ls="--", label=text)
        axes.set_yscale("log")
        axes.set_ylim(0.7)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        first = f"; the first bar: {low:.0f} or less" if low > evidence.min() else ""
        what = "log-likelihood of the figures exchanged, less that of them as written"
        axes.set_xlabel(what + first.replace("-", "−"))
        axes.set_ylabel("stations")
        key(figure, [bars, line])

    return paint, 3.8


DESCRIBED_FIGURES: dict[str, Callable[[Any, ForensicSection], Planned | None]] = {
    "F506": fingerprint_figure,
    "F507": _klimek,
    "F508": _turnout_peak,
    "F510": _homogeneity,
    "F511": association_figure,
    "F512": _swapped,
}
"""By code, what plans a figure of what was described."""
