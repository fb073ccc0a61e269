"""I402: the share of the unseen votes that each candidate needs for a declared result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tallyverify.checking import CaseFacts, Check, Kept, like_regions, summarise_sheets
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.inference.case_study import InferenceStudy
from tallyverify.inference.favourable import most_favourable
from tallyverify.language import (
    clauses,
    counted,
    formula,
    number,
    points,
    told,
    told_of,
)
from tallyverify.records import AreaResult, Bulletin


def conclude(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """Ask what share of the votes not seen each candidate needs.

    r_k = (D_k − Σ_S x_k) / (D_valid − Σ_S v). Where it is below 0 or above 1 the declared result
    cannot be reached from the sheets; the contradiction itself is D301's or D302's.
    """
    if not facts.bulletins:
        return check.not_applicable(told("nothing is declared"))
    if not kept.seen.stations.stations:
        return check.not_applicable(told("no sheet holds a vote"))
    unseen = InferenceStudy.of(kept, facts)
    findings: list[Finding] = []
    asked = impossible = beyond = 0
    for bulletin in facts.bulletins:
        row = bulletin.of({})
        valid = unseen.valid(row) if row is not None else None
        if row is None or valid is None or not row.votes:
            continue
        asked += 1
        names = sorted(row.votes, key=lambda name: (-row.votes[name], name))
        every = [_need(check, unseen, bulletin, row, valid, name) for name in names]
        needs = [need for need in every if need is not None]
        if not needs:
            message = told(
                "bulletin {bulletin} is equal to the sum of the sheets for every candidate: it "
                "needs nothing of the unseen",
                bulletin=bulletin.id,
            )
            findings.append(check.finding(message, bulletin=bulletin.id))
            continue
        known = [need for need in needs if need.impossible is not None]
        if len(known) < len(needs) and not any(need.impossible for need in known):
            message = told(
                "bulletin {bulletin} is not known to be the whole count and may leave out seen "
                "stations, so what it needs of the unseen cannot be told",
                bulletin=bulletin.id,
            )
            findings.append(check.finding(message, bulletin=bulletin.id))
            continue
        impossible += any(need.impossible for need in known)
        beyond += any(need.beyond for need in known)
        # The two with most declared votes, and whoever would need the impossible.
        findings += [
            need.finding for place, need in enumerate(known) if place < 2 or need.impossible
        ]
    if not asked:
        reason = told("no bulletin declares votes and their total for the country")
        return check.not_applicable(reason)
    return check.result(
        findings,
        reason=_reason(asked, impossible, beyond),
        statistic=impossible,
        effect=beyond,
        flagged=bool(impossible or beyond),
    )


def _reason(asked: int, impossible: int, beyond: int) -> str:
    bulletins = counted(asked, "bulletin", "bulletins")
    if impossible:
        return told(
            "{bulletins}: {impossible} would need an impossible share",
            bulletins=bulletins,
            impossible=number(impossible),
        )
    return told(
        "{bulletins}: {impossible} would need an impossible share, {beyond} a share beyond that of "
        "every seen area of like size",
        bulletins=bulletins,
        impossible=number(impossible),
        beyond=number(beyond),
    )


@dataclass(frozen=True)
class _Need:
    finding: Finding
    impossible: bool | None  # None where it would be, but for stations that may be left out
    beyond: bool


def _need(
    check: Check, unseen: InferenceStudy, bulletin: Bulletin, row: AreaResult, valid: int, name: str
) -> _Need | None:
    have, have_valid = unseen.kept.seen.totals.sum((name,)), unseen.seen_valid
    need, need_valid = row.votes[name] - have, valid - have_valid
    if not need and not need_valid:
        return None
    share = need / need_valid if need_valid > 0 else None
    impossible = unseen.surely_impossible(bulletin, row, name)
    beyond = False
    says = [_needs(bulletin.id, unseen.facts.label(name), need, need_valid)]
    if impossible:
        says = [formula("{needs}: {impossible}", needs=says[0], impossible=_impossible(share))]
    elif share is not None and impossible is False:
        beside, beyond = _beside(unseen, name, share, need_valid)
        says += beside
    most = unseen.left_out(bulletin, row)
    if most != 0:
        says.append(_even_if(most) if impossible else _unless(most))
    sums = formula(
        "({votes} − {have}) / ({valid} − {have_valid}) = {need} / {need_valid}",
        votes=number(row.votes[name]),
        have=number(have),
        valid=number(valid),
        have_valid=number(have_valid),
        need=number(need),
        need_valid=number(need_valid),
    )
    finding = check.finding(
        clauses(says),
        bulletin=bulletin.id,
        candidate=name,
        observed=None if share is None else round(share, 6),
        arithmetic=clauses([sums, told("if the sheets are authentic")]),
    )
    return _Need(finding, impossible, beyond and most == 0)


def _needs(bulletin: str, candidate: str, need: int, need_valid: int) -> str:
    """What a candidate needs: a share, or votes where none are left that it could be of."""
    if need_valid > 0:
        return told(
            "bulletin {bulletin}: {candidate} needs {share} % of the unseen votes",
            bulletin=bulletin,
            candidate=candidate,
            share=points(need / need_valid),
        )
    further: str = told("no further votes")
    if need > 0:
        further = told_of(need, "{count} further votes", "{count} further votes")
    elif need < 0:
        further = told_of(
            -need, "{count} votes fewer than were seen", "{count} votes fewer than were seen"
        )
    left = (
        told_of(
            need_valid,
            "{count} valid votes are left for all together",
            "{count} valid votes are left for all together",
        )
        if need_valid
        else told("no valid vote is left for all together")
    )
    return told(
        "bulletin {bulletin}: {candidate} needs {further}, while {left}",
        bulletin=bulletin,
        candidate=candidate,
        further=further,
        left=left,
    )


def _impossible(share: float | None) -> str:
    if share is not None and share > 1:
        return told("impossible, more than all")
    if share is not None and share < 0:
        return told("impossible, less than none")
    return told("impossible")


def _even_if(most: int | None) -> str:
    if most is None:
        return told("even if it leaves out stations that were seen")
    return told_of(
        most,
        "even if it leaves out up to {count} station that were seen",
        "even if it leaves out up to {count} stations that were seen",
    )


def _unless(most: int | None) -> str:
    if most is None:
        return told("if it does not leave out stations that were seen")
    return told_of(
        most,
        "if it does not leave out up to {count} station that were seen",
        "if it does not leave out up to {count} stations that were seen",
    )


def _beside(unseen: InferenceStudy, name: str, share: float, amount: int) -> tuple[list[str], bool]:
    """Where the share falls among seen areas of like size, and the seen stations nearest to it."""
    facts, sheets = unseen.facts, unseen.kept.rows
    column = facts.contest.candidate_ids.index(name)
    says, beyond = list[str](), False
    like = like_regions(unseen.kept.seen, amount, column)
    if like is not None:
        above = int((like.shares > share).sum())
        low, high = float(like.shares.min()), float(like.shares.max())
        # Only areas of like size can say that a share is beyond them.
        beyond = like.alike and not low <= share <= high
        says.append(
            told(
                "in {areas} it was {low} % to {high} %, higher in {above}",
                areas=like.words,
                low=points(low),
                high=points(high),
                above=number(above),
            )
        )
    if sheets.chunks is not None:
        votes = sheets.columns["votes"][sheets.columns["read"]].astype(np.float64)
        nearest = most_favourable(votes[:, column], votes.sum(axis=1), amount)
        if nearest is not None:
            says.append(
                told_of(
                    nearest.stations,
                    "the {count} seen stations most favourable to {candidate}, with as many votes, "
                    "gave {share} %",
                    "the {count} seen stations most favourable to {candidate}, with as many votes, "
                    "gave {share} %",
                    candidate=facts.label(name),
                    share=points(nearest.share),
                )
            )
    return says, beyond


I402 = Check(
    code="I402",
    name=told("Share required of the unseen votes"),
    family="inference",
    evidence=Evidence.NOTE,
    conclude=conclude,
    summarise=summarise_sheets,
    rows="kept",
    needs=told("actas and a declared national result"),
    assumptions=told(
        "the sheets are authentic; what a share needed says about the unseen is left to the "
        "reader: late batches are never a random sample"
    ),
    reference="arithmetic; beside it the seen areas of like size",
)
