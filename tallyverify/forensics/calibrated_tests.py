"""F501–F505, F509, F513 as checks of a case: calibrated, all but the dip adjusted together."""

from __future__ import annotations

from tallyverify.checking import Check
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.forensics.calibration.battery import CalibratedTest
from tallyverify.forensics.calibration.rejection_rate import ALPHA
from tallyverify.forensics.study import ForensicStudy
from tallyverify.language import counted


def tested(check: Check, study: ForensicStudy) -> CheckResult:
    """Return what the tests of one indicator say: an anomaly each where flagged, else a note."""
    tests = study.battery.of(check.code)
    used = [one for one in tests if not one.refused]
    if not tests:
        return check.not_applicable(
            "no column is named that marks stations (marks in the mapping)"
            if check.code == "F513"
            else "no candidate has a share large enough"
        )
    groups = dict.fromkeys((one.group, one.refused) for one in tests if one.refused and one.group)
    refused = [
        check.finding(f"stations with {group}: {why}", evidence=Evidence.NOTE)
        for group, why in groups
    ]
    if not used:
        return check.not_applicable(f"{tests[0].named(study.names)}: {tests[0].refused}", refused)
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
    why = f"; {result.causes}" if one.flagged else ""
    return check.finding(
        f"{result.sentence(name)} ({_error(one)}){why}",
        evidence=Evidence.ANOMALY if one.flagged else Evidence.NOTE,
        candidate=one.candidate,
        observed=None if result.effect is None else result.effect.value,
        arithmetic=result.sums(one.figure),
    )


def _reason(used: list[CalibratedTest], lowest: CalibratedTest, refused: int, name: str) -> str:
    rates = [one.calibration.rate for one in used if one.calibration]
    low, high = 100 * min(rates), 100 * max(rates)
    share = f"{low:.1f} %" if high - low < 0.05 else f"{low:.1f} to {high:.1f} %"
    reject = "rejects" if len(used) == 1 else "reject"
    said = f"{counted(len(used), 'test', 'tests')}, which {reject} {share} of clean elections like this one"
    if lowest.adjusted is None:
        said += "; a description, never flagged"
    else:
        said += f"; lowest adjusted p {lowest.adjusted:.2g} ({name})"
    return f"{said}; {counted(refused, 'other', 'others')} not applicable" if refused else said


def _low(one: CalibratedTest) -> tuple[float, float]:
    p = 1.0 if one.result.pvalue is None else one.result.pvalue
    return (p if one.adjusted is None else one.adjusted), p


def _error(one: CalibratedTest) -> str:
    """Return the p-values of a test that was used, and its own error."""
    p = one.result.pvalue if one.result.pvalue is not None else float("nan")
    judged = "not judged" if one.adjusted is None else f"adjusted {_written(one.adjusted, '')}"
    charged = one.calibration is not None and one.calibration.rate > ALPHA
    if charged and one.adjusted is not None:
        judged += " for its rate and for all tests"
    said = f"p {_written(p)}, {judged}"
    return f"{said}; {one.calibration.words}" if one.calibration else said


def _written(p: float, equals: str = "= ") -> str:
    return "< 1e-300" if p == 0 else f"{equals}{p:.2g}"
