"""I403: by how much the unseen must have voted otherwise for a declared result to be true."""

from __future__ import annotations

from math import isinf

from tallyverify.checking import Bounds, CaseFacts, Check, Kept, summarise_sheets
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.inference.case_study import DeclaredMargin, InferenceStudy
from tallyverify.inference.estimating.sensitivity import Sensitivity
from tallyverify.inference.estimating.study import Study
from tallyverify.inference.estimating.tilt import Tilt
from tallyverify.language import counted, number, points


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
        return check.not_applicable("no votes are left unseen, so there is nothing to tilt")
    findings = [_of_tie(check, facts, study, curve, unseen.estimate.bounds)]
    beyond = asked = 0
    last: float | None = None
    first = facts.contest.candidate_ids[study.pair[0]]
    for declared in unseen.margins:
        tilt = declared.tilt
        if tilt is None:
            continue
        seen = study.population.votes.sum(axis=0)
        beside = _beside_seen(declared, *(int(seen[k]) for k in study.pair))
        if beside:
            says = f"{_result_of(declared)} {beside}"
            findings.append(check.finding(says, candidate=first, arithmetic=_margin_of(declared)))
            continue
        sure = unseen.surely_impossible(declared.bulletin, declared.row, first)
        partial = ""
        if declared.whole or sure:
            last = tilt.delta
            asked += 1
            beyond += abs(tilt.delta) > study.calibration.largest_tilt
        else:
            partial = "; the bulletin is not known to be the whole count, and need not be like it"
        what, margin = _result_of(declared), _margin_of(declared)
        findings.append(_finding(check, facts, study, tilt, what, margin, partial))
    return check.result(
        findings,
        reason=f"{beyond} of {counted(asked, 'declared result', 'declared results')} that can be judged "
        f"{'needs' if beyond == 1 else 'need'} a tilt larger than any found in the backtest",
        statistic=None if last is None or isinf(last) else round(last, 4),
        effect=round(study.calibration.largest_tilt, 4),
        flagged=beyond > 0,
    )


def _result_of(declared: DeclaredMargin) -> str:
    return f"the result declared in bulletin {declared.bulletin.id}"


def _margin_of(declared: DeclaredMargin) -> str:
    return f"margin of the whole: {points(declared.margin)} points"


def _beside_seen(declared: DeclaredMargin, first: int, second: int) -> str:
    """Say so where a result gives the two no more votes together than were seen, but not fewer.

    That leaves none for the unseen stations, and so nothing to tilt.
    """
    if declared.first + declared.second != first + second:
        return ""
    if (declared.first, declared.second) == (first, second):
        return (
            "is equal to the sum of the sheets for each of the two: it leaves the unseen stations "
            "no vote for them, so there is nothing to tilt"
        )
    return (
        f"has as many votes for the two together as were seen ({number(first + second)}), "
        "otherwise divided: it leaves the unseen stations none, so there is nothing to tilt"
    )


def _of_tie(
    check: Check, facts: CaseFacts, study: Study, curve: Sensitivity, bounds: Bounds | None
) -> Finding:
    path = "; ".join(
        f"δ = {curve.deltas[i]:+.1f}: {100 * curve.margins[i]:+.2f}".replace("-", "−")
        for i in (0, 10, 15, 20, 25, 30, 40)
    )
    arithmetic = f"margin in points as a function of the tilt: {path}"
    if bounds is not None:
        arithmetic += (
            f"; without any assumption: {bounds.leader} leads by {bounds.lead:,} seen votes, the "
            f"unseen can hold {bounds.unseen_votes:,}"
        )
    return _finding(check, facts, study, curve.tie, "a tie of the two", arithmetic)


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
    masks = sum(row.masks for row in study.calibration.rows)
    head = f"{what} needs {points(tilt.target)} % of the unseen votes for the two to go to {first}"
    if isinf(tilt.target):
        says = f"{what} has fewer votes for the two than were seen: no tilt reaches that"
    elif isinf(tilt.delta):
        says = f"{head}: no tilt reaches that"
    else:
        delta = f"{tilt.delta:+.3f}".replace("-", "−")
        odds = tilt.odds if tilt.odds >= 1 else 1 / tilt.odds
        who = f"{first} against {second}" if tilt.odds >= 1 else f"{second} against {first}"
        compared = "larger than any" if abs(tilt.delta) > largest else "no larger than the largest"
        says = (
            f"{head} ({100 * tilt.predicted:.2f} % are predicted): δ = {delta}, the odds of "
            f"{who} {odds:.2f} times those predicted; {compared} of the {masks} masks of the "
            f"backtest ({largest:.3f})"
        )
    return Finding(
        code=check.code,
        evidence=check.evidence,
        candidate=names[0],
        observed=None if isinf(tilt.delta) else round(tilt.delta, 6),
        expected=round(largest, 6) if not isinf(largest) else None,
        message=says + partial,
        arithmetic=arithmetic,
    )


I403 = Check(
    code="I403",
    name="Tipping point under non-random missingness",
    family="inference",
    evidence=Evidence.NOTE,
    conclude=conclude,
    summarise=summarise_sheets,
    rows="kept",
    needs="what I401 needs",
    assumptions="one tilt for all unseen stations; turnout and other candidates as predicted; the "
    "sheets are authentic",
    reference="Rotnitzky, Robins & Scharfstein (1998), JASA 93:1321",
)
