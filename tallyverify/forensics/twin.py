"""Clean twins: elections with these stations, their turnout and shares, in which chance alone acts.

Each station keeps its registered voters; its turnout and shares are drawn towards those of its
area until only as much is left of its own departure as chance does not explain, and every ballot
is drawn anew. So a twin has the sizes, the heterogeneity and the overdispersion of the table, and
none of what people may have done to single figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.forensics.stations import Stations

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Floats = NDArray[np.float64]

__all__ = ["Twin", "TwinModel", "twin_model"]

_FEWEST = 3
"""An area of fewer stations says too little; the next larger one takes its place."""


@dataclass(frozen=True, eq=False)
class Twin:
    """One clean election: the figures of the stations, in the order of the model."""

    turned_out: Counts
    ballots: Counts
    votes: Counts
    valid: Counts


@dataclass(frozen=True, eq=False)
class TwinModel:
    """What twins are drawn from.

    Attributes
    ----------
    registered, turned_out : ndarray of int, shape (stations,)
        Registered voters where turnout is drawn anew; voters who came where it is not.
    turnout : ndarray of float, shape (stations,)
        Smoothed; NaN where who came is kept, since registered voters are not known.
    shares : ndarray of float, shape (stations, candidates + 1)
        Smoothed shares of the ballots, the last those not valid.
    turnout_kept, shares_kept : float
        How much of a station's own departure from its area is more than chance: 0 to 1.
    """

    registered: Counts
    turned_out: Counts
    turnout: Floats
    shares: Floats
    turnout_kept: float
    shares_kept: float

    def draw(self, seed: int, number: int) -> Twin:
        """Return a clean twin; the same seed and number give the same."""
        rng = np.random.default_rng(np.random.SeedSequence([seed, 0x7417, number]))
        came = self.turned_out.copy()
        known = ~np.isnan(self.turnout)
        came[known] = rng.binomial(self.registered[known], self.turnout[known])
        drawn = rng.multinomial(came, self.shares)
        votes = drawn[:, :-1]
        return Twin(came, came, votes, votes.sum(axis=1))


def twin_model(stations: Stations) -> TwinModel:
    """Smooth the turnout and the shares of stations towards their areas.

    Parameters
    ----------
    stations : Stations
        As they are.

    Returns
    -------
    TwinModel
        What twins are drawn from.

    Notes
    -----
    In an area with mean m, a station's share p becomes m + κ (p - m), with κ² = 1 - df/χ² pooled
    over all areas: the variance that chance alone does not explain stays as it is. Areas with
    fewer than three stations are joined to the next larger one.
    """
    group = _groups(stations)
    known = stations.with_turnout
    turnout = np.full(len(stations), np.nan)
    turnout_kept = 0.0
    registered = np.zeros(len(stations), dtype=np.int64)
    if known.any():
        registered[known] = stations.registered[known].astype(np.int64)
        came = stations.turned_out[known]
        both = np.column_stack([came, registered[known] - came])
        smoothed, turnout_kept = _smoothed(both, group[known])
        turnout[known] = smoothed[:, 0]
    ballots = np.where(stations.with_ballots, stations.ballots, stations.valid)
    shares, shares_kept = _smoothed(
        np.column_stack([stations.votes, ballots - stations.valid]).astype(np.float64), group
    )
    there = np.where(np.isnan(stations.turned_out), ballots, stations.turned_out).astype(np.int64)
    return TwinModel(registered, there, turnout, shares, turnout_kept, shares_kept)


def _groups(stations: Stations) -> Counts:
    """Return the smallest area with enough stations that each station lies in."""
    group = np.zeros(len(stations), dtype=np.int64)
    for codes in stations.areas:
        enough = np.bincount(codes)[codes] >= _FEWEST
        group = np.where(enough, codes + group.max(initial=0) + 1, group)
    found: Counts = np.unique(group, return_inverse=True)[1].astype(np.int64)
    return found


def _smoothed(counts: Floats, group: Counts) -> tuple[Floats, float]:
    """Return the shares of each row, drawn towards those of its group, and how much was kept."""
    size = counts.sum(axis=1)
    group = np.unique(group, return_inverse=True)[1]
    sums = np.column_stack([np.bincount(group, column) for column in counts.T])
    mean = (sums / np.maximum(sums.sum(axis=1, keepdims=True), 1.0))[group]
    own = np.where(size[:, None] > 0, counts / np.maximum(size, 1.0)[:, None], mean)
    apart = own - mean
    with np.errstate(invalid="ignore", divide="ignore"):
        terms = np.where(mean > 0, size[:, None] * apart**2 / mean, 0.0)
    columns = (sums > 0).sum(axis=1) - 1
    df = float(((np.bincount(group) - 1) * np.maximum(columns, 0)).sum())
    chi2 = float(terms.sum())
    kept = np.sqrt(max(0.0, 1.0 - df / chi2)) if chi2 > 0 else 0.0
    shares = np.clip(mean + kept * apart, 0.0, 1.0)
    return shares / shares.sum(axis=1, keepdims=True), float(kept)
