"""Clean twins: elections with these stations, their turnout and shares, in which chance alone acts.

Each station keeps its registered voters; its turnout and shares are drawn towards those of its
area until only as much is left of its own departure as chance does not explain, and every ballot
is drawn anew. So a twin has the sizes, the heterogeneity and the overdispersion of the table, and
none of what people may have done to single figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.forensics.stations import Stations

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Floats = NDArray[np.float64]

__all__ = ["Twin", "TwinModel", "twin_model"]

_FEWEST = 2
"""A station alone in its area says nothing of it; the next larger area takes its place."""


@dataclass(frozen=True, eq=False)
class Twin:
    """One clean election: the figures of the stations, in the order of the model.

    Candidates that are not drawn apart have no votes of their own; ``valid`` holds theirs.
    """

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
    shares : ndarray of float, shape (stations, drawn + 1)
        Smoothed shares of the ballots, the last those not valid.
    columns : tuple of int
        Candidates that are drawn apart; one column more for all others together, if there are any.
    candidates : int
        How many candidates there are.
    turnout_kept, shares_kept : ndarray of float, shape (levels + 1, columns)
        How much of a station's own departure from its area is more than chance, 0 to 1: by the
        level of that area (first the whole, then from the largest), and by column of the shares.
    """

    registered: Counts
    turned_out: Counts
    turnout: Floats
    shares: Floats
    columns: tuple[int, ...]
    candidates: int
    turnout_kept: Floats
    shares_kept: Floats

    def draw(self, seed: int, number: int) -> Twin:
        """Return a clean twin; the same seed and number give the same."""
        rng = np.random.default_rng(np.random.SeedSequence([seed, 0x7417, number]))
        came = self.turned_out.copy()
        known = ~np.isnan(self.turnout)
        came[known] = rng.binomial(self.registered[known], self.turnout[known])
        drawn = rng.multinomial(came, self.shares)
        votes = np.zeros((len(came), self.candidates), dtype=np.int64)
        votes[:, self.columns] = drawn[:, : len(self.columns)]
        return Twin(came, came, votes, came - drawn[:, -1])

    def of(self, columns: Sequence[int]) -> TwinModel:
        """Return a model that draws these candidates apart, and all others as one."""
        rest = [k for k in range(self.candidates) if k not in columns]
        others = self.shares[:, rest].sum(axis=1, keepdims=True)
        apart = self.shares[:, list(columns)]
        shares = np.hstack([apart, *([others] if rest else []), self.shares[:, -1:]])
        return replace(self, shares=shares, columns=tuple(columns))


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
    over all areas of its level: the variance that chance alone does not explain stays as it is.
    Each candidate has a κ of its own, since small ones are often the more uneven. A station alone
    in its area is joined to others like it in the next larger one, whose κ is another, since these
    differ by place and not only by voters.
    """
    group, level = _groups(stations)
    known = stations.with_turnout
    turnout = np.full(len(stations), np.nan)
    depth = len(stations.areas)
    turnout_kept = np.zeros((depth + 1, 2))
    registered = np.zeros(len(stations), dtype=np.int64)
    if known.any():
        registered[known] = stations.registered[known].astype(np.int64)
        came = stations.turned_out[known]
        both = np.column_stack([came, registered[known] - came])
        smoothed, turnout_kept = _smoothed(both, group[known], level[known], depth)
        turnout[known] = smoothed[:, 0]
    ballots = np.where(stations.with_ballots, stations.ballots, stations.valid)
    shares, shares_kept = _smoothed(
        np.column_stack([stations.votes, ballots - stations.valid]).astype(np.float64),
        group,
        level,
        depth,
    )
    there = np.where(np.isnan(stations.turned_out), ballots, stations.turned_out).astype(np.int64)
    every = tuple(range(len(stations.candidates)))
    return TwinModel(
        registered, there, turnout, shares, every, len(every), turnout_kept, shares_kept
    )


def _groups(stations: Stations) -> tuple[Counts, Counts]:
    """Return the smallest area in which a station is not left alone, and the level of that area."""
    group = np.zeros(len(stations), dtype=np.int64)
    level = np.zeros(len(stations), dtype=np.int64)
    left = np.ones(len(stations), dtype=bool)
    for depth in range(len(stations.areas), 0, -1):
        codes = stations.areas[depth - 1]
        others = np.bincount(codes[left], minlength=int(codes.max(initial=0)) + 1)[codes]
        here = left & (others >= _FEWEST)
        group[here] = codes[here] + group.max(initial=0) + 1
        level[here] = depth
        left &= ~here
    return np.unique(group, return_inverse=True)[1].astype(np.int64), level


def _smoothed(counts: Floats, group: Counts, level: Counts, depth: int) -> tuple[Floats, Floats]:
    """Return the shares of each row, drawn towards those of its group, and how much was kept."""
    size = counts.sum(axis=1)
    group = np.unique(group, return_inverse=True)[1]
    sums = np.column_stack([np.bincount(group, column) for column in counts.T])
    share = sums / np.maximum(sums.sum(axis=1, keepdims=True), 1.0)
    mean = share[group]
    own = np.where(size[:, None] > 0, counts / np.maximum(size, 1.0)[:, None], mean)
    apart = own - mean
    with np.errstate(invalid="ignore", divide="ignore"):
        terms = np.where(mean > 0, size[:, None] * apart**2 / mean, 0.0)
    # By column a term is (1 - mean) on average, and one degree of freedom goes to the mean.
    rows = np.bincount(group)
    free = np.where(share > 0, (rows - 1)[:, None] * (1 - share), 0.0)
    level_of = np.zeros(len(rows), dtype=np.int64)
    level_of[group] = level
    chi2, df = (
        np.column_stack([np.bincount(at, column, depth + 1) for column in of.T])
        for at, of in ((level, terms), (level_of, free))
    )
    kept: Floats = np.sqrt(np.maximum(1.0 - df / np.where(chi2 > 0, chi2, np.inf), 0.0))
    kept[chi2 <= 0] = 0.0
    shares = np.clip(mean + kept[level] * apart, 0.0, 1.0)
    return shares / shares.sum(axis=1, keepdims=True), kept
