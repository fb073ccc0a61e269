"""Stratified ratio estimate from some of the stations: shares, totals and their errors.

Cochran (1977), Sampling Techniques, 3rd ed., ch. 6; Särndal, Swensson & Wretman (1992),
Model Assisted Survey Sampling, ch. 5 and 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from tallyverify.arrays import Floats, numbers
from tallyverify.errors import InputError, shown
from tallyverify.inference.sampling.ratio_input import codes_of, seen_rows, some_of, whole_list
from tallyverify.inference.sampling.ratio_variance import collapse, covariance, factors, sums
from tallyverify.language import clauses, formatted, number, told
from tallyverify.taken import takes_input


class Contrast(NamedTuple):
    """A linear combination of ratios: its estimate, standard error and interval."""

    estimate: float
    se: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class RatioEstimate:
    """Ratios Σy/Σx of all stations, as estimated from the seen ones.

    Attributes
    ----------
    ratio, se : ndarray of float, shape (K,)
        Estimates and their standard errors, as fractions.
    low, high : ndarray of float, shape (K,)
        Ends of the intervals, one for each ratio. They are not cut off at 0 or 1.
    cov : ndarray of float, shape (K, K)
        Covariance of the ratios.
    total, total_se : ndarray of float, shape (K,)
        Totals of y over all stations and their standard errors.
    df : int
        Degrees of freedom of Student's t: seen stations less strata, after strata were joined,
        over those of which not all was seen. 0 if all stations were seen.
    level : float
        Coverage asked for, as a fraction.
    form : "combined" or "separate"
        One ratio over all strata, or one in each.
    seen, stations : int
        Number of stations seen, and of all.
    strata : int
        Strata with seen stations, after some were joined.
    collapsed : tuple of (int, int)
        Strata with one seen station, and the stratum that each was joined with.
    """

    ratio: Floats
    se: Floats
    low: Floats
    high: Floats
    cov: Floats
    total: Floats
    total_se: Floats
    df: int
    level: float
    form: Literal["combined", "separate"]
    seen: int
    stations: int
    strata: int
    collapsed: tuple[tuple[int, int], ...]

    def __repr__(self) -> str:
        some = ", ".join(
            f"{value:.4f} ± {half:.4f}"
            for value, half in zip(self.ratio[:4], (self.high - self.ratio)[:4], strict=True)
        )
        more = f" and {len(self.ratio) - 4} more" if len(self.ratio) > 4 else ""
        return (
            f"<RatioEstimate: {some}{more} ({self.level:.4g}); {self.seen:,} of "
            f"{self.stations:,} stations, {self.strata:,} strata>"
        )

    @property
    def words(self) -> str:
        """What the numbers assume, and which strata were joined."""
        assumed = told("if the seen stations are as good as random within strata")
        if not self.collapsed:
            return assumed
        pairs = some_of(
            [
                told("{one} with {other}", one=str(one), other=str(other))
                for one, other in self.collapsed
            ]
        )
        joined = told(
            "for the error, strata with one seen station are joined: {pairs}", pairs=pairs
        )
        return clauses([assumed, joined])

    def contrast(self, weights: ArrayLike) -> Contrast:
        """Return a linear combination of the ratios, such as the margin of two candidates.

        Parameters
        ----------
        weights : array-like of float, shape (K,)
            For the margin of the first over the second: 1, −1 and zeros.

        Returns
        -------
        Contrast
            Unpacks into estimate, standard error, low and high.

        Raises
        ------
        InputError
            If there is not one finite weight for each ratio.

        Examples
        --------
        >>> seen = ratio([[60, 40], [45, 55], [70, 30]], [100, 100, 100], stations=10)
        >>> estimate, se, low, high = seen.contrast([1, -1])
        >>> round(estimate, 4), round(se, 4)
        (0.1667, 0.1216)
        """
        by = numbers("weights", weights)
        if by.shape != self.ratio.shape:
            raise InputError(
                told(
                    "weights have the shape {shape}; give one for each of the {ratios} ratios",
                    shape=str(by.shape),
                    ratios=number(len(self.ratio)),
                )
            )
        estimate = float(by @ self.ratio)
        # Rounding alone can make a variance of nothing negative.
        se = max(float(by @ self.cov @ by), 0.0) ** 0.5
        half = _quantile(self.df, self.level) * se
        return Contrast(estimate, se, estimate - half, estimate + half)


@takes_input
def ratio(
    y: ArrayLike,
    x: ArrayLike,
    stratum: ArrayLike | None = None,
    *,
    stations: ArrayLike,
    size: ArrayLike | None = None,
    form: Literal["combined", "separate"] = "combined",
    level: float = 0.95,
) -> RatioEstimate:
    """Estimate ratios Σy/Σx over all stations from the seen ones.

    With w_h = N_h/n_h and R = Σwy/Σwx, the variance of R is that of the weighted sum of
    z = (y − R·x)/Σwx in a stratified draw without replacement:

        Σ_h (1 − n_h/N_h) · n_h/(n_h − 1) · Σ_i (w_h·z_i − mean_h)²

    The separate form has one R_h in each stratum, weighted with the known X_h, and
    z = X_h/ΣX_h · (y − R_h·x)/Σ_h wx.

    Parameters
    ----------
    y : array-like, shape (n,) or (n, K)
        Counts by seen station, e.g. votes by candidate.
    x : array-like, shape (n,)
        What they are a part of, e.g. valid votes or registered voters.
    stratum : array-like of int, shape (n,), optional
        Codes 0 … H − 1. By default all stations are one stratum.
    stations : array-like of int, shape (H,), or int
        N_h, all stations of each stratum.
    size : array-like of float, shape (H,), or float, optional
        X_h, known totals of x over all stations, e.g. registered voters. Totals of y are then ΣX_h
        times the ratio. They are taken as given and not held against the seen x.
    form : "combined" or "separate"
        One ratio over all strata, or one in each. If ``size`` is not given, both are the same:
        the weights of the strata are then estimated with the same stations.
    level : float
        Coverage of the intervals, as a fraction.

    Returns
    -------
    RatioEstimate

    Raises
    ------
    InputError
        If nothing was seen in a stratum (``n_h = 0 < N_h``), more than there is, or one station
        with no stratum to join; if something is negative, not finite or of another shape, or if
        the weighted x sum to zero.

    Notes
    -----
    Assumes that the seen stations are as good as random within strata. Nothing here can tell
    whether they are. Strata of which all was seen add no variance, and no degrees of freedom.

    A stratum of which only one of several stations was seen is joined with a neighbour
    (:func:`collapse`). In the combined form only the variance uses the joined strata; each
    station keeps the weight of its own stratum. The factor 1 − n_h/N_h is left out there: so, and
    by the difference of the strata, the variance is rather too large (Wolter 2007, section 2.5).
    The separate form has one R for the joined strata, as with one station there is no residual.

    The linearised variance is too small where few stations were seen, or where a few of them have
    most of the weight. The separate form needs many in each stratum: its biases add up.

    References
    ----------
    Cochran, W. G. (1977). Sampling Techniques, 3rd ed., ch. 6. Wiley.
    Särndal, C.-E., Swensson, B. & Wretman, J. (1992). Model Assisted Survey Sampling, ch. 5, 7.
    Wolter, K. M. (2007). Introduction to Variance Estimation, 2nd ed., 2.5. Springer.

    Examples
    --------
    >>> ratio([60, 45, 70, 20, 30], [100] * 5, [0, 0, 0, 1, 1], stations=[10, 2])
    <RatioEstimate: 0.5278 ± 0.2179 (0.95); 5 of 12 stations, 2 strata>
    """
    whole = whole_list("stations", stations)
    votes, base, codes = seen_rows(y, x, stratum, len(whole))
    known = None if size is None else np.atleast_1d(numbers("size", size, least=0))
    if known is not None and (known.shape != whole.shape or not known.sum() > 0):
        raise InputError(
            told(
                "size has {values} values with the sum {sum}, shape {shape}; give one for each of "
                "the {strata} strata in a flat list, not all of them zero",
                values=number(len(known)),
                sum=formatted(known.sum(), ".6g"),
                shape=str(known.shape),
                strata=number(len(whole)),
            )
        )
    if form not in ("combined", "separate"):
        raise InputError(
            told("the form is 'combined' or 'separate', not {given}", given=shown(form))
        )
    if not 0 < level < 1:
        raise InputError(
            told("the level is a fraction between 0 and 1, not {given}", given=str(level))
        )

    count = np.bincount(codes, minlength=len(whole))
    mapping, joined = collapse(count, whole)
    group = mapping[codes]
    weight = whole / np.maximum(count, 1)
    by_stratum = sums(np.column_stack([votes, base]), codes, len(whole)) * weight[:, None]
    expanded = by_stratum.sum(axis=0)
    if expanded[-1] == 0:
        raise InputError(
            told(
                "x is zero at all seen stations, so a ratio to it says nothing; give the valid "
                "votes or registered voters"
            )
        )

    if form == "combined" or known is None:
        value = expanded[:-1] / expanded[-1]
        residual = (votes - base[:, None] * value) / expanded[-1]
    else:
        by_group = sums(by_stratum, mapping, int(mapping.max()) + 1)
        share = np.bincount(mapping, known) / known.sum()
        hollow = (by_group[:, -1] == 0) & (share > 0)
        if hollow.any():
            raise InputError(
                told(
                    "x is zero at all seen stations of strata {strata}, so these have no ratio of "
                    "their own; use the combined form, or join them with others",
                    strata=codes_of(hollow[mapping]),
                )
            )
        under = np.where(by_group[:, -1] == 0, 1.0, by_group[:, -1])
        own = by_group[:, :-1] / under[:, None]
        value = share @ own
        residual = (votes - base[:, None] * own[group]) * (share / under)[group][:, None]

    factor, df = factors(count, whole, mapping)
    own_weight = weight[codes][:, None]
    cov = covariance(residual * own_weight, group, factor)
    se = np.sqrt(np.diag(cov))
    if known is None:
        total = expanded[:-1]
        total_se = np.sqrt(np.diag(covariance(votes * own_weight, group, factor)))
    else:
        total, total_se = known.sum() * value, known.sum() * se
    half = _quantile(df, level) * se
    return RatioEstimate(
        ratio=value,
        se=se,
        low=value - half,
        high=value + half,
        cov=cov,
        total=total,
        total_se=total_se,
        df=df,
        level=level,
        form=form,
        seen=len(base),
        stations=int(whole.sum()),
        strata=len(np.unique(group)),
        collapsed=joined,
    )


def _quantile(df: int, level: float) -> float:
    """Return the half-width of the interval in standard errors; 0 if all stations were seen."""
    from scipy.special import stdtrit

    return float(stdtrit(df, (1 + level) / 2)) if df > 0 else 0.0
