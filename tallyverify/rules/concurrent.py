"""T210: ballots of a station in the contests of one day, which voters are given together.

That a sheet's ballots differ from those of the next table's sheet is a slip of somebody's pen, or a
voter who left with a paper. Slips go both ways. Where those of one area go one way, and elsewhere
they do not, something there is done otherwise: counted by another rule, or on one sheet alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from tallyverify.arrays import Counts, Texts
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
from tallyverify.findings import CheckResult, Evidence, Finding, place
from tallyverify.language import counted, number, percent
from tallyverify.table import ActaTable

_ALPHA = 0.05
_FEWEST = 10  # stations that differ in an area, and in the whole, before a direction is looked for
_PRIOR = 10.0  # slips that go both ways, added to those seen elsewhere
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


@dataclass(frozen=True, eq=False)
class _Compared:
    """The stations of which both contests tell the ballots, in the order of their keys."""

    name: str
    station: Texts
    own: Counts
    other: Counts
    areas: dict[str, Texts]

    @property
    def more(self) -> Counts:
        """How many ballots more the other contest has."""
        return self.other - self.own


@dataclass(frozen=True, eq=False)
class _Direction:
    """Slips of one area and those elsewhere, with the chance of that if slips go both ways."""

    contest: str
    area: dict[str, str]
    up: int
    differ: int
    up_elsewhere: int
    elsewhere: int
    pvalue: float


def conclude(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """T210: do the ballots of each station agree across contests?"""
    seen: BallotsSeen = kept.rows
    if not facts.contests:
        return check.not_applicable("the case names no other contests of the same stations")
    _, reason = ballots_told(facts)
    if reason or not seen.parts:
        return check.not_applicable(
            f"ballots cannot be told of the actas: {reason or 'no station was seen'}"
        )
    columns = by_station(seen.parts)
    findings: list[Finding] = []
    reasons, compared = [], []
    for other in facts.contests:
        said, one = _held_together(check, other, columns, facts)
        findings += said
        if isinstance(one, str):
            reasons.append(f"{other.name}: {one}")
        else:
            compared.append(one)
    if not compared:
        return check.not_applicable("; ".join(reasons), findings)
    slips = [one for one in compared if not _everywhere(one)]
    findings += [_throughout(check, one) for one in compared if _everywhere(one)]
    findings += _directions(check, slips)
    each = [(one, at) for one in slips for at in np.flatnonzero(one.more)]
    each.sort(key=lambda pair: (-abs(int(pair[0].more[pair[1]])), pair[0].name))
    findings += [_station(check, one, int(at)) for one, at in each]
    differ = sum(int((one.more != 0).sum()) for one in compared)
    of = sum(len(one.station) for one in compared)
    reasons.insert(
        0,
        f"{number(differ)} of {counted(of, 'comparison', 'comparisons')} of a station's ballots differ",
    )
    return check.result(findings, reason="; ".join(reasons), statistic=differ)


def _held_together(
    check: Check, other: ConcurrentContest, columns: dict[str, Any], facts: CaseFacts
) -> tuple[list[Finding], _Compared | str]:
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
        return said, "no station has its ballots in both"
    listed = both & (columns["registered"] > 0) & (lists > 0)
    others = int((listed & (columns["registered"] != lists)).sum())
    if others > max(_FEWEST, int(listed.sum()) // 2):
        return said, (
            f"its lists of voters are others at {number(others)} of "
            f"{counted(int(listed.sum()), 'station', 'stations')}: other voters cast other ballots"
        )
    # Whoever is on one list alone has the papers of one contest alone.
    both &= ~(listed & (columns["registered"] != lists))
    if others:
        said.append(
            check.finding(
                f"{counted(others, 'station', 'stations')} with another list of voters for {other.name}: their "
                "ballots are not compared",
                evidence=Evidence.NOTE,
                observed=others,
            )
        )
    if not both.any():
        return said, "no station has its ballots, of one list of voters, in both"
    return said, _Compared(
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
    sides = (
        ([str(key) for key in lacking], f"of the actas not among those of {other.name}"),
        (beside, f"of {other.name} not among the actas"),
    )
    return [
        check.finding(
            f"{counted(len(keys), 'station', 'stations')} {which}, such as {', '.join(keys[:_NAMED])}: not "
            "compared",
            evidence=Evidence.NOTE,
            observed=len(keys),
        )
        for keys, which in sides
        if keys
    ]


def _everywhere(one: _Compared) -> bool:
    """Whether ballots differ at most stations, which slips do not."""
    differ = int((one.more != 0).sum())
    return differ >= _FEWEST and 2 * differ > len(one.station)


def _throughout(check: Check, one: _Compared) -> Finding:
    differ = int((one.more != 0).sum())
    return check.finding(
        f"ballots differ between the actas and {one.name} at {number(differ)} of "
        f"{counted(len(one.station), 'station', 'stations')}: these are no slips. Do the lines mean the same "
        "in both (a class of paper may be left out), and are the voters the same?",
        evidence=Evidence.QUALITY,
        observed=int(one.own.sum()),
        expected=int(one.other.sum()),
        arithmetic=f"more in {one.name} at {number(int((one.more > 0).sum()))}, fewer at "
        f"{number(int((one.more < 0).sum()))}",
    )


def _station(check: Check, one: _Compared, at: int) -> Finding:
    own, other = int(one.own[at]), int(one.other[at])
    return check.finding(
        f"station {one.station[at]} has {counted(own, 'ballot', 'ballots')} on its acta and {number(other)} "
        f"in {one.name}; whoever votes is given the papers of all contests",
        evidence=Evidence.QUALITY,
        area={level: str(names[at]) for level, names in one.areas.items() if names[at]},
        station=str(one.station[at]),
        observed=own,
        expected=other,
        arithmetic=f"{number(own)} − {number(other)} = {own - other:+,}".replace("-", "−"),
    )


def _directions(check: Check, compared: list[_Compared]) -> list[Finding]:
    """Return what areas stand out by the direction of their slips, and what the whole shows."""
    from scipy.stats import binom, false_discovery_control

    said, tested = [], []
    for one in compared:
        up, differ = int((one.more > 0).sum()), int((one.more != 0).sum())
        if differ < _FEWEST:
            continue
        chance = _two_sided(binom, up, differ, 0.5)
        said.append(
            check.finding(
                f"of {counted(differ, 'station', 'stations')} whose ballots differ, {number(up)} have more in "
                f"{one.name} than on their acta, and {number(differ - up)} fewer; where voters may "
                "leave a paper, or keep one, most lean one way everywhere",
                evidence=Evidence.NOTE,
                observed=up,
                expected=differ / 2,
                arithmetic=f"p = {chance:.2g} if slips go both ways",
            )
        )
        tested += _by_area(one)
    if not tested:
        return said
    adjusted = false_discovery_control([one.pvalue for one in tested])
    ranked = sorted(zip(adjusted, tested, strict=True), key=lambda pair: pair[0])
    return [_leaning(check, one, float(p)) for p, one in ranked if p <= _ALPHA] + said


def _by_area(one: _Compared) -> list[_Direction]:
    """Test each area of every level in which enough stations differ, and which is not the whole."""
    from scipy.stats import binom

    up, differ = one.more > 0, one.more != 0
    ups, all_differ = int(up.sum()), int(differ.sum())
    found: list[_Direction] = []
    inside = np.zeros(len(up), dtype=np.int64)
    for depth, names in enumerate(one.areas.values(), start=1):
        here, _ = pd.factorize(names)
        inside, _ = pd.factorize(inside * (int(here.max()) + 1) + here)
        size, slips = np.bincount(inside), np.bincount(inside, differ).astype(np.int64)
        upward = np.bincount(inside, up).astype(np.int64)
        known = np.bincount(inside, names == "") == 0
        at = np.flatnonzero(np.append(True, inside[1:] > np.maximum.accumulate(inside)[:-1]))
        for code in np.flatnonzero((slips >= _FEWEST) & (size < len(up)) & known):
            m, more = int(slips[code]), int(upward[code])
            rest, rest_up = all_differ - m, ups - more
            # If slips elsewhere lean too, an area that leans as they do does not stand out.
            lean = (rest_up + _PRIOR / 2) / (rest + _PRIOR)
            p = max(_two_sided(binom, more, m, 0.5), _two_sided(binom, more, m, lean))
            area = {n: str(one.areas[n][at[code]]) for n in list(one.areas)[:depth]}
            found.append(_Direction(one.name, area, more, m, rest_up, rest, p))
    return found


def _two_sided(binom: Any, up: int, differ: int, chance: float) -> float:
    """Return twice the smaller tail of so many slips of one direction."""
    below, above = binom.cdf(up, differ, chance), binom.sf(up - 1, differ, chance)
    return float(min(1.0, 2 * min(below, above)))


def _leaning(check: Check, one: _Direction, adjusted: float) -> Finding:
    elsewhere = (
        f"elsewhere {percent(one.up_elsewhere, one.elsewhere, 0)} of {number(one.elsewhere)}"
        if one.elsewhere
        else "elsewhere none differ"
    )
    return check.finding(
        f"{place(one.area)}: of {counted(one.differ, 'station', 'stations')} whose ballots differ, "
        f"{number(one.up)} have more in {one.contest} than on their acta ({elsewhere}); slips go "
        f"both ways (adjusted p = {adjusted:.2g}). Another rule of counting in one place, or one "
        "contest counted elsewhere, does the same",
        area=one.area,
        observed=one.up,
        expected=one.differ / 2,
        arithmetic=f"{number(one.up)} of {number(one.differ)}; p = {one.pvalue:.2g}",
    )


T210 = Check(
    code="T210",
    name="Ballots differ between concurrent contests",
    family="rules",
    evidence=Evidence.ANOMALY,
    conclude=conclude,
    summarise=summarise_ballots,
    rows="kept",
    needs="actas, and contests of the same stations",
    assumptions="voters are given the papers of all contests together; slips go both ways, at each "
    "station by itself",
    reference="exact sign test; Benjamini & Hochberg 1995",
)
CHECKS = (T210,)
