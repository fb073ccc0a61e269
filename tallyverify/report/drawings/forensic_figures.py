"""Figures of the indicators, as SVG: one for each that has something to show."""

from __future__ import annotations

from tallyverify.forensics import ForensicSection
from tallyverify.language import told
from tallyverify.report.drawings.described_figures import DESCRIBED_FIGURES
from tallyverify.report.drawings.drawing import svg_of
from tallyverify.report.drawings.panels import Planned
from tallyverify.report.drawings.tested_figures import TESTED_FIGURES

FORENSIC_FIGURES = {
    "F501": told("F501 · Second digits of the counts"),
    "F502": told("F502 · Last digits of the counts"),
    "F503": told("F503 · Last two digits of the counts"),
    "F504": told("F504 · Stations at integer percentages"),
    "F505": told("F505 · Stations by share, to a tenth of a point"),
    "F506": told("F506 · Stations by turnout and share"),
    "F507": told("F507 · Klimek's model of turnout and share"),
    "F508": told("F508 · Votes by turnout of the station"),
    "F509": told("F509 · Distributions of turnout and share"),
    "F510": told("F510 · How alike the stations of the smallest areas are"),
    "F511": told("F511 · Turnout and share, between areas and within them"),
    "F512": told("F512 · Two candidates' figures, exchanged or as written"),
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
