"""The report on a terminal in some thirty lines: the verdict first and last."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from tallyverify.checking import MOST_FINDINGS
from tallyverify.errors import printable
from tallyverify.findings import Evidence, Finding
from tallyverify.language import counted, enumerated, formula, number, told
from tallyverify.report.first_screen.declared_figures import (
    declared_words,
    difference_words,
    standing_out,
)
from tallyverify.report.first_screen.sentences import after_the_verdict
from tallyverify.report.first_screen.telling import summary_of
from tallyverify.report.spoken import in_its_language
from tallyverify.report.styles import RUNG_STYLE, VERDICT_STYLE
from tallyverify.report.words import HEADS, became_of, became_words, rung_word

if TYPE_CHECKING:
    from tallyverify.report.first_screen.summary import FigureRow, Summary
    from tallyverify.report.model import Report

_BECAME = ("error", "flagged", "passed", "noted", "not flagged", "n/a", "not asked")
_MOST_ROWS = 4  # of candidates and of several together
_SHORT = 3  # a bulletin's id that says nothing by itself
_NAMED = 11  # columns of what stands before a line


@in_its_language
def render_brief(report: Report, console: Console) -> None:
    """Print the first screen, the findings in a line for each code, and how to see more."""
    for part in first_screen(report):
        console.print(part)
    found = _findings(report)
    if found:
        console.print()
    for line in found:
        console.print(line, no_wrap=True, overflow="ellipsis", crop=True)
    console.print(_checks(report))
    console.print(verdict_line(report))


def first_screen(report: Report) -> list[RenderableType]:
    """Return the verdict, the figures, and what they rest on."""
    summary = summary_of(report)
    name = printable(report.contest.name or report.contest.id)
    lines = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0))
    lines.add_column(width=_NAMED, no_wrap=True)
    lines.add_column(overflow="fold")
    for label, text in summary.lines():
        lines.add_row(Text(label, style="dim"), Text(printable(text)))
    return [
        Text(name, style="bold", no_wrap=True, overflow="ellipsis"),
        _verdict(report, summary),
        Text(),
        _figures(summary, standing_out(report)),
        Text(),
        lines,
    ]


@in_its_language
def verdict_line(report: Report) -> Text:
    """Return the verdict alone, and how many findings stand on the rungs that move it."""
    counts = {rung: count for rung, count in report.counts().items() if count and rung != "note"}
    found = enumerated(_counted(count, rung_word(rung, count)) for rung, count in counts.items())
    return Text.assemble(
        (str(HEADS[report.verdict]), VERDICT_STYLE[report.verdict]),
        f" ({found if counts else told('nothing found')})",
    )


def _counted(count: int, words: str) -> str:
    return formula("{count} {words}", count=number(count), words=words)


def _verdict(report: Report, summary: Summary) -> Text:
    rest = printable(after_the_verdict(report, summary.figures))
    return Text.assemble((str(HEADS[report.verdict]), VERDICT_STYLE[report.verdict]), rest)


def _figures(summary: Summary, out: set[tuple[str, str]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    narrow = len(summary.bulletins) > 1
    table.add_column("", overflow="ellipsis", no_wrap=True, max_width=17 if narrow else 30)
    table.add_column(str(told("sheets")), justify="right", no_wrap=True)
    for bulletin in summary.bulletins:
        short = len(bulletin.id) <= _SHORT
        named = told("bulletin {bulletin}", bulletin=bulletin.id)
        name = Text(printable(named if short else bulletin.id))
        name.truncate(_SHORT + 9, overflow="ellipsis")
        table.add_column(name, justify="right", no_wrap=True)
        table.add_column(str(told("difference")), justify="right", no_wrap=True)
    alone = [row for row in summary.figures if row.candidate is not None]
    together = len(summary.figures) - len(alone)
    most = _MOST_ROWS - together
    shown = alone if len(alone) <= most + 1 else alone[:most]
    for row in shown:
        _add(table, row, out)
    if len(shown) < len(alone):
        more = len(alone) - len(shown)
        table.add_row(str(told("… and {more} more", more=number(more))))
    for row in summary.figures:
        if row.candidate is None:
            _add(table, row, out)
    return table


def _add(table: Table, row: FigureRow, out: set[tuple[str, str]]) -> None:
    cells: list[Text | str] = [
        Text(printable(row.label)),
        "–" if row.sheets is None else str(number(row.sheets)),
    ]
    for one in row.declared:
        more = (one.bulletin, row.candidate) in out
        differs = Text(str(difference_words(one)), style="bold" if more else "dim")
        cells += [str(declared_words(one)), differs]
    table.add_row(*cells)


def _findings(report: Report) -> list[Text]:
    """Return the findings in a line for each rung and code; of notes only how many."""
    lines: list[Text] = []
    codes: Counter[tuple[Evidence, str]] = Counter()
    first: dict[tuple[Evidence, str], Finding] = {}
    for one in report.findings:
        codes[one.evidence, one.code] += 1
        first.setdefault((one.evidence, one.code), one)
    for (rung, code), count in codes.items():
        if rung is Evidence.NOTE:
            continue
        example, times = first[rung, code].message, ""
        if count > 1:
            example = told("e.g. {finding}", finding=example)
            times = f"× {_many(count)}  "
        lines.append(
            Text.assemble(
                (f"{rung_word(rung):<14}", RUNG_STYLE[rung]),
                (f"{code} ", "bold"),
                times,
                printable(example),
            )
        )
    return lines


def _many(count: int) -> str:
    """Return how many findings there are, of more than a check lists the least."""
    shown = number(count)
    return formula("{shown}+", shown=shown) if count >= MOST_FINDINGS else shown


def _checks(report: Report) -> Text:
    """Return how many checks came to what, and where all of it stands."""
    keys = Counter(became_of(check) for check in report.checks)
    words = (_counted(keys[key], became_words(key, keys[key])) for key in _BECAME if keys[key])
    line = told(
        "{all} checks: {words}; {notes} (-v)",
        all=number(len(report.checks)),
        words=enumerated(words),
        notes=counted(report.counts()["note"], "note", "notes"),
    )
    return Text(str(line), style="dim")
