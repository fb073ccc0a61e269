"""Subsets of integer vectors that add up to just what is missing, by meeting in the middle.

Four lists of the sums of a quarter each (Schroeppel & Shamir 1981), joined for one residue of the
middle at a time (Howgrave-Graham & Joux 2010). A vector is looked for by one number of 64 bits
that is linear in it; what is found is compared in full.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from tallyverify.arrays import Counts, Floats, Hashes, Mask

SIZES = tuple(range(24, 73, 8))
"""So many elements are looked through at once: the lists of a quarter have up to 2^18 sums."""
_PAIRS = 16  # a residue leaves about 2^16 pairs of two lists, where they are no longer
_MOST = 1 << 20
_HITS = 64  # of one residue
_MANY, _USUAL = 14, 2.5  # of so many in a list, subsets within so many of the usual number
_ENOUGH = 3.0  # logarithm of the hits expected of one residue
_STARTS = (0.0, 0.125, 0.25, 0.5)  # of a stretch, as a share of all by size
_PAIRED = 2000  # so many stations at the most are paired
_ALONE = 2  # of each side, beside pairs
_HIGH = np.uint64(44)  # the 20 bits above are looked up in a table
_BASE = 0x9E3779B97F4A7C15


@dataclass
class Effort:
    """What is left of a search, in sums that are looked at: no matter how fast the machine is."""

    left: int = 1 << 28


def approach(added: Counts, missing: Counts) -> Mask:
    """Let stations change sides one by one, while that brings the sums nearer; (stations,)."""
    scale = np.maximum(np.sqrt((added.astype(float) ** 2).mean(axis=0)), 1.0)
    moved = np.zeros(len(added), dtype=bool)
    steps, left = added / scale, missing / scale
    size = (steps**2).sum(axis=1)
    for _ in range(len(SIZES) * len(missing)):
        gain = np.round(2 * steps @ left - size, 9)
        gain[moved] = 0.0
        best = int(np.argmax(gain))
        if gain[best] <= 0:
            break
        moved[best] = True
        left = left - steps[best]
    return moved


def choices(added: Counts, missing: Counts, near: Mask, inside: Mask) -> Iterator[Counts]:
    """Yield stations to look through, alone (and −1) or in pairs; (so many, 2).

    The fewest that should do come first. Half of them are in; of pairs, one of two that are nearly
    alike. Small figures leave fewer sums to hit, large ones reach further: of some stretches by
    size, that with the greatest density at what is missing (were the sums normal).
    """
    scale = np.maximum(np.sqrt((added.astype(float) ** 2).mean(axis=0)), 1.0)
    order = np.lexsort(((np.abs(added) / scale).sum(axis=1), ~near))
    sides = order[inside[order]], order[~inside[order]]
    # Pairs leave the number of stations as it is: some go alone beside them.
    lone = np.concatenate([side[:_ALONE] for side in sides])
    pairs = _pairs(added / scale, *(side[_ALONE:][near[side[_ALONE:]]] for side in sides))
    most = min(len(added), SIZES[-1])
    for size in [*(size for size in SIZES if size < most), most]:
        outside = min(size - min(size // 2, len(sides[0])), len(sides[1]))
        tried = []
        for start in _STARTS if size < len(added) else _STARTS[:1]:
            some = np.full((size, 2), -1)
            for side, part in zip(sides, (some[outside:], some[:outside]), strict=True):
                part[:, 0] = side[int(start * (len(side) - len(part))) :][: len(part)]
            tried.append(some)
            if len(pairs) >= size:
                tried.append(pairs[int(start * (len(pairs) - size)) :][:size].copy())
                tried[-1][: len(lone)] = np.stack([lone, np.full(len(lone), -1)], axis=1)
        density = [round(log_density(both(added, some), missing), 6) for some in tried]
        best = int(np.argmax(density))
        if size - _bits(size / 4) + density[best] >= _ENOUGH or size == most:
            yield tried[best]


def both(added: Counts, some: Counts) -> Counts:
    """What stations add, alone or two together."""
    found: Counts = added[some[:, 0]] + np.where(some[:, 1:] >= 0, added[some[:, 1]], 0)
    return found


def _pairs(scaled: Floats, inside: Counts, outside: Counts) -> Counts:
    """Pairs of a station that is in and one that is not, those most alike first; (pairs, 2)."""
    few, many = sorted((inside, outside), key=len)
    if not len(few):
        return np.zeros((0, 2), dtype=np.int64)
    few = few[:_PAIRED]
    distance, partner = map(np.asarray, cKDTree(-scaled[many]).query(scaled[few]))
    order = np.argsort(distance, kind="stable")
    order = order[distance[order] > 0]
    first = np.sort(np.unique(partner[order], return_index=True)[1])
    pairs = np.stack([few, many[partner]], axis=1)[order[first]]
    pairs[::2] = pairs[::2, ::-1]
    return pairs


def log_density(added: Counts, missing: Counts) -> float:
    """Logarithm (base 2) of the density of the sums of random subsets at what is missing."""
    steps: Floats = added.astype(float)
    spread = 2 * np.pi * (steps.T @ steps / 4 + np.eye(len(missing)) / 12)
    off = missing - steps.sum(axis=0) / 2
    distance = np.pi * float(off @ np.linalg.solve(spread, off))
    return -(float(np.linalg.slogdet(spread)[1]) / 2 + distance) / float(np.log(2))


def subsets(added: Counts, missing: Counts, inside: Mask, effort: Effort) -> Iterator[Mask]:
    """Yield which elements add just what is missing, by one residue of the middle after the other.

    Parameters
    ----------
    added, missing : ndarray of int64, shape (elements, rows) and (rows,)
        What each adds to every row, and what is to come out.
    inside : ndarray of bool, shape (elements,)
        Which are in: of long lists, only subsets that leave about as many in are looked at.
    effort : Effort
        What is left of it; it ends the search.
    """
    factors = np.array([pow(_BASE, at + 1, 1 << 64) for at in range(len(missing))], dtype=np.uint64)
    keys = (added.astype(np.uint64) * factors).sum(axis=1, dtype=np.uint64)
    target = (missing.astype(np.uint64) * factors).sum(dtype=np.uint64, keepdims=True)
    share = float(inside.mean())
    every = [_sums(keys[at::4], inside[at::4], share) for at in range(4)]
    bits = _bits(np.log2(max(len(sums) for _, sums in every)))
    mask = np.uint64((1 << bits) - 1)
    codes, lists = zip(*(_by_residue(*one, mask) for one in every), strict=True)
    for residue in np.arange(1 << bits, dtype=np.uint64):
        one = _matching(lists[0], lists[1], residue, mask, _MOST)
        other = _matching(lists[2], lists[3], target - residue, mask, _MOST)
        sums = lists[0][one[0]] + lists[1][one[1]], lists[2][other[0]] + lists[3][other[1]]
        first, second = _joined(*sums, target)
        effort.left -= sum(map(len, (*lists, *sums)))
        for a, b in zip(first.tolist(), second.tolist(), strict=True):
            chosen = np.zeros(len(added), dtype=bool)
            places = (one[0][a], one[1][a], other[0][b], other[1][b])
            for quarter, place in enumerate(places):
                here = chosen[quarter::4]
                here[:] = (codes[quarter][place] >> np.arange(len(here))) & 1
            if np.array_equal(added[chosen].sum(axis=0), missing):
                yield chosen
        if effort.left <= 0:
            return


def _bits(length: float) -> int:
    """How many bits of a residue leave enough pairs of two lists of a length (its logarithm)."""
    return max(min(int(length), round(2 * length) - _PAIRS), 0)


def _sums(keys: Hashes, inside: Mask, share: float) -> tuple[Counts, Hashes]:
    """Subsets (their members as bits) and their sums.

    Of many, those that leave about the share of stations in that there was.
    """
    sums, left = np.zeros(1, dtype=np.uint64), np.array([inside.sum()])
    for key, inward in zip(keys, inside, strict=True):
        sums = np.concatenate([sums, sums + key])
        left = np.concatenate([left, left - 1 if inward else left + 1])
    usual = np.abs(left - share * len(keys)) <= _USUAL
    codes = np.flatnonzero(usual | (len(keys) < _MANY))
    return codes, sums[codes]


def _by_residue(codes: Counts, sums: Hashes, mask: np.uint64) -> tuple[Counts, Hashes]:
    """Subsets and sums in the order of their bits in a mask."""
    order = np.argsort(sums & mask, kind="stable")
    return codes[order], sums[order]


def _matching(
    one: Hashes, other: Hashes, target: Hashes | np.uint64, mask: np.uint64, most: int
) -> tuple[Counts, Counts]:
    """Positions in two such lists of what adds up to the target in these bits; so many."""
    low, wanted = one & mask, (target - other) & mask
    left = np.searchsorted(low, wanted, "left")
    count = np.searchsorted(low, wanted, "right") - left
    ends = np.cumsum(count)
    which = np.repeat(np.arange(len(other)), count)[:most]
    return np.arange(len(which)) + (left - ends + count)[which], which


def _joined(one: Hashes, other: Hashes, target: Hashes) -> tuple[Counts, Counts]:
    """Positions in two lists of what adds up to the target: a few."""
    wanted = target - other
    high, sought = one >> _HIGH, wanted >> _HIGH
    table = np.zeros(1 << 20, dtype=bool)
    table[high] = True
    perhaps = np.flatnonzero(table[sought])
    table[:] = False
    table[sought[perhaps]] = True
    there = np.flatnonzero(table[high])
    whole = ~np.uint64(0)
    order, sums = _by_residue(there, one[there], whole)
    first, second = _matching(sums, other[perhaps], target, whole, _HITS)
    return order[first], perhaps[second]
