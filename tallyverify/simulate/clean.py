"""A clean election with real structure: what honest tally sheets of a country look like.

Areas are nested in areas and voters dealt at random to the stations of a centre; turnout and
shares are logistic-normal, one deviation per area and level (Aitchison & Shen 1980). Sheets of one
centre differ a little more than by chance: χ²/df ≈ 1.2, as in genuine sheets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np

from tallyverify.arrays import Counts
from tallyverify.draws import binomial, chain_of, multinomial, streams
from tallyverify.errors import InputError, listed
from tallyverify.language import told
from tallyverify.records import Candidate, Contest, Declared, Line
from tallyverify.simulate.bulletin import bulletin_of
from tallyverify.simulate.hide import hide_stations
from tallyverify.simulate.structure import (
    BRANCHING,
    SIZES,
    area_names,
    as_table,
    deal,
    log_rates,
    nest,
)
from tallyverify.table import ActaTable, Registry
from tallyverify.taken import takes_input

_SHARES = MappingProxyType({"A": 0.48, "B": 0.43, "C": 0.09})
_DEVIATIONS = MappingProxyType({"state": 0.3, "municipality": 0.35, "parish": 0.25, "centre": 0.4})
_TURNOUT_DEVIATIONS = MappingProxyType(
    {"state": 0.15, "municipality": 0.15, "parish": 0.15, "centre": 0.2}
)
_LINES = ("registered", "ballots", "valid", "null", "blank")


@dataclass(frozen=True, eq=False)
class SimulatedElection:
    """An election of which everything is known.

    Attributes
    ----------
    contest : Contest
        What was voted on.
    table : ActaTable
        Every acta: levels, registered, ballots, valid, null, blank and votes by candidate.
    registry : Registry
        Every station with its areas and registered voters.
    seed : int
        What it was drawn with.

    Examples
    --------
    >>> election = clean_election(stations=100, seed=1)
    >>> partial, final = election.declared(partial=0.8).bulletins
    >>> partial.of({}).stations, final.of({}).stations
    (80, 100)
    >>> final.of({}).votes["A"] == election.truth["A"]
    True
    """

    contest: Contest
    table: ActaTable
    registry: Registry
    seed: int

    @cached_property
    def truth(self) -> dict[str, int]:
        """Sum of each line and candidate over all stations."""
        return {name: int(self.table.figure(name)[0].sum()) for name in self.table.figures}

    def declared(
        self,
        authority: str = "Simulated authority",
        *,
        by: Sequence[str] = ("state",),
        partial: float | None = None,
        issued: Sequence[str] = ("2030-05-05", "2030-05-07"),
    ) -> Declared:
        """Return a declared result that is the sum of the sheets.

        Parameters
        ----------
        authority : str
            Who declares.
        by : sequence of str
            Levels for whose areas the final bulletin declares results, besides the whole.
        partial : float, optional
            Share of the stations, drawn at random, that an earlier bulletin holds.
        issued : sequence of two str
            Dates of the partial and of the final bulletin.
        """
        stations = len(self.table)
        final = bulletin_of(self.table, id="final", issued=issued[1], by=by, stations=stations)
        bulletins = [final]
        if partial is not None:
            held = hide_stations(self.table, 1 - partial, seed=self.seed)
            first = bulletin_of(held, id="partial", issued=issued[0], stations=stations)
            bulletins = [first, final]
        return Declared(
            authority=authority,
            stations=stations,
            registered=self.registry.registered or None,
            bulletins=tuple(bulletins),
        )


@takes_input
def clean_election(
    *,
    stations: int = 1000,
    seed: int,
    shares: Mapping[str, float] = _SHARES,
    contest: Contest | None = None,
    sizes: Counts = SIZES,
    branching: Mapping[str, float] = BRANCHING,
    turnout: float = 0.7,
    turnout_deviations: Mapping[str, float] = _TURNOUT_DEVIATIONS,
    share_deviations: Mapping[str, float] = _DEVIATIONS,
    null: float = 0.01,
    blank: float = 0.01,
    overdispersion: float = 1.2,
) -> SimulatedElection:
    """Simulate an election in which nothing is wrong.

    Parameters
    ----------
    stations : int
        How many.
    seed : int
        Same seed, same election.
    shares : mapping of str to float
        Central share of each candidate; scaled to sum to one.
    contest : Contest, optional
        Its candidates must be those of ``shares``, its levels those of ``branching``.
    sizes : ndarray of int
        Registered voters of real stations, to resample from.
    branching : mapping of str to float
        Levels from the largest, with the mean number of the next smaller unit in one area; an area
        of the smallest level (a centre) holds stations.
    turnout : float
        Central turnout, between 0 and 1.
    turnout_deviations : mapping of str to float
        By level, standard deviation of the log-odds of voting.
    share_deviations : mapping of str to float
        By level, standard deviation of the log-odds of two candidates.
    null, blank : float
        Probability that a ballot is null, or blank.
    overdispersion : float
        χ²/df of the station × candidate table within centres; 1 is purely random dealing.

    Returns
    -------
    SimulatedElection
        The sheets, the register and the truth.

    Raises
    ------
    InputError
        If a share, probability or mean is out of range, or the contest does not fit.

    References
    ----------
    J. Aitchison and S. M. Shen (1980), Logistic-normal distributions, Biometrika 67:261.
    J. E. Mosimann (1962), On the compound multinomial distribution, Biometrika 49:65.

    Examples
    --------
    >>> election = clean_election(stations=200, seed=1)
    >>> election.table
    <ActaTable 'simulated': 200 actas, 3 vote columns, 5 lines, 4 levels>
    >>> truth = election.truth
    >>> truth["A"] + truth["B"] + truth["C"] == truth["valid"] <= truth["registered"]
    True
    """
    _check(shares, sizes, turnout, null, blank)
    contest = contest or Contest(
        id="simulated",
        levels=tuple(branching),
        candidates=tuple(Candidate(id=name) for name in shares),
        lines=tuple(Line(id=name) for name in _LINES),
    )
    if contest.candidate_ids != tuple(shares) or contest.levels != tuple(branching):
        raise InputError(
            told("the contest does not fit the shares or the branching"),
            found=_candidates_and_levels(contest.candidate_ids, contest.levels),
            expected=_candidates_and_levels(shares, branching),
        )
    for_areas, for_sizes, for_turnout, for_shares, for_ballots, for_votes = streams(seed, 6)
    areas = nest(stations, branching, for_areas)
    registered = for_sizes.choice(sizes, size=stations).astype(np.int64)

    odds = log_rates(areas, turnout_deviations, 1, for_turnout)[:, 0]
    chance = 1 / (1 + (1 - turnout) / turnout * np.exp(-odds))
    ballots = binomial(for_ballots, registered, chance)
    kinds = multinomial(for_ballots, ballots, chain_of(np.array([1 - null - blank, null, blank])))
    valid = kinds[:, 0]

    centre = np.array(list(shares.values())) * np.exp(
        log_rates(areas, share_deviations, len(shares), for_shares)
    )
    votes = multinomial(for_votes, valid, chain_of(deal(valid, centre, overdispersion, for_votes)))

    lines = dict(zip(_LINES, [registered, ballots, *kinds.T], strict=True))
    counts = {name: votes[:, k] for k, name in enumerate(shares)}
    table = as_table({**area_names(areas), **lines, **counts}, contest, "(simulated)")
    registry = Registry(frame=table.frame[["station", *contest.levels, "registered"]])
    return SimulatedElection(contest, table, registry, seed)


def _check(
    shares: Mapping[str, float],
    sizes: Counts,
    turnout: float,
    null: float,
    blank: float,
) -> None:
    said = told(
        "shares {shares}, turnout {turnout}, null {null}, blank {blank}",
        shares=str(dict(shares)),
        turnout=str(turnout),
        null=str(null),
        blank=str(blank),
    )
    if not shares or min(shares.values()) <= 0 or not 0 < turnout < 1:
        raise InputError(told("shares are above 0, and turnout is between 0 and 1"), found=said)
    if min(null, blank) < 0 or null + blank >= 1:
        what = told("null and blank are probabilities that leave valid votes")
        raise InputError(what, found=said)
    if len(sizes) == 0 or np.min(sizes) < 1:
        raise InputError(told("sizes to resample from are numbers of voters, at least 1"))


def _candidates_and_levels(candidates: Iterable[str], levels: Iterable[str]) -> str:
    return told(
        "candidates {candidates}; levels {levels}",
        candidates=listed(candidates),
        levels=listed(levels),
    )
