"""Klimek's model by maximum likelihood: the estimate, and how far the data pin it down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from tallyverify.arrays import Counts, Floats
from tallyverify.forensics.turnout.klimek_model import (
    BINS,
    Parameters,
    klimek_cells,
    klimek_election,
)
from tallyverify.forensics.turnout.stations_used import grid

if TYPE_CHECKING:
    Cells = Callable[[Floats], Floats]

_LOW = Parameters(0.02, 0.01, 0.02, 0.01, 0.05, 0.2, 0.0, 0.0).vector
_HIGH = Parameters(0.98, 0.4, 0.98, 0.4, 1.5, 10.0, 0.98, 0.0).vector
_HIGH[7] = 0.9
_DROP = 3.841458820694124 / 2  # of the log-likelihood, at the ends of a 95 % interval
_CERTAIN = 10.0
_STEPS = 80
_ROUGH = 0.5
_NEAR = 0.02
_ALL = tuple(range(8))
_CLEAN = (0, 1, 2, 3)
_INCREMENTAL, _EXTREME = 6, 7


@dataclass(frozen=True, eq=False)
class Fit:
    """An estimate of the model."""

    vector: Floats  # (8,), as klimek_cells takes it
    loss: float  # log-likelihood lost against the observed frequencies
    free: tuple[int, ...]  # parameters that were fitted; the others have no effect or are 0
    error: Floats  # (8,), by the information; NaN where not fitted or at a bound other than 0


def fitted_parameters(observed: Counts, starts: list[Floats]) -> Fit:
    """Fit the model from several starts, and leave out what the data do not ask for."""
    # A part (the incremental stations with θ and α, the extreme ones) stays only if the Bayesian
    # information criterion is better with it: a mixture that is free to do so always finds a few.
    rough = (_fitted(observed, q, _ALL, _ROUGH) for q in starts)
    best = _fitted(observed, min(rough, key=lambda fit: fit.loss).vector, _ALL)
    total = float(observed.sum())
    for part, goes in ((_EXTREME, {_EXTREME}), (_INCREMENTAL, {4, _INCREMENTAL})):
        if _certain(best, part):
            continue
        start = best.vector.copy()
        start[part] = 0.0
        without = tuple(k for k in best.free if k not in goes)
        # α stays as long as there is a part whose moved votes it governs.
        if not {_INCREMENTAL, _EXTREME} & set(without):
            without, start[5] = _CLEAN, 0.0
        fewer = _fitted(observed, start, without)
        if bic(fewer.loss, len(fewer.free), total) <= bic(best.loss, len(best.free), total):
            best = fewer
    return best


def profile(observed: Counts, fit: Fit, width: float) -> tuple[float, float]:
    """Return the 95 % profile-likelihood interval of the incremental share."""
    # Everything else is fitted again at each value: a wide interval says that the objective is
    # flat, because few large shifts and many small ones leave nearly the same fingerprint. The
    # width is the θ to start from where the fit has no incremental stations.
    start = fit.vector.copy()
    if _INCREMENTAL not in fit.free:
        start[4], start[5] = np.log(width), 0.0
    rest = tuple(k for k in _ALL if k != _INCREMENTAL and (k != _EXTREME or _EXTREME in fit.free))
    error = fit.error[_INCREMENTAL]
    reach = 1.96 * error if np.isfinite(error) and error > 0 else 0.02
    ends = []
    for side, bound in ((-1, _LOW[_INCREMENTAL]), (1, _HIGH[_INCREMENTAL])):
        middle = float(start[_INCREMENTAL])
        span, step = abs(float(bound) - middle), min(max(float(reach), 1e-3), 0.1)
        here = start.copy()
        for _ in range(8 if span > 0 else 0):
            step = min(step, span)
            here[_INCREMENTAL] = middle + side * step
            again = _fitted(observed, here, rest)
            here = again.vector.copy()
            factor = float(np.sqrt(_DROP / max(again.loss - fit.loss, 0.01)))
            if abs(factor - 1) < 0.1 or (step >= span and factor > 1):
                break
            step *= min(max(factor, 0.4), 2.5)
        ends.append(middle + side * min(step, span))
    return ends[0], ends[1]


def extreme_within(observed: Counts, fit: Fit) -> tuple[float, float]:
    """Return the 95 % likelihood interval of the extreme share, everything else held."""
    # What is held hardly matters: extreme stations lie where others do not. A standard error would
    # not do, for the likelihood is far from quadratic where there are few or none.
    some = observed > 0
    value = float(fit.vector[_EXTREME])

    def lost(share: float) -> float:
        q = fit.vector.copy()
        q[_EXTREME] = share
        return float(-(observed[some] * np.log(klimek_cells(q)[some])).sum())

    least = lost(value)
    ends = []
    for bound in (0.0, float(_HIGH[_EXTREME])):
        inside, outside = value, bound
        if lost(bound) - least <= _DROP:
            inside = outside
        while abs(outside - inside) > 1e-3 * abs(outside) + 1e-7:
            middle = (inside + outside) / 2
            inside, outside = (
                (middle, outside) if lost(middle) - least <= _DROP else (inside, middle)
            )
        ends.append(inside * (1 - float(fit.vector[_INCREMENTAL])))
    return ends[0], ends[1]


def low_side(observed: Counts, start: Parameters) -> float:
    """Return the incremental share if the clean means and deviations are held at the start's."""
    begin = replace(start, incremental=0.5).vector
    return Parameters.of(_fitted(observed, begin, (4, 5, 6, 7)).vector).incremental


def start_of(turnout: Floats, share: Floats) -> Parameters:
    """Read clean means and deviations off the low side of the figures, and θ off the high side."""
    (a, a_sd, _), (v, v_sd, right) = _peak(turnout), _peak(share)
    return Parameters(a, a_sd, v, v_sd, right, 1.5, 0.0, 0.01)


def _peak(values: Floats) -> tuple[float, float, float]:
    # The highest five points of a 1 % histogram, below 90 %: above may be the extreme stations.
    histogram = np.histogram(values, bins=100, range=(0, 1))[0]
    peak = (int(np.argmax(np.convolve(histogram, np.ones(5), "same")[:90])) + 0.5) / 100
    left, right = values[values < peak] - peak, values[values > peak] - peak
    spread = [float(np.sqrt((part**2).mean())) if part.size else 0.0 for part in (left, right)]
    return peak, max(spread[0], 0.01), max(spread[1], 0.05)


def recovered(registered: Counts, truth: Parameters, seed: int, times: int) -> list[Parameters]:
    """Draw elections from the model with these parameters, and fit each."""
    refits = []
    for k in range(times):
        cast, votes = klimek_election(registered, truth, seed * 100_003 + k)
        observed = grid(votes, cast, registered, BINS).ravel()
        refits.append(Parameters.of(fitted_parameters(observed, [truth.vector]).vector))
    return refits


def interval(value: float, refits: list[float]) -> tuple[float, float] | None:
    """Return a 95 % interval of a share by what was recovered of elections drawn with it."""
    if not refits:
        return None
    # Around the truth that they were drawn from, so that a bias widens the interval.
    off = float(np.sqrt(np.mean((np.array(refits) - value) ** 2)))
    reach = float(stdtrit(len(refits), 0.975)) * off
    return max(value - reach, 0.0), min(value + reach, 1.0)


def bic(loss: float, parameters: int, total: float) -> float:
    """Return the Bayesian information criterion, less that of the observed frequencies."""
    return 2 * loss + parameters * float(np.log(total))


def scored(
    observed: Counts,
    cells: Cells,
    start: Floats,
    low: Floats,
    high: Floats,
    *,
    free: tuple[int, ...] | None = None,
    enough: float = 1e-3,
) -> tuple[Floats, float, Floats]:
    """Fit cell probabilities to counts by maximum likelihood: damped Fisher scoring in bounds."""
    # Returned are the estimate, the log-likelihood lost against the observed frequencies, and the
    # information of the free parameters there.
    total = float(observed.sum())
    some = observed > 0
    frequency = observed[some] / total
    at = np.arange(start.size) if free is None else np.asarray(free, dtype=np.int64)

    def loss(p: Floats) -> float:
        return float(-(observed[some] * np.log(p[some] / frequency)).sum())

    q = np.clip(start, low, high)
    p = cells(q)
    now, damping, information = loss(p), 1e-3, np.eye(at.size)
    for _ in range(_STEPS):
        slope = np.empty((p.size, at.size))
        for column, k in enumerate(at):
            there = q.copy()
            there[k] += 1e-5 if q[k] + 1e-5 <= high[k] else -1e-5
            slope[:, column] = (cells(there) - p) / (there[k] - q[k])
        gradient = slope.T @ (observed / p)
        information = total * (slope.T / p) @ slope
        gained = 0.0
        for _ in range(15):
            steep = information + np.diag(damping * information.diagonal() + 1e-9 * total)
            moves = ~((q[at] <= low[at]) & (gradient < 0)) & ~((q[at] >= high[at]) & (gradient > 0))
            step = np.zeros(at.size)
            step[moves] = np.linalg.solve(steep[np.ix_(moves, moves)], gradient[moves])
            tried = q.copy()
            tried[at] = np.clip(q[at] + np.clip(step, -1, 1), low[at], high[at])
            p_tried = cells(tried)
            then = loss(p_tried)
            if then < now:
                gained, q, p, now = now - then, tried, p_tried, then
                damping = max(damping / 5, 1e-9)
                break
            damping = max(5 * damping, 1e-6)
        if gained < enough:
            break
    return q, now, information


def _fitted(observed: Counts, start: Floats, free: tuple[int, ...], enough: float = _NEAR) -> Fit:
    vector, loss, information = scored(
        observed, klimek_cells, start, _LOW, _HIGH, free=free, enough=enough
    )
    at = np.asarray(free)
    inside = (vector[at] > _LOW[at] + 1e-6) & (vector[at] < _HIGH[at] - 1e-6)
    inside |= (at >= _INCREMENTAL) & (vector[at] < 0.5)
    error = np.full(8, np.nan)
    if inside.any():
        some = information[np.ix_(inside, inside)]
        some = some + np.diag(np.full(len(some), 1e-9 * float(observed.sum())))
        error[at[inside]] = np.sqrt(np.maximum(np.diag(np.linalg.inv(some)), 0))
    return Fit(vector, loss, free, error)


def _certain(fit: Fit, part: int) -> bool:
    error = fit.error[part]
    return bool(np.isfinite(error) and fit.vector[part] > _CERTAIN * error)
