"""Finding multipliers: a linear program on some stations, by HiGHS through scipy.

What it finds is only a proposal: :mod:`.proof` computes what it proves. So it may work on sums of
stations, and a solver's error costs strength, never truth.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import vstack

from tallyverify.arrays import Counts, Floats, Mask
from tallyverify.feasibility.proving.linear_program import LinearProgram, model_of
from tallyverify.feasibility.proving.program import Program
from tallyverify.feasibility.proving.proof import Cost, Proof, margins

CLASSES = 120
"""Classes of stations that the linear program works on."""
_STRAINED = 400
_ITERATIONS = 50_000
"""Iterations, not seconds: the same answer on a slow machine as on a fast one."""


@dataclass(frozen=True, eq=False)
class Solved:
    """What the linear program found: multipliers by row, and the cost that it reached."""

    multipliers: Floats
    room: float
    cost: float
    alone: Mask  # (stations,), which were looked at one by one


def solve(
    program: Program,
    cost: Cost,
    *,
    elastic: bool = False,
    after: Proof | None = None,
    before: Solved | None = None,
) -> Solved | None:
    """Return multipliers for a bound, from a linear program on classes of stations.

    ``elastic`` asks how much the rows would have to change instead, at no cost for wrong sheets.
    It works on classes of stations of like size. Those that hold most where the sheets exceed a
    published figure are classes of their own; ``after`` a first bound, those whose state it leaves
    in doubt too, besides those of ``before``. None where the solver finds nothing: the rows
    exclude each other, or it failed.
    """
    alone, by = _in_doubt(program, after, before)
    classes, weight = _classes(program, alone, by)
    model = model_of(classes, cost, weight, elastic=elastic)
    result = optimum(model)
    if result is None:
        return None
    marginals, _, reached = result
    # The bound adds λ f(x) and takes λ D off; the solver's marginals have the other sign.
    room = max(-marginals[model.room], 0.0) if model.room >= 0 else 0.0
    return Solved(-marginals[model.rows], room, reached, alone)


def optimum(model: LinearProgram) -> tuple[Floats, Floats, float] | None:
    """Return the marginals of all constraints, the solution and its cost; None where none is."""
    build = model.build
    low, high = np.array(build.row_low), np.array(build.row_high)
    matrix = build.matrix()
    equal: Mask = np.equal(low, high)
    upper: Mask = ~equal & np.isfinite(high)
    lower: Mask = ~equal & np.isfinite(low)
    above = vstack([matrix[upper], -matrix[lower]]) if (upper.any() or lower.any()) else None
    program_of: Any = linprog  # its stubs do not know sparse matrices
    result = program_of(
        np.concatenate(build.costs),
        A_ub=above,
        b_ub=np.concatenate([high[upper], -low[lower]]) if above is not None else None,
        A_eq=matrix[equal] if equal.any() else None,
        b_eq=low[equal] if equal.any() else None,
        bounds=np.stack([np.concatenate(build.lows), np.concatenate(build.highs)], axis=1),
        method="highs",
        options={"maxiter": _ITERATIONS},
    )
    if result.status != 0:
        return None
    dual = np.zeros(len(low))
    dual[equal] = result.eqlin.marginals if equal.any() else 0.0
    if above is not None:
        marginal = result.ineqlin.marginals
        dual[np.flatnonzero(upper)] += marginal[: int(upper.sum())]
        dual[np.flatnonzero(lower)] -= marginal[int(upper.sum()) :]
    return dual, result.x, float(result.fun)


def _in_doubt(program: Program, after: Proof | None, before: Solved | None) -> tuple[Mask, Counts]:
    """Return which stations to look at one by one, and what to put the others in order by."""
    stations = program.stations
    if len(stations) <= CLASSES:
        return np.ones(len(stations), dtype=bool), np.zeros(len(stations), dtype=np.int64)
    alone = np.zeros(len(stations), dtype=bool)
    if after is not None and before is not None:
        margin, by = margins(program, after)
        alone |= before.alone
        alone[np.argsort(margin, kind="stable")[:CLASSES]] = True
        return alone, by
    strained = _strained(program)
    by = stations.least.largest_of_row()
    for excess, row, inside in strained[:_STRAINED]:
        values = stations.least[inside, program.figure_of[row]]
        order = np.argsort(-values, kind="stable")
        # So many as could hold the excess, and half as many more.
        needed = int(np.searchsorted(np.cumsum(values[order]), excess)) + 1
        most = max(CLASSES // len(strained), 4)
        alone[inside[order[: min(needed + needed // 2 + 2, most)]]] = True
    if strained:
        by = stations.least[:, program.figure_of[strained[0][1]]]
    return alone, by


def _strained(program: Program) -> list[tuple[int, int, Counts]]:
    """Rows that the sheets exceed: by how much, which, and its stations; the most first."""
    stations = program.stations
    found = []
    for row, one in enumerate(program.rows):
        if one.of_stations:
            continue
        excess = int(program.held_in(one.area)[1][program.figure_of[row]]) - one.high
        if excess > 0:
            places = [stations.of_site(at) for at in program.sites_in(one.area)]
            inside = np.concatenate([np.arange(p.start, p.stop) for p in places])
            found.append((excess, row, inside))
    return sorted(found, key=lambda one: (-one[0], one[1]))


def _classes(program: Program, alone: Mask, by: Counts) -> tuple[Program, Counts]:
    """Return the program with stations summed by class, and how many each class holds."""
    if alone.all():
        return program, np.ones(len(alone), dtype=np.int64)
    order, edges = _by_class(program, by, alone)
    weight = np.diff(np.concatenate([edges, [len(order)]]))
    return replace(program, stations=program.stations.summed(order, edges)), weight


def _by_class(program: Program, by: Counts, alone: Mask) -> tuple[Counts, Counts]:
    """Return stations in an order, and where in it each class begins.

    By site; there first those that stand alone, then the others in neighbours by ``by``.
    """
    stations = program.stations
    order = np.lexsort((by, ~alone, stations.site))
    site, single = stations.site[order], alone[order]
    starts = np.flatnonzero(np.diff(site, prepend=-1) | np.diff(single, prepend=~single[:1]))
    run = np.zeros(len(order), dtype=np.int64)
    run[starts] = starts
    within = np.arange(len(order)) - np.maximum.accumulate(run)
    step = max(int((~single).sum()) // CLASSES, 1)
    fresh = single | (within % step == 0)
    fresh[starts] = True
    return order, np.flatnonzero(fresh)
