"""Whether one number is another with a slip of the pen: 784 and 484, 12 and 21, 120 and 12."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from tallyverify.arrays import Texts, counts
from tallyverify.errors import InputError
from tallyverify.language import told
from tallyverify.taken import takes_input

Slip = Literal["exchanged_digits", "one_digit", "lost_digit", "added_digit"]
SLIPS: tuple[Slip, ...] = ("exchanged_digits", "lost_digit", "added_digit", "one_digit")
_POWERS = 10 ** np.arange(11, dtype=np.int64)


@takes_input
def digit_slips(first: Any, second: Any) -> Texts:
    """Return by which slip of a digit the first number could have become the second, if by one.

    That it could is no proof that it did: of two numbers of two digits, every fifth pair could.

    Parameters
    ----------
    first, second : array_like of int, shape (n,)
        The numbers, not negative.

    Returns
    -------
    ndarray of str, shape (n,)
        ``exchanged_digits`` (two neighbours: 12, 21), ``lost_digit`` (120, 12), ``added_digit``
        (12, 120), ``one_digit`` (784, 484), or ``""``: equal, or no single slip. The first that
        fits is named.

    Raises
    ------
    InputError
        If they are no counts, or not as many.

    Examples
    --------
    >>> digit_slips([12, 784, 120, 12, 57], [21, 484, 12, 127, 903]).tolist()
    ['exchanged_digits', 'one_digit', 'lost_digit', 'added_digit', '']
    """
    one, other = counts("first", first, most=10**11), counts("second", second, most=10**11)
    if len(one) != len(other):
        raise InputError(
            told("two numbers are compared at a time"), found=f"{len(one)}, {len(other)}"
        )
    named = np.full(len(one), "", dtype=object)
    unlike = one != other
    found: dict[str, Any] = {
        "exchanged_digits": _exchanged(one, other),
        "lost_digit": _lost(one, other),
        "added_digit": _lost(other, one),
        "one_digit": _one_digit(one, other),
    }
    for slip in reversed(SLIPS):
        named[found[slip] & unlike] = slip
    return named


def _digit(numbers: Any, place: int) -> Any:
    return numbers // _POWERS[place] % 10


def _exchanged(one: Any, other: Any) -> Any:
    met = np.zeros(len(one), dtype=bool)
    for place in range(10):
        low, high = _digit(one, place), _digit(one, place + 1)
        met |= one + (low - high) * (_POWERS[place + 1] - _POWERS[place]) == other
    # 100 and 10 are no exchange of what was written: a number is not written with a zero in front.
    return met & (_length(one) == _length(other))


def _lost(one: Any, other: Any) -> Any:
    """Where the second is the first without one of its digits."""
    met = np.zeros(len(one), dtype=bool)
    for place in range(11):
        left = one // _POWERS[min(place + 1, 10)] * (place < 10)
        without = left * _POWERS[place] + one % _POWERS[place]
        met |= (without == other) & (_length(one) > place)
    return met & (_length(one) == _length(other) + 1)


def _one_digit(one: Any, other: Any) -> Any:
    unlike = sum((_digit(one, place) != _digit(other, place)).astype(int) for place in range(11))
    # Of two single digits it says nothing that one is not the other.
    return (unlike == 1) & (_length(one) == _length(other)) & (_length(one) > 1)


def _length(numbers: Any) -> Any:
    return np.searchsorted(_POWERS, np.maximum(numbers, 1), side="right")
