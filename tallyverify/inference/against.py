"""I401: the declared result against the interval of the estimate."""

from __future__ import annotations

from tallyverify.checks import Check
from tallyverify.coverage import Kept
from tallyverify.extent import left_out
from tallyverify.facts import CaseFacts
from tallyverify.findings import CheckResult, Evidence, Finding, counted, number, points
from tallyverify.inference.estimate import factors_of
from tallyverify.inference.grade import Judged, judged
from tallyverify.inference.of_case import (
    CaseStudy,
    DeclaredMargin,
    declared_margins,
    registry_is_whole,
    study_of,
)
from tallyverify.inference.result import Estimate, watched
from tallyverify.inference.study import Study
from tallyverify.sheets import summarise_sheets


def conclude(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """Hold each declared national margin against the estimate's interval.

    Outside the interval is a note: sheets that somebody collected are no random sample. What more
    it takes to be improbable is :func:`tallyverify.inference.grade.judged`'s to say.
    """
    found = study_of(kept, facts)
    study, estimate = found.study, found.estimate
    if study is None or estimate is None or found.reason or study.outcome is None:
        return check.not_applicable(found.reason, _refusal(found))
    margins = declared_margins(facts, study.pair)
    findings = [_estimated(study, estimate, facts)]
    outside = whole = 0
    others: list[str] = []
    confirmed = registry_is_whole(kept, facts)
    for declared in margins:
        verdict = judged(
            study,
            declared.first,
            declared.second,
            declared.valid,
            whole=left_out(kept.seen, facts, declared.bulletin, declared.row) == 0,
            confirmed=confirmed,
        )
        whole += verdict.whole
        outside += verdict.outside and verdict.whole
        others += _others_outside(study, estimate, declared, facts) if verdict.whole else []
        findings.append(_finding(facts, study, estimate, declared, verdict))
    if not margins:
        reason = (
            "no bulletin declares, for the whole country, the votes of both candidates and of all "
            "together"
        )
        return check.not_applicable(reason, findings)
    if not whole:
        alone = "no bulletin is known to be the whole count, which alone must be like the estimate"
        return check.not_applicable(alone, findings)
    last = margins[-1]
    reason = f"{outside} of {counted(whole, 'declared whole count')} outside the interval"
    if partial := len(margins) - whole:
        reason += f"; {counted(partial, 'partial one')}"
    if others:
        reason += f"; also outside their own: {', '.join(dict.fromkeys(others))}"
    return check.result(
        findings,
        reason=reason,
        statistic=round(float(study.outcome.estimate[2]), 6),
        effect=round(last.margin - float(study.outcome.estimate[2]), 6),
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


def _refusal(found: CaseStudy) -> list[Finding]:
    if found.estimate is None or found.study is None or found.study.known == "nothing":
        return []
    message = f"no estimate of the unseen: {found.reason}"
    rows = found.estimate.backtest
    return [
        Finding(
            code="I401",
            evidence=Evidence.NOTE,
            message=message,
            arithmetic=f"backtest: {watched(rows)}" if rows else "",
        )
    ]


def _estimated(study: Study, estimate: Estimate, facts: CaseFacts) -> Finding:
    """Return the estimate itself as a note, with its assumption and its backtest beside it."""
    if estimate.margin is None:
        raise ValueError("an estimate that is not refused has a margin")
    margin, at = estimate.margin, estimate.margin.interval
    shares = ", ".join(
        f"{facts.label(name)} {points(share.estimate)} % "
        f"({points(share.low)} to {points(share.high)})"
        for name, share in sorted(estimate.shares.items(), key=lambda one: -one[1].estimate)[:4]
    )
    unseen = estimate.unseen["stations"] or 0
    line = f"; backtest of the 95 % intervals, by pattern: {watched(estimate.backtest)}"
    return Finding(
        code="I401",
        evidence=Evidence.NOTE,
        candidate=margin.leader,
        observed=round(at.estimate, 6),
        message=f"estimate of the whole with {counted(unseen, 'station')} unseen: "
        f"{facts.label(margin.leader)} leads {facts.label(margin.runner_up)} by "
        f"{points(at.estimate)} points, "
        f"95 % interval {points(at.low)} to {points(at.high)}, if {estimate.assumption}",
        arithmetic=f"{shares}; {estimate.method}; errors × {estimate.inflation:.2f}"
        + (line if estimate.backtest else "")
        + "".join(f"; {note}" for note in estimate.notes),
    )


def _finding(
    facts: CaseFacts,
    study: Study,
    estimate: Estimate,
    declared: DeclaredMargin,
    verdict: Judged,
) -> Finding:
    names = facts.contest.candidate_ids
    first, second = (facts.label(names[k]) for k in study.pair)
    outcome = study.outcome
    if outcome is None:
        raise ValueError("a study that is not refused has an outcome")
    at = float(outcome.estimate[2])
    half = float(outcome.half_width(study.calibration.inflation, 0.95)[2])
    where = "outside" if verdict.outside else "inside"
    says = (
        f"bulletin {declared.bulletin.id}: the declared margin of {first} over {second}, "
        f"{points(declared.margin)} points, lies {where} the 95 % interval of the estimate, "
        f"{points(at - half)} to {points(at + half)} points"
    )
    says += f" ({verdict.why})" if verdict.why else ""
    return Finding(
        code="I401",
        evidence=verdict.grade,
        candidate=names[study.pair[0]],
        observed=round(at, 6),
        expected=round(declared.margin, 6),
        difference=round(at - declared.margin, 6),
        message=says,
        arithmetic=f"declared: ({declared.first:,} − {declared.second:,}) / {declared.valid:,} = "
        f"{points(declared.margin)} points; {_shares(estimate, declared)}",
    )


def _shares(estimate: Estimate, declared: DeclaredMargin) -> str:
    """Declared shares beside their intervals and the bounds that need no assumption."""
    told = []
    for name, votes in declared.row.votes.items():
        share, interval = votes / declared.valid, estimate.shares[name]
        inside = interval.holds(share)
        text = (
            f"{name} declared {points(share)} %, {'inside' if inside else 'outside'} "
            f"{points(interval.low)} to {points(interval.high)}"
        )
        if estimate.bounds is not None:
            low, high = estimate.bounds.low[name], estimate.bounds.high[name]
            word = "inside" if low <= share <= high else "outside"
            text += f", {word} the bounds {points(low)} to {points(high)}"
        told.append(text)
    return "; ".join(told)


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
