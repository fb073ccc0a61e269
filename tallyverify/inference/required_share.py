"""I402: the share of the unseen votes that each candidate needs for a declared result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tallyverify.checking import CaseFacts, Check, Kept, like_regions, summarise_sheets
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.inference.case_study import InferenceStudy
from tallyverify.inference.favourable import most_favourable
from tallyverify.language import counted, number, points
from tallyverify.records import AreaResult, Bulletin


def conclude(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """Ask what share of the votes not seen each candidate needs.

    r_k = (D_k − Σ_S x_k) / (D_valid − Σ_S v). Where it is below 0 or above 1 the declared result
    cannot be reached from the sheets; the contradiction itself is D301's or D302's.
    """
    if not facts.bulletins:
        return check.not_applicable("nothing is declared")
    if not kept.seen.stations.stations:
        return check.not_applicable("no sheet holds a vote")
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
            message = (
                f"bulletin {bulletin.id} is equal to the sum of the sheets for every candidate: it "
                "needs nothing of the unseen"
            )
            findings.append(check.finding(message, bulletin=bulletin.id))
            continue
        told = [need for need in needs if need.impossible is not None]
        if len(told) < len(needs) and not any(need.impossible for need in told):
            message = (
                f"bulletin {bulletin.id} is not known to be the whole count and may leave out seen "
                "stations, so what it needs of the unseen cannot be told"
            )
            findings.append(check.finding(message, bulletin=bulletin.id))
            continue
        impossible += any(need.impossible for need in told)
        beyond += any(need.beyond for need in told)
        # The two with most declared votes, and whoever would need the impossible.
        findings += [
            need.finding for place, need in enumerate(told) if place < 2 or need.impossible
        ]
    if not asked:
        return check.not_applicable("no bulletin declares votes and their total for the country")
    reason = (
        f"{counted(asked, 'bulletin', 'bulletins')}: {impossible} would need an impossible share"
    )
    if not impossible:
        reason += f", {beyond} a share beyond that of every seen area of like size"
    return check.result(
        findings,
        reason=reason,
        statistic=impossible,
        effect=beyond,
        flagged=bool(impossible or beyond),
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
    says = f"bulletin {bulletin.id}: {unseen.facts.label(name)} needs "
    share = need / need_valid if need_valid > 0 else None
    impossible = unseen.surely_impossible(bulletin, row, name)
    beyond = False
    if share is None:
        further = f"{number(need)} further votes" if need > 0 else "no further votes"
        further = f"{number(-need)} votes fewer than were seen" if need < 0 else further
        left = f"{number(need_valid)} valid votes are" if need_valid else "no valid vote is"
        says += f"{further}, while {left} left for all together"
    else:
        says += f"{points(share)} % of the unseen votes"
    if impossible:
        more = share is not None and share > 1
        says += ": impossible" + (", more than all" if more else "")
        says += ", less than none" if share is not None and share < 0 else ""
    elif share is not None and impossible is False:
        beside, beyond = _beside(unseen, name, share, need_valid)
        says += beside
    most = unseen.left_out(bulletin, row)
    if most != 0:
        stations = "stations" if most is None else f"up to {counted(most, 'station', 'stations')}"
        held = "even if it leaves out" if impossible else "if it does not leave out"
        says += f"; {held} {stations} that were seen"
    finding = check.finding(
        says,
        bulletin=bulletin.id,
        candidate=name,
        observed=None if share is None else round(share, 6),
        arithmetic=f"({number(row.votes[name])} − {number(have)}) / ({number(valid)} − "
        f"{number(have_valid)}) = {number(need)} / {number(need_valid)}; if the sheets are "
        "authentic",
    )
    return _Need(finding, impossible, beyond and most == 0)


def _beside(unseen: InferenceStudy, name: str, share: float, amount: int) -> tuple[str, bool]:
    """Where the share falls among seen areas of like size, and the seen stations nearest to it."""
    facts, sheets = unseen.facts, unseen.kept.rows
    column = facts.contest.candidate_ids.index(name)
    says, beyond = "", False
    like = like_regions(unseen.kept.seen, amount, column)
    if like is not None:
        above = int((like.shares > share).sum())
        low, high = float(like.shares.min()), float(like.shares.max())
        # Only areas of like size can say that a share is beyond them.
        beyond = like.alike and not low <= share <= high
        says += f"; in {like.words} it was {points(low)} % to {points(high)} %"
        says += f", higher in {number(above)}"
    if sheets.chunks is not None:
        votes = sheets.columns["votes"][sheets.columns["read"]].astype(np.float64)
        nearest = most_favourable(votes[:, column], votes.sum(axis=1), amount)
        if nearest is not None:
            says += (
                f"; the {number(nearest.stations)} seen stations most favourable to "
                f"{facts.label(name)}, with as many votes, gave {points(nearest.share)} %"
            )
    return says, beyond


I402 = Check(
    code="I402",
    name="Share required of the unseen votes",
    family="inference",
    evidence=Evidence.NOTE,
    conclude=conclude,
    summarise=summarise_sheets,
    rows="kept",
    needs="actas and a declared national result",
    assumptions="the sheets are authentic; what a share needed says about the unseen is left to "
    "the reader: late batches are never a random sample",
    reference="arithmetic; beside it the seen areas of like size",
)
