"""What a report says on its first screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tallyverify.findings import Finding
from tallyverify.language import (
    clauses,
    counted,
    enumerated,
    formula,
    number,
    percent,
    retold,
    sentence,
    told,
    told_of,
)
from tallyverify.report.captured import captures_line
from tallyverify.report.first_screen.declared_figures import (
    all_equal,
    extent_words,
    figure_rows,
    whole_rows,
)
from tallyverify.report.first_screen.sentences import deciding, verdict_sentence
from tallyverify.report.first_screen.summary import BulletinTold, Summary

if TYPE_CHECKING:
    from tallyverify.records import AreaResult, Bulletin, Declared
    from tallyverify.report.model import Report

_SHEETS_NAMED = 3


def summary_of(report: Report) -> Summary:
    """Return the first screen of a report, in its language."""
    rows, found = figure_rows(report), deciding(report)
    bulletins = tuple(
        BulletinTold(id=one.id, extent=extent_words(report.declared, one, row))
        for one, row in whole_rows(report.declared)
        if report.declared is not None
    )
    summary = Summary(
        sentence=verdict_sentence(report, rows),
        figures=rows,
        equal=all_equal(rows),
        bulletins=bulletins,
        coverage=_coverage(report),
        captures=sentence(said) if (said := captures_line(report)) else "",
        declared=_declared(report),
        leads=sentence(report.headline) if report.headline else "",
        needs=_needs(report),
        rests_on=_rests_on(report),
        subtraction=_subtraction(found),
        next=_next(report),
        language=report.language,
    )
    return summary if report.language == "en" else retold(summary, report.language)


def _coverage(report: Report) -> str:
    seen, expected = report.coverage.stations, report.coverage.stations_expected
    if not expected:
        stations = counted(seen, "station", "stations")
        held = told("Tally sheets of {stations}; of how many is not known", stations=stations)
    else:
        held = told(
            "Tally sheets of {seen} of {stations} ({share})",
            seen=number(seen),
            stations=counted(expected, "station", "stations"),
            share=percent(seen, expected),
        )
    if not report.supplied_by:
        return sentence(held)
    return told("{sheets}, supplied by {who}.", sheets=held, who=report.supplied_by)


def _declared(report: Report) -> str:
    """Who is ahead by the last bulletin, and by how much."""
    shown, declared = whole_rows(report.declared), report.declared
    if not shown or declared is None:
        return ""
    bulletin, row = shown[-1]
    figures: dict[str, float] = {**row.figures} if row.figures else {**row.percentages}
    ranked = sorted(figures, key=lambda name: -figures[name])[:2]
    if len(ranked) < 2 or figures[ranked[0]] == figures[ranked[1]]:
        return ""
    values = {
        "who": _who(declared, bulletin),
        "first": report.contest.display(ranked[0]),
        "most": _with_share(_votes(figures[ranked[0]], row), figures[ranked[0]], row),
        "second": report.contest.display(ranked[1]),
        "next": _with_share(number(figures[ranked[1]]), figures[ranked[1]], row),
    }
    if row.figures:
        return told("{who}: {first} ahead, {most}; {second} {next}.", **values)
    return told("{who}: {first} ahead, {most} %; {second} {next} %.", **values)


def _votes(figure: float, row: AreaResult) -> str:
    return counted(int(figure), "vote", "votes") if row.figures else number(figure)


def _with_share(words: str, votes: float, row: AreaResult) -> str:
    """Return a declared figure; votes with their share, where the valid ones are said."""
    if not row.figures or not row.valid:
        return words
    return formula("{votes} ({share})", votes=words, share=percent(votes, row.valid))


def _who(declared: Declared, bulletin: Bulletin) -> str:
    if not declared.authority:
        return told("Bulletin {bulletin}", bulletin=bulletin.id)
    return told(
        "{authority}, bulletin {bulletin}", authority=declared.authority, bulletin=bulletin.id
    )


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
    return told(
        "Bulletin {bulletin} leaves {votes} for stations without a sheet. Its figure of {name} "
        "takes {needed} of them ({share}); on the sheets {name} has {held}.",
        bulletin=bulletin.id,
        votes=counted(left, "vote", "votes"),
        name=report.contest.display(ahead),
        needed=number(needed),
        share=percent(needed, left),
        held=percent(have, valid),
    )


def _rests_on(report: Report) -> str:
    """What the answer assumes: of a proof, what it used."""
    if report.verdict == "insufficient":
        return ""
    found, worlds = deciding(report), report.feasibility
    used = worlds.assumed if found is not None and found.proof and worlds is not None else ()
    return sentence(clauses([told("the sheets are authentic and correctly transcribed"), *used]))


def _subtraction(found: Finding | None) -> str:
    """The figures of the finding that decides."""
    if found is None:
        return ""
    if found.code != "D301":
        return found.arithmetic
    return told(
        "{held} on the sheets − {declared} declared = {difference}",
        held=number(found.observed),
        declared=number(found.expected),
        difference=number(found.difference),
    )


def _next(report: Report) -> str:
    if report.verdict in ("contradicted", "discrepant") and report.feasibility is not None:
        return _next_of_figures(report)
    if report.verdict == "improbable":
        return told("How the declared counts came about: ask for the counts by station.")
    if report.verdict == "insufficient":
        return ""
    unseen = max((report.coverage.stations_expected or 0) - report.coverage.stations, 0)
    unsound = {
        one.station
        for one in report.findings
        if one.station and one.evidence == "quality" and not one.code.startswith("S")
    }
    parts: list[str] = []
    differ = sum(one.differ for one in report.reconcile.pairs) if report.reconcile else 0
    if differ:
        parts.append(
            told_of(
                differ,
                "the {count} station whose captures differ (S601)",
                "the {count} stations whose captures differ (S601)",
            )
        )
    if unseen:
        parts.append(
            told_of(
                unseen,
                "the {count} station without a sheet",
                "the {count} stations without a sheet",
            )
        )
    if unsound:
        parts.append(
            told_of(
                len(unsound),
                "{count} sheet that does not add up by itself",
                "{count} sheets that do not add up by themselves",
            )
        )
    return sentence(clauses(parts or [told("nothing, by these checks")]))


def _next_of_figures(report: Report) -> str:
    """What to look at where published figures differ."""
    worlds = report.feasibility
    if worlds is not None and worlds.look_at_first:
        first = worlds.look_at_first[:_SHEETS_NAMED]
        if len(first) == 1:
            return told(
                "Sheet {sheet}: if it were wrong, that would explain most; no sign that it is.",
                sheet=first[0],
            )
        return told(
            "Sheets {sheets}: if they were wrong, that would explain most; no sign that they are.",
            sheets=enumerated(first),
        )
    if worlds is not None and worlds.resolved_by:
        return sentence(
            told("is it written as it was published: {figure}", figure=worlds.resolved_by)
        )
    return told("How the declared figures were added up: ask for them by station.")
