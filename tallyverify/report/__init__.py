"""One Report, several renderings: terminal, JSON, HTML and DataFrame.

In: results of checks. Out: text, pages, figures. Begin with :mod:`tallyverify.report.model`.
"""

from typing import TYPE_CHECKING

from tallyverify.hand_on import hand_on

if TYPE_CHECKING:
    from tallyverify.report.captured import render_captures
    from tallyverify.report.drawings.estimate_figures import FIGURES, figures
    from tallyverify.report.drawings.plots import plotted
    from tallyverify.report.estimated import render_estimate
    from tallyverify.report.first_screen.brief import render_brief, verdict_line
    from tallyverify.report.first_screen.summary import Summary
    from tallyverify.report.first_screen.telling import summary_of
    from tallyverify.report.left_out import LeftOutRows, LoggedTable
    from tallyverify.report.model import (
        CoverageFacts,
        InputFile,
        MappingUsed,
        Report,
        Totals,
        check_language,
    )
    from tallyverify.report.published import IndicatorTest, indicator_tests
    from tallyverify.report.terminal import render
    from tallyverify.report.versions import made_with
    from tallyverify.report.words import rung_word

__all__ = [
    "FIGURES",
    "CoverageFacts",
    "IndicatorTest",
    "InputFile",
    "LeftOutRows",
    "LoggedTable",
    "MappingUsed",
    "Report",
    "Summary",
    "Totals",
    "check_language",
    "figures",
    "indicator_tests",
    "made_with",
    "plotted",
    "render",
    "render_brief",
    "render_captures",
    "render_estimate",
    "rung_word",
    "summary_of",
    "verdict_line",
]

__getattr__ = hand_on(
    __name__,
    {
        "drawings.estimate_figures": (
            "FIGURES",
            "figures",
        ),
        "drawings.plots": ("plotted",),
        "first_screen.brief": ("render_brief", "verdict_line"),
        "first_screen.summary": ("Summary",),
        "first_screen.telling": ("summary_of",),
        "captured": ("render_captures",),
        "estimated": ("render_estimate",),
        "left_out": ("LeftOutRows", "LoggedTable"),
        "model": (
            "CoverageFacts",
            "InputFile",
            "MappingUsed",
            "Report",
            "Totals",
            "check_language",
        ),
        "published": ("IndicatorTest", "indicator_tests"),
        "terminal": ("render",),
        "versions": ("made_with",),
        "words": ("rung_word",),
    },
)
