"""Random draws that are the same numbers in every version of numpy.

numpy may change what the methods of a ``Generator`` draw (version 2.5 changed ``binomial``). What
it documents never to change are the raw bits of a named bit generator, how ``SeedSequence`` mixes a
seed, and ``RandomState``, which is frozen (NEP 19); nothing else is drawn from here. The bits are
those of PCG (O'Neill 2014).
"""

from __future__ import annotations

from hashlib import sha256

import numpy as np

from tallyverify.arrays import Counts, Floats, Hashes
from tallyverify.errors import InputError
from tallyverify.language import told

_GOLDEN = 0x9E3779B97F4A7C15


def stream(*seed: int) -> np.random.RandomState:
    """Return a stream of draws; the same whole numbers, none negative, give the same draws."""
    if min(seed) < 0:
        raise _negative(min(seed))
    return _of(np.random.SeedSequence(list(seed)))


def _negative(seed: int) -> InputError:
    return InputError(told("a seed is a whole number, not negative"), found=str(seed))


def _of(entropy: np.random.SeedSequence) -> np.random.RandomState:
    return np.random.RandomState(np.random.PCG64(entropy))


def streams(seed: int, count: int) -> list[np.random.RandomState]:
    """Return independent streams of draws, one per purpose."""
    if seed < 0:
        raise _negative(seed)
    return [_of(child) for child in np.random.SeedSequence(seed).spawn(count)]


def binomial(draws: np.random.RandomState, trials: Counts, chance: Floats) -> Counts:
    """Return a binomial count for each number of trials and its chance; shape as ``trials``."""
    return draws.binomial(trials, chance, trials.shape).astype(np.int64)


def chain_of(shares: Floats) -> Floats:
    """Return each column's share of what it and the later ones share; as columns lie in memory."""
    # A multinomial is a chain of binomials with these chances.
    rest = np.cumsum(shares[..., ::-1], axis=-1)[..., ::-1]
    chances = np.divide(shares, rest, out=np.zeros(shares.shape), where=rest > 0)
    return np.asfortranarray(np.minimum(chances, 1.0))


def multinomial(draws: np.random.RandomState, trials: Counts, chain: Floats) -> Counts:
    """Deal each number of trials over shares, given as their chain; shape (rows, columns)."""
    columns = chain.shape[-1]
    dealt = np.zeros((len(trials), columns), dtype=np.int64, order="F")
    left = trials.astype(np.int64)
    for column in range(columns - 1):
        dealt[:, column] = binomial(draws, left, chain[..., column])
        left = left - dealt[:, column]
    dealt[:, -1] = left
    return dealt


def station_uniforms(keys: Hashes, seed: int, purpose: str = "") -> Floats:
    """Return a number from 0 to 1 of each station's own, whatever else is in the table.

    Numbers for two purposes have nothing to do with each other.
    """
    salt = int.from_bytes(sha256(purpose.encode()).digest()[:8], "little") if purpose else 0
    # The splitmix64 generator (Steele, Lea & Flood 2014), started at each key.
    offset = np.uint64(((seed + 1) * _GOLDEN + salt) % 2**64)
    mixed = keys + np.full(len(keys), offset, dtype=np.uint64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed = mixed ^ (mixed >> np.uint64(31))
    return (mixed >> np.uint64(11)).astype(np.float64) / 2.0**53
