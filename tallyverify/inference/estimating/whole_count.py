"""The estimate of the whole count from a partial tally, by the best method that is supported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from tallyverify.arrays import Floats
from tallyverify.checking import Bounds, bounds_of
from tallyverify.inference.estimating.outcome import TURNOUT
from tallyverify.inference.estimating.request import EstimateRequest, Method, several
from tallyverify.inference.estimating.result import AreaEstimate, Estimate, Interval, Margin
from tallyverify.inference.estimating.study import Study, study_table
from tallyverify.inference.estimating.text import assumption_text, method_text
from tallyverify.inference.outcome_chance import estimated_outcome
from tallyverify.inference.prediction.figures import area_figures
from tallyverify.inference.prediction.population import unseen_share
from tallyverify.inference.prediction.unseen_totals import Predicted
from tallyverify.inference.prediction.within_room import within_room
from tallyverify.inference.sampling.ratio_variance import sums
from tallyverify.language import told
from tallyverify.records import Sampling
from tallyverify.table import ActaTable, Registry
from tallyverify.taken import takes_input


@takes_input
def estimate(
    table: ActaTable,
    registry: Registry | None = None,
    *,
    strata: str | Sequence[str] | None = None,
    expected: pd.DataFrame | None = None,
    stations: int | None = None,
    registered: int | None = None,
    covariates: pd.DataFrame | None = None,
    sampling: Sampling | None = None,
    method: Method = EstimateRequest.method,
    level: float = EstimateRequest.level,
    masks: int = EstimateRequest.masks,
    patterns: str | Sequence[str] | None = None,
    seed: int = EstimateRequest.seed,
) -> Estimate:
    """Estimate the whole count from the stations seen, with an interval that was backtested.

    Parameters
    ----------
    table : ActaTable
        The actas, each station once. A sheet that was not wholly read counts as not seen.
    registry : Registry, optional
        All stations, with areas and registered voters. Each unseen one is then predicted.
    strata : sequence of str, optional
        Levels of areas to use; by default all that there are.
    expected : DataFrame, optional
        Without a registry: one row per area, its levels, ``stations`` and/or ``registered``.
    stations, registered : int, optional
        Without either: stations and registered voters of the whole country.
    covariates : DataFrame, optional
        Indexed by station, e.g. the turnout and shares of an earlier election; with a registry.
        Further numeric columns of the registry are used too, per registered voter.
    sampling : Sampling, optional
        How the stations were drawn by lot, instead of a registry and numbers: the ratio estimate by
        the strata of the design. Say how many were drawn: drawn stations that are not in may be
        missing in proportion to the share of one of the first two, and intervals allow for that.
    method : {"auto", "prediction", "ratio"}
        ``ratio`` asks for the stratified ratio estimate by areas of the first of ``strata`` even
        where stations could be predicted one by one.
    level : float
        Coverage of the intervals, a fraction.
    masks : int
        How often stations are hidden in each pattern that calibrates.
    patterns : sequence of str, optional
        Patterns of the backtest; by default only what calibrates: the one really missing where
        it is known, else all that are possible. :func:`backtest` shows them all.
    seed : int
        Of the masks.

    Returns
    -------
    Estimate
        With ``refused`` set, and no numbers, where what was seen does not carry an estimate.

    Raises
    ------
    InputError
        If what is given does not fit together: more seen than expected, unknown strata, stations
        that stand twice.

    Notes
    -----
    Assumes that unseen stations differ from seen ones of their areas as these differ among
    themselves: missing at random within areas. The backtest shows how often that held on the seen
    ones, hidden in the pattern really missing; it cannot show that it holds for those truly unseen.

    References
    ----------
    Särndal, Swensson & Wretman (1992), Model Assisted Survey Sampling · Henderson (1975), best
    linear unbiased prediction · Rao & Molina (2015), Small Area Estimation.

    Examples
    --------
    >>> import tallyverify as tv
    >>> case = tv.load_case("data/samples/partial")
    >>> found = tv.inference.estimate(case.actas, case.registry)
    >>> 0 < found.margin.interval.high - found.margin.interval.low < 0.1
    True
    """
    asked = EstimateRequest(
        registry=registry,
        strata=several(strata),
        expected=expected,
        stations=stations,
        registered=registered,
        covariates=covariates,
        sampling=sampling,
        method=method,
        level=level,
        masks=masks,
        patterns=several(patterns) or (),
        seed=seed,
        contest=table.contest,
    )
    return estimate_of(study_table(table, asked))


def estimate_of(found: Study) -> Estimate:
    """Return the estimate that a study came to, with what it comes to under the contest's rule."""
    plain, contest = _estimate_of(found), found.asked.contest
    if contest is None:
        return plain
    factors = factors_of(found, found.shares.estimate) if found.shares is not None else np.ones(0)
    return replace(
        plain, outcome=estimated_outcome(found, contest, plain, factors, drawn=found.drawn)
    )


def _estimate_of(found: Study) -> Estimate:
    population = found.population
    seen = population.seen
    known = found.sampling_frame.voters_known
    apart = bool(found.sampling_frame.mismatch)
    unseen = None if apart else found.unseen_stations
    if unseen is not None and found.strata is None:
        unseen += found.sampling_frame.empty
    voters = float(population.size[seen].sum()) if known else None
    whole = _registered(found)
    bounds = None if apart else _bounds(found)
    base = Estimate(
        method=method_text(found),
        assumption=assumption_text(found),
        level=found.asked.level,
        seen={
            "stations": int(seen.sum()),
            "registered": None if voters is None else round(voters),
            "valid": int(population.valid.sum()),
        },
        unseen={
            "stations": unseen,
            "registered": None
            if voters is None or whole is None or apart or unseen is None
            else max(round(whole - voters), 0),
        },
        bounds=bounds,
        backtest=found.calibration.rows,
        inflation=found.calibration.inflation,
        notes=found.notes,
        refused=found.refused,
    )
    if found.refused or found.totals is None or found.shares is None or found.outcome is None:
        return base
    votes = population.votes.sum(axis=0)
    most = bounds.unseen_votes if bounds else np.inf
    with threadpool_limits(limits=1, user_api="blas"):
        return replace(
            base,
            shares=_intervals(found, found.shares, *_limits(bounds, population.names)),
            totals=_intervals(found, found.totals, votes, votes + most),
            turnout=_turnout(found) if known and whole is not None else None,
            margin=_margin(found, bounds),
            areas=_areas(found),
        )


def _registered(found: Study) -> float | None:
    """Registered voters of all stations, as they are used."""
    if found.strata is not None:
        return None if found.strata.registered is None else float(found.strata.registered.sum())
    return float(found.population.size.sum()) if found.sampling_frame.voters_known else None


def _bounds(found: Study) -> Bounds | None:
    population, capacity = found.population, found.room
    words = told("registered voters of the stations not seen, with the largest excess seen")
    if found.known in ("areas", "numbers"):
        words = told("registered voters given, less those that the seen stations take up")
    if capacity is None or len(population.names) < 2:
        return None
    votes = population.votes.sum(axis=0)
    named = {name: int(total) for name, total in zip(population.names, votes, strict=True)}
    return bounds_of(named, ceil(round(capacity, 6)), words)


def _clipped(estimate: float, half: float, low: float, high: float) -> Interval:
    """Cut an interval to what is possible, which it holds in any case."""
    at = float(np.clip(estimate, low, high))
    return Interval(
        at,
        float(np.clip(estimate - half, low, at)),
        float(np.clip(estimate + half, at, high)),
    )


def factors_of(found: Study, estimate: Floats) -> Floats:
    """Return the factors on the errors: of each candidate's share, or of totals and valid votes."""
    calibration, count = found.calibration, len(found.population.names)
    factors = np.full(estimate.shape[-1], calibration.inflation)
    factors[: len(calibration.by_candidate)] = calibration.by_candidate
    if estimate.shape[-1] > count:  # totals: as uncertain as the share or as the turnout
        factors = np.maximum(factors, calibration.turnout)
        factors[count] = calibration.turnout
    return factors


def _intervals(found: Study, figures: Predicted, low: Any, high: Any) -> dict[str, Interval]:
    """Intervals of all candidates, cut to what each can have at the least and at the most."""
    half = figures.half_width(factors_of(found, figures.estimate), found.asked.level)
    names = found.population.names
    least, most = (np.broadcast_to(edge, len(names)) for edge in (low, high))
    return {
        name: _clipped(float(figures.estimate[k]), float(half[k]), float(least[k]), float(most[k]))
        for k, name in enumerate(names)
    }


def _limits(bounds: Bounds | None, names: Sequence[str]) -> tuple[Floats, Floats]:
    """Least and greatest share of each candidate."""
    if bounds is None:
        return np.zeros(len(names)), np.ones(len(names))
    return (
        np.array([bounds.low[name] for name in names]),
        np.array([bounds.high[name] for name in names]),
    )


def _turnout(found: Study) -> Interval | None:
    if found.outcome is None:
        return None
    half = found.outcome.turnout.half_width(found.calibration.turnout, found.asked.level)
    seen = float(found.population.valid.sum())
    low = seen / found.voters
    high = np.inf if found.room is None else (seen + found.room) / found.voters
    return _clipped(float(found.outcome.turnout.estimate), float(half), low, high)


def _margin(found: Study, bounds: Bounds | None) -> Margin | None:
    """Margin of the two with most estimated votes, who may not be the pair of the study."""
    if found.totals is None or found.outcome is None:
        return None
    names = found.population.names
    order = np.argsort(-found.totals.estimate[:-1], kind="stable")
    pair = int(order[0]), int(order[1])
    outcome = found.outcome if pair == found.pair else found.outcome_of(pair)
    half = float(outcome.margin.half_width(found.calibration.inflation, found.asked.level))
    low, high = -1.0, 1.0
    if bounds is not None:
        votes = found.population.votes.sum(axis=0)
        most = votes.sum() + bounds.unseen_votes
        lead = votes[pair[0]] - votes[pair[1]]
        low, high = (lead - bounds.unseen_votes) / most, (lead + bounds.unseen_votes) / most
    at = _clipped(float(outcome.margin.estimate), half, float(low), float(high))
    return Margin(names[pair[0]], names[pair[1]], at)


def _with_trend(found: Study, totals: Predicted, shares: Predicted) -> tuple[Predicted, Predicted]:
    """Add the country's trend to areas: as much of it as their stations are less, or more, seen."""
    trend, population = found.calibration.trend, found.population
    if not trend.pair.any():
        return totals, shares
    voters = population.tree.totals(population.size)[1]
    unseen = population.tree.totals(population.wanted_size)[1]
    part = (unseen / voters / unseen_share(population))[:, None]
    valid = totals.estimate[:, -1:]
    more = trend.pair[TURNOUT] * part * voters[:, None]
    votes = trend.shares * part * valid + shares.estimate * more
    return (
        replace(totals, trend=np.column_stack([votes, more])),
        replace(shares, trend=trend.shares * part),
    )


def _areas(found: Study) -> tuple[AreaEstimate, ...]:
    population = found.population
    if found.strata is not None or population.tree.depth < 2 or found.work is None:
        return ()
    here = population.tree.of_station(1)
    columns = np.column_stack([np.ones(len(here)), population.seen, population.votes])
    count = population.tree.units(1)
    stations, seen, *votes = sums(columns, here, count).T
    least = np.column_stack(votes)
    room: Floats = np.full(count, np.inf)
    if found.room is not None:
        room = np.bincount(here, found.sampling_frame.room).astype(np.float64)
    totals, shares = within_room(*area_figures(population, found.work), least, room)
    # Where an area is predicted to have no votes.
    known = {name: np.nan_to_num(getattr(shares, name)) for name in ("estimate", "error")}
    totals, shares = _with_trend(found, totals, replace(shares, **known))
    whole = np.maximum(least.sum(axis=1) + room, 1.0)[:, None]
    low = least / whole
    high = np.minimum(1 - (least.sum(axis=1)[:, None] - least) / whole, 1.0)
    return tuple(
        AreaEstimate(
            name,
            _intervals(found, shares[at], low[at], high[at]),
            _intervals(found, totals[at], least[at], least[at] + room[at]),
            int(seen[at]),
            int(stations[at]),
        )
        for at, name in enumerate(found.sampling_frame.areas)
        if name  # else a station that lies in no area
    )
