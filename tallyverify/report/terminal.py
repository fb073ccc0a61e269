"""The report on a terminal."""

from __future__ import annotations

import io

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from tallyverify.errors import printable
from tallyverify.feasibility import IN_QUESTION
from tallyverify.findings import Finding, Status
from tallyverify.language import number
from tallyverify.report.first_screen.brief import first_screen, render_brief, verdict_line
from tallyverify.report.model import Report
from tallyverify.report.styles import RUNG_STYLE, STATUS_STYLE
from tallyverify.report.words import (
    ARITHMETIC,
    groups_of,
    outcome_of,
    rung_found,
    status_word,
)

_MOST = 12


def _text(value: str, style: str = "") -> Text:
    return Text(printable(value), style=style)


def _checks(report: Report) -> Table:
    table = Table(
        title="Checks", title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    for name in ("code", "check", "status", "why"):
        table.add_column(name, overflow="fold", no_wrap=name in ("code", "status"))
    for check in report.answered:
        rung, style = rung_found(check), STATUS_STYLE[check.status]
        if check.status is Status.FLAGGED and rung is not None:
            style = RUNG_STYLE[rung]
        word = Text(status_word(check), style=style)
        table.add_row(check.code, check.name, word, _text(check.reason))
    return table


def _not_asked(report: Report) -> list[Text]:
    """The codes of the checks that were not asked, in one line."""
    codes = [check.code for check in report.checks if check.status is Status.NOT_ASKED]
    return [Text(f"\nnot asked ({number(len(codes))}): {', '.join(codes)}", "dim")] if codes else []


def _findings(report: Report) -> list[Text]:
    lines: list[Text] = []
    for rung, count, here in groups_of(report):
        lines.append(Text(f"\n{rung} ({number(count)})", style=f"bold {RUNG_STYLE[rung]}"))
        for finding in here[:_MOST]:
            lines += _finding(finding)
        if len(here) > _MOST:
            lines.append(Text(f"  … {number(len(here) - _MOST)} more in report.json"))
        if len(here) < count:
            rest = number(count - len(here))
            lines.append(Text(f"  {rest} of them on the indicators: see below"))
    return lines


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
    lines = [Text("\nassumed", style="bold")]
    lines += [_text(f"  {words}", "dim") for words in found.assumptions[:_MOST]]
    if len(found.assumptions) > _MOST:
        lines.append(Text(f"  … {number(len(found.assumptions) - _MOST)} more in report.json"))
    if found.look_at_first:
        first = ", ".join(found.look_at_first[:5])
        lines.append(
            _text(f"  sheets to look at first, in the order of arithmetic: {first}", "dim")
        )
    return lines


def _in_question(report: Report) -> list[RenderableType]:
    """What the sheets in question could change; nothing where none is."""
    found = report.materiality
    if found is None or not found.kinds:
        return []
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("sheets", "", "all taken out", "in proportion", "in the worst case"):
        table.add_column(name, justify="right" if name == "sheets" else "left", overflow="fold")
    for one in found.kinds:
        table.add_row(
            number(one.sheets),
            IN_QUESTION[one.kind],
            _text(outcome_of(report, one.taken_out)),
            _text(outcome_of(report, one.proportional)),
            one.deciding,
        )
    outcome = f"As they stand: {outcome_of(report, found.outcome)} (rule: {found.rule})."
    return [
        Text("\nCould the sheets in question change who wins?", style="bold"),
        _text(outcome),
        table,
        _text(ARITHMETIC, "dim"),
    ]


def render(report: Report, console: Console) -> None:
    """Print all of a report on a rich console, the verdict first and last."""
    for part in first_screen(report):
        console.print(part)
    for line in (*_findings(report), *_in_question(report), *_assumed(report)):
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
    console.print(
        "\nContradictions hold if the sheets are authentic. tallyverify accuses nobody: it says "
        "which figures cannot be true together, and how sure that is.",
        style="dim",
    )
    console.print(verdict_line(report))


def as_text(report: Report, *, width: int = 100, verbose: bool = False) -> str:
    """Return what is printed, without colours."""
    stream = io.StringIO()
    show = render if verbose else render_brief
    show(report, Console(file=stream, width=width, no_color=True, force_terminal=False))
    return stream.getvalue()
