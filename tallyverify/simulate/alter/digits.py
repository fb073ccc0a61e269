"""Counts with digits that somebody made up."""

from __future__ import annotations

import numpy as np

from tallyverify.arrays import Counts, Floats
from tallyverify.errors import InputError
from tallyverify.language import told
from tallyverify.simulate.alter.sheets import Altered, Clean, SheetCounts, altered, sheets_of
from tallyverify.taken import takes_input

DIGITS = (0.06, 0.10, 0.13, 0.13, 0.12, 0.08, 0.11, 0.12, 0.09, 0.06)
"""How often people who make numbers up write each digit, 0 to 9, where one in ten would be even."""

_TWO, _THREE = 10, 100


@takes_input
def invent_digits(
    given: Clean,
    dose: float,
    *,
    seed: int,
    repeated: float = 0.3,
    adjacent: float = 1.5,
) -> Altered:
    """Replace the last digits of every count of votes by digits as people make them up.

    Of a count of three digits or more the last two are invented, and it becomes the nearest number
    that ends in them; of a count of two digits the last one. Counts below 10 stay.

    Parameters
    ----------
    given, dose, seed : ActaTable or SimulatedElection, float from 0 to 1, int
        As in :func:`stuff`: clean sheets, the share of the stations to alter, and the seed.
    repeated : float
        How often the last two digits are equal, as a multiple of chance (before scaling).
    adjacent : float
        How often they are neighbours (3 and 4; 9 and 0), as a multiple of chance.

    Returns
    -------
    Altered
        Valid votes and ballots follow the votes; stations where there would then be more ballots
        than voters are not altered.

    Raises
    ------
    InputError
        If an argument is out of range.

    Notes
    -----
    Each invented digit is drawn by :data:`DIGITS` (the small ones but 0 too often, 0, 5 and 9 too
    seldom), and a last digit besides by what stands before it: pairs of equal digits too seldom,
    neighbours too often, as in the experiments that Beber and Scacco report. The sizes of these
    preferences are made up; the experiments agree on their direction only.

    References
    ----------
    B. Beber and A. Scacco (2012), Political Analysis 20:211.

    Examples
    --------
    >>> from tallyverify.simulate import clean_election
    >>> invent_digits(clean_election(stations=200, seed=1), 0.5, seed=1)
    <Altered 'digits': 100 of 200 stations>
    """
    if not (repeated >= 0 and adjacent >= 0):
        raise InputError(
            told("pairs are written 0 or more times as often as by chance"),
            found=told(
                "repeated {repeated}, adjacent {adjacent}",
                repeated=str(repeated),
                adjacent=str(adjacent),
            ),
        )
    sheets = sheets_of(given, dose, seed)
    following = _following(repeated, adjacent)
    votes = sheets.votes.copy()
    for column in range(votes.shape[1]):
        votes[:, column] = _invented(votes[:, column], sheets, column, following)
    return altered(sheets, "digits", dose, votes, np.any(sheets.votes >= _TWO, axis=1))


def _following(repeated: float, adjacent: float) -> Floats:
    """Cumulative probability of a last digit (columns) after each digit before it (rows)."""
    apart = np.abs(np.subtract.outer(np.arange(10), np.arange(10)))
    factor = np.where(apart == 0, repeated, np.where((apart == 1) | (apart == 9), adjacent, 1.0))
    weight = factor * np.array(DIGITS)
    total: Floats = np.cumsum(weight, axis=1) / weight.sum(axis=1, keepdims=True)
    return total


def _invented(count: Counts, sheets: SheetCounts, column: int, following: Floats) -> Counts:
    tens = np.searchsorted(np.cumsum(DIGITS), sheets.numbers(f"digits: tens {column}"), "right")
    tens = np.where(count >= _THREE, np.minimum(tens, 9), count // 10 % 10)
    drawn = sheets.numbers(f"digits: last {column}")
    last = np.minimum((following[tens] <= drawn[:, None]).sum(axis=1), 9)
    short = count - count % 10 + last
    long = count - count % 100 + 10 * tens + last
    long += 100 * (np.sign(count - long) * (np.abs(count - long) > 50))
    long += 100 * (long < _THREE)
    return np.where(count >= _THREE, long, np.where(count >= _TWO, short, count))
