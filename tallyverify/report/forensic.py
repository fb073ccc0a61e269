"""The indicators on a terminal: the tests with their own error, and the descriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from tallyverify.errors import printable
from tallyverify.language import counted, number, sentence
from tallyverify.report import indicators
from tallyverify.report.estimated import table_of

if TYPE_CHECKING:
    from tallyverify.report.model import Report

_MOST = 20


def tests_table(report: Report) -> Table:
    """Return the tests that were used; of many, those with the lowest adjusted p-values."""
    columns = ("test", "of", "statistic", "p", "adjusted", "rejects clean", "flagged")
    table = table_of("Indicators, and how often each cries wolf", columns)
    table.columns[1].justify = "left"
    for one in indicators.used_of(report, _MOST):
        table.add_row(
            one.code,
            Text(indicators.figure_of(one, report.forensics)),
            indicators.statistic_of(one),
            indicators.probability(one.result.pvalue),
            indicators.probability(one.adjusted),
            indicators.rejects_of(one),
            Text(indicators.flag_of(one), style="magenta" if one.flagged else ""),
        )
    return table


def forensic_blocks(report: Report) -> list[RenderableType]:
    """Return all of it, in the order in which it is read."""
    used, unused = indicators.used_of(report), indicators.unused_of(report)
    shown: list[RenderableType] = []
    if used:
        shown.append(tests_table(report))
        if len(used) > _MOST:
            rest = number(len(used) - _MOST)
            shown.append(Text(f"… and {rest} more, with higher p-values, in report.json"))
        twins = indicators.twins_of(report)
        text = "An anomaly never moves the verdict."
        if twins:
            what = f"of {twins} simulated clean elections with these stations, at 0.05"
            text = (
                f"Rejects clean: {what}. p-values are adjusted together: up to one clean election "
                f"in twenty has a flag. {text}"
            )
        shown.append(Text(text, style="dim"))
    if unused:
        codes = ", ".join(dict.fromkeys(one.code for one in unused))
        refused = sum(bool(one.refused) for one in report.forensics.battery.tests)
        tests = (
            f", {counted(refused, 'test', 'tests')} of single candidates or turnout"
            if refused
            else ""
        )
        shown.append(Text(f"Not applicable, in whole or in part: {codes}{tests}", style="dim"))
    for one in indicators.described_of(report):
        text = printable(f"{one.code} {sentence(one.message)}")
        shown.append(Text(text))
    return shown


def render_forensics(report: Report, console: Console) -> None:
    """Print the indicators on a rich console."""
    for part in forensic_blocks(report):
        console.print(part)
