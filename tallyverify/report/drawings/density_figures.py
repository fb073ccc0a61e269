"""Figures of turnout and share over all stations, counted in cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tallyverify.forensics import Fingerprint, ForensicSection, TurnoutShare, turnout_of
from tallyverify.language import signed, told
from tallyverify.report.drawings.described_plots import cells_on, fingerprint_on
from tallyverify.report.drawings.drawing import middle
from tallyverify.report.drawings.panels import Planned, shades, titled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from tallyverify.arrays import Counts, Floats


_BINS = 60


def fingerprint_figure(found: Fingerprint, picture: ForensicSection) -> Planned:
    """Plan the figure of F506."""

    def paint(figure: Figure) -> None:
        axes = figure.add_axes((0.12, 0.11, 0.66, 0.78))
        image = fingerprint_on(axes, found)
        name = middle(picture.leader, 30)
        axes.set_ylabel(str(told("{name}, % of the ballots", name=name)))
        shades(figure, image, (0.82, 0.11, 0.025, 0.7))

    return paint, 5.0


def association_figure(found: TurnoutShare, picture: ForensicSection) -> Planned | None:
    """Plan the figure of F511: all stations, and within the smallest areas."""
    if found.effect is None:
        return None
    stations = picture.stations
    there, _ = turnout_of(stations)
    turnout = 100 * stations.ballots[there] / stations.registered[there]
    share = 100 * stations.votes[there, stations.ranked[0]] / stations.valid[there]
    whole = (0.0, 100.0, 0.0, 100.0)
    head: str = told("all stations: correlation {value}", value=signed(found.effect.value, ".2f"))
    panels = [(turnout, share, whole, head)]
    smallest = found.by_level[-1] if found.by_level else None
    if smallest is not None:
        x, y = within_areas(stations.areas[-1][there], turnout, share)
        right, up = (max(float(np.quantile(np.abs(one), 0.998)), 1.0) for one in (x, y))
        head = told(
            "within one {level}: correlation {value}",
            level=middle(stations.levels[-1], 12),
            value=signed(smallest.value, ".2f"),
        )
        panels.append((x, y, (-right, right, -up, up), head))

    def paint(figure: Figure) -> None:
        cells = [
            np.histogram2d(x, y, _BINS, range=(box[:2], box[2:]))[0] for x, y, box, _ in panels
        ]
        top = int(max(one.max() for one in cells))
        wide = 0.34 if len(panels) == 2 else 0.7
        for place, ((_, _, box, head), cell) in enumerate(zip(panels, cells, strict=True)):
            axes = figure.add_axes((0.1 + 0.43 * place, 0.14, wide, 0.69))
            image = cells_on(axes, cell, box, top, crossed=place > 0)
            titled(axes, head)
            if place:
                axes.set_xlabel(str(told("turnout, points from its area's")))
                axes.set_ylabel(str(told("share, points from its area's")))
            else:
                axes.set_xlabel(str(told("turnout, %")))
                name = middle(picture.leader, 18)
                axes.set_ylabel(str(told("{name}, % of valid votes", name=name)))
        shades(figure, image, (0.905, 0.14, 0.02, 0.6))

    return paint, 4.0


def within_areas(area: Counts, turnout: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Return turnout and share less their area's mean, of stations that are not alone in it."""
    size = np.bincount(area)[area]
    kept = size > 1
    x, y = ((one - np.bincount(area, weights=one)[area] / size)[kept] for one in (turnout, share))
    return x, y
