"""T210: ballots of a station in the contests of one day, which voters are given together.

That a sheet's ballots differ from those of the next table's sheet is a slip of somebody's pen, or a
voter who left with a paper. Slips go both ways. Where those of one area go one way, and elsewhere
they do not, something there is done otherwise: counted by another rule, or on one sheet alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tallyverify.arrays import Texts
from tallyverify.checking import (
    CaseFacts,
    Check,
    ConcurrentContest,
    Kept,
    ballots_told,
    by_station,
    known_numbers,
    seen_in,
)
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.language import clauses, counted, enumerated, formula, number, told
from tallyverify.rules.slips import FEWEST, Compared, directions
from tallyverify.table import ActaTable

_NAMED = 3


@dataclass(frozen=True, eq=False)
class BallotsSeen:
    """The seen stations of each part, with ballots, voters and areas; nothing without contests."""

    parts: tuple[dict[str, Any], ...] = field(default=())

    def __add__(self, other: BallotsSeen) -> BallotsSeen:
        return BallotsSeen(self.parts + other.parts)


def summarise_ballots(part: ActaTable, facts: CaseFacts) -> BallotsSeen:
    """Keep the ballots of the seen stations of a part, if there is a contest to compare with."""
    names, _ = ballots_told(facts)
    if not facts.contests or not names:
        return BallotsSeen()
    part = part.take(seen_in(part, facts))
    lists = ("registered",) if "registered" in part.lines else None
    columns: dict[str, Any] = {
        "station": part.frame["station"].to_numpy(dtype=object),
        "ballots": known_numbers(part, names),
        "registered": known_numbers(part, lists),
    }
    for level in facts.levels:
        columns[level] = part.frame[level].fillna("").to_numpy(dtype=object)
    return BallotsSeen((columns,))


def conclude(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """T210: do the ballots of each station agree across contests?"""
    seen: BallotsSeen = kept.rows
    if not facts.contests:
        return check.not_applicable(told("the case names no other contests of the same stations"))
    _, reason = ballots_told(facts)
    if reason or not seen.parts:
        why = reason or told("no station was seen")
        return check.not_applicable(told("ballots cannot be told of the actas: {why}", why=why))
    columns = by_station(seen.parts)
    findings: list[Finding] = []
    reasons, compared = [], []
    for other in facts.contests:
        said, one = _held_together(check, other, columns, facts)
        findings += said
        if isinstance(one, str):
            reasons.append(formula("{contest}: {why}", contest=other.name, why=one))
        else:
            compared.append(one)
    if not compared:
        return check.not_applicable(clauses(reasons), findings)
    slips = [one for one in compared if not _everywhere(one)]
    findings += [_throughout(check, one) for one in compared if _everywhere(one)]
    findings += directions(check, slips)
    each = [(one, at) for one in slips for at in np.flatnonzero(one.more)]
    each.sort(key=lambda pair: (-abs(int(pair[0].more[pair[1]])), pair[0].name))
    findings += [_station(check, one, int(at)) for one, at in each]
    differ = sum(int((one.more != 0).sum()) for one in compared)
    of = sum(len(one.station) for one in compared)
    head = told(
        "{differ} of {comparisons} of a station's ballots differ",
        differ=number(differ),
        comparisons=counted(of, "comparison", "comparisons"),
    )
    return check.result(findings, reason=clauses([head, *reasons]), statistic=differ)


def _held_together(
    check: Check, other: ConcurrentContest, columns: dict[str, Any], facts: CaseFacts
) -> tuple[list[Finding], Compared | str]:
    """Return notes on stations of one contest only, and the others' ballots, or why none."""
    at = other.stations.positions(columns["station"])
    here = at >= 0
    said = _only_in_one(check, other, columns["station"][~here], at)
    if other.reason:
        return said, other.reason
    own, theirs = columns["ballots"], np.full(len(at), np.nan)
    theirs[here] = other.ballots[at[here]]
    lists = np.full(len(at), np.nan)
    lists[here] = other.registered[at[here]]
    both = ~np.isnan(own) & ~np.isnan(theirs)
    if not both.any():
        return said, told("no station has its ballots in both")
    listed = both & (columns["registered"] > 0) & (lists > 0)
    others = int((listed & (columns["registered"] != lists)).sum())
    if others > max(FEWEST, int(listed.sum()) // 2):
        return said, told(
            "its lists of voters are others at {others} of {stations}: other voters cast other "
            "ballots",
            others=number(others),
            stations=counted(int(listed.sum()), "station", "stations"),
        )
    # Whoever is on one list alone has the papers of one contest alone.
    both &= ~(listed & (columns["registered"] != lists))
    if others:
        said.append(
            check.finding(
                told(
                    "{stations} with another list of voters for {contest}: their ballots are not "
                    "compared",
                    stations=counted(others, "station", "stations"),
                    contest=other.name,
                ),
                evidence=Evidence.NOTE,
                observed=others,
            )
        )
    if not both.any():
        return said, told("no station has its ballots, of one list of voters, in both")
    return said, Compared(
        other.name,
        columns["station"][both],
        own[both].astype(np.int64),
        theirs[both].astype(np.int64),
        {level: columns[level][both] for level in facts.levels},
    )


def _only_in_one(check: Check, other: ConcurrentContest, lacking: Texts, at: Any) -> list[Finding]:
    found = np.zeros(len(other.stations), dtype=bool)
    found[at[at >= 0]] = True
    beside = sorted(map(str, other.stations.index[~found]))
    own = [str(key) for key in lacking]
    notes = (
        (
            own,
            told(
                "{stations} of the actas not among those of {contest}, such as {keys}: not "
                "compared",
                stations=counted(len(own), "station", "stations"),
                contest=other.name,
                keys=enumerated(own[:_NAMED]),
            ),
        ),
        (
            beside,
            told(
                "{stations} of {contest} not among the actas, such as {keys}: not compared",
                stations=counted(len(beside), "station", "stations"),
                contest=other.name,
                keys=enumerated(beside[:_NAMED]),
            ),
        ),
    )
    return [
        check.finding(message, evidence=Evidence.NOTE, observed=len(keys))
        for keys, message in notes
        if keys
    ]


def _everywhere(one: Compared) -> bool:
    """Whether ballots differ at most stations, which slips do not."""
    differ = int((one.more != 0).sum())
    return differ >= FEWEST and 2 * differ > len(one.station)


def _throughout(check: Check, one: Compared) -> Finding:
    differ = int((one.more != 0).sum())
    return check.finding(
        told(
            "ballots differ between the actas and {contest} at {differ} of {stations}: these are "
            "no slips. Do the lines mean the same in both (a class of paper may be left out), and "
            "are the voters the same?",
            contest=one.name,
            differ=number(differ),
            stations=counted(len(one.station), "station", "stations"),
        ),
        evidence=Evidence.QUALITY,
        observed=int(one.own.sum()),
        expected=int(one.other.sum()),
        arithmetic=told(
            "more in {contest} at {more}, fewer at {fewer}",
            contest=one.name,
            more=number(int((one.more > 0).sum())),
            fewer=number(int((one.more < 0).sum())),
        ),
    )


def _station(check: Check, one: Compared, at: int) -> Finding:
    own, other = int(one.own[at]), int(one.other[at])
    sign = "+" if own > other else ""
    return check.finding(
        told(
            "station {station} has {ballots} on its acta and {other} in {contest}; whoever votes "
            "is given the papers of all contests",
            station=str(one.station[at]),
            ballots=counted(own, "ballot", "ballots"),
            other=number(other),
            contest=one.name,
        ),
        evidence=Evidence.QUALITY,
        area={level: str(names[at]) for level, names in one.areas.items() if names[at]},
        station=str(one.station[at]),
        observed=own,
        expected=other,
        arithmetic=formula(
            "{own} − {other} = {sign}{gap}",
            own=number(own),
            other=number(other),
            sign=sign,
            gap=number(own - other),
        ),
    )


T210 = Check(
    code="T210",
    name=told("Ballots differ between concurrent contests"),
    family="rules",
    evidence=Evidence.ANOMALY,
    conclude=conclude,
    summarise=summarise_ballots,
    rows="kept",
    needs=told("actas, and contests of the same stations"),
    assumptions=told(
        "voters are given the papers of all contests together; slips go both ways, at each station "
        "by itself"
    ),
    reference="exact sign test; Benjamini & Hochberg 1995",
)
CHECKS = (T210,)
