"""The first screen as data: one source for the terminal, the page, the notebook and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tallyverify.findings import counted, number, percent, sentence
from tallyverify.model import Model
from tallyverify.report.first_screen.declared_figures import (
    BulletinTold,
    FigureRow,
    all_equal,
    extent_words,
    figure_rows,
    whole_rows,
)
from tallyverify.report.first_screen.sentences import AUTHENTIC, deciding, verdict_sentence

if TYPE_CHECKING:
    from tallyverify.report.model import Report

_SHEETS_NAMED = 3


class Summary(Model):
    """What a reader is told first; ``str`` of it fits in a message.

    Attributes
    ----------
    sentence : str
        The verdict, and the figures that it is about.
    figures : tuple of FigureRow
        By candidate: on the sheets, declared, and the difference.
    equal : bool
        Whether the last bulletin declares just what the sheets hold.
    bulletins : tuple of BulletinTold
        The bulletins that stand in `figures`, and how much of the count they hold.
    coverage : str
        How many stations were seen.
    leads : str
        Who leads on the sheets, and whether the unseen could turn that; empty where not asked.
    needs : str
        What the declared result asks of the unseen stations, where that is the point.
    rests_on : str
        What is assumed.
    subtraction : str
        The one that decides; empty where none does.
    next : str
        What to look at next.

    Examples
    --------
    >>> import tallyverify as tv
    >>> summary = tv.verify(tv.load_case("data/samples/clean")).summary
    >>> summary.sentence.partition(":")[0], summary.equal
    ('CONSISTENT', True)
    """

    sentence: str
    figures: tuple[FigureRow, ...]
    equal: bool
    bulletins: tuple[BulletinTold, ...]
    coverage: str
    leads: str
    needs: str
    rests_on: str
    subtraction: str
    next: str

    def lines(self) -> list[tuple[str, str]]:
        """Return what stands below the figures, each with its name."""
        named = (
            ("seen", self.coverage),
            ("leads", self.leads),
            ("needed", self.needs),
            ("rests on", self.rests_on),
            ("sum", self.subtraction),
            ("look next", self.next),
        )
        return [(name, text) for name, text in named if text]

    def __str__(self) -> str:
        return "\n".join([self.sentence, *(f"{name}: {text}" for name, text in self.lines())])


def summary_of(report: Report) -> Summary:
    """Return the first screen of a report."""
    rows, found = figure_rows(report), deciding(report)
    told = tuple(
        BulletinTold(id=one.id, extent=extent_words(report.declared, one, row))
        for one, row in whole_rows(report.declared)
        if report.declared is not None
    )
    return Summary(
        sentence=verdict_sentence(report, rows),
        figures=rows,
        equal=all_equal(rows),
        bulletins=told,
        coverage=_coverage(report),
        leads=_leads(report),
        needs=_needs(report),
        rests_on=_rests_on(report),
        subtraction=found.arithmetic if found is not None else "",
        next=_next(report),
    )


def _coverage(report: Report) -> str:
    seen, expected = report.coverage.stations, report.coverage.stations_expected
    if not expected:
        return f"{counted(seen, 'station')}; of how many is not known"
    return f"{number(seen)} of {counted(expected, 'station')} ({percent(seen, expected)})"


def _leads(report: Report) -> str:
    """What D310 says, without the assumption that `rests_on` tells."""
    said = report.headline.removesuffix(f", {AUTHENTIC}")
    return sentence(said) if said else ""


def _needs(report: Report) -> str:
    """What the last bulletin asks of the unseen for whom it has ahead (I402)."""
    shown = whole_rows(report.declared)
    if report.verdict == "contradicted" or not shown or not shown[-1][1].votes:
        return ""
    bulletin, row = shown[-1]
    ahead = max(row.votes, key=lambda name: row.votes[name])
    for one in report.of("I402"):
        if (one.bulletin, one.candidate) == (bulletin.id, ahead):
            return sentence(one.message.partition(";")[0])
    return ""


def _rests_on(report: Report) -> str:
    """What the answer assumes: of a proof, what it used."""
    found = deciding(report)
    if report.verdict == "insufficient":
        return ""
    used = found.proof.partition("Assumed: ")[2] if found is not None else ""
    return sentence("; ".join(filter(None, ("the sheets are authentic and rightly read", used))))


def _next(report: Report) -> str:
    worlds, unseen = report.feasibility, _unseen(report)
    if report.verdict in ("contradicted", "discrepant") and worlds is not None:
        if worlds.look_at_first:
            first = worlds.look_at_first[:_SHEETS_NAMED]
            named = f"Sheets {', '.join(first)}" if len(first) > 1 else f"Sheet {first[0]}"
            return f"{named}: first in the order of arithmetic, for no other reason."
        if worlds.resolved_by:
            return sentence(f"is it written as it was published: {worlds.resolved_by}")
    if report.verdict == "improbable":
        return "How the declared counts came about: ask for the counts by station."
    if report.verdict == "insufficient":
        return ""
    if unseen:
        return f"The {counted(unseen, 'station')} of which no sheet was seen."
    unsound = {one.station for one in report.findings if one.station and one.evidence == "quality"}
    return f"The {counted(len(unsound), 'sheet')} with figures that differ." if unsound else ""


def _unseen(report: Report) -> int:
    return max((report.coverage.stations_expected or 0) - report.coverage.stations, 0)
