"""A clean election with the structure of a real one."""

from __future__ import annotations

from typing import Any

import numpy as np

from tallyverify.arrays import Counts, Floats
from tallyverify.draws import binomial, chain_of, multinomial, streams
from tallyverify.simulate.clean import SimulatedElection
from tallyverify.simulate.like import Structure
from tallyverify.simulate.structure import FIRST_CENTRE, area_names, as_table, expit
from tallyverify.table import Registry
from tallyverify.taken import takes_input

_ROUNDS = 200
_CLOSE = 1e-6


@takes_input
def clean_like(structure: Structure, *, seed: int) -> SimulatedElection:
    """Simulate an election in which nothing is wrong, with the structure of a real one.

    Stations, their sizes and the nesting of their areas are those of the structure, under made-up
    names. Deviations of turnout and shares are drawn anew for every area and station, and so is
    every vote.

    Parameters
    ----------
    structure : Structure
        From :func:`structure_of`.
    seed : int
        Same seed, same election.

    Returns
    -------
    SimulatedElection
        Sheets with ballots, valid, null and blank votes, and registered voters if the real ones
        have any: 0 where the list is not known, and there the ballots are the real number.

    Notes
    -----
    The country keeps its turnout and its shares: after the deviations are drawn, one factor for
    the odds of voting and one for each candidate make the expected totals those of the structure.
    So who leads, and by how much, is as in the real election; where, is not.

    Examples
    --------
    >>> from tallyverify.simulate import clean_election, structure_of
    >>> real = clean_election(stations=500, seed=1)
    >>> other = clean_like(structure_of(real.table), seed=2)
    >>> other.truth["registered"] == real.truth["registered"], other.truth["A"] == real.truth["A"]
    (True, False)
    """
    for_areas, for_ballots, for_votes = streams(seed, 3)
    odds = _log_odds(structure, for_areas)
    listed = structure.registered > 0
    ballots = structure.ballots.copy()
    if listed.any():
        voters = structure.registered[listed]
        chance = _pinned_turnout(odds[listed, 0], voters, structure.turnout)
        own = _own(chance, voters, structure, 0, for_ballots)
        ballots[listed] = binomial(for_ballots, voters, own)
    rest = 1 - structure.null - structure.blank
    kinds = multinomial(
        for_ballots, ballots, chain_of(np.array([rest, structure.null, structure.blank]))
    )
    valid = kinds[:, 0]

    names = structure.contest.candidate_ids
    rates = _pinned_shares(_shares(structure, expit(odds[:, 1:])), valid, structure.shares)
    votes = _votes(structure, rates, valid, for_votes)

    lines: dict[str, Counts] = dict(
        zip(("valid", "null", "blank"), kinds.T, strict=True),
        registered=structure.registered,
        ballots=ballots,
        signed=ballots,
    )
    columns: dict[str, Any] = _names(structure)
    columns |= {line.id: lines[line.id] for line in structure.contest.lines}
    columns |= {name: votes[:, k] for k, name in enumerate(names)}
    table = as_table(columns, structure.contest, "(simulated)")
    frame = table.frame[["station", *table.levels]]
    known = table.frame["registered"] if listed.any() else None
    registry = Registry(frame=frame.assign(registered=known))
    return SimulatedElection(structure.contest, table, registry, seed)


def _log_odds(structure: Structure, rng: np.random.RandomState) -> Floats:
    """Each station's log-odds: the mean, and a deviation of each of its areas and of itself."""
    stations = np.arange(len(structure), dtype=np.int64)
    total: Floats = np.tile(structure.centre, (len(structure), 1))
    for level, spread in structure.spread.items():
        codes = structure.areas.get(level, stations)
        values, vectors = np.linalg.eigh(spread)
        root = vectors * np.sqrt(np.maximum(values, 0.0)) @ vectors.T
        if root.any():
            total += (rng.standard_normal((int(codes[-1]) + 1, len(root))) @ root)[codes]
    return total


def _pinned_turnout(odds: Floats, voters: Counts, turnout: float) -> Floats:
    low, high = -40.0, 40.0
    for _ in range(60):
        shift = (low + high) / 2
        chance = expit(odds + shift)
        low, high = (shift, high) if voters @ chance < turnout * voters.sum() else (low, shift)
    return chance


def _shares(structure: Structure, won: Floats) -> Floats:
    """Shares by candidate, in the contest's order, from what each has of those not yet given."""
    last = np.ones((len(won), 1))
    left = np.cumprod(np.concatenate([last, 1 - won], axis=1), axis=1)
    shares = left * np.concatenate([won, last], axis=1)
    found: Floats = shares[:, np.argsort(_largest(structure))]
    return found


def _largest(structure: Structure) -> list[int]:
    """Places of the candidates in the order of the successive log-odds."""
    names = list(structure.shares)
    first = [names.index(name) for name in structure.odds[1:]]
    return [*first, *(place for place in range(len(names)) if place not in first)]


def _votes(
    structure: Structure, shares: Floats, valid: Counts, rng: np.random.RandomState
) -> Counts:
    """Deal the votes: to the largest candidate, then to each next one of those that are left."""
    order = _largest(structure)
    shares = shares[:, order]
    after = np.cumsum(shares[:, ::-1], axis=1)[:, ::-1]
    chances = np.divide(shares, after, out=np.zeros_like(shares), where=after > 0)
    votes = np.zeros(shares.shape, dtype=np.int64)
    left = valid.copy()
    for place in range(shares.shape[1] - 1):
        chance = np.clip(chances[:, place], 0.0, 1.0)
        own = _own(chance, left, structure, place + 1, rng)
        votes[:, order[place]] = binomial(rng, left, own)
        left -= votes[:, order[place]]
    votes[:, order[-1]] = left
    return votes


def _own(
    chance: Floats, size: Counts, structure: Structure, odds: int, rng: np.random.RandomState
) -> Floats:
    """Each station's own probability about that of its centre, where voters were dealt.

    Beta, of the concentration that makes χ²/df that of the structure whatever the station's size
    (Mosimann 1962); one candidate after the other it is Connor & Mosimann's (1969) generalised
    Dirichlet distribution.
    """
    dispersion = structure.dispersion[odds]
    own = chance.copy()
    if structure.dealt[odds] and dispersion > 1:
        some = (chance > 0) & (chance < 1) & (size > 1)
        mean = chance[some]
        concentration = np.maximum((size[some] - dispersion) / (dispersion - 1), 0.01)
        own[some] = rng.beta(concentration * mean, concentration * (1 - mean))
    return own


def _pinned_shares(shares: Floats, valid: Counts, wanted: Any) -> Floats:
    aim = np.array(list(wanted.values()))
    votes = valid / max(int(valid.sum()), 1)
    factors = np.ones(len(aim))
    for _ in range(_ROUNDS):
        rates: Floats = shares * factors
        now = (votes / rates.sum(axis=1)) @ rates
        if np.abs(now - aim).max() < _CLOSE:
            break
        factors *= np.divide(aim, now, out=np.zeros_like(aim), where=now > 0)
    pinned: Floats = rates / rates.sum(axis=1, keepdims=True)
    return pinned


def _names(structure: Structure) -> dict[str, Any]:
    if not structure.areas:
        return {"station": [str(FIRST_CENTRE + at) for at in range(len(structure))]}
    return area_names(structure.areas)
