"""Votes taken from one candidate and given to another, in part or by exchanging the two."""

from __future__ import annotations

import numpy as np

from tallyverify.errors import InputError
from tallyverify.language import told
from tallyverify.simulate.alter.sheets import Altered, Clean, altered, sheets_of
from tallyverify.taken import takes_input


@takes_input
def move_votes(
    given: Clean,
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
    given, dose, seed : ActaTable or SimulatedElection, float from 0 to 1, int
        As in :func:`stuff`: clean sheets, the share of the stations to alter, and the seed.
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


@takes_input
def swap_tallies(
    given: Clean,
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
    given, dose, seed : ActaTable or SimulatedElection, float from 0 to 1, int
        As in :func:`stuff`: clean sheets, the share of the stations to alter, and the seed.
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
        raise InputError(told("a gap is a fraction of the votes of two"), found=str(gap))
    sheets = sheets_of(given, dose, seed)
    first = sheets.place(candidate)
    second = sheets.place(other, other_than=first)
    votes = sheets.votes.copy()
    votes[:, [first, second]] = votes[:, [second, first]]
    one, two = sheets.votes[:, first], sheets.votes[:, second]
    return altered(sheets, "swapped", dose, votes, np.abs(one - two) >= gap * (one + two))
