"""S605: what does each capture prove by itself, and what do all together?"""

from __future__ import annotations

from tallyverify.checking import CaseFacts, Check, Kept
from tallyverify.feasibility import summarise_witnesses
from tallyverify.findings import CaptureSupport, CheckResult, Evidence
from tallyverify.language import counted, number, told
from tallyverify.reconcile.checks.words import NO_CAPTURES

_GRAVITY = {"insufficient": 0, "consistent": 0, "discrepant": 1, "contradicted": 2}


def supports(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """S605: what does each capture prove by itself, and what do all together?"""
    if not facts.captures:
        return check.not_applicable(NO_CAPTURES)
    if not facts.bulletins:
        return check.not_applicable(told("nothing is declared"))
    if not facts.support:
        return check.not_applicable(told("the figures were held against no declared result"))
    *alone, together = facts.support
    findings = [
        check.finding(_proves(one), evidence=Evidence.NOTE, observed=one.sheets_wrong)
        for one in facts.support
    ]
    for at, one in enumerate(alone):
        if _GRAVITY[one.verdict] <= _GRAVITY[together.verdict]:
            continue
        # Sheets of an earlier stage may have been corrected since: that is no discrepancy.
        excused = bool(facts.corrected) and (
            _GRAVITY[facts.corrected] <= _GRAVITY[together.verdict]
        )
        findings.append(
            check.finding(
                told(
                    "by the figures of {name} alone the declared result is not true; where the "
                    "captures differ it is open which is right, and taken together they allow it",
                    name=one.name or "",
                )
                if together.verdict == "consistent"
                else told(
                    "by the figures of {name} alone more sheets would have to be wrong; where the "
                    "captures differ it is open which is right",
                    name=one.name or "",
                ),
                evidence=Evidence.QUALITY if at or excused else Evidence.DISCREPANCY,
                observed=one.sheets_wrong,
                expected=one.allowed,
                proof=told("First settle the stations of S601, those of most effect first."),
            )
        )
    return check.result(findings, reason=_proves(together))


def _proves(one: CaptureSupport) -> str:
    """Say what one capture, or all together, prove."""
    name = told("{name} alone", name=one.name) if one.name else told("all together")
    sheets = counted(one.sheets, "sheet", "sheets")
    if one.verdict == "insufficient":
        return told(
            "{name} ({sheets}): not held against it, {why}",
            name=name,
            sheets=sheets,
            why=one.reason,
        )
    if one.verdict == "consistent":
        return told("{name} ({sheets}): nothing published is excluded", name=name, sheets=sheets)
    if one.verdict == "discrepant":
        return told(
            "{name} ({sheets}): at least {wrong} would have to be wrong, {allowed} are allowed "
            "for, and that is a discrepancy",
            name=name,
            sheets=sheets,
            wrong=number(one.sheets_wrong),
            allowed=number(one.allowed),
        )
    if not one.sheets_wrong:
        return told(
            "{name} ({sheets}): published figures exclude each other whatever the sheets say",
            name=name,
            sheets=sheets,
        )
    return told(
        "{name} ({sheets}): the declared result is not true unless at least {wrong} are wrong, "
        "with {votes} on them; {allowed} are allowed for",
        name=name,
        sheets=sheets,
        wrong=number(one.sheets_wrong),
        votes=counted(one.votes_wrong, "vote", "votes"),
        allowed=number(one.allowed),
    )


S605 = Check(
    code="S605",
    name=told("What each capture proves"),
    family="reconcile",
    evidence=Evidence.DISCREPANCY,
    conclude=supports,
    summarise=summarise_witnesses,
    rows="kept",
    needs=told("actas, other captures of the same stations, and a declared result"),
    assumptions=told(
        "where captures of sheets differ, a figure lies between the least and the most of them; a "
        "lower bound raises the least"
    ),
    reference="Manski (2003)",
)
