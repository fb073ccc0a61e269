"""Stations summed, where the sum can hold just what they can hold together."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tallyverify.arrays import Counts, Mask
from tallyverify.feasibility.proving.program import Program

_BLOCK = 1 << 15  # stations that are looked at together, so that copies of them stay small
WRONG = -2
"""The state of a station whose sheet is wrong."""


@dataclass(frozen=True, eq=False)
class Summed:
    """A program whose stations are sums of others."""

    program: Program
    weight: Counts  # how many each holds
    forced: dict[tuple[int, int], int]  # states of those that are settled, by (station, chain)
    where: Counts  # for each station of the program before, the sum that it is part of


def summed(
    program: Program, label: Counts, states: Counts | None = None, free: Mask | None = None
) -> Summed:
    """Return a program with stations summed: free ones by label, the others by their states.

    Parameters
    ----------
    program : Program
        What is summed.
    label : ndarray of int64, shape (stations,)
        Free stations with the same label become one.
    states : ndarray of int64, shape (stations, chains), optional
        How a station that is not free enters each chain, or :data:`WRONG`.
    free : ndarray of bool, shape (stations,), optional
        By default all are.
    """
    stations = program.stations
    size = len(stations)
    free = np.ones(size, dtype=bool) if free is None else free
    kind = label
    if states is not None:
        code = np.unique(states, axis=0, return_inverse=True)[1].ravel()
        kind = np.where(free, label, code)
    apart = _apart(program)
    order = np.lexsort((apart, kind, ~free, stations.site))
    parts = np.stack([stations.site, ~free, kind, apart], axis=1)[order]
    fresh = np.concatenate([[True], (np.diff(parts, axis=0) != 0).any(axis=1)])[:size]
    edges = np.flatnonzero(fresh)
    where = np.empty(size, dtype=np.int64)
    where[order] = np.cumsum(fresh) - 1
    forced = {
        (at, chain): int(states[first, chain])
        for at, first in enumerate(order[edges].tolist())
        if states is not None and not free[first]
        for chain in range(len(program.chains[int(stations.site[first])]))
    }
    weight = np.diff(np.concatenate([edges, [size]]))
    if not size:
        return Summed(program, weight, forced, where)
    return Summed(replace(program, stations=stations.summed(order, edges)), weight, forced, where)


def without_choice(program: Program) -> Summed | None:
    """Return the program with the stations of each area summed, where all must enter at once."""
    if any(chain.last > 0 for chains in program.chains for chain in chains):
        return None
    return summed(program, np.zeros(len(program.stations), dtype=np.int64))


def _apart(program: Program) -> Counts:
    """Return which stations may be summed: those with the same number; shape (stations,).

    A sheet that says all exactly may be summed with any other. So may sheets that leave the same
    papers open, if what they say of several classes together follows from what they say of each,
    or if only one shift of papers is open (stretches of one direction add up to a stretch). Any
    other stays by itself: what two such sheets can hold together is less than their sums suggest.
    """
    open_ = np.flatnonzero(program.stations.least.differ(program.stations.most).any(axis=1))
    number = np.zeros(len(program.stations), dtype=np.int64)
    if not len(open_):
        return number
    counted = program.membership
    paper = counted.any(axis=1)
    counted = counted[paper]
    classes = len(program.papers.names)
    of_class = np.arange(classes)[:, None] == program.papers.class_of[None, :]
    lightest = np.where(of_class[None], counted[:, None, :], 1).min(axis=2)  # (figures, classes)
    heaviest = np.where(of_class[None], counted[:, None, :], 0).max(axis=2)
    follows = np.zeros(len(open_), dtype=bool)
    width = -(-(classes + len(counted)) // 8)
    packed = np.zeros((len(open_), width), dtype=np.uint8)  # what is exact, in bits
    for start in range(0, len(open_), _BLOCK):
        here = slice(start, start + _BLOCK)
        stations = program.stations.take(open_[here])
        least, most = stations.least[:, paper], stations.most[:, paper]
        low, high = _tightened(stations.low[:], stations.high[:], least, most, lightest, heaviest)
        inside = (least <= low @ lightest.T) & (most >= high @ heaviest.T)
        follows[here] = inside.all(axis=1)
        exact = np.concatenate([low == high, least == most], axis=1)
        packed[here] = np.packbits(exact, axis=1)
    bits, which = np.unique(packed, axis=0, return_inverse=True)
    patterns = np.unpackbits(bits, axis=1, count=classes + len(counted)).astype(bool)
    forms = np.concatenate([of_class.astype(np.int64), counted])
    one_way = np.array(
        [forms.shape[1] - np.linalg.matrix_rank(forms[known]) <= 1 for known in patterns]
    )
    which = which.ravel()
    alone = ~follows & ~one_way[which]
    kinds = np.where(follows, 0, 1 + which)
    kinds[alone] = 1 + len(patterns) + np.arange(int(alone.sum()))
    number[open_] = kinds
    return number


def _tightened(
    low: Counts, high: Counts, least: Counts, most: Counts, lightest: Counts, heaviest: Counts
) -> tuple[Counts, Counts]:
    """Return what each class holds at least and at the most, by the figures that count it wholly.

    Shapes (stations, classes), (stations, figures) and (figures, classes).
    """
    low, high = low.copy(), high.copy()
    for figure in range(least.shape[1]):
        for one in np.flatnonzero(lightest[figure]):
            others_least = low @ lightest[figure] - low[:, one]
            others_most = high @ heaviest[figure] - high[:, one]
            high[:, one] = np.clip(most[:, figure] - others_least, low[:, one], high[:, one])
            low[:, one] = np.clip(least[:, figure] - others_most, low[:, one], high[:, one])
    return low, high
