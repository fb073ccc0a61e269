"""How few sheets, taken out or corrected, change what a count comes to under its rule.

Every condition of a rule is a sum of votes with whole weights, so that what each sheet can do for
or against it adds up, and the fewest sheets are those that can do most: no search, no probability.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from tallyverify.feasibility import QuestionedSheets
from tallyverify.records import Outcome, Rule

_INT64 = 2**62
Fewest = tuple[int, int | None]
"""No fewer sheets than these, proved; and so many that do it, None where none were found."""


@dataclass(frozen=True)
class Condition:
    """Votes for one less those for another, and less a share of the whole: more than 0, or 0."""

    mine: str
    rival: str | None
    weight: int  # of the votes for both
    share: int  # of what shares are of
    strict: bool  # exactly 0 is not enough

    def of(self, votes: dict[str, Any], base: Any) -> Any:
        """Return the sum: of totals, or of each sheet."""
        ahead = votes[self.mine] - (votes[self.rival] if self.rival is not None else 0)
        return self.weight * ahead - self.share * base

    def needs(self, total: int, *, to_hold: bool) -> int:
        """Return by how much the sum must rise for it to hold, or fall for it to fail."""
        return int(self.strict) - total if to_hold else total + int(not self.strict)


def _ahead(name: str, rival: str) -> Condition:
    return Condition(name, rival, 1, 0, strict=True)


def _of_share(name: str, rival: str | None, share: Fraction, *, strict: bool) -> Condition:
    return Condition(name, rival, share.denominator, share.numerator, strict)


@dataclass(frozen=True)
class Way:
    """Conditions that must all hold, or all fail, for an outcome to change."""

    conditions: tuple[Condition, ...]
    to_hold: bool


def ways(rule: Rule, outcome: Outcome, names: Sequence[str], name: str) -> Iterator[Way]:
    """Return the ways in which it may change whether a candidate wins, or goes to the runoff."""
    rivals = [other for other in names if other != name]
    first = tuple(_ahead(name, rival) for rival in rivals)
    enough = _of_share(name, None, rule.enough, strict=True)
    leads: tuple[Condition, ...] = ()
    some: tuple[Condition, ...] = ()
    if rule.share is not None and rule.lead is not None:
        some = (_of_share(name, None, rule.share, strict=False),)
        leads = tuple(_of_share(name, rival, rule.lead, strict=False) for rival in rivals)
    if outcome.winner == name:
        yield from (Way((one,), to_hold=False) for one in first)
        if rule.of_shares:
            yield from (Way((enough, one), to_hold=False) for one in (*some, *leads))
            if not some:
                yield Way((enough,), to_hold=False)
        return
    yield Way((*first, enough) if rule.of_shares else first, to_hold=True)
    if some:
        yield Way((*first, *some, *leads), to_hold=True)
    if outcome.finalists and name in outcome.finalists:
        outside = (rival for rival in rivals if rival not in outcome.finalists)
        yield from (Way((_ahead(name, rival),), to_hold=False) for rival in outside)
    elif outcome.finalists:
        # As many as one of the two: who goes to the runoff is then open.
        yield from (Way((_ahead(one, name),), to_hold=False) for one in outcome.finalists)
    elif rule.runoff and outcome.winner is None:
        # A tie leaves open who goes to the runoff: two who are ahead of all others would close it.
        for second in rivals:
            others = [other for other in rivals if other != second]
            both = (_ahead(one, other) for one in (name, second) for other in others)
            yield Way(tuple(both), to_hold=True)


@dataclass(frozen=True, eq=False)
class Deciding:
    """What some sheets can do to a count."""

    sheets: QuestionedSheets
    votes: dict[str, int]  # the totals as they stand
    base: int

    def fewest(self, way: Way) -> Fewest | None:
        """Return how few sheets change an outcome in one way; None where all together do not."""
        needs = [
            one.needs(int(one.of(self.votes, self.base)), to_hold=way.to_hold)
            for one in way.conditions
        ]
        open_ = [at for at, need in enumerate(needs) if need > 0]
        if any(self._at_most(way.conditions[at], to_hold=way.to_hold) < needs[at] for at in open_):
            return None
        changes = [self._changes(one, to_hold=way.to_hold) for one in way.conditions]
        least = 0
        for at in open_:
            gains = np.sort(np.maximum(np.maximum(*changes[at]), 0))[::-1]
            reached = np.cumsum(gains)
            if not len(reached) or reached[-1] < needs[at]:
                return None
            least = max(least, int(np.searchsorted(reached, needs[at])) + 1)
        return least, self._shown(changes, needs, open_)

    def _at_most(self, one: Condition, *, to_hold: bool) -> int:
        """Return what all sheets together cannot exceed, from sums that are known already."""
        fall, rise, base, more = self._sums
        rival = one.rival
        if to_hold:
            other = fall[rival] if rival is not None else 0
            return one.weight * (rise[one.mine] + other) + one.share * base
        other = rise[rival] if rival is not None else 0
        return one.weight * (fall[one.mine] + other) + one.share * more

    @cached_property
    def _sums(self) -> tuple[dict[str, int], dict[str, int], int, int]:
        """Votes by candidate, by how much they may rise; the base, and by how much it may."""
        one = self.sheets
        return (
            {name: int(votes.sum()) for name, votes in one.votes.items()},
            {n: int(np.maximum(one.high[n] - v, 0).sum()) for n, v in one.votes.items()},
            int(one.base.sum()),
            int(np.maximum(one.most - one.base, 0).sum()),
        )

    @cached_property
    def _all_votes(self) -> tuple[Any, Any]:
        """Votes for all candidates together on each sheet, at least and at most."""
        one = self.sheets
        return sum(one.low[name] for name in one.votes), sum(one.high[name] for name in one.votes)

    def _changes(self, one: Condition, *, to_hold: bool) -> tuple[Any, Any]:
        """Return what each sheet does to a condition where it is taken out, and corrected."""
        sheets = self.sheets
        own, others = (sheets.high, sheets.low) if to_hold else (sheets.low, sheets.high)
        largest = max(int(sheets.most.max(initial=1)), int(sheets.base.max(initial=1)), 1)
        room = (one.weight + one.share) * largest * 4 * (len(sheets) + 1)
        kind: Any = np.int64 if room < _INT64 else object

        def exact(values: Any) -> Any:
            return values.astype(kind)

        here = one.of({n: exact(sheets.votes[n]) for n in _named(one)}, exact(sheets.base))
        corner = {name: (own if name == one.mine else others)[name] for name in _named(one)}
        # All others as they are least, or most: only its own votes stand at the other end.
        whole = self._all_votes[0 if to_hold else 1] - others[one.mine] + own[one.mine]
        whole = np.minimum(whole + sheets.beside[0 if to_hold else 1], sheets.most)
        there = one.of({n: exact(v) for n, v in corner.items()}, exact(whole))
        sign = 1 if to_hold else -1
        return sign * -here, sign * (there - here)

    def _shown(
        self, changes: list[tuple[Any, Any]], needs: list[int], open_: list[int]
    ) -> int | None:
        """Return how many sheets, those first that do most, bring all of it about together."""
        scale = [max(needs[at], 1) for at in open_]
        by_choice = [
            sum(
                np.minimum(changes[at][choice].astype(float) / by, 1.0)
                for at, by in zip(open_, scale, strict=True)
            )
            for choice in (0, 1)
        ]
        better = by_choice[1] > by_choice[0]
        done = [np.where(better, corrected, out) for out, corrected in changes]
        order = np.argsort(-np.maximum(*by_choice), kind="stable")
        reached = np.ones(len(order), dtype=bool)
        for moved, need in zip(done, needs, strict=True):
            reached &= (np.cumsum(moved[order]) >= need).astype(bool)
        return int(np.argmax(reached)) + 1 if reached.any() else None


def _named(one: Condition) -> set[str]:
    return {one.mine, *([one.rival] if one.rival is not None else [])}


def fewest_of(found: list[Fewest | None]) -> Fewest | None:
    """Return the fewest of several."""
    some = [one for one in found if one is not None]
    if not some:
        return None
    shown = [most for _, most in some if most is not None]
    return min(least for least, _ in some), min(shown, default=None)
