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
from tallyverify.language import formatted, formula, told
from tallyverify.report.drawings.density_figures import association_figure, fingerprint_figure
from tallyverify.report.drawings.drawing import BAND, INK, MARKS, PALE, SOFT, middle, ticks_of
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
    rows: list[tuple[str, Effect]] = [(told("incremental"), found.effect)]
    if found.low_side is not None:
        held = told("incremental, clean side\nread off low turnouts")
        rows.append((held, Effect(held, found.low_side)))
    if found.extreme is not None:
        rows.append((told("extreme"), found.extreme))

    def paint(figure: Figure) -> None:
        axes = figure.add_axes((0.25, 0.32, 0.72, 0.47))
        for row, (_, effect) in enumerate(rows):
            if effect.low is not None and effect.high is not None:
                ends = [100 * effect.low, 100 * effect.high]
                axes.plot(ends, [row, row], color=PALE, lw=12, solid_capstyle="butt", zorder=1)
            axes.plot([100 * effect.value], [row], "|", color=BAND, ms=14, mew=2.5, zorder=2)
        axes.set_yticks(range(len(rows)), [str(label) for label, _ in rows])
        axes.set(ylim=(len(rows) - 0.4, -0.6), xlim=(-1, 101))
        axes.set_xlabel(str(told("% of the stations")))
        note(figure, told("grey: intervals, if the model is true; read with the warnings above"))
        for line, text in enumerate(_rivals(found)):
            figure.text(0.02, 0.105 - 0.062 * line, str(text), fontsize=8.5, color=SOFT)

    return paint, 3.4


def _rivals(found: KlimekFit) -> list[str]:
    """Return how clean stations describe the fingerprint, beside the model."""
    return [
        _better(kinds, gain) if gain >= 0 else _worse(kinds, gain)
        for kinds, gain in (
            (told("one kind"), found.one_kind),
            (told("two kinds"), found.two_kinds),
        )
        if gain is not None
    ]


def _better(kinds: str, gain: float) -> str:
    return told(
        "clean stations of {kinds} describe turnout and share better than the model (by {gain}, "
        "Bayesian information criterion)",
        kinds=kinds,
        gain=formatted(gain, ",.0f"),
    )


def _worse(kinds: str, gain: float) -> str:
    return told(
        "clean stations of {kinds} describe turnout and share worse than the model (by {gain}, "
        "Bayesian information criterion)",
        kinds=kinds,
        gain=formatted(-gain, ",.0f"),
    )


def _turnout_peak(found: TurnoutPeak, picture: ForensicSection) -> Planned | None:
    if found.expected is None or found.peak is None:
        return None
    expected, peak, flank = found.expected, 100 * found.peak, found.flank

    def paint(figure: Figure) -> None:
        axes = figure.add_axes((0.12, 0.13, 0.85, 0.66))
        at = 50 * (found.turnout[1:] + found.turnout[:-1])
        mine, others, level = (one / 1000 for one in (found.leader, found.others, expected))
        name = str(told("votes of {name}", name=middle(picture.leader, 24)))
        ratio = str(told("all others × {ratio}", ratio=formatted(found.ratio, ".2f")))
        above = at >= peak
        axes.fill_between(at[above], level[above], mine[above], color=PALE, lw=0, zorder=0)
        handles: list[Any] = [
            *axes.plot(at, mine, color=BAND, lw=1.8, label=name),
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
        differ = told(
            "how much the stations of one {level} differ (χ²/df; 1 is chance)", level=level
        )
        axes.set_xlabel(str(differ))
        axes.set_ylabel(str(told("number of areas ({level})", level=level)))
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
        bars = axes.stairs(counted, edges, fill=True, color=BAND, label=str(told("stations")))
        rate = formatted(100 * found.false_positive_rate, ".2g")
        text = str(told("threshold, at which {rate} % of honest stations are marked", rate=rate))
        line = axes.axvline(found.threshold, color=MARKS[0], lw=1.4, ls="--", label=text)
        axes.set_yscale("log")
        axes.set_ylim(0.7)
        ticks_of(axes.yaxis, ",.0f")
        axes.set_xlabel(str(_exchanged(low if low > evidence.min() else None)))
        axes.set_ylabel(str(told("stations")))
        key(figure, [bars, line])

    return paint, 3.8


def _exchanged(least: float | None) -> str:
    """Return what is drawn, and from where on all of it stands in the first bar."""
    if least is None:
        return told("log-likelihood of the figures exchanged, less that of them as written")
    size = formatted(abs(least), ".0f")
    return told(
        "log-likelihood of the figures exchanged, less that of them as written; the first bar: "
        "{least} or less",
        least=formula("−{size}", size=size) if least < 0 else size,
    )


DESCRIBED_FIGURES: dict[str, Callable[[Any, ForensicSection], Planned | None]] = {
    "F506": fingerprint_figure,
    "F507": _klimek,
    "F508": _turnout_peak,
    "F510": _homogeneity,
    "F511": association_figure,
    "F512": _swapped,
}
"""By code, what plans a figure of what was described."""
