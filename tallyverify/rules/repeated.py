"""T201, T202, T204: stations that stand in the actas more than once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Any

from tallyverify.checking import MOST_FINDINGS, CaseFacts, Check
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.language import clauses, formula, number, told
from tallyverify.names import folded
from tallyverify.rules.joining import MOST_NAMED, and_more, each_told_apart, told_apart
from tallyverify.table import Repeats

Cells = dict[str, list[Any]]
"""The rows of one group, by column."""


def _rows(group: Cells, facts: CaseFacts) -> str:
    return and_more([facts.source.row(int(row)) for row in group["row"]])


def area_of(group: Cells, facts: CaseFacts, at: int = 0) -> dict[str, str]:
    """Return the area of one row of a group."""
    return {level: str(group[level][at]) for level in facts.levels}


def _differing(group: Cells, figures: tuple[str, ...]) -> list[str]:
    spelt: list[str] = []
    for name in figures:
        shown = ["?" if value is None else number(value) for value in group[name]]
        if len(set(shown)) > 1:
            if len(shown) > MOST_NAMED:  # each once
                shown = list(dict.fromkeys(shown))
            spelt.append(
                formula("{line} {figures}", line=name, figures=and_more(shown, _each_against))
            )
    return spelt


def _each_against(figures: Iterable[str]) -> str:
    return reduce(lambda one, other: told("{one} against {other}", one=one, other=other), figures)


def _again(check: Check, group: Cells, facts: CaseFacts, says: str, where: str) -> Finding:
    times = len(group["row"])
    return check.finding(
        says,
        area=area_of(group, facts),
        station=str(group["station"][0]),
        observed=times,
        expected=1,
        arithmetic=where,
    )


def _stands(group: Cells) -> str:
    """Say how often a station stands, and under which spellings."""
    station, times = str(group["station"][0]), str(len(group["row"]))
    count, names = len(set(group["station"])), _keys(group)
    if count == 1:
        return told("station {station} stands {times} times", station=station, times=times)
    if count == 2:
        return told(
            "station {station} stands {times} times, under two spellings {names},",
            station=station,
            times=times,
            names=names,
        )
    return told(
        "station {station} stands {times} times, under {count} spellings {names},",
        station=station,
        times=times,
        count=number(count),
        names=names,
    )


def _keys(group: Cells) -> str:
    return told_apart(map(str, group["station"]))


def same_figures(check: Check, repeats: Repeats, facts: CaseFacts) -> CheckResult:
    """T201: the same sheet twice; it counts once."""
    findings = [
        _again(
            check,
            group,
            facts,
            told("{stands} with the same figures; it counts once", stands=_stands(group)),
            told("rows {rows}", rows=_rows(group, facts)),
        )
        for group in repeats.same.listed(MOST_FINDINGS)
    ]
    return check.result(findings, statistic=len(repeats.same), found=len(repeats.same))


def different_figures(check: Check, repeats: Repeats, facts: CaseFacts) -> CheckResult:
    """T202: two sheets of one station that disagree; only what both allow counts."""
    figures = repeats.different.rows.figures
    findings = [
        _again(
            check,
            group,
            facts,
            told(
                "{stands} with different figures; until it is settled which is right, only what "
                "both allow counts",
                stands=_stands(group),
            ),
            _rows_with(group, facts, clauses(_differing(group, figures))),
        )
        for group in repeats.different.listed(MOST_FINDINGS)
    ]
    findings += [_spelt(check, group, facts) for group in repeats.spelt.listed(MOST_FINDINGS)]
    findings += [_looks(check, group, facts) for group in repeats.looks.listed(MOST_FINDINGS)]
    findings += [
        check.finding(
            formula("{file}: {said}", file=facts.source.name, said=said), evidence=Evidence.NOTE
        )
        for said in facts.source.settled
    ]
    notes = len(repeats.spelt) + len(repeats.looks) + len(facts.source.settled)
    found = len(repeats.different) + notes
    return check.result(findings, statistic=len(repeats.different), found=found)


def _rows_with(group: Cells, facts: CaseFacts, what: str) -> str:
    return told("rows {rows}: {what}", rows=_rows(group, facts), what=what)


def _areas(group: Cells, facts: CaseFacts) -> str:
    areas = (area_of(group, facts, at).values() for at in range(len(group["row"])))
    return each_told_apart(map(" / ".join, areas))


def _spelt(check: Check, group: Cells, facts: CaseFacts) -> Finding:
    """A note on keys that are nearly one: what they hold says that they may be two."""
    says = told(
        "the keys {names} differ only in their spelling, and the sheets are not the same; they "
        "count as different stations",
        names=_keys(group),
    )
    places = (map(folded, area_of(group, facts, at).values()) for at in range(len(group["row"])))
    sheets = set(zip(group["station"], map(tuple, places), strict=True))
    if len({place for _, place in sheets}) < len(sheets):
        says = told("{says}, and prove no more than if they were one", says=says)
    return _two_keys(check, group, facts, says)


def _looks(check: Check, group: Cells, facts: CaseFacts) -> Finding:
    """A note on keys that a reader takes for one."""
    says = told(
        "the keys {names} look the same and are of different characters; they count as different "
        "stations",
        names=_keys(group),
    )
    return _two_keys(check, group, facts, says)


def _two_keys(check: Check, group: Cells, facts: CaseFacts, says: str) -> Finding:
    differing = _differing(group, facts.lines + facts.votes)
    what = clauses(differing) if differing else _areas(group, facts)
    return check.finding(
        says,
        evidence=Evidence.NOTE,
        area=area_of(group, facts),
        station=str(group["station"][0]),
        observed=len(set(group["station"])),
        arithmetic=_rows_with(group, facts, what),
    )


def two_areas(check: Check, repeats: Repeats, facts: CaseFacts) -> CheckResult:
    """T204: one station listed in two areas; until settled it counts in neither."""
    if not facts.levels:
        return check.not_applicable(told("the actas name no areas"))
    findings = []
    for group in repeats.moved.listed(MOST_FINDINGS):
        station = str(group["station"][0])
        findings.append(
            check.finding(
                told(
                    "station {station} is listed in two areas; until it is settled where it lies, "
                    "it counts in the whole country only",
                    station=station,
                ),
                station=station,
                arithmetic=_rows_with(group, facts, _areas(group, facts)),
            )
        )
    return check.result(findings, statistic=len(repeats.moved), found=len(repeats.moved))


T201 = Check(
    code="T201",
    name=told("Station twice, same figures"),
    family="rules",
    evidence=Evidence.QUALITY,
    conclude=same_figures,
    rows="repeated",
)
T202 = Check(
    code="T202",
    name=told("Station twice, different figures"),
    family="rules",
    evidence=Evidence.QUALITY,
    conclude=different_figures,
    rows="repeated",
)
T204 = Check(
    code="T204",
    name=told("One station in two areas"),
    family="rules",
    evidence=Evidence.QUALITY,
    conclude=two_areas,
    rows="repeated",
    needs=told("actas with areas"),
)
CHECKS = (T201, T202, T204)
