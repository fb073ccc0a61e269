"""I401: the declared result against the interval of the estimate."""

from __future__ import annotations

from tallyverify.checking import CaseFacts, Check, Kept, summarise_sheets
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.inference.case_study import DeclaredMargin, InferenceStudy
from tallyverify.inference.estimating.result import Estimate, watched
from tallyverify.inference.estimating.study import Study
from tallyverify.inference.estimating.whole_count import factors_of
from tallyverify.inference.margin_evidence import MarginEvidence, margin_evidence
from tallyverify.inference.prediction.unseen_totals import Predicted
from tallyverify.inference.printed import is_within
from tallyverify.language import (
    clauses,
    counted,
    enumerated,
    formatted,
    formula,
    number,
    points,
    span,
    told,
    told_of,
)


def conclude(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """Hold each declared national margin against the estimate's interval.

    Outside the interval is a note: sheets that somebody collected are no random sample. What more
    it takes to be an anomaly, or of a drawn sample improbable, is for
    :mod:`tallyverify.inference.margin_evidence` to say.
    """
    unseen = InferenceStudy.of(kept, facts)
    study = unseen.study
    if study is None or unseen.refused or study.outcome is None:
        return check.not_applicable(unseen.refused, _refusal(check, unseen))
    estimate, at = unseen.estimate, study.outcome.margin
    findings = [_estimated(check, estimate, facts)]
    outside = whole = 0
    others: list[str] = []
    for declared in unseen.margins:
        graded = margin_evidence(
            study,
            declared.first,
            declared.second,
            declared.valid,
            whole=declared.whole,
            confirmed=unseen.registry_is_whole,
            registry=facts.registry,
        )
        whole += declared.whole
        outside += graded.outside and declared.whole
        others += _others_outside(study, estimate, declared, facts) if declared.whole else []
        findings.append(_finding(check, unseen, study, at, declared, graded))
    if not unseen.margins:
        reason = told(
            "no bulletin declares, for the whole country, the votes of both candidates and of all "
            "together"
        )
        return check.not_applicable(reason, findings)
    if not whole:
        alone = told(
            "no bulletin is known to be the whole count, which alone must be like the estimate"
        )
        return check.not_applicable(alone, findings)
    return check.result(
        findings,
        reason=_reason(outside, whole, len(unseen.margins) - whole, others),
        statistic=round(float(at.estimate), 6),
        effect=round(unseen.margins[-1].margin - float(at.estimate), 6),
        flagged=outside > 0,
    )


def _reason(outside: int, whole: int, partial: int, others: list[str]) -> str:
    said = [
        told_of(
            whole,
            "{outside} of {count} declared whole count outside the interval",
            "{outside} of {count} declared whole counts outside the interval",
            outside=number(outside),
        )
    ]
    if partial:
        said.append(counted(partial, "partial one", "partial ones"))
    if others:
        names = enumerated(dict.fromkeys(others))
        said.append(told("also outside their own: {names}", names=names))
    return clauses(said)


def _others_outside(
    study: Study, estimate: Estimate, declared: DeclaredMargin, facts: CaseFacts
) -> list[str]:
    """Name what else of a declared whole count lies outside its interval; never more than a note.

    Of several intervals at 95 % some miss by chance, and those of small candidates miss more.
    """
    outside = []
    for name, votes in declared.row.votes.items():
        if not estimate.shares[name].holds(votes / declared.valid):
            outside.append(facts.label(name))
    totals = study.totals
    if totals is not None and study.unseen_stations:
        half = totals.half_width(factors_of(study, totals.estimate), 0.95)[-1]
        if abs(declared.valid - totals.estimate[-1]) > half + 0.5:
            votes_there = number(round(float(totals.estimate[-1])))
            outside.append(told("valid votes (estimated {votes})", votes=votes_there))
    return outside


def _refusal(check: Check, unseen: InferenceStudy) -> list[Finding]:
    if unseen.study is None or unseen.study.known == "nothing":
        return []
    rows = unseen.estimate.backtest
    message = told("no estimate of the unseen: {why}", why=unseen.refused)
    backtest = told("backtest: {rows}", rows=watched(rows)) if rows else ""
    return [check.finding(message, evidence=Evidence.NOTE, arithmetic=backtest)]


def _estimated(check: Check, estimate: Estimate, facts: CaseFacts) -> Finding:
    """Return the estimate itself as a note, with its assumption and its backtest beside it."""
    if estimate.margin is None:
        raise ValueError("an estimate that is not refused has a margin")
    margin, at = estimate.margin, estimate.margin.interval
    under = estimate.outcome.words if estimate.outcome and facts.contest.rule.of_shares else ""
    says = told_of(
        estimate.unseen["stations"] or 0,
        "estimate of the whole with {count} station unseen: {leader} leads {second} by {points} "
        "points, 95 % interval {interval}, if {assumption}",
        "estimate of the whole with {count} stations unseen: {leader} leads {second} by {points} "
        "points, 95 % interval {interval}, if {assumption}",
        leader=facts.label(margin.leader),
        second=facts.label(margin.runner_up),
        points=points(at.estimate),
        interval=span(at.low, at.high),
        assumption=estimate.assumption,
    )
    return check.finding(
        clauses([says, under]) if under else says,
        evidence=Evidence.NOTE,
        candidate=margin.leader,
        observed=round(at.estimate, 6),
        arithmetic=_made_of(estimate, facts),
    )


def _made_of(estimate: Estimate, facts: CaseFacts) -> str:
    """Return the largest shares, and how they were estimated."""
    largest = sorted(estimate.shares.items(), key=lambda one: -one[1].estimate)[:4]
    shares = enumerated(
        formula(
            "{candidate} {share} % ({interval})",
            candidate=facts.label(name),
            share=points(share.estimate),
            interval=span(share.low, share.high),
        )
        for name, share in largest
    )
    factor = told("errors × {factor}", factor=formatted(estimate.inflation, ".2f"))
    said: list[str] = [shares, estimate.method, factor]
    if estimate.backtest:
        rows = watched(estimate.backtest)
        said.append(told("backtest of the 95 % intervals, by pattern: {rows}", rows=rows))
    return clauses([*said, *estimate.notes])


def _finding(
    check: Check,
    unseen: InferenceStudy,
    study: Study,
    margin: Predicted,
    declared: DeclaredMargin,
    graded: MarginEvidence,
) -> Finding:
    facts, names = unseen.facts, unseen.facts.contest.candidate_ids
    first, second = (facts.label(names[k]) for k in study.pair)
    at = float(margin.estimate)
    half = float(margin.half_width(study.calibration.inflation, 0.95))
    named = {
        "bulletin": declared.bulletin.id,
        "first": first,
        "second": second,
        "points": points(declared.margin),
        "interval": span(at - half, at + half),
    }
    says = (
        told(
            "bulletin {bulletin}: the declared margin of {first} over {second}, {points} points, "
            "lies outside the 95 % interval of the estimate, {interval} points",
            **named,
        )
        if graded.outside
        else told(
            "bulletin {bulletin}: the declared margin of {first} over {second}, {points} points, "
            "lies inside the 95 % interval of the estimate, {interval} points",
            **named,
        )
    )
    seen = study.population.votes.sum(axis=0)
    alike = [declared.first, declared.second] == [int(seen[k]) for k in study.pair]
    if alike and declared.valid == int(seen.sum()):
        says = clauses([says, told("it is equal to the sum of the sheets")])
    if graded.why:
        says = formula("{says} ({why})", says=says, why=graded.why)
    other = _other_side(unseen, declared)
    return check.finding(
        clauses([says, other]) if other else says,
        evidence=graded.evidence,
        bulletin=declared.bulletin.id,
        candidate=names[study.pair[0]],
        observed=round(at, 6),
        expected=round(declared.margin, 6),
        difference=round(at - declared.margin, 6),
        arithmetic=told(
            "declared: ({first} − {second}) / {valid} = {margin} points; {shares}",
            first=number(declared.first),
            second=number(declared.second),
            valid=number(declared.valid),
            margin=points(declared.margin),
            shares=_shares(unseen.estimate, declared),
        ),
    )


def _shares(estimate: Estimate, declared: DeclaredMargin) -> str:
    """Declared shares beside their intervals and the bounds that need no assumption."""
    every = []
    for name, votes in declared.row.votes.items():
        share, interval = votes / declared.valid, estimate.shares[name]
        at = span(interval.low, interval.high)
        says = (
            told("{candidate} declared {share} %, inside {interval}", **_at(name, share, at))
            if interval.holds(share)
            else told("{candidate} declared {share} %, outside {interval}", **_at(name, share, at))
        )
        if estimate.bounds is not None:
            low, high = estimate.bounds.low[name], estimate.bounds.high[name]
            bounds = span(low, high)
            within = (
                told("inside the bounds {bounds}", bounds=bounds)
                if is_within(share, low, high)
                else told("outside the bounds {bounds}", bounds=bounds)
            )
            says = enumerated([says, within])
        every.append(says)
    return clauses(every)


def _at(name: str, share: float, interval: str) -> dict[str, str]:
    return {"candidate": name, "share": points(share), "interval": interval}


def _other_side(unseen: InferenceStudy, declared: DeclaredMargin) -> str:
    """Say where a declared result comes to another outcome than the estimate, under the rule."""
    estimated, contest = unseen.estimate.outcome, unseen.facts.contest
    if estimated is None or estimated.at_estimate is None or not contest.rule.of_shares:
        return ""
    if declared.row.candidates != set(contest.candidate_ids) or declared.row.groups:
        return ""
    base = declared.row.valid if declared.row.valid is not None else round(declared.valid)
    outcome = contest.rule.outcome(declared.row.votes, base)
    here = contest.rule.outcome_words(outcome, contest.display)
    if outcome == estimated.at_estimate:
        return told("under the rule both come to: {outcome}", outcome=here)
    return told(
        "under the rule it comes to: {outcome}, the estimate to: {estimated} ({how})",
        outcome=here,
        estimated=estimated.said,
        how=estimated.clear_words,
    )


I401 = Check(
    code="I401",
    name=told("Declared against the estimate of the whole"),
    family="inference",
    evidence=Evidence.IMPROBABLE,
    conclude=conclude,
    summarise=summarise_sheets,
    rows="kept",
    needs=told(
        "actas, and what is known of the unseen stations: a registry, or numbers of stations or "
        "registered voters"
    ),
    assumptions=told(
        "the sheets are authentic; unseen stations differ from the seen of their areas only as "
        "these differ among themselves. That alone makes a note"
    ),
    reference="Särndal et al. (1992); Rao & Molina (2015); Rotnitzky, Robins & Scharfstein (1998)",
)
