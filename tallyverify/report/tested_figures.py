"""Figures of the tests: what was found beside what chance lets expect, by candidate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.forensics.battery import Probed
from tallyverify.forensics.coarse_shares import TARGETS, CoarseShares
from tallyverify.forensics.digit_pairs import SHARES, DigitPairs
from tallyverify.forensics.dip import Dip
from tallyverify.forensics.exact import twiced, window_sums
from tallyverify.forensics.integer_percentages import (
    INNER,
    INTEGERS,
    TOLERANCE,
    Given,
    IntegerPercentages,
    at_integer,
)
from tallyverify.forensics.last_digit import LastDigit
from tallyverify.forensics.picture import ForensicPicture
from tallyverify.forensics.probe import EITHER, TURNOUT
from tallyverify.forensics.second_digit import SecondDigit
from tallyverify.report.drawing import BAND, INK, MARKS, PALE, SOFT, middle
from tallyverify.report.indicators import name_of, probability
from tallyverify.report.panels import Planned, beside, headed, key, note, stacked

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from tallyverify.arrays import Counts, Floats


_BESIDE, _STACKED = 3, 4
_NOISE = 2.0  # standard deviations of the bands
_LONG = 40


def _tested(one: Probed, picture: ForensicPicture, between: str = ": ", most: int = _LONG) -> str:
    """Return whom a panel is about, and the adjusted p-value if it is judged."""
    if one.adjusted is None:
        return middle(name_of(one, picture), most)
    p = probability(one.adjusted)
    sign = "" if p.startswith("<") else "= "
    return f"{middle(name_of(one, picture), most)}{between}adjusted p {sign}{p}"


def _undrawn(used: Sequence[Probed], drawn: int = _BESIDE) -> str:
    return f"; {len(used) - drawn} more are not drawn" if len(used) > drawn else ""


def _digits(
    used: Sequence[Probed],
    picture: ForensicPicture,
    away: Callable[[Probed], tuple[Floats, Floats]],
    labels: Sequence[str],
    words: tuple[str, str, str],
) -> Planned:
    """Plan a figure of differences from what is expected, with two standard deviations of it."""
    shown = used[:_BESIDE]
    below, aside, most = words

    def paint(figure: Figure) -> None:
        panels = beside(figure, len(shown), lines=1 + labels[0].count("\n"))
        for axes, one in zip(panels, shown, strict=True):
            difference, sd = away(one)
            places = np.arange(len(labels))
            axes.bar(places, 2 * _NOISE * sd, 0.9, -_NOISE * sd, color=PALE, zorder=1)
            axes.axhline(0, color=SOFT, lw=0.8, zorder=2)
            axes.vlines(places, 0, difference, color=BAND, lw=3, zorder=3)
            axes.plot(places, difference, "o", color=BAND, ms=5, zorder=4)
            axes.set_xticks(places, labels)
            axes.set_xlim(-0.6, len(labels) - 0.4)
            headed(axes, _tested(one, picture, "\n", _LONG if len(shown) == 1 else 26))
        high = max(float(np.abs(one).max()) for axes in panels for one in axes.get_ylim())
        panels[0].set_ylim(-high, high)
        panels[0].set_ylabel(aside)
        figure.text(0.55, 0.025, below, ha="center")
        note(figure, f"grey: two standard deviations of chance either way{most}{_undrawn(used)}")

    return paint, 3.8


def _second_digits(used: Sequence[Probed], picture: ForensicPicture) -> Planned | None:
    def away(one: Probed) -> tuple[Floats, Floats]:
        found, number = one.result, max(one.result.used, 1)
        if not isinstance(found, SecondDigit):
            return np.zeros(10), np.zeros(10)
        # The counts around a count hold a part of its own spread: this is the most that is left.
        share = found.digits / max(float(found.digits.sum()), 1.0)
        return 100 * found.difference / number, 100 * np.sqrt(share * (1 - share) / number)

    aside = "% of the counts, above or\nbelow the counts around them"
    return _digits(used, picture, away, list("0123456789"), ("second digit", aside, ", at most"))


def _last_digits(used: Sequence[Probed], picture: ForensicPicture) -> Planned | None:
    def away(one: Probed) -> tuple[Floats, Floats]:
        found, number = one.result, max(one.result.used, 1)
        if not isinstance(found, LastDigit):
            return np.zeros(10), np.zeros(10)
        sd = np.full(10, 100 * np.sqrt(0.1 * 0.9 / number))
        return 100 * found.digits / number - 10, sd

    aside = "% of the counts,\nabove or below 10 %"
    return _digits(used, picture, away, list("0123456789"), ("last digit", aside, ""))


def _pairs(used: Sequence[Probed], picture: ForensicPicture) -> Planned | None:
    def away(one: Probed) -> tuple[Floats, Floats]:
        found, number = one.result, max(one.result.used, 1)
        if not isinstance(found, DigitPairs):
            return np.zeros(3), np.zeros(3)
        shares = np.array([found.repeated, found.adjacent, found.other]) / number
        return 100 * (shares - SHARES), 100 * np.sqrt(SHARES * (1 - SHARES) / number)

    labels = ["repeated\n10 %", "adjacent\n20 %", "other\n70 %"]
    words = (
        "last two digits, and how many are expected",
        "% of the counts, above\nor below that",
        "",
    )
    return _digits(used, picture, away, labels, words)


def _at_integers(used: Sequence[Probed], picture: ForensicPicture) -> Planned | None:
    # Turnout or the leader's share, as published, is the two together: each has a panel.
    alone = [one for one in used if one.figure != EITHER]
    panels = [panel for one in alone[:_BESIDE] for panel in integer_panels(one, picture)]

    def paint(figure: Figure) -> None:
        at = np.arange(101)
        for on, (head, observed, expected) in zip(
            stacked(figure, len(panels)), panels, strict=True
        ):
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
            on.set_ylabel("stations")
            headed(on, head)
        figure.axes[-1].set_xlabel("%")
        note(
            figure,
            "stations at each integer percentage, less those that chance puts there; "
            f"grey: two standard deviations of chance{_undrawn(alone)}",
        )

    return (paint, 1.5 + 1.35 * len(panels)) if panels else None


def integer_panels(one: Probed, picture: ForensicPicture) -> Iterator[tuple[str, Floats, Floats]]:
    """Return stations at 0, 1, … 100 % and as many as expected, of one turnout or one share.

    Parameters
    ----------
    one : Probed
        A test of integer percentages.
    picture : ForensicPicture
        What it was made of.

    Returns
    -------
    iterator of tuple
        Whom it is about, observed and expected, each of shape (101,). Their differences sum to
        ``share_excess``. Nothing for the test of both together: each has its own.
    """
    stations = picture.stations
    if not isinstance(one.result, IntegerPercentages) or one.figure == EITHER:
        return
    turnout, there = one.figure == TURNOUT, stations.with_turnout
    if turnout:
        x, n = (line[there].astype(np.int64) for line in (stations.turned_out, stations.registered))
    else:
        x = stations.votes[:, stations.candidates.index(one.figure)]
        n = stations.shared.astype(np.int64)
    given = Given.of(x, n, None, None)
    use = given.used()
    said = _tested(one, picture)
    # As the tests have it: turnout by the published null, a share by one free of its bias.
    yield (
        said if turnout else f"share of {said}",
        *_expected(given.votes[use], given.ballots[use], smooth=not turnout),
    )


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


def _coarse(used: Sequence[Probed], picture: ForensicPicture) -> Planned | None:
    shown = used[:_BESIDE]

    def paint(figure: Figure) -> None:
        from matplotlib.lines import Line2D

        for on, one in zip(stacked(figure, len(shown)), shown, strict=True):
            found = one.result
            if not isinstance(found, CoarseShares):
                continue
            at = TARGETS / 20
            on.plot(np.arange(1001) / 10, found.density, color=SOFT, lw=0.6, zorder=2)
            on.plot(at, found.expected, "_", color=INK, ms=9, mew=1.6, zorder=3)
            on.plot(at, found.observed, "o", color=BAND, ms=4, zorder=4)
            # Stations where all or none voted for one are a matter of their own.
            top = max(float(found.density[5:996].max()), float(found.expected.max()), 1.0)
            on.set_ylim(0, 1.12 * top)
            on.set_ylabel("stations")
            headed(on, f"share of {_tested(one, picture)}")
        figure.axes[-1].set_xlabel("% of the valid votes of a station")
        key(
            figure,
            [
                Line2D([], [], color=BAND, marker="o", ms=4, ls="", label="at a multiple of 5 %"),
                Line2D([], [], color=INK, marker="_", ms=9, mew=1.6, ls="", label="expected there"),
                Line2D([], [], color=SOFT, lw=0.8, label="at every tenth of a point"),
            ],
        )

    return paint, 1.5 + 1.5 * len(shown)


def _dips(used: Sequence[Probed], picture: ForensicPicture) -> Planned | None:
    shown = used[:_STACKED]

    def paint(figure: Figure) -> None:
        for on, one in zip(stacked(figure, len(shown)), shown, strict=True):
            found = one.result
            density = _smooth(_fractions(one, picture))
            at = 100 * (np.arange(len(density)) + 0.5) / len(density)
            on.fill_between(at, 0, density, facecolor=PALE, edgecolor=BAND, lw=1.2)
            for mode in found.modes if isinstance(found, Dip) else ():
                on.axvline(100 * mode, color=MARKS[0], lw=1, ls="--")
            on.set_ylim(0, 1.1 * float(density.max()))
            on.set_yticks([])
            on.spines["left"].set_visible(False)
            what = "" if one.figure == TURNOUT else "share of "
            headed(on, what + _tested(one, picture))
        figure.axes[-1].set_xlabel("%")
        note(figure, "stations by their percentage, smoothed; dashed: modes of the smoothed curve")

    return paint, 1.5 + 1.1 * len(shown)


def _fractions(one: Probed, picture: ForensicPicture) -> Floats:
    stations = picture.stations
    if one.figure == TURNOUT:
        there = stations.with_turnout
        turnout: Floats = stations.turned_out[there] / stations.registered[there]
        return turnout
    share: Floats = stations.votes[:, stations.candidates.index(one.figure)] / stations.valid
    return share


def _smooth(values: Floats) -> Floats:
    """Return a Gaussian density over 0 to 1, with the bandwidth of Silverman's rule."""
    from scipy.ndimage import gaussian_filter1d

    low, high = np.quantile(values, [0.25, 0.75])
    width = min(float(values.std()), float(high - low) / 1.349) or float(values.std())
    bins = np.histogram(values, 400, range=(0, 1))[0].astype(np.float64)
    bandwidth = max(0.9 * width * values.size**-0.2 * len(bins), 1.0)
    density: Floats = (
        gaussian_filter1d(bins, bandwidth, mode="constant").reshape(-1, 2).mean(axis=1)
    )
    return density


TESTED_FIGURES: dict[str, Callable[[Sequence[Probed], ForensicPicture], Planned | None]] = {
    "F501": _second_digits,
    "F502": _last_digits,
    "F503": _pairs,
    "F504": _at_integers,
    "F505": _coarse,
    "F509": _dips,
}
"""By code, what plans a figure of the tests that were used."""
