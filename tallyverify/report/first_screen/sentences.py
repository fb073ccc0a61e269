"""The verdict in one sentence that names the figure, and the one finding that it stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tallyverify.findings import MOVED_BY, Finding, place
from tallyverify.language import (
    counted,
    ended,
    enumerated,
    formula,
    number,
    paragraph,
    percent,
    told,
)
from tallyverify.report.first_screen.declared_figures import all_equal, extent_words, whole_rows
from tallyverify.report.words import (
    HEADS,
    beside_the_verdict,
    by_default,
    meaning_of,
    not_proved_true,
    told_wrong,
)

if TYPE_CHECKING:
    from tallyverify.records import AreaResult, Bulletin, Declared
    from tallyverify.report.first_screen.summary import FigureRow
    from tallyverify.report.model import Report

_RUNG_OF = {verdict: rung for rung, verdict in MOVED_BY.items()}
_OF_SHEETS = ("D301", "D302", "D311")


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
    rest = after_the_verdict(report, rows)
    return formula("{verdict}{rest}", verdict=HEADS[report.verdict], rest=rest)


def after_the_verdict(report: Report, rows: tuple[FigureRow, ...]) -> str:
    """Return what stands after the word of the verdict, from the sign after it on."""
    found = deciding(report)
    if found is None:
        first, *more = _without_finding(report, rows)
        said = [formula(": {said}", said=first), *more]
    elif report.verdict == "improbable":
        said = [_claimed(found.message), told("Nothing is contradicted.")]
    else:
        claim = _claim(report, found)
        said = [claim, *_turned(report), *told_wrong(report), *_others(report, found)]
    return paragraph([*said, *beside_the_verdict(report)])


def _claimed(message: str) -> str:
    return formula(": {message}", message=ended(message))


def _claim(report: Report, found: Finding) -> str:
    """Say what the finding claims, and on which condition."""
    worlds = report.feasibility
    excluded = worlds is not None and worlds.figures_exclude_each_other
    held = found.code == "D301" and found.candidate is not None
    if report.verdict != "contradicted" or (excluded and found.code not in _OF_SHEETS):
        if not held:
            return _claimed(found.message)
        return told(
            ": the sheets hold {votes}; bulletin {bulletin} declares {declared}.",
            **_held_against_declared(report, found),
        )
    if not held:
        return told(
            ", if the sheets are authentic: {finding}",
            finding=ended(found.message),
        )
    return told(
        ", if the sheets are authentic: they hold {votes}; bulletin {bulletin} declares "
        "{declared}.",
        **_held_against_declared(report, found),
    )


def _turned(report: Report) -> list[str]:
    """Say if the sheets have another ahead than the bulletin that decides (D311)."""
    for one in report.of("D311"):
        if one.evidence is _RUNG_OF.get(report.verdict) and report.contest.rule.kind == "plurality":
            votes, said = report.totals.votes, report.contest.display(one.candidate or "")
            leader = report.contest.display(max(votes, key=lambda name: votes[name]))
            ahead = told(
                "By the sheets {leader} is ahead, by the bulletin {declared}.",
                leader=leader,
                declared=said,
            )
            return [ahead]
    return []


def _others(report: Report, found: Finding) -> list[str]:
    """Name the other bulletins of which the verdict holds as well."""
    rung = _RUNG_OF.get(report.verdict)
    here = (one.bulletin for one in report.findings if one.evidence is rung)
    others = [name for name in dict.fromkeys(here) if name and name != found.bulletin]
    if not others:
        return []
    return [told("The same verdict holds for bulletin {bulletins}.", bulletins=enumerated(others))]


def _held_against_declared(report: Report, found: Finding) -> dict[str, str]:
    """Return the votes on the sheets and whose they are, the bulletin, and what it declares."""
    name = report.contest.display(found.candidate or "")
    votes = counted(int(found.observed or 0), "vote", "votes")
    held = told("{votes} for {name}", votes=votes, name=name)
    if found.area:
        held = told("{votes} in {place}", votes=held, place=place(found.area))
    return {
        "votes": held,
        "bulletin": _of_finding(report, found),
        "declared": number(found.expected),
    }


def _of_finding(report: Report, found: Finding) -> str:
    """Return the bulletin of a finding, with how much of the count it holds in its area."""
    declared = report.declared
    if declared is None or found.bulletin is None:
        return found.bulletin or ""
    for bulletin in declared.bulletins:
        row = bulletin.of(found.area)
        if bulletin.id == found.bulletin and row is not None:
            return _with_extent(declared, bulletin, row)
    return found.bulletin


def _with_extent(declared: Declared, bulletin: Bulletin, row: AreaResult) -> str:
    extent = extent_words(declared, bulletin, row)
    return formula("{bulletin} ({extent})", bulletin=bulletin.id, extent=extent)


def _without_finding(report: Report, rows: tuple[FigureRow, ...]) -> list[str]:
    """Say of a verdict that no finding moves what was held against what."""
    shown = whole_rows(report.declared)
    if report.verdict != "consistent" or not shown or report.declared is None:
        return meaning_of(report)
    bulletin = _with_extent(report.declared, *shown[-1])
    seen, expected = report.coverage.stations, report.coverage.stations_expected
    lacking = "" if not expected or seen >= expected else percent(seen, expected)
    agrees = _equal(bulletin, lacking) if all_equal(rows) else _unopposed(bulletin, lacking)
    return [agrees, not_proved_true(report), *by_default(report)]


def _equal(bulletin: str, lacking: str) -> str:
    """Say that all figures are equal, of sheets that lack none or are a share of the stations."""
    if not lacking:
        return told(
            "bulletin {bulletin} declares exactly what the sheets hold, figure by figure, and "
            "nothing else contradicts it.",
            bulletin=bulletin,
        )
    return told(
        "bulletin {bulletin} declares exactly what the sheets hold, from {share} of the stations, "
        "figure by figure, and nothing else contradicts it.",
        bulletin=bulletin,
        share=lacking,
    )


def _unopposed(bulletin: str, lacking: str) -> str:
    if not lacking:
        return told("nothing contradicts bulletin {bulletin}.", bulletin=bulletin)
    return told(
        "nothing on the sheets of {share} of the stations contradicts bulletin {bulletin}.",
        bulletin=bulletin,
        share=lacking,
    )
