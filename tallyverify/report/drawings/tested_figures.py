"""Figures of the tests: what was found beside what chance lets expect, by candidate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

import numpy as np

from tallyverify.forensics import (
    EITHER,
    INNER,
    INTEGERS,
    TOLERANCE,
    CalibratedTest,
    CheckedFigures,
    CoarseShares,
    Dip,
    ForensicSection,
    LastDigit,
    Stations,
    at_integer,
    twiced,
    window_sums,
)
from tallyverify.language import formula, number, told
from tallyverify.report.drawings.drawing import middle
from tallyverify.report.drawings.panels import Planned, beside, headed, key, note, stacked
from tallyverify.report.drawings.tested_plots import (
    DIGIT_WORDS,
    coarse_key,
    coarse_on,
    density_on,
    digits_on,
    evenly,
    integers_on,
)
from tallyverify.report.indicators import LEAST_SHOWN, probability

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from tallyverify.arrays import Counts, Floats

Plan = Callable[[Sequence[CalibratedTest], ForensicSection], Planned | None]

_BESIDE, _STACKED = 3, 4
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


def _digits(used: Sequence[CalibratedTest], picture: ForensicSection) -> Planned:
    """Plan a figure of differences from what is expected, with two sd of it."""
    shown, words = used[:_BESIDE], DIGIT_WORDS[type(used[0].result)]

    def paint(figure: Figure) -> None:
        panels = beside(figure, len(shown), lines=1 + str(words.labels[0]).count("\n"))
        for axes, one in zip(panels, shown, strict=True):
            digits_on(axes, cast(LastDigit, one.result))
            name = _name(one, picture, _LONG if len(shown) == 1 else 26)
            judged = "" if one.adjusted is None else f"\n{_judged(one.adjusted)}"
            headed(axes, f"{name}{judged}")
        evenly(panels)
        panels[0].set_ylabel(str(words.aside))
        figure.text(0.55, 0.025, str(words.below), ha="center")
        note(figure, _read(words.noise, used))

    return paint, 3.8


def _at_integers(used: Sequence[CalibratedTest], picture: ForensicSection) -> Planned | None:
    panels = integer_panels(used, picture)

    def paint(figure: Figure) -> None:
        shown = stacked(figure, [head for head, _, _ in panels], "%")
        for on, (_, observed, expected) in zip(shown, panels, strict=True):
            integers_on(on, observed, expected)
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
        panels = stacked(figure, heads, told("% of the valid votes of a station"))
        for on, one in zip(panels, shown, strict=True):
            coarse_on(on, cast(CoarseShares, one.result))
        key(figure, coarse_key())

    return paint, 1.5 + 1.5 * len(shown)


def _dips(used: Sequence[CalibratedTest], picture: ForensicSection) -> Planned:
    shown = used[:_STACKED]
    heads = [_share_of(one, picture) for one in shown]

    def paint(figure: Figure) -> None:
        for on, one in zip(stacked(figure, heads, "%"), shown, strict=True):
            density = _smooth(_fractions(one, picture.stations))
            density_on(on, density, cast(Dip, one.result).modes)
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


TESTED_FIGURES: dict[str, Plan] = {
    "F501": _digits,
    "F502": _digits,
    "F503": _digits,
    "F504": _at_integers,
    "F505": _coarse,
    "F509": _dips,
}
"""By code, what plans a figure of the tests that were used."""
