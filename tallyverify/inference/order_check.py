"""I404: the order of counting, as a check of a case."""

from __future__ import annotations

import numpy as np

from tallyverify.checking import CaseFacts, Check, Kept, summarise_sheets
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.inference.case_study import InferenceStudy
from tallyverify.inference.counting_order.jump import Jump
from tallyverify.inference.counting_order.late_stations import OrderOfCounting
from tallyverify.language import clauses, enumerated, formatted, formula, number, points, told

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
    first, second = map(facts.label, pair)
    margin = told("the margin of {first} over {second}", first=first, second=second)
    findings = [_shift(check, whole, pair[0], margin)]
    findings += [_jump(check, at, bulletin, pair[0], margin) for bulletin, at in found.cuts]
    jumps = sum(_jumped(at) for _, at in found.cuts)
    small = whole.shift_pvalue is not None and whole.shift_pvalue < _SMALL
    cuts = number(len(found.cuts))
    jumping = told("{jumps} of {cuts} cuts with a jump", jumps=number(jumps), cuts=cuts)
    return check.result(
        findings,
        reason=clauses([_differ(whole), jumping]),
        statistic=_rounded(whole.shift_within),
        pvalue=None if whole.shift_pvalue is None else round(whole.shift_pvalue, 6),
        effect=_rounded(whole.shift_raw),
        flagged=bool(small or jumps),
    )


def _differ(whole: OrderOfCounting) -> str:
    if whole.shift_pvalue is None:
        return whole.shift_reason
    chance = formatted(whole.shift_pvalue, ".3g")
    if whole.shift_pvalue < _SMALL:
        return told("late stations differ from early ones of their areas (p = {p})", p=chance)
    return told("late stations do not differ from early ones of their areas (p = {p})", p=chance)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6) + 0.0


def _points(value: float | None) -> str:
    return told("unknown") if value is None else points(value, sign="+")


def _shift(check: Check, whole: OrderOfCounting, candidate: str, margin: str) -> Finding:
    says = told(
        "the last {late} of {stations} stations to be counted: {margin} is {raw} points from that "
        "of the others; their areas alone explain {explained}",
        late=number(whole.late_stations),
        stations=number(whole.n),
        margin=margin,
        raw=_points(whole.shift_raw),
        explained=_points(whole.shift_explained),
    )
    if whole.shift_pvalue is None:
        within = told("within areas it cannot be told: {why}", why=whole.shift_reason)
    else:
        within = told(
            "within areas it is {points} points (p = {p}). Late stations may differ honestly",
            points=_points(whole.shift_within),
            p=formatted(whole.shift_pvalue, ".3g"),
        )
    curve = whole.cumulative
    at = [int(k) for k in np.linspace(0, len(curve.counted) - 1, 6).round()]
    path = enumerated(
        formula(
            "{counted} %: {margin}",
            counted=formatted(100 * curve.counted[k], ".0f"),
            margin=_points(curve.margin[k]),
        )
        for k in at
    )
    return check.finding(
        clauses([says, within]),
        candidate=candidate,
        observed=_rounded(whole.shift_within),
        expected=0,
        arithmetic=told("margin so far by stations counted: {path}", path=path),
    )


def _jump(
    check: Check, found: OrderOfCounting, bulletin: str, candidate: str, margin: str
) -> Finding:
    says = (
        told("where bulletin {bulletin} stopped, {margin} jumps", bulletin=bulletin, margin=margin)
        if _jumped(found)
        else told(
            "where bulletin {bulletin} stopped, {margin} shows no jump",
            bulletin=bulletin,
            margin=margin,
        )
    )
    within = told("less the margin of their areas")
    deciding = _deciding_jump(found)
    return check.finding(
        says,
        bulletin=bulletin,
        candidate=candidate,
        observed=None if deciding is None else _rounded(deciding.jump),
        expected=0,
        arithmetic=clauses(
            [
                _in_points(told("jump"), found.jump, found.jump_reason),
                _in_points(within, found.jump_within, found.jump_within_reason),
            ]
        ),
    )


def _in_points(what: str, jump: Jump | None, reason: str) -> str:
    if jump is None:
        return told("{what}: not told, {why}", what=what, why=reason)
    return told(
        "{what}: {jump} points ({low} to {high}, p = {p})",
        what=what,
        jump=_points(jump.jump),
        low=_points(jump.low),
        high=_points(jump.high),
        p=formatted(jump.pvalue, ".3g"),
    )


def _deciding_jump(found: OrderOfCounting) -> Jump | None:
    """Return the jump that counts: within areas, where that could be told."""
    return found.jump_within if found.jump_within is not None else found.jump


def _jumped(found: OrderOfCounting) -> bool:
    deciding = _deciding_jump(found)
    return deciding is not None and deciding.pvalue < _SMALL


I404 = Check(
    code="I404",
    name=told("Order of counting"),
    family="inference",
    evidence=Evidence.NOTE,
    conclude=conclude,
    summarise=summarise_sheets,
    rows="kept",
    needs=told("actas with a column that says when each was counted (mapping.order)"),
    assumptions=told(
        "within an area, stations would report in an order that has nothing to do with their "
        "votes; without a jump, the margin changes smoothly with the count"
    ),
    reference="Idrobo, Kronick & Rodríguez (2022), JOP, 10.1086/719639; Calonico, Cattaneo & "
    "Titiunik (2014)",
)
