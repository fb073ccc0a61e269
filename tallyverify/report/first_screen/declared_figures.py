"""The declared figures of the whole country beside what the sheets hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tallyverify.findings import number, percent
from tallyverify.records import AreaResult, Bulletin, Declared
from tallyverify.report.first_screen.summary import DeclaredFigure, FigureRow

if TYPE_CHECKING:
    from tallyverify.report.model import Report

MOST_BULLETINS = 2
"""So many bulletins stand beside the sheets: the last ones."""


def whole_rows(declared: Declared | None) -> list[tuple[Bulletin, AreaResult]]:
    """Return the last bulletins that declare figures of the whole country, with these."""
    if declared is None:
        return []
    found = [(one, row) for one in declared.bulletins if (row := one.of({})) is not None]
    told = [(one, row) for one, row in found if row.figures or row.percentages or row.valid]
    return told[-MOST_BULLETINS:]


def extent_words(declared: Declared, bulletin: Bulletin, row: AreaResult) -> str:
    """Return how much of the count a row holds, as far as the bulletin says it."""
    if row.coverage is not None:
        basis = declared.stated(bulletin, row, "coverage_basis")
        of = {"stations": " of the stations", "registered": " of the voters"}.get(basis or "", "")
        return f"{100 * row.coverage:.6g} %{of}"
    if row.stations is not None:
        known = declared.stations
        return f"{number(row.stations)} stations" + (f" of {number(known)}" if known else "")
    if declared.stated(bulletin, row, "complete"):
        return "the whole count"
    return "how much of the count it holds is not said"


def figure_rows(report: Report) -> tuple[FigureRow, ...]:
    """Return the figures of the country, the candidate with most votes on the sheets first."""
    shown = whole_rows(report.declared)
    votes, valid = report.totals.votes, report.totals.valid
    ranked = sorted(votes, key=lambda name: (-votes[name], name))
    groups = {
        name: members
        for _, row in shown
        for name, members in {**row.members, **row.percentage_members}.items()
        if len(members) > 1
    }
    rows = [
        _row(report.contest.display(name), (name,), name, shown, votes, valid) for name in ranked
    ]
    for name, members in groups.items():
        row = _row(name, members, None, shown, votes, valid)
        alone = f"{name} ({number(len(members))} above)"
        rows.append(row.model_copy(update={"label": alone}))
    if any(row.valid is not None for _, row in shown) or not shown:
        told = tuple(
            DeclaredFigure(
                bulletin=bulletin.id,
                votes=row.valid,
                percentage=None,
                difference=None if None in (row.valid, valid) else (valid or 0) - (row.valid or 0),
            )
            for bulletin, row in shown
        )
        rows.append(
            FigureRow(label="valid votes", candidate=None, sheets=valid, share=None, declared=told)
        )
    return tuple(rows)


def _row(
    label: str,
    members: tuple[str, ...],
    candidate: str | None,
    shown: list[tuple[Bulletin, AreaResult]],
    votes: dict[str, int],
    valid: int | None,
) -> FigureRow:
    held = sum(votes[name] for name in members if name in votes)
    told = []
    for bulletin, row in shown:
        name = candidate or label
        stated = row.figures.get(name)
        told.append(
            DeclaredFigure(
                bulletin=bulletin.id,
                votes=stated,
                percentage=row.percentages.get(name),
                difference=None if stated is None else held - stated,
            )
        )
    share = held / valid if valid else None
    return FigureRow(
        label=label,
        candidate=candidate,
        sheets=held,
        share=None if share is None else round(share, 6),
        declared=tuple(told),
    )


def all_equal(rows: tuple[FigureRow, ...]) -> bool:
    """Whether the last bulletin declares just what the sheets hold, figure by figure."""
    last = [row.declared[-1] for row in rows if row.declared]
    stated = [one for one in last if one.votes is not None]
    return bool(stated) and all(one.difference == 0 for one in stated)


def declared_words(figure: DeclaredFigure) -> str:
    """Return a declared figure as a table shows it."""
    if figure.votes is not None:
        return number(figure.votes)
    return "–" if figure.percentage is None else f"{figure.percentage:g} %"


def difference_words(figure: DeclaredFigure) -> str:
    """Return a difference with its sign; of none, that both are equal."""
    if figure.difference is None:
        return ""
    if not figure.difference:
        return "equal"
    return ("+" if figure.difference > 0 else "") + number(figure.difference)


def share_words(row: FigureRow, valid: int | None) -> str:
    """Return the share of the valid votes on the sheets."""
    return "" if row.share is None else percent(row.sheets or 0, valid or 0)
