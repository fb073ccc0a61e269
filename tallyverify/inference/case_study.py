"""What verify knows of the unseen of a case, worked out once for all checks that ask."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tallyverify.checking import MOST_STATIONS, CaseFacts, Kept
from tallyverify.errors import InputError, TallyVerifyError
from tallyverify.inference.case_order import CaseOrder, order_of
from tallyverify.inference.draw_as_designed import not_as_designed
from tallyverify.inference.estimating.request import EstimateRequest
from tallyverify.inference.estimating.result import Estimate
from tallyverify.inference.estimating.sensitivity import Sensitivity, sensitivity
from tallyverify.inference.estimating.study import Study, study
from tallyverify.inference.estimating.tilt import Tilt
from tallyverify.inference.estimating.whole_count import estimate_of
from tallyverify.inference.left_out import left_out, registry_lists_all
from tallyverify.inference.margin_evidence import needed_tilt
from tallyverify.inference.printed import in_one_line
from tallyverify.inference.section import DeclaredShares, InferenceSection
from tallyverify.language import counted, number, told
from tallyverify.records import AreaResult, Bulletin

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class DeclaredMargin:
    """What a bulletin declares for the whole country of the two candidates compared."""

    bulletin: Bulletin
    row: AreaResult
    whole: bool  # it is the whole count, as far as it says
    first: int
    second: int
    valid: int  # declared votes for candidates
    tilt: Tilt | None  # that it needs; None where no votes are unseen

    @property
    def margin(self) -> float:
        """First less second, as a fraction of the declared votes for candidates."""
        return (self.first - self.second) / self.valid


@dataclass(frozen=True, eq=False)
class InferenceStudy:
    """What is known of the unseen of a case, each part made when it is first asked for."""

    kept: Kept
    facts: CaseFacts

    @classmethod
    def of(cls, kept: Kept, facts: CaseFacts) -> InferenceStudy:
        """Return the one study of these sheets."""
        found: InferenceStudy = kept.rows.study(cls, kept, facts)
        return found

    @cached_property
    def _made(self) -> Study | str:
        """The study; or why not even the sheets could be put together."""
        sheets, facts, declared = self.kept.rows, self.facts, self.facts.declared
        if sheets.chunks is None:
            return told(
                "{stations}: estimates keep all of them at once, up to {most}",
                stations=counted(sheets.rows, "station", "stations"),
                most=number(MOST_STATIONS),
            )
        if facts.sampling is not None:
            why = not_as_designed(sheets, facts.sampling, facts)
            if why:
                return why
            asked = EstimateRequest(
                sampling=facts.sampling,
                seed=facts.seed,
                rival=_winner(facts),
                contest=facts.contest,
            )
        else:
            asked = EstimateRequest(
                registry=facts.registry,
                expected=None if facts.registry is not None else _expected(facts),
                stations=declared.all_stations if declared else None,
                registered=declared.registered if declared else None,
                seed=facts.seed,
                rival=_winner(facts),
                contest=facts.contest,
            )
        try:
            return study(sheets, facts.contest.candidate_ids, facts.contest.levels, asked)
        except InputError as error:
            return in_one_line(error)

    @property
    def study(self) -> Study | None:
        """What was worked out; None where not even the sheets could be put together."""
        return None if isinstance(self._made, str) else self._made

    @property
    def refused(self) -> str:
        """Why there is no estimate; empty if there is one."""
        return self._made if isinstance(self._made, str) else self._made.refused

    @cached_property
    def estimate(self) -> Estimate:
        """The estimate, perhaps refused."""
        if self.study is not None:
            return estimate_of(self.study)
        stations, valid = self.kept.seen.stations.stations, self.seen_valid
        return Estimate(
            method=told("none: the stations are too many to be kept at once"),
            assumption=told("the sheets are authentic"),
            level=EstimateRequest.level,
            seen={"stations": stations, "registered": None, "valid": valid},
            unseen={"stations": None, "registered": None},
            refused=self.refused,
        )

    @cached_property
    def curve(self) -> Sensitivity | None:
        """Margin as a function of the tilt; None where refused, or where no votes are unseen."""
        found = self.study
        if found is None or found.refused or found.outcome is None or found.totals is None:
            return None
        if not found.unseen_stations:
            return None
        first, second = found.pair
        seen = found.population.votes.sum(axis=0)
        try:
            return sensitivity(
                found.outcome.share,
                found.outcome.votes,
                lead=float(seen[first] - seen[second]),
                valid=float(found.totals.estimate[-1]),
            )
        except TallyVerifyError:
            return None

    @cached_property
    def order(self) -> CaseOrder:
        """The order of counting."""
        return order_of(self.kept.rows, self.facts)

    @cached_property
    def declared(self) -> tuple[DeclaredShares, ...]:
        """What each bulletin declares of all candidates, for the whole country."""
        margins = {one.bulletin.id: one for one in self.margins}
        declared = []
        for bulletin in self.facts.bulletins:
            row = bulletin.of({})
            valid = self.valid(row) if row is not None else None
            if row is None or not valid:
                continue
            one = margins.get(bulletin.id)
            declared.append(
                DeclaredShares(
                    bulletin.id,
                    self.is_whole(bulletin, row),
                    {name: votes / valid for name, votes in row.votes.items()},
                    one.margin if one else None,
                    one.tilt.delta if one and one.tilt and self.curve else None,
                )
            )
        return tuple(declared)

    @cached_property
    def margins(self) -> tuple[DeclaredMargin, ...]:
        """National margins of the pair, of each bulletin that declares both votes."""
        names = self.facts.contest.candidate_ids
        if len(names) < 2 or self.study is None:
            return ()
        first, second = (names[k] for k in self.study.pair)
        found = []
        for bulletin in self.facts.bulletins:
            row = bulletin.of({})
            if row is None or first not in row.votes or second not in row.votes:
                continue
            if valid := self.valid(row):
                votes = row.votes[first], row.votes[second]
                tilt = needed_tilt(self.study, *votes)
                whole = self.is_whole(bulletin, row)
                found.append(DeclaredMargin(bulletin, row, whole, *votes, valid, tilt))
        return tuple(found)

    @cached_property
    def picture(self) -> InferenceSection:
        """All that the report and the figures show."""
        contest, found = self.facts.contest, self.study
        ids = contest.candidate_ids
        names = {name: contest.display(name) for name in ids}
        pair = found.pair if found is not None and len(ids) > 1 else (0, 0)
        return InferenceSection(
            self.estimate,
            (names[ids[pair[0]]], names[ids[pair[1]]]),
            names,
            self.declared if found is not None else (),
            self.curve,
            found.calibration.largest_tilt if found is not None else 0.0,
            self.order,
        )

    @property
    def seen_valid(self) -> int:
        """Votes for candidates on the seen sheets."""
        return sum(self.kept.seen.totals.sum((n,)) for n in self.facts.contest.candidate_ids)

    def valid(self, row: AreaResult) -> int | None:
        """Return the declared votes for candidates: their sum, or valid votes without blanks."""
        total = sum(row.figures.values())
        if row.candidates == set(self.facts.contest.candidate_ids):
            return total
        if row.valid is None or row.valid < total:
            return None
        return row.valid

    def left_out(self, bulletin: Bulletin, row: AreaResult) -> int | None:
        """Return how many seen stations a bulletin may leave out; None where any number."""
        declared = self.facts.declared
        if declared is not None and declared.stated(bulletin, row, "complete"):
            return 0
        return left_out(self.kept.seen, self.facts, bulletin, row)

    def is_whole(self, bulletin: Bulletin, row: AreaResult) -> bool:
        """Whether a bulletin says that it is whole, or leaves out no station that was seen."""
        declared = self.facts.declared
        if declared is None or declared.stated(bulletin, row, "complete") is False:
            return False
        return bool(declared.says_whole(bulletin, row)) or self.left_out(bulletin, row) == 0

    def surely_impossible(self, bulletin: Bulletin, row: AreaResult, name: str) -> bool | None:
        """Whether no share of the votes not seen gives a candidate what is declared.

        A bulletin that is not the whole count may leave out seen stations. It is then asked
        whether that holds whichever of them it leaves out: as many of the largest as it may. None
        where it would be impossible, but for these.
        """
        totals = self.kept.seen.totals
        valid = self.valid(row)
        if valid is None:
            return False
        need, need_valid = row.votes[name] - totals.sum((name,)), valid - self.seen_valid
        short = (-need, need - need_valid, -need_valid)
        if max(short) <= 0:
            return False
        most = self.left_out(bulletin, row)
        if most is None:
            return None
        own = totals.sizes[(name,)].top(most)
        # Valid votes are no fewer than those for all but this candidate.
        all_valid = totals.sizes[self.facts.valid].top(most)
        spared = (own, all_valid, all_valid)
        return True if any(a > b for a, b in zip(short, spared, strict=True)) else None

    @property
    def registry_is_whole(self) -> bool:
        """Whether the registry is known to list every station and no other.

        It must have as many as are declared: a registry of another election may lack new stations,
        and list some that were closed, which nobody can see.
        """
        facts = self.facts
        declared = facts.all_stations
        return (
            facts.registry is not None
            and declared == len(facts.registry)
            and registry_lists_all(self.kept.seen, facts)
        )


def _winner(facts: CaseFacts) -> str | None:
    """Return the candidate with most declared votes in the last bulletin that has any."""
    for bulletin in reversed(facts.bulletins):
        row = bulletin.of({})
        if row is not None and row.votes:
            return max(row.votes, key=lambda name: row.votes[name])
    return None


def _expected(facts: CaseFacts) -> pd.DataFrame | None:
    """Return stations or registered voters by area, if a whole bulletin declares them.

    Only of the last bulletin that says it leaves nothing out, for areas of one level, each of
    which has the number.
    """
    import pandas as pd

    for bulletin in reversed(facts.bulletins):
        whole = bulletin.of({})
        if facts.declared is None or whole is None:
            continue
        if not facts.declared.says_whole(bulletin, whole):
            continue
        rows = [row for row in bulletin.areas if row.area]
        levels = {tuple(row.area) for row in rows}
        if len(levels) != 1 or not facts.is_visible(rows[0].area):
            continue
        numbers = {
            name: [getattr(row, name) for row in rows]
            for name in ("stations", "registered")
            if all(getattr(row, name) is not None for row in rows)
        }
        if numbers:
            frame = pd.DataFrame([row.area for row in rows])
            return frame.assign(**numbers)
    return None
