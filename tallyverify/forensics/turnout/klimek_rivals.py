"""Clean rivals of Klimek's model: stations of one kind or of two, none of them stuffed."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from tallyverify.arrays import Counts, Floats
from tallyverify.forensics.turnout.klimek_fit import scored
from tallyverify.forensics.turnout.klimek_model import BINS, WITHIN, mixed

_EDGES = np.linspace(0, 1, BINS + 1)
_FINE = np.linspace(0, 1, BINS * WITHIN + 1)
_TINY = 1e-12
_WIDEST_CLEAN = np.array([8.0, 2.0, 8.0, 2.0, 3.0])


def rivals(observed: Counts, turnout: Floats, share: Floats) -> tuple[float, float]:
    """Return the loss of clean stations of one kind, and of two."""
    t, s = (np.log(z / (1 - z)) for z in (np.clip(z, 0.01, 0.99) for z in (turnout, share)))
    apart = turnout + share < np.median(turnout + share)
    one = _moments(t, s)
    bound = _WIDEST_CLEAN
    _, of_one, _ = scored(observed, clean_groups, one, -bound, bound)
    halves = [_moments(t[half], s[half]) if half.sum() > 1 else one for half in (apart, ~apart)]
    bound = np.array([*_WIDEST_CLEAN, *_WIDEST_CLEAN, 6.0])
    _, of_two, _ = scored(
        observed, clean_groups, np.array([*halves[0], *halves[1], 0.0]), -bound, bound
    )
    return of_one, of_two


def clean_groups(vector: Floats) -> Floats:
    """Return the probability of each cell if clean stations are of one or two kinds."""
    # Of each kind the mean and log standard deviation of the log-odds of turnout, those of the
    # share, and their correlation (its inverse hyperbolic tangent); of two last the log-odds of the
    # first.
    if vector.size == 5:
        return mixed(_logistic_normal(vector))
    first = 1 / (1 + np.exp(-vector[10]))
    return mixed(
        first * _logistic_normal(vector[:5]) + (1 - first) * _logistic_normal(vector[5:10])
    )


def _logistic_normal(q: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        fine, edges = (np.log(e) - np.log1p(-e) for e in (_FINE, _EDGES))
    middle = (_FINE[1:] + _FINE[:-1]) / 2
    z = (np.log(middle / (1 - middle)) - q[0]) / np.exp(q[1])
    r = np.tanh(q[4])
    mean, sd = q[2] + r * np.exp(q[3]) * z, np.exp(q[3]) * np.sqrt(max(1 - r * r, _TINY))
    of_t = np.diff(ndtr((fine - q[0]) / np.exp(q[1])))
    of_s = np.diff(ndtr((edges - mean[:, None]) / sd), axis=1)
    return np.asarray((of_t[:, None] * of_s).reshape(BINS, WITHIN, BINS).sum(axis=1).ravel())


def _moments(t: Floats, s: Floats) -> Floats:
    sd_t, sd_s = max(float(t.std()), 0.05), max(float(s.std()), 0.05)
    r = float(((t - t.mean()) * (s - s.mean())).mean()) / (sd_t * sd_s)
    r = float(np.arctanh(np.clip(r, -0.95, 0.95)))
    return np.array([t.mean(), np.log(sd_t), s.mean(), np.log(sd_s), r])
