"""Estimates within what is known: not below the votes counted, nor beyond the room for others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.inference.prediction.unseen_totals import Predicted

if TYPE_CHECKING:
    from tallyverify.arrays import Floats


def within_room(
    totals: Predicted, shares: Predicted, seen: Floats, most: Floats | float
) -> tuple[Predicted, Predicted]:
    """Keep estimates of votes (…, K + 1) and shares (…, K) within what is known.

    The unseen hold no less than no vote of each candidate, and together no more than ``most`` (…),
    infinite where that is not known; what is beyond is taken from all in proportion. ``seen`` are
    the votes counted (…, K). Errors stay as they are.
    """
    unseen = totals.estimate[..., :-1] - seen
    held = np.maximum(unseen, 0.0)
    every = held.sum(axis=-1)
    part = np.divide(most, every, out=np.ones_like(every), where=every > most)
    held = held * part[..., None]
    moved = (held != unseen).any(axis=-1)[..., None]
    if not moved.any():
        return totals, shares
    votes = seen + held
    valid = votes.sum(axis=-1, keepdims=True)
    share = np.divide(votes, valid, out=np.zeros_like(votes), where=valid > 0)
    return (
        replace(totals, estimate=np.where(moved, np.append(votes, valid, -1), totals.estimate)),
        replace(shares, estimate=np.where(moved, share, shares.estimate)),
    )
