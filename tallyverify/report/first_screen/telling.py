"""What a report says on its first screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tallyverify.findings import counted, number, percent, sentence
from tallyverify.report.first_screen.declared_figures import (
    all_equal,
    extent_words,
    figure_rows,
    whole_rows,
)
from tallyverify.report.first_screen.sentences import AUTHENTIC, deciding, verdict_sentence
from tallyverify.report.first_screen.summary import BulletinTold, Summary

if TYPE_CHECKING:
    from tallyverify.report.model import Report

_SHEETS_NAMED = 3


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
        return "How the declared figures were added up: ask for them by station."
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
