"""The verdict in one sentence that names the figure, and the one finding that it stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tallyverify.findings import MOVED_BY, Finding, place
from tallyverify.language import counted, number, percent
from tallyverify.report.first_screen.declared_figures import all_equal, extent_words, whole_rows
from tallyverify.report.words import beside_the_verdict, by_default, told_wrong, verdict_words

if TYPE_CHECKING:
    from tallyverify.report.first_screen.summary import FigureRow
    from tallyverify.report.model import Report

_RUNG_OF = {verdict: rung for rung, verdict in MOVED_BY.items()}
_OF_SHEETS = ("D301", "D302", "D311")
AUTHENTIC = "if the sheets are authentic"


def deciding(report: Report) -> Finding | None:
    """Return the finding that the verdict is told by, None where none moves it.

    Of those on its rung the one of the bulletin that asks for most wrong sheets, of the whole
    country before areas, the first by its code, and the one of the largest difference.
    """
    rung = _RUNG_OF.get(report.verdict)
    found = [one for one in report.findings if one.evidence is rung]
    worlds = report.feasibility
    asks = {one.bulletin: one.sheets_wrong[0] for one in worlds.by_bulletin} if worlds else {}
    excluded = bool(worlds and worlds.figures_exclude_each_other)
    return min(
        found,
        key=lambda one: (
            # Where figures exclude each other whatever the sheets, it is not what sheets hold.
            excluded and one.code in _OF_SHEETS,
            -asks.get(one.bulletin or "", 0),
            len(one.area),
            one.code,
            one.candidate is None,
            -abs(one.difference or 0),
        ),
        default=None,
    )


def verdict_sentence(report: Report, rows: tuple[FigureRow, ...]) -> str:
    """Return the verdict, and which figures it is about, in a sentence or two."""
    return _verdict(report, rows) + beside_the_verdict(report)


def _verdict(report: Report, rows: tuple[FigureRow, ...]) -> str:
    head, found = report.verdict.upper(), deciding(report)
    if found is None:
        return f"{head}: {_without_finding(report, rows)}"
    excluded = report.feasibility is not None and report.feasibility.figures_exclude_each_other
    if report.verdict == "improbable":
        return f"{head}: {_ended(found.message)} Nothing is contradicted."
    who = "the sheets"
    if report.verdict == "contradicted" and (not excluded or found.code in _OF_SHEETS):
        head, who = f"{head}, {AUTHENTIC}", "they"
    claim = found.message
    if found.code == "D301" and found.candidate is not None:
        claim = f"{who} hold {_held_against_declared(report, found)}"
    return f"{head}: {_ended(claim)}{_turned(report)}{told_wrong(report)}{_others(report, found)}"


def _turned(report: Report) -> str:
    """Say if the sheets have another ahead than the bulletin that decides (D311)."""
    for one in report.of("D311"):
        if one.evidence is _RUNG_OF.get(report.verdict) and report.contest.rule.kind == "plurality":
            votes, said = report.totals.votes, report.contest.display(one.candidate or "")
            leader = report.contest.display(max(votes, key=lambda name: votes[name]))
            return f" By the sheets {leader} is ahead, by the bulletin {said}."
    return ""


def _others(report: Report, found: Finding) -> str:
    """Name the other bulletins of which the verdict holds as well."""
    rung = _RUNG_OF.get(report.verdict)
    here = (one.bulletin for one in report.findings if one.evidence is rung)
    others = [name for name in dict.fromkeys(here) if name and name != found.bulletin]
    return f" The same is found of bulletin {', '.join(others)}." if others else ""


def _ended(text: str) -> str:
    return text if text.endswith((".", "?")) else f"{text}."


def _held_against_declared(report: Report, found: Finding) -> str:
    name = report.contest.display(found.candidate or "")
    where = f" in {place(found.area)}" if found.area else ""
    return (
        f"{counted(int(found.observed or 0), 'vote', 'votes')} for {name}{where}; "
        f"bulletin {_with_extent(report, found)} declares {number(found.expected)}"
    )


def _with_extent(report: Report, found: Finding) -> str:
    """Return the bulletin of a finding, with how much of the count it holds in its area."""
    declared = report.declared
    if declared is None or found.bulletin is None:
        return found.bulletin or ""
    for bulletin in declared.bulletins:
        row = bulletin.of(found.area)
        if bulletin.id == found.bulletin and row is not None:
            return f"{found.bulletin} ({extent_words(declared, bulletin, row)})"
    return found.bulletin


def _without_finding(report: Report, rows: tuple[FigureRow, ...]) -> str:
    """Say of a verdict that no finding moves what was held against what."""
    shown = whole_rows(report.declared)
    if report.verdict == "consistent" and shown and report.declared is not None:
        bulletin, row = shown[-1]
        named = f"bulletin {bulletin.id} ({extent_words(report.declared, bulletin, row)})"
        seen, expected = report.coverage.stations, report.coverage.stations_expected
        lacking = "" if not expected or seen >= expected else percent(seen, expected)
        if all_equal(rows):
            beside = f", from {lacking} of the stations" if lacking else ""
            return (
                f"{named} declares exactly what the sheets hold{beside}, figure by figure, and "
                "nothing else contradicts it. That does not prove it true."
            ) + by_default(report)
        beside = f" on the sheets of {lacking} of the stations" if lacking else ""
        said = f"nothing{beside} contradicts {named}. That does not prove it true."
        return said + by_default(report)
    words = verdict_words(report)
    return words[:1].lower() + words[1:]
