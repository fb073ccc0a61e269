"""S603 and S604: options exchanged from one capture to the other, and votes that are gone."""

from __future__ import annotations

import numpy as np

from tallyverify.checking import CaseFacts, Check
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.language import clauses, counted, told
from tallyverify.reconcile.became import exchanged_options
from tallyverify.reconcile.checks.words import NEEDS, by_name, not_compared
from tallyverify.reconcile.difference import Became
from tallyverify.reconcile.study import ActasKept, ComparedPair, summarise_actas


def exchanged_between(check: Check, kept: ActasKept, facts: CaseFacts) -> CheckResult:
    """S603: in which stations do two options have each other's votes?"""
    if (why := not_compared(kept, facts)) is not None:
        return check.not_applicable(why)
    findings = []
    for one in kept.pairs(facts):
        pair = one.pair
        for row, (here, there) in exchanged_options(pair).items():
            votes = [
                counted(int(value), "vote", "votes")
                for value in (pair.first[row, here], pair.first[row, there])
            ]
            findings.append(
                check.finding(
                    told(
                        "station {station}: {one} has {votes} and {other} {others} in {first}; in "
                        "{second} it is the other way round",
                        station=str(pair.station[row]),
                        one=pair.options[here],
                        votes=votes[0],
                        other=pair.options[there],
                        others=votes[1],
                        first=pair.names[0],
                        second=pair.names[1],
                    ),
                    evidence=Evidence.NOTE if one.corrected else None,
                    station=str(pair.station[row]),
                    observed=int(pair.second[row, here]),
                    expected=int(pair.first[row, here]),
                )
            )
    return check.result(findings, statistic=len(findings))


def gone(check: Check, kept: ActasKept, facts: CaseFacts) -> CheckResult:
    """S604: in which stations are the votes of one capture not in the later one?"""
    if (why := not_compared(kept, facts)) is not None:
        return check.not_applicable(why)
    findings = []
    for one in kept.pairs(facts):
        for kind in ("zeroed", "loaded"):
            findings += _empty(check, one, kind, facts)
    return check.result(findings, statistic=len(findings))


def _empty(check: Check, one: ComparedPair, kind: Became, facts: CaseFacts) -> list[Finding]:
    """Stations whose votes are gone in the later capture, or came with it."""
    pair = one.pair
    rows = np.flatnonzero(pair.became == kind)
    side = pair.first if kind == "zeroed" else pair.second
    here, there = pair.names if kind == "zeroed" else pair.names[::-1]
    announced = facts.is_annulled(pair.station[rows])
    findings = []
    for row, known in zip(rows, announced, strict=True):
        votes = {
            name: int(value)
            for name, value in zip(pair.options, side[row, : len(pair.options)], strict=True)
            if value > 0
        }
        says = told(
            "station {station} has {votes} in {here}, and none in {there}",
            station=str(pair.station[row]),
            votes=counted(sum(votes.values()), "vote", "votes"),
            here=here,
            there=there,
        )
        if known:
            says = clauses([says, told("it is declared annulled")])
        note = known or kind == "loaded"
        findings.append(
            check.finding(
                says,
                evidence=Evidence.NOTE if note else None,
                station=str(pair.station[row]),
                observed=0 if kind == "zeroed" else sum(votes.values()),
                expected=sum(votes.values()) if kind == "zeroed" else 0,
                arithmetic=by_name(votes.items()),
            )
        )
    return findings


S603 = Check(
    code="S603",
    name=told("Options exchanged between captures"),
    family="reconcile",
    evidence=Evidence.QUALITY,
    conclude=exchanged_between,
    summarise=summarise_actas,
    rows="every",
    needs=NEEDS,
)
S604 = Check(
    code="S604",
    name=told("Votes gone in the later capture"),
    family="reconcile",
    evidence=Evidence.QUALITY,
    conclude=gone,
    summarise=summarise_actas,
    rows="every",
    needs=NEEDS,
    assumptions=told("what was taken in haste came first; else the actas did"),
)
