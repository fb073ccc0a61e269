"""F505: spikes of the distribution of shares at coarse fractions, multiples of 5 %.

Rozenas (2017) resamples a smooth distribution of shares and asks where the observed density sticks
out. The resample keeps every station's size, so that fractions which small numbers favour by
themselves are expected. Here its mean and tail are computed instead of drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammainc
from scipy.stats import chi2

from tallyverify.arrays import Counts, Floats, Mask, counts, same_length
from tallyverify.errors import InputError
from tallyverify.forensics.indicator import Effect, Indicator
from tallyverify.forensics.shares.exact import count_tail, smooth_chances
from tallyverify.forensics.shares.spikes import TARGETS, Spike, spikes_of
from tallyverify.language import clauses, enumerated, formatted, number, signed, told
from tallyverify.taken import takes_input

SMALLEST = 50  # fewest valid votes of a station that is used
FEWEST = 300  # fewest stations
MOST_ALIKE = 0.2  # largest share of the stations with one number of valid votes
TOLERANCE = 1  # 0.05 percentage points in the same units: a bin of Rozenas's grid of 1001
# Where neighbouring fractions vary more than this (1: as they should), the null does not fit.
WORST_MISFIT = 1.5
_FEWEST_EXPECTED = 5.0

# Places between the coarse fractions and the integer percentages next to them.
_BETWEEN = np.sort((TARGETS[:, None] + np.array([-14, -6, 6, 14])).ravel())


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class CoarseShares(Indicator):
    """Shares of one candidate, at coarse fractions and between them.

    Attributes
    ----------
    observed, expected : ndarray, shape (19,)
        Stations within 0.05 points of 5, 10, … 95 %, and as many as expected.
    spikes : tuple of Spike
        Fractions that stand out at an adjusted 0.05.
    misfit : float
        Mean squared standard score of the fractions *between* the coarse ones; 1 where the smooth
        distribution fits, NaN (and refused) where too few stations are expected at any of them.
    density : ndarray of float, shape (1001,)
        Stations by tenths of a percentage point.
    """

    observed: Counts
    expected: Floats
    spikes: tuple[Spike, ...]
    misfit: float
    density: Floats

    def sentence(self, name: str, level: str = "") -> str:
        """Return the stations at coarse fractions, and those fractions that stand out."""
        said = told(
            "multiples of 5 %, share of {name}: {observed} stations, {expected} expected",
            name=name,
            observed=number(int(self.observed.sum())),
            expected=number(round(float(self.expected.sum()))),
        )
        if not self.spikes:
            return said
        spikes = enumerated(spike.words for spike in self.spikes[:4])
        return clauses([said, told("most at {spikes}", spikes=spikes)])

    def sums(self, figure: str) -> str:
        """Return the score, and how well the smooth distribution fits."""
        return clauses(
            [
                told("standard score {score}", score=signed(self.statistic or 0.0, ".2f")),
                told(
                    "between the fractions the mean squared score is {misfit} (1 if the smooth "
                    "distribution fits)",
                    misfit=formatted(self.misfit, ".2f"),
                ),
            ]
        )


@takes_input
def coarse_shares(votes: ArrayLike, valid: ArrayLike) -> CoarseShares:
    """Test whether more shares than expected lie at multiples of 5 %.

    Parameters
    ----------
    votes : array_like of int, shape (stations,)
        One candidate's votes.
    valid : array_like of int, shape (stations,)
        What the share is taken of.

    Returns
    -------
    CoarseShares
        ``pvalue`` is the smaller of two, with nine tenths and one tenth of the level: of the number
        of stations at all nineteen fractions together, and of the largest spike, corrected for
        nineteen (Šidák); both are mid-p-values. ``statistic`` is the standard score of the former,
        ``effect`` the excess of stations.

    Raises
    ------
    InputError
        If the arrays do not fit each other or do not hold numbers of people.

    Notes
    -----
    The smooth distribution is a mixture of binomials, one about each station's share with the
    station's own number of votes; what it gives at a fraction is a sum of binomial terms, twiced
    to remove the bias of the first order (``tallyverify.forensics.shares.exact.twiced``). Assumes
    shares smooth at the scale of their own noise; refuses where more than a fifth of the stations
    have one number of valid votes. The misfit measures that at the places between the coarse
    fractions where 5 stations or more are expected; above 1.5, and by more than chance (p < 0.001),
    the indicator refuses, since misfit invents spikes, and where there is no such place, since then
    nothing tells how well the distribution fits (in an electorate of one kind, below some 1,500
    stations).

    References
    ----------
    H. O. Lancaster (1961), Significance tests in discrete distributions, Journal of the American
    Statistical Association 56:223 (mid-p). A. Rozenas (2017), Detecting election fraud from
    irregularities in vote-share distributions, Political Analysis 25:41.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> valid = rng.integers(300, 900, 5000)
    >>> votes = rng.binomial(valid, rng.beta(6, 4, 5000))
    >>> coarse_shares(votes, valid).pvalue > 0.05
    True
    >>> votes[:100] = np.round(0.8 * valid[:100])
    >>> coarse_shares(votes, valid).spikes[0].share
    0.8
    """
    x, n = counts("votes", votes), counts("valid", valid)
    total = same_length(votes=x, valid=n)
    if (x > n).any():
        at = int(np.flatnonzero(x > n)[0])
        raise InputError(
            told("a station has more votes for one candidate than valid votes; leave it out"),
            found=told(
                "{part} of {whole} at position {at}", part=str(x[at]), whole=str(n[at]), at=str(at)
            ),
        )
    large = n >= SMALLEST
    x, n = x[large], n[large]
    used = len(x)
    density = np.bincount((2000 * x + n) // (2 * n), minlength=1001)
    observed = at_targets(x, n)
    smooth = expectation(x, n)
    expected, sd = smooth.targets, smooth.sd
    squares = _squares(x, n, smooth.between)
    misfit = float(squares.mean()) if len(squares) else float("nan")
    refused = _unfit(n, sd, squares)
    gained = float(observed.sum() - expected.sum())
    tails = single_tails(observed, expected)
    effect = Effect(told("excess stations"), gained, gained - 1.96 * sd, gained + 1.96 * sd)
    return CoarseShares(
        code="F505",
        statistic=None if refused else gained / sd,
        pvalue=None if refused else combined(_together(observed, smooth), tails),
        effect=None if refused else effect,
        used=used,
        left_out={told("fewer than {least} valid votes", least=number(SMALLEST)): total - used},
        null=told("a smooth mixture of binomials, one about each station's share (exact)"),
        refused=refused,
        observed=observed,
        expected=expected,
        spikes=() if refused else spikes_of(observed, expected, tails),
        misfit=misfit,
        density=density.astype(np.float64),
    )


def _unfit(n: Counts, sd: float, squares: Floats) -> str:
    """Return why the fractions cannot be judged, by the squared scores between them; or empty."""
    used, stations = len(n), number(len(n))
    if used < FEWEST:
        return told(
            "{stations} stations with {least} valid votes or more, {fewest} are needed",
            stations=stations,
            least=number(SMALLEST),
            fewest=number(FEWEST),
        )
    if sd == 0:
        return told("no share lies near a coarse fraction")
    if (alike := int(np.bincount(n).max(initial=0))) > MOST_ALIKE * used:
        return told(
            "{alike} of {stations} stations have the same number of valid votes: shares take few "
            "values there, and are not smooth",
            alike=number(alike),
            stations=stations,
        )
    if not len(squares):
        return told(
            "{stations} stations are too few to measure how well the smooth distribution fits: at "
            "no place between the coarse fractions are {fewest} expected",
            stations=stations,
            fewest=formatted(_FEWEST_EXPECTED, "g"),
        )
    misfit = float(squares.mean())
    if misfit > WORST_MISFIT and chi2.sf(squares.sum(), len(squares)) < 0.001:
        return told(
            "shares between the coarse fractions vary {misfit} times as much as expected: the "
            "smooth distribution does not fit",
            misfit=formatted(misfit, ".2f"),
        )
    return ""


@dataclass(frozen=True, eq=False)
class Expectation:
    """What smooth shares let expect."""

    targets: Floats  # (19,), stations at each coarse fraction
    between: Floats  # the same between the fractions; empty where that was not asked
    chances: Floats  # (stations,), to lie at any coarse fraction; they sum to those of the targets
    terms: Floats  # (stations,), what each adds to the expectation, to the first order
    # Standard deviation of the number at all fractions less what is expected, which is itself
    # taken from the stations: a station at a fraction raises what is expected there.
    sd: float


def expectation(x: Counts, n: Counts, *, grid: bool = True) -> Expectation:
    """Return what smooth shares let expect at the coarse fractions, and between them if asked."""
    chances, terms, targets = smooth_chances(x, n, TARGETS, TOLERANCE)
    # A station at a fraction is itself expected there: the number less what is expected varies less
    # than the number. Worked out from what is expected, so that an excess does not excuse itself.
    independent = float((chances * (1 - chances)).sum())
    spread = independent * (1 - 2 * leak(at_target(x, n), terms))
    spread += float(((terms - terms.mean()) ** 2).sum()) if len(terms) else 0.0
    between = smooth_chances(x, n, _BETWEEN, TOLERANCE)[2] if grid else np.zeros(0)
    return Expectation(targets, between, chances, terms, float(np.sqrt(max(spread, 0.0))))


def leak(hit: Mask, terms: Floats) -> float:
    """Return by how much one more station at a target raises what is expected there."""
    if not hit.any() or hit.all():
        return 0.0
    return float(np.clip(terms[hit].mean() - terms[~hit].mean(), 0.0, 0.4))


def _together(observed: Counts, smooth: Expectation) -> float:
    """Return the tail of the number of stations at all fractions."""
    chances = smooth.chances
    mean, independent = chances.sum(), np.sqrt((chances * (1 - chances)).sum())
    # The tail of independent stations, at as many standard deviations as these really are. Halfway
    # to the next whole number: the mid-p, since few stations lie at these fractions.
    away = (float(observed.sum()) - mean) * independent / smooth.sd
    return count_tail(min(mean + away + 0.5, float(len(chances))), chances)


def single_tails(observed: Counts, expected: Floats) -> Floats:
    """Return the mid-p of as many stations or more at each coarse fraction by itself (Poisson)."""
    at_least = np.where(observed > 0, gammainc(np.maximum(observed, 1), expected), 1.0)
    return np.asarray((at_least + gammainc(observed + 1, expected)) / 2)


def at_target(x: Counts, n: Counts) -> Mask:
    """Return where a share lies within 0.05 points of a coarse fraction."""
    rest = 20 * x % n
    near: Mask = 100 * np.minimum(rest, n - rest) <= n
    return near & (40 * x > n) & (40 * x < 39 * n)


def at_targets(x: Counts, n: Counts) -> Counts:
    """Return how many shares lie within 0.05 points of each coarse fraction; shape (19,)."""
    near = at_target(x, n)
    return np.bincount((40 * x[near] + n[near]) // (2 * n[near]), minlength=21)[1:20]


def combined(together: float, single: Floats) -> float:
    """Return the p-value of the sum or the largest spike: nine tenths of the level for the sum."""
    # The largest spike is conservative where few stations are expected at each fraction.
    largest = -np.expm1(len(single) * np.log1p(-min(float(single.min()), 1 - 1e-16)))
    return float(min(1.0, together / 0.9, largest / 0.1))


def _squares(x: Counts, n: Counts, between: Floats) -> Floats:
    """Return the squared standard scores between the coarse fractions, where enough is expected."""
    squares = [
        (float((np.abs(2000 * x - place * n) <= TOLERANCE * n).sum()) - expected) ** 2 / expected
        for place, expected in zip(_BETWEEN, between, strict=True)
        if expected >= _FEWEST_EXPECTED
    ]
    return np.array(squares)
