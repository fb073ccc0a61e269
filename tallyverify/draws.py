"""Random draws that are the same numbers in every version of numpy.

numpy may change what the methods of a ``Generator`` draw (version 2.5 changed ``binomial``). What
it documents never to change are the raw bits of a named bit generator, how ``SeedSequence`` mixes a
seed, and ``RandomState``, which is frozen; nothing else is drawn from here.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.errors import InputError

if TYPE_CHECKING:
    from tallyverify.arrays import Counts, Floats, Hashes

_GOLDEN = 0x9E3779B97F4A7C15


def stream(*seed: int) -> np.random.RandomState:
    """Return a stream of draws; the same whole numbers, none negative, give the same draws.

    Raises
    ------
    InputError
        If a number is negative.

    References
    ----------
    NumPy Enhancement Proposal 19, Random number generator policy (``RandomState`` is frozen).
    M. E. O'Neill (2014), PCG: a family of simple fast algorithms (the bit generator).

    Examples
    --------
    >>> stream(1).binomial(700, 0.5, 4).tolist()
    [345, 330, 351, 354]
    """
    if min(seed) < 0:
        raise InputError("a seed is a whole number, not negative", found=str(min(seed)))
    return _of(np.random.SeedSequence(list(seed)))


def _of(entropy: np.random.SeedSequence) -> np.random.RandomState:
    return np.random.RandomState(np.random.PCG64(entropy))


def streams(seed: int, count: int) -> list[np.random.RandomState]:
    """Return independent streams of draws, one per purpose."""
    if seed < 0:
        raise InputError("a seed is a whole number, not negative", found=str(seed))
    return [_of(child) for child in np.random.SeedSequence(seed).spawn(count)]


def binomial(draws: np.random.RandomState, trials: Counts, chance: Floats) -> Counts:
    """Return a binomial count for each number of trials and its chance; shape as ``trials``."""
    return draws.binomial(trials, chance, trials.shape).astype(np.int64)


def multinomial(draws: np.random.RandomState, trials: Counts, shares: Floats) -> Counts:
    """Deal each number of trials over its shares.

    Parameters
    ----------
    draws : RandomState
        From :func:`stream`.
    trials : ndarray of int, shape (rows,)
        How many are dealt.
    shares : ndarray of float, shape (rows, columns) or (columns,)
        Not negative; each row sums to one.

    Returns
    -------
    ndarray of int, shape (rows, columns)

    Examples
    --------
    >>> multinomial(stream(1), np.array([10, 1000]), np.array([0.5, 0.3, 0.2])).tolist()
    [[5, 1, 4], [453, 327, 220]]
    """
    shares = np.broadcast_to(shares, (len(trials), shares.shape[-1]))
    # A multinomial is a chain of binomials: each column's share of what the later ones share.
    rest = np.cumsum(shares[:, ::-1], axis=1)[:, ::-1]
    dealt = np.zeros(shares.shape, dtype=np.int64)
    left = trials.astype(np.int64)
    for column in range(shares.shape[1] - 1):
        chance = np.divide(
            shares[:, column], rest[:, column], out=np.zeros(len(left)), where=rest[:, column] > 0
        )
        dealt[:, column] = binomial(draws, left, np.minimum(chance, 1.0))
        left = left - dealt[:, column]
    dealt[:, -1] = left
    return dealt


def station_uniforms(keys: Hashes, seed: int, purpose: str = "") -> Floats:
    """Return a number from 0 to 1 for each key; the same seed, key and purpose give the same.

    They belong to a station, whatever else is in the table and in which order.

    Parameters
    ----------
    keys : ndarray of uint64
        Hashes of the stations' keys.
    seed : int
        Not negative.
    purpose : str
        What the numbers are for: numbers for two purposes have nothing to do with each other.

    Examples
    --------
    >>> keys = np.array([1, 2, 1], dtype=np.uint64)
    >>> station_uniforms(keys, 5).round(3).tolist()
    [0.763, 0.347, 0.763]
    >>> station_uniforms(keys, 5, "another").round(3).tolist() == _
    False
    """
    salt = int.from_bytes(sha256(purpose.encode()).digest()[:8], "little") if purpose else 0
    # The splitmix64 generator (Steele, Lea & Flood 2014), started at each key.
    offset = np.uint64(((seed + 1) * _GOLDEN + salt) % 2**64)
    mixed = keys + np.full(len(keys), offset, dtype=np.uint64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed = mixed ^ (mixed >> np.uint64(31))
    return (mixed >> np.uint64(11)).astype(np.float64) / 2.0**53
