"""Figures of the descriptions, which are never flagged: what the election looks like."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tallyverify.forensics import ForensicSection, Homogeneity, KlimekFit, Swapped, TurnoutPeak
from tallyverify.language import formatted, told
from tallyverify.report.drawings.density_figures import association_figure, fingerprint_figure
from tallyverify.report.drawings.described_plots import (
    drawable,
    homogeneity_on,
    klimek_on,
    peak_on,
    swapped_on,
)
from tallyverify.report.drawings.drawing import SOFT, middle
from tallyverify.report.drawings.panels import Planned, key, note

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def _klimek(found: KlimekFit, picture: ForensicSection) -> Planned | None:
    if not drawable(found):
        return None

    def paint(figure: Figure) -> None:
        klimek_on(figure.add_axes((0.25, 0.32, 0.72, 0.47)), found)
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
    if not drawable(found):
        return None

    def paint(figure: Figure) -> None:
        name = told("votes of {name}", name=middle(picture.leader, 24))
        handles = peak_on(figure.add_axes((0.12, 0.13, 0.85, 0.66)), found, name)
        key(figure, handles, columns=2)

    return paint, 4.4


def _homogeneity(found: Homogeneity, picture: ForensicSection) -> Planned | None:
    if not drawable(found):
        return None
    level = middle(picture.stations.levels[-1], 20)

    def paint(figure: Figure) -> None:
        axes = figure.add_axes((0.12, 0.17, 0.85, 0.64))
        handles = homogeneity_on(axes, found)
        differ = told(
            "how much the stations of one {level} differ (χ²/df; 1 is chance)", level=level
        )
        axes.set_xlabel(str(differ))
        axes.set_ylabel(str(told("number of areas ({level})", level=level)))
        key(figure, handles)

    return paint, 3.8


def _swapped(found: Swapped, picture: ForensicSection) -> Planned | None:
    if not drawable(found):
        return None

    def paint(figure: Figure) -> None:
        key(figure, swapped_on(figure.add_axes((0.12, 0.17, 0.85, 0.64)), found))

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
