"""Checked input of the ratio estimator: counts by station, codes of strata, numbers of stations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.arrays import Counts, Floats, Mask, counts, floats, numbers
from tallyverify.errors import InputError
from tallyverify.language import enumerated, number, told

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


_MOST = 10
_UNREAD = told("leave out stations that were not read")


def whole_list(name: str, values: ArrayLike) -> Counts:
    """Return a list of whole numbers from 0 on; shape (n,), n ≥ 1."""
    array = counts(name, np.atleast_1d(floats(name, values)), of="", most=2**53)
    if not array.size:
        raise InputError(told("{name} is empty; give a list", name=name))
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
            told(
                "y has the shape {y} and x {x}; give (n,) or (n, K) and (n,), for at least one "
                "station",
                y=str(np.shape(y)),
                x=str(base.shape),
            )
        )
    if stratum is None:
        if strata != 1:
            raise InputError(
                told(
                    "stations has {values} values, but no strata are given; give the code of each "
                    "seen station's stratum, or one number of stations",
                    values=number(strata),
                )
            )
        codes = np.zeros(len(base), dtype=np.int64)
    else:
        codes = whole_list("stratum", stratum)
    if codes.shape != base.shape:
        raise InputError(
            told(
                "there are {codes} codes of strata for {stations} seen stations; give one each",
                codes=number(len(codes)),
                stations=number(len(base)),
            )
        )
    if codes.max() >= strata:
        raise InputError(
            told(
                "the code {code} has no number of stations; stations has {values} values, for the "
                "codes 0 to {last}",
                code=str(codes.max()),
                values=number(strata),
                last=str(strata - 1),
            )
        )
    order = np.lexsort((*votes.T, base, codes))
    return votes[order], base[order], codes[order]


def codes_of(mask: Mask) -> str:
    """Return the codes at which a mask is set, as a short list."""
    return some_of([str(code) for code in np.flatnonzero(mask)])


def some_of(texts: Sequence[str], most: int = _MOST) -> str:
    """Return the first of some texts, and how many more there are."""
    first = enumerated(texts[:most])
    if len(texts) <= most:
        return first
    return told("{names} and {more} more", names=first, more=number(len(texts) - most))
