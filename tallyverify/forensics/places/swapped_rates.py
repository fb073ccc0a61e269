"""How often an honest station, and an exchanged one, reaches a given evidence of exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tallyverify.arrays import Floats

if TYPE_CHECKING:
    from tallyverify.forensics.places.context_tail import Tail

_LEAST = 3.0
_MOST = 60.0
_STEPS = 16


def rates_at(
    centre: Floats, deviation: Floats, tail: Tail, threshold: float
) -> tuple[Floats, Floats]:
    """Return each station's probability of being flagged, honest and exchanged."""
    # Flagged is what reaches the threshold, above 0, and, exchanged, lies in the tail's 95 % reach.
    # Centre and deviation are those of the log-odds; the tail is in units of the deviation.
    low, high = _flagged_between(centre, deviation, tail, threshold)
    honest = _chance(low, high, centre, deviation, tail)
    return honest, _chance(low, high, -centre, deviation, tail)


def _flagged_between(
    centre: Floats, deviation: Floats, tail: Tail, threshold: float
) -> tuple[Floats, Floats]:
    """Return the log-odds between which a station is flagged; an empty interval where none."""
    # Under a t the evidence is at least c where ν s² + (y − m)² ≥ R (ν s² + (y + m)²), with
    # R = exp(2c/(ν+1)): between the roots of a quadratic in the log-odds y.
    ratio = np.exp(np.minimum(2 * threshold / (tail.freedom + 1), 300.0))
    room = tail.freedom * (tail.scale * deviation) ** 2
    inside = (centre * (ratio + 1)) ** 2 - (ratio - 1) ** 2 * (centre**2 + room)
    half = np.sqrt(np.maximum(inside, 0.0)) / (ratio - 1)
    middle = -centre * (ratio + 1) / (ratio - 1)
    within = tail.reach * deviation
    low = np.maximum(middle - half, -centre - within)
    return low, np.maximum(low, np.minimum(middle + half, -centre + within))


def _chance(low: Floats, high: Floats, about: Floats, deviation: Floats, tail: Tail) -> Floats:
    below, above = (low - about) / deviation, (high - about) / deviation
    # Differences of the smaller tail: those of the larger one would lose all digits.
    turn = np.where(below > 0, -1.0, 1.0)
    return np.where(high > low, np.abs(tail.below(turn * above) - tail.below(turn * below)), 0.0)


def threshold_at(centre: Floats, deviation: Floats, tail: Tail, rate: float) -> float:
    """Return the evidence, no less than 3, that a share ``rate`` of honest stations reaches."""

    def honest(threshold: float) -> float:
        ends = _flagged_between(centre, deviation, tail, threshold)
        return float(_chance(*ends, centre, deviation, tail).mean())

    low, high = _LEAST, _MOST
    if honest(low) <= rate:
        return low
    for _ in range(_STEPS):
        half = (low + high) / 2
        low, high = (half, high) if honest(half) > rate else (low, half)
    return high


def chance_of(number: int, mirrored: int, honest: Floats) -> float:
    """Return the p-value of so many flagged: the larger of the two that the controls give."""
    # One is the chance that of all on both sides, half each, so many or more lie on this side. The
    # other is the chance of so many if each honest station is flagged with its own probability: a
    # Poisson number, which spreads wider than the true one.
    from scipy import stats

    one_sided = float(stats.binom.sf(number - 1, number + mirrored, 0.5))
    return max(one_sided, float(stats.poisson.sf(number - 1, honest.sum())))
