"""F501: second digits of counts, against the counts' own smoothed distribution.

Votes of stations of similar size do not follow Benford's law, so the textbook test rejects honest
elections (Deckert, Myagkov & Ordeshook 2011). Here each count is compared with what a small jitter
of it would show: digits that people prefer stand out, the shape of the distribution does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr
from scipy.stats import chi2

from tallyverify.arrays import Counts, Floats, counts
from tallyverify.forensics.digits.histogram import Histogram, chi_square, counts_used
from tallyverify.forensics.indicator import ROUNDING_TOO, Effect, Indicator
from tallyverify.language import formatted, number, told
from tallyverify.taken import takes_input

FEWEST = 1000  # fewest counts that are tested
BANDWIDTH = 0.02  # standard deviation of the jitter, on the scale of log10: about 5 % of the count
SMALLEST = 22  # smallest count tested: from here on the jitter reaches the next count
BENFORD_SECOND: Floats = np.log10(
    1 + 1 / (10 * np.arange(1, 10)[:, None] + np.arange(10)[None, :])
).sum(axis=0)
"""Probabilities of the second digits 0 … 9 under Benford's law."""

_SMALL = 4096


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class SecondDigit(Indicator):
    """Second digits of one candidate's counts.

    Attributes
    ----------
    difference : ndarray of float, shape (10,)
        By digit, counts that show it less those that the jitter lets expect.
    digits : ndarray of float, shape (10,)
        Counts of 10 or more with each second digit.
    mean : float
        Mean second digit of these; 4.187 under Benford's law.
    benford : float
        Pearson's χ² (9 df) of these against Benford's law: a description, not a test.
    """

    difference: Floats
    digits: Floats
    mean: float
    benford: float

    @property
    def causes(self) -> str:
        """What may leave such digits."""
        return ROUNDING_TOO

    def sentence(self, name: str, level: str = "") -> str:
        """Return how many counts are away from what is expected, and how many by chance."""
        moved = self.effect.value if self.effect else 0.0
        # The mean of half the sum of differences, if each digit has binomial noise alone.
        share = self.digits / max(float(self.digits.sum()), 1.0)
        noise = np.sqrt(2 / np.pi * share * (1 - share) / max(self.used, 1))
        return told(
            "second digits of {name}: {moved} % of the counts away from what the counts around "
            "them let expect; chance alone makes about {chance} %",
            name=name,
            moved=formatted(100 * moved, ".1f"),
            chance=formatted(50 * float(noise.sum()), ".1f"),
        )

    def sums(self, figure: str) -> str:
        """Return χ², and that of the textbook's test."""
        return told(
            "χ² = {statistic} (9 df) over {used} counts of 22 or more; against Benford's law, "
            "which is wrong here, {benford}",
            statistic=formatted(self.statistic or 0.0, ".2f"),
            used=number(self.used),
            benford=formatted(self.benford, ".1f"),
        )


@takes_input
def second_digit(votes: ArrayLike) -> SecondDigit:
    """Test whether second digits of counts are as smooth as the counts around them.

    Parameters
    ----------
    votes : array_like of int, shape (stations,)
        One candidate's votes at each station.

    Returns
    -------
    SecondDigit
        ``statistic`` is χ² with 9 degrees of freedom; ``effect`` the share of the counts used
        that would need another second digit (half the sum of absolute differences).

    Raises
    ------
    InputError
        If votes are not whole numbers of people.

    Notes
    -----
    The expected digits are what infinitely many resamples would give, each a normal jitter of
    log10(count), computed exactly; jittered twice to remove the bias of the first order
    (2K − K∘K). The difference is a sum over stations, and its covariance is that of the terms.
    Assumes that the distribution of counts is smooth at the scale of the jitter. Counts of 10 to
    21 hardly move under it, and are only described.

    References
    ----------
    W. R. Mebane (2008), Election forensics: the second-digit Benford's law test and recent
    American presidential elections. J. Deckert, M. Myagkov and P. C. Ordeshook (2011), Benford's
    law and the detection of election fraud, Political Analysis 19:245. W. Stuetzle and Y. Mittal
    (1979), Some comments on the asymptotic behavior of robust smoothers (twicing).

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> votes = rng.binomial(rng.integers(300, 900, 5000), rng.beta(8, 8, 5000))
    >>> found = second_digit(votes)
    >>> found.pvalue > 0.05, found.benford > 16.9  # honest, yet Benford's law would be rejected
    (True, True)
    """
    histogram = Histogram.of(counts("votes", votes))
    needed = told("at least {fewest}", fewest=str(FEWEST))
    common = counts_used(histogram, SMALLEST, FEWEST, needed=needed)
    digits = _second_digits(histogram)
    total = digits.sum()
    statistic, difference = second_departure(histogram)
    if statistic is None and not common["refused"]:
        common["refused"] = told("the counts are too much alike to have second digits that vary")
    if common["refused"]:
        statistic = None
    moved = float(np.abs(difference).sum()) / 2 / max(common["used"], 1)
    effect = Effect(told("share of counts with another digit than expected"), moved)
    return SecondDigit(
        code="F501",
        statistic=statistic,
        pvalue=None if statistic is None else float(chi2.sf(statistic, 9)),
        effect=None if statistic is None else effect,
        null=told(
            "the counts themselves, jittered by {bandwidth} in log10 (computed exactly)",
            bandwidth=formatted(BANDWIDTH, "g"),
        ),
        difference=difference,
        digits=digits,
        mean=float(digits @ np.arange(10) / total) if total else float("nan"),
        benford=chi_square(digits, BENFORD_SECOND) if total else float("nan"),
        **common,
    )


def _second_digits(histogram: Histogram) -> Floats:
    """Return how many counts of 10 or more have each second digit; shape (10,)."""
    there = histogram.values >= 10
    seconds = _second(histogram.values[there])
    return np.bincount(seconds, histogram.stations[there], 10).astype(np.float64)


def second_departure(histogram: Histogram) -> tuple[float | None, Floats]:
    """Return χ² (9 df) against jittered counts, None if nothing varies; differences by digit."""
    weight = histogram.stations.astype(np.float64)
    here = histogram.values >= SMALLEST
    number = float(weight[here].sum())
    if number == 0:
        return None, np.zeros(10)
    terms = _terms_of(histogram.values)
    shares = np.bincount(_second(histogram.values[here]), weight[here], 10) / number
    # Within the counts used: how many these are is no matter of digits.
    terms = terms - terms.sum(axis=1, keepdims=True) * shares
    difference = weight @ terms
    spread = (terms * weight[:, None]).T @ terms
    size = float(np.trace(spread))
    spread -= np.outer(difference, difference) / weight.sum()
    # Digits sum to the number of counts: one of the ten follows from the others.
    spread, free = spread[:9, :9], difference[:9]
    # What counts that are all alike leave of a variance is rounding, and no scale to judge by.
    if float(np.linalg.eigvalsh(spread)[0]) <= 1e-10 * size:
        return None, difference
    return float(free @ np.linalg.solve(spread, free)), difference


def _second(values: Counts) -> Counts:
    scale = 10 ** np.maximum(np.floor(np.log10(values) + 1e-12).astype(np.int64) - 1, 0)
    return np.asarray(values // scale % 10)


def _terms_of(values: Counts) -> Floats:
    """For each count: 1 for its second digit, less the probabilities of the jittered digits."""
    return _small_terms()[values] if values[-1] < _SMALL else _terms(values)


@cache
def _small_terms() -> Floats:
    return _terms(np.arange(_SMALL, dtype=np.int64))


def _terms(values: Counts) -> Floats:
    terms = np.zeros((len(values), 10))
    there = np.flatnonzero(values >= SMALLEST)
    terms[there, _second(values[there])] = 1.0
    for start in range(0, len(values), 20_000):
        part = slice(start, start + 20_000)
        once, twice = (_jittered(values[part], BANDWIDTH * step) for step in (1.0, np.sqrt(2)))
        terms[part] -= 2 * once - twice
    return terms


def _jittered(values: Counts, bandwidth: float) -> Floats:
    """Return the probability of each second digit of the count nearest to a jittered count."""
    chance = np.zeros((len(values), 10))
    there = np.flatnonzero(values > 0)
    log = np.log10(values[there])
    order = np.floor(log + 1e-12).astype(np.int64)
    # All counts with the same first two digits, in the count's own power of ten and its neighbours.
    for power in range(-1, 2):
        size = order + power - 1
        known = size >= 0
        at, centre, scale = there[known], log[known], 10.0 ** size[known]
        edges = np.maximum(np.arange(10, 101)[None, :] * scale[:, None], SMALLEST) - 0.5
        below = ndtr((np.log10(edges) - centre[:, None]) / bandwidth)
        chance[at] += np.diff(below, axis=1).reshape(len(at), 9, 10).sum(axis=1)
    return chance
