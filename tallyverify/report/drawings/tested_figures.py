"""Figures of the tests: what was found beside what chance lets expect, by candidate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from tallyverify.forensics import (
    EITHER,
    INNER,
    INTEGERS,
    SHARES,
    TARGETS,
    TOLERANCE,
    CalibratedTest,
    CheckedFigures,
    CoarseShares,
    DigitPairs,
    Dip,
    ForensicSection,
    LastDigit,
    SecondDigit,
    Stations,
    at_integer,
    twiced,
    window_sums,
)
from tallyverify.language import formula, number, told
from tallyverify.report.drawings.drawing import BAND, INK, MARKS, PALE, SOFT, middle
from tallyverify.report.drawings.panels import Planned, beside, headed, key, note, stacked
from tallyverify.report.indicators import LEAST_SHOWN, probability

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from tallyverify.arrays import Counts, Floats

Plan = Callable[[Sequence[CalibratedTest], ForensicSection], Planned | None]

_BESIDE, _STACKED = 3, 4
_NOISE = 2.0  # standard deviations of the bands
_LONG = 40


def _name(one: CalibratedTest, picture: ForensicSection, most: int = _LONG) -> str:
    return middle(one.named(picture.names), most)


def _judged(adjusted: float) -> str:
    """Return the adjusted p-value."""
    p = probability(adjusted)
    if adjusted < LEAST_SHOWN:
        return told("adjusted p {p}", p=p)
    return told("adjusted p = {p}", p=p)


def _tested(one: CalibratedTest, picture: ForensicSection) -> str:
    """Return whom a panel is about, and the adjusted p-value if it is judged."""
    name = _name(one, picture)
    if one.adjusted is None:
        return name
    return formula("{name}: {judged}", name=name, judged=_judged(one.adjusted))


def _share_of(one: CalibratedTest, picture: ForensicSection) -> str:
    """Return whose share a panel is about, and the adjusted p-value if it is judged."""
    if one.candidate is None:
        return _tested(one, picture)
    return told("share of {name}", name=_tested(one, picture))


def _read(how: str, used: Sequence[CalibratedTest]) -> str:
    """Return how to read a figure, and how many of the tests are not drawn."""
    if len(used) <= _BESIDE:
        return how
    return told("{how}; {more} more are not drawn", how=how, more=number(len(used) - _BESIDE))


def _digits(
    away: Callable[[Any, int], tuple[Floats, Floats]],
    labels: Sequence[str],
    below: str,
    aside: str,
    noise: str,
) -> Plan:
    """Return what plans a figure of differences from what is expected, with two sd of it."""

    def plan(used: Sequence[CalibratedTest], picture: ForensicSection) -> Planned:
        shown = used[:_BESIDE]

        def paint(figure: Figure) -> None:
            panels = beside(figure, len(shown), lines=1 + str(labels[0]).count("\n"))
            places = np.arange(len(labels))
            for axes, one in zip(panels, shown, strict=True):
                difference, sd = away(one.result, max(one.result.used, 1))
                axes.bar(places, 2 * _NOISE * sd, 0.9, -_NOISE * sd, color=PALE, zorder=1)
                axes.axhline(0, color=SOFT, lw=0.8, zorder=2)
                axes.vlines(places, 0, difference, color=BAND, lw=3, zorder=3)
                axes.plot(places, difference, "o", color=BAND, ms=5, zorder=4)
                axes.set_xticks(places, [str(label) for label in labels])
                axes.set_xlim(-0.6, len(labels) - 0.4)
                name = _name(one, picture, _LONG if len(shown) == 1 else 26)
                judged = "" if one.adjusted is None else f"\n{_judged(one.adjusted)}"
                headed(axes, f"{name}{judged}")
            high = max(float(np.abs(one).max()) for axes in panels for one in axes.get_ylim())
            panels[0].set_ylim(-high, high)
            panels[0].set_ylabel(str(aside))
            figure.text(0.55, 0.025, str(below), ha="center")
            note(figure, _read(noise, used))

        return paint, 3.8

    return plan


def _second(found: SecondDigit, number: int) -> tuple[Floats, Floats]:
    # The counts around a count hold a part of its own spread: this is the most that is left.
    share = found.digits / max(float(found.digits.sum()), 1.0)
    return 100 * found.difference / number, 100 * np.sqrt(share * (1 - share) / number)


def _last(found: LastDigit, number: int) -> tuple[Floats, Floats]:
    sd = np.full(10, 100 * np.sqrt(0.1 * 0.9 / number))
    return 100 * found.digits / number - 10, sd


def _pairs(found: DigitPairs, number: int) -> tuple[Floats, Floats]:
    shares = np.array([found.repeated, found.adjacent, found.other]) / number
    return 100 * (shares - SHARES), 100 * np.sqrt(SHARES * (1 - SHARES) / number)


def _at_integers(used: Sequence[CalibratedTest], picture: ForensicSection) -> Planned | None:
    panels = integer_panels(used, picture)

    def paint(figure: Figure) -> None:
        at = np.arange(101)
        shown = stacked(figure, [head for head, _, _ in panels], "%")
        for on, (_, observed, expected) in zip(shown, panels, strict=True):
            excess, noise = observed - expected, _NOISE * np.sqrt(expected)
            on.fill_between(at, -noise, noise, color=PALE, lw=0, step="mid", zorder=1)
            # One path for all of them.
            stems = np.column_stack([np.zeros(101), excess, np.full(101, np.nan)]).ravel()
            on.plot(np.repeat(at, 3), stems, color=BAND, lw=2, solid_capstyle="butt", zorder=3)
            on.axhline(0, color=SOFT, lw=0.8, zorder=2)
            # At none and at all the drawing anew has an edge: what it does there sets no scale.
            inner, reach = excess[1:-1], max(float(noise[1:-1].max()), 1.0)
            high, low = max(float(inner.max()), reach), max(-float(inner.min()), reach)
            on.set_ylim(-1.15 * low, 1.15 * high)
            on.set_ylabel(str(told("stations")))
        how = told(
            "stations at each integer percentage, less those that chance puts there; grey: two "
            "standard deviations of chance"
        )
        note(figure, _read(how, _alone(used)))

    return (paint, 1.5 + 1.35 * len(panels)) if panels else None


def _alone(used: Sequence[CalibratedTest]) -> list[CalibratedTest]:
    """Leave out turnout or the leader's share, as published: each of the two has a panel."""
    return [one for one in used if one.figure != EITHER]


def integer_panels(
    used: Sequence[CalibratedTest], picture: ForensicSection
) -> list[tuple[str, Floats, Floats]]:
    """Return whom each panel is of, and stations seen and expected at 0, 1, … 100 %.

    Their differences sum to ``share_excess``.
    """
    panels, stations = [], picture.stations
    for one in _alone(used)[:_BESIDE]:
        smooth = one.candidate is not None
        if one.candidate is None:
            there = stations.with_turnout
            x, n = stations.turned_out[there].astype(np.int64), stations.registered[there]
        else:
            x, n = stations.votes[:, stations.candidates.index(one.candidate)], stations.shared
        given = CheckedFigures.of(x, n.astype(np.int64), None, None)
        use = given.used()
        # As the tests have it: turnout by the published null, a share by one free of its bias.
        seen, expected = _expected(given.votes[use], given.ballots[use], smooth=smooth)
        panels.append((_share_of(one, picture), seen, expected))
    return panels


def _expected(x: Counts, n: Counts, *, smooth: bool) -> tuple[Floats, Floats]:
    nearest = ((200 * x + n) // (2 * n))[at_integer(x, n, inner=smooth)]
    observed = np.bincount(nearest, minlength=101).astype(np.float64)
    targets = INNER if smooth else INTEGERS
    expected = window_sums(x, n, targets, TOLERANCE)[1]
    if smooth:
        expected = twiced(expected, window_sums(x, n, targets, TOLERANCE, draws=2)[1])
    everywhere = np.zeros(101)
    everywhere[targets // 20] = expected
    return observed, everywhere


def _coarse(used: Sequence[CalibratedTest], picture: ForensicSection) -> Planned:
    shown = used[:_BESIDE]
    heads = [told("share of {name}", name=_tested(one, picture)) for one in shown]

    def paint(figure: Figure) -> None:
        from matplotlib.lines import Line2D

        panels = stacked(figure, heads, told("% of the valid votes of a station"))
        for on, one in zip(panels, shown, strict=True):
            found = cast(CoarseShares, one.result)
            at = TARGETS / 20
            on.plot(np.arange(1001) / 10, found.density, color=SOFT, lw=0.6, zorder=2)
            on.plot(at, found.expected, "_", color=INK, ms=9, mew=1.6, zorder=3)
            on.plot(at, found.observed, "o", color=BAND, ms=4, zorder=4)
            # Stations where all or none voted for one are a matter of their own.
            top = max(float(found.density[5:996].max()), float(found.expected.max()), 1.0)
            on.set_ylim(0, 1.12 * top)
            on.set_ylabel(str(told("stations")))
        multiple, there = str(told("at a multiple of 5 %")), str(told("expected there"))
        everywhere = str(told("at every tenth of a point"))
        key(
            figure,
            [
                Line2D([], [], color=BAND, marker="o", ms=4, ls="", label=multiple),
                Line2D([], [], color=INK, marker="_", ms=9, mew=1.6, ls="", label=there),
                Line2D([], [], color=SOFT, lw=0.8, label=everywhere),
            ],
        )

    return paint, 1.5 + 1.5 * len(shown)


def _dips(used: Sequence[CalibratedTest], picture: ForensicSection) -> Planned:
    shown = used[:_STACKED]
    heads = [_share_of(one, picture) for one in shown]

    def paint(figure: Figure) -> None:
        for on, one in zip(stacked(figure, heads, "%"), shown, strict=True):
            density = _smooth(_fractions(one, picture.stations))
            at = 100 * (np.arange(len(density)) + 0.5) / len(density)
            on.fill_between(at, 0, density, facecolor=PALE, edgecolor=BAND, lw=1.2)
            for mode in cast(Dip, one.result).modes:
                on.axvline(100 * mode, color=MARKS[0], lw=1, ls="--")
            on.set_ylim(0, 1.1 * float(density.max()))
            on.set_yticks([])
            on.spines["left"].set_visible(False)
        how = told("stations by their percentage, smoothed; dashed: modes of the smoothed curve")
        note(figure, how)

    return paint, 1.5 + 1.1 * len(shown)


def _fractions(one: CalibratedTest, stations: Stations) -> Floats:
    if one.candidate is None:
        there = stations.with_turnout
        return stations.turned_out[there] / stations.registered[there]
    return stations.votes[:, stations.candidates.index(one.candidate)] / stations.valid


def _smooth(values: Floats) -> Floats:
    """Return a Gaussian density over 0 to 1, with the bandwidth of Silverman's rule."""
    from scipy.ndimage import gaussian_filter1d

    low, high = np.quantile(values, [0.25, 0.75])
    width = min(float(values.std()), float(high - low) / 1.349) or float(values.std())
    bins = np.histogram(values, 400, range=(0, 1))[0].astype(np.float64)
    bandwidth = max(0.9 * width * values.size**-0.2 * len(bins), 1.0)
    smoothed: Floats = gaussian_filter1d(bins, bandwidth, mode="constant")
    return (smoothed[::2] + smoothed[1::2]) / 2


_NOISE_EITHER_WAY = told("grey: two standard deviations of chance either way")

TESTED_FIGURES: dict[str, Plan] = {
    "F501": _digits(
        _second,
        "0123456789",
        told("second digit"),
        told("% of the counts, above or\nbelow the counts around them"),
        told("grey: two standard deviations of chance either way, at most"),
    ),
    "F502": _digits(
        _last,
        "0123456789",
        told("last digit"),
        told("% of the counts,\nabove or below 10 %"),
        _NOISE_EITHER_WAY,
    ),
    "F503": _digits(
        _pairs,
        (told("repeated\n10 %"), told("adjacent\n20 %"), told("other\n70 %")),
        told("last two digits, and how many are expected"),
        told("% of the counts, above\nor below that"),
        _NOISE_EITHER_WAY,
    ),
    "F504": _at_integers,
    "F505": _coarse,
    "F509": _dips,
}
"""By code, what plans a figure of the tests that were used."""
