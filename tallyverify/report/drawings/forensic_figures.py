"""Figures of the indicators, as SVG: one for each that has something to show."""

from __future__ import annotations

from tallyverify.forensics import ForensicSection
from tallyverify.report.drawings.described_figures import DESCRIBED_FIGURES
from tallyverify.report.drawings.drawing import svg_of
from tallyverify.report.drawings.panels import Planned
from tallyverify.report.drawings.tested_figures import TESTED_FIGURES

FORENSIC_FIGURES = {
    "F501": "F501 · Second digits of the counts",
    "F502": "F502 · Last digits of the counts",
    "F503": "F503 · Last two digits of the counts",
    "F504": "F504 · Stations at integer percentages",
    "F505": "F505 · Stations by share, to a tenth of a point",
    "F506": "F506 · Stations by turnout and share",
    "F507": "F507 · Klimek's model of turnout and share",
    "F508": "F508 · Votes by turnout of the station",
    "F509": "F509 · Distributions of turnout and share",
    "F510": "F510 · How alike the stations of the smallest areas are",
    "F511": "F511 · Turnout and share, between areas and within them",
    "F512": "F512 · Two candidates' figures, exchanged or as written",
}
"""Names of the figures, which are the codes of their indicators, and what they show."""


def forensic_figures(picture: ForensicSection) -> dict[str, str]:
    """Return the figures that there are data for, as SVG text by name.

    None of an indicator that refused, or of a test that rejects too many clean elections.
    """
    figures: dict[str, str] = {}
    for code, title in FORENSIC_FIGURES.items():
        planned: Planned | None = None
        if used := [one for one in picture.battery.of(code) if not one.refused]:
            planned = TESTED_FIGURES[code](used, picture)
        elif code in picture.described:
            planned = DESCRIBED_FIGURES[code](picture.described[code], picture)
        if planned is not None:
            paint, height = planned
            figures[code] = svg_of(title, paint, height=height)
    return figures
