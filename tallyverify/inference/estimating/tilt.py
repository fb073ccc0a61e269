"""Tilt: how differently the unseen must have voted for a declared result to be true.

Of the votes for two candidates, a share p_i of unseen station i is predicted for the first. A tilt
δ moves all log-odds alike: logit p_i(δ) = logit p_i + δ. It is the one-parameter form of missing
not at random of Rotnitzky, Robins & Scharfstein (1998): δ = 0 says that the unseen vote as the
seen of their areas do; exp(δ) is the factor on the odds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit

from tallyverify.arrays import Floats
from tallyverify.errors import InputError
from tallyverify.language import told
from tallyverify.taken import takes_input

LARGEST_TILT = 20.0
"""Beyond this, odds are multiplied by more than 400 million: no tilt reaches the result."""


@dataclass(frozen=True)
class Tilt:
    """The tilt that a result would need.

    Attributes
    ----------
    delta : float
        Log-odds; infinite where no tilt reaches the result.
    odds : float
        exp(delta): the factor on the odds of the first candidate against the second.
    target : float
        Share of the first among the unseen votes for the two, which the result needs; outside
        0 to 1 where it is impossible.
    predicted : float
        The same share as predicted, at tilt zero.
    """

    delta: float
    odds: float
    target: float
    predicted: float

    def __repr__(self) -> str:
        return f"<Tilt: δ = {self.delta:.3f} (odds × {self.odds:.3g})>"


def tilted_share(share: Floats, votes: Floats, delta: float) -> float:
    """Return the first's share of the unseen votes for the two at a tilt; shapes (stations,)."""
    return float(votes @ expit(logit(share) + delta) / votes.sum())


@takes_input
def tilt_to(target: float, share: Floats, votes: Floats) -> Tilt:
    """Return the tilt at which the first candidate has a given share of the unseen votes.

    Parameters
    ----------
    target : float
        Share of the first among the unseen votes for the two that a result needs.
    share, votes : ndarray of float, shape (stations,)
        As in :func:`tilted_share`.

    Returns
    -------
    Tilt
        With an infinite ``delta`` where the target is not strictly between 0 and 1, or where no
        tilt up to :data:`LARGEST_TILT` reaches it.

    Raises
    ------
    InputError
        If there are no unseen votes to tilt.

    Examples
    --------
    >>> tilt_to(0.75, np.array([0.5, 0.5]), np.array([100.0, 50.0]))
    <Tilt: δ = 1.099 (odds × 3)>
    >>> tilt_to(1.4, np.array([0.5]), np.array([100.0])).delta
    inf
    """
    total = float(votes.sum())
    if np.isnan(target):
        raise InputError(told("the target is not a number; give a share"))
    if not np.isfinite(total) or total <= 0:
        raise InputError(told("there are no unseen votes for the two candidates, so none to tilt"))
    inside = np.clip(share, 1e-6, 1 - 1e-6)
    predicted = tilted_share(inside, votes, 0.0)

    def gap(delta: float) -> float:
        return tilted_share(inside, votes, delta) - target

    if gap(-LARGEST_TILT) >= 0:
        delta = -np.inf
    elif gap(LARGEST_TILT) <= 0:
        delta = np.inf
    else:
        delta = float(brentq(gap, -LARGEST_TILT, LARGEST_TILT, xtol=1e-10))
    with np.errstate(over="ignore"):
        odds = float(np.exp(delta))
    return Tilt(float(delta), odds, float(target), predicted)
