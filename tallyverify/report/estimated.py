"""The estimate on a terminal: shares, margin, assumption and backtest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from tallyverify.errors import printable
from tallyverify.inference import BacktestRow, InferenceSection, Interval
from tallyverify.language import (
    formatted,
    number,
    paragraph,
    percent,
    points,
    sentence,
    span,
    told,
)
from tallyverify.report.words import pattern_word

_MOST = 12


def table_of(title: str, columns: tuple[str, ...]) -> Table:
    """Return an empty table, the first column of words and the others of figures."""
    table = Table(
        title=str(title), title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    for place, name in enumerate(columns):
        justify: Literal["left", "right"] = "left" if place == 0 else "right"
        table.add_column(Text(printable(name)), justify=justify, overflow="fold")
    return table


def add_row(table: Table, cells: Iterable[str]) -> None:
    """Add a row of texts as they are said; none of them is markup."""
    table.add_row(*(Text(printable(cell)) for cell in cells))


def _in_points(interval: Interval) -> list[str]:
    return [points(interval.estimate), span(interval.low, interval.high)]


def shares_table(picture: InferenceSection) -> Table:
    """Return estimates, intervals, bounds and declared shares by candidate."""
    estimate, declared = picture.estimate, picture.declared[-2:]
    level = formatted(100 * estimate.level, "g")
    columns: list[str] = [told("% of valid votes"), told("estimate")]
    columns.append(told("{level} % interval", level=level))
    columns += [told("bounds")] if estimate.bounds else []
    columns += [told("declared: {bulletin}", bulletin=one.bulletin) for one in declared]
    table = table_of(told("Estimate of the whole count"), tuple(columns))
    ranked = sorted(estimate.shares, key=lambda name: -estimate.shares[name].estimate)
    for name in ranked[:_MOST]:
        row = [picture.names[name], *_in_points(estimate.shares[name])]
        if estimate.bounds:
            row.append(span(estimate.bounds.low[name], estimate.bounds.high[name]))
        row += [points(one.shares[name]) if name in one.shares else "–" for one in declared]
        add_row(table, row)
    if len(ranked) > _MOST:
        add_row(table, [told("… and {more} more", more=number(len(ranked) - _MOST))])
    if estimate.margin is not None:
        add_row(table, _margin_row(picture))
    if estimate.turnout is not None:
        turnout = told("turnout (valid / registered)")
        add_row(table, [turnout, *_in_points(estimate.turnout)])
    return table


def _margin_row(picture: InferenceSection) -> list[str]:
    """Return the margin of the first two, and what was declared of it."""
    margin = picture.estimate.margin
    if margin is None:
        return []
    names = (picture.names[margin.leader], picture.names[margin.runner_up])
    row = [" − ".join(names), *_in_points(margin.interval)]
    row += [""] if picture.estimate.bounds else []
    for one in picture.declared[-2:]:
        both = margin.leader in one.shares and margin.runner_up in one.shares
        row.append(
            points(one.shares[margin.leader] - one.shares[margin.runner_up]) if both else "–"
        )
    return row


def masks_of(row: BacktestRow) -> str:
    """Return how many masks were tried, and how many of them refused."""
    if not row.failed:
        return number(row.masks)
    return told("{masks} (+{failed} refused)", masks=number(row.masks), failed=number(row.failed))


def backtest_table(picture: InferenceSection) -> Table:
    """Return the backtest, one row for each pattern."""
    columns = (
        *(told("pattern"), told("masks"), told("hidden"), told("held"), told("before")),
        *(told("width"), told("bias"), told("largest tilt")),
    )
    title = told("Backtest on hidden stations (95 % intervals; points of the margin)")
    table = table_of(title, columns)
    for row in picture.estimate.backtest:
        add_row(
            table,
            [
                pattern_word(row.pattern),
                masks_of(row),
                percent(row.hidden, 1, 1),
                percent(row.coverage, 1, 0),
                percent(row.raw_coverage, 1, 0),
                points(row.mean_width),
                points(row.bias),
                formatted(row.largest_tilt, ".3f"),
            ],
        )
    return table


def basis_of(picture: InferenceSection) -> str:
    """Return what the estimate was made of, how, and on which assumption."""
    estimate = picture.estimate
    seen, unseen = estimate.seen["stations"], estimate.unseen["stations"]
    there = told("an unknown number") if unseen is None else number(unseen)
    said: list[str] = [
        told("{seen} stations seen, {unseen} not seen.", seen=number(seen), unseen=there),
        told("Method: {method}.", method=estimate.method),
        told("Assumed: {assumption}.", assumption=estimate.assumption),
    ]
    if estimate.backtest:
        factor = formatted(estimate.inflation, ".2f")
        said.append(told("Standard errors × {factor}, by the backtest.", factor=factor))
    return paragraph(said)


def no_estimate(picture: InferenceSection) -> str:
    """Return that there is no estimate, and why."""
    return sentence(told("no estimate: {reason}", reason=picture.estimate.refused))


def estimate_blocks(picture: InferenceSection) -> list[RenderableType]:
    """Return all of it, in the order in which it is read."""
    estimate = picture.estimate
    shown: list[RenderableType] = []
    if estimate.refused:
        shown += [Text(printable(no_estimate(picture)), style="bold")]
    else:
        shown += [shares_table(picture), Text(printable(basis_of(picture)), style="dim")]
        if estimate.outcome is not None and estimate.outcome.words:
            shown += [Text(printable(sentence(estimate.outcome.words)))]
    if estimate.backtest:
        shown += [Text(""), backtest_table(picture)]
    shown += [Text(printable(sentence(note)), style="dim") for note in estimate.notes]
    return shown


def render_estimate(picture: InferenceSection, console: Console) -> None:
    """Print an estimate on a rich console."""
    for part in estimate_blocks(picture):
        console.print(part)
