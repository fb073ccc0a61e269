"""The structure of a real election: what a simulated one must share with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from tallyverify.arrays import Counts, Floats, Mask
from tallyverify.errors import printable
from tallyverify.records import Candidate, Contest, Line
from tallyverify.simulate.moments import (
    logit_normal,
    nested_covariances,
    normal_covariances,
    with_variances,
)
from tallyverify.simulate.observed import observed, successive, within
from tallyverify.table import ActaTable
from tallyverify.taken import takes_input

STATION = "station"
"""Name of the deviation that is each station's own, among those by level."""

TURNOUT = "turnout"
"""Name of turnout, among the successive log-odds."""

DEALT = 2.0
"""χ²/df up to which the voters of a smallest area are taken to have been dealt to its stations."""


def dealt(dispersion: Floats, nested: bool) -> Mask:
    """Return where χ²/df says that voters were dealt; with areas, so does no pair of stations."""
    return (dispersion <= DEALT) | (np.isnan(dispersion) & nested)


@dataclass(frozen=True, eq=False, repr=False)
class Structure:
    """What a simulated election shares with a real one: sizes, nesting, levels and variation.

    Nobody's name is in it: areas are numbers, stations stand in an order of their areas.

    Attributes
    ----------
    contest : Contest
        For simulated sheets: the real levels and ids of candidates, with lines that add up.
    registered : ndarray of int, shape (stations,)
        Voters on the list; 0 where not known, or fewer than the ballots (special booths).
    ballots : ndarray of int, shape (stations,)
        Ballots as counted; a simulation keeps them where ``registered`` is 0.
    areas : mapping of str to ndarray of int, shape (stations,)
        By level, codes from 0 that never fall; nested.
    turnout : float
        Of all stations with a list; NaN if there is none.
    shares : mapping of str to float
        Share of each candidate in all votes.
    null, blank : float
        Probability that a ballot is null, or blank.
    odds : tuple of str
        The successive log-odds that vary: ``turnout``, then each candidate (from the largest, but
        for the last) against all those after it.
    centre : ndarray, shape (odds,)
        Means of the log-odds.
    spread : mapping of str to ndarray, shape (odds, odds)
        By level, and for the ``station`` itself, covariance of the deviations of the log-odds.
    dispersion : ndarray, shape (odds,)
        χ²/df of each of the log-odds between the stations of a smallest area; NaN where no two
        stations share one.
    left_out : mapping of str to int
        Sheets not used, by reason.
    """

    contest: Contest
    registered: Counts
    ballots: Counts
    areas: Mapping[str, Counts]
    turnout: float
    shares: Mapping[str, float]
    null: float
    blank: float
    odds: tuple[str, ...]
    centre: Floats
    spread: Mapping[str, Floats]
    dispersion: Floats
    left_out: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.registered)

    @property
    def overdispersion(self) -> float:
        """χ²/df of the largest candidate against all others within the smallest areas."""
        return float(self.dispersion[1]) if len(self.dispersion) > 1 else float("nan")

    @property
    def dealt(self) -> Mask:
        """Which of the log-odds are as if voters were dealt to the stations: χ²/df at most 2."""
        return dealt(self.dispersion, bool(self.areas))

    def deviations(self, odds: str) -> dict[str, float]:
        """Return the standard deviation of one of the log-odds, by level and of the station.

        Parameters
        ----------
        odds : str
            One of ``odds``.
        """
        place = self.odds.index(odds)
        return {level: float(np.sqrt(part[place, place])) for level, part in self.spread.items()}

    def __repr__(self) -> str:
        levels = ", ".join(f"{int(codes[-1]) + 1:,} {level}" for level, codes in self.areas.items())
        return printable(
            f"<Structure: {len(self):,} stations, {len(self.shares)} candidates, "
            f"areas: {levels or 'none'}; turnout {self.turnout:.3f}, "
            f"chi2/df {self.overdispersion:.2f}>"
        )


@takes_input
def structure_of(table: ActaTable) -> Structure:
    """Estimate the structure of an election from its sheets.

    Parameters
    ----------
    table : ActaTable
        Real actas, or simulated ones. Sheets that say nothing, or of which a count of votes was
        not read, are not used.

    Returns
    -------
    Structure
        The same whatever the order of the rows.

    Raises
    ------
    InputError
        If fewer than two sheets can be used, or a candidate has no column.

    Notes
    -----
    *Log-odds.* Turnout is the log-odds of a registered voter's ballot. Shares are successive
    log-odds: the largest candidate against all others, the next against those after it, and so on;
    like any log-ratios they say the shares in full, and each is a plain binomial question, so that
    counting noise p(1 − p)/n can be taken off exactly and a candidate without a vote in a station
    is no obstacle.

    *Components.* Each of the log-odds has a normal deviation per area of every level, and one per
    station, correlated with those of the others. Variances are those with which the *proportions*
    vary as the real ones do (see :mod:`tallyverify.simulate.moments`).

    *Within the smallest areas.* Where χ²/df is at most 2, voters are taken to have been dealt to
    the stations of a centre: what is above 1 is overdispersion, which shrinks with the number of
    voters. Where it is more, stations have deviations of their own, of the variance that gives
    this χ²/df. Small stations often differ more than that; this counts as their areas' deviation.

    *Not kept.* Deviations are normal, so a country of two kinds of regions comes out with one
    broad kind; sizes say nothing of shares; null and blank ballots are equally likely everywhere.
    A clean simulation of an election that was not clean has its spread, not its peaks.

    Examples
    --------
    >>> from tallyverify.simulate import clean_election
    >>> found = structure_of(clean_election(stations=3000, seed=1).table)
    >>> found.odds, round(found.overdispersion, 2), found.dealt.tolist()
    (('turnout', 'A', 'B'), 1.26, [True, True, True])
    """
    seen = observed(table)
    votes, registered, ballots, areas = seen.votes, seen.registered, seen.ballots, seen.areas
    names = table.contest.candidate_ids
    largest = np.argsort(-votes.sum(axis=0), kind="stable")
    counted, possible = successive(votes[:, largest], ballots, registered)
    dispersion, own = within(counted, possible, areas[-1] if areas else np.zeros_like(registered))
    as_dealt = dealt(dispersion, bool(areas))
    factor = np.where(as_dealt, np.fmax(dispersion, 1.0), 1.0)
    mean, covariances = _covariances(counted, possible, factor, areas)
    place = np.arange(len(mean))
    centre, deviation = logit_normal(mean, covariances[-1, place, place])
    parts = normal_covariances(covariances, centre, deviation)
    if areas:
        rest = parts[-2] + parts[-1]
        own = np.where(as_dealt, 0.0, np.minimum(own, np.diag(rest)))
        parts[-1] = with_variances(parts[-1], own)
        parts[-2] = with_variances(rest, np.diag(rest) - own)

    listed = registered > 0
    sums = votes.sum(axis=0)
    return Structure(
        contest=_contest(table, bool(listed.any())),
        registered=registered,
        ballots=ballots,
        areas=MappingProxyType(dict(zip(table.levels, areas, strict=True))),
        turnout=float(ballots[listed].sum() / registered[listed].sum()) if listed.any() else np.nan,
        shares=MappingProxyType(dict(zip(names, (sums / sums.sum()).tolist(), strict=True))),
        null=seen.null,
        blank=seen.blank,
        odds=(TURNOUT, *(names[k] for k in largest[:-1])),
        centre=centre,
        spread=MappingProxyType(dict(zip((*table.levels, STATION), parts, strict=True))),
        dispersion=dispersion,
        left_out=MappingProxyType(seen.left_out),
    )


def _covariances(
    counted: Counts, possible: Counts, factor: Floats, areas: tuple[Counts, ...]
) -> tuple[Floats, Floats]:
    size = np.where(possible > 1, possible, np.nan)
    share = np.nan_to_num(counted / size)
    noise = np.nan_to_num(factor * share * (1 - share) / (size - 1))
    known = np.where(possible > 1, possible, 0).astype(float)
    middle = counted.sum(axis=0) / np.maximum(possible.sum(axis=0), 1)
    half = np.full(counted.shape[1], 50.0)
    for _ in range(2):
        # A station counts less where its own noise is above what stations really vary by.
        weights = known / (known + half)
        mean, covariances = nested_covariances(share, weights, noise, areas)
        real = np.maximum(np.diag(covariances[-1]), 1e-9)
        half = np.clip(middle * (1 - middle) / real, 5.0, 5000.0)
    return mean, covariances


def _contest(table: ActaTable, listed: bool) -> Contest:
    real, signed = table.contest, "signed" in table.lines
    extra: tuple[Any, ...] = (*(["registered"] * listed), *(["signed"] * signed))
    lines = (*extra, "ballots", "valid", "null", "blank")
    return Contest(
        id=f"simulated-like-{real.id}",
        levels=table.levels,
        candidates=tuple(Candidate(id=name) for name in real.candidate_ids),
        lines=tuple(Line(id=name) for name in lines),
    )
