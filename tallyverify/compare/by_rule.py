"""What sheets and bulletins come to under a rule that takes shares: a majority, or a lead."""

from __future__ import annotations

from tallyverify.checking import CaseFacts, Check, OutcomesLeft, Seen, outcomes_left
from tallyverify.compare.lifting import proof_of
from tallyverify.feasibility import Feasibility, Row, SeriesAnswer, blank_votes_to_add, votes_left
from tallyverify.findings import CheckResult, Evidence
from tallyverify.language import number, percent
from tallyverify.records import AreaResult, Bulletin, Outcome, Rule

UNBOUNDED = (
    "what the unseen stations can hold is not known: neither the number of stations nor "
    "that of registered voters bounds it"
)

DeclaredVotes = tuple[SeriesAnswer, int, Bulletin, AreaResult]
"""A row that declares votes, in its bulletin, the position of which in its series stands before."""


def settled_by_shares(
    check: Check, engine: Feasibility, seen: Seen, facts: CaseFacts
) -> CheckResult:
    """D310 where most votes are not enough."""
    rule = facts.contest.rule
    base = shares_of(engine, seen, facts)
    if base is None:
        return check.not_applicable(
            f"the sheets do not tell the ballots that the rule ({rule.words}) is of"
        )
    known = votes_left(engine)
    if known is None:
        return check.not_applicable(UNBOUNDED)
    left, why = known
    found = outcomes_left(rule, left)
    votes = {name: seen.totals.sum((name,)) for name in facts.contest.candidate_ids}
    leader, second = sorted(votes, key=lambda name: -votes[name])[:2]
    says = f"{standing(votes, base, facts)} in the sheets; the unseen can hold at most "
    says += f"{number(left.unseen)}: {_left_words(found, facts)}"
    if found.settled is not None:
        says += ": settled, if the sheets are authentic"
    else:
        says = f"not settled by the seen votes: {says}"
    least, most = (
        percent(count[leader], whole, 1)
        for count, whole in (left.worst(leader, second), left.best(leader))
    )
    finding = check.finding(
        says,
        candidate=leader,
        observed=votes[leader],
        expected=left.unseen,
        difference=votes[leader] - left.unseen,
        arithmetic=f"rule: {rule.words}; unseen: {why}; bounds of the share: {leader} {least} to "
        f"{most}",
    )
    return check.result(
        [finding],
        reason="settled" if found.settled is not None else "not settled",
        statistic=votes[leader],
        effect=left.unseen,
        flagged=found.settled is None,
    )


def _left_words(found: OutcomesLeft, facts: CaseFacts) -> str:
    """Return in words what outcomes are left."""
    rule = facts.contest.rule
    if found.settled is not None:
        return rule.outcome_words(found.settled, facts.label)
    if not found.may_win:
        return f"nobody wins outright, but who goes to {rule.runoff} is open"
    return f"{' or '.join(map(facts.label, found.may_win))} may win outright, or nobody"


def outcome_by_shares(
    check: Check, engine: Feasibility, last: DeclaredVotes, seen: Seen, facts: CaseFacts
) -> CheckResult:
    """D311 where most votes are not enough: the declared outcome against that of the sheets."""
    answer, at, bulletin, row = last
    rule = facts.contest.rule
    declared, base = declared_outcome(row, engine, facts), shares_of(engine, seen, facts)
    if declared is None:
        return check.not_applicable(
            f"the declared figures do not say what they come to under the rule ({rule.words}): a "
            "tie, a total that is not declared, or votes of a group or of nobody named"
        )
    if base is None:
        return check.not_applicable("the sheets do not tell the ballots that the rule is of")
    votes = {name: seen.totals.sum((name,)) for name in facts.contest.candidate_ids}
    here = rule.outcome(votes, base)
    if here == declared:
        both = rule.outcome_words(here, facts.label)
        return check.result([], reason=f"in both, under the rule ({rule.words}): {both}")
    known = votes_left(engine)
    sure = known is not None and outcomes_left(rule, known[0]).exclude(declared)
    names = {*facts.contest.candidate_ids, *row.figures}
    base_lines = {"valid votes"} if rule.of == "valid" else {"ballots", "valid votes"}

    def of_the_rule(one: Row) -> bool:
        """Votes, and what shares are of: no other figure can decide an outcome."""
        return (
            one.bulletin == at
            and one.area == 0
            and (one.of_stations or one.label in names or one.label in base_lines)
        )

    evidence, proof = proof_of(engine, answer, of_the_rule)
    says = (
        f"by bulletin {bulletin.id} {rule.outcome_words(declared, facts.label)}; by the sheets "
        f"{rule.outcome_words(here, facts.label)} (rule: {rule.words})"
    )
    if known is None:
        says += "; how much the unseen could hold is not known"
    elif not sure:
        says += f", which the unseen ({number(known[0].unseen)} votes) could still make alike"
    else:
        says += f", which the unseen ({number(known[0].unseen)} votes) could not make alike"
        if evidence is Evidence.NOTE:
            says += (
                "; its votes and their total do not prove it by themselves: the bulletin may leave "
                "sheets out, or what shares are of (do valid votes hold the blank ones?) is open"
            )
    leader = max(votes, key=lambda name: votes[name])
    finding = check.finding(
        says,
        proof=proof if sure else "",
        evidence=evidence if sure else Evidence.NOTE,
        bulletin=bulletin.id,
        candidate=leader,
        observed=votes[leader],
        expected=row.votes.get(leader),
        arithmetic=f"sheets: {standing(votes, base, facts)}; declared: "
        + ", ".join(f"{number(count)} ({name})" for name, count in row.votes.items()),
    )
    return check.result([finding], statistic=votes[leader], flagged=True)


def shares_of(engine: Feasibility, seen: Seen, facts: CaseFacts) -> int | None:
    """Return what shares are of on the sheets as they were read; None where they do not tell it."""
    total = seen.totals.sum
    if facts.contest.rule.of == "ballots":
        return total(facts.ballots) if facts.ballots is not None else None
    blank = total(("blank",)) if "blank" in facts.lines else 0
    return total(facts.valid) + blank * blank_votes_to_add(engine.sheets, facts)


def declared_outcome(row: AreaResult, engine: Feasibility, facts: CaseFacts) -> Outcome | None:
    """Return what a bulletin comes to; None where its figures leave that open.

    Votes for a group, and those that are not declared, may be one candidate's or nobody's.
    """
    base = _declared_base(row, engine, facts)
    total = sum(row.figures.values())
    if base is None or total > base:
        return None
    votes = dict(row.votes)
    blocks = {label: count for label, count in row.figures.items() if label not in votes}
    if row.candidates != set(facts.contest.candidate_ids):
        blocks["others"] = (base if row.valid is None else row.valid) - total
    return _outcome_with(facts.contest.rule, votes, blocks, base)


def _outcome_with(
    rule: Rule, votes: dict[str, int], blocks: dict[str, int], base: int
) -> Outcome | None:
    apart = {f"group {label}": count for label, count in blocks.items()}
    whole = rule.outcome({**votes, **apart}, base)
    split = rule.outcome(votes, base)
    if whole != split or whole.winner in apart or set(whole.finalists) & set(apart):
        return None
    if rule.runoff and whole.winner is None and not whole.finalists:
        return None  # two have as many
    return whole


def _declared_base(row: AreaResult, engine: Feasibility, facts: CaseFacts) -> int | None:
    """What shares of a bulletin are of."""
    apart = engine.sheets.conventions.blank_apart
    if facts.contest.valid_includes_blank is not None:
        apart = not facts.contest.valid_includes_blank
    if facts.contest.rule.of == "ballots":
        if row.ballots is not None:
            return row.ballots
        blank = row.blank if apart else 0
        if row.valid is None or row.null is None or blank is None:
            return None
        return row.valid + row.null + blank
    if row.valid is not None:
        return row.valid
    if row.candidates != set(facts.contest.candidate_ids):
        return None
    return sum(row.figures.values()) + (0 if apart else row.blank or 0)


def standing(votes: dict[str, int], base: int, facts: CaseFacts) -> str:
    """Return the first two and their shares in words."""
    ranked = sorted(votes, key=lambda name: -votes[name])[:2]
    what = facts.contest.rule.base_words
    said = [
        f"{facts.label(name)} {percent(votes[name], base)} ({number(votes[name])})"
        for name in ranked
    ]
    return f"{' and '.join(said)} of {number(base)} {what}"
