"""Stations that report a round percentage, as if it had been asked for."""

from __future__ import annotations

from typing import Literal

import numpy as np

from tallyverify.arrays import Counts, Mask
from tallyverify.errors import InputError
from tallyverify.language import told
from tallyverify.simulate.alter.sheets import Altered, Clean, altered, sheets_of
from tallyverify.taken import takes_input


@takes_input
def round_percentages(
    given: Clean,
    dose: float,
    *,
    seed: int,
    candidate: str | None = None,
    of: Literal["turnout", "share"] = "turnout",
    step: int = 5,
    direction: Literal["up", "nearest"] = "up",
) -> Altered:
    """Move turnout, or a candidate's share, to the count nearest to a round percentage.

    Parameters
    ----------
    given, dose, seed : ActaTable or SimulatedElection, float from 0 to 1, int
        As in :func:`stuff`: clean sheets (with registered voters, for turnout), the share of the
        stations to alter, and the seed.
    candidate : str, optional
        Whose votes are changed; by default the one with most votes.
    of : {"turnout", "share"}
        ``turnout``: ballots for the candidate are added (or taken away) until ballots are a round
        percentage of the registered voters. ``share``: votes are taken from the others, in
        proportion to what they have, until the candidate's are a round percentage of the valid.
    step : int
        Percentages that are round: multiples of this, which divides 100.
    direction : {"up", "nearest"}
        The next round percentage above, or the nearest one.

    Returns
    -------
    Altered
        Stations that are on a round percentage already are not altered.

    Raises
    ------
    InputError
        If registered voters are needed and not known, or an argument is out of range.

    References
    ----------
    D. Kobak, S. Shpilkin and M. S. Pshenichnikov (2016), Annals of Applied Statistics 10:54.

    Examples
    --------
    >>> from tallyverify.simulate import clean_election
    >>> found = round_percentages(clean_election(stations=200, seed=1), 0.1, seed=1)
    >>> frame = found.table.frame[found.truth["altered"].to_numpy()]
    >>> percent = 100 * frame["ballots"] / frame["registered"]
    >>> bool(((percent / 5).round() * 5 - percent).abs().max() < 0.2)
    True
    """
    if of not in ("turnout", "share") or direction not in ("up", "nearest"):
        raise InputError(
            told("a round percentage is of turnout or of a share"),
            found=told("of {of}, direction {direction}", of=repr(of), direction=repr(direction)),
            expected=told("'turnout' or 'share'; 'up' or 'nearest'"),
        )
    if step < 1 or 100 % step:
        what = told("round percentages are multiples of a divisor of 100")
        raise InputError(what, found=str(step))
    sheets = sheets_of(given, dose, seed)
    place = sheets.place(candidate)
    votes = sheets.votes.copy()
    if of == "turnout":
        able = sheets.room > 0
        aim, apart = _aim(sheets.ballots, sheets.registered, step, direction)
        votes[:, place] += aim - sheets.ballots
    else:
        own, whole = votes[:, place].copy(), votes.sum(axis=1)
        aim, apart = _aim(own, whole, step, direction)
        others = votes.copy()
        others[:, place] = 0
        able = others.sum(axis=1) > 0
        votes = others - _proportional(aim - own, others)
        votes[:, place] = aim
    return altered(sheets, "targets", dose, votes, able & apart)


def _aim(count: Counts, whole: Counts, step: int, direction: str) -> tuple[Counts, Mask]:
    """The count of the round percentage to reach, and where it is not reached already."""
    size = np.maximum(whole, 1)
    near = (200 * count + step * size) // (2 * step * size)
    apart = _nearest(near * step, whole) != count
    goal = -(-100 * count // (step * size)) if direction == "up" else near
    return _nearest(np.minimum(goal * step, 100), whole), apart


def _nearest(percent: Counts, whole: Counts) -> Counts:
    return (2 * percent * whole + 100) // 200


def _proportional(total: Counts, weights: Counts) -> Counts:
    """Whole numbers in proportion to the weights, row by row, that sum to the total."""
    sign, size = np.sign(total), np.abs(total)
    whole = np.maximum(weights.sum(axis=1), 1)
    parts = size[:, None] * weights
    given, left = parts // whole[:, None], parts % whole[:, None]
    short = np.where(weights.sum(axis=1) > 0, size - given.sum(axis=1), 0)
    # What is short goes to the largest remainders, the first column of equal ones.
    rank = np.argsort(np.argsort(-left, axis=1, kind="stable"), axis=1, kind="stable")
    dealt: Counts = sign[:, None] * (given + (rank < short[:, None]))
    return dealt
