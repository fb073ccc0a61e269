"""What sheets and bulletins come to under a rule that takes shares: a majority, or a lead."""

from __future__ import annotations

from tallyverify.checking import CaseFacts, Check, OutcomesLeft, Seen, outcomes_left
from tallyverify.compare.lifting import proof_of
from tallyverify.compare.wording import term
from tallyverify.feasibility import Feasibility, Row, SeriesAnswer, blank_votes_to_add, votes_left
from tallyverify.findings import CheckResult, Evidence
from tallyverify.language import clauses, each_or, enumerated, formula, number, percent, told
from tallyverify.records import AreaResult, Bulletin, Outcome, Rule

UNBOUNDED = told(
    "what the unseen stations can hold is not known: neither the number of stations nor that of "
    "registered voters bounds it"
)

NO_BALLOTS = told("the sheets do not tell the ballots that the rule is of")

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
            told("the sheets do not tell the ballots that the rule ({rule}) is of", rule=rule.words)
        )
    known = votes_left(engine)
    if known is None:
        return check.not_applicable(UNBOUNDED)
    left, why = known
    found = outcomes_left(rule, left)
    votes = {name: seen.totals.sum((name,)) for name in facts.contest.candidate_ids}
    leader, second = sorted(votes, key=lambda name: -votes[name])[:2]
    least, most = (
        percent(count[leader], whole, 1)
        for count, whole in (left.worst(leader, second), left.best(leader))
    )
    finding = check.finding(
        _settled_words(found, standing(votes, base, facts), number(left.unseen), facts),
        candidate=leader,
        observed=votes[leader],
        expected=left.unseen,
        difference=votes[leader] - left.unseen,
        arithmetic=told(
            "rule: {rule}; unseen: {unseen}; bounds of the share: {name} {least} to {most}",
            rule=rule.words,
            unseen=why,
            name=leader,
            least=least,
            most=most,
        ),
    )
    return check.result(
        [finding],
        reason=told("settled") if found.settled is not None else told("not settled"),
        statistic=votes[leader],
        effect=left.unseen,
        flagged=found.settled is None,
    )


def _settled_words(found: OutcomesLeft, here: str, unseen: str, facts: CaseFacts) -> str:
    left = _left_words(found, facts)
    if found.settled is not None:
        return told(
            "{standing} in the sheets; what no sheet shows is {unseen} votes at most: {outcome}: "
            "settled, if the sheets are authentic",
            standing=here,
            unseen=unseen,
            outcome=left,
        )
    return told(
        "not settled by the seen votes: {standing} in the sheets; what no sheet shows may be up to "
        "{unseen} votes: {outcome}",
        standing=here,
        unseen=unseen,
        outcome=left,
    )


def _left_words(found: OutcomesLeft, facts: CaseFacts) -> str:
    """Return in words what outcomes are left."""
    rule = facts.contest.rule
    if found.settled is not None:
        return rule.outcome_words(found.settled, facts.label)
    if not found.may_win:
        return told("nobody wins outright, but who goes to {runoff} is open", runoff=rule.runoff)
    names = each_or(map(facts.label, found.may_win))
    return told("{names} may win outright, or nobody", names=names)


def outcome_by_shares(
    check: Check, engine: Feasibility, last: DeclaredVotes, seen: Seen, facts: CaseFacts
) -> CheckResult:
    """D311 where most votes are not enough: the declared outcome against that of the sheets."""
    answer, at, bulletin, row = last
    rule = facts.contest.rule
    declared, base = declared_outcome(row, engine, facts), shares_of(engine, seen, facts)
    if declared is None:
        return check.not_applicable(
            told(
                "the declared figures do not say what they come to under the rule ({rule}): a tie, "
                "a total that is not declared, or votes of a group or of nobody named",
                rule=rule.words,
            )
        )
    if base is None:
        return check.not_applicable(NO_BALLOTS)
    votes = {name: seen.totals.sum((name,)) for name in facts.contest.candidate_ids}
    here = rule.outcome(votes, base)
    if here == declared:
        both = rule.outcome_words(here, facts.label)
        return check.result(
            [],
            reason=told(
                "in both, under the rule ({rule}): {outcome}", rule=rule.words, outcome=both
            ),
        )
    known = votes_left(engine)
    sure = known is not None and outcomes_left(rule, known[0]).exclude(declared)
    names = {*facts.contest.candidate_ids, *row.figures}
    base_lines = {"valid"} if rule.of == "valid" else {"ballots", "valid"}

    def of_the_rule(one: Row) -> bool:
        """Votes, and what shares are of: no other figure can decide an outcome."""
        return (
            one.bulletin == at
            and one.area == 0
            and (one.of_stations or one.label in names or one.figure.kind in base_lines)
        )

    evidence, proof = proof_of(engine, answer, of_the_rule)
    unseen = number(known[0].unseen) if known is not None else None
    says = _unlike(bulletin, rule, declared, here, facts)
    leader = max(votes, key=lambda name: votes[name])
    finding = check.finding(
        _could_be_alike(says, unseen, sure=sure, proved=evidence is not Evidence.NOTE),
        proof=proof if sure else "",
        evidence=evidence if sure else Evidence.NOTE,
        bulletin=bulletin.id,
        candidate=leader,
        observed=votes[leader],
        expected=row.votes.get(leader),
        arithmetic=told(
            "sheets: {standing}; declared: {declared}",
            standing=standing(votes, base, facts),
            declared=enumerated(term(count, name) for name, count in row.votes.items()),
        ),
    )
    return check.result([finding], statistic=votes[leader], flagged=True)


def _unlike(
    bulletin: Bulletin, rule: Rule, declared: Outcome, here: Outcome, facts: CaseFacts
) -> str:
    return told(
        "by bulletin {bulletin} {declared}; by the sheets {held} (rule: {rule})",
        bulletin=bulletin.id,
        declared=rule.outcome_words(declared, facts.label),
        held=rule.outcome_words(here, facts.label),
        rule=rule.words,
    )


def _could_be_alike(says: str, unseen: str | None, *, sure: bool, proved: bool) -> str:
    """Say of two outcomes whether the unseen could make them alike."""
    if unseen is None:
        return clauses([says, told("how much the unseen could hold is not known")])
    if not sure:
        return told(
            "{what}, which the unseen ({votes} votes) could still make alike",
            what=says,
            votes=unseen,
        )
    says = told(
        "{what}, which the unseen ({votes} votes) could not make alike", what=says, votes=unseen
    )
    if proved:
        return says
    open_ = told(
        "its votes and their total do not prove it by themselves: the bulletin may leave sheets "
        "out, or what shares are of (do valid votes hold the blank ones?) is open"
    )
    return clauses([says, open_])


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
    apart = {f"group:{label}": count for label, count in blocks.items()}
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
    first, second = (
        formula(
            "{name} {share} ({votes})",
            name=facts.label(name),
            share=percent(votes[name], base),
            votes=number(votes[name]),
        )
        for name in ranked
    )
    return told(
        "{first} and {second} of {base} {what}",
        first=first,
        second=second,
        base=number(base),
        what=facts.contest.rule.base_words,
    )
