"""The indicators on a terminal: the tests with their own error, and the descriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from tallyverify.errors import printable
from tallyverify.language import counted, enumerated, formula, number, paragraph, sentence, told
from tallyverify.report import indicators
from tallyverify.report.estimated import table_of

if TYPE_CHECKING:
    from tallyverify.report.model import Report

_MOST = 20


def tests_table(report: Report) -> Table:
    """Return the tests that were used; of many, those with the lowest adjusted p-values."""
    columns = (
        *(told("test"), told("of"), told("statistic"), told("p"), told("adjusted")),
        *(told("rejects clean"), told("flagged")),
    )
    table = table_of(told("Indicators, and how often each cries wolf"), columns)
    table.columns[1].justify = "left"
    for one in indicators.used_of(report, _MOST):
        cells = (
            *(indicators.of_whom(one, report.forensics), indicators.statistic_of(one)),
            *(indicators.probability(one.result.pvalue), indicators.probability(one.adjusted)),
            indicators.rejects_of(one),
        )
        table.add_row(
            one.code,
            *(Text(str(cell)) for cell in cells),
            Text(str(indicators.flag_of(one)), style="magenta" if one.flagged else ""),
        )
    return table


def _error(report: Report) -> str:
    """Return how often the tests reject clean elections, and that an anomaly moves nothing."""
    twins = indicators.twins_of(report)
    never = told("An anomaly never moves the verdict.")
    if not twins:
        return never
    rejects = told(
        "Rejects clean: of {twins} simulated clean elections with these stations, at 0.05.",
        twins=twins,
    )
    together = told(
        "p-values are adjusted together: up to one clean election in twenty has a flag."
    )
    return paragraph([rejects, together, never])


def _not_applicable(report: Report) -> str:
    """Return which indicators say nothing, or less than they could."""
    codes = enumerated(dict.fromkeys(one.code for one in indicators.unused_of(report)))
    refused = sum(bool(one.refused) for one in report.forensics.battery.tests)
    if not refused:
        return told("Not applicable, in whole or in part: {codes}", codes=codes)
    return told(
        "Not applicable, in whole or in part: {codes}, {tests} of single candidates or turnout",
        codes=codes,
        tests=counted(refused, "test", "tests"),
    )


def forensic_blocks(report: Report) -> list[RenderableType]:
    """Return all of it, in the order in which it is read."""
    used, unused = indicators.used_of(report), indicators.unused_of(report)
    shown: list[RenderableType] = []
    if used:
        shown.append(tests_table(report))
        if len(used) > _MOST:
            rest = number(len(used) - _MOST)
            more = told("… and {more} more, with higher p-values, in report.json", more=rest)
            shown.append(Text(str(more)))
        shown.append(Text(str(_error(report)), style="dim"))
    if unused:
        shown.append(Text(str(_not_applicable(report)), style="dim"))
    for one in indicators.described_of(report):
        said = formula("{code} {message}", code=one.code, message=sentence(one.message))
        shown.append(Text(printable(said)))
    return shown


def render_forensics(report: Report, console: Console) -> None:
    """Print the indicators on a rich console."""
    for part in forensic_blocks(report):
        console.print(part)
