"""Checked input of the ratio estimator: counts by station, codes of strata, numbers of stations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.arrays import Counts, Floats, Mask, counts, floats, numbers
from tallyverify.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


_MOST = 10
_UNREAD = "leave out stations that were not read"


def whole_list(name: str, values: ArrayLike) -> Counts:
    """Return a list of whole numbers from 0 on; shape (n,), n ≥ 1."""
    array = counts(name, np.atleast_1d(floats(name, values)), of="", most=2**53)
    if not array.size:
        raise InputError(f"{name} is empty; give a list")
    return array


def seen_rows(
    y: ArrayLike, x: ArrayLike, stratum: ArrayLike | None, strata: int
) -> tuple[Floats, Floats, Counts]:
    """Return y (n, K), x (n,) and codes (n,), sorted so that the order of rows cannot matter."""
    votes, base = numbers("y", y, least=0, hint=_UNREAD), numbers("x", x, least=0, hint=_UNREAD)
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
        codes = np.zeros(len(base), dtype=np.int64)
    else:
        codes = whole_list("stratum", stratum)
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
