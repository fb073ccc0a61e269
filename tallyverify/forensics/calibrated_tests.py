"""F501–F505, F509, F513 as checks of a case: calibrated, all but the dip adjusted together."""

from __future__ import annotations

from tallyverify.checking import Check
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.forensics.calibration.battery import CalibratedTest
from tallyverify.forensics.calibration.rejection_rate import ALPHA
from tallyverify.forensics.study import ForensicStudy
from tallyverify.language import clauses, formatted, formula, told, told_of


def tested(check: Check, study: ForensicStudy) -> CheckResult:
    """Return what the tests of one indicator say: an anomaly each where flagged, else a note."""
    tests = study.battery.of(check.code)
    used = [one for one in tests if not one.refused]
    if not tests:
        return check.not_applicable(
            told("no column is named that marks stations (marks in the mapping)")
            if check.code == "F513"
            else told("no candidate has a share large enough")
        )
    groups = dict.fromkeys((one.group, one.refused) for one in tests if one.refused and one.group)
    refused = [
        check.finding(
            told("stations with {group}: {why}", group=group, why=why), evidence=Evidence.NOTE
        )
        for group, why in groups
    ]
    if not used:
        first, why = tests[0].named(study.names), tests[0].refused
        return check.not_applicable(formula("{what}: {why}", what=first, why=why), refused)
    lowest = min(used, key=_low)
    effect = lowest.result.effect
    return check.result(
        [_finding(check, one, one.named(study.names)) for one in used] + refused,
        reason=_reason(used, lowest, len(tests) - len(used), lowest.named(study.names)),
        statistic=lowest.result.statistic,
        pvalue=lowest.adjusted,
        effect=None if effect is None else effect.value,
        flagged=any(one.flagged for one in used),
    )


def _finding(check: Check, one: CalibratedTest, name: str) -> Finding:
    result = one.result
    said = formula("{said} ({error})", said=result.sentence(name), error=_error(one))
    return check.finding(
        clauses([said, result.causes]) if one.flagged else said,
        evidence=Evidence.ANOMALY if one.flagged else Evidence.NOTE,
        candidate=one.candidate,
        observed=None if result.effect is None else result.effect.value,
        arithmetic=result.sums(one.figure),
    )


def _reason(used: list[CalibratedTest], lowest: CalibratedTest, refused: int, name: str) -> str:
    rates = [one.calibration.rate for one in used if one.calibration]
    low, high = 100 * min(rates), 100 * max(rates)
    said = [_rates(len(used), low, high)]
    if lowest.adjusted is None:
        said.append(told("a description, never flagged"))
    else:
        p = formatted(lowest.adjusted, ".2g")
        said.append(told("lowest adjusted p {p} ({name})", p=p, name=name))
    if refused:
        said.append(
            told_of(refused, "{count} other not applicable", "{count} others not applicable")
        )
    return clauses(said)


def _rates(tests: int, low: float, high: float) -> str:
    if high - low < 0.05:
        return told_of(
            tests,
            "{count} test, which rejects {rate} % of clean elections like this one",
            "{count} tests, which reject {rate} % of clean elections like this one",
            rate=formatted(low, ".1f"),
        )
    return told_of(
        tests,
        "{count} test, which rejects {low} to {high} % of clean elections like this one",
        "{count} tests, which reject {low} to {high} % of clean elections like this one",
        low=formatted(low, ".1f"),
        high=formatted(high, ".1f"),
    )


def _low(one: CalibratedTest) -> tuple[float, float]:
    p = 1.0 if one.result.pvalue is None else one.result.pvalue
    return (p if one.adjusted is None else one.adjusted), p


def _error(one: CalibratedTest) -> str:
    """Return the p-values of a test that was used, and its own error."""
    p = one.result.pvalue if one.result.pvalue is not None else float("nan")
    said = told(
        "p {p}, {judged}",
        p=_written(p) if p == 0 else formula("= {p}", p=_written(p)),
        judged=_judged(one),
    )
    return clauses([said, one.calibration.words]) if one.calibration else said


def _judged(one: CalibratedTest) -> str:
    """Return the adjusted p-value, and what it is adjusted for besides the number of tests."""
    if one.adjusted is None:
        return told("not judged")
    p = _written(one.adjusted)
    if one.calibration is not None and one.calibration.rate > ALPHA:
        return told("adjusted {p} for its rate and for all tests", p=p)
    return told("adjusted {p}", p=p)


def _written(p: float) -> str:
    return "< 1e-300" if p == 0 else formatted(p, ".2g")
