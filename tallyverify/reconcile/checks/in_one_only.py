"""S602: which stations does one capture alone have?"""

from __future__ import annotations

from tallyverify.checking import CaseFacts, Check
from tallyverify.errors import shown
from tallyverify.findings import CheckResult, Evidence
from tallyverify.language import clauses, told, told_of
from tallyverify.reconcile.checks.words import NEEDS, by_name, not_compared, some_keys
from tallyverify.reconcile.study import ActasKept, summarise_actas


def only_in_one(check: Check, kept: ActasKept, facts: CaseFacts) -> CheckResult:
    """S602: which stations does one capture alone have?"""
    if (why := not_compared(kept, facts)) is not None:
        return check.not_applicable(why)
    findings = []
    for one in kept.pairs(facts):
        names = one.pair.names
        for name, other, only, kind in zip(
            names, names[::-1], one.pair.only, one.pair.kinds, strict=True
        ):
            if not only.stations:
                continue
            says = told_of(
                only.stations,
                "{count} station is in {name} and not in {other}",
                "{count} stations are in {name} and not in {other}",
                name=name,
                other=other,
            )
            if only.suggested:
                key, alike = min(only.suggested.items())
                says = clauses(
                    [
                        says,
                        told_of(
                            len(only.suggested),
                            "{count} of them has the same digits as one that is in the other "
                            "only ({key}, {alike}): perhaps one station",
                            "{count} of them have the same digits as one that is in the other "
                            "only ({key}, {alike}): perhaps one station each",
                            key=shown(key),
                            alike=shown(alike),
                        ),
                    ]
                )
            findings.append(
                check.finding(
                    says,
                    observed=only.stations,
                    arithmetic=clauses(
                        [by_name(only.votes.items(), kind), some_keys(only.keys, only.stations)]
                    ),
                )
            )
    return check.result(findings, statistic=sum(int(one.observed or 0) for one in findings))


S602 = Check(
    code="S602",
    name=told("Stations in one capture only"),
    family="reconcile",
    evidence=Evidence.NOTE,
    conclude=only_in_one,
    summarise=summarise_actas,
    rows="every",
    needs=NEEDS,
)
