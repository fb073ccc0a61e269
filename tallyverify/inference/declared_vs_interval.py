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
from tallyverify.inference.printed import is_within, span
from tallyverify.language import counted, number, points


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
        reason = (
            "no bulletin declares, for the whole country, the votes of both candidates and of all "
            "together"
        )
        return check.not_applicable(reason, findings)
    if not whole:
        alone = "no bulletin is known to be the whole count, which alone must be like the estimate"
        return check.not_applicable(alone, findings)
    reason = f"{outside} of {counted(whole, 'declared whole count', 'declared whole counts')} outside the interval"
    if partial := len(unseen.margins) - whole:
        reason += f"; {counted(partial, 'partial one', 'partial ones')}"
    if others:
        reason += f"; also outside their own: {', '.join(dict.fromkeys(others))}"
    return check.result(
        findings,
        reason=reason,
        statistic=round(float(at.estimate), 6),
        effect=round(unseen.margins[-1].margin - float(at.estimate), 6),
        flagged=outside > 0,
    )


def _others_outside(
    study: Study, estimate: Estimate, declared: DeclaredMargin, facts: CaseFacts
) -> list[str]:
    """Name what else of a declared whole count lies outside its interval; never more than a note.

    Of several intervals at 95 % some miss by chance, and those of small candidates miss more.
    """
    told = []
    for name, votes in declared.row.votes.items():
        if not estimate.shares[name].holds(votes / declared.valid):
            told.append(facts.label(name))
    totals = study.totals
    if totals is not None and study.unseen_stations:
        half = totals.half_width(factors_of(study, totals.estimate), 0.95)[-1]
        if abs(declared.valid - totals.estimate[-1]) > half + 0.5:
            told.append(f"valid votes (estimated {number(round(float(totals.estimate[-1])))})")
    return told


def _refusal(check: Check, unseen: InferenceStudy) -> list[Finding]:
    if unseen.study is None or unseen.study.known == "nothing":
        return []
    rows = unseen.estimate.backtest
    message = f"no estimate of the unseen: {unseen.refused}"
    backtest = f"backtest: {watched(rows)}" if rows else ""
    return [check.finding(message, evidence=Evidence.NOTE, arithmetic=backtest)]


def _estimated(check: Check, estimate: Estimate, facts: CaseFacts) -> Finding:
    """Return the estimate itself as a note, with its assumption and its backtest beside it."""
    if estimate.margin is None:
        raise ValueError("an estimate that is not refused has a margin")
    margin, at = estimate.margin, estimate.margin.interval
    shares = ", ".join(
        f"{facts.label(name)} {points(share.estimate)} % ({span(share.low, share.high)})"
        for name, share in sorted(estimate.shares.items(), key=lambda one: -one[1].estimate)[:4]
    )
    under = estimate.outcome.words if estimate.outcome and facts.contest.rule.of_shares else ""
    line = f"; backtest of the 95 % intervals, by pattern: {watched(estimate.backtest)}"
    return check.finding(
        f"estimate of the whole with {counted(estimate.unseen['stations'] or 0, 'station', 'stations')} "
        f"unseen: {facts.label(margin.leader)} leads {facts.label(margin.runner_up)} by "
        f"{points(at.estimate)} points, "
        f"95 % interval {span(at.low, at.high)}, if {estimate.assumption}"
        + (f"; {under}" if under else ""),
        evidence=Evidence.NOTE,
        candidate=margin.leader,
        observed=round(at.estimate, 6),
        arithmetic=f"{shares}; {estimate.method}; errors × {estimate.inflation:.2f}"
        + (line if estimate.backtest else "")
        + "".join(f"; {note}" for note in estimate.notes),
    )


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
    says = (
        f"bulletin {declared.bulletin.id}: the declared margin of {first} over {second}, "
        f"{points(declared.margin)} points, lies {'outside' if graded.outside else 'inside'} the "
        f"95 % interval of the estimate, {span(at - half, at + half)} points"
    )
    seen = study.population.votes.sum(axis=0)
    alike = [declared.first, declared.second] == [int(seen[k]) for k in study.pair]
    if alike and declared.valid == int(seen.sum()):
        says += "; it is equal to the sum of the sheets"
    says += f" ({graded.why})" if graded.why else ""
    says += _other_side(unseen, declared)
    return check.finding(
        says,
        evidence=graded.evidence,
        bulletin=declared.bulletin.id,
        candidate=names[study.pair[0]],
        observed=round(at, 6),
        expected=round(declared.margin, 6),
        difference=round(at - declared.margin, 6),
        arithmetic=f"declared: ({declared.first:,} − {declared.second:,}) / {declared.valid:,} = "
        f"{points(declared.margin)} points; {_shares(unseen.estimate, declared)}",
    )


def _shares(estimate: Estimate, declared: DeclaredMargin) -> str:
    """Declared shares beside their intervals and the bounds that need no assumption."""
    told = []
    for name, votes in declared.row.votes.items():
        share, interval = votes / declared.valid, estimate.shares[name]
        inside = interval.holds(share)
        text = (
            f"{name} declared {points(share)} %, {'inside' if inside else 'outside'} "
            f"{span(interval.low, interval.high)}"
        )
        if estimate.bounds is not None:
            low, high = estimate.bounds.low[name], estimate.bounds.high[name]
            word = "inside" if is_within(share, low, high) else "outside"
            text += f", {word} the bounds {span(low, high)}"
        told.append(text)
    return "; ".join(told)


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
        return f"; under the rule both come to: {here}"
    sure = "all" if estimated.clear else "not all"
    return (
        f"; under the rule it comes to: {here}, the estimate to: {estimated.said} ({sure} of the "
        "interval does)"
    )


I401 = Check(
    code="I401",
    name="Declared against the estimate of the whole",
    family="inference",
    evidence=Evidence.IMPROBABLE,
    conclude=conclude,
    summarise=summarise_sheets,
    rows="kept",
    needs="actas, and what is known of the unseen stations: a registry, or numbers of stations or "
    "registered voters",
    assumptions="the sheets are authentic; unseen stations differ from the seen of their areas "
    "only as these differ among themselves. That alone makes a note",
    reference="Särndal et al. (1992); Rao & Molina (2015); Rotnitzky, Robins & Scharfstein (1998)",
)
