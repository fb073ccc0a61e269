"""Exact binomial probabilities, and the tail of a sum of unlike yes-or-no outcomes.

Where others simulate, these compute: a count of stations is a sum of independent indicators, each
with a probability that is a sum of binomial terms.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, gammaln, logit
from scipy.stats import norm

from tallyverify.arrays import Counts, Floats
from tallyverify.errors import InputError
from tallyverify.language import number, told
from tallyverify.taken import takes_input

# Tails left out of a binomial sum hold at most exp(-18.5), about 1e-8, on each side.
_LEFT_OUT = 18.5
_BY_HAND = 600  # up to this many indicators the distribution of their sum is built up one by one
_LARGEST_TABLE = 1 << 22

_CHUNK = 2_000_000  # terms worked on at a time, so that memory stays bounded


def _log_factorials(n: Counts) -> Floats:
    """Return the logarithms of 0!, 1!, … up to twice the largest count and more."""
    return _table(1 << max(int(n.max(initial=0)), 1023).bit_length())


@lru_cache(maxsize=4)
def _table(size: int) -> Floats:
    if size > _LARGEST_TABLE:
        raise InputError(
            told("exact binomial sums are for stations, not for whole countries"),
            found=told("more than {most} people in one place", most=number(_LARGEST_TABLE)),
        )
    table: Floats = gammaln(np.arange(1, 2 * size + 2, dtype=np.float64))
    return table


def binomial_pmf(x: Counts, n: Counts, p: Floats) -> Floats:
    """Return the binomial probabilities of ``x`` of ``n``, element by element."""
    log_factorial = _log_factorials(n)
    with np.errstate(divide="ignore"):
        log_p, log_q = np.log(p), np.log1p(-p)
    log = log_factorial[n] - log_factorial[x] - log_factorial[n - x]
    # 0 × log 0 is 0 here: nothing of what has no probability.
    log += np.where(x > 0, x * np.where(x > 0, log_p, 0.0), 0.0)
    log += np.where(x < n, (n - x) * np.where(x < n, log_q, 0.0), 0.0)
    return np.asarray(np.exp(log))


def redrawn_pmf(x: Counts, n: Counts, p: Floats) -> Floats:
    """Return the probabilities of ``x`` of ``n`` if a count is drawn anew twice over."""
    # Of Binomial(n, Y/n) with Y ~ Binomial(n, p), as the beta-binomial with the same mean and
    # variance: its parameters sum to n - 1.
    found = np.zeros(len(x))
    fixed = (p <= 0) | (p >= 1) | (n < 2)
    found[fixed] = binomial_pmf(x[fixed], n[fixed], p[fixed])
    y, size = x[~fixed], n[~fixed]
    log_factorial = _log_factorials(n)
    one = p[~fixed] * (size - 1)
    other = (size - 1) - one
    log = log_factorial[size] - log_factorial[y] - log_factorial[size - y]
    log += gammaln(y + one) - gammaln(one) + gammaln(size - y + other) - gammaln(other)
    log += log_factorial[size - 2] - log_factorial[2 * size - 2]
    found[~fixed] = np.exp(log)
    return found


@takes_input
def window_sums(
    x: Counts, n: Counts, targets: Counts, tolerance: int, *, draws: int = 1
) -> tuple[Floats, Floats]:
    """Return P(X/n at a target), X ~ Binomial(n, x/n), by station; and their sums by target."""
    # Targets ascend, in units of 1/2000, further apart than two tolerances; the edges count. Two
    # draws are those of redrawn_pmf. Tails of at most 2e-8 (Bernstein's inequality) are left out,
    # 4e-6 of two draws.
    by_station, by_target = np.zeros(len(x)), np.zeros(len(targets))
    for station, target, terms in _terms(x, n, targets, tolerance, draws):
        by_station += np.bincount(station, terms, minlength=len(x))
        by_target += np.bincount(target, terms, minlength=len(targets))
    return np.minimum(by_station, 1.0), by_target


@takes_input
def twiced(once: Floats, twice: Floats) -> Floats:
    """Return the stations expected at each target if shares are smooth, of one draw and of two."""
    # A share drawn anew is spread by noise once more than it has been already: where the density of
    # shares bends, the expected number is off by some factor. Drawn anew twice over it is off by
    # that factor squared, to the first order, and in an exponential tail exactly; so the square of
    # the one by the other is free of it (twicing, here of logarithms: Stuetzle & Mittal 1979).
    return once * np.where(twice > 0, once / np.where(twice > 0, twice, 1.0), 1.0)


def smooth_chances(
    x: Counts, n: Counts, targets: Counts, tolerance: int
) -> tuple[Floats, Floats, Floats]:
    """Return each station's chance of a target if shares are smooth, its terms, sums by target."""
    chances, once = window_sums(x, n, targets, tolerance)
    doubled, twice = window_sums(x, n, targets, tolerance, draws=2)
    expected = twiced(once, twice)
    scaled = np.minimum(chances * (expected.sum() / max(once.sum(), 1e-300)), 1.0)
    # The terms are what each station adds to the expectation, to the first order.
    return scaled, 2 * chances - doubled, expected


def _terms(
    x: Counts, n: Counts, targets: Counts, tolerance: int, draws: int
) -> Iterator[tuple[Counts, Counts, Floats]]:
    """Yield stations, targets and probabilities: each count that lies in a window of a station."""
    probability = binomial_pmf if draws == 1 else redrawn_pmf
    share = x / n
    third = _LEFT_OUT / 3
    reach = third + np.sqrt(third**2 + 2 * _LEFT_OUT * draws * n * share * (1 - share))
    reach = 2000 * reach / n + tolerance
    low = np.searchsorted(targets, 2000 * share - reach)
    high = np.searchsorted(targets, 2000 * share + reach, side="right")
    each = np.maximum(high - low, 0)
    # Neighbouring stations together, as many as fit.
    edges = np.searchsorted(np.cumsum(each), np.arange(_CHUNK, each.sum() + _CHUNK, _CHUNK))
    start = 0
    for stop in np.unique(np.minimum(edges + 1, len(x))):
        here = np.arange(start, stop)
        station = np.repeat(here, each[here])
        place = np.arange(len(station)) - np.repeat(np.cumsum(each[here]) - each[here], each[here])
        window = place + np.repeat(low[here], each[here])
        target, size = targets[window], n[station]
        first = np.maximum(-((tolerance - target) * size // 2000), 0)
        last = np.minimum((target + tolerance) * size // 2000, size)
        for step in range(int((last - first).max(initial=-1)) + 1):
            inside = np.flatnonzero(first + step <= last)
            at = station[inside]
            terms = probability(first[inside] + step, size[inside], share[at])
            yield at, window[inside], terms
        start = int(stop)


def count_tail(observed: float, probability: Floats) -> float:
    """Return P(at least ``observed`` of independent indicators are true)."""
    # Halfway to the next whole number is the mid-p: half of that number itself, and all above. By
    # convolution for few indicators, else by the saddlepoint of Lugannani & Rice (1980), corrected
    # for whole numbers (Daniels 1987): good to a few parts in a thousand however small the tail, to
    # one in a hundred where fewer than five are expected.
    part = observed % 1
    if part:
        whole = observed - part
        both = count_tail(whole, probability), count_tail(whole + 1, probability)
        return (1 - part) * both[0] + part * both[1]
    p = np.sort(probability[probability > 0])
    certain = int((p >= 1).sum())
    p, observed = p[p < 1], observed - certain
    if observed <= 0:
        return 1.0
    if observed > len(p):
        return 0.0
    if len(p) <= _BY_HAND:
        return _tail_by_hand(observed, p)
    mean, variance = float(p.sum()), float((p * (1 - p)).sum())
    if abs(observed - 0.5 - mean) < 0.05 * np.sqrt(variance) or observed == len(p):
        return _tail_near_mean(observed, p, mean, variance)
    return _saddlepoint(observed, p)


def _tail_by_hand(observed: float, p: Floats) -> float:
    chance = np.zeros(len(p) + 1)
    chance[0] = 1.0
    for k, one in enumerate(p):
        chance[1 : k + 2] = chance[1 : k + 2] * (1 - one) + chance[: k + 1] * one
        chance[0] *= 1 - one
    # From the small end, so that a small tail keeps its digits.
    return float(min(np.sum(chance[int(observed) :][::-1]), 1.0))


def _tail_near_mean(observed: float, p: Floats, mean: float, variance: float) -> float:
    if observed == len(p):
        return float(np.exp(np.log(p).sum()))
    sd = np.sqrt(variance)
    skew = float((p * (1 - p) * (1 - 2 * p)).sum()) / sd**3
    z = (observed - 0.5 - mean) / sd
    # Edgeworth's first term: the saddlepoint formula is 0/0 at the mean itself.
    return float(np.clip(norm.sf(z) + norm.pdf(z) * skew * (z * z - 1) / 6, 0.0, 1.0))


def _saddlepoint(observed: float, p: Floats) -> float:
    log_p, log_q = np.log(p), np.log1p(-p)
    log_odds = log_p - log_q

    def tilted(t: float) -> Floats:
        shares: Floats = expit(log_odds + t)
        return shares

    at = observed - 0.5
    # Tilted by these, every indicator has less, or more, than its part of what is asked for.
    part = float(logit(at / len(p)))
    low, high = part - log_odds.max() - 1, part - log_odds.min() + 1
    t = float(brentq(lambda s: tilted(s).sum() - at, low, high, xtol=1e-13))
    shares = tilted(t)
    cumulant = float(np.logaddexp(log_q, log_p + t).sum())
    spread = float((shares * (1 - shares)).sum())
    w = np.sign(t) * np.sqrt(max(2 * (t * at - cumulant), 0.0))
    u = 2 * np.sinh(t / 2) * np.sqrt(spread)
    log_density = norm.logpdf(w)
    tail = norm.sf(w) + np.exp(log_density) * (1 / u - 1 / w)
    return float(np.clip(tail, 0.0, 1.0))
