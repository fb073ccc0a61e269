"""S601: do the captures of a station say the same?"""

from __future__ import annotations

from tallyverify.checking import CaseFacts, Check
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.language import (
    clauses,
    counted,
    enumerated,
    formatted,
    formula,
    in_sentences,
    number,
    signed,
    told,
    told_of,
)
from tallyverify.reconcile.checks.words import NEEDS, as_said, not_compared, some_keys
from tallyverify.reconcile.difference import StationsOfGroup
from tallyverify.reconcile.listing import stations_that_differ
from tallyverify.reconcile.pair import Reconciliation
from tallyverify.reconcile.study import ActasKept, ComparedPair, summarise_actas

_STATIONS = 20
"""So many of the stations that differ are findings of their own; the worklist has all."""
_FEWEST = 5
_MANY = 0.9


def say_the_same(check: Check, kept: ActasKept, facts: CaseFacts) -> CheckResult:
    """S601: do the captures say the same of the stations that they share?"""
    if (why := not_compared(kept, facts)) is not None:
        return check.not_applicable(why)
    findings: list[Finding] = []
    for one in kept.pairs(facts):
        findings.append(_summary(check, one))
        findings += _stations(check, one)
        findings += _twice(check, one)
    findings += _majority(check, kept, facts)
    pairs = kept.pairs(facts)
    return check.result(
        findings,
        statistic=sum(one.pair.differ for one in pairs),
        reason=clauses(
            told(
                "{name}: {differ} of {common} differ",
                name=one.capture.name,
                differ=number(one.pair.differ),
                common=number(one.pair.common),
            )
            for one in pairs
        ),
        flagged=any(one.pair.differ or any(one.pair.twice) for one in pairs),
    )


def _summary(check: Check, one: ComparedPair) -> Finding:
    pair = one.pair
    names = {"first": pair.names[0], "second": pair.names[1]}
    common = counted(pair.common, "common station", "common stations")
    if not pair.differ:
        says = told("{first} and {second} agree on {common}", common=common, **names)
    elif "lower_bound" in pair.kinds:
        says = told(
            "{first} and {second}: on {differ} of {common} a figure is below what the other says "
            "is the least",
            differ=number(pair.differ),
            common=common,
            **names,
        )
    else:
        says = told(
            "{first} and {second} differ on {differ} of {common}, on {votes} of them in votes",
            differ=number(pair.differ),
            common=common,
            votes=number(pair.differ_in_votes),
            **names,
        )
    return check.finding(
        says,
        evidence=Evidence.NOTE if one.corrected or not pair.differ else None,
        observed=pair.differ,
        proof=in_sentences(_more(one) if pair.differ else _joined(pair)),
        arithmetic=clauses(
            told(
                "{figure}: {stations}, {first} → {second} ({net})",
                figure=name,
                stations=counted(figure.stations, "station", "stations"),
                first=number(figure.first),
                second=number(figure.second),
                net=signed(figure.net, "+,"),
            )
            for name, figure in pair.by_figure.items()
            if figure.stations
        ),
    )


def _more(one: ComparedPair) -> list[str]:
    """Sentences on what the differences are, who gains, and where they lie."""
    pair = one.pair
    said = []
    if pair.leaders is not None:
        net = {name: pair.by_figure[name].net for name in pair.options}
        gains = max(net, key=lambda name: net[name])
        if net[gains] > 0:
            said.append(
                told(
                    "Most gained: {option}, {net}",
                    option=gains,
                    net=signed(net[gains], "+,"),
                )
            )
    kinds = [(kind, n) for kind, n in pair.became_counts.items() if n and kind != "unread"]
    said.append(
        told("Of them {kinds}", kinds=enumerated(_BECAME_WORDS[kind](n) for kind, n in kinds))
    )
    if (where := _concentrated(pair)) is not None:
        said.append(
            told(
                "Most beyond an even spread: {area}, {differ} where {expected} would be",
                area=" / ".join(where.group),
                differ=number(where.differ),
                expected=formatted(where.expected, ".1f"),
            )
        )
    if pair.differ > _MANY * pair.common and pair.common > 1:
        said.append(told("Nearly all differ: are both of the same contest, and mapped alike?"))
    if one.corrected:
        said.append(told("They are of different stages, or taken in haste: a change is no error"))
    elif one.announced:
        said.append(
            told(
                "They are of different stages, or taken in haste, and still more differ in votes "
                "than corrections change"
            )
        )
    return [*said, *_joined(pair)]


def _joined(pair: Reconciliation) -> list[str]:
    words = pair.match.words
    return [told("Joined: {forms}", forms=words)] if words else []


def _concentrated(pair: Reconciliation) -> StationsOfGroup | None:
    """The area with most stations that differ beyond an even spread, if twice as many do."""
    areas = [one for one in pair.by_area if all(one.group)]
    most = max(areas, key=lambda one: one.differ - one.expected, default=None)
    if most is None or most.differ < _FEWEST or most.differ < 2 * most.expected:
        return None
    return most


def _stations(check: Check, one: ComparedPair) -> list[Finding]:
    """The stations of most effect, a finding each."""
    pair = one.pair
    findings = []
    for station in stations_that_differ(pair, _STATIONS):
        if station.became in ("swapped", "zeroed", "loaded", "unread"):
            continue  # told by S603 and S604
        changed = {
            name: figure
            for name, figure in station.figures.items()
            if figure.first is not None and figure.second is not None
        }
        words = [
            _with_slip(
                formula(
                    "{figure} {first} → {second}",
                    figure=name,
                    first=as_said(figure.first, pair.kinds[0]),
                    second=as_said(figure.second, pair.kinds[1]),
                ),
                figure.slip,
            )
            for name, figure in changed.items()
        ]
        single = next(iter(changed)) if len(changed) == 1 else None
        findings.append(
            check.finding(
                told(
                    "station {station}, {first} → {second}: {figures}",
                    station=station.station,
                    first=pair.names[0],
                    second=pair.names[1],
                    figures=enumerated(words),
                ),
                evidence=Evidence.NOTE if one.corrected else None,
                area=station.area,
                station=station.station,
                candidate=single if single in pair.options else None,
                observed=changed[single].second if single else None,
                expected=changed[single].first if single else None,
            )
        )
    return findings


def _with_slip(words: str, slip: str) -> str:
    if slip not in _SLIP_WORDS:
        return words
    return told("{figure} (as by {slip})", figure=words, slip=_SLIP_WORDS[slip])


def _twice(check: Check, one: ComparedPair) -> list[Finding]:
    return [
        check.finding(
            told_of(
                len(keys),
                "{name}: {count} station stands several times with different figures and is not "
                "compared: {keys}",
                "{name}: {count} stations stand several times with different figures and are not "
                "compared: {keys}",
                name=name,
                keys=some_keys(keys, len(keys)),
            ),
            observed=len(keys),
        )
        for name, keys in zip(one.pair.names, one.pair.twice, strict=True)
        if keys
    ]


def _majority(check: Check, kept: ActasKept, facts: CaseFacts) -> list[Finding]:
    found = kept.agreement(facts)
    if found is None:
        return []
    against = [
        formula("{name} {stations}", name=name, stations=number(stations))
        for name, stations in found.against.items()
    ]
    return [
        check.finding(
            told(
                "{captures} captures, {stations}: all agree on {all}, most on {most}, and on "
                "{none} no two agree in some figure",
                captures=number(len(found.names)),
                stations=counted(
                    len(found.station), "station of two or more", "stations of two or more"
                ),
                all=number(int(found.all_agree.sum())),
                most=number(int(found.by_majority.sum())),
                none=number(int(found.no_two.sum())),
            ),
            evidence=Evidence.NOTE,
            arithmetic=told("against the majority: {stations}", stations=enumerated(against)),
        )
    ]


_BECAME_WORDS = {
    "zeroed": lambda n: told_of(n, "{count} without votes later", "{count} without votes later"),
    "loaded": lambda n: told_of(
        n, "{count} with votes only later", "{count} with votes only later"
    ),
    "swapped": lambda n: told_of(
        n, "{count} with two options exchanged", "{count} with two options exchanged"
    ),
    "slip": lambda n: told_of(
        n, "{count} as by a slip of one digit", "{count} as by a slip of one digit"
    ),
    "votes": lambda n: told_of(n, "{count} otherwise in votes", "{count} otherwise in votes"),
    "lines": lambda n: told_of(n, "{count} in lines alone", "{count} in lines alone"),
}
_SLIP_WORDS = {
    "exchanged_digits": told("two digits exchanged"),
    "lost_digit": told("a digit lost"),
    "added_digit": told("a digit added"),
    "one_digit": told("one other digit"),
}

S601 = Check(
    code="S601",
    name=told("Captures that differ"),
    family="reconcile",
    evidence=Evidence.QUALITY,
    conclude=say_the_same,
    summarise=summarise_actas,
    rows="every",
    needs=NEEDS,
    assumptions=told("stations are joined by key; a figure that was not read differs from nothing"),
)
