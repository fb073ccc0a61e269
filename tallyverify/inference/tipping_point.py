"""I403: by how much the unseen must have voted otherwise for a declared result to be true."""

from __future__ import annotations

from math import isinf

from tallyverify.checking import Bounds, CaseFacts, Check, Kept, summarise_sheets
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.inference.case_study import DeclaredMargin, InferenceStudy
from tallyverify.inference.estimating.sensitivity import Sensitivity
from tallyverify.inference.estimating.study import Study
from tallyverify.inference.estimating.tilt import Tilt
from tallyverify.language import (
    clauses,
    counted,
    formatted,
    formula,
    number,
    points,
    signed,
    told,
    told_of,
)


def conclude(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """Say at which tilt of the unseen the declared result, and a tie, are reached.

    A tilt δ multiplies the odds of the first candidate against the second at every unseen station
    by exp(δ); 0 is what was predicted. Beside it stands the largest that hidden stations had.
    """
    unseen = InferenceStudy.of(kept, facts)
    study, curve = unseen.study, unseen.curve
    if study is None or unseen.refused:
        return check.not_applicable(unseen.refused)
    if curve is None:
        return check.not_applicable(told("no votes are left unseen, so there is nothing to tilt"))
    findings = [_of_tie(check, facts, study, curve, unseen.estimate.bounds)]
    beyond = asked = 0
    last: float | None = None
    first = facts.contest.candidate_ids[study.pair[0]]
    for declared in unseen.margins:
        tilt = declared.tilt
        if tilt is None:
            continue
        seen = study.population.votes.sum(axis=0)
        says = _as_many_as_seen(declared, *(int(seen[k]) for k in study.pair))
        if says:
            findings.append(check.finding(says, candidate=first, arithmetic=_margin_of(declared)))
            continue
        sure = unseen.surely_impossible(declared.bulletin, declared.row, first)
        partial = ""
        if declared.whole or sure:
            last = tilt.delta
            asked += 1
            beyond += abs(tilt.delta) > study.calibration.largest_tilt
        else:
            partial = told(
                "the bulletin is not known to be the whole count, and need not be like it"
            )
        what = told("the result declared in bulletin {bulletin}", bulletin=declared.bulletin.id)
        margin = _margin_of(declared)
        findings.append(_finding(check, facts, study, tilt, what, margin, partial))
    return check.result(
        findings,
        reason=told_of(
            beyond,
            "{count} of {results} that can be judged needs a tilt larger than any found in the "
            "backtest",
            "{count} of {results} that can be judged need a tilt larger than any found in the "
            "backtest",
            results=counted(asked, "declared result", "declared results"),
        ),
        statistic=None if last is None or isinf(last) else round(last, 4),
        effect=round(study.calibration.largest_tilt, 4),
        flagged=beyond > 0,
    )


def _margin_of(declared: DeclaredMargin) -> str:
    return told("margin of the whole: {points} points", points=points(declared.margin))


def _as_many_as_seen(declared: DeclaredMargin, first: int, second: int) -> str:
    """Say so where a result gives the two no more votes together than were seen, but not fewer.

    That leaves none for the unseen stations, and so nothing to tilt.
    """
    if declared.first + declared.second != first + second:
        return ""
    if (declared.first, declared.second) == (first, second):
        return told(
            "the result declared in bulletin {bulletin} is equal to the sum of the sheets for each "
            "of the two: it leaves the unseen stations no vote for them, so there is nothing to "
            "tilt",
            bulletin=declared.bulletin.id,
        )
    return told(
        "the result declared in bulletin {bulletin} has as many votes for the two together as were "
        "seen ({votes}), otherwise divided: it leaves the unseen stations none, so there is "
        "nothing to tilt",
        bulletin=declared.bulletin.id,
        votes=number(first + second),
    )


def _of_tie(
    check: Check, facts: CaseFacts, study: Study, curve: Sensitivity, bounds: Bounds | None
) -> Finding:
    path = clauses(
        formula(
            "δ = {delta}: {margin}",
            delta=signed(curve.deltas[i], "+.1f"),
            margin=signed(100 * curve.margins[i], "+.2f"),
        )
        for i in (0, 10, 15, 20, 25, 30, 40)
    )
    arithmetic = told("margin in points as a function of the tilt: {path}", path=path)
    if bounds is not None:
        without = told(
            "without any assumption: {leader} leads by {lead} seen votes, the unseen can hold "
            "{votes}",
            leader=bounds.leader,
            lead=number(bounds.lead),
            votes=number(bounds.unseen_votes),
        )
        arithmetic = clauses([arithmetic, without])
    return _finding(check, facts, study, curve.tie, told("a tie of the two"), arithmetic)


def _finding(
    check: Check,
    facts: CaseFacts,
    study: Study,
    tilt: Tilt,
    what: str,
    arithmetic: str,
    partial: str = "",
) -> Finding:
    names = [facts.contest.candidate_ids[k] for k in study.pair]
    first, second = map(facts.label, names)
    largest = study.calibration.largest_tilt
    if isinf(tilt.target):
        says = told(
            "{result} has fewer votes for the two than were seen: no tilt reaches that", result=what
        )
    elif isinf(tilt.delta):
        says = told(
            "{result} needs {share} % of the unseen votes for the two to go to {candidate}: no "
            "tilt reaches that",
            result=what,
            share=points(tilt.target),
            candidate=first,
        )
    else:
        needs = told(
            "{result} needs {share} % of the unseen votes for the two to go to {candidate} "
            "({predicted} % are predicted): {tilt}",
            result=what,
            share=points(tilt.target),
            candidate=first,
            predicted=formatted(100 * tilt.predicted, ".2f"),
            tilt=_in_odds(tilt, first, second),
        )
        says = clauses([needs, _compared(study, tilt)])
    return Finding(
        code=check.code,
        evidence=check.evidence,
        candidate=names[0],
        observed=None if isinf(tilt.delta) else round(tilt.delta, 6),
        expected=round(largest, 6) if not isinf(largest) else None,
        message=clauses([says, partial]) if partial else says,
        arithmetic=arithmetic,
    )


def _in_odds(tilt: Tilt, first: str, second: str) -> str:
    more, less = (first, second) if tilt.odds >= 1 else (second, first)
    return told(
        "δ = {delta}, the odds of {first} against {second} {odds} times those predicted",
        delta=signed(tilt.delta, "+.3f"),
        first=more,
        second=less,
        odds=formatted(tilt.odds if tilt.odds >= 1 else 1 / tilt.odds, ".2f"),
    )


def _compared(study: Study, tilt: Tilt) -> str:
    largest = study.calibration.largest_tilt
    masks = number(sum(row.masks for row in study.calibration.rows))
    at = formatted(largest, ".3f")
    if abs(tilt.delta) > largest:
        return told(
            "larger than any of the {masks} masks of the backtest ({largest})",
            masks=masks,
            largest=at,
        )
    return told(
        "no larger than the largest of the {masks} masks of the backtest ({largest})",
        masks=masks,
        largest=at,
    )


I403 = Check(
    code="I403",
    name=told("Tipping point under non-random missingness"),
    family="inference",
    evidence=Evidence.NOTE,
    conclude=conclude,
    summarise=summarise_sheets,
    rows="kept",
    needs=told("what I401 needs"),
    assumptions=told(
        "one tilt for all unseen stations; turnout and other candidates as predicted; the sheets "
        "are authentic"
    ),
    reference="Rotnitzky, Robins & Scharfstein (1998), JASA 93:1321",
)
