"""Ballots added for voters who did not vote: a part of them, or nearly all."""

from __future__ import annotations

from tallyverify.simulate.alter.sheets import Altered, Clean, altered, sheets_of
from tallyverify.taken import takes_input


@takes_input
def stuff(
    given: Clean,
    dose: float,
    *,
    seed: int,
    candidate: str | None = None,
    fraction: float = 0.3,
) -> Altered:
    """Add ballots for one candidate in the names of voters who stayed away.

    Parameters
    ----------
    given : ActaTable or SimulatedElection
        Clean sheets; here with registered voters.
    dose : float
        Share of all stations to alter, from 0 to 1; fewer where not so many can be.
    seed : int
        Same seed, same stations and figures.
    candidate : str, optional
        Who gets the ballots; by default the one with most votes.
    fraction : float
        Probability that a ballot is added for a voter who did not vote.

    Returns
    -------
    Altered
        Valid votes and ballots rise with the votes; never above the registered voters.

    Raises
    ------
    InputError
        If registered voters are not known, or an argument is out of range.

    References
    ----------
    P. Klimek, Y. Yegorov, R. Hanel and S. Thurner (2012), PNAS 109:16469 ("incremental").

    Examples
    --------
    >>> from tallyverify.simulate import clean_election
    >>> stuff(clean_election(stations=200, seed=1), 0.1, seed=1)
    <Altered 'stuffing': 20 of 200 stations>
    """
    sheets = sheets_of(given, dose, seed)
    place = sheets.place(candidate)
    votes = sheets.votes.copy()
    votes[:, place] += sheets.binomial(sheets.room, fraction, "stuffing: ballots")
    return altered(sheets, "stuffing", dose, votes, sheets.room > 0)


@takes_input
def stuff_extreme(
    given: Clean,
    dose: float,
    *,
    seed: int,
    candidate: str | None = None,
    reach: float = 0.98,
) -> Altered:
    """Report nearly every registered voter as voting, and nearly every vote for one candidate.

    Parameters
    ----------
    given, dose, seed, candidate
        As in :func:`stuff`.
    reach : float
        Probability that a ballot is added for a voter who did not vote, and that a vote for
        somebody else is given to the candidate.

    Returns
    -------
    Altered
        Null and blank votes are left as they were.

    Raises
    ------
    InputError
        As in :func:`stuff`.

    References
    ----------
    Klimek et al. (2012), PNAS 109:16469 ("extreme").

    Examples
    --------
    >>> from tallyverify.simulate import clean_election
    >>> stuff_extreme(clean_election(stations=200, seed=1), 0.05, seed=1)
    <Altered 'extreme': 10 of 200 stations>
    """
    sheets = sheets_of(given, dose, seed)
    place = sheets.place(candidate)
    votes = sheets.votes.copy()
    for other in range(votes.shape[1]):
        if other != place:
            moved = sheets.binomial(votes[:, other], reach, f"extreme: column {other}")
            votes[:, other] -= moved
            votes[:, place] += moved
    votes[:, place] += sheets.binomial(sheets.room, reach, "extreme: ballots")
    return altered(sheets, "extreme", dose, votes, sheets.room > 0)
