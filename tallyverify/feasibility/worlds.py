"""Showing a world: integers for every station in which all published figures come out.

A world that is claimed is checked in integers: rounding what a solver returns must satisfy every
row exactly. Where a choice of stations has no such solution in time, the few stations that the
linear program divides are looked at one by one, and may be wrong: then the world has a few wrong
sheets, and says how many.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from tallyverify.arrays import Counts, Floats
from tallyverify.feasibility.multipliers import Model, model_of
from tallyverify.feasibility.program import Program

MOST_WHOLE = 300
"""So many stations are given to an integer program as they are."""
_SECONDS = 8.0
_WHOLE = 1e-6


@dataclass(frozen=True)
class World:
    """A world that was built and checked: how many of its sheets are wrong."""

    sheets: int


def shown(program: Program) -> World | None:
    """Build a world with few wrong sheets, or return None if none was found in time."""
    alike = _without_choice(program)
    if alike is not None:
        world = _integral(alike, np.ones(len(alike.stations), dtype=np.int64), sure=True)
        if world is not None:
            return world
    size = len(program.stations)
    ones = np.ones(size, dtype=np.int64)
    world = _integral(program, ones) if size <= MOST_WHOLE else None
    # Which of many stations a bulletin held is too much to ask in integers.
    return world if world is not None else _of_divided(program)


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


def _solved(
    model: Model, *, integral: bool, forced: dict[int, float] | None = None, wrong: bool = True
) -> Floats | None:
    build = model.build
    low, high = np.concatenate(build.lows), np.concatenate(build.highs)
    for column, value in (forced or {}).items():
        low[column] = high[column] = value
    if not wrong:
        high[model.wrong] = 0.0
    result = milp(
        np.concatenate(build.costs),
        constraints=LinearConstraint(build.matrix(), build.row_low, build.row_high),
        integrality=np.full(build.columns, int(integral)),
        bounds=Bounds(low, high),
        options={"time_limit": _SECONDS, "mip_rel_gap": 0.0},
    )
    return None if result.x is None else result.x


def _integral(
    program: Program,
    weight: Counts,
    *,
    sure: bool = False,
    forced: dict[int, float] | None = None,
) -> World | None:
    """Solve in integers; ``sure``: no sheet may be wrong."""
    model = model_of(program, "sheets", weight, elastic=False)
    found = _solved(model, integral=True, forced=forced, wrong=not sure)
    if found is None or not _holds(model, found):
        return None
    return World(int(np.rint(found[model.wrong]) @ weight))


def _holds(model: Model, found: Floats) -> bool:
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


def _of_divided(program: Program) -> World | None:
    """Fix all stations that the linear program does not divide; look at the rest one by one."""
    ones = np.ones(len(program.stations), dtype=np.int64)
    model = model_of(program, "sheets", ones, elastic=False)
    found = _solved(model, integral=False)
    if found is None:
        return None
    forced: dict[int, float] = {}
    divided = np.zeros(len(program.stations), dtype=bool)
    for y, _, here in model.states:
        values = found[y]
        divided[here] |= (np.abs(values - np.rint(values)) > _WHOLE).any(axis=1)
    states = [(found[y], y, here) for y, _, here in model.states]
    for values, y, here in states:
        sure = ~divided[here]
        forced.update(
            zip(y[sure].ravel().tolist(), np.rint(values[sure]).ravel().tolist(), strict=True)
        )
    whole = ~divided
    forced.update(
        zip(model.wrong[whole].tolist(), np.rint(found[model.wrong[whole]]).tolist(), strict=True)
    )
    return _integral(program, ones, forced=forced)
