"""The answer for a case: is there a world in which every published figure is true?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from tallyverify.arrays import among
from tallyverify.checking import CaseFacts, Kept
from tallyverify.feasibility.allowance import Allowed, allowed_for, annulled_number
from tallyverify.feasibility.figures.extents import Extent, extents
from tallyverify.feasibility.figures.published import Row, Series, series_in_force
from tallyverify.feasibility.figures.unseen_sizes import (
    register_room,
    stations_in,
    unseen_stations,
    votes_of_no_station,
)
from tallyverify.feasibility.grading import Grading, Verified, weight_of
from tallyverify.feasibility.proving.assemble import Closing, assembled
from tallyverify.feasibility.proving.bounds import NOTHING
from tallyverify.feasibility.proving.program import Program
from tallyverify.feasibility.proving.worlds import ShownWorld, show_world
from tallyverify.feasibility.sheets.annulled import (
    papers_held,
    with_pending_nowhere,
    without_annulled,
)
from tallyverify.feasibility.sheets.doubts import sheets_in_doubt
from tallyverify.feasibility.sheets.out_of_place import with_registry_places
from tallyverify.feasibility.sheets.questioned import questioned_sheets
from tallyverify.feasibility.sheets.witnesses import Witnesses, witnessed
from tallyverify.findings import Evidence
from tallyverify.language import told_of


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
        self.kept, self.facts = kept, facts
        self.clashes: dict[int, tuple[Row, ...]] = {}
        self.resolved: dict[int, Row | None] = {}
        self._proved: dict[tuple[int, tuple[int, ...]], Verified] = {}
        every = kept.rows.columns()
        columns, self.annulled = without_annulled(every, facts)
        self._annulled_seen = papers_held(every) - papers_held(columns)
        del every
        doubtful = among(columns["station"], kept.rows.doubtful)
        nameless = ~columns["seen"] & (columns["least"].by_row() > 0)
        columns = with_registry_places(columns, facts)
        counts = columns["seen"]
        columns = {**columns, "seen": counts & ~doubtful}
        labels = columns["labels"]
        several = np.array([len(places) > 1 and bool(places[0]) for places in labels])
        nowhere = np.array([not places[0] for places in labels], dtype=bool)
        pending = facts.is_pending(columns["station"]) & columns["seen"]
        apart = several[columns["site"]] & columns["seen"]
        gone = nowhere[columns["site"]] & columns["seen"] & ~pending
        self.doubts = sheets_in_doubt(
            *map(int, (one.sum() for one in (doubtful, apart, pending, gone, nameless)))
        )
        self.sheets: Witnesses = witnessed(with_pending_nowhere(columns, facts), facts)
        self.questioned = questioned_sheets(
            columns,
            among(columns["station"], kept.rows.copies),
            doubtful & counts & ~facts.is_pending(columns["station"]),
            self.sheets,
            facts,
        )
        self.allowance: Allowed = allowed_for(facts, len(self.sheets))

    @cached_property
    def could_decide(self) -> bool | None:
        """Whether as many sheets as are allowed for could turn the lead in the sheets."""
        sure = ~self.sheets.pending
        votes = sorted(
            (int(self.sheets.low(name)[sure].sum()) for name in self.facts.contest.candidate_ids),
            reverse=True,
        )
        if len(votes) < 2 or not self.seen:
            return None
        papers = np.zeros(self.seen, dtype=np.int64)
        for name in self.facts.contest.candidate_ids:
            papers += self.sheets.low(name)
        wrong = np.sort(papers)[-self.allowance.sheets :]
        # Each vote that changes sides counts twice.
        return votes[0] - votes[1] <= 2 * int(wrong.sum()) + int(papers[~sure].sum())

    @cached_property
    def largest(self) -> int:
        """The largest number of papers published."""
        return max(
            (row.most for bulletin in self.facts.bulletins for row in bulletin.areas), default=0
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
            int(self.sheets.low(name).sum())
            for name in (*self.facts.contest.candidate_ids, "null", "other valid")
        )
        ballots = self.sheets.ballots[0][:]
        if (ballots >= 0).all():
            total = int(ballots.sum())
        return total / self.seen

    @cached_property
    def grading(self) -> Grading:
        """What must be proved for a contradiction."""
        return Grading(self.allowance.sheets, self.mean_ballots, self.largest)

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
        most, room_words = room if room is not None else (None, "")
        closing = Closing(unseen, elsewhere, most, self._annulled_papers, why, room_words)
        words = [one.words for one in found.values() if one.words]
        if others := sum(sheets for sheets, _ in facts.beside):
            words.append(
                told_of(
                    others,
                    "{count} sheet is of another capture than the actas",
                    "{count} sheets are of other captures than the actas",
                )
            )
        words += [*unseen.said, *filter(None, (why, room_words))]
        words += [*seen.conventions.words, *self.doubts, *series.superseded]
        words += [series.inferred_order] if series.inferred_order else []
        return found, closing, tuple(words)

    @property
    def _annulled_papers(self) -> tuple[int, int]:
        """How many stations are declared annulled, and the most papers at them."""
        stations = len(self.annulled) + annulled_number(self.facts)
        if not stations:
            return 0, 0
        top = self.sheets.limits.top
        return stations, self._annulled_seen + stations * (top if top >= 0 else self.largest)

    def _of(self, series: Series) -> SeriesAnswer:
        found, closing, words = self.closed(series)

        def programs(only: int | None = None) -> tuple[tuple[Program, ...], ...]:
            return self._programs(series, found, closing, only)

        every = programs()
        whole = self.grading.weakest(every)
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

    def _programs(
        self,
        series: Series,
        found: dict[tuple[int, int], Extent],
        closing: Closing,
        only: int | None = None,
    ) -> tuple[tuple[Program, ...], ...]:
        """Return the programs by reading of coverages, then by what is taken as whole."""
        taken = (False, True) if any(one.taken for one in found.values()) else (False,)
        like: Program | None = None
        made = []
        for voters in self._bases(found):
            by_taken = []
            for one in taken:
                like = assembled(
                    series, self.facts, self.sheets, found, closing,
                    voters=voters, taken=one, only=only, like=like,
                )  # fmt: skip
                by_taken.append(like)
            made.append(tuple(by_taken))
        return tuple(made)

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
        return self.grading.weakest(programs(at))

    @staticmethod
    def _bases(found: dict[tuple[int, int], Extent]) -> tuple[bool, ...]:
        return (False, True) if any(one.either for one in found.values()) else (False,)

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
            self._proved[key] = self.grading.verified(restricted, answer.whole.reading.voters)
        return self._proved[key]

    @cached_property
    def gravest(self) -> SeriesAnswer | None:
        """The series with the strongest proof."""
        return max(self.series, key=lambda one: weight_of(one.whole), default=None)

    @cached_property
    def by_default(self) -> tuple[int, Evidence | None] | None:
        """The default allowance and the rung that it leads to; None where the case sets none."""
        if self.facts.allowance is None:
            return None
        usual = Feasibility(self.kept, replace(self.facts, allowance=None))
        closed = ((series, *usual.closed(series)[:2]) for series in series_in_force(self.facts))
        found = (usual.grading.weakest(usual._programs(*one)) for one in closed)
        strongest = max(found, key=weight_of, default=None)
        return usual.allowance.sheets, strongest.rung if strongest is not None else None

    @cached_property
    def worlds(self) -> tuple[ShownWorld | None, ...]:
        """A world of each series, where one was shown."""
        return tuple(self._world(one) for one in self.series)

    def _world(self, answer: SeriesAnswer) -> ShownWorld | None:
        """Show a world with few wrong sheets and votes.

        In whichever reading has one; where wrong sheets are proved, in that of the proof.
        """
        if answer.whole.reading.bound.misfit:
            return None
        if answer.whole.rung is not None:
            return show_world(answer.whole.reading.program, None)
        programs = (answer.programs[-1], *answer.others)
        worlds = (show_world(program, self.allowance.sheets) for program in programs)
        return next((world for world in worlds if world is not None), None)

    @cached_property
    def held(self) -> bool:
        """Whether any published figure of votes could be held against sheets of its area."""
        return self.seen > 0 and any(
            one.whole.rung is not None or self._meets_sheets(one.programs[0]) for one in self.series
        )

    @staticmethod
    def _meets_sheets(program: Program) -> bool:
        sites = (program.sites[site][0] for site in np.unique(program.stations.site))
        there = {area for areas in sites for area in areas}
        return any(not row.of_stations and row.area in there for row in program.rows)

    def stations_in(self, area: dict[str, str]) -> int | None:
        """Return how many stations an area has, if that is known."""
        return stations_in(area, self.facts, self.sheets)
