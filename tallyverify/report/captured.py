"""The other captures of a case as tables: what differs, what each proves, who agrees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tallyverify.errors import printable
from tallyverify.language import clauses, counted, formula, number, signed, told
from tallyverify.report.spoken import in_its_language
from tallyverify.report.words import VERDICTS

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

    from tallyverify.findings import CaptureSupport
    from tallyverify.reconcile import PairDocument, ReconcileSection
    from tallyverify.report.model import Report

_SHOWN = 12
Rows = list[tuple[str, ...]]


def capture_name(one: CaptureSupport) -> str:
    """Return a capture as people read it, with its stage and who supplied it."""
    if one.name is None:
        return told("all together")
    beside = [text for text in (one.stage, one.supplied_by) if text]
    if not beside:
        return one.name
    return formula("{name} ({beside})", name=one.name, beside=clauses(beside))


def pair_name(one: PairDocument) -> str:
    """Return the names of two captures."""
    return formula("{first} → {second}", first=one.captures[0].name, second=one.captures[1].name)


def captures_line(report: Report) -> str:
    """Return the captures in a line of the first screen; nothing where there are none."""
    found = report.reconcile
    if found is None:
        return ""
    said = [
        told(
            "{pair}: {differ} of {common} differ",
            pair=pair_name(one),
            differ=number(one.differ),
            common=counted(one.common, "common station", "common stations"),
        )
        for one in found.pairs
    ]
    verdicts = {one.verdict for one in found.support}
    if len(verdicts) > 1:
        said += [
            told("{capture}: {verdict}", capture=capture_name(one), verdict=VERDICTS[one.verdict])
            for one in found.support
        ]
    return clauses(said)


TAKEN_TOGETHER = told(
    "Taken together, a figure in which captures of sheets differ lies between the least and the "
    "most of them, and a lower bound raises the least."
)


def tables(report: Report) -> list[tuple[str, tuple[str, ...], Rows]]:
    """Return the tables, each with its title and the heads of its columns."""
    return [_pairs(report), _figures(report), _support(report)]


def _pairs(report: Report) -> tuple[str, tuple[str, ...], Rows]:
    heads = (
        told("captures"),
        told("common stations"),
        told("differ"),
        told("in votes"),
        told("in the first only"),
        told("in the second only"),
    )
    rows: Rows = [
        (
            pair_name(one),
            number(one.common),
            number(one.differ),
            number(one.differ_in_votes),
            number(one.only["first"].stations),
            number(one.only["second"].stations),
        )
        for one in _section(report).pairs
    ]
    return told("Stations of both"), heads, rows


def _figures(report: Report) -> tuple[str, tuple[str, ...], Rows]:
    heads = (
        told("figure"),
        told("stations that differ"),
        told("sum in the first"),
        told("sum in the second"),
        told("net"),
    )
    pairs = _section(report).pairs
    rows: Rows = [
        (
            _figure_name(report, name)
            if len(pairs) == 1
            else formula(
                "{figure}, {pair}", figure=_figure_name(report, name), pair=pair_name(one)
            ),
            number(figure.stations),
            number(figure.first),
            number(figure.second),
            signed(figure.net, "+,"),
        )
        for one in pairs
        for name, figure in {**one.by_option, **one.by_line}.items()
        if figure.stations
    ]
    return told("Figures that differ"), heads, rows


def _figure_name(report: Report, name: str) -> str:
    return report.contest.display(name) if name in report.contest.candidate_ids else name


def _support(report: Report) -> tuple[str, tuple[str, ...], Rows]:
    heads = (
        told("held against the declared result"),
        told("sheets"),
        told("verdict"),
        told("at least wrong"),
        told("allowed for"),
    )
    rows: Rows = [
        (
            capture_name(one),
            number(one.sheets),
            VERDICTS[one.verdict],
            number(one.sheets_wrong),
            number(one.allowed),
        )
        for one in _section(report).support
    ]
    return told("What each capture proves"), heads, rows


def _section(report: Report) -> ReconcileSection:
    assert report.reconcile is not None
    return report.reconcile


def capture_tables(report: Report) -> list[RenderableType]:
    """Return the tables for a terminal; nothing where there are no captures."""
    from rich.text import Text

    if report.reconcile is None:
        return []
    heading = told("Other captures of the same stations")
    drawn: list[RenderableType] = [Text(f"\n{heading}", style="bold")]
    drawn += [_table(heads, rows) for _, heads, rows in tables(report) if rows]
    return [*drawn, Text(str(TAKEN_TOGETHER), style="dim")]


@in_its_language
def render_captures(report: Report, console: Console) -> None:
    """Print what was found of the captures of a case."""
    from rich.text import Text

    name = printable(report.contest.name or report.contest.id)
    console.print(Text(name, style="bold"))
    for part in capture_tables(report):
        console.print(part)
    found = [one for one in report.findings if one.code.startswith("S") and one.code != "S605"]
    for one in found[:_SHOWN]:
        line = Text(f"\n{one.code} ", style="bold")
        console.print(line.append(printable(one.words), style=""))
        if one.arithmetic:
            console.print(Text(f"     {printable(one.arithmetic)}", style="dim"))
    if len(found) > _SHOWN:
        more = told("… {more} more in reconcile.json", more=number(len(found) - _SHOWN))
        console.print(Text(f"\n{more}"))
    if report.declared is not None:
        from tallyverify.report.first_screen.brief import verdict_line

        console.print()
        console.print(verdict_line(report))


def _table(heads: tuple[str, ...], rows: Rows) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for at, head in enumerate(heads):
        table.add_column(str(head), justify="right" if at else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(str(cell))) for cell in row))
    return table
