"""What is drawn of one test on axes: by ``plot`` of its result, and in each panel of the report."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tallyverify.forensics import SHARES, TARGETS, CoarseShares, DigitPairs, LastDigit, SecondDigit
from tallyverify.language import told
from tallyverify.report.drawings.drawing import BAND, INK, MARKS, PALE, SOFT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tallyverify.arrays import Floats

_NOISE = 2.0  # standard deviations of the bands


class DigitWords(NamedTuple):
    """What stands beside a figure of digits."""

    labels: Sequence[str]
    below: str
    aside: str
    noise: str


_EITHER_WAY = told("grey: two standard deviations of chance either way")

DIGIT_WORDS: dict[type, DigitWords] = {
    SecondDigit: DigitWords(
        "0123456789",
        told("second digit"),
        told("% of the counts, above or\nbelow the counts around them"),
        told("grey: two standard deviations of chance either way, at most"),
    ),
    LastDigit: DigitWords(
        "0123456789",
        told("last digit"),
        told("% of the counts,\nabove or below 10 %"),
        _EITHER_WAY,
    ),
    DigitPairs: DigitWords(
        (told("repeated\n10 %"), told("adjacent\n20 %"), told("other\n70 %")),
        told("last two digits, and how many are expected"),
        told("% of the counts, above\nor below that"),
        _EITHER_WAY,
    ),
}
"""By the kind of result."""


@singledispatch
def _away(found: Any, used: int) -> tuple[Floats, Floats]:
    """Return by digit the % of the counts beyond what is expected, and one sd of chance."""
    raise NotImplementedError


@_away.register(SecondDigit)
def _(found: SecondDigit, used: int) -> tuple[Floats, Floats]:
    # The counts around a count hold a part of its own spread: this is the most that is left.
    share = found.digits / max(float(found.digits.sum()), 1.0)
    return 100 * found.difference / used, 100 * np.sqrt(share * (1 - share) / used)


@_away.register(LastDigit)
def _(found: LastDigit, used: int) -> tuple[Floats, Floats]:
    sd = np.full(10, 100 * np.sqrt(0.1 * 0.9 / used))
    return 100 * found.digits / used - 10, sd


@_away.register(DigitPairs)
def _(found: DigitPairs, used: int) -> tuple[Floats, Floats]:
    shares = np.array([found.repeated, found.adjacent, found.other]) / used
    return 100 * (shares - SHARES), 100 * np.sqrt(SHARES * (1 - SHARES) / used)


def digits_on(axes: Axes, found: SecondDigit | LastDigit | DigitPairs) -> None:
    """Draw differences from what is expected, with two sd of it."""
    labels = DIGIT_WORDS[type(found)].labels
    places = np.arange(len(labels))
    difference, sd = _away(found, max(found.used, 1))
    axes.bar(places, 2 * _NOISE * sd, 0.9, -_NOISE * sd, color=PALE, zorder=1)
    axes.axhline(0, color=SOFT, lw=0.8, zorder=2)
    axes.vlines(places, 0, difference, color=BAND, lw=3, zorder=3)
    axes.plot(places, difference, "o", color=BAND, ms=5, zorder=4)
    axes.set_xticks(places, [str(label) for label in labels])
    axes.set_xlim(-0.6, len(labels) - 0.4)


def evenly(panels: Sequence[Axes]) -> None:
    """Give panels that share their scale as much room above as below."""
    high = max(float(np.abs(one).max()) for axes in panels for one in axes.get_ylim())
    panels[0].set_ylim(-high, high)


def integers_on(axes: Axes, observed: Floats, expected: Floats) -> None:
    """Draw stations at 0, 1, … 100 %, seen less expected."""
    at = np.arange(101)
    excess, noise = observed - expected, _NOISE * np.sqrt(expected)
    axes.fill_between(at, -noise, noise, color=PALE, lw=0, step="mid", zorder=1)
    # One path for all of them.
    stems = np.column_stack([np.zeros(101), excess, np.full(101, np.nan)]).ravel()
    axes.plot(np.repeat(at, 3), stems, color=BAND, lw=2, solid_capstyle="butt", zorder=3)
    axes.axhline(0, color=SOFT, lw=0.8, zorder=2)
    # At none and at all the drawing anew has an edge: what it does there sets no scale.
    inner, reach = excess[1:-1], max(float(noise[1:-1].max()), 1.0)
    high, low = max(float(inner.max()), reach), max(-float(inner.min()), reach)
    axes.set_ylim(-1.15 * low, 1.15 * high)
    axes.set_ylabel(str(told("stations")))


def coarse_on(axes: Axes, found: CoarseShares) -> None:
    """Draw stations by tenths of a point, and those at multiples of 5 % beside the expected."""
    at = TARGETS / 20
    axes.plot(np.arange(1001) / 10, found.density, color=SOFT, lw=0.6, zorder=2)
    axes.plot(at, found.expected, "_", color=INK, ms=9, mew=1.6, zorder=3)
    axes.plot(at, found.observed, "o", color=BAND, ms=4, zorder=4)
    # Stations where all or none voted for one are a matter of their own.
    top = max(float(found.density[5:996].max()), float(found.expected.max()), 1.0)
    axes.set_ylim(0, 1.12 * top)
    axes.set_ylabel(str(told("stations")))


def coarse_key() -> list[Any]:
    """Return what the marks of :func:`coarse_on` mean."""
    from matplotlib.lines import Line2D

    multiple, there = str(told("at a multiple of 5 %")), str(told("expected there"))
    everywhere = str(told("at every tenth of a point"))
    return [
        Line2D([], [], color=BAND, marker="o", ms=4, ls="", label=multiple),
        Line2D([], [], color=INK, marker="_", ms=9, mew=1.6, ls="", label=there),
        Line2D([], [], color=SOFT, lw=0.8, label=everywhere),
    ]


def density_on(axes: Axes, density: Floats, modes: Sequence[float]) -> None:
    """Draw a smoothed distribution over 0 to 100 %, and where its modes are."""
    at = 100 * (np.arange(len(density)) + 0.5) / len(density)
    axes.fill_between(at, 0, density, facecolor=PALE, edgecolor=BAND, lw=1.2)
    for mode in modes:
        axes.axvline(100 * mode, color=MARKS[0], lw=1, ls="--")
    axes.set_ylim(0, 1.1 * float(density.max()))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
