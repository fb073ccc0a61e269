"""D307: what was added between one bulletin and the next."""

from __future__ import annotations

from tallyverify.checking import CaseFacts, Check, Kept, Seen, like_regions
from tallyverify.compare.declared.bulletins import (
    Growth,
    Pair,
    growth,
    pairs,
    proved_of_pair,
)
from tallyverify.compare.lifting import answer_of
from tallyverify.compare.wording import term
from tallyverify.feasibility import Feasibility, summarise_witnesses
from tallyverify.findings import CheckResult, Evidence, Finding, place
from tallyverify.language import clauses, counted, formatted, formula, number, percent, plus, told


def batch(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """D307: can what was added between two bulletins have come from stations?

    The batch must have no more votes for candidates than valid votes; whether its stations can
    hold them is for D312. That it is unlike the seen areas is only noted: late stations are
    never a random sample.
    """
    engine = answer_of(kept, facts)
    findings: list[Finding] = []
    asked = 0
    for pair in pairs(engine, facts):
        counts = growth(pair.row, pair.last)
        if (True, "valid") not in counts:
            continue
        asked += 1
        valid = counts[True, "valid"].votes
        grown = {name: one for (of_line, name), one in counts.items() if not of_line}
        findings += _impossible(check, engine, pair, valid, grown, facts)
        findings += _beside_the_seen(check, kept.seen, pair, valid, grown, facts)
    if not asked:
        return check.not_applicable(told("no two bulletins give valid votes for the same area"))
    sure = sum(finding.evidence is not Evidence.NOTE for finding in findings)
    return check.result(findings, reason=counted(asked, "batch", "batches"), statistic=sure)


def _between(pair: Pair) -> str:
    return told(
        "{area}, between bulletins {earlier} and {later}",
        area=place(pair.row.area),
        earlier=pair.bulletin.id,
        later=pair.later.id,
    )


def _impossible(
    check: Check,
    engine: Feasibility,
    pair: Pair,
    valid: int,
    grown: dict[str, Growth],
    facts: CaseFacts,
) -> list[Finding]:
    if valid < 0:
        return []
    over = [one for one in grown.values() if one.votes > valid]
    total = sum(one.votes for one in grown.values())
    added = number(valid)
    more: list[tuple[int, str, str, set[str]]] = [
        (
            one.votes,
            told(
                "{when}: {name} gains {votes} votes where {valid} valid votes were added in all",
                when=_between(pair),
                name=one.words,
                votes=number(one.votes),
                valid=added,
            ),
            formula("{votes} > {valid}", votes=number(one.votes), valid=added),
            {one.name},
        )
        for one in over
    ]
    if not over and total > valid:
        more.append(
            (
                total,
                told(
                    "{when}: the candidates gain {votes} votes together where {valid} valid votes "
                    "were added in all",
                    when=_between(pair),
                    votes=number(total),
                    valid=added,
                ),
                formula(
                    "{terms} = {total} > {valid}",
                    terms=plus(term(one.votes, one.words) for one in grown.values()),
                    total=number(total),
                    valid=added,
                ),
                {one.name for one in grown.values()},
            )
        )
    findings = []
    for votes, message, spelt, names in more:
        evidence, proof = proved_of_pair(engine, pair, {*names, "valid"}, facts)
        findings.append(
            check.finding(
                message,
                proof=proof,
                evidence=evidence,
                bulletin=pair.later.id,
                area=pair.row.area,
                observed=votes,
                expected=valid,
                arithmetic=spelt,
            )
        )
    return findings


def _beside_the_seen(
    check: Check,
    seen: Seen,
    pair: Pair,
    valid: int,
    grown: dict[str, Growth],
    facts: CaseFacts,
) -> list[Finding]:
    alone = [name for name in facts.contest.candidate_ids if name in grown]
    if valid <= 0 or not alone:
        return []
    leader = max(alone, key=lambda name: grown[name].votes)
    like = like_regions(seen, valid, facts.contest.candidate_ids.index(leader))
    votes = grown[leader].votes
    share = votes / valid
    says: list[str] = [
        told(
            "{when}, {valid} valid votes were added, {share} of them for {name}",
            when=_between(pair),
            valid=number(valid),
            share=percent(votes, valid),
            name=facts.label(leader),
        )
    ]
    if like:
        says.append(
            told(
                "in {areas} it was {low} to {high} %, {as_high} of them as high",
                areas=like.words,
                low=formatted(100 * like.shares.min(), ".2f"),
                high=formatted(100 * like.shares.max(), ".2f"),
                as_high=str(int((like.shares >= share).sum())),
            )
        )
    return [
        check.finding(
            told(
                "{what}. Late stations are not a random sample, so this alone says nothing",
                what=clauses(says),
            ),
            evidence=Evidence.NOTE,
            bulletin=pair.later.id,
            area=pair.row.area,
            candidate=leader,
            observed=round(share, 6),
            arithmetic=formula(
                "{votes} / {valid} = {share}",
                votes=number(votes),
                valid=number(valid),
                share=percent(votes, valid),
            ),
        )
    ]


D307 = Check(
    code="D307",
    name=told("The batch between two bulletins"),
    family="compare",
    evidence=Evidence.CONTRADICTION,
    conclude=batch,
    summarise=summarise_witnesses,
    rows="kept",
    needs=told("two bulletins with valid votes"),
    assumptions=told("as D306; a batch unlike the seen areas is only a note"),
    reference="arithmetic; Idrobo, Kronick & Rodríguez (2022) on late shifts",
)
CHECKS = (D307,)
