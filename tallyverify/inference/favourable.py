"""The seen stations that come nearest to what the unseen would have to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tallyverify.arrays import Floats


@dataclass(frozen=True)
class MostFavourable:
    """The seen stations that come nearest to what the unseen would have to be.

    Attributes
    ----------
    stations : int
        The fewest of those with the highest share that together hold as many votes.
    share : float
        The candidate's share of their valid votes; the last one counts in part.
    """

    stations: int
    share: float


def most_favourable(votes: Floats, valid: Floats, amount: float) -> MostFavourable | None:
    """Return the seen stations most favourable to a candidate that hold an amount of votes.

    Parameters
    ----------
    votes, valid : ndarray, shape (stations,)
        The candidate's votes and all valid votes of the seen stations.
    amount : float
        Valid votes that they have to hold together.

    Returns
    -------
    MostFavourable or None
        None where all seen stations together hold fewer.

    Examples
    --------
    >>> most_favourable(np.array([9.0, 5.0, 1.0]), np.array([10.0, 10.0, 10.0]), 20)
    MostFavourable(stations=2, share=0.7)
    """
    some = valid > 0
    votes, valid = votes[some], valid[some]
    if amount <= 0 or valid.sum() < amount:
        return None
    order = np.lexsort((votes, valid, -votes / valid))
    held = np.cumsum(valid[order])
    last = int(np.searchsorted(held, amount))
    before = float(held[last - 1]) if last else 0.0
    part = (amount - before) / valid[order][last]
    total = votes[order][:last].sum() + part * votes[order][last]
    return MostFavourable(last + 1, float(total / amount))
