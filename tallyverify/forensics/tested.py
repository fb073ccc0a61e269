"""F501–F505 and F509 as checks of a case: calibrated, and all but the dip adjusted together."""

from __future__ import annotations

from tallyverify.checks import Check
from tallyverify.coverage import Kept
from tallyverify.facts import CaseFacts
from tallyverify.findings import CheckResult, Evidence, Finding, counted
from tallyverify.forensics.battery import Probed
from tallyverify.forensics.entry import entry
from tallyverify.forensics.of_case import battery_of, stations_for
from tallyverify.forensics.probe import EITHER, TURNOUT
from tallyverify.forensics.words import causes_of, error_of, found_in, sums_of


def finding_of(one: Probed, facts: CaseFacts) -> Finding:
    """Return what a test found: an anomaly where it is flagged, else a note."""
    effect = one.result.effect
    why = f"; {causes_of(one.result)}" if one.flagged else ""
    return Finding(
        code=one.code,
        evidence=Evidence.ANOMALY if one.flagged else Evidence.NOTE,
        candidate=None if one.figure in (TURNOUT, EITHER) else one.figure,
        observed=None if effect is None else effect.value,
        message=f"{found_in(one.result, _name(one, facts))} ({error_of(one)}){why}",
        arithmetic=sums_of(one),
    )


def _conclude(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    _, reason = stations_for(kept, facts)
    found = battery_of(kept, facts)
    if found is None or reason:
        return check.not_applicable(reason)
    asked = found.of(check.code)
    used = [one for one in asked if not one.refused]
    if not used:
        why = asked[0].refused if asked else "no candidate has a share large enough"
        first = f"{_name(asked[0], facts)}: " if asked else ""
        return check.not_applicable(f"{first}{why}")
    lowest = min(used, key=_low)
    effect = lowest.result.effect
    return check.result(
        [finding_of(one, facts) for one in used],
        reason=_reason(used, lowest, len(asked) - len(used), facts),
        statistic=lowest.result.statistic,
        pvalue=lowest.adjusted,
        effect=None if effect is None else effect.value,
        flagged=any(one.flagged for one in used),
    )


def _reason(used: list[Probed], lowest: Probed, refused: int, facts: CaseFacts) -> str:
    rates = [one.calibration.rate for one in used if one.calibration]
    low, high = 100 * min(rates), 100 * max(rates)
    share = f"{low:.1f} %" if high - low < 0.05 else f"{low:.1f} to {high:.1f} %"
    reject = "rejects" if len(used) == 1 else "reject"
    said = (
        f"{counted(len(used), 'test')}, which {reject} {share} of clean elections like this one; "
    )
    if lowest.adjusted is None:
        said += "a description, never flagged"
    else:
        said += f"lowest adjusted p {lowest.adjusted:.2g} ({_name(lowest, facts)})"
    if refused:
        said += f"; {counted(refused, 'other')} not applicable"
    return said


def _low(one: Probed) -> tuple[float, float]:
    p = 1.0 if one.result.pvalue is None else one.result.pvalue
    return (p if one.adjusted is None else one.adjusted), p


def _name(one: Probed, facts: CaseFacts) -> str:
    return one.figure if one.figure in (TURNOUT, EITHER) else facts.contest.display(one.figure)


F501 = entry(
    "F501",
    "Second digits",
    Evidence.ANOMALY,
    _conclude,
    needs="1,000 counts of 22 or more",
    assumptions="counts are smooth at the scale of 5 %",
    reference="Mebane 2008; Deckert, Myagkov & Ordeshook 2011 on why Benford's law is no null",
)
F502 = entry(
    "F502",
    "Last digits",
    Evidence.ANOMALY,
    _conclude,
    needs="100 counts of 10 or more",
    assumptions="counts are smooth at the scale of ten",
    reference="Beber & Scacco 2012",
)
F503 = entry(
    "F503",
    "Last two digits",
    Evidence.ANOMALY,
    _conclude,
    needs="100 counts of 100 or more",
    assumptions="counts are smooth at the scale of a hundred",
    reference="Beber & Scacco 2012",
)
F504 = entry(
    "F504",
    "Integer percentages",
    Evidence.ANOMALY,
    _conclude,
    needs="ballots, and for turnout registered voters; 100 stations of 100 people",
    assumptions="shares are smooth at the scale of their own noise",
    reference="Kobak, Shpilkin & Pshenichnikov 2016",
)
F505 = entry(
    "F505",
    "Shares at coarse fractions",
    Evidence.ANOMALY,
    _conclude,
    needs="300 stations with 50 valid votes",
    assumptions="shares are smooth at the scale of their own noise",
    reference="Rozenas 2017",
)
F509 = entry(
    "F509",
    "More than one peak (dip)",
    Evidence.NOTE,
    _conclude,
    needs="50 stations",
    assumptions="stations are independent; the uniform null is conservative",
    reference="Hartigan & Hartigan 1985",
)
