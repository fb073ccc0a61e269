"""The report on a terminal."""

from __future__ import annotations

import io

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from tallyverify.errors import printable
from tallyverify.feasibility import IN_QUESTION
from tallyverify.findings import Finding, Status
from tallyverify.language import enumerated, formula, number, told
from tallyverify.report.captured import capture_tables
from tallyverify.report.first_screen.brief import first_screen, render_brief, verdict_line
from tallyverify.report.model import Report
from tallyverify.report.spoken import in_its_language
from tallyverify.report.styles import RUNG_STYLE, STATUS_STYLE
from tallyverify.report.words import (
    ARITHMETIC,
    groups_of,
    outcome_of,
    rung_found,
    rung_word,
    status_word,
)

_MOST = 12


def _text(value: str, style: str = "") -> Text:
    return Text(printable(value), style=style)


def _checks(report: Report) -> Table:
    table = Table(
        title=str(told("Checks")),
        title_justify="left",
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )
    for place, name in enumerate((told("code"), told("check"), told("status"), told("why"))):
        table.add_column(str(name), overflow="fold", no_wrap=place in (0, 2))
    for check in report.answered:
        rung, style = rung_found(check), STATUS_STYLE[check.status]
        if check.status is Status.FLAGGED and rung is not None:
            style = RUNG_STYLE[rung]
        word = Text(str(status_word(check)), style=style)
        table.add_row(check.code, str(check.name), word, _text(check.reason))
    return table


def _not_asked(report: Report) -> list[Text]:
    """The codes of the checks that were not asked, in one line."""
    codes = [check.code for check in report.checks if check.status is Status.NOT_ASKED]
    if not codes:
        return []
    line = told("not asked ({count}): {codes}", count=number(len(codes)), codes=enumerated(codes))
    return [Text(f"\n{line}", "dim")]


def _findings(report: Report) -> list[Text]:
    lines: list[Text] = []
    for rung, count, here in groups_of(report):
        heading = formula("{rung} ({count})", rung=rung_word(rung, count), count=number(count))
        lines.append(Text(f"\n{heading}", style=f"bold {RUNG_STYLE[rung]}"))
        for finding in here[:_MOST]:
            lines += _finding(finding)
        if len(here) > _MOST:
            lines.append(_more(len(here) - _MOST))
        if len(here) < count:
            rest = number(count - len(here))
            elsewhere = told("{rest} of them on the indicators: see below", rest=rest)
            lines.append(_text(f"  {elsewhere}"))
    return lines


def _more(count: int) -> Text:
    more = told("… {more} more in report.json", more=number(count))
    return _text(f"  {more}")


def _finding(finding: Finding) -> list[Text]:
    style = RUNG_STYLE[finding.evidence]
    lines = [Text.assemble((f"{finding.code} ", f"bold {style}"), _text(finding.words))]
    if finding.arithmetic:
        lines.append(_text(f"     {finding.arithmetic}", "dim"))
    return lines


def _assumed(report: Report) -> list[Text]:
    """What the answer assumed, and the sheets to look at first."""
    found = report.feasibility
    if found is None or not found.assumptions:
        return []
    heading = told("assumed")
    lines = [Text(f"\n{heading}", style="bold")]
    lines += [_text(f"  {words}", "dim") for words in found.assumptions[:_MOST]]
    if len(found.assumptions) > _MOST:
        lines.append(_more(len(found.assumptions) - _MOST))
    if found.look_at_first:
        first = told(
            "sheets to look at first, in the order of arithmetic: {sheets}",
            sheets=enumerated(found.look_at_first[:5]),
        )
        lines.append(_text(f"  {first}", "dim"))
    return lines


def _in_question(report: Report) -> list[RenderableType]:
    """What the sheets in question could change; nothing where none is."""
    found = report.materiality
    if found is None or not found.kinds:
        return []
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(str(told("sheets")), justify="right", overflow="fold")
    for name in ("", told("all taken out"), told("in proportion"), told("in the worst case")):
        table.add_column(str(name), overflow="fold")
    for one in found.kinds:
        table.add_row(
            str(number(one.sheets)),
            str(IN_QUESTION[one.kind]),
            _text(outcome_of(report, one.taken_out)),
            _text(outcome_of(report, one.proportional)),
            _text(one.deciding),
        )
    outcome = told(
        "As they stand: {outcome} (rule: {rule}).",
        outcome=outcome_of(report, found.outcome),
        rule=found.rule,
    )
    asked = told("Could the sheets in question change who wins?")
    return [
        Text(f"\n{asked}", style="bold"),
        _text(outcome),
        table,
        _text(ARITHMETIC, "dim"),
    ]


@in_its_language
def render(report: Report, console: Console) -> None:
    """Print all of a report on a rich console, the verdict first and last."""
    for part in first_screen(report):
        console.print(part)
    parts = (_findings, capture_tables, _in_question, _assumed)
    for line in (line for part in parts for line in part(report)):
        console.print(line)
    console.print()
    if report.picture is not None:
        from tallyverify.report import estimated

        estimated.render_estimate(report.picture, console)
        console.print()
    if report.forensics is not None:
        from tallyverify.report import forensic

        forensic.render_forensics(report, console)
        console.print()
    console.print(_checks(report))
    for line in _not_asked(report):
        console.print(line)
    last = told(
        "Contradictions hold if the sheets are authentic. tallyverify accuses nobody: it says "
        "which figures cannot be true together, and how sure that is."
    )
    console.print(f"\n{last}", style="dim")
    console.print(verdict_line(report))


@in_its_language
def as_text(report: Report, *, width: int = 100, verbose: bool = False) -> str:
    """Return what is printed, without colours."""
    stream = io.StringIO()
    show = render if verbose else render_brief
    show(report, Console(file=stream, width=width, no_color=True, force_terminal=False))
    return stream.getvalue()
