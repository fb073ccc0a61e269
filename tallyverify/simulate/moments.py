"""Variances and covariances of proportions by level, and the logit-normal law that has them.

Two stations that share an area vary together. The mean product of their deviations, over all pairs
whose smallest common area is of one level, is the variance of everything down to that level: a
nested analysis of variance by moments, from the top down, without a fit that could fail to
converge. Proportions lie between 0 and 1, so no single station can carry a component away.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tallyverify.arrays import Counts, Floats
from tallyverify.simulate.structure import expit

_WIDEST = 4.0
_TERMS = 30
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(100)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


def nested_covariances(
    proportions: Floats,
    weights: Floats,
    noise: Floats,  # variance of each proportion given its station's own probability
    areas: Sequence[Counts],
) -> tuple[Floats, Floats]:
    """Return the mean and, level by level, the covariance of proportions without counting noise.

    ``areas`` are nested codes from 0, from the largest level; all else is (stations, columns), the
    weight of an unknown proportion 0. Covariances (levels + 1, columns, columns) never fall: of two
    stations whose smallest common area is of that level; the last of a station with itself.
    """
    total = weights.sum(axis=0)
    mean: Floats = (weights * proportions).sum(axis=0) / np.where(total > 0, total, 1.0)
    off = weights * (proportions - mean)
    codes = [np.zeros(len(off), dtype=np.int64), *areas]
    products, pairs = [], []
    for above, below in zip(codes, [*codes[1:], np.arange(len(off))], strict=True):
        stations = np.bincount(above)
        parent = np.zeros(int(below.max()) + 1, dtype=np.int64)
        parent[below] = above
        products.append(_between(off, above, below, parent, stations))
        pairs.append(_between(weights, above, below, parent, stations))
    own, own_pairs = off.T @ off, weights.T @ weights
    own[np.diag_indices_from(own)] -= (weights**2 * noise).sum(axis=0)
    found = [_ratio(product, pair) for product, pair in zip(products, pairs, strict=True)]
    found.append(_ratio(own, own_pairs))
    # Pairs that have only the country in common should not vary together; by how much they seem to,
    # because the mean is estimated, is taken off everywhere.
    base = np.nan_to_num(found[0])
    covariances: Floats = np.array([np.zeros_like(base), *(part - base for part in found[1:])])
    for depth in range(1, len(covariances)):
        # Where no area has two parts, this level cannot be told from the one below.
        unknown = np.isnan(covariances[depth])
        covariances[depth][unknown] = covariances[depth - 1][unknown]
    _in_order(covariances)
    return mean, covariances[1:]


def _between(
    values: Floats, above: Counts, below: Counts, parent: Counts, stations: Counts
) -> Floats:
    """Sum of products over pairs of one area and different parts of it; areas count by stations."""
    whole, parts = _sums(values, above), _sums(values, below)
    inside: Floats = parts.T @ (parts / stations[parent][:, None])
    between: Floats = whole.T @ (whole / stations[:, None])
    return between - inside


def _sums(values: Floats, codes: Counts) -> Floats:
    if len(codes) and codes[-1] + 1 == len(codes):
        return values
    columns = [np.bincount(codes, weights=column) for column in values.T]
    return np.array(columns, dtype=np.float64).T


def _ratio(product: Floats, pairs: Floats) -> Floats:
    # Differences of equal sums leave rounding errors where there is no pair.
    known = pairs > 1e-9 * max(float(np.abs(pairs).max()), 1.0)
    ratio: Floats = np.full_like(product, np.nan)
    np.divide(product, pairs, out=ratio, where=known)
    return ratio


def _in_order(covariances: Floats) -> None:
    """Let no variance be below that of the level above, nor above the whole."""
    place = np.diag_indices(covariances.shape[1])
    whole = np.maximum(covariances[-1][place], 0.0)
    least = np.zeros_like(whole)
    for part in covariances:
        least = np.minimum(np.maximum(part[place], least), whole)
        part[place] = least


def logit_normal(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Return centre and deviation of the log-odds of which a proportion has this mean and variance.

    A variance beyond that of log-odds of deviation 4 is cut there; all are (columns,).
    """
    tiny = 1e-9
    mean = np.clip(mean, tiny, 1 - tiny)
    low, high = np.zeros_like(mean), np.full_like(mean, _WIDEST)
    for _ in range(45):
        deviation = (low + high) / 2
        spread = _moments(_centred(mean, deviation), deviation)[1]
        low = np.where(spread < variance, deviation, low)
        high = np.where(spread < variance, high, deviation)
    deviation = np.where(variance > 0, (low + high) / 2, 0.0)
    return _centred(mean, deviation), deviation


def _centred(mean: Floats, deviation: Floats) -> Floats:
    base = np.log(mean / (1 - mean))
    low, high = base - 2 * deviation**2 - 1, base + 2 * deviation**2 + 1
    for _ in range(45):
        centre = _middle(low, high)
        below = _moments(centre, deviation)[0] < mean
        low, high = np.where(below, centre, low), np.where(below, high, centre)
    return _middle(low, high)


def _middle(low: Floats, high: Floats) -> Floats:
    return (low + high) / 2


def _moments(centre: Floats, deviation: Floats) -> tuple[Floats, Floats]:
    values = expit(centre[:, None] + deviation[:, None] * _NODES)
    first: Floats = values @ _WEIGHTS
    second: Floats = (values - first[:, None]) ** 2 @ _WEIGHTS
    return first, second


def normal_covariances(covariances: Floats, centre: Floats, deviation: Floats) -> Floats:
    """Return what each level adds to the covariances of log-odds that give proportions these ones.

    ``covariances`` are as of :func:`nested_covariances`, and so is the shape of what is returned.
    """
    # The covariance of functions of normal variables of correlation ρ is Σ aₘ bₘ ρᵐ, with the
    # coefficients of their Hermite series (Mehler 1866); for rising functions it rises with ρ, so
    # ρ is found by halving.
    series = _hermite(centre, deviation)
    low, high = np.full_like(covariances, -1.0), np.ones_like(covariances)
    for _ in range(40):
        middle = (low + high) / 2
        given = _power_sum(series, middle)
        low, high = (
            np.where(given < covariances, middle, low),
            np.where(given < covariances, high, middle),
        )
    scale = deviation[:, None] * deviation
    whole = (low + high) / 2 * scale
    added = np.diff(whole, axis=0, prepend=np.zeros((1, *scale.shape)))
    return np.array([_possible(part) for part in added])


def _hermite(centre: Floats, deviation: Floats) -> Floats:
    values = expit(centre[:, None] + deviation[:, None] * _NODES)
    before, now = np.zeros_like(_NODES), np.ones_like(_NODES)
    found = []
    for order in range(1, _TERMS + 1):
        # Hermite polynomials of unit norm, by their recurrence.
        before, now = now, (_NODES * now - np.sqrt(order - 1) * before) / np.sqrt(order)
        found.append(values @ (_WEIGHTS * now))
    return np.array(found).T


def _power_sum(series: Floats, at: Floats) -> Floats:
    total: Floats = np.zeros_like(at)
    for coefficient in series.T[::-1]:
        total = (total + np.outer(coefficient, coefficient)) * at
    return total


def _possible(matrix: Floats) -> Floats:
    """The nearest covariance matrix, with the variances as they are."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    mended = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return with_variances(mended, np.maximum(np.diag(matrix), 0.0))


def with_variances(matrix: Floats, variances: Floats) -> Floats:
    """Return a covariance matrix of these correlations and those variances."""
    own = np.diag(matrix)
    scale = np.sqrt(np.divide(variances, own, out=np.zeros_like(own), where=own > 0))
    scaled: Floats = matrix * scale[:, None] * scale
    # Where the matrix says nothing of a column, the column goes its own way.
    scaled[np.diag_indices_from(scaled)] = variances
    return scaled
