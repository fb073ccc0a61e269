"""What an estimate comes to under the contest's rule, and with what chance a drawn sample says so.

A chance is told only where the seen stations were drawn: elsewhere no error is that of a sample.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from tallyverify.checking import VotesLeft, outcomes_left
from tallyverify.errors import InputError
from tallyverify.language import clauses, formatted, told
from tallyverify.records import Contest, Outcome, Rule
from tallyverify.taken import takes_input

if TYPE_CHECKING:
    from tallyverify.arrays import Floats
    from tallyverify.inference.estimating.result import Estimate
    from tallyverify.inference.estimating.study import Study
    from tallyverify.inference.prediction.unseen_totals import Predicted

Chance = tuple[float, float]
"""A probability, at the least and at the most."""


@dataclass(frozen=True)
class EstimatedOutcome:
    """What the whole count comes to under the rule, judged by the part that was seen.

    Attributes
    ----------
    rule : str
        The rule in words.
    settled : bool
        The seen votes leave one outcome only, whatever the unseen hold.
    at_estimate : Outcome or None
        What the estimated votes come to; None where the estimate was refused, or does not tell it.
    clear : bool
        Every count between the ends of the intervals comes to the same.
    chance : (float, float) or None
        Probability of that outcome, at the least and at the most: conditions that must hold
        together are not independent. None where the seen stations are not a drawn sample.
    why : str
        Why the estimate does not tell it; empty where it does.
    said : str
        The outcome in words, candidates by their names.
    """

    rule: str
    settled: bool
    at_estimate: Outcome | None = None
    clear: bool = False
    chance: Chance | None = None
    why: str = ""
    said: str = ""

    def refused(self) -> EstimatedOutcome:
        """Return what is left without an estimate."""
        return replace(self, at_estimate=None, clear=False, chance=None, said="")

    @property
    def words(self) -> str:
        """What the estimate comes to under the rule, in words."""
        if self.why:
            return told(
                "under the rule ({rule}) the estimate does not tell the outcome: {why}",
                rule=self.rule,
                why=self.why,
            )
        if self.at_estimate is None:
            return ""
        how = [self.clear_words] if self.chance is None else [self.clear_words, self._chance_words]
        return told(
            "under the rule ({rule}) the estimate comes to: {outcome} ({how})",
            rule=self.rule,
            outcome=self.said,
            how=clauses(how),
        )

    @property
    def clear_words(self) -> str:
        """Whether all counts inside the intervals come to the outcome, in words."""
        if self.clear:
            return told("all of the interval does")
        return told("not all of the interval does")

    @property
    def _chance_words(self) -> str:
        low, high = (formatted(100 * one, ".1f") for one in self.chance or (0.0, 0.0))
        if low == high:
            return told("chance {chance} %", chance=low)
        return told("chance {low} to {high} %", low=low, high=high)


@takes_input
def chance_above(
    estimate: float, error: float, threshold: float = 0.0, *, freedom: float = np.inf
) -> float:
    """Return the chance that what was estimated from a drawn sample lies above a threshold.

    Parameters
    ----------
    estimate, threshold : float
        In the same unit: a share, or a margin, as fractions.
    error : float
        Standard error of the estimate, not negative; 0 where it is known.
    freedom : float
        Degrees of freedom behind the error; those of the normal law where it is not said.

    Returns
    -------
    float
        Of Student's t: the confidence of the one-sided interval that begins at the threshold.

    Raises
    ------
    InputError
        If the error is negative or not a number.

    Examples
    --------
    >>> round(chance_above(0.52, 0.01, 0.5), 4)
    0.9772
    """
    if not error >= 0 or not np.isfinite(error):
        raise InputError(told("a standard error is a number of 0 or more"), found=str(error))
    if error == 0:
        return float(estimate > threshold)
    return float(stats.t.cdf((estimate - threshold) / error, max(freedom, 2.0)))


def chance_of_all(chances: Iterable[Chance]) -> Chance:
    """Return the chance that all of some conditions hold, whatever ties them (Fréchet)."""
    found = list(chances)
    low = 1 - sum(1 - least for least, _ in found)
    return max(low, 0.0), min((most for _, most in found), default=1.0)


def chance_of_either(one: Chance, other: Chance) -> Chance:
    """Return the chance that one of two conditions holds, likewise."""
    return max(one[0], other[0]), min(one[1] + other[1], 1.0)


def rule_settled(contest: Contest, votes: dict[str, int], unseen: int) -> bool:
    """Return whether seen votes settle the outcome, with so many unseen ones of anybody's."""
    if why_untold(contest):
        return False
    left = VotesLeft(votes, votes, (0, 0), unseen)
    return outcomes_left(contest.rule, left).settled is not None


def why_untold(contest: Contest) -> str:
    """Say why shares of votes for candidates are not those of the rule; empty where they are."""
    rule = contest.rule
    if rule.of_shares and rule.of == "ballots":
        return told("the rule takes shares of ballots, and the estimate is of votes for candidates")
    if rule.of_shares and contest.valid_includes_blank:
        return told("valid votes hold blank ones, and the estimate is of votes for candidates")
    return ""


def estimated_outcome(
    found: Study, contest: Contest, estimate: Estimate, factors: Floats, *, drawn: bool = False
) -> EstimatedOutcome:
    """Return what an estimate comes to; ``factors`` are those on the errors of the shares.

    ``drawn``: the seen stations are a sample that was drawn, whose errors are those of chance.
    """
    rule, bounds = contest.rule, estimate.bounds
    votes = dict(zip(found.population.names, map(int, found.population.votes.sum(0)), strict=True))
    settled = bounds is not None and rule_settled(contest, votes, bounds.unseen_votes)
    bare = EstimatedOutcome(rule.words, settled, why=why_untold(contest))
    if bare.why or not estimate.totals or estimate.margin is None or found.shares is None:
        return bare
    totals = {name: round(one.estimate) for name, one in estimate.totals.items()}
    outcome = rule.outcome(totals, sum(totals.values()))
    chance = _Chances(found, rule, found.shares, factors).of(outcome) if drawn else None
    return replace(
        bare,
        at_estimate=outcome,
        clear=_clear(rule, outcome, estimate),
        chance=chance,
        said=rule.outcome_words(outcome, contest.display),
    )


def _clear(rule: Rule, outcome: Outcome, estimate: Estimate) -> bool:
    """Whether all counts inside the intervals come to an outcome: who wins, or that nobody does."""
    if outcome.winner is not None:
        return _wins_at(rule, outcome.winner, estimate, least=True)
    if any(_wins_at(rule, name, estimate, least=False) for name in estimate.shares):
        return False
    return all(
        _ahead(estimate, name, other, least=True) > 0
        for name in outcome.finalists
        for other in estimate.shares
        if other not in outcome.finalists
    )


def _wins_at(rule: Rule, name: str, estimate: Estimate, *, least: bool) -> bool:
    """Whether a candidate wins at the worst, or the best, ends of the intervals."""
    share = estimate.shares[name]
    mine = share.low if least else share.high
    ahead = min(
        (_ahead(estimate, name, other, least=least) for other in estimate.shares if other != name),
        default=mine,
    )
    if ahead <= 0:
        return False
    if not rule.of_shares or mine > rule.enough:
        return True
    with_lead = rule.share is not None and rule.lead is not None
    return with_lead and mine >= (rule.share or 0) and ahead >= (rule.lead or 0)


def _ahead(estimate: Estimate, name: str, other: str, *, least: bool) -> float:
    margin = estimate.margin
    if margin is not None and {name, other} == {margin.leader, margin.runner_up}:
        at = margin.interval
        low, high = (at.low, at.high) if name == margin.leader else (-at.high, -at.low)
        return low if least else high
    one, two = estimate.shares[name], estimate.shares[other]
    return one.low - two.high if least else one.high - two.low


@dataclass(frozen=True, eq=False)
class _Chances:
    """The chances of the conditions of a rule, from estimated shares and their errors."""

    found: Study
    rule: Rule
    shares: Predicted
    factors: Floats

    def of(self, outcome: Outcome) -> Chance:
        names = self.found.population.names
        wins = {name: self._wins(at) for at, name in enumerate(names)}
        if outcome.winner is not None:
            return wins[outcome.winner]
        low = 1 - sum(most for _, most in wins.values())
        none = max(low, 0.0), max(1 - sum(least for least, _ in wins.values()), 0.0)
        places = {name: at for at, name in enumerate(names)}
        behind = [at for name, at in places.items() if name not in outcome.finalists]
        last = [places[name] for name in outcome.finalists]
        ahead = (self._ahead(one, at, Fraction(0)) for one in last for at in behind)
        return chance_of_all([none, *ahead])

    def _wins(self, at: int) -> Chance:
        rivals = [other for other in range(len(self.shares.estimate)) if other != at]
        first = chance_of_all(self._ahead(at, other, Fraction(0)) for other in rivals)
        if not self.rule.of_shares:
            return first
        enough = self._above(at, self.rule.enough)
        if self.rule.share is None or self.rule.lead is None:
            return chance_of_all([first, enough])
        lead = self.rule.lead
        leads = [self._ahead(at, other, lead) for other in rivals]
        return chance_of_all(
            [
                first,
                chance_of_either(enough, chance_of_all([self._above(at, self.rule.share), *leads])),
            ]
        )

    def _error(self, at: int) -> float:
        return float(np.hypot(self.factors[at] * self.shares.error[at], self.shares.shift[at]))

    def _above(self, at: int, share: Fraction) -> Chance:
        freedom = float(self.shares.freedom[at])
        value = float(self.shares.estimate[at])
        chance = chance_above(value, self._error(at), float(share), freedom=freedom)
        return chance, chance

    def _ahead(self, at: int, other: int, lead: Fraction) -> Chance:
        """The chance of a lead, whatever ties the two shares: no error exceeds the sum of both."""
        gap = float(self.shares.estimate[at] - self.shares.estimate[other])
        pair = self.found.pair
        if {at, other} == set(pair) and self.found.outcome is not None:
            margin = self.found.outcome.margin
            inflation = self.found.calibration.inflation
            error = float(np.hypot(inflation * margin.error, margin.shift))
            sign = 1 if at == pair[0] else -1
            value, freedom = sign * float(margin.estimate), float(margin.freedom)
            chance = chance_above(value, error, float(lead), freedom=freedom)
            return chance, chance
        error = self._error(at) + self._error(other)
        freedom = float(min(self.shares.freedom[at], self.shares.freedom[other]))
        chance = chance_above(gap, error, float(lead), freedom=freedom)
        # A larger error only draws a chance towards a half.
        return (chance, 1.0) if gap > lead else (0.0, chance)
