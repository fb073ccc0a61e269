"""D310 and D311: who leads in the sheets, is that settled, and is it who was declared?"""

from __future__ import annotations

from tallyverify.checking import (
    Bounds,
    Capacity,
    CaseFacts,
    Check,
    Seen,
    bounds_of,
    left_out,
    summarise_seen,
    unseen_capacity,
)
from tallyverify.findings import CheckResult, Evidence, number, percent
from tallyverify.records import AreaResult


def _bounds(seen: Seen, capacity: Capacity, facts: CaseFacts) -> Bounds:
    votes = {name: seen.totals.sum((name,)) for name in facts.contest.candidate_ids}
    return bounds_of(votes, capacity.voters, capacity.words)


def settled(check: Check, seen: Seen, facts: CaseFacts) -> CheckResult:
    """D310: whether the unseen could still turn the lead in the sheets."""
    if len(facts.contest.candidates) < 2:
        return check.not_applicable("the contest has one candidate only")
    if not seen.stations.stations:
        return check.not_applicable("no sheet holds a vote")
    capacity = unseen_capacity(seen, facts)
    if capacity is None:
        return check.not_applicable(
            "the voters of the unseen stations are not known: there is neither a registry with "
            "registered voters nor a declared number of them"
        )
    bound = _bounds(seen, capacity, facts)
    leader, second = facts.label(bound.leader), facts.label(bound.runner_up)
    if bound.settled:
        says = (
            f"{leader} leads {second} by {number(bound.lead)} votes in the sheets; the unseen can "
            f"hold at most {number(bound.unseen_votes)}: settled, if the sheets are authentic"
        )
    else:
        says = (
            f"not settled by the seen votes: {leader} leads {second} by {number(bound.lead)} votes "
            f"in the sheets, and the unseen can hold {number(bound.unseen_votes)}; "
            f"{number(bound.unseen_votes - bound.lead)} more than the lead"
        )
    if bound.unseen_votes and capacity.with_abstainers:
        says += (
            " (who is registered at the seen stations is not known for sure, so whoever did not "
            "vote there is counted among the unseen)"
        )
    shares = "; ".join(
        f"{name} {percent(bound.low[name], 1)} to {percent(bound.high[name], 1)}"
        for name in (bound.leader, bound.runner_up)
    )
    finding = check.finding(
        says,
        candidate=bound.leader,
        observed=bound.lead,
        expected=bound.unseen_votes,
        arithmetic=f"unseen: {bound.words}; bounds of the shares: {shares}",
    )
    return check.result(
        [finding],
        reason="settled" if bound.settled else "not settled",
        statistic=bound.lead,
        effect=bound.unseen_votes,
        flagged=not bound.settled,
    )


def winner(check: Check, seen: Seen, facts: CaseFacts) -> CheckResult:
    """D311: the declared winner against the leader in the sheets."""
    last = next(
        ((b, row) for b in reversed(facts.bulletins) if (row := b.of({})) and row.votes), None
    )
    if last is None or len(facts.contest.candidates) < 2:
        return check.not_applicable("no votes are declared for the whole country")
    bulletin, row = last
    if not seen.stations.stations:
        return check.not_applicable("no sheet holds a vote")
    declared = sorted(row.votes, key=lambda name: -row.votes[name])
    if not _wins(declared[0], row, facts):
        return check.not_applicable(
            "the declared figures do not say who won: a tie, or votes that "
            "are declared for a group or not at all could be as many"
        )
    votes = {name: seen.totals.sum((name,)) for name in facts.contest.candidate_ids}
    leader = max(votes, key=lambda name: votes[name])
    if votes[leader] == votes[declared[0]]:
        return check.result([], reason=f"{facts.label(declared[0])} leads in both")
    capacity = unseen_capacity(seen, facts)
    bound = _bounds(seen, capacity, facts) if capacity is not None else None
    final = left_out(seen, facts, bulletin, row) == 0
    sure = bound is not None and bound.settled and final
    lead = votes[leader] - votes[declared[0]]
    says = (
        f"bulletin {bulletin.id} has {facts.label(declared[0])} ahead; in the sheets "
        f"{facts.label(leader)} leads by {number(lead)} votes"
    )
    if bound is None:
        says += "; how much the unseen could hold is not known"
    elif not bound.settled:
        says += f", which the unseen ({number(bound.unseen_votes)} voters) could still turn"
    else:
        says += f", more than the unseen ({number(bound.unseen_votes)} voters) could turn"
        says += "" if final else "; the bulletin is not the whole count, so it need not agree yet"
    finding = check.finding(
        says,
        evidence=Evidence.CONTRADICTION if sure else Evidence.NOTE,
        candidate=declared[0],
        observed=votes[declared[0]],
        expected=votes[leader],
        arithmetic=f"sheets: {number(votes[leader])} ({leader}) − "
        f"{number(votes[declared[0]])} ({declared[0]}) = {number(lead)}; declared: "
        f"{number(row.votes[declared[0]])} ({declared[0]})",
    )
    return check.result([finding], statistic=lead)


def _wins(name: str, row: AreaResult, facts: CaseFacts) -> bool:
    """Whether a candidate has more declared votes than any other can have."""
    others = [votes for label, votes in row.figures.items() if label != name]
    if row.candidates != set(facts.contest.candidate_ids):
        if row.valid is None:
            return False
        others.append(row.valid - sum(row.figures.values()))
    return row.votes[name] > max(others, default=-1)


D310 = Check(
    code="D310",
    name="Is the leader settled by the seen votes?",
    family="compare",
    evidence=Evidence.NOTE,
    conclude=settled,
    summarise=summarise_seen,
    rows="once",
    needs="actas, and registered voters (registry or declared)",
    assumptions="the sheets are authentic; every unseen voter may vote, for anybody",
    reference="Manski (2003), worst-case bounds",
)
D311 = Check(
    code="D311",
    name="Declared winner against the leader in the sheets",
    family="compare",
    evidence=Evidence.CONTRADICTION,
    conclude=winner,
    summarise=summarise_seen,
    rows="once",
    needs="actas and a declared national result",
    assumptions="as D310; a contradiction only where the seen votes settle the winner and the "
    "bulletin is complete",
    reference="Manski (2003), worst-case bounds",
    holds_sheets=True,
)
CHECKS = (D310, D311)
