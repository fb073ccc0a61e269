"""Checked input of the ratio estimator: counts by station, codes of strata, numbers of stations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from tallyverify.arrays import Codes, Floats, Mask


_MOST = 10


def numbers(name: str, values: ArrayLike, *, signed: bool = True) -> Floats:
    """Return finite numbers of any shape; from 0 on, unless they may be signed."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{name} cannot be read as numbers ({error}); give plain numbers, none missing"
        ) from None
    wrong = ~np.isfinite(array) if signed else ~(np.isfinite(array) & (array >= 0))
    if wrong.any():
        allowed = "finite numbers" if signed else "finite numbers from 0 on"
        raise InputError(
            f"{name} has {int(wrong.sum()):,} values that cannot stand there, the first "
            f"{array[wrong][0]}; give {allowed}, and leave out stations that were not read"
        )
    return array


def amounts(name: str, values: ArrayLike) -> Floats:
    """Return a list of finite numbers from 0 on, shape (n,), n ≥ 1."""
    array = np.atleast_1d(numbers(name, values, signed=False))
    if array.ndim != 1 or not array.size:
        raise InputError(f"{name} has the shape {array.shape}; give a list, not empty")
    return array


def counts(name: str, values: ArrayLike) -> Codes:
    """Return a list of whole numbers from 0 on, shape (n,), n ≥ 1."""
    array = amounts(name, values)
    wrong = (array != np.floor(array)) | (array >= 2**53)
    if wrong.any():
        raise InputError(f"{name} has {array[wrong][0]}; give whole numbers")
    return array.astype(np.intp)


def seen_rows(
    y: ArrayLike, x: ArrayLike, stratum: ArrayLike | None, strata: int
) -> tuple[Floats, Floats, Codes]:
    """Return y (n, K), x (n,) and codes (n,), sorted so that the order of rows cannot matter."""
    votes, base = numbers("y", y, signed=False), numbers("x", x, signed=False)
    if votes.ndim == 1:
        votes = votes[:, None]
    if base.ndim != 1 or votes.ndim != 2 or len(votes) != len(base) or not votes.size:
        raise InputError(
            f"y has the shape {np.shape(y)} and x {base.shape}; give (n,) or (n, K) and (n,), for "
            "at least one station"
        )
    if stratum is None:
        if strata != 1:
            raise InputError(
                f"stations has {strata} values, but no strata are given; give the code of each "
                "seen station's stratum, or one number of stations"
            )
        codes = np.zeros(len(base), dtype=np.intp)
    else:
        codes = counts("stratum", stratum)
    if codes.shape != base.shape:
        raise InputError(
            f"there are {len(codes)} codes of strata for {len(base)} seen stations; give one each"
        )
    if codes.max() >= strata:
        raise InputError(
            f"the code {codes.max()} has no number of stations; stations has {strata} values, for "
            f"the codes 0 to {strata - 1}"
        )
    order = np.lexsort((*votes.T, base, codes))
    return votes[order], base[order], codes[order]


def codes_of(mask: Mask) -> str:
    """Return the codes at which a mask is set, as a short list."""
    return some_of([str(code) for code in np.flatnonzero(mask)])


def some_of(texts: Sequence[str]) -> str:
    """Return the first ten texts, and how many more there are."""
    more = f" and {len(texts) - _MOST} more" if len(texts) > _MOST else ""
    return ", ".join(texts[:_MOST]) + more
