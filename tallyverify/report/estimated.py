"""The estimate on a terminal: shares, margin, assumption and backtest."""

from __future__ import annotations

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from tallyverify.errors import printable
from tallyverify.inference import InferenceSection, Interval
from tallyverify.language import number, points, sentence

_MOST = 12


def table_of(title: str, columns: tuple[str, ...]) -> Table:
    """Return an empty table, the first column of words and the others of figures."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for place, name in enumerate(columns):
        table.add_column(Text(name), justify="left" if place == 0 else "right", overflow="fold")
    return table


def _between(interval: Interval) -> str:
    return f"{points(interval.low)} to {points(interval.high)}"


def shares_table(picture: InferenceSection) -> Table:
    """Return estimates, intervals, bounds and declared shares by candidate."""
    estimate, declared = picture.estimate, picture.declared[-2:]
    columns = ["% of valid votes", "estimate", "95 % interval"]
    columns[2] = f"{100 * estimate.level:g} % interval"
    columns += ["bounds"] if estimate.bounds else []
    columns += [printable(f"declared: {one.bulletin}") for one in declared]
    table = table_of("Estimate of the whole count", tuple(columns))
    ranked = sorted(estimate.shares, key=lambda name: -estimate.shares[name].estimate)
    for name in ranked[:_MOST]:
        share = estimate.shares[name]
        row: list[Text | str] = [Text(printable(picture.names[name]))]
        row += [points(share.estimate), _between(share)]
        if estimate.bounds:
            low, high = estimate.bounds.low[name], estimate.bounds.high[name]
            row.append(f"{points(low)} to {points(high)}")
        row += [points(one.shares[name]) if name in one.shares else "–" for one in declared]
        table.add_row(*row)
    if len(ranked) > _MOST:
        table.add_row(f"… and {len(ranked) - _MOST} more")
    if estimate.margin is not None:
        margin = estimate.margin
        names = (picture.names[margin.leader], picture.names[margin.runner_up])
        row = [Text(printable(" − ".join(names)))]
        row += [points(margin.interval.estimate), _between(margin.interval)]
        row += [""] if estimate.bounds else []
        for one in declared:
            both = margin.leader in one.shares and margin.runner_up in one.shares
            row.append(
                points(one.shares[margin.leader] - one.shares[margin.runner_up]) if both else "–"
            )
        table.add_row(*row)
    if estimate.turnout is not None:
        at = estimate.turnout
        table.add_row("turnout (valid / registered)", points(at.estimate), _between(at))
    return table


def backtest_table(picture: InferenceSection) -> Table:
    """Return the backtest, one row for each pattern."""
    columns = ("pattern", "masks", "hidden", "held", "before", "width", "bias", "largest tilt")
    table = table_of("Backtest on hidden stations (95 % intervals; points of the margin)", columns)
    for row in picture.estimate.backtest:
        table.add_row(
            row.pattern,
            str(row.masks) + (f" (+{row.failed} refused)" if row.failed else ""),
            f"{100 * row.hidden:.1f} %",
            f"{100 * row.coverage:.0f} %",
            f"{100 * row.raw_coverage:.0f} %",
            points(row.mean_width),
            points(row.bias),
            f"{row.largest_tilt:.3f}",
        )
    return table


def estimate_blocks(picture: InferenceSection) -> list[RenderableType]:
    """Return all of it, in the order in which it is read."""
    estimate = picture.estimate
    seen, unseen = estimate.seen["stations"], estimate.unseen["stations"]
    there = "an unknown number" if unseen is None else number(unseen)
    head = f"{number(seen)} stations seen, {there} not seen. Method: {estimate.method}."
    shown: list[RenderableType] = []
    if estimate.refused:
        shown += [Text(printable(sentence(f"no estimate: {estimate.refused}")), style="bold")]
    else:
        shown += [shares_table(picture)]
        assumed = f"Assumed: {estimate.assumption}."
        if estimate.backtest:
            assumed += f" Standard errors × {estimate.inflation:.2f}, by the backtest."
        shown += [Text(printable(f"{head} {assumed}"), style="dim")]
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
