"""One study of a partial tally: the estimate, what calibrates it, and what others ask of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from tallyverify.arrays import Floats
from tallyverify.checking import MOST_STATIONS, CaseFacts, Sheets, summarise_sheets
from tallyverify.errors import InputError, listed, shown
from tallyverify.inference.estimating.interval_factor import Calibration, calibrate
from tallyverify.inference.estimating.outcome import TURNOUT, PairEstimate, predicted_outcome
from tallyverify.inference.estimating.patterns import PATTERNS, patterns_of
from tallyverify.inference.estimating.refusals import why_refused, why_unknown
from tallyverify.inference.estimating.request import EstimateRequest, of_design
from tallyverify.inference.prediction.figures import predicted_figures
from tallyverify.inference.prediction.frame_keys import refuse_spellings
from tallyverify.inference.prediction.population import Population, unseen_share
from tallyverify.inference.prediction.sampling_frame import SamplingFrame, assemble_frame
from tallyverify.inference.prediction.smallest_areas import VarianceComponents
from tallyverify.inference.prediction.unseen_totals import Predicted, fit_working_spread
from tallyverify.inference.prediction.within_room import within_room
from tallyverify.inference.printed import in_one_line
from tallyverify.inference.sampling.drawn_not_in import not_in_drift, not_in_note
from tallyverify.inference.sampling.ratio import RatioEstimate
from tallyverify.inference.sampling.ratio_input import some_of
from tallyverify.inference.sampling.strata import (
    Strata,
    national_stratum,
    registry_strata,
    strata_of,
)
from tallyverify.inference.sampling.stratified import ratio_figures, ratio_outcome, within_seen
from tallyverify.language import counted, number, told
from tallyverify.table import ActaTable

_NUMBERS = "stations", "registered"  # of an area, as they are expected


@dataclass(frozen=True, eq=False)
class Study:
    """Everything that was worked out, for the estimate and for the checks."""

    asked: EstimateRequest
    known: str  # how the unseen are known: registry, listed (in the actas), areas, numbers, nothing
    sampling_frame: SamplingFrame
    strata: Strata | None = None  # where the ratio estimate is used; otherwise the prediction
    work: VarianceComponents | None = None  # working variances of the prediction
    totals: Predicted | None = None  # of all candidates; None where refused, as shares and outcome
    shares: Predicted | None = None
    kept_within: bool = False  # what was worked out lay beyond what is known, and was kept within
    pair: tuple[int, int] = (0, 1)  # the leader and the one compared with it
    outcome: PairEstimate | None = None
    calibration: Calibration = field(default_factory=Calibration)
    refused: str = ""  # why there is no estimate; empty if there is one
    # the form of the ratio estimator, strata that it joined, and what drawn stations not in may do
    ratio_notes: tuple[str, ...] = ()

    @property
    def population(self) -> Population:
        """All stations known."""
        return self.sampling_frame.population

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know of how the estimate was made."""
        of_strata = self.strata.notes if self.strata is not None else ()
        return (*self.sampling_frame.notes, *of_strata, *self.ratio_notes)

    @property
    def unseen_stations(self) -> int | None:
        """How many stations that can hold votes were not seen."""
        if self.known == "nothing":
            return None
        if self.strata is not None:
            return int(self.strata.stations.sum() - self.population.seen.sum())
        return int(self.population.wanted.sum())

    @property
    def drawn(self) -> bool:
        """Whether what was seen is a whole sample that was drawn by lot."""
        sampling, seen = self.asked.sampling, int(self.population.seen.sum())
        return sampling is not None and sampling.all_seen(seen) and not self.sampling_frame.unread

    @property
    def drawn_not_in(self) -> int:
        """Stations that were drawn by lot and not seen, as far as it is stated how many were."""
        sampling, seen = self.asked.sampling, int(self.population.seen.sum())
        drawn = None if sampling is None else sampling.drawn
        return 0 if drawn is None else max(drawn - seen, 0)

    @property
    def voters(self) -> float:
        """Registered voters of all stations, or what stands for them."""
        known = self.population.size if self.strata is None else self.strata.known
        return float(known.sum())

    @property
    def room(self) -> float | None:
        """Most valid votes that the unseen stations can hold; None where that is not known."""
        asked, frame = self.asked, self.sampling_frame
        by_registry = self.known == "registry" and not frame.lacks(asked.stations)
        if by_registry or (self.known == "listed" and asked.stations == frame.stations):
            return frame.capacity
        if self.known not in ("areas", "numbers") or not frame.listed:
            return None
        total = asked.registered
        if asked.expected is not None and "registered" in asked.expected:
            total = int(asked.expected["registered"].sum())
        return None if total is None else max(float(total - frame.used), 0.0)

    def outcome_of(self, pair: tuple[int, int]) -> PairEstimate:
        """Estimate the shares of two candidates, their margin and turnout."""
        if self.strata is not None:
            found = ratio_outcome(self.population, self.strata, pair)
        else:
            found = predicted_outcome(self.population, self._work, pair, shift=True)
        found = replace(found, trend=self.calibration.trend.of(pair, self.pair))
        if not self.kept_within or self.totals is None or self.shares is None:
            return found
        first, second = self.shares.estimate[list(pair)]
        turnout = self.totals.estimate[-1] / self.voters
        return replace(found, estimate=np.array([first, second, first - second, turnout]))

    @property
    def trend_of_totals(self) -> Floats:
        """What a trend, or drawn stations not in, may add to totals and valid votes; (K + 1,)."""
        if self.totals is None:
            raise InputError(told("there are no totals yet"))
        trend = self.calibration.trend
        valid = float(self.totals.estimate[-1])
        turnout = float(self.outcome.turnout.estimate) if self.outcome is not None else 0.0
        more = float(trend.pair[TURNOUT]) * valid / turnout if turnout else 0.0
        votes = trend.shares * valid + self.totals.estimate[:-1] / valid * more
        return np.append(votes, more)

    def outcome_without(self, population: Population) -> PairEstimate:
        """Do the same with some seen stations hidden, as a backtest has them."""
        if self.strata is not None:
            return ratio_outcome(population, within_seen(population, self.strata), self.pair)
        return predicted_outcome(population, self._work, self.pair, shift=True)

    @property
    def _work(self) -> VarianceComponents:
        if self.work is None:
            raise InputError(told("the prediction has no variances yet"))
        return self.work


def study_table(table: ActaTable, asked: EstimateRequest) -> Study:
    """Study a table of actas, each station once; see :func:`study`."""
    contest = table.contest
    refuse_spellings(table, asked.registry)
    facts = CaseFacts.of(table, asked.registry)
    return study(summarise_sheets(table, facts), contest.candidate_ids, contest.levels, asked)


def study(
    sheets: Sheets, names: Sequence[str], levels: Sequence[str], asked: EstimateRequest
) -> Study:
    """Estimate, and backtest the estimate on the seen stations; each station once."""
    asked.check(names)
    asked = of_design(asked)
    # One thread: sums then do not depend on how many a machine has, and short ones are faster.
    with threadpool_limits(limits=1, user_api="blas"):
        return _studied(sheets, names, levels, asked)


def _studied(
    sheets: Sheets, names: Sequence[str], levels: Sequence[str], asked: EstimateRequest
) -> Study:
    if sheets.chunks is None:
        raise InputError(
            told(
                "{stations}; all are needed at once, which fits for {most}",
                stations=counted(sheets.rows, "station", "stations"),
                most=number(MOST_STATIONS),
            )
        )
    of_registry = asked.strata if asked.expected is None else None
    sampling_frame = assemble_frame(
        sheets,
        names,
        levels,
        asked.registry,
        strata=of_registry,
        covariates=asked.covariates,
        registered=asked.registered,
    )
    known = _knowledge(sheets, asked)
    bare = Study(asked, known, sampling_frame)
    why = why_unknown(sampling_frame, known, asked)
    if why:
        return replace(bare, refused=why)
    bare = replace(bare, strata=_strata(sheets, sampling_frame, known, levels, asked))
    work = fit_working_spread(bare.population)
    why = why_refused(bare.population, work, areas=bare.strata is None)
    if why:
        return replace(bare, refused=why)
    try:
        if bare.strata is None:
            totals, shares = predicted_figures(bare.population, work)
        else:
            totals, shares, by_ratio = ratio_figures(bare.population, bare.strata)
            bare = replace(bare, ratio_notes=_ratio_notes(by_ratio, bare.strata))
    except InputError as error:
        return replace(bare, refused=in_one_line(error))
    seen_votes = bare.population.votes.sum(axis=0)
    most = np.inf if bare.room is None else bare.room
    within, shares = within_room(totals, shares, seen_votes, most)
    bare = replace(bare, kept_within=within is not totals, totals=within, shares=shares)
    pair = _pair(within.estimate[:-1], names, asked.rival)
    found = replace(bare, work=work, pair=pair)
    found = replace(found, outcome=found.outcome_of(pair))
    if not found.unseen_stations:
        return found
    sampling = asked.sampling
    whole = sampling is not None and (sampling.drawn is None or found.drawn)
    if sampling_frame.order_lost and not whole:
        why = told(
            "{why}, so that how the count goes on cannot be told; write the order in another way, "
            "or leave it out of the mapping",
            why=sampling_frame.order_lost,
        )
        return replace(found, refused=why)
    calibration = _calibrated(found)
    if found.strata is not None and found.drawn_not_in:
        drift = not_in_drift(found.population, found.strata, pair, found.drawn_not_in)
        calibration = replace(calibration, trend=calibration.trend.or_more(drift))
        note = not_in_note(found.drawn_not_in, drift)
        found = replace(found, ratio_notes=(*found.ratio_notes, note))
    found = replace(found, calibration=calibration, refused=calibration.refused)
    if not calibration.trend.pair.any():
        return found
    return replace(
        found,
        totals=replace(within, trend=found.trend_of_totals),
        shares=replace(shares, trend=calibration.trend.shares),
        outcome=found.outcome_of(pair),
    )


def _ratio_notes(found: RatioEstimate, strata: Strata) -> tuple[str, ...]:
    if len(strata.names) < 2:
        return ()
    form = (
        told("ratio estimate in its separate form: one ratio in each stratum")
        if found.form == "separate"
        else told("ratio estimate in its combined form: one ratio for all strata")
    )
    used = [name for name, count in zip(strata.names, strata.stations, strict=True) if count > 0]
    pairs = [
        told("{one} with {other}", one=used[one], other=used[other])
        for one, other in found.collapsed
    ]
    if not pairs:
        return (form,)
    joined = told(
        "strata with one seen station are joined for the error: {pairs}", pairs=some_of(pairs, 5)
    )
    return form, joined


def _knowledge(sheets: Sheets, asked: EstimateRequest) -> str:
    if asked.registry is not None:
        return "registry"
    if asked.expected is not None:
        return "areas"
    if asked.sampling is not None:
        return "numbers"
    if asked.method == "prediction" or asked.stations == sheets.rows:
        return "listed"
    if asked.stations is not None or asked.registered is not None:
        return "numbers"
    return "nothing"


def _strata(
    sheets: Sheets,
    sampling_frame: SamplingFrame,
    known: str,
    levels: Sequence[str],
    asked: EstimateRequest,
) -> Strata | None:
    """Return the strata of the ratio estimate, or None for the prediction."""
    population, voters = sampling_frame.population, sampling_frame.voters_known
    if known == "areas" and asked.expected is not None:
        there = [level for level in levels if f"area:{level}" in sheets.columns]
        by = asked.strata or [level for level in there if level in asked.expected]
        sheets = sheets.take(np.isin(sheets.columns["station"], sampling_frame.keys))
        if any((sheets.columns[f"area:{level}"] == "").any() for level in by if level in there):
            if asked.sampling is not None:
                raise InputError(
                    told("sheets of the sample name no stratum of its design"),
                    place="sampling.strata",
                    found=listed(by),
                    hint=told("say of each sheet where it was drawn"),
                )
            return _country_of(asked.expected, population, voters)
        return strata_of(sheets, population, voters, asked.expected, there, asked.strata)
    if known == "numbers":
        return national_stratum(population, voters, asked.stations, asked.registered)
    if asked.method == "ratio":
        return registry_strata(population, sampling_frame.areas, voters)
    return None


def _country_of(expected: pd.DataFrame, population: Population, voters: bool) -> Strata:
    """Return the country as one stratum, where sheets name no area that could be one."""
    sums = [int(expected[name].sum()) if name in expected else None for name in _NUMBERS]
    strata = national_stratum(population, voters, *sums)
    note = told("strata are not used: sheets that name no area belong to none")
    return replace(strata, notes=(*strata.notes, note))


def _pair(votes: Any, names: Sequence[str], rival: str | None) -> tuple[int, int]:
    order = sorted(range(len(names)), key=lambda k: (-votes[k], k))
    first, second = order[:2]
    if rival is not None and names.index(rival) != first:
        second = names.index(rival)
    return first, second


def _calibrated(found: Study) -> Calibration:
    """Run the patterns that the population allows, the one really there where it is known."""
    population, asked = found.population, found.asked
    possible = patterns_of(population)
    if found.known not in ("registry", "listed"):
        possible = tuple(pattern for pattern in possible if pattern != "learnt")
    if asked.sampling is not None:
        # What was not drawn is missing by lot, whatever its area.
        possible = tuple(pattern for pattern in possible if pattern in ("random", "late"))
    wanted = possible if asked.patterns is None else asked.patterns
    if not wanted:
        wanted = ("learnt",) if "learnt" in possible else possible
    lacking = [pattern for pattern in wanted if pattern not in possible]
    if lacking:
        raise InputError(
            told("the case does not have what this pattern needs"),
            place="pattern",
            found=shown(lacking[0]),
            expected=listed(possible),
            hint=told("{pattern} is: {what}", pattern=lacking[0], what=PATTERNS[lacking[0]]),
        )
    for calibrates in ("late", "learnt"):
        if calibrates in possible and (asked.patterns or calibrates == "late"):
            wanted = (*(pattern for pattern in wanted if pattern != calibrates), calibrates)
    unseen, seen = found.unseen_stations or 0, int(population.seen.sum())
    share = asked.share or float(np.clip(unseen / (unseen + seen), 0.02, 0.5))

    def by(patterns: Sequence[str]) -> Calibration:
        return calibrate(
            population,
            found.outcome_without,
            found.pair,
            patterns=patterns,
            masks=asked.masks,
            share=share,
            unseen=_still_to_come(found),
            seed=asked.seed,
        )

    calibrated = by(wanted)
    if asked.patterns == () and not calibrated.setting:
        # One area that is wholly missing teaches a pattern that mostly hides nothing.
        return by(possible)
    return calibrated


def _still_to_come(found: Study) -> tuple[float, float]:
    """Return the shares of voters and stations that may still report in the order of counting.

    Of a drawn sample the stations that were not drawn never will.
    """
    seen, drawn = int(found.population.seen.sum()), found.asked.sampling
    if drawn is not None:  # where it is not said how many were drawn, none is taken to lack
        return (max(1 - seen / (drawn.drawn or seen), 0.0),) * 2
    unseen = found.unseen_stations or 0
    stations = unseen / (unseen + seen)
    return (unseen_share(found.population) if found.strata is None else stations), stations
