"""The declared figures of the whole country beside what the sheets hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tallyverify.language import number
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
        _row(report.contest.display(name), name, (name,), shown, votes, valid) for name in ranked
    ]
    for name, members in groups.items():
        label = f"{name} ({number(len(members))} above)"
        rows.append(_row(label, name, members, shown, votes, valid))
    if any(row.valid is not None for _, row in shown) or not shown:
        told = tuple(_figure(bulletin, row.valid, None, valid) for bulletin, row in shown)
        rows.append(
            FigureRow(label="valid votes", candidate=None, sheets=valid, share=None, declared=told)
        )
    return tuple(rows)


def _row(
    label: str,
    name: str,
    members: tuple[str, ...],
    shown: list[tuple[Bulletin, AreaResult]],
    votes: dict[str, int],
    valid: int | None,
) -> FigureRow:
    """Return what is declared under a name, of one candidate or of several together."""
    held = sum(votes[member] for member in members if member in votes)
    return FigureRow(
        label=label,
        candidate=name if members == (name,) else None,
        sheets=held,
        share=round(held / valid, 6) if valid else None,
        declared=tuple(
            _figure(bulletin, row.figures.get(name), row.percentages.get(name), held)
            for bulletin, row in shown
        ),
    )


def _figure(
    bulletin: Bulletin, votes: int | None, percentage: float | None, held: int | None
) -> DeclaredFigure:
    known = votes is not None and held is not None
    return DeclaredFigure(
        bulletin=bulletin.id,
        votes=votes,
        percentage=percentage,
        difference=(held or 0) - (votes or 0) if known else None,
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
