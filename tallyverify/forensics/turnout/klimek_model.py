"""The model of Klimek et al. (PNAS 2012) on a grid of turnout × share.

Of N registered voters a fraction a votes, and of these a fraction v for the winner. In a stuffed
station a fraction x of those who stayed at home is counted as votes for the winner, and x^α of
the votes for others is moved to the winner. So with turnout t and share s as they are written

    1 − t = (1 − x)(1 − a)        (1 − s) t = (1 − x^α)(1 − v) a.

Given x both relations are monotone, so a cell of the grid is a range of a and, given a, a range of
v: its probability is a sum over x and a of differences of normal distribution functions. Nothing is
drawn, and the likelihood is smooth in all parameters.

The printed formulas have misprints (which fraction is kept, where α stands); these are the
relations that the text of the paper describes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import ndtr

from tallyverify.arrays import Counts, Floats
from tallyverify.draws import stream
from tallyverify.errors import InputError
from tallyverify.language import told

BINS = 50  # bins of turnout and of share: 2 points wide, about the spread of a station's own voters
EXTREME_WIDTH = 0.075  # width of 1 − x in a station filled almost wholly, as in the paper
WITHIN = 2  # parts of a bin of turnout, in each of which the share is taken at the middle
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)
_REACH = 5.0  # standard deviations of a half-normal that the nodes cover
_ANYWHERE = 1e-3
_EDGES = np.linspace(0, 1, BINS + 1)
_TINY = 1e-12
_NEGLIGIBLE = 1e-8
_Clean = tuple[float, float, float, float]  # mean and sd of turnout, mean and sd of share
_WITHIN_EXTREME = 6  # near x = 1 a narrow range of t is a wide range of a


@dataclass(frozen=True)
class Parameters:
    """Parameters of the model.

    Attributes
    ----------
    turnout, turnout_sd : float
        Mean and standard deviation of the clean turnout, before it is cut to 0–1.
    share, share_sd : float
        The same of the clean share.
    width : float
        θ: x of an incremental station is half-normal with this scale, cut to 0–1.
    alpha : float
        α: below 1 votes are moved more readily than ballots are added, above 1 less.
    incremental, extreme : float
        Shares of stations.
    """

    turnout: float
    turnout_sd: float
    share: float
    share_sd: float
    width: float
    alpha: float
    incremental: float
    extreme: float

    @property
    def vector(self) -> Floats:
        """As klimek_cells takes them: sd, θ, α as logarithms; extreme of those not incremental."""
        rest = max(1 - self.incremental, _TINY)
        logs = np.log([self.turnout_sd, self.share_sd, self.width, self.alpha])
        return np.array(
            [
                *(self.turnout, logs[0], self.share, logs[1], logs[2], logs[3]),
                *(self.incremental, min(self.extreme / rest, 1.0)),
            ]
        )

    @classmethod
    def of(cls, vector: Floats) -> Parameters:
        """Undo :attr:`vector`."""
        q = [float(value) for value in vector]
        sd = [float(np.exp(value)) for value in (q[1], q[3], q[4], q[5])]
        return cls(q[0], sd[0], q[2], sd[1], sd[2], sd[3], q[6], q[7] * (1 - q[6]))


def klimek_cells(vector: Floats) -> Floats:
    """Return the probability of each cell, turnout by rows, shape (BINS²,), by a vector."""
    # One station in a thousand may lie anywhere: a misread sheet must not decide a fit.
    p, f, e = Parameters.of(vector), float(vector[6]), float(vector[7])
    clean = (p.turnout, p.turnout_sd, p.share, p.share_sd)
    cells = (1 - f) * (1 - e) * _clean(clean)
    if f > 0:
        cells = cells + f * _incremental(clean, p.width, p.alpha)
    if e > 0:
        cells = cells + (1 - f) * e * _extreme(clean, p.alpha)
    return mixed(cells)


def klimek_election(registered: Counts, parameters: Parameters, seed: int) -> tuple[Counts, Counts]:
    """Draw ballots (at least one a station) and the winner's votes from the model."""
    p = parameters
    if p.incremental < 0 or p.extreme < 0 or p.incremental + p.extreme > 1:
        raise InputError(told("incremental and extreme stations are shares"), found=str(p))
    rng = stream(seed, 507)
    n = registered.size
    a, v = _cut(rng, p.turnout, p.turnout_sd, n), _cut(rng, p.share, p.share_sd, n)
    x = _cut(rng, 0.0, p.width, n)
    y = 1 - _cut(rng, 0.0, EXTREME_WIDTH, n)
    kind = rng.random_sample(n)
    moved = np.where(kind < p.incremental, x, np.where(kind < p.incremental + p.extreme, y, 0.0))
    t = 1 - (1 - moved) * (1 - a)
    s = 1 - (1 - moved**p.alpha) * (1 - v) * a / t
    ballots = np.maximum(np.rint(registered * t), 1).astype(np.int64)
    return ballots, np.rint(ballots * s).astype(np.int64)


@lru_cache(maxsize=4)
def _clean(clean: _Clean) -> Floats:
    return _cells_given(np.zeros(1), np.ones(1), 1.0, clean)


@lru_cache(maxsize=4)
def _incremental(clean: _Clean, width: float, alpha: float) -> Floats:
    return _cells_given(*_half_normal(width), alpha, clean)


@lru_cache(maxsize=4)
def _extreme(clean: _Clean, alpha: float) -> Floats:
    y, of_y = _half_normal(EXTREME_WIDTH)
    return _cells_given(1 - y, of_y, alpha, clean, _WITHIN_EXTREME)


def _cells_given(
    x: Floats, of_x: Floats, alpha: float, clean: _Clean, within: int = WITHIN
) -> Floats:
    a, v = clean[:2], clean[2:]
    fine = np.linspace(0, 1, BINS * within + 1)
    bound = np.clip(1 - (1 - fine) / (1 - x)[:, None], 0, 1)
    weight = (of_x[:, None] * np.diff(_cut_cdf(bound, *a), axis=1)).T
    middle = np.maximum((bound[:, 1:] + bound[:, :-1]) / 2, _TINY).T
    row, k = np.nonzero(weight > _NEGLIGIBLE)
    middle, one_less = middle[row, k], 1 - x[k]
    t = 1 - one_less * (1 - middle)
    kept = np.maximum(1 - x**alpha, _TINY)[k] * middle
    share = np.clip(1 - (t / kept)[:, None] * (1 - _EDGES), 0, 1)
    of_v = np.diff(_cut_cdf(share, *v), axis=1) * weight[row, k][:, None]
    rows, first = np.unique(row // within, return_index=True)
    cells = np.zeros((BINS, BINS))
    cells[rows] = np.add.reduceat(of_v, first, axis=0)
    return cells.ravel()


def _half_normal(width: float) -> tuple[Floats, Floats]:
    top = min(1.0, _REACH * width)
    x = (_NODES + 1) / 2 * top
    weight = _WEIGHTS * np.exp(-0.5 * (x / width) ** 2)
    return x, weight / weight.sum()


def _cut_cdf(value: Floats, mean: float, sd: float) -> Floats:
    low, high = ndtr(-mean / sd), ndtr((1 - mean) / sd)
    return np.asarray((ndtr((value - mean) / sd) - low) / (high - low))


def _cut(rng: np.random.RandomState, mean: float, sd: float, n: int) -> Floats:
    from scipy.special import ndtri

    low, high = ndtr(-mean / sd), ndtr((1 - mean) / sd)
    drawn = mean + sd * ndtri(low + (high - low) * rng.random_sample(n))
    return np.asarray(np.clip(drawn, 1e-9, 1 - 1e-9))


def mixed(p: Floats) -> Floats:
    """Let one station in a thousand lie anywhere, and the cells sum to one."""
    return np.asarray((1 - _ANYWHERE) * p / p.sum() + _ANYWHERE / p.size)
