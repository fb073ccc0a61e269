"""Sheets in question: as they count now, and between which bounds they may be corrected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tallyverify.arrays import Counts, Mask
from tallyverify.checking import CaseFacts
from tallyverify.feasibility.sheets.base_figures import base_as_read, beside_candidates
from tallyverify.feasibility.sheets.sheet_rows import stations_among
from tallyverify.feasibility.sheets.witnesses import Witnesses
from tallyverify.model import MAX_COUNT
from tallyverify.taken import takes_input


@dataclass(frozen=True, eq=False)
class QuestionedSheets:
    """Some sheets, one entry each; by candidate where figures are votes.

    ``votes`` and ``base`` are what a sheet adds to the sums now: nothing, where it is pending.
    ``low`` and ``high`` bound what it may be corrected to, ``beside`` likewise what shares are of
    besides the votes for candidates. Any of them may be taken out instead.
    """

    kinds: dict[str, Mask]  # by why they are in question; a sheet may be so for several reasons
    votes: dict[str, Counts]
    base: Counts
    low: dict[str, Counts]
    high: dict[str, Counts]
    beside: tuple[Counts, Counts]
    most: Counts  # what shares are of, at the most

    def __len__(self) -> int:
        return len(self.base)

    def where(self, which: Mask) -> QuestionedSheets:
        """Return some of the sheets."""
        some = {
            name: {key: values[which] for key, values in getattr(self, name).items()}
            for name in ("kinds", "votes", "low", "high")
        }
        beside = self.beside[0][which], self.beside[1][which]
        base, most = self.base[which], self.most[which]
        return QuestionedSheets(**some, base=base, beside=beside, most=most)


def questioned_sheets(
    columns: dict[str, Any], copies: Mask, doubtful: Mask, sheets: Witnesses, facts: CaseFacts
) -> QuestionedSheets | None:
    """Return the sheets in question, in the order of their keys.

    ``columns`` has every station, of which ``sheets`` weighs those that are ``seen``; ``copies``
    and ``doubtful`` say which stand twice with other figures, or repeat another's votes. None where
    the rule takes shares of ballots that the sheets do not tell.
    """
    weighed = np.flatnonzero(columns["seen"])
    kinds = {"unsound": ~sheets.sound, "copies": copies[weighed], "pending": sheets.pending}
    asked = np.logical_or.reduce(list(kinds.values()))
    beside = beside_candidates(sheets, facts)
    if beside is None:
        return None
    counted = _counted(stations_among(columns, weighed[asked]), sheets, facts)
    own, base = _none(counted, sheets.pending[asked])
    apart = _counted(stations_among(columns, np.flatnonzero(doubtful)), sheets, facts)
    more = len(apart[1])
    low, high = {}, {}
    free, cap = sheets.free[asked], sheets.limits.cap[asked]
    for name in facts.contest.candidate_ids:
        low[name] = np.where(free, 0, sheets.lows[name][asked])
        most = np.where(free, cap, sheets.highs[name][asked])
        high[name] = np.where(most >= 0, most, MAX_COUNT)
    names = facts.contest.candidate_ids
    between = (
        np.where(free, 0, beside[0][asked]),
        np.where(free, np.where(cap >= 0, cap, MAX_COUNT), beside[1][asked]),
    )
    # A sheet that says nothing for sure holds no more than its cap, whoever has it.
    most = np.where(free, between[1], sum(high.values()) + between[1])
    votes, other = apart
    rest = np.maximum(other - sum(votes[name] for name in names), 0)
    return QuestionedSheets(
        {
            **{name: _then(mask[asked], np.zeros(more, bool)) for name, mask in kinds.items()},
            "doubtful": _then(np.zeros(len(base), bool), np.ones(more, bool)),
        },
        {name: _then(own[name], votes[name]) for name in names},
        _then(base, other),
        {name: _then(low[name], votes[name]) for name in names},
        {name: _then(high[name], votes[name]) for name in names},
        (_then(between[0], rest), _then(between[1], rest)),
        _then(most, other),
    )


@takes_input
def any_sheets(sheets: Witnesses, facts: CaseFacts) -> QuestionedSheets | None:
    """Return all weighed sheets as if each of them might hold anything up to its cap."""
    beside = beside_candidates(sheets, facts)
    if beside is None:
        return None
    names = facts.contest.candidate_ids
    none = np.zeros(len(sheets), dtype=np.int64)
    cap = np.where(sheets.limits.cap >= 0, sheets.limits.cap, MAX_COUNT)
    here = ~sheets.pending
    votes = {name: np.where(here, sheets.low(name), 0) for name in names}
    base = np.where(here, sum(votes[name] for name in names) + beside[0], 0)
    return QuestionedSheets(
        {}, votes, base, dict.fromkeys(names, none), dict.fromkeys(names, cap), (none, cap), cap
    )


def _counted(
    columns: dict[str, Any], sheets: Witnesses, facts: CaseFacts
) -> tuple[dict[str, Counts], Counts]:
    """Votes and base as they were read."""
    names = facts.contest.candidate_ids
    votes = {name: columns["least"][:, at] for at, name in enumerate(names)}
    return votes, base_as_read(columns, sheets, facts)


def _none(
    counted: tuple[dict[str, Counts], Counts], where: Mask
) -> tuple[dict[str, Counts], Counts]:
    votes, base = counted
    return {name: np.where(where, 0, v) for name, v in votes.items()}, np.where(where, 0, base)


def _then(one: Any, other: Any) -> Any:
    return np.concatenate([one, other])
