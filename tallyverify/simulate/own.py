"""Random numbers that belong to a station, whatever else is in the table and in which order."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["own_numbers"]

_GOLDEN = 0x9E3779B97F4A7C15


def own_numbers(keys: NDArray[np.uint64], seed: int, purpose: str = "") -> NDArray[np.float64]:
    """Return a number from 0 to 1 for each key; the same seed, key and purpose give the same.

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
    >>> own_numbers(keys, 5).round(3).tolist()
    [0.763, 0.347, 0.763]
    >>> own_numbers(keys, 5, "another").round(3).tolist() == _
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
