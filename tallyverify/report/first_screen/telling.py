"""What a report says on its first screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tallyverify.findings import Finding
from tallyverify.language import counted, number, percent, sentence
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
        declared=_declared(report),
        leads=_leads(report),
        needs=_needs(report),
        rests_on=_rests_on(report),
        subtraction=_subtraction(found),
        next=_next(report),
    )


def _coverage(report: Report) -> str:
    seen, expected = report.coverage.stations, report.coverage.stations_expected
    if not expected:
        return f"The sheets of {counted(seen, 'station', 'stations')}; of how many is not known."
    share = percent(seen, expected)
    return f"The sheets of {number(seen)} of {counted(expected, 'station', 'stations')} ({share})."


def _declared(report: Report) -> str:
    """Who is ahead by the last bulletin, and by how much."""
    shown, declared = whole_rows(report.declared), report.declared
    if not shown or declared is None:
        return ""
    bulletin, row = shown[-1]
    who = f"{declared.authority}, bulletin {bulletin.id}" if declared.authority else ""
    who = who or f"Bulletin {bulletin.id}"
    unit = "votes" if row.figures else "%"
    figures: dict[str, float] = {**row.figures} if row.figures else {**row.percentages}
    ranked = sorted(figures, key=lambda name: -figures[name])[:2]
    if len(ranked) < 2 or figures[ranked[0]] == figures[ranked[1]]:
        return ""
    first, second = (report.contest.display(name) for name in ranked)
    return (
        f"{who}: {first} ahead with {number(figures[ranked[0]])} {unit}, {second} has "
        f"{number(figures[ranked[1]])}."
    )


def _leads(report: Report) -> str:
    """What D310 says, without the assumption that `rests_on` tells."""
    said = report.headline.removesuffix(f", {AUTHENTIC}")
    return sentence(said) if said else ""


def _needs(report: Report) -> str:
    """What the last bulletin leaves for stations not seen, and how much of it for its leader.

    It is said where that is possible: else it is what the verdict is about.
    """
    shown, valid = whole_rows(report.declared), report.totals.valid
    if report.verdict == "contradicted" or not shown or not shown[-1][1].votes or not valid:
        return ""
    bulletin, row = shown[-1]
    ahead = max(row.votes, key=lambda name: row.votes[name])
    have = report.totals.votes.get(ahead, 0)
    left, needed = (row.valid or sum(row.figures.values())) - valid, row.votes[ahead] - have
    if not 0 <= needed <= left or not left:
        return ""
    return (
        f"Bulletin {bulletin.id} leaves {counted(left, 'vote', 'votes')} for stations not seen. It is "
        f"true of {report.contest.display(ahead)} if {number(needed)} of them "
        f"({percent(needed, left)}) are theirs; on the sheets it is {percent(have, valid)}."
    )


def _rests_on(report: Report) -> str:
    """What the answer assumes: of a proof, what it used."""
    found = deciding(report)
    if report.verdict == "insufficient":
        return ""
    used = found.proof.partition("Assumed: ")[2] if found is not None else ""
    # How many stations there are and were seen stands in `coverage`.
    parts = [one for one in used.split("; ") if one and " stations are declared, " not in one]
    return sentence("; ".join(["the sheets are authentic and correctly transcribed", *parts]))


def _subtraction(found: Finding | None) -> str:
    """The figures of the finding that decides."""
    if found is None:
        return ""
    if found.code != "D301":
        return found.arithmetic
    return (
        f"{number(found.observed)} on the sheets − {number(found.expected)} declared = "
        f"{number(found.difference)}"
    )


def _next(report: Report) -> str:
    worlds, unseen = report.feasibility, _unseen(report)
    if report.verdict in ("contradicted", "discrepant") and worlds is not None:
        if worlds.look_at_first:
            first = worlds.look_at_first[:_SHEETS_NAMED]
            named = f"Sheets {', '.join(first)}" if len(first) > 1 else f"Sheet {first[0]}"
            why = "no others would explain more; nothing else speaks against them"
            return f"{named}: {why}."
        if worlds.resolved_by:
            return sentence(f"is it written as it was published: {worlds.resolved_by}")
        return "How the declared figures were added up: ask for them by station."
    if report.verdict == "improbable":
        return "How the declared counts came about: ask for the counts by station."
    if report.verdict == "insufficient":
        return ""
    unsound = {one.station for one in report.findings if one.station and one.evidence == "quality"}
    parts = (
        [f"the {counted(unseen, 'station', 'stations')} of which no sheet was seen"]
        if unseen
        else []
    )
    if unsound:
        parts.append(f"{counted(len(unsound), 'sheet', 'sheets')} whose own figures do not agree")
    return sentence("; ".join(parts) or "nothing, by these checks")


def _unseen(report: Report) -> int:
    return max((report.coverage.stations_expected or 0) - report.coverage.stations, 0)
