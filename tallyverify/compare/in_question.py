"""D313: whether the sheets in question, taken out or corrected, could change who wins."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from tallyverify.checking import CaseFacts, Check, Kept
from tallyverify.compare.by_rule import NO_BALLOTS, shares_of
from tallyverify.compare.deciding import Deciding, Fewest, fewest_of, ways
from tallyverify.compare.lifting import answer_of
from tallyverify.feasibility import (
    IN_QUESTION,
    CandidateInQuestion,
    KindInQuestion,
    MaterialitySection,
    OutcomeTold,
    QuestionedSheets,
    SheetsInQuestion,
    any_sheets,
    summarise_witnesses,
)
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.language import clauses, counted, number, told
from tallyverify.records import Outcome
from tallyverify.taken import takes_input

_MOST_CONDITIONS = 40_000
"""Each candidate against each other, 200 of them; where they tie for a runoff, each pair against
each other, 27 of them. Beyond it a note is not worth the time that it takes."""
_KINDS: tuple[KindInQuestion, ...] = ("unsound", "copies", "pending", "doubtful")


class Materiality:
    """What the sheets in question could change, worked out once for the check and the report.

    Made by ``kept.rows.study(Materiality, kept, facts)``.
    """

    def __init__(self, kept: Kept, facts: CaseFacts) -> None:
        self.facts, self.engine = facts, answer_of(kept, facts)
        total = kept.seen.totals.sum
        self.votes = {name: total((name,)) for name in facts.contest.candidate_ids}
        base = shares_of(self.engine, kept.seen, facts)
        self.refused: str = ""
        if len(self.votes) < 2:
            self.refused = told("the contest has one candidate only")
        elif not kept.seen.stations.stations:
            self.refused = told("no sheet holds a vote")
        elif base is None or self.engine.questioned is None:
            self.refused = NO_BALLOTS
        self.base = base or 0
        self.outcome = facts.contest.rule.outcome(self.votes, self.base)
        if not self.refused and self._conditions > _MOST_CONDITIONS:
            self.refused = told(
                "with {candidates} there are too many ways in which the outcome could change",
                candidates=counted(len(self.votes), "candidate", "candidates"),
            )
        self.section = None if self.refused else self._section()

    @property
    def _conditions(self) -> int:
        """How many conditions all ways hold in which the outcome may change, about."""
        many, tied = len(self.votes), self.outcome.winner is None and not self.outcome.finalists
        return 2 * many**3 if tied and self.facts.contest.rule.runoff else many**2

    def _section(self) -> MaterialitySection:
        every = self.engine.questioned
        kinds = []
        if every is not None and len(every):
            masks = {kind: every.kinds[kind] for kind in _KINDS}
            kinds = [
                self._of(kind, every.where(mask)) for kind, mask in masks.items() if mask.any()
            ]
            if len(kinds) > 1:
                kinds.append(self._of("together", every))
        wrong = self._discrepant()
        ranked = sorted(self.votes.values(), reverse=True)
        return MaterialitySection(
            rule=self.facts.contest.rule.words,
            outcome=_told(self.outcome),
            lead=ranked[0] - ranked[1],
            kinds=(*kinds, *([wrong] if wrong is not None else [])),
        )

    def _fewest(self, sheets: QuestionedSheets, asked: tuple[str, ...]) -> dict[str, Fewest | None]:
        """Return by candidate how few sheets change whether they win or go to the runoff."""
        rule, names = self.facts.contest.rule, tuple(self.votes)
        deciding = Deciding(sheets, self.votes, self.base)
        return {
            name: fewest_of([deciding.fewest(way) for way in ways(rule, self.outcome, names, name)])
            for name in asked
        }

    def _of(self, kind: KindInQuestion, sheets: QuestionedSheets) -> SheetsInQuestion:
        rule, names = self.facts.contest.rule, tuple(self.votes)
        pending = sheets.kinds["pending"]
        held = {n: np.where(pending, sheets.low[n], sheets.votes[n]) for n in names}
        base = np.where(pending, sum(held.values()) + sheets.beside[0], sheets.base)
        # What is taken out, or put in where all are pending, and so counts nothing now.
        sign = 1 if kind == "pending" else -1
        here = pending if kind == "pending" else ~pending
        moved = {n: self.votes[n] + sign * int(held[n][here].sum()) for n in names}
        taken_out = rule.outcome(moved, self.base + sign * int(base[here].sum()))
        less, whole = _in_proportion(sheets, names)
        even: dict[str, Any] = {n: self.votes[n] - less[n] for n in names}
        proportional = rule.outcome(even, self.base - whole) if kind != "pending" else None
        fewest = self._fewest(sheets, names)
        smallest = fewest_of(list(fewest.values()))
        return SheetsInQuestion(
            kind=kind,
            sheets=len(sheets),
            votes=sum(int(one.sum()) for one in held.values()),
            taken_out=_told(taken_out),
            proportional=_told(proportional) if proportional is not None else None,
            fewest=smallest,
            could_change=smallest is not None,
            candidates={
                n: CandidateInQuestion(
                    votes=int(held[n].sum()),
                    taken_out=moved[n],
                    proportional=round(even[n]) if proportional is not None else None,
                    fewest=fewest[n],
                )
                for n in names
            },
        )

    def _discrepant(self) -> SheetsInQuestion | None:
        """Sheets that must be wrong: so many, but nothing says which."""
        gravest = self.engine.gravest
        least = gravest.whole.reading.bound.sheets if gravest is not None else 0
        sheets = any_sheets(self.engine.sheets, self.facts) if least else None
        if sheets is None:
            return None
        # A winner is no longer one before another can be: who it is need not be asked of others.
        winner = self.outcome.winner
        fewest = self._fewest(sheets, tuple(self.votes) if winner is None else (winner,))
        smallest = fewest_of(list(fewest.values()))
        return SheetsInQuestion(
            kind="discrepant",
            sheets=least,
            votes=None,
            taken_out=None,
            proportional=None,
            fewest=smallest,
            could_change=smallest is not None and smallest[0] <= least,
            candidates={},
        )


def _told(outcome: Outcome) -> OutcomeTold:
    return OutcomeTold(winner=outcome.winner, finalists=outcome.finalists)


def _in_proportion(
    sheets: QuestionedSheets, names: tuple[str, ...]
) -> tuple[dict[str, Fraction], int]:
    """Return the votes in question, taken from all candidates alike on each sheet, and their sum.

    Votes in question are those between the bounds of a sheet's figures, at most all on it; of one
    that is doubtful, all.
    """
    total = np.sum([sheets.votes[name] for name in names], axis=0)
    open_ = np.sum([np.maximum(sheets.high[n] - sheets.low[n], 0) for n in names], axis=0)
    asked = np.where(sheets.kinds["doubtful"], total, np.minimum(open_, total))
    less = dict.fromkeys(names, Fraction(0))
    for size in np.unique(total[total > 0]).tolist():
        here = total == size
        for name in names:
            less[name] += Fraction(int((asked[here] * sheets.votes[name][here]).sum()), size)
    return less, int(asked.sum())


@takes_input
def materiality_of(kept: Kept, facts: CaseFacts) -> MaterialitySection | None:
    """Return what the sheets in question could change; None where that cannot be asked."""
    found: Materiality = kept.rows.study(Materiality, kept, facts)
    return found.section


def conclude(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """D313: a note for each kind of sheets in question; never more."""
    found: Materiality = kept.rows.study(Materiality, kept, facts)
    section = found.section
    if section is None:
        return check.not_applicable(found.refused)
    if not section.kinds:
        return check.result([], reason=told("no sheet is in question"))
    findings = [_finding(check, section, one, facts) for one in section.kinds]
    could = [one for one in section.kinds if one.could_change]
    fewest = [one.fewest[0] for one in could if one.fewest is not None]
    reason = told("the sheets in question cannot change the outcome")
    if fewest:
        sheets = counted(min(fewest), "sheet", "sheets")
        reason = told("{sheets} in question could change the outcome", sheets=sheets)
    return check.result(
        findings, reason=reason, statistic=min(fewest, default=None), flagged=bool(could)
    )


def _finding(
    check: Check, section: MaterialitySection, one: SheetsInQuestion, facts: CaseFacts
) -> Finding:
    many = number(one.sheets)
    says = told(
        "sheets {which} ({many}): {deciding}",
        which=IN_QUESTION[one.kind],
        many=told("at least {sheets}", sheets=many) if one.kind == "discrepant" else many,
        deciding=one.deciding,
    )
    return check.finding(
        says,
        observed=one.sheets,
        expected=one.fewest[0] if one.fewest is not None else None,
        arithmetic=_arithmetic(section, one, facts),
    )


def _arithmetic(section: MaterialitySection, one: SheetsInQuestion, facts: CaseFacts) -> str:
    """Return what the count comes to as it stands, and without the sheets in question."""
    words = outcome_words(facts)
    said: list[str] = [
        told(
            "as they stand: {outcome}, with {votes} between the first two",
            outcome=words(section.outcome),
            votes=counted(section.lead, "vote", "votes"),
        )
    ]
    if one.taken_out is not None:
        after = words(one.taken_out)
        said.append(
            told("all counted: {outcome}", outcome=after)
            if one.kind == "pending"
            else told("all taken out: {outcome}", outcome=after)
        )
    if one.proportional is not None:
        said.append(told("in proportion: {outcome}", outcome=words(one.proportional)))
    return clauses([*said, told("rule: {rule}", rule=section.rule)])


def outcome_words(facts: CaseFacts) -> Callable[[OutcomeTold], str]:
    """Return what puts an outcome into words."""
    rule = facts.contest.rule
    return lambda one: rule.outcome_words(Outcome(one.winner, one.finalists), facts.label)


D313 = Check(
    code="D313",
    name=told("Could the sheets in question change who wins?"),
    family="compare",
    evidence=Evidence.NOTE,
    conclude=conclude,
    summarise=summarise_witnesses,
    rows="kept",
    needs=told("actas"),
    assumptions=told(
        "arithmetic on the sheets seen, the same for every candidate; it does not say what ought "
        "to be annulled"
    ),
    reference="Finkelstein & Robbins (1973)",
)
CHECKS = (D313,)
