"""F504: stations whose turnout or leader's share is an integer percentage, to within 0.05 points.

Kobak, Shpilkin & Pshenichnikov (2016) compare their number with what binomial noise would give,
by simulation. It is a sum of independent yes-or-no outcomes, so its mean, variance and tail are
computed here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tallyverify.arrays import Counts, Floats, Mask, counts, same_length
from tallyverify.errors import InputError
from tallyverify.forensics.calibration.calibration_spec import EITHER, TURNOUT
from tallyverify.forensics.indicator import Effect, Indicator
from tallyverify.forensics.shares.exact import (
    count_tail,
    smooth_chances,
    window_sums,
)
from tallyverify.language import clauses, enumerated, formatted, formula, number, signed, told
from tallyverify.taken import takes_input

# Fewest people a percentage is taken of: with fewer, too many fractions are integers anyhow.
SMALLEST = 100
FEWEST = 100  # fewest stations
INTEGERS = np.arange(0, 2001, 20)  # 0, 1, … 100 % in units of 1/2000
# 5, 6, … 95 %: nearer to the ends, the number of stations bends too fast to be smoothed.
INNER = INTEGERS[5:96]
TOLERANCE = 1  # 0.05 percentage points in the same units


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class IntegerPercentages(Indicator):
    """Stations at integer percentages, and where they are.

    Attributes
    ----------
    observed, expected, sd : float
        Stations at an integer percentage of turnout or share; mean and standard deviation of that
        number if each count were drawn anew.
    turnout_tested : bool
        Whether turnout was looked at, besides the share.
    turnout_excess, share_excess : float
        Excess of each by itself; NaN for turnout where the registered voters are not known.
    turnout_peaks, share_peaks : ndarray of float, shape (101,)
        Stations within 0.05 points of each integer percentage less those on average as near to
        the four neighbouring tenths: where the excess lies.
    excess : ndarray of float, shape (stations,)
        By station as given, 1 or 0 less its probability; sums to the whole excess, and by area to
        the excess of the area. 0 for stations left out.
    """

    observed: float
    expected: float
    sd: float
    turnout_tested: bool
    turnout_excess: float
    share_excess: float
    turnout_peaks: Floats
    share_peaks: Floats
    excess: Floats

    def sentence(self, name: str, level: str = "") -> str:
        """Return the stations at integer percentages, of turnout or of a candidate's share."""
        whole = next((one for one in (TURNOUT, EITHER) if one == name), None)
        what = whole or told("share of {name}", name=name)
        return told(
            "integer percentages, {what}: {observed} stations, {expected} expected by chance",
            what=what,
            observed=number(int(self.observed)),
            expected=number(round(self.expected)),
        )

    def sums(self, figure: str) -> str:
        """Return the excess, its standard deviation and where most of it lies."""
        gained = formula(
            "{observed} − {expected} = {gained}",
            observed=number(int(self.observed)),
            expected=signed(self.expected, ",.1f"),
            gained=signed(self.observed - self.expected, "+,.1f"),
        )
        sd = formatted(self.sd, ".1f")
        said: list[str] = [told("{gained}, standard deviation {sd}", gained=gained, sd=sd)]
        if self.turnout_tested:
            said.append(_turnouts(self.turnout_peaks))
        of = _turnouts if figure == TURNOUT else _shares
        return clauses([*said, of(self.share_peaks)])


def _turnouts(peaks: Floats) -> str:
    if most := _largest(peaks):
        return told("most at turnouts of {percentages}", percentages=most)
    return told("most at turnouts of none")


def _shares(peaks: Floats) -> str:
    if most := _largest(peaks):
        return told("most at shares of {percentages}", percentages=most)
    return told("most at shares of none")


def _largest(peaks: Floats) -> str:
    """Return the integer percentages with the largest excess; empty if there are none."""
    largest = np.argsort(-peaks, kind="stable")[:5]
    return enumerated(f"{k} %" for k in largest if peaks[k] > 0)


@takes_input
def integer_percentages(
    votes: ArrayLike,
    ballots: ArrayLike,
    registered: ArrayLike | None = None,
    *,
    turned_out: ArrayLike | None = None,
    smooth: bool = False,
) -> IntegerPercentages:
    """Count the stations at integer percentages, and compare with binomial noise, exactly.

    Parameters
    ----------
    votes : array_like of int, shape (stations,)
        One candidate's votes, as a rule the leader's.
    ballots : array_like of int, shape (stations,)
        What the share is taken of: ballots, or valid votes where no others are known.
    registered : array_like of int, shape (stations,), optional
        What turnout is taken of. Without it, and where it is 0 or less than came, only shares are
        looked at.
    turned_out : array_like of int, shape (stations,), optional
        Voters who were given a ballot, where that is another figure than the ballots.
    smooth : bool
        Take off the bias of the published null, which matters for small shares, and look at 5 to
        95 % only.

    Returns
    -------
    IntegerPercentages
        ``statistic`` is the standard score, ``pvalue`` the upper tail, ``effect`` the excess of
        stations with a normal 95 % interval.

    Raises
    ------
    InputError
        If the arrays do not fit each other or do not hold numbers of people.

    Notes
    -----
    A station is used if it has at least 100 registered voters (or ballots, where these are not
    known) and neither percentage is above 99 %. Each count is drawn anew from Binomial(n, observed
    share); turnout and share independently. Whether a station lies at an integer is decided in
    whole numbers, its edges included: a script that decides it by floats may count a station more
    or less. Drawing anew spreads a share by noise once more than
    it has been already, so where the density bends its null is a little off. Assumes that honest
    shares are smooth at the scale of their own noise; denominators are accounted for exactly.

    References
    ----------
    D. Kobak, S. Shpilkin and M. S. Pshenichnikov (2016), Integer percentages as electoral
    falsification fingerprints, Annals of Applied Statistics 10:54.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> registered = rng.integers(200, 2000, 3000)
    >>> ballots = rng.binomial(registered, 0.6)
    >>> votes = rng.binomial(ballots, 0.45)
    >>> integer_percentages(votes, ballots, registered).pvalue > 0.05
    True
    >>> votes[:200] = np.round(0.45 * ballots[:200])
    >>> print(integer_percentages(votes, ballots, registered).effect)
    excess stations 92.669 (50.7036 to 134.634)
    """
    figures = CheckedFigures.of(votes, ballots, registered, turned_out)
    use = figures.used()
    used = int(use.sum())
    left_out: dict[str, int] = {
        told("fewer than {least} people", least=number(SMALLEST)): int(figures.small.sum()),
        told("above 99 %"): int((~use & ~figures.small).sum()),
    }
    came = use & figures.turnout
    if registered is not None:
        left_out[told("turnout not known, or above 100 % (share only)")] = int((use & ~came).sum())
    hit, chance = figures.at_integers(smooth=smooth), figures.chances(smooth=smooth)
    chances = 1 - (1 - chance[0]) * (1 - chance[1])
    anywhere = hit[0] | hit[1]
    observed, expected = float(anywhere.sum()), float(chances.sum())
    sd = float(np.sqrt((chances * (1 - chances)).sum()))
    refused = _unfit(used, sd)
    excess = np.zeros(len(use))
    excess[use] = anywhere - chances
    gained = observed - expected
    effect = Effect(told("excess stations"), gained, gained - 1.96 * sd, gained + 1.96 * sd)
    return IntegerPercentages(
        code="F504",
        statistic=None if refused else gained / sd,
        pvalue=None if refused else count_tail(int(observed), chances),
        effect=None if refused else effect,
        used=used,
        left_out=left_out,
        null=told("each count drawn anew from a binomial with its observed share (exact), twiced")
        if smooth
        else told("each count drawn anew from a binomial with its observed share (exact)"),
        refused=refused,
        observed=observed,
        expected=expected,
        sd=sd,
        turnout_tested=bool(came.any()),
        turnout_excess=float((hit[0] - chance[0]).sum()) if came.any() else float("nan"),
        share_excess=float((hit[1] - chance[1]).sum()),
        turnout_peaks=_peaks(figures.turned_out[came], figures.registered[came]),
        share_peaks=_peaks(figures.votes[use], figures.ballots[use]),
        excess=excess,
    )


def _unfit(used: int, sd: float) -> str:
    if used < FEWEST:
        return told(
            "{stations} stations large enough, {fewest} are needed",
            stations=number(used),
            fewest=number(FEWEST),
        )
    return told("no count can vary") if sd == 0 else ""


@dataclass(frozen=True, eq=False)
class CheckedFigures:
    """The figures of the stations, checked."""

    votes: Counts
    ballots: Counts
    turned_out: Counts  # all registered, where turnout is not known
    registered: Counts
    turnout: Mask  # where turnout is known, and can be

    @classmethod
    def of(
        cls,
        votes: ArrayLike,
        ballots: ArrayLike,
        registered: ArrayLike | None,
        turned_out: ArrayLike | None,
    ) -> CheckedFigures:
        """Check plain arrays."""
        x, b = counts("votes", votes), counts("ballots", ballots)
        n = None if registered is None else counts("registered", registered)
        t = b if turned_out is None else counts("turned_out", turned_out)
        same_length(votes=x, ballots=b, registered=n, turned_out=t)
        if (x > b).any():
            at = int(np.flatnonzero(x > b)[0])
            raise InputError(
                told("a station has more votes than ballots; leave it out"),
                found=told(
                    "{votes} votes, {ballots} ballots at position {at}",
                    votes=str(x[at]),
                    ballots=str(b[at]),
                    at=str(at),
                ),
            )
        known = np.zeros(len(x), dtype=bool) if n is None else (n > 0) & (t <= n)
        return cls(x, b, np.where(known, t, b), b if n is None else np.where(known, n, b), known)

    @classmethod
    def of_share(cls, x: Counts, n: Counts) -> CheckedFigures:
        """Return figures of a share alone, taken as they are."""
        return cls(x, n, n, n, np.zeros(len(x), dtype=bool))

    @property
    def small(self) -> Mask:
        """Stations of too few people for percentages."""
        return np.asarray((self.registered < SMALLEST) | (self.ballots == 0))

    def used(self) -> Mask:
        """Stations that are looked at."""
        use = ~self.small & (100 * self.votes <= 99 * self.ballots)
        return use & (~self.turnout | (100 * self.turned_out <= 99 * self.registered))

    def at_integers(self, *, smooth: bool) -> tuple[Mask, Mask]:
        """Return which stations used have an integer percentage: of turnout, of the share."""
        use = self.used()
        share = _at_integer(self.votes[use], self.ballots[use], inner=smooth)
        turnout = _at_integer(self.turned_out[use], self.registered[use], inner=smooth)
        return turnout & self.turnout[use], share

    def chances(self, *, smooth: bool) -> tuple[Floats, Floats]:
        """Return the probabilities of that, for turnout and for the share."""
        use = self.used()
        share = _chances(self.votes[use], self.ballots[use], smooth)
        turnout, known = np.zeros(len(share)), use & self.turnout
        turnout[known[use]] = _chances(self.turned_out[known], self.registered[known], smooth)
        return turnout, share


def _chances(x: Counts, n: Counts, smooth: bool) -> Floats:
    if smooth:
        return smooth_chances(x, n, INNER, TOLERANCE)[0]
    return window_sums(x, n, INTEGERS, TOLERANCE)[0]


@takes_input
def at_integer(x: Counts, n: Counts, *, inner: bool = False) -> Mask:
    """Return where 100·x/n is within 0.05 of an integer (inner: of 5 to 95), without rounding.

    Decided in whole numbers: at 0.05 itself, which floats put on either side, it is within.

    Examples
    --------
    >>> import numpy as np
    >>> at_integer(np.array([19, 21, 2]), np.array([2000, 2000, 2000]))
    array([ True,  True, False])
    """
    some, of = counts("x", x), counts("n", n)
    same_length(x=some, n=of)
    if (of == 0).any():
        raise InputError(
            told("a percentage is taken of at least one"),
            found=told("0 at position {at}", at=str(int(np.argmin(of)))),
            expected=told("1 or more"),
        )
    return _at_integer(some, of, inner=inner)


def _at_integer(x: Counts, n: Counts, *, inner: bool = False) -> Mask:
    # In int64, which holds 200 times the most people of one place that counts() takes.
    rest = 100 * x % n
    near: Mask = 20 * np.minimum(rest, n - rest) <= n
    if inner:
        near &= (200 * x >= 9 * n) & (200 * x <= 191 * n)
    return near


def _peaks(x: Counts, n: Counts) -> Floats:
    """Stations at each integer percentage, less the mean of the tenths around it."""
    # Tenths of a percentage point; both edges of an integer are its own, as at_integer has them.
    tenth, near = (2000 * x + n) // (2 * n), _at_integer(x, n)
    tenth[near] = 10 * ((200 * x[near] + n[near]) // (2 * n[near]))
    often = np.bincount(tenth, minlength=1001).astype(np.float64)
    padded = np.pad(often, 2, mode="reflect")
    around = (padded[:-4] + padded[1:-3] + padded[3:-1] + padded[4:]) / 4
    return np.asarray((often - around)[::10])
