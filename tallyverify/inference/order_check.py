"""I404: the order of counting, as a check of a case."""

from __future__ import annotations

import numpy as np

from tallyverify.checking import CaseFacts, Check, Kept, summarise_sheets
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.inference.case_study import InferenceStudy
from tallyverify.inference.counting_order.jump import Jump
from tallyverify.inference.counting_order.late_stations import OrderOfCounting
from tallyverify.language import number, points

_SMALL = 0.01


def conclude(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """Compare late stations with early ones of the same area, and look for jumps at bulletins.

    A late shift is a note whatever its size: rural stations report late, honestly.
    """
    found = InferenceStudy.of(kept, facts).order
    whole = found.whole
    if whole is None:
        return check.not_applicable(found.reason)
    if whole.shift_pvalue is None and not found.cuts:
        return check.not_applicable(whole.shift_reason)
    pair = [facts.contest.candidate_ids[k] for k in found.pair]
    margin = "the margin of {} over {}".format(*map(facts.label, pair))
    findings = [_shift(check, whole, pair[0], margin)]
    findings += [_jump(check, at, bulletin, pair[0], margin) for bulletin, at in found.cuts]
    jumps = sum(_jumped(at) for _, at in found.cuts)
    small = whole.shift_pvalue is not None and whole.shift_pvalue < _SMALL
    reason = (
        whole.shift_reason
        if whole.shift_pvalue is None
        else f"late stations {'differ' if small else 'do not differ'} from early ones of their "
        f"areas (p = {whole.shift_pvalue:.3g})"
    )
    return check.result(
        findings,
        reason=f"{reason}; {jumps} of {len(found.cuts)} cuts with a jump",
        statistic=_rounded(whole.shift_within),
        pvalue=None if whole.shift_pvalue is None else round(whole.shift_pvalue, 6),
        effect=_rounded(whole.shift_raw),
        flagged=bool(small or jumps),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6) + 0.0


def _points(value: float | None) -> str:
    return "unknown" if value is None else points(value, sign="+")


def _shift(check: Check, whole: OrderOfCounting, candidate: str, margin: str) -> Finding:
    says = (
        f"the last {number(whole.late_stations)} of {number(whole.n)} stations to be counted: "
        f"{margin} is {_points(whole.shift_raw)} points from that of the others; their areas alone "
        f"explain {_points(whole.shift_explained)}"
    )
    if whole.shift_pvalue is None:
        says += f"; within areas it cannot be told: {whole.shift_reason}"
    else:
        says += (
            f"; within areas it is {_points(whole.shift_within)} points (p = "
            f"{whole.shift_pvalue:.3g}). Late stations may differ honestly"
        )
    curve = whole.cumulative
    at = [int(k) for k in np.linspace(0, len(curve.counted) - 1, 6).round()]
    path = ", ".join(f"{100 * curve.counted[k]:.0f} %: {_points(curve.margin[k])}" for k in at)
    return check.finding(
        says,
        candidate=candidate,
        observed=_rounded(whole.shift_within),
        expected=0,
        arithmetic=f"margin so far by stations counted: {path}",
    )


def _jump(
    check: Check, found: OrderOfCounting, bulletin: str, candidate: str, margin: str
) -> Finding:
    told = [
        f"{words}: {_points(jump.jump)} points ({_points(jump.low)} to {_points(jump.high)}, "
        f"p = {jump.pvalue:.3g})"
        if jump is not None
        else f"{words}: not told, {reason}"
        for words, jump, reason in (
            ("jump", found.jump, found.jump_reason),
            ("less the margin of their areas", found.jump_within, found.jump_within_reason),
        )
    ]
    deciding = _deciding_jump(found)
    return check.finding(
        f"where bulletin {bulletin} stopped, {margin} "
        f"{'jumps' if _jumped(found) else 'shows no jump'}",
        bulletin=bulletin,
        candidate=candidate,
        observed=None if deciding is None else _rounded(deciding.jump),
        expected=0,
        arithmetic="; ".join(told),
    )


def _deciding_jump(found: OrderOfCounting) -> Jump | None:
    """Return the jump that counts: within areas, where that could be told."""
    return found.jump_within if found.jump_within is not None else found.jump


def _jumped(found: OrderOfCounting) -> bool:
    deciding = _deciding_jump(found)
    return deciding is not None and deciding.pvalue < _SMALL


I404 = Check(
    code="I404",
    name="Order of counting",
    family="inference",
    evidence=Evidence.NOTE,
    conclude=conclude,
    summarise=summarise_sheets,
    rows="kept",
    needs="actas with a column that says when each was counted (mapping.order)",
    assumptions="within an area, stations would report in an order that has nothing to do with "
    "their votes; without a jump, the margin changes smoothly with the count",
    reference="Idrobo, Kronick & Rodríguez (2022), JOP, 10.1086/719639; Calonico, Cattaneo & "
    "Titiunik (2014)",
)
