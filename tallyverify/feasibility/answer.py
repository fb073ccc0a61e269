"""The answer for a case: is there a world in which every published figure is true?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tallyverify.arrays import Counts, Mask
from tallyverify.checking import CaseFacts, Kept
from tallyverify.errors import InputError
from tallyverify.feasibility.allowance import Allowed, allowed_for, annulled_keys
from tallyverify.feasibility.assemble import Closing, assembled
from tallyverify.feasibility.bounds import NOTHING, Bound, bound_of
from tallyverify.feasibility.closing import (
    Extent,
    extents,
    register_room,
    registry_sites,
    stations_in,
    unseen_stations,
    votes_of_no_station,
)
from tallyverify.feasibility.papers import Figure
from tallyverify.feasibility.program import Program
from tallyverify.feasibility.published import Row, Series, series_in_force
from tallyverify.feasibility.witnesses import Witnesses, weighed
from tallyverify.feasibility.worlds import World, shown
from tallyverify.findings import Evidence, counted

_SHARE = 1000
"""Figures that exclude each other by more than one in so many of the largest are no slip."""
_LOOK = 20
_MOST_CLASH = 16
_MOST_DROPPED = 24
_MOST_GROUPS = 4
_MOST_LISTED = 400
_ALONE = 5


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
class Verified:
    """What is proved of some figures without, and with, taking a last bulletin as whole."""

    rung: Evidence | None
    reading: Reading  # the one that bears the rung
    capped: bool = False  # it would be a contradiction if the bulletin said that it is whole


@dataclass(frozen=True, eq=False)
class SeriesAnswer:
    """What is proved, and shown, of one series of bulletins."""

    series: Series
    extents: dict[tuple[int, int], Extent]
    closing: Closing
    words: tuple[str, ...]  # what was assumed
    whole: Verified
    by_bulletin: tuple[Verified, ...]
    programs: tuple[Program, ...]  # without and, where it differs, with a bulletin taken as whole
    others: tuple[Program, ...] = ()  # in the other readings of coverages


class Feasibility:
    """The answer for a case, worked out once for all checks.

    Made by ``kept.rows.study(Feasibility, kept, facts)``.
    """

    def __init__(self, kept: Kept, facts: CaseFacts) -> None:
        self.facts = facts
        self._clashes: dict[int, tuple[Row, ...]] = {}
        self._resolved: dict[int, Row | None] = {}
        self._proved: dict[tuple[int, tuple[int, ...]], Verified] = {}
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
        doubtful = np.isin(columns["station"], list(kept.rows.doubtful))
        apart = _areas_apart(columns, facts)
        columns = {**columns, "seen": columns["seen"] & ~doubtful & ~apart}
        self.doubts = tuple(
            f"{counted(int(which.sum()), 'sheet')} {why}"
            for which, why in (
                (doubtful, "with another's votes in the same place may be no sheet of its own"),
                (apart, "in another area than the registry has it says nothing for sure"),
            )
            if which.any()
        )
        self.sheets: Witnesses = weighed(columns, facts)
        self.allowance: Allowed = allowed_for(facts, len(self.sheets))

    @cached_property
    def could_decide(self) -> bool | None:
        """Whether as many sheets as are allowed for could turn the lead in the sheets."""
        votes = sorted(
            (int(self.sheets.lows[name].sum()) for name in self.facts.contest.candidate_ids),
            reverse=True,
        )
        if len(votes) < 2 or not self.seen:
            return None
        papers = np.sort(sum(self.sheets.lows[n] for n in self.facts.contest.candidate_ids))
        # Each vote that changes sides counts twice.
        return votes[0] - votes[1] <= 2 * int(papers[-self.allowance.sheets :].sum())

    @cached_property
    def largest(self) -> int:
        """The largest number of papers published."""
        return max(
            (
                max(row.ballots or 0, row.valid or 0, sum(row.figures.values()))
                for bulletin in self.facts.bulletins
                for row in bulletin.areas
            ),
            default=0,
        )

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
        if (self.sheets.ballots[0] >= 0).all():
            total = int(self.sheets.ballots[0].sum())
        return total / self.seen

    @cached_property
    def series(self) -> tuple[SeriesAnswer, ...]:
        """The answer for each series of bulletins."""
        return tuple(self._of(series) for series in series_in_force(self.facts))

    def closed(
        self, series: Series
    ) -> tuple[dict[tuple[int, int], Extent], Closing, tuple[str, ...]]:
        """Return how much each row holds, what no sheet shows, and the assumptions in words."""
        facts, seen = self.facts, self.sheets
        found = extents(series, facts, seen)
        unseen = unseen_stations(facts, seen, self.allowance.sheets)
        elsewhere, why = votes_of_no_station(series, facts, seen, unseen)
        room = register_room(facts, seen)
        closing = Closing(unseen, elsewhere, room[0] if room is not None else None)
        words = [one.words for one in found.values() if one.words]
        words += [*unseen.words, *([why] if why else []), *([room[1]] if room else [])]
        words += [*seen.conventions.words, *self.doubts, *series.superseded]
        words += [series.inferred_order] if series.inferred_order else []
        return found, closing, tuple(words)

    def _of(self, series: Series) -> SeriesAnswer:
        facts, seen = self.facts, self.sheets
        found, closing, words = self.closed(series)
        taken = (False, True) if any(one.taken for one in found.values()) else (False,)

        def programs(only: int | None = None) -> tuple[tuple[Program, ...], ...]:
            """By reading of coverages, then by what is taken as whole."""
            return tuple(
                tuple(
                    assembled(
                        series, facts, seen, found, closing, voters=voters, taken=one, only=only
                    )
                    for one in taken
                )
                for voters in self._bases(found)
            )

        every = programs()
        whole = self._weakest(every)
        single = len(series.bulletins) < 2
        by_bulletin = (
            (whole,)
            if single
            else tuple(self._alone(at, whole, programs) for at in range(len(series.bulletins)))
        )
        chosen = int(whole.reading.voters)
        others = tuple(one[-1] for at, one in enumerate(every) if at != chosen)
        return SeriesAnswer(
            series, found, closing, words, whole, by_bulletin, every[chosen], others
        )

    def _alone(
        self,
        at: int,
        whole: Verified,
        programs: Callable[[int | None], tuple[tuple[Program, ...], ...]],
    ) -> Verified:
        """Return what one bulletin proves by itself."""
        rows = {row.bulletin for row in whole.reading.clash}
        if rows == {at}:
            return whole  # the proof rests on its figures alone
        return self._weakest(programs(at))

    @staticmethod
    def _bases(found: dict[tuple[int, int], Extent]) -> tuple[bool, ...]:
        return (False, True) if any(one.either for one in found.values()) else (False,)

    def _weakest(self, readings: tuple[tuple[Program, ...], ...]) -> Verified:
        """Return the weakest of the readings that nothing excludes."""
        best: Verified | None = None
        for voters, programs in enumerate(readings):
            one = self.verified(programs, bool(voters))
            if best is None or _weight(one) < _weight(best):
                best = one
            if best.rung is None:
                break
        assert best is not None
        return best

    def verified(self, programs: tuple[Program, ...], voters: bool = False) -> Verified:
        """Return what is proved: first without taking a bulletin as whole, then with it."""
        sure = Reading(programs[0], bound_of(programs[0]), False, voters)
        rung = self.rung(sure)
        if rung is Evidence.CONTRADICTION or len(programs) == 1:
            return Verified(rung, sure)
        taken = Reading(programs[1], bound_of(programs[1]), True, voters)
        with_it = self.rung(taken)
        if with_it is None:
            return Verified(rung, sure)
        return Verified(Evidence.DISCREPANCY, taken, capped=with_it is Evidence.CONTRADICTION)

    def of_rows(self, answer: SeriesAnswer, wanted: Callable[[Row], bool]) -> Verified:
        """Return what some of the published figures prove by themselves."""
        keep = np.array(
            [at for at, row in enumerate(answer.programs[0].rows) if wanted(row)], dtype=np.int64
        )
        key = (id(answer), tuple(keep.tolist()))
        if answer.whole.reading.bound is NOTHING:
            return answer.whole  # what all figures together allow, some of them allow too
        support = set(answer.whole.reading.bound.support.tolist())
        if answer.whole.rung is not None and support <= set(keep.tolist()):
            return answer.whole  # it rests on these figures alone
        if key not in self._proved:
            restricted = tuple(program.restricted(keep) for program in answer.programs)
            self._proved[key] = self.verified(restricted, answer.whole.reading.voters)
        return self._proved[key]

    def rung(self, reading: Reading) -> Evidence | None:
        """Return the rung that a proof reaches, None where it proves nothing."""
        bound = reading.bound
        if bound.misfit:
            grave = bound.misfit * _SHARE > max(_SHARE, self.largest)
            return Evidence.CONTRADICTION if grave else Evidence.DISCREPANCY
        if bound.sheets > self.allowance.sheets and bound.votes > (
            self.allowance.sheets * self.mean_ballots
        ):
            return Evidence.CONTRADICTION
        return Evidence.DISCREPANCY if bound.sheets else None

    @cached_property
    def gravest(self) -> SeriesAnswer | None:
        """The series with the strongest proof."""
        return max(self.series, key=lambda one: _weight(one.whole), default=None)

    @cached_property
    def worlds(self) -> tuple[World | None, ...]:
        """A world of each series, where one was sought and shown."""
        return tuple(
            None if one.whole.rung is not None else self._world(one) for one in self.series
        )

    def _world(self, answer: SeriesAnswer) -> World | None:
        """Show a world in whichever reading has one with few wrong sheets."""
        best = None
        for program in (answer.programs[-1], *answer.others):
            world = shown(program, self.allowance.sheets)
            if world is not None and (best is None or world.sheets < best.sheets):
                best = world
            if best is not None and best.sheets <= self.allowance.sheets:
                break
        return best

    @cached_property
    def held(self) -> bool:
        """Whether any published figure of votes could be held against sheets of its area."""
        return self.seen > 0 and any(
            one.whole.rung is not None or self._meets_sheets(one.programs[0]) for one in self.series
        )

    @staticmethod
    def _meets_sheets(program: Program) -> bool:
        there = {area for site in np.unique(program.stations.site) for area in program.sites[site]}
        return any(not row.of_stations and row.area in there for row in program.rows)

    def _sums(self, answer: SeriesAnswer, area: int, which: str) -> Counts:
        """What the sheets of an area hold of each figure, at least or at most; (figures,)."""
        program = answer.programs[-1]
        inside = [at for at, areas in enumerate(program.sites) if area in areas]
        sheets = np.isin(program.stations.site, inside)
        sums: Counts = getattr(program.stations, which)[sheets].sum(axis=0)
        return sums

    def most_seen(self, answer: SeriesAnswer, area: int) -> dict[Figure, int]:
        """Return the most that the sheets of an area may hold of each figure."""
        sums = self._sums(answer, area, "most")
        return dict(zip(answer.programs[-1].figures, sums.tolist(), strict=True))

    def held_of(self, answer: SeriesAnswer, row: Row) -> tuple[int, int]:
        """Return the least and the most that the sheets hold of a published figure."""
        at = answer.programs[-1].figures.index(row.figure)
        least, most = (self._sums(answer, row.area, which) for which in ("least", "most"))
        return int(least[at]), int(most[at])

    def room(self, answer: SeriesAnswer, area: int) -> int | None:
        """Return the most ballots of an area beside those on the seen sheets; None: no bound."""
        program = answer.programs[-1]
        if answer.closing.unseen.unlimited:
            return program.room  # what the register leaves, where it bounds anything
        unseen = program.unseen
        inside = [at for at, areas in enumerate(program.sites) if area in areas]
        here = (np.isin(unseen.site, inside) | (unseen.site < 0)) & ~unseen.seen
        room = sum(
            int(cap) * int(count)
            for cap, count in zip(unseen.cap[here], unseen.count[here], strict=True)
        )
        room += program.elsewhere
        return room if program.room is None else min(room, program.room)

    @cached_property
    def unseen_room(self) -> tuple[int, str] | None:
        """The most votes that no sheet shows, and why so many; None where nothing bounds them."""
        facts, seen = self.facts, self.sheets
        every = Series("", tuple((b, b.areas) for b in facts.bulletins), (), "")
        unseen = unseen_stations(facts, seen, self.allowance.sheets)
        elsewhere, why = votes_of_no_station(every, facts, seen, unseen)
        found = []
        if not unseen.unlimited and all(cap >= 0 for cap in unseen.caps):
            votes = sum(c * n for c, n in zip(unseen.caps, unseen.counts, strict=True))
            words = "; ".join([*unseen.words, *([why] if why else [])])
            found.append((votes + self._silent + elsewhere, words))
        room = register_room(facts, seen)
        if room is not None:
            found.append((room[0] + self._silent, room[1]))
        return min(found, default=None)

    @property
    def _silent(self) -> int:
        """The most papers on sheets that were seen but say nothing for sure."""
        sheets = self.sheets
        open_ = int(np.maximum(sheets.limits.cap, 0)[sheets.free].sum())
        for name in self.facts.contest.candidate_ids:
            low, high = sheets.lows[name], sheets.highs[name]
            gap = np.where(high >= 0, high - low, np.maximum(sheets.limits.cap, 0))
            open_ += int(gap[~sheets.free].sum())
        return open_

    def stations_in(self, area: dict[str, str]) -> int | None:
        """Return how many stations an area has, if that is known."""
        return stations_in(area, self.facts, self.sheets)

    def clash(self, answer: SeriesAnswer) -> tuple[Row, ...]:
        """Return a minimal set of published figures that reach the rung of the series.

        Figures are dropped one at a time while the rung stays: narrow ones first, so that few and
        wide ones remain (Chinneck 2008, deletion filter).
        """
        key = id(answer)
        if key not in self._clashes:
            self._clashes[key] = self._minimal(answer)
        return self._clashes[key]

    def _minimal(self, answer: SeriesAnswer) -> tuple[Row, ...]:
        rung = answer.whole.rung
        alone = self._one_figure(answer) if not answer.whole.reading.bound.misfit else None
        if alone is not None:
            return alone
        kept = list(answer.whole.reading.clash)
        if rung is None:
            return tuple(kept)
        if len(kept) > _MOST_CLASH:
            # Perhaps the figures of one kind suffice: Ana's votes in a state and its towns.
            kinds = Counter(row.figure for row in kept if not row.of_stations)
            groups = [
                [row for row in kept if row.of_stations or row.figure == figure]
                for figure, _ in kinds.most_common(_MOST_GROUPS)
            ]
            alike = (g for g in groups if self.of_rows(answer, g.__contains__).rung is rung)
            kept = next(alike, kept)
            if len(kept) > _MOST_LISTED:
                return tuple(kept)  # too many to drop one by one
        kept.sort(key=lambda row: (-len(self.facts.areas[row.area]), row.high))
        # First in large steps, then one by one; so many proofs at the most.
        step, left = max(len(kept) // 2, 1), _MOST_DROPPED
        while left > 0:
            at = 0
            while at < len(kept) and left > 0:
                without = [*kept[:at], *kept[at + step :]]
                left -= 1
                if without and self.of_rows(answer, without.__contains__).rung is rung:
                    kept = without
                else:
                    at += step
            if step == 1:
                break
            step = max(step // 2, 1)
        return tuple(kept)

    def _one_figure(self, answer: SeriesAnswer) -> tuple[Row, ...] | None:
        """The one figure, with the stations of its bulletin, that the sheets exclude by itself."""
        rows = answer.programs[-1].rows
        over = {row: self.held_of(answer, row)[0] - row.high for row in rows if not row.of_stations}
        found = [
            self.of_rows(answer, _with_stations(row))
            for row in sorted(over, key=lambda row: -over[row])[:_ALONE]
            if over[row] > 0
        ]
        alike = [one for one in found if one.rung is answer.whole.rung]
        strongest = max(alike, key=_weight, default=None)
        return tuple(strongest.reading.clash) if strongest is not None else None

    def resolved_by(self, answer: SeriesAnswer) -> Row | None:
        """Return the one published figure that alone would resolve the clash, if there is one."""
        if answer.whole.rung is None:
            return None
        key = id(answer)
        if key not in self._resolved:
            self._resolved[key] = None
            figures = [row for row in self.clash(answer) if not row.of_stations]
            for row in figures if len(figures) <= _MOST_CLASH else ():
                if self.of_rows(answer, row.__ne__).rung is None:
                    self._resolved[key] = row
                    break
        return self._resolved[key]

    def look_at_first(self, reading: Reading) -> tuple[str, ...]:
        """Return the sheets that the bound calls wrong, those with most to gain first."""
        if not reading.bound.proofs or reading.bound.proofs[0].cost != "sheets":
            return ()
        gain = reading.bound.proofs[0].gain
        order = np.lexsort((reading.program.stations.key, -gain))
        first = [at for at in order[:_LOOK] if gain[at] >= 0]
        return tuple(str(self.sheets.stations[reading.program.stations.key[at]]) for at in first)


def _with_stations(row: Row) -> Callable[[Row], bool]:
    """Which published numbers are this one, or count the stations of its bulletin."""
    return lambda other: other == row or (other.of_stations and other.bulletin == row.bulletin)


def _weight(one: Verified) -> tuple[int, tuple[int, int, int]]:
    """From the weakest proof to the strongest."""
    order = (None, Evidence.DISCREPANCY, Evidence.CONTRADICTION)
    return order.index(one.rung), one.reading.bound.key


def _areas_apart(columns: dict[str, Any], facts: CaseFacts) -> Mask:
    """Where a sheet lies in other declared areas than the registry puts its station in.

    Where most do, the two name areas differently, and the sheets are taken at their word.
    """
    none = np.zeros(len(columns["station"]), dtype=bool)
    if facts.registry is None or len(facts.areas) < 2:
        return none
    places = registry_sites(facts)
    at = facts.registry.positions(columns["station"])
    apart = none.copy()
    for row in np.flatnonzero(at >= 0):
        there = places[at[row]]
        apart[row] = there is not None and there != columns["labels"][columns["site"][row]]
    return apart if 2 * apart.sum() <= (at >= 0).sum() else none


def _registered(facts: CaseFacts) -> set[str]:
    if facts.registry is None:
        return set()
    return set(facts.registry.frame["station"].tolist())
