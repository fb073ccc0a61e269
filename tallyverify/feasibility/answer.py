"""The answer for a case: is there a world in which every published figure is true?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from tallyverify.checking import CaseFacts, Kept
from tallyverify.errors import InputError
from tallyverify.feasibility.allowance import Allowed, allowed_for, annulled_keys
from tallyverify.feasibility.assemble import Closing, assembled
from tallyverify.feasibility.bounds import NOTHING, Bound, bound_of
from tallyverify.feasibility.closing import (
    Extent,
    extents,
    register_room,
    unseen_stations,
    votes_of_no_station,
)
from tallyverify.feasibility.program import Program
from tallyverify.feasibility.published import Row, Series, series_in_force
from tallyverify.feasibility.witnesses import Witnesses, weighed
from tallyverify.feasibility.worlds import World, shown
from tallyverify.findings import Evidence

_SHARE = 1000
"""Figures that exclude each other by more than one in so many of the largest are no slip."""
_LOOK = 20


@dataclass(frozen=True, eq=False)
class Reading:
    """What is proved of some published figures, in the weakest of the readings that they allow."""

    program: Program
    bound: Bound
    taken: bool  # a bulletin is taken as whole that does not say so
    voters: bool  # coverages are read as of voters

    @property
    def clash(self) -> tuple[Row, ...]:
        """The figures that the proof rests on."""
        return tuple(self.program.rows[at] for at in self.bound.support)


@dataclass(frozen=True, eq=False)
class SeriesAnswer:
    """What is proved, and shown, of one series of bulletins."""

    series: Series
    extents: dict[tuple[int, int], Extent]
    closing: Closing
    words: tuple[str, ...]  # what was assumed
    sure: Reading  # without taking any bulletin as whole
    taken: Reading  # with the last one, if it says nothing else
    by_bulletin: tuple[Reading, ...]


class Feasibility:
    """The answer for a case, worked out once for all checks.

    Made by ``kept.rows.study(Feasibility, kept, facts)``.
    """

    def __init__(self, kept: Kept, facts: CaseFacts) -> None:
        self.facts = facts
        columns = kept.rows.columns
        keys = annulled_keys(facts)
        self.annulled: tuple[str, ...] = ()
        if keys:
            stations = columns["station"]
            out = np.isin(stations, list(keys))
            unknown = keys - set(stations[out].tolist()) - _registered(facts)
            if unknown:
                raise InputError(
                    "annulled stations that neither a sheet nor the registry has",
                    file="declared",
                    place="annulled",
                    found=", ".join(sorted(unknown)[:3]),
                    expected="keys of stations, as the actas write them",
                )
            self.annulled = tuple(sorted(keys))
            columns = {
                name: values if name == "labels" else values[~out]
                for name, values in columns.items()
            }
        self.sheets: Witnesses = weighed(columns, facts)
        self.allowance: Allowed = allowed_for(facts, len(self.sheets))

    @property
    def seen(self) -> int:
        """Sheets seen."""
        return len(self.sheets)

    @cached_property
    def mean_ballots(self) -> float:
        """Mean papers of a seen sheet."""
        if not self.seen:
            return 0.0
        total = sum(
            int(self.sheets.lows[name].sum())
            for name in (*self.facts.contest.candidate_ids, "null", "other valid")
        )
        if self.sheets.ballots is not None and (self.sheets.ballots[0] >= 0).all():
            total = int(self.sheets.ballots[0].sum())
        return total / self.seen

    @cached_property
    def series(self) -> tuple[SeriesAnswer, ...]:
        """The answer for each series of bulletins."""
        return tuple(self._of(series) for series in series_in_force(self.facts))

    def _of(self, series: Series) -> SeriesAnswer:
        facts, seen = self.facts, self.sheets
        found = extents(series, facts, seen)
        unseen = unseen_stations(facts, seen, self.allowance.sheets)
        if self.annulled:
            # They are no part of the result: no voter of theirs is free.
            gone = len(self.annulled)
            unseen = replace(
                unseen, counts=[max(n - gone, 0) if n > 1 else n for n in unseen.counts]
            )
        elsewhere, why = votes_of_no_station(series, facts, seen, unseen)
        room = register_room(facts, seen)
        closing = Closing(unseen, elsewhere, room[0] if room is not None else None)
        words = [one.words for one in found.values() if one.words]
        words += [*unseen.words, *([why] if why else []), *([room[1]] if room else [])]
        words += [*seen.conventions.words, *series.superseded]
        words += [series.inferred_order] if series.inferred_order else []
        sure = self._reading(series, found, closing, taken=False)
        last_taken = any(one.taken for one in found.values())
        taken = self._reading(series, found, closing, taken=True) if last_taken else sure
        if len(series.bulletins) < 2:
            alone: tuple[Reading, ...] = (taken,)
        else:
            alone = tuple(
                self._reading(series, found, closing, taken=True, only=at)
                for at in range(len(series.bulletins))
            )
        return SeriesAnswer(series, found, closing, tuple(words), sure, taken, alone)

    def _reading(
        self,
        series: Series,
        found: dict[tuple[int, int], Extent],
        closing: Closing,
        *,
        taken: bool,
        only: int | None = None,
    ) -> Reading:
        """Prove the weakest of the readings that are not excluded."""
        either = any(one.either for one in found.values())
        best: Reading | None = None
        for voters in (False, True) if either else (False,):
            program = assembled(
                series, self.facts, self.sheets, found, closing, voters=voters, taken=taken,
                only=only,
            )
            one = Reading(program, bound_of(program), taken, voters)
            if best is None or self._strength(one.bound) < self._strength(best.bound):
                best = one
            if best.bound is NOTHING:
                break
        assert best is not None
        return best

    def _strength(self, bound: Bound) -> tuple[int, int, int]:
        return bound.key

    def rung(self, reading: Reading) -> Evidence | None:
        """Return the rung that a proof reaches, None where it proves nothing."""
        bound = reading.bound
        if bound.misfit:
            largest = max((row.high for row in reading.program.rows), default=0)
            grave = bound.misfit * _SHARE > max(_SHARE, largest)
            return Evidence.CONTRADICTION if grave else Evidence.DISCREPANCY
        if bound.sheets > self.allowance.sheets and bound.votes > (
            self.allowance.sheets * self.mean_ballots
        ):
            return Evidence.CONTRADICTION
        return Evidence.DISCREPANCY if bound.sheets else None

    def rung_of(self, answer: SeriesAnswer) -> tuple[Evidence | None, Reading]:
        """Return the rung of a series, and the reading that bears it."""
        sure = self.rung(answer.sure)
        if sure is Evidence.CONTRADICTION or answer.taken is answer.sure:
            return sure, answer.sure
        taken = self.rung(answer.taken)
        if taken is None:
            return sure, answer.sure
        return Evidence.DISCREPANCY, answer.taken

    @cached_property
    def gravest(self) -> SeriesAnswer | None:
        """The series with the strongest proof."""
        order = {Evidence.CONTRADICTION: 2, Evidence.DISCREPANCY: 1, None: 0}

        def weight(one: SeriesAnswer) -> tuple[int, tuple[int, int, int]]:
            rung, reading = self.rung_of(one)
            return order[rung], reading.bound.key

        return max(self.series, key=weight, default=None)

    @cached_property
    def worlds(self) -> tuple[World | None, ...]:
        """A world of each series, where one was shown."""
        return tuple(
            None if self.rung_of(one)[0] is not None else shown(one.taken.program)
            for one in self.series
        )

    @cached_property
    def held(self) -> bool:
        """Whether any published figure of votes could be held against sheets."""
        return self.seen > 0 and any(
            not row.of_stations for one in self.series for row in one.taken.program.rows
        )

    def look_at_first(self, reading: Reading) -> tuple[str, ...]:
        """Return the sheets that the bound calls wrong, those with most to gain first."""
        if not reading.bound.proofs or reading.bound.proofs[0].cost != "sheets":
            return ()
        gain = reading.bound.proofs[0].gain
        order = np.lexsort((reading.program.stations.key, -gain))
        first = [at for at in order[:_LOOK] if gain[at] >= 0]
        return tuple(
            str(self.sheets.stations[reading.program.stations.key[at]]) for at in first
        )


def _registered(facts: CaseFacts) -> set[str]:
    if facts.registry is None:
        return set()
    return set(facts.registry.frame["station"].tolist())
