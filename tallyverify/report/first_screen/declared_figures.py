"""The declared figures of the whole country beside what the sheets hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tallyverify.findings import MOVED_BY
from tallyverify.language import counted, formatted, formula, number, told
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
    telling = [(one, row) for one, row in found if row.figures or row.percentages or row.valid]
    return telling[-MOST_BULLETINS:]


def extent_words(declared: Declared, bulletin: Bulletin, row: AreaResult) -> str:
    """Return how much of the count a row holds, as far as the bulletin says it."""
    if row.coverage is not None:
        basis = declared.stated(bulletin, row, "coverage_basis")
        share = formatted(100 * row.coverage, ".6g")
        if basis == "stations":
            return told("{share} % of the stations", share=share)
        if basis == "registered":
            return told("{share} % of the voters", share=share)
        return formula("{share} %", share=share)
    if row.stations is not None:
        stations = counted(row.stations, "station", "stations")
        if not declared.stations:
            return stations
        return told("{stations} of {all}", stations=stations, all=number(declared.stations))
    if declared.stated(bulletin, row, "complete"):
        return told("the whole count")
    return told("how much of the count it holds is not said")


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
        label = told("{name} (all {count})", name=name, count=number(len(members)))
        rows.append(_row(label, name, members, shown, votes, valid))
    if any(row.valid is not None for _, row in shown) or not shown:
        declared = tuple(_figure(bulletin, row.valid, None, valid) for bulletin, row in shown)
        label = told("valid votes")
        rows.append(
            FigureRow(label=label, candidate=None, sheets=valid, share=None, declared=declared)
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
    stated = [one for one in last if one.votes is not None or one.percentage is not None]
    return bool(stated) and all(one.difference == 0 for one in stated)


def standing_out(report: Report) -> set[tuple[str, str]]:
    """Return the bulletins and candidates of whom the sheets hold more than can be (D301)."""
    return {
        (one.bulletin, one.candidate)
        for one in report.of("D301")
        if one.evidence in MOVED_BY and not one.area and one.bulletin and one.candidate
    }


def declared_words(figure: DeclaredFigure) -> str:
    """Return a declared figure as a table shows it."""
    if figure.votes is not None:
        return number(figure.votes)
    if figure.percentage is None:
        return "–"
    return formula("{share} %", share=formatted(figure.percentage, "g"))


def difference_words(figure: DeclaredFigure) -> str:
    """Return a difference with its sign; of none, that both are equal."""
    if figure.difference is None:
        return ""
    if not figure.difference:
        return told("equal")
    difference = number(figure.difference)
    return formula("+{more}", more=difference) if figure.difference > 0 else difference
