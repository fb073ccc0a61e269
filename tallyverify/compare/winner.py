"""D310 and D311: who leads in the sheets, is that settled, and is it who was declared?"""

from __future__ import annotations

from tallyverify.checking import (
    Bounds,
    CaseFacts,
    Check,
    Kept,
    Seen,
    bounds_of,
)
from tallyverify.compare.by_rule import (
    UNBOUNDED,
    DeclaredVotes,
    outcome_by_shares,
    settled_by_shares,
)
from tallyverify.compare.lifting import answer_of, proof_of
from tallyverify.compare.wording import term
from tallyverify.feasibility import (
    Feasibility,
    Row,
    summarise_witnesses,
    unseen_room,
)
from tallyverify.findings import CheckResult, Evidence
from tallyverify.language import clauses, number, percent, told
from tallyverify.records import AreaResult

_NO_VOTE = told("no sheet holds a vote")


def _bounds(engine: Feasibility, seen: Seen, facts: CaseFacts) -> tuple[Bounds, bool] | None:
    """What the votes that no sheet shows still allow, if there is a bound on them.

    Also whether some of them may belong to no station.
    """
    room = unseen_room(engine)
    if room is None:
        return None
    votes = {name: seen.totals.sum((name,)) for name in facts.contest.candidate_ids}
    return bounds_of(votes, room[0], room[1]), room[2]


def settled(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """D310: whether the unseen could still turn the lead in the sheets."""
    seen = kept.seen
    if len(facts.contest.candidates) < 2:
        return check.not_applicable(told("the contest has one candidate only"))
    if not seen.stations.stations:
        return check.not_applicable(_NO_VOTE)
    if facts.contest.rule.of_shares:
        return settled_by_shares(check, answer_of(kept, facts), seen, facts)
    found = _bounds(answer_of(kept, facts), seen, facts)
    if found is None:
        return check.not_applicable(UNBOUNDED)
    bound, elsewhere = found
    shares = clauses(
        told(
            "{name} {least} to {most}",
            name=name,
            least=percent(bound.low[name], 1),
            most=percent(bound.high[name], 1),
        )
        for name in (bound.leader, bound.runner_up)
    )
    finding = check.finding(
        _settled_words(bound, elsewhere, facts),
        candidate=bound.leader,
        observed=bound.lead,
        expected=bound.unseen_votes,
        arithmetic=told(
            "rule: {rule}; unseen: {unseen}; bounds of the shares: {shares}",
            rule=facts.contest.rule.words,
            unseen=bound.words,
            shares=shares,
        ),
    )
    return check.result(
        [finding],
        reason=told("settled") if bound.settled else told("not settled"),
        statistic=bound.lead,
        effect=bound.unseen_votes,
        flagged=not bound.settled,
    )


def _settled_words(bound: Bounds, elsewhere: bool, facts: CaseFacts) -> str:
    of_no_station = told("stations without a sheet, and votes of no station (postal, abroad),")
    values = {
        "leader": facts.label(bound.leader),
        "second": facts.label(bound.runner_up),
        "lead": number(bound.lead),
        "unseen": number(bound.unseen_votes),
        "others": of_no_station if elsewhere else told("stations without a sheet"),
    }
    if not bound.settled:
        return told(
            "not settled by the seen votes: {leader} leads {second} by {lead} votes in the sheets, "
            "and {others} could add up to {unseen}",
            **values,
        )
    if not bound.unseen_votes:
        return told(
            "{leader} leads {second} by {lead} votes in the sheets, and none are missing: settled, "
            "if the sheets are authentic",
            **values,
        )
    return told(
        "{leader} leads {second} by {lead} votes in the sheets; {others} could add {unseen} "
        "at most: settled, if the sheets are authentic",
        **values,
    )


def winner(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """D311: the declared winner against the leader in the sheets."""
    engine, seen = answer_of(kept, facts), kept.seen
    last = _last_votes(engine)
    if last is None or len(facts.contest.candidates) < 2:
        return check.not_applicable(told("no votes are declared for the whole country"))
    if not seen.stations.stations:
        return check.not_applicable(_NO_VOTE)
    if facts.contest.rule.of_shares:
        return outcome_by_shares(check, engine, last, seen, facts)
    answer, at, bulletin, row = last
    declared = sorted(row.votes, key=lambda name: -row.votes[name])
    if not _wins(declared[0], row, facts):
        return check.not_applicable(
            told(
                "the declared figures do not say who won: a tie, or votes that are declared for a "
                "group or not at all could be as many"
            )
        )
    votes = {name: seen.totals.sum((name,)) for name in facts.contest.candidate_ids}
    leader = max(votes, key=lambda name: votes[name])
    if votes[leader] == votes[declared[0]]:
        both = told("{name} leads in both", name=facts.label(declared[0]))
        return check.result([], reason=both)
    bound, _ = _bounds(engine, seen, facts) or (None, False)
    lead = votes[leader] - votes[declared[0]]

    def of_the_two(one: Row) -> bool:
        names = {leader, declared[0]}
        return (
            one.bulletin == at
            and one.area == 0
            and (one.of_stations or set(one.figure.candidates) <= names or one.label in names)
        )

    evidence, proof = proof_of(engine, answer, of_the_two)
    says = told(
        "bulletin {bulletin} has {declared} ahead; in the sheets {leader} leads by {lead} votes",
        bulletin=bulletin.id,
        declared=facts.label(declared[0]),
        leader=facts.label(leader),
        lead=number(lead),
    )
    sure = bound is not None and bound.settled
    finding = check.finding(
        _could_turn(says, bound, proved=evidence is not Evidence.NOTE),
        proof=proof if sure else "",
        evidence=evidence if sure else Evidence.NOTE,
        bulletin=bulletin.id,
        candidate=declared[0],
        observed=votes[declared[0]],
        expected=votes[leader],
        arithmetic=told(
            "sheets: {first} − {second} = {lead}; declared: {declared}",
            first=term(votes[leader], leader),
            second=term(votes[declared[0]], declared[0]),
            lead=number(lead),
            declared=term(row.votes[declared[0]], declared[0]),
        ),
    )
    # That the winners differ is an answer of its own, whatever it proves.
    return check.result([finding], statistic=lead, flagged=True)


def _could_turn(says: str, bound: Bounds | None, *, proved: bool) -> str:
    """Say of a lead whether the unseen could turn it."""
    if bound is None:
        return clauses([says, told("how much the unseen could hold is not known")])
    unseen = number(bound.unseen_votes)
    if not bound.settled:
        return told(
            "{what}, which the unseen ({votes} votes) could still turn", what=says, votes=unseen
        )
    says = told("{what}, more than the unseen ({votes} votes) could turn", what=says, votes=unseen)
    if proved:
        return says
    why = told("the bulletin is not the whole count, so it need not agree yet")
    return clauses([says, why])


def _last_votes(engine: Feasibility) -> DeclaredVotes | None:
    """Return the last row in force that declares votes for the whole country."""
    return next(
        (
            (answer, at, bulletin, row)
            for answer in reversed(engine.series)
            for at, (bulletin, rows) in reversed(list(enumerate(answer.series.bulletins)))
            for row in rows
            if not row.area and row.votes
        ),
        None,
    )


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
    name=told("Is the leader settled by the seen votes?"),
    family="compare",
    evidence=Evidence.NOTE,
    conclude=settled,
    summarise=summarise_witnesses,
    rows="kept",
    needs=told("actas, and registered voters (registry or declared)"),
    assumptions=told("the sheets are authentic; every unseen voter may vote, for anybody"),
    reference="Manski (2003), worst-case bounds",
)
D311 = Check(
    code="D311",
    name=told("Declared winner against the leader in the sheets"),
    family="compare",
    evidence=Evidence.CONTRADICTION,
    conclude=winner,
    summarise=summarise_witnesses,
    rows="kept",
    needs=told("actas and a declared national result"),
    assumptions=told(
        "as D310; a contradiction only where the seen votes settle the winner and the bulletin is "
        "complete"
    ),
    reference="Manski (2003), worst-case bounds",
)
CHECKS = (D310, D311)
