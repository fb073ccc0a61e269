"""Showing a world: integers for every station in which all published figures come out.

A world that is claimed is checked in integers: what a solver returns, rounded, must satisfy every
row exactly. Without wrong sheets, exact sums of several bulletins are split first (see
:mod:`.splitting`), at which branch and bound fails. Of many stations most are settled by classes,
and a few are left free to mend what rounding leaves over. Stations are summed only
where the sum says as much as they do (see :mod:`.summing`). With wrong sheets, or wrong votes, the
world says how many.
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
from tallyverify.feasibility.proving.placing import placed
from tallyverify.feasibility.proving.program import Program, SheetStations
from tallyverify.feasibility.proving.proof import Cost
from tallyverify.feasibility.proving.quiet import quiet
from tallyverify.feasibility.proving.splitting import split
from tallyverify.feasibility.proving.summing import WRONG, Summed, summed, without_choice

MOST_WHOLE = 300
"""So many stations are given to an integer program as they are."""
_NODES = 120
_MOST_NODES = 3000
_NODES_BY_SIZE = 20_000
_CLASSES = 1024
_LARGEST = 6
_WHOLE = 1e-6
_FREE = 40
_SMALLER = (0.5, 0.2, 0.05)


@dataclass(frozen=True)
class ShownWorld:
    """Worlds that were built and checked: one with few wrong sheets, one with few wrong votes."""

    sheets: int | None
    votes: int | None


def show_world(program: Program, allowed: int | None) -> ShownWorld | None:
    """Show a world without anything wrong, else with few wrong sheets; None where none is found.

    ``allowed`` is the most wrong sheets; None: some must be wrong, and as few as are found are.
    """
    if allowed is not None:
        # Rows may be of different hours; a world in which they are not is found sooner.
        several = any(len(chains) > 1 for chains in program.chains)
        for one in (program.of_one_hour, program) if several else (program,):
            if world_of(one, "sheets", 0) == 0:
                return ShownWorld(0, 0)
    sheets = world_of(program, "sheets", allowed)
    if allowed is None:
        # Many wrong sheets of several sizes do not always fit; none larger than others are may.
        for share in _SMALLER:
            if sheets is None:
                sheets = world_of(_none_larger(program, share), "sheets", None)
    if sheets is None and allowed is not None:
        return None
    # In rows of different hours a changed vote would have to be the same vote in each.
    one_hour = all(len(program.chains[site]) == 1 for site in np.unique(program.stations.site))
    votes = world_of(program, "votes", None) if one_hour else None
    return ShownWorld(sheets, votes) if sheets is not None or votes is not None else None


def _none_larger(program: Program, share: float) -> Program:
    """Return the program in which no wrong sheet holds more than a share of them can."""
    stations = program.stations
    most = int(np.quantile(stations.cap, share, method="lower")) if len(stations) else 0
    return replace(program, stations=replace(stations, cap=np.minimum(stations.cap, most)))


def world_of(program: Program, cost: Cost, most: int | None) -> int | None:
    """Build a world, and return how many sheets, or votes, are wrong in it; None without one.

    Parameters
    ----------
    program : Program
        SheetStations and published rows.
    cost : {"sheets", "votes"}
        What is wrong in it: whole sheets, or votes on them.
    most : int or None
        So many at the most; 0 asks for a world with none.
    """
    if most == 0:
        alike = without_choice(program)
        if alike is not None:
            return _integral(program, alike, cost, most)
    settled = _mostly_settled(program, cost, most) if most == 0 else None
    if settled is not None:
        states = split(program, settled[0])
        if states is not None:
            nothing = np.zeros(len(states), dtype=bool)
            given = summed(program, np.arange(len(states)), states, nothing)
            if _integral(program, given, cost, most) == 0:
                return 0
    if len(program.stations) <= MOST_WHOLE:
        whole = summed(program, np.arange(len(program.stations)))
        world = _integral(program, whole, cost, most)
        if world is not None:
            return world
    settled = settled or _mostly_settled(program, cost, most)
    return _mended(program, cost, most, *settled) if settled is not None else None


def _integral(program: Program, given: Summed, cost: Cost, most: int | None) -> int | None:
    """Find integers with as little wrong as can be, and check them.

    If time ran out before it was known that none have less, ``most`` stands for what was found.
    """
    model = model_of(given.program, cost, given.weight, world_of=program)
    build = model.build
    costs = np.concatenate(build.costs)
    if most is not None:
        build.put(build.constraint(0.0, float(most)), np.arange(build.columns), costs)
    _force(model, given.forced)
    nodes = min(max(_NODES, _NODES_BY_SIZE // max(len(given.weight), 1)), _MOST_NODES)
    with quiet():
        result = milp(
            costs,
            constraints=LinearConstraint(build.matrix(), build.row_low, build.row_high),
            integrality=np.ones(build.columns, dtype=np.int64),
            bounds=Bounds(np.concatenate(build.lows), np.concatenate(build.highs)),
            # Nodes, not seconds: the same answer on a slow machine as on a fast one.
            options={"node_limit": nodes, "mip_rel_gap": 0.0},
        )
    if result.x is None or not _holds(program, given, model, result.x):
        return None
    # Where the search ended before it was through, how far it got depends on the solver.
    return round(float(costs @ np.rint(result.x))) if result.status == 0 else most


def _holds(program: Program, given: Summed, model: LinearProgram, found: Floats) -> bool:
    """Whether the rounded solution is a world: in integers, and station by station."""
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
    if not (((sums >= low) & (sums <= high)).all() and (whole >= 0).all()):
        return False
    whole = whole.astype(np.int64)
    wrong = whole[model.wrong][given.where] > 0
    return placed(program, model.pools, whole, wrong, sums[model.rows])


def _mostly_settled(program: Program, cost: Cost, most: int | None) -> tuple[Counts, Mask] | None:
    """Settle most stations by classes that are alike; look at the rest one by one.

    A linear program of the classes says when each enters, or that it is wrong; it divides only as
    many classes as there are rows. The members of these are looked at one by one, which again
    divides only a few. Returns how each enters, and which are divided.
    """
    size = len(program.stations)
    states = np.full((size, max(map(len, program.chains), default=0)), -1)
    free = np.ones(size, dtype=bool)
    for labels in (_alike(program.stations), np.arange(size)):
        found = _settled(program, cost, most, states, free, labels)
        if found is None:
            return None
        states, free = found
    return states, free


def _mended(
    program: Program, cost: Cost, most: int | None, states: Counts, free: Mask
) -> int | None:
    """Mend what rounding leaves over: some stations are free in an integer program."""
    stations = program.stations
    free[:: max(len(stations) // _FREE, 1)] = True
    for figure in range(stations.least.columns):
        free[np.argsort(stations.least[:, figure], kind="stable")[-_LARGEST:]] = True
    given = summed(program, np.arange(len(stations)), states, free)
    return _integral(program, given, cost, most)


def _settled(
    program: Program,
    cost: Cost,
    most: int | None,
    states: Counts,
    free: Mask,
    label: Counts,
) -> tuple[Counts, Mask] | None:
    """Return the states of stations that the linear program does not divide, and which it does."""
    given = summed(program, label, states, free)
    model = model_of(given.program, cost, given.weight, world_of=program)
    if most == 0:
        for costs, highs in zip(model.build.costs, model.build.highs, strict=True):
            highs[costs > 0] = 0.0
    _force(model, given.forced)
    found = optimum(model)
    if found is None:
        return None
    wrong = found[1][model.wrong]
    entered = np.full((len(given.program.stations), states.shape[1]), -1, dtype=np.int64)
    divided = np.abs(wrong - np.rint(wrong)) > _WHOLE
    for y, chain, here in _states(model):
        values = found[1][y]
        divided[here] |= (np.abs(values - np.rint(values)) > _WHOLE).any(axis=1)
        entered[here, chain] = np.where(wrong[here] > 0.5, WRONG, values.argmax(axis=1))
    return entered[given.where], divided[given.where]


def _states(model: LinearProgram) -> Iterator[tuple[Counts, int, Counts]]:
    """Each chain's variables (stations × entries), its position in its site, and the stations."""
    chains: dict[int, int] = {}
    for y, site, here in model.states:
        yield y, chains.setdefault(site, 0), here
        chains[site] += 1


def _force(model: LinearProgram, forced: dict[tuple[int, int], int]) -> None:
    """Fix the states of stations, by (station, chain): how they enter, or that they are wrong."""
    build = model.build
    low, high = np.concatenate(build.lows), np.concatenate(build.highs)
    for y, chain, here in _states(model):
        for row, station in enumerate(here.tolist()):
            state = forced.get((station, chain))
            if state is None:
                continue
            if state == WRONG:
                low[model.wrong[station]] = 1.0
            else:
                low[y[row, state]] = 1.0
                high[model.wrong[station]] = 0.0
    build.lows, build.highs = [low], [high]


def _alike(stations: SheetStations) -> Counts:
    """Return classes of stations of one site that are alike in all figures; (stations,).

    The largest class is split at the median of the figure that varies most in it, again and again.
    """
    votes = stations.least[:]
    scaled = votes / np.sqrt(1.0 + votes.std(axis=0))
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
