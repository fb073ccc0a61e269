"""D302: the votes still needed against the voters still unseen."""

from __future__ import annotations

from tallyverify.checking import (
    Capacity,
    CaseFacts,
    Check,
    Seen,
    like_regions,
    summarise_seen,
    unseen_capacity,
)
from tallyverify.findings import CheckResult, Evidence, Finding, counted, number, percent, place
from tallyverify.records import AreaResult, Bulletin


def conclude(check: Check, seen: Seen, facts: CaseFacts) -> CheckResult:
    """Ask whether the unseen stations have voters enough for what was declared.

    need_k = D_k − S_k. Σ_k max(need_k, 0), with the null and blank votes still needed, must not
    exceed the registered voters whose sheets were not seen.
    """
    if not facts.bulletins:
        return check.not_applicable("nothing is declared")
    findings: list[Finding] = []
    asked = 0
    for bulletin in facts.bulletins:
        for row in bulletin.areas:
            capacity = unseen_capacity(seen, facts, row)
            if capacity is None or not row.figures or not facts.is_visible(row.area):
                continue
            asked += 1
            findings += _need(check, seen, bulletin, row, capacity, facts)
    if not asked:
        return check.not_applicable(
            "the voters of the unseen stations are not known: there is neither a registry with "
            "registered voters nor a declared number of them"
        )
    over = [f for f in findings if f.evidence is Evidence.CONTRADICTION]
    return check.result(findings, reason=f"{counted(asked, 'declared area')}", statistic=len(over))


def _need(
    check: Check,
    seen: Seen,
    bulletin: Bulletin,
    row: AreaResult,
    capacity: Capacity,
    facts: CaseFacts,
) -> list[Finding]:
    area = facts.area_index(row.area)
    needs = {
        label: declared - seen.totals.sum(names, area)
        for label, (names, declared) in facts.figures_of(row).items()
        if label in row.figures
    }
    positive = {label: need for label, need in needs.items() if need > 0}
    votes = sum(positive.values())
    spelt = " + ".join(f"{number(need)} ({label})" for label, need in positive.items())
    if row.valid is not None and not seen.totals.unread[facts.valid][area]:
        # Where blank votes are declared among the valid ones, they are asked for below.
        among = row.blank if row.blank and row.valid == sum(row.figures.values()) + row.blank else 0
        valid = row.valid - among - seen.totals.sum(facts.valid, area)
        if valid > votes:
            votes = valid
            spelt = (
                f"{number(row.valid - among)} − {number(row.valid - among - valid)} = "
                f"{number(valid)} (valid votes)"
            )
    needed = votes
    for line, declared in (("null", row.null), ("blank", row.blank)):
        # What was not read on a seen sheet is not needed of the unseen.
        if declared is not None and line in facts.lines and not seen.totals.unread[(line,)][area]:
            papers = max(declared - seen.totals.sum((line,), area), 0)
            needed += papers
            spelt += f"{' + ' if spelt else ''}{number(papers)} ({line})" if papers else ""
    if needed <= 0:
        return []
    spelt += f" → {number(needed)} still needed; {capacity.words}"
    head = (
        f"bulletin {bulletin.id}, {place(row.area)}: the unseen stations would have to hold "
        f"{number(needed)} ballots"
    )
    if needed > capacity.voters:
        evidence = None
        says = (
            f"{head}, but only {number(capacity.voters)} voters are left for them: "
            f"{number(needed - capacity.voters)} too few"
        )
    elif row.area:
        return []  # a need that can be met is told once, for the whole country
    else:
        evidence = Evidence.NOTE
        says = head + _beside(seen, votes, needed, positive, capacity, facts)
    return [
        check.finding(
            says,
            evidence=evidence,
            area=row.area,
            observed=capacity.voters,
            expected=needed,
            arithmetic=spelt,
        )
    ]


def _beside(
    seen: Seen,
    votes: int,
    needed: int,
    positive: dict[str, int],
    capacity: Capacity,
    facts: CaseFacts,
) -> str:
    """What the need would mean, beside what was seen."""
    says = ""
    if not capacity.with_abstainers:
        says = f", a turnout of {percent(needed, capacity.voters)} there"
    leader = max(positive, key=lambda name: positive[name], default=None)
    if leader in facts.contest.candidate_ids and votes:
        says += f", {percent(positive[leader], votes)} of the votes for {facts.label(leader)}"
        like = like_regions(seen, votes, facts.contest.candidate_ids.index(leader))
        if like:
            says += f" (in {like.words}: at most {100 * like.shares.max():.2f} %)"
    turnout = _highest_turnout(seen)
    if turnout is not None and not capacity.with_abstainers:
        says += f"; the highest turnout in any seen area was {100 * turnout:.2f} % (valid votes)"
    return says


def _highest_turnout(seen: Seen) -> float | None:
    rows = [row for row in seen.totals.regions.values() if row[2] > 0]
    return max((float(row[3] / row[2]) for row in rows), default=None)


D302 = Check(
    code="D302",
    name="Needed unseen votes against unseen voters",
    family="compare",
    evidence=Evidence.CONTRADICTION,
    conclude=conclude,
    summarise=summarise_seen,
    rows="once",
    needs="actas, a declared result, and registered voters (registry or declared)",
    assumptions="the sheets are authentic; nobody votes twice; registered voters are as stated",
    reference="arithmetic; worst case in the sense of Manski (2003)",
    holds_sheets=True,
)
CHECKS = (D302,)
