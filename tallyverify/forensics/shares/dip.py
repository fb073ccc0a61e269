"""Hartigan's dip of shares or turnouts: how far their distribution is from having one mode (F509).

Hartigan & Hartigan (1985) measure the largest distance between the empirical distribution and the
unimodal one nearest to it. A fraction of few ballots can only take few values, and equal values
count as modes; so each fraction is first spread over the values its station could have shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from tallyverify.arrays import Floats, counts, same_length, usable_stations
from tallyverify.errors import InputError
from tallyverify.forensics.calibration.calibration_spec import TURNOUT
from tallyverify.forensics.indicator import Effect, Indicator
from tallyverify.language import formatted, number, told
from tallyverify.taken import takes_input

FEWEST_STATIONS = 50  # fewest stations whose distribution can be told to have one mode or more
_LARGEST_TABLED = 72_000
_SMALLEST_PVALUE = 1e-6  # of the million uniform samples that the table was made from
_GOLDEN = (5**0.5 - 1) / 2
_NEGLIGIBLE = 0.1  # of √n · dip, which is 0.54 at p = 0.05
_WHOLE = 1e-6
_GRID = 1024
_MODE = 0.05


@dataclass(frozen=True, kw_only=True, repr=False)
class Dip(Indicator):
    """The dip of F509: the statistic and the effect are the same number, a fraction of stations.

    Attributes
    ----------
    modes : tuple of float
        Where a smoothed density has its modes: a picture in numbers, apart from the test.
    """

    modes: tuple[float, ...] = ()

    def sentence(self, name: str, level: str = "") -> str:
        """Return how far turnout or a share is from one peak."""
        size = formatted(self.statistic, ".4f")
        if name == TURNOUT:
            return told(
                "distance of turnout from a distribution with one peak: dip {dip}", dip=size
            )
        return told(
            "distance of the share of {name} from a distribution with one peak: dip {dip}",
            name=name,
            dip=size,
        )


@takes_input
def dip(values: ArrayLike, denominators: ArrayLike | None = None) -> Dip:
    """Test whether shares or turnouts of stations come from a distribution with one mode.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        A fraction by station, 0 to 1: of the valid votes, or of the registered voters.
    denominators : array_like of int, shape (n,), optional
        What each is a fraction of: valid votes, or registered voters. Without them, the test
        refuses where equal values alone would move the dip.

    Returns
    -------
    Dip

    Raises
    ------
    InputError
        If values are not numbers, or not whole numbers divided by the denominators.

    Notes
    -----
    The p-value is that of a uniform distribution, by the table of the ``diptest`` library; beyond
    its 72,000 stations √n · dip is taken as at 72,000, near its limit. The uniform is the unimodal
    law with the largest dip: for a distribution with a peak, the test rejects more seldom than it
    says. It takes the stations as independent. The p-value is at least one in a million. Stations
    that were never entered are a mode of turnout at zero (Argentina 2017): leave them out before.

    A station with k of d becomes (k + u) / (d + 1), with u between 0 and 1: all that k of d says
    about a fraction before any rounding. A fraction that is uniform stays exactly uniform. The u
    are no draws but the multiples of the golden ratio, over the stations in the order of their
    fractions, so equal fractions are spread evenly and the result is the same in any row order.
    Evenly is less than at random: where most stations have fewer than some thirty voters, the test
    rejects even a uniform distribution more seldom than it says.

    References
    ----------
    Hartigan, J. A. & Hartigan, P. M. (1985), The dip test of unimodality, Annals of Statistics
    13:70-84.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> ballots = rng.integers(10, 60, 4000)
    >>> dip(rng.binomial(ballots, 0.4) / ballots, ballots)
    <Dip F509: statistic 0.001..., p = 1, dip 0.001...; 4,000 stations>
    >>> town = np.arange(4000) % 2 == 0
    >>> dip(rng.binomial(ballots, np.where(town, 0.2, 0.8)) / ballots, ballots).pvalue
    1e-06
    """
    x, d, left_out = _fractions(values, denominators)
    refusal = Dip(
        code="F509",
        used=x.size,
        left_out=left_out,
        null=told("a uniform distribution, the one with a single mode that dips most"),
        refused=_unfit(x, d),
        warnings=(
            told(
                "two kinds of places, as town and country or two regions, give a clean election "
                "two modes"
            ),
            told(
                "the p-value is that of a uniform distribution: for one with a single peak it is "
                "too large"
            ),
        ),
    )
    if refusal.refused:
        return refusal
    spread = np.sort(x) if d is None else _spread(x, d)
    size = _dip_of(spread)
    return replace(
        refusal,
        statistic=size,
        pvalue=dip_pvalue(size, x.size),
        effect=Effect(told("dip"), size),
        modes=_modes(spread),
    )


def _unfit(x: Floats, d: Floats | None) -> str:
    if x.size < FEWEST_STATIONS:
        return told(
            "{stations} stations, and it takes {fewest}",
            stations=number(x.size),
            fewest=number(FEWEST_STATIONS),
        )
    equal = np.sort(np.unique(x, return_counts=True)[1])[::-1]
    if equal.size < 2:
        return told("all stations have the same value")
    # One heap of equal values may stand at the mode; a second one moves the dip by half of it.
    if d is None and equal[1] / 2 > _NEGLIGIBLE * x.size**0.5:
        return told(
            "{stations} stations share one value, and others another: give the denominators, or "
            "the dip measures how coarse the fractions are",
            stations=number(int(equal[1])),
        )
    return ""


def dip_statistic(values: ArrayLike, denominators: ArrayLike) -> float:
    """Return the dip alone, of values from 0 to 1 that are not checked."""
    return _dip_of(_spread(np.asarray(values, np.float64), np.asarray(denominators, np.float64)))


def dip_pvalue(statistic: float, stations: int) -> float:
    """Return the p-value of a dip of 4 stations or more against the uniform distribution."""
    from diptest.consts import Consts

    # The library's own step beyond its table is this one, with a warning to all who call it.
    size = min(stations, _LARGEST_TABLED)
    scaled = statistic * (stations / size) ** 0.5
    return max(float(Consts.compute_pval_interpolation(size, scaled)), _SMALLEST_PVALUE)


def _fractions(
    values: ArrayLike, denominators: ArrayLike | None
) -> tuple[Floats, Floats | None, dict[str, int]]:
    """Return the fractions that can be used, their denominators, and what was left out."""
    try:
        x = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(told("values are not numbers"), found=str(error)[:80]) from None
    if x.ndim != 1:
        raise InputError(
            told("values need one entry a station"),
            found=told("{dimensions} dimensions", dimensions=str(x.ndim)),
        )
    if not (np.isfinite(x) | np.isnan(x)).all() or (x < 0).any():
        raise InputError(
            told("values are fractions"),
            found=formatted(x[(x < 0) | np.isinf(x)][0], "g"),
            expected=told("0 or more, missing where unknown"),
        )
    d = None if denominators is None else counts("denominators", denominators).astype(np.float64)
    same_length(values=x, denominators=d)
    used, left_out = usable_stations(
        x.size,
        {
            told("of no voters or votes"): np.zeros(x.size, bool) if d is None else d == 0,
            told("value not known"): np.isnan(x),
            told("fraction above one"): x > 1,
        },
    )
    x, d = x[used], None if d is None else d[used]
    if d is not None:
        off = np.abs(x * d - np.round(x * d)) > _WHOLE * np.maximum(1, d)
        if off.any():
            raise InputError(
                told("values are whole numbers divided by their denominators"),
                found=told(
                    "{part} of {whole}",
                    part=formatted(x[off][0], "g"),
                    whole=formatted(d[off][0], "g"),
                ),
            )
    return x, d, left_out


def _spread(values: Floats, denominators: Floats) -> Floats:
    """Return the values spread over their station's resolution, in ascending order."""
    count = np.round(values * denominators)
    exact = count / denominators
    # Order and offsets are mirrored about one half, so that a candidate and all others together
    # have the same dip.
    order = np.lexsort((np.where(exact < 0.5, denominators, -denominators), exact))
    place = np.arange(order.size) - (order.size - 1) / 2
    u = (place * _GOLDEN + 0.5) % 1
    return np.sort((count[order] + u) / (denominators[order] + 1))


def _dip_of(ascending: Floats) -> float:
    import diptest

    return float(diptest.dipstat(ascending, sort_x=False))


def _modes(ascending: Floats) -> tuple[float, ...]:
    """Return the modes of a Gaussian density with the bandwidth of Silverman's rule."""
    from scipy.ndimage import gaussian_filter1d
    from scipy.signal import find_peaks

    low, high = np.quantile(ascending, [0.25, 0.75])
    width = min(float(ascending.std()), float(high - low) / 1.349) or float(ascending.std())
    bandwidth = 0.9 * width * ascending.size**-0.2
    bins = np.histogram(ascending, _GRID, range=(0, 1))[0].astype(np.float64)
    # Zeros beyond both ends, so that a mode at no votes or at all votes is one.
    density = gaussian_filter1d(
        np.pad(bins, _GRID // 4), max(bandwidth * _GRID, 0.5), mode="constant"
    )
    found = find_peaks(density, prominence=_MODE * density.max())[0]
    return tuple(float((at - _GRID // 4 + 0.5) / _GRID) for at in found)
