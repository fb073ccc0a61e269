"""The fingerprint of an election: turnout × share of the vote, and the shape of the vote rate.

Klimek, Yegorov, Hanel & Thurner (PNAS 2012) drew the two figures of every station as a picture and
described the logarithm of the vote rate by its skewness and kurtosis. Both describe; neither can
tell ballot stuffing from an electorate that differs from place to place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tallyverify.arrays import Counts, Floats
from tallyverify.errors import InputError
from tallyverify.forensics.indicator import NO_NULL, Effect, Indicator, written
from tallyverify.forensics.turnout.stations_used import grid, too_few, usable
from tallyverify.language import clauses, number, told
from tallyverify.taken import takes_input

FEWEST_STATIONS = 100  # fewest stations whose skewness and kurtosis are reported
_HETEROGENEOUS = told(
    "places that differ (town and country, regions, peoples) move these numbers in a clean "
    "election, and an election with false sheets can look normal"
)
_INDEPENDENT = told(
    "the intervals take stations as independent; neighbours are not, so they are narrow"
)
_Z = 1.959963984540054
_MOST_BINS = 1000


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Fingerprint(Indicator):
    """Histogram of turnout × share, skewness and kurtosis of the logarithmic vote rate.

    ``statistic`` and ``effect`` are the kurtosis, ``used`` and ``left_out`` those of the moments.

    Attributes
    ----------
    skewness, kurtosis : Effect or None
        Third and fourth standardised moment of ν = log((N − W)/W), N registered voters and W votes
        of the candidate; 0 and 3 for a normal distribution. Both with 95 % intervals.
    histogram : ndarray of int, shape (bins, bins)
        Stations by turnout (rows) and share (columns), from 0 to 1; 100 % is in the last bin.
    edges : ndarray of float, shape (bins + 1,)
        Bounds of the bins, of both figures.
    shown : int
        Stations in the histogram.
    """

    skewness: Effect | None
    kurtosis: Effect | None
    histogram: Counts
    edges: Floats
    shown: int

    def sentence(self, name: str, level: str = "") -> str:
        """Return the moments of the vote rate."""
        said = told(
            "fingerprint of turnout and the share of {name}: the logarithmic vote rate has "
            "skewness {skewness} and kurtosis {kurtosis} (0 and 3 if normal)",
            name=name,
            skewness=written(self.skewness),
            kurtosis=written(self.kurtosis),
        )
        return clauses([said, told("clean elections of unlike places are not normal")])


@takes_input
def fingerprint(
    votes: ArrayLike,
    ballots: ArrayLike,
    registered: ArrayLike,
    *,
    fewest_registered: int = 100,
    bins: int = 100,
) -> Fingerprint:
    """Describe an election by its turnout × share histogram and the shape of its vote rate.

    Parameters
    ----------
    votes : array_like of int, shape (n,)
        Votes of the candidate, usually the one with the most.
    ballots : array_like of int, shape (n,)
        Ballots cast (or handed out, or valid votes): turnout and share are taken by them.
    registered : array_like of int, shape (n,)
        Registered voters.
    fewest_registered : int
        Smaller stations are left out.
    bins : int
        Bins of each figure, 1 to 1,000.

    Returns
    -------
    Fingerprint
        A description: ``pvalue`` is None. It refuses the moments, never the histogram, where fewer
        than 100 stations are left or all have the same vote rate.

    Raises
    ------
    InputError
        If the arrays are not counts of one length, or an option is out of range.

    Notes
    -----
    A station with no vote for the candidate has no ν. One with a turnout of 100 % is in the
    histogram but not in the moments: such stations are mostly closed ones (ships, hospitals,
    barracks), or simply written so. Intervals are of the plug-in moments, by their influence
    functions, and take stations as independent.

    References
    ----------
    P. Klimek, Y. Yegorov, R. Hanel and S. Thurner (2012), Statistical detection of systematic
    election irregularities, PNAS 109:16469, doi:10.1073/pnas.1210722109.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> registered = rng.integers(400, 900, 5000)
    >>> ballots = rng.binomial(registered, rng.beta(60, 40, 5000))
    >>> votes = rng.binomial(ballots, rng.beta(45, 55, 5000))
    >>> found = fingerprint(votes, ballots, registered)
    >>> round(found.kurtosis.value, 2), round(found.skewness.value, 2)
    (3.01, 0.15)
    >>> found.histogram.shape, int(found.histogram.sum())
    ((100, 100), 5000)
    """
    if not 1 <= bins <= _MOST_BINS or bins != int(bins):
        raise InputError(
            told("bins are a whole number"),
            found=str(bins),
            expected=told("{low} to {high}", low="1", high=number(_MOST_BINS)),
        )
    w, b, n, left_out = usable("ballots", votes, ballots, registered, fewest_registered)
    histogram = grid(w, b, n, int(bins))
    nothing, everyone = w == 0, (w > 0) & (b == n)
    for reason, where in (
        (told("no vote for the candidate (in the histogram only)"), nothing),
        (told("turnout of 100 % (in the histogram only)"), everyone),
    ):
        if where.any():
            left_out[reason] = int(np.count_nonzero(where))
    inside = ~nothing & ~everyone
    # Sorted, so that the sums do not depend on the order of the rows.
    rate = np.sort(np.log((n[inside] - w[inside]) / w[inside]))
    refused = _unfit(rate)
    skewness, kurtosis = (None, None) if refused else _moments(rate)
    return Fingerprint(
        code="F506",
        statistic=None if kurtosis is None else kurtosis.value,
        effect=kurtosis,
        used=int(rate.size),
        null=NO_NULL,
        left_out=left_out,
        refused=refused,
        warnings=(_HETEROGENEOUS,) if refused else (_HETEROGENEOUS, _INDEPENDENT),
        skewness=skewness,
        kurtosis=kurtosis,
        histogram=histogram,
        edges=np.linspace(0, 1, int(bins) + 1),
        shown=int(w.size),
    )


def _unfit(rate: Floats) -> str:
    if few := too_few(rate.size, told("a vote rate"), FEWEST_STATIONS):
        return few
    return "" if np.ptp(rate) > 0 else told("all stations have the same vote rate")


def _moments(rate: Floats) -> tuple[Effect, Effect]:
    z = (rate - rate.mean()) / rate.std()
    skewness, kurtosis = float((z**3).mean()), float((z**4).mean())
    of_skewness = z**3 - 3 * z - skewness - 1.5 * skewness * (z**2 - 1)
    of_kurtosis = z**4 - 4 * skewness * z - kurtosis - 2 * kurtosis * (z**2 - 1)
    return (
        _effect(told("skewness"), skewness, of_skewness),
        _effect(told("kurtosis"), kurtosis, of_kurtosis),
    )


def _effect(name: str, value: float, influence: Floats) -> Effect:
    reach = _Z * float(np.sqrt((influence**2).mean() / influence.size))
    return Effect(name, value, value - reach, value + reach)
