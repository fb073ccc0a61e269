"""Votes taken from one candidate and given to another, in part or by exchanging the two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tallyverify.errors import InputError
from tallyverify.simulate.alter.sheets import Altered, altered, sheets_of

if TYPE_CHECKING:
    from tallyverify.simulate.clean import SimulatedElection
    from tallyverify.table import ActaTable


def move_votes(
    given: ActaTable | SimulatedElection,
    dose: float,
    *,
    seed: int,
    candidate: str | None = None,
    source: str | None = None,
    fraction: float = 0.2,
) -> Altered:
    """Give a part of one candidate's votes to another; all sums stay.

    Parameters
    ----------
    given : ActaTable or SimulatedElection
        Clean sheets.
    dose : float
        Share of all stations to alter, from 0 to 1.
    seed : int
        Same seed, same stations and votes.
    candidate : str, optional
        Who gets the votes; by default the one with most votes.
    source : str, optional
        Who loses them; by default the one with most votes but for ``candidate``.
    fraction : float
        Probability that a vote is moved.

    Raises
    ------
    InputError
        If an argument is out of range, or the two candidates are one.

    Examples
    --------
    >>> from tallyverify.simulate import clean_election
    >>> found = move_votes(clean_election(stations=200, seed=1), 0.1, seed=1, candidate="C")
    >>> list(found.truth)
    ['station', 'kind', 'altered', 'clean_B', 'clean_C']
    """
    sheets = sheets_of(given, dose, seed)
    gains = sheets.place(candidate)
    loses = sheets.place(source, other_than=gains)
    votes = sheets.votes.copy()
    moved = sheets.binomial(votes[:, loses], fraction, "moved: votes")
    votes[:, gains] += moved
    votes[:, loses] -= moved
    return altered(sheets, "moved", dose, votes, moved > 0)


def swap_tallies(
    given: ActaTable | SimulatedElection,
    dose: float,
    *,
    seed: int,
    candidate: str | None = None,
    other: str | None = None,
    gap: float = 0.0,
) -> Altered:
    """Exchange the tallies of two candidates; all sums stay.

    Parameters
    ----------
    given, dose, seed
        As in :func:`move_votes`.
    candidate, other : str, optional
        The two; by default those with most votes.
    gap : float
        Only stations where the two are at least so far apart, as a fraction of their votes: 0.2
        is a station of 60 to 40 or more.

    Raises
    ------
    InputError
        If an argument is out of range, or the two candidates are one.

    Examples
    --------
    >>> from tallyverify.simulate import clean_election
    >>> swap_tallies(clean_election(stations=200, seed=1), 0.1, seed=1, gap=0.2)
    <Altered 'swapped': 20 of 200 stations>
    """
    if not 0 <= gap <= 1:
        raise InputError("a gap is a fraction of the votes of two", found=str(gap))
    sheets = sheets_of(given, dose, seed)
    first = sheets.place(candidate)
    second = sheets.place(other, other_than=first)
    votes = sheets.votes.copy()
    votes[:, [first, second]] = votes[:, [second, first]]
    one, two = sheets.votes[:, first], sheets.votes[:, second]
    return altered(sheets, "swapped", dose, votes, np.abs(one - two) >= gap * (one + two))
