"""The seen stations that come nearest to what the unseen would have to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tallyverify.arrays import Floats


@dataclass(frozen=True)
class MostFavourable:
    """The seen stations that come nearest to what the unseen would have to be."""

    stations: int  # the fewest with the highest shares that together hold as many votes
    share: float  # of their valid votes; the last one counts in part


def most_favourable(votes: Floats, valid: Floats, amount: float) -> MostFavourable | None:
    """Return the seen stations that give a candidate most of an amount of votes, if enough."""
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
