"""Showing a world: integers for every station in which all published figures come out.

A world that is claimed is checked in integers: what a solver returns, rounded, must satisfy every
row exactly. Of many stations most are settled by classes, and a few are left free to mend what
rounding leaves over; some of these may be wrong, and the world says how many.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from tallyverify.arrays import Counts, Floats, Mask
from tallyverify.feasibility.proving.linear_program import LinearProgram, model_of
from tallyverify.feasibility.proving.multipliers import optimum
from tallyverify.feasibility.proving.program import Program, SheetStations
from tallyverify.feasibility.proving.quiet import quiet

MOST_WHOLE = 300
"""So many stations are given to an integer program as they are."""
_NODES = 120
_CLASSES = 1024
_LARGEST = 6
_WHOLE = 1e-6
_FREE = 40


@dataclass(frozen=True)
class World:
    """A world that was built and checked: how many of its sheets are wrong, at the most."""

    sheets: int


def world_of(program: Program, allowed: int) -> World | None:
    """Build a world with no wrong sheet, else with as many as are allowed for; None without one."""
    alike = _without_choice(program)
    if alike is not None:
        ones = np.ones(len(alike.stations), dtype=np.int64)
        world = _integral(alike, ones, 0)
        if world is not None:
            return world
    size = len(program.stations)
    if size <= MOST_WHOLE:
        ones = np.ones(size, dtype=np.int64)
        world = _integral(program, ones, 0) or _integral(program, ones, allowed)
        if world is not None:
            return world
    return _by_class(program, allowed)


def _without_choice(program: Program) -> Program | None:
    """Return the program with the stations of each area summed, where none has a choice."""
    if any(chain.last > 0 for chains in program.chains for chain in chains):
        return None
    stations = program.stations
    if not len(stations):
        return program
    order = np.argsort(stations.site, kind="stable")
    edges = np.concatenate([[0], np.flatnonzero(np.diff(stations.site[order])) + 1])
    return replace(program, stations=stations.summed(order, edges))


def _integral(
    program: Program,
    weight: Counts,
    wrong: int,
    *,
    forced: dict[tuple[int, int], int] | None = None,
) -> World | None:
    """Find integers with so many wrong sheets at the most, and check them.

    ``forced`` names stations (or sums of some) that are true, with their entry by chain.
    """
    model = model_of(program, "sheets", weight, elastic=False)
    build = model.build
    if not wrong:
        build.highs[0][:] = 0.0  # the first variables say which sheets are wrong
    elif len(weight):
        build.put(build.constraint(0.0, float(wrong)), model.wrong, weight.astype(float))
    _force(model, forced or {})
    with quiet():
        result = milp(
            np.zeros(build.columns),  # any such world will do
            constraints=LinearConstraint(build.matrix(), build.row_low, build.row_high),
            integrality=np.ones(build.columns, dtype=np.int64),
            bounds=Bounds(np.concatenate(build.lows), np.concatenate(build.highs)),
            # Nodes, not seconds: the same answer on a slow machine as on a fast one.
            options={"node_limit": _NODES, "mip_rel_gap": 0.0},
        )
    if result.x is None or not _holds(model, result.x):
        return None
    return World(wrong)


def _holds(model: LinearProgram, found: Floats) -> bool:
    """Whether the rounded solution satisfies every constraint in integers."""
    whole = np.rint(found)
    if np.abs(whole - found).max(initial=0.0) > 1e-4:
        return False
    build = model.build
    matrix = build.matrix()
    values = np.rint(matrix.data).astype(np.int64)
    if not np.array_equal(values, matrix.data):
        return False
    matrix = matrix.astype(np.int64)
    sums = matrix @ whole.astype(np.int64)
    low, high = np.array(build.row_low), np.array(build.row_high)
    return bool(((sums >= low) & (sums <= high)).all() and (whole >= 0).all())


def _by_class(program: Program, allowed: int) -> World | None:
    """Settle most stations by classes that are alike; look at the rest one by one.

    A linear program of the classes says when each enters; it divides only as many classes as there
    are rows. The members of these are looked at one by one, which again divides only a few: these,
    and some more, are free in the integer program that mends what is left.
    """
    stations = program.stations
    label = _alike(stations)
    entries = np.full((len(stations), max(map(len, program.chains), default=0)), -1)
    free = np.ones(len(stations), dtype=bool)
    for labels in (label, np.arange(len(stations))):
        found = _settled(program, entries, free, labels)
        if found is None:
            return None
        entries, free = found
    free[:: max(len(stations) // _FREE, 1)] = True
    for figure in range(stations.least.shape[1]):
        free[np.argsort(stations.least[:, figure], kind="stable")[-_LARGEST:]] = True
    summed, weight, forced, _ = _summed(program, entries, free, np.arange(len(stations)))
    return _integral(summed, weight, allowed, forced=forced)


def _settled(
    program: Program, entries: Counts, free: Mask, label: Counts
) -> tuple[Counts, Mask] | None:
    """Return the entries of stations that the linear program does not divide, and which it does."""
    summed, weight, forced, where = _summed(program, entries, free, label)
    model = model_of(summed, "sheets", weight, elastic=False)
    _force(model, forced)
    found = optimum(model)
    if found is None:
        return None
    entered = np.zeros((len(summed.stations), entries.shape[1]), dtype=np.int64)
    divided = np.zeros(len(summed.stations), dtype=bool)
    for y, chain, here in _states(model):
        values = found[1][y]
        divided[here] |= (np.abs(values - np.rint(values)) > _WHOLE).any(axis=1)
        divided[here] |= np.rint(values).sum(axis=1) != 1
        entered[here, chain] = values.argmax(axis=1)
    return entered[where], divided[where]


def _states(model: LinearProgram) -> Iterator[tuple[Counts, int, Counts]]:
    """Each chain's variables (stations × entries), its position in its site, and the stations."""
    chains: dict[int, int] = {}
    for y, site, here in model.states:
        yield y, chains.setdefault(site, 0), here
        chains[site] += 1


def _force(model: LinearProgram, forced: dict[tuple[int, int], int]) -> None:
    """Make stations true, with these entries by (station, chain)."""
    build = model.build
    low, high = np.concatenate(build.lows), np.concatenate(build.highs)
    for y, chain, here in _states(model):
        for row, station in enumerate(here.tolist()):
            if (station, chain) in forced:
                low[y[row, forced[station, chain]]] = 1.0
                high[model.wrong[station]] = 0.0
    build.lows, build.highs = [low], [high]


def _summed(
    program: Program, entries: Counts, free: Mask, label: Counts
) -> tuple[Program, Counts, dict[tuple[int, int], int], Counts]:
    """Return the program with stations summed: free ones by label, the others by how they enter.

    Besides, how many each sum holds, the entries of those that are not free, and for each station
    the sum that it is part of.
    """
    stations = program.stations
    kind = (entries * (program.bulletins + 2) ** np.arange(entries.shape[1])).sum(axis=1)
    kind = np.where(free, label, kind)
    order = np.lexsort((kind, ~free, stations.site))
    parts = np.stack([stations.site, ~free, kind], axis=1)[order]
    fresh = np.concatenate([[True], (np.diff(parts, axis=0) != 0).any(axis=1)])
    edges = np.flatnonzero(fresh)
    where = np.empty(len(stations), dtype=np.int64)
    where[order] = np.cumsum(fresh) - 1
    forced = {
        (at, chain): int(entries[first, chain])
        for at, first in enumerate(order[edges].tolist())
        if not free[first]
        for chain in range(len(program.chains[int(stations.site[first])]))
    }
    weight = np.diff(np.concatenate([edges, [len(order)]]))
    return replace(program, stations=stations.summed(order, edges)), weight, forced, where


def _alike(stations: SheetStations) -> Counts:
    """Return classes of stations of one site that are alike in all figures; (stations,).

    The largest class is split at the median of the figure that varies most in it, again and again.
    """
    scaled = stations.least / np.sqrt(1.0 + stations.least.std(axis=0))
    edges = np.flatnonzero(np.diff(stations.site, prepend=-1))
    groups = [
        (-len(group), at, group)
        for at, group in enumerate(np.split(np.arange(len(stations)), edges[1:]))
    ]
    heapq.heapify(groups)
    made = len(groups)
    while len(groups) < _CLASSES and -groups[0][0] > 1:
        _, _, group = heapq.heappop(groups)
        figure = int(np.argmax(scaled[group].std(axis=0)))
        group = group[np.argsort(scaled[group, figure], kind="stable")]
        for half in (group[: len(group) // 2], group[len(group) // 2 :]):
            heapq.heappush(groups, (-len(half), made, half))
            made += 1
    label = np.empty(len(stations), dtype=np.int64)
    for number, (_, _, group) in enumerate(groups):
        label[group] = number
    return label
