"""Variance of sums over stations that were drawn within strata, and which strata to join for it.

Cochran (1977), Sampling Techniques, 3rd ed., ch. 5; Wolter (2007), Introduction to Variance
Estimation, 2nd ed., section 2.5 (collapsed strata).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tallyverify.errors import InputError
from tallyverify.inference.sampling.ratio_input import codes_of, whole_list
from tallyverify.language import number, told

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from tallyverify.arrays import Codes, Floats


def collapse(
    seen_per_stratum: ArrayLike, stations: ArrayLike
) -> tuple[Codes, tuple[tuple[int, int], ...]]:
    """Join strata with one seen station of several; return new codes (H,) and the pairs joined.

    Each is joined with the next stratum in the order of codes, the last one with the one before.
    Strata that were wholly seen are passed over: they have no sampling error to learn from.
    """
    count = whole_list("seen_per_stratum", seen_per_stratum)
    whole = whole_list("stations", stations)
    if count.shape != whole.shape:
        raise InputError(
            told(
                "there are {seen} strata with counts of seen stations, but {whole} with all "
                "stations; give both for the same strata",
                seen=number(len(count)),
                whole=number(len(whole)),
            )
        )
    empty, excess = (count == 0) & (whole > 0), count > whole
    if excess.any():
        first = int(np.flatnonzero(excess)[0])
        raise InputError(
            told(
                "more seen than expected stations in strata {strata} (stratum {first}: {seen} of "
                "{whole}); count each station once, or correct the number of stations",
                strata=codes_of(excess),
                first=str(first),
                seen=number(int(count[first])),
                whole=number(int(whole[first])),
            )
        )
    if empty.any():
        raise InputError(
            told(
                "nothing seen in strata {strata}, so nothing can be estimated there; join them "
                "with others, or use the prediction from a registry",
                strata=codes_of(empty),
            )
        )
    group = np.arange(len(count))
    joined: list[tuple[int, int]] = []
    sampled = np.flatnonzero(count < whole)
    # One pass will do: a lone stratum and its neighbour have at least two seen stations.
    at = 0
    while at < len(sampled):
        one = int(sampled[at])
        if count[one] > 1:
            at += 1
            continue
        if len(sampled) == 1:
            raise InputError(
                told(
                    "one station seen of the {stations} in stratum {stratum}, and no other stratum "
                    "was seen in part: the error cannot be estimated; join the stratum with "
                    "another, or use the prediction from a registry",
                    stations=number(int(whole[one])),
                    stratum=str(one),
                )
            )
        other = int(sampled[at + 1] if at + 1 < len(sampled) else sampled[at - 1])
        group[max(one, other)] = group[min(one, other)]
        joined.append((one, other))
        at += 2
    return np.unique(group, return_inverse=True)[1], tuple(joined)


def factors(count: Codes, whole: Codes, mapping: Codes) -> tuple[Floats, int]:
    """Return (1 − n/N) · n/(n − 1) of each group of strata, and the degrees of freedom.

    Where strata were joined, it is n/(n − 1). A draw of one varies as much without replacement as
    with it, so a factor 1 − n/N would take away what is not there; without it the expected
    variance is at least the true one, whatever the strata hold (Wolter 2007, section 2.5).

    Groups that were wholly seen have the factor 0. They tell nothing of the error of the others,
    so they give no degrees of freedom: these are the sum of n − 1 over the other groups.
    """
    seen = np.bincount(mapping, count)
    unseen = 1 - seen / np.maximum(np.bincount(mapping, whole), 1)
    unseen[np.bincount(mapping) > 1] = 1.0
    factor: Floats = unseen * seen / np.maximum(seen - 1, 1)
    return factor, int((seen - 1)[factor > 0].sum())


def covariance(values: Floats, group: Codes, factor: Floats) -> Floats:
    """Return the covariance (K, K) of the sums of values (n, K) drawn within groups."""
    means = sums(values, group, len(factor))
    means /= np.maximum(np.bincount(group, minlength=len(factor)), 1)[:, None]
    scaled = (values - means[group]) * np.sqrt(factor)[group][:, None]
    return scaled.T @ scaled


def sums(values: Floats, code: Codes, codes: int) -> Floats:
    """Return the sums of each column of values (n, K) by code, shape (codes, K)."""
    return np.column_stack([np.bincount(code, column, minlength=codes) for column in values.T])
