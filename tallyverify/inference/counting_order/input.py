"""Stations in the order in which they were counted, checked and sorted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.arrays import Codes, Floats, floats, numbers
from tallyverify.errors import InputError
from tallyverify.language import told

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True, eq=False)
class Counted:
    """The stations with a position, sorted by it; shape (n,)."""

    position: Floats
    lead: Floats  # votes of the first less those of the second
    valid: Floats
    area: Codes  # codes from 0
    start: Codes  # where each distinct position begins
    left_out: int  # stations without a position

    def by_area(self, what: Floats) -> Floats:
        """Return the sums of something by area."""
        return np.bincount(self.area, weights=what).astype(np.float64)


def in_order(
    position: ArrayLike, first: ArrayLike, second: ArrayLike, valid: ArrayLike, area: ArrayLike
) -> Counted:
    """Check the stations and sort those that have a position."""
    at, code = floats("position", position, dimensions=1), np.asarray(area)
    votes = {"first": floats("first", first), "second": floats("second", second)}
    votes["valid"] = floats("valid", valid)
    if any(array.shape != at.shape for array in (*votes.values(), code)):
        raise InputError(
            told("position, first, second, valid and area need one entry for each station")
        )
    known = ~np.isnan(at)
    hint = told("leave such stations out")
    one, two, all_valid = (
        numbers(repr(name), np.where(known, array, 0.0), least=0, hint=hint)[known]
        for name, array in votes.items()
    )
    if not all_valid.any():
        raise InputError(told("no station has both a known position and valid votes"))
    at, code = at[known], code[known]
    if code.dtype.kind not in "iu" or code.min() < 0:
        raise InputError(
            told(
                "'area' holds codes that are not whole numbers from 0 on; leave stations of "
                "unknown area out"
            )
        )
    lead = one - two
    # Sorted by all that counts, ties from the loser's side: neither the order of rows nor which
    # candidate is the first can change a rounding.
    order = np.lexsort((lead if lead.sum() >= 0 else -lead, all_valid, code, at))
    at, lead, all_valid, code = at[order], lead[order], all_valid[order], code[order]
    start = np.flatnonzero(np.concatenate(([True], at[1:] != at[:-1])))
    codes = np.unique(code, return_inverse=True)[1]
    return Counted(at, lead, all_valid, codes, start, int((~known).sum()))
