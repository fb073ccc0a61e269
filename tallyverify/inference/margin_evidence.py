"""The rung of a declared margin that lies outside the interval: nearly always a note."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log
from typing import TYPE_CHECKING

from tallyverify.findings import Evidence
from tallyverify.inference.estimating.interval_factor import LOWEST_COVERAGE
from tallyverify.inference.estimating.outcome import PairEstimate
from tallyverify.inference.estimating.study import Study
from tallyverify.inference.estimating.tilt import Tilt, tilt_to
from tallyverify.inference.favourable import most_favourable
from tallyverify.inference.prediction.unlike_areas import anything_left_out
from tallyverify.inference.printed import is_within
from tallyverify.language import number, points, signed, told
from tallyverify.names import folded
from tallyverify.records import Sampling
from tallyverify.table import KIND, Registry

if TYPE_CHECKING:
    from tallyverify.arrays import Floats

FAR = 0.999
"""Level of the interval that a declared margin must lie outside of, to be an anomaly."""

FAR_OF_DRAWN = 0.9999
"""The same of a sample drawn by lot, for which nothing else need speak: one in ten thousand."""

_AS_LARGE = 2.0

FLOOR = log(3)
"""No smaller tilt is an anomaly, whatever the backtest had: odds up to three times those predicted.

Stations may honestly be missing for what no level of areas knows, as villages or prisons are. In
Poland 2020, with 80 % of the villages and 3 % of the towns unseen and predicted from whole
voivodeships, the truth needs a tilt of 0.64, more than any pattern of the backtest had.
"""


@dataclass(frozen=True)
class MarginEvidence:
    """How a declared margin stands to the interval, and on which rung that belongs."""

    outside: bool  # the 95 % interval
    evidence: Evidence
    why: str  # what decided it; empty inside the interval


def needed_tilt(study: Study, first: float, second: float) -> Tilt | None:
    """Return the tilt that gives the pair its declared votes; None where none are unseen."""
    outcome = study.outcome
    if outcome is None or not study.unseen_stations or not outcome.votes.sum() > 0:
        return None
    seen = study.population.votes.sum(axis=0)
    needs = first - seen[study.pair[0]], second - seen[study.pair[1]]
    both = float(sum(needs))
    target = float(needs[0]) / both if both > 0 else (inf if needs[0] >= needs[1] else -inf)
    return tilt_to(target, outcome.share, outcome.votes)


def margin_evidence(
    study: Study,
    first: float,
    second: float,
    valid: float,
    *,
    whole: bool,
    confirmed: bool,
    registry: Registry | None = None,
) -> MarginEvidence:
    """Grade a declared margin (votes of the pair and of all) against an estimate not refused.

    Improbable it is for a sample drawn by lot alone, whose design says what the others hold. Of
    sheets that somebody could collect it is at most an anomaly: a kind of station that no seen one
    shows (by post, abroad) may differ by more than any backtest had.

    ``whole``: the bulletin is the whole count. ``confirmed``: a registry lists every station, as
    many as are declared and every one that was seen. ``registry``: how large the stations are that
    were not drawn.
    """
    outcome, calibration = study.outcome, study.calibration
    if outcome is None:
        raise ValueError("a study that is not refused has an outcome")
    gap = abs((first - second) / valid - float(outcome.margin.estimate))
    half = float(outcome.margin.half_width(calibration.inflation, 0.95))
    at = float(outcome.margin.estimate)
    if is_within((first - second) / valid, at - half, at + half):
        return MarginEvidence(False, Evidence.NOTE, "")
    tilt, sampling = needed_tilt(study, first, second), study.asked.sampling
    if sampling is not None:
        far = float(outcome.margin.half_width(calibration.inflation, FAR_OF_DRAWN))
        why = _undecided(study, sampling, gap, far, valid, whole=whole)
        if why:
            return MarginEvidence(True, Evidence.NOTE, told("a note only: {why}", why=why))
        larger = _larger_than_drawn(study, registry, confirmed=confirmed)
        if larger:
            says = told(
                "at most an anomaly: outside the 99.99 % interval too, of a sample drawn by lot; "
                "but {why}",
                why=larger,
            )
            return MarginEvidence(True, Evidence.ANOMALY, says)
        says = told(
            "outside the 99.99 % interval too (± {far} points), of a sample that was drawn by lot",
            far=points(far),
        )
        return MarginEvidence(True, Evidence.IMPROBABLE, says)
    why = _innocent(study, outcome, gap, tilt, valid, whole=whole, confirmed=confirmed)
    if why or tilt is None:
        return MarginEvidence(True, Evidence.NOTE, told("a note only: {why}", why=why))
    far = float(outcome.margin.half_width(calibration.inflation, FAR))
    says = told(
        "outside the 99.9 % interval too (± {far} points); the tilt that it needs (δ = {tilt}) is "
        "larger than any of the {masks} masks of the backtest ({largest}) and than three times the "
        "odds ({floor}); no seen stations with as many votes gave the share that it needs. At most "
        "an anomaly: the sheets are no sample drawn by lot, and stations of a kind that was not "
        "seen may differ by more",
        far=points(far),
        tilt=_delta(tilt.delta),
        masks=number(sum(row.masks for row in calibration.rows)),
        largest=_delta(calibration.largest_tilt),
        floor=_delta(FLOOR),
    )
    return MarginEvidence(True, Evidence.ANOMALY, says)


def _undecided(
    study: Study, sampling: Sampling, gap: float, far: float, valid: float, *, whole: bool
) -> str:
    """Return the first reason for which a drawn sample decides nothing."""
    seen = int(study.population.seen.sum())
    if not whole:
        return told("it is not known to be the whole count, and need not be like it")
    if not study.unseen_stations:
        return told("every station was seen, so that no estimate is needed")
    if valid <= float(study.population.valid.sum()):
        return told("it holds no more votes than were seen")
    if sampling.drawn is None:
        return told("how many stations were drawn is not stated, so that some may lack")
    if not study.drawn:
        return told(
            "of {drawn} stations drawn {seen} were seen and wholly read: those that lack may be of "
            "another kind",
            drawn=number(sampling.drawn),
            seen=number(seen),
        )
    return told("it lies inside the 99.99 % interval") if gap <= far else ""


def _larger_than_drawn(study: Study, registry: Registry | None, *, confirmed: bool) -> str:
    """Say if stations that were not drawn may hold more than any that was.

    An interval from a sample knows nothing of a few stations many times as large as all drawn.
    """
    if registry is None or not confirmed:
        return told("no registry is known to list every station, with the voters that it has")
    sizes, unknown = registry.sizes
    own = study.population.size[study.population.seen]
    if not study.sampling_frame.listed or unknown.any() or (sizes == 0).any():
        return told("not of every station the registered voters are known")
    if sizes.max() > _AS_LARGE * own.max():
        return told("stations that were not drawn have more than twice the voters of any that was")
    if KIND in registry.frame.columns:
        at = registry.positions(study.sampling_frame.keys)
        seen = study.population.seen & (at >= 0)
        kinds = registry.frame[KIND].fillna("").map(folded).to_numpy(dtype=object)
        if set(kinds) - set(kinds[at[seen]]):
            return told("nothing was drawn of a kind of stations")
    return ""


def _innocent(
    study: Study,
    outcome: PairEstimate,
    gap: float,
    tilt: Tilt | None,
    valid: float,
    *,
    whole: bool,
    confirmed: bool,
) -> str:
    """Return the first reason for which a margin outside the interval accuses nobody."""
    calibration = study.calibration
    learnt = calibration.row("learnt")
    largest = calibration.largest_tilt
    if not whole:
        return told("it is not known to be the whole count, and need not be like it")
    if not study.unseen_stations or tilt is None:
        return told("every station was seen, so that no estimate is needed")
    if study.strata is not None:
        return told("the estimate is not a prediction of single stations")
    if not confirmed:
        return told("no registry is known to list every station, and no other, that there is")
    why = _too_few_seen(study, valid)
    if why:
        return why
    if learnt is None or calibration.setting != "learnt" or learnt.coverage < LOWEST_COVERAGE:
        return told("the backtest does not cover in the pattern really missing")
    if gap <= float(outcome.margin.half_width(calibration.inflation, FAR)):
        return told("it lies inside the 99.9 % interval")
    if abs(tilt.delta) <= largest:
        return told(
            "the tilt that it needs (δ = {tilt}) is no larger than one that hidden stations of "
            "this election had ({largest})",
            tilt=_delta(tilt.delta),
            largest=_delta(largest),
        )
    if abs(tilt.delta) <= FLOOR:
        return told(
            "the tilt that it needs (δ = {tilt}) is less than three times the odds ({floor}), as "
            "unseen stations of another kind may honestly have",
            tilt=_delta(tilt.delta),
            floor=_delta(FLOOR),
        )
    if not _beyond_all_seen(study, outcome, tilt):
        return told("seen stations with as many votes gave the share that it needs")
    return ""


def _too_few_seen(study: Study, valid: float) -> str:
    """Say if the votes declared, or what was seen, tell too little of the unseen."""
    seen = float(study.population.valid.sum())
    if valid == seen:
        return told("it holds as many votes as were seen, so that the registry may list too much")
    if valid < seen:
        return told("it holds fewer votes than were seen, so that the registry may list too much")
    if _unseen_region(study):
        level = study.population.levels[0]
        return told("nothing was seen of an area of the level {level}", level=level)
    if study.population.unseen_kinds.size:
        return told("nothing was seen of a kind of stations, or too little to learn from")
    if anything_left_out(study.population):
        return told("nothing was seen of an area that holds a percent of the voters or more")
    return ""


def _unseen_region(study: Study) -> bool:
    population = study.population
    if population.tree.depth < 2:
        return False
    seen = population.tree.totals(population.seen.astype(float))[1]
    wanted = population.tree.totals(population.wanted_size)[1]
    return bool(((seen == 0) & (wanted > 0)).any())


def _beyond_all_seen(study: Study, outcome: PairEstimate, tilt: Tilt) -> bool:
    """Whether even the most favourable seen stations gave less than the share needed."""
    if not 0 <= tilt.target <= 1:
        return True
    votes = study.population.votes[study.population.seen]
    one, other = (votes[:, k] for k in study.pair)
    mine: Floats = one if tilt.target > tilt.predicted else other
    needed = tilt.target if tilt.target > tilt.predicted else 1 - tilt.target
    found = most_favourable(mine, one + other, float(outcome.votes.sum()))
    return found is not None and needed > found.share


def _delta(tilt: float) -> str:
    return signed(tilt, ".3f")
