"""One Report, several renderings: terminal, JSON, HTML and DataFrame.

In: results of checks. Out: text, pages, figures. Begin with :mod:`tallyverify.report.model`.
"""

from tallyverify.report.estimate_figures import FIGURES, figures
from tallyverify.report.estimated import render_estimate
from tallyverify.report.model import CoverageFacts, InputFile, Report, Totals
from tallyverify.report.terminal import render
from tallyverify.report.versions import made_with

__all__ = [
    "FIGURES",
    "CoverageFacts",
    "InputFile",
    "Report",
    "Totals",
    "figures",
    "made_with",
    "render",
    "render_estimate",
]
