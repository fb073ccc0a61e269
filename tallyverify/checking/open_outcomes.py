"""Which outcomes the votes that are not known for sure leave open, under a contest's rule."""

from __future__ import annotations

from dataclasses import dataclass

from tallyverify.records import Outcome, Rule


@dataclass(frozen=True)
class VotesLeft:
    """What is known of a count: so many votes each at the least and at the most, and more unseen.

    Attributes
    ----------
    low, high : dict of str to int
        Votes of each candidate.
    beside : (int, int)
        What shares are of besides the votes for candidates: blank votes, null ones, at the least
        and at the most.
    unseen : int
        Votes, or papers, of which nothing is known: anybody's, nobody's, or never cast.
    """

    low: dict[str, int]
    high: dict[str, int]
    beside: tuple[int, int]
    unseen: int

    def best(self, name: str) -> tuple[dict[str, int], int]:
        """Return the count that is best for a candidate, and what its shares are of."""
        votes = {**self.low, name: self.high[name] + self.unseen}
        return votes, sum(votes.values()) + self.beside[0]

    def worst(self, name: str, rival: str) -> tuple[dict[str, int], int]:
        """Return the count that is worst for a candidate against a rival, likewise."""
        votes = {**self.high, name: self.low[name], rival: self.high[rival] + self.unseen}
        return votes, sum(votes.values()) + self.beside[1]


@dataclass(frozen=True)
class OutcomesLeft:
    """Which outcomes are left open.

    Attributes
    ----------
    may_win : tuple of str
        Who may win outright.
    settled : Outcome or None
        The one outcome that is left, if there is one.
    """

    may_win: tuple[str, ...]
    settled: Outcome | None

    def exclude(self, outcome: Outcome) -> bool:
        """Return whether an outcome is not among them for sure."""
        if outcome.winner is not None:
            return outcome.winner not in self.may_win
        return self.settled is not None and self.settled != outcome


def outcomes_left(rule: Rule, left: VotesLeft) -> OutcomesLeft:
    """Return which outcomes are left open.

    Every condition of a rule gets easier for a candidate with each vote of their own and harder
    with each of another, so that one best count, and one worst against each rival, decide. Exact
    where no figure but the unseen is open; else no outcome is settled that is not.

    Examples
    --------
    >>> left = VotesLeft({"A": 60, "B": 40}, {"A": 60, "B": 40}, (0, 0), 15)
    >>> outcomes_left(Rule(kind="plurality"), left).settled
    Outcome(winner='A', finalists=())
    >>> outcomes_left(Rule(kind="majority", share=0.55), left).may_win
    ('A',)
    >>> print(outcomes_left(Rule(kind="majority", share=0.55), left).settled)
    None
    """
    names = tuple(left.low)
    may_win = tuple(name for name in names if rule.elects(name, *left.best(name)))
    for name in may_win:
        rivals = [other for other in names if other != name]
        if all(rule.elects(name, *left.worst(name, rival)) for rival in rivals):
            return OutcomesLeft((name,), Outcome(name))
    if may_win or not rule.of_shares:
        return OutcomesLeft(may_win, None)
    if not rule.runoff:
        return OutcomesLeft((), Outcome(None))
    ranked = sorted(names, key=lambda name: -left.low[name])
    first = ranked[:2]
    sure = all(
        left.low[one] > left.high[other] + left.unseen for one in first for other in ranked[2:]
    )
    return OutcomesLeft((), Outcome(None, tuple(sorted(first))) if sure else None)
