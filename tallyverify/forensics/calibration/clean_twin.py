"""Clean twins: elections with these stations, their turnout and shares, in which chance alone acts.

Each station keeps its registered voters; its turnout and shares are drawn towards those of its
area until only as much is left of its own departure as chance does not explain, and every ballot
is drawn anew. So a twin has the sizes, the heterogeneity and the overdispersion of the table, and
none of what people may have done to single figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from tallyverify.arrays import Counts, Floats
from tallyverify.draws import binomial, chain_of, multinomial, stream
from tallyverify.forensics.stations import Stations

_FEWEST = 2  # a station alone in its area says nothing of it; the next larger area takes its place


@dataclass(frozen=True, eq=False)
class CleanTwin:
    """One clean election, in which whoever came has cast a ballot; stations as in the model."""

    ballots: Counts
    votes: Counts  # (stations, candidates); 0 for a candidate that is not drawn apart
    valid: Counts  # with the votes of those
    drawn: tuple[int, int] = (0, 0)  # seed and number, for whoever draws more for this twin


@dataclass(frozen=True, eq=False)
class TwinModel:
    """What twins are drawn from, by station."""

    registered: Counts
    turned_out: Counts  # who came, where turnout is not drawn anew
    turnout: Floats  # smoothed; NaN where it is not drawn, since registered voters are not known
    shares: Floats  # (stations, drawn + 1), smoothed shares of the ballots; last those not valid
    columns: tuple[int, ...]  # drawn apart; one share more for all others, if there are any
    candidates: int
    # (2, levels + 1, columns): how much of a departure is more than chance, 0 to 1; first of a
    # station from its area, by the area's level (the whole, then from the largest), then of the
    # areas of a level from the area they lie in.
    turnout_kept: Floats
    shares_kept: Floats

    @cached_property
    def _chain(self) -> Floats:
        return chain_of(self.shares)

    def draw(self, seed: int, number: int) -> CleanTwin:
        """Return a clean twin; the same seed and number give the same."""
        rng = stream(seed, 0x7417, number)
        came = self.turned_out.copy()
        known = ~np.isnan(self.turnout)
        came[known] = binomial(rng, self.registered[known], self.turnout[known])
        drawn = multinomial(rng, came, self._chain)
        votes = np.zeros((len(came), self.candidates), dtype=np.int64)
        votes[:, self.columns] = drawn[:, : len(self.columns)]
        return CleanTwin(came, votes, came - drawn[:, -1], (seed, number))

    def of(self, columns: Sequence[int]) -> TwinModel:
        """Return a model that draws these candidates apart, and all others as one."""
        rest = [k for k in range(self.candidates) if k not in columns]
        others = self.shares[:, rest].sum(axis=1, keepdims=True)
        apart = self.shares[:, list(columns)]
        shares = np.hstack([apart, *([others] if rest else []), self.shares[:, -1:]])
        return replace(self, shares=shares, columns=tuple(columns))


def twin_model(stations: Stations) -> TwinModel:
    """Smooth the turnout and the shares of stations towards their areas."""
    # In an area with mean m, a station's share p becomes m + κ (p - m), with κ² = 1 - df/χ² pooled
    # over all areas of its level: the variance that chance alone does not explain stays as it is.
    # m itself is drawn so towards the mean of the area above it, since a centre of two stations has
    # the chance of both in its mean, and so on upwards. Each candidate has a κ of its own: small
    # ones are often the more uneven. A station alone in its area is joined to others like it in the
    # next larger one, whose κ is another, since these differ by place and not only by voters.
    group, level = not_alone(stations.areas, len(stations))
    known = stations.with_turnout
    turnout = np.full(len(stations), np.nan)
    turnout_kept = np.zeros((2, len(stations.areas) + 1, 2))
    registered = np.zeros(len(stations), dtype=np.int64)
    if known.any():
        registered[known] = stations.registered[known].astype(np.int64)
        came = stations.turned_out[known]
        both = np.column_stack([came, registered[known] - came])
        areas = [codes[known] for codes in stations.areas]
        shares, turnout_kept = smoothed(both, group[known], level[known], areas)
        turnout[known] = shares[:, 0]
    ballots = stations.shared
    counts = np.column_stack([stations.votes, ballots - stations.valid]).astype(np.float64)
    shares, shares_kept = smoothed(counts, group, level, stations.areas)
    # As many ballots as the tests take shares of: more where more signed, fewer nowhere.
    there = np.fmax(stations.turned_out, ballots).astype(np.int64)
    every = tuple(range(len(stations.candidates)))
    return TwinModel(
        registered, there, turnout, shares, every, len(every), turnout_kept, shares_kept
    )


def not_alone(areas: Sequence[Counts], stations: int) -> tuple[Counts, Counts]:
    """Return the smallest area in which a station is not left alone, and the level of that area."""
    group = np.zeros(stations, dtype=np.int64)
    level = np.zeros(stations, dtype=np.int64)
    left = np.ones(stations, dtype=bool)
    for depth in range(len(areas), 0, -1):
        codes = areas[depth - 1]
        others = np.bincount(codes[left], minlength=int(codes.max(initial=0)) + 1)[codes]
        here = left & (others >= _FEWEST)
        group[here] = codes[here] + group.max(initial=0) + 1
        level[here] = depth
        left &= ~here
    return np.unique(group, return_inverse=True)[1].astype(np.int64), level


def smoothed(
    counts: Floats, group: Counts, level: Counts, areas: Sequence[Counts]
) -> tuple[Floats, Floats]:
    """Return the shares of each row, drawn towards those of its areas, and how much was kept."""
    own, of_group = _shares(counts), _shares(_sums(counts, group))[group]
    kept = np.zeros((2, len(areas) + 1, counts.shape[1]))
    drawn = of_group.copy()
    above = np.zeros(len(counts), dtype=np.int64)
    mean = _shares(_sums(counts, above))[above]
    drawn_above = mean
    for depth in range(len(areas) + 1):
        here = level == depth
        kept[0, depth] = _kept(counts[here], group[here])
        if depth:
            codes = areas[depth - 1]
            names, first = np.unique(codes, return_index=True)
            sums = _sums(counts, codes)
            kept[1, depth] = _kept(sums[names], above[first])
            drawn[here] = (drawn_above + kept[1, depth] * (of_group - mean))[here]
            inside = _shares(sums)[codes]
            drawn_above = drawn_above + kept[1, depth] * (inside - mean)
            above, mean = codes, inside
    shares = np.clip(drawn + kept[0, level] * (own - of_group), 0.0, 1.0)
    return shares / shares.sum(axis=1, keepdims=True), kept


def _kept(counts: Floats, area: Counts) -> Floats:
    """Return κ by column: the departures of rows from their areas that chance does not explain."""
    area = np.unique(area, return_inverse=True)[1]
    share = _shares(_sums(counts, area))
    mean, size = share[area], counts.sum(axis=1)[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        terms = np.where(mean > 0, (counts - size * mean) ** 2 / (size * mean), 0.0)
    # By column a term is (1 - mean) on average, and one degree of freedom goes to the mean.
    chi2 = np.where(size > 0, terms, 0.0).sum(axis=0)
    df = ((np.bincount(area) - 1) @ np.where(share > 0, 1 - share, 0.0)) if len(area) else 0.0
    kept: Floats = np.sqrt(np.maximum(1.0 - df / np.where(chi2 > 0, chi2, np.inf), 0.0))
    kept[chi2 <= 0] = 0.0
    return kept


def _sums(counts: Floats, codes: Counts) -> Floats:
    return np.column_stack([np.bincount(codes, column) for column in counts.T])


def _shares(counts: Floats) -> Floats:
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0))
