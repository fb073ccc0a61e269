"""Finding multipliers: a linear program on some stations, by HiGHS through scipy.

What it finds is only a proposal: :mod:`.proof` computes what it proves. So it may work on sums of
stations, and a solver's error costs strength, never truth.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from tallyverify.arrays import Counts, Floats, Mask
from tallyverify.feasibility.program import Chain, Program
from tallyverify.feasibility.proof import Cost, Proof, margins

CLASSES = 120
"""Classes of stations that the linear program works on."""
MOST_SIZES = 60
"""So many sizes of unseen stations are told apart: a few of them hold no more than they can."""
_STRAINED = 400
_TIME = 20.0


@dataclass(frozen=True, eq=False)
class Solved:
    """What the linear program found: multipliers by row, and the cost that it reached."""

    multipliers: Floats
    room: float
    cost: float
    taken: float  # slack that the rows needed, in votes
    alone: Mask  # (stations,), which were looked at one by one


_Amount = tuple["Counts", "float | Floats", float] | float


class _Builder:
    """Columns and constraints of a linear program, put together piece by piece."""

    def __init__(self) -> None:
        self.costs: list[Floats] = []
        self.lows: list[Floats] = []
        self.highs: list[Floats] = []
        self.columns = 0
        self.entries: list[tuple[Counts, Counts, Floats]] = []
        self.row_low: list[float] = []
        self.row_high: list[float] = []

    def variables(self, count: int, cost: float = 0.0, high: float = np.inf) -> Counts:
        """Return the positions of new variables from 0 up."""
        self.costs.append(np.full(count, cost))
        self.lows.append(np.zeros(count))
        self.highs.append(np.full(count, high))
        self.columns += count
        return np.arange(self.columns - count, self.columns)

    def constraint(self, low: float, high: float) -> int:
        """Return the position of a new constraint."""
        self.row_low.append(low)
        self.row_high.append(high)
        return len(self.row_low) - 1

    def constraints(self, count: int, low: float, high: float) -> Counts:
        """Return the positions of new constraints."""
        start = len(self.row_low)
        self.row_low += [low] * count
        self.row_high += [high] * count
        return np.arange(start, start + count)

    def put(
        self, rows: Counts | int, columns: Counts | int, values: Floats | Counts | float
    ) -> None:
        """Set coefficients."""
        shape = np.broadcast_shapes(np.shape(rows), np.shape(columns), np.shape(values))
        r, c, v = np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64), np.empty(shape)
        r[...], c[...], v[...] = rows, columns, values
        self.entries.append((r.ravel(), c.ravel(), v.ravel()))

    def matrix(self) -> csr_array:
        """Return the coefficients."""
        rows = np.concatenate([e[0] for e in self.entries])
        columns = np.concatenate([e[1] for e in self.entries])
        values = np.concatenate([e[2] for e in self.entries])
        matrix = csr_array((values, (rows, columns)), shape=(len(self.row_low), self.columns))
        matrix.eliminate_zeros()
        return matrix


@dataclass(frozen=True, eq=False)
class Model:
    """A linear program of a :class:`Program`, with where its parts stand."""

    build: _Builder
    rows: Counts  # constraint of each published row
    room: int  # constraint of the room, −1 without
    wrong: Counts  # variables: how many of each station class are wrong
    states: list[tuple[Counts, int, Counts]]  # chain's variables (stations × entries), site, rows
    slack: Counts  # variables (2 × rows): how much a row falls short or exceeds


def model_of(program: Program, cost: Cost, weight: Counts, elastic: bool) -> Model:
    """Return the linear program of classes of stations, each the sum of ``weight`` of them."""
    build = _Builder()
    rows = np.array(
        [
            build.constraint(float(low), float(high))
            for low, high in zip(program.low, program.high, strict=True)
        ],
        dtype=np.int64,
    )
    room = build.constraint(-np.inf, float(program.room)) if program.room is not None else -1
    stations = program.stations
    size = len(stations)
    wrong = build.variables(size, high=0.0 if cost == "votes" else np.inf)
    if cost == "sheets":
        build.costs[-1] = weight.astype(float)
    slack = np.zeros(0, dtype=np.int64)
    if elastic:
        typical = max(float(stations.cap.mean()) if size else 1.0, 1.0)
        price = np.array([typical if row.of_stations else 1.0 for row in program.rows])
        slack = build.variables(2 * len(rows))
        build.costs[-1] = np.concatenate([price, price])
        build.put(rows, slack[: len(rows)], 1.0)
        build.put(rows, slack[len(rows) :], -1.0)
    states: list[tuple[Counts, int, Counts]] = []
    masses = _Masses(program, build, rows, room)
    for site in range(len(program.sites)):
        there = stations.of_site(site)
        here = np.arange(there.start, there.stop)
        if not len(here):
            continue
        for chain in program.chains[site]:
            entries = chain.last + 1
            y = build.variables(len(here) * entries).reshape(len(here), entries)
            whole = build.constraints(len(here), 1.0, 1.0)
            build.put(whole[:, None], y, 1.0)
            build.put(whole, wrong[here], 1.0)
            states.append((y, site, here))
            apart: Mask = stations.most[here] > stations.least[here]
            loose: Mask = np.asarray(apart.any(axis=0))
            for row in chain.rows:
                figure, last = program.figure_of[row], int(program.bulletin_of[row])
                if not loose[figure]:
                    values = stations.least[here, figure].astype(float)
                    build.put(rows[row], y[:, : last + 1], values[:, None])
            if loose.any():
                _loose_papers(program, build, rows, chain, y, here, np.flatnonzero(loose))
            if cost == "votes":
                _changed_papers(program, build, rows, chain, y, here)
    # Wrong sheets, wherever they belong, and the unseen.
    caps = stations.cap.astype(float)
    masses.free(
        count=(wrong, weight.astype(float), 0.0),
        capacity=(wrong, caps, 0.0),
        lists=(wrong, stations.lists.astype(float), 0.0),
        sites=range(len(program.sites)),
        seen=True,
        top=float(caps.max(initial=0)),
    )
    _unseen_masses(program, build, masses)
    if program.elsewhere:
        masses.elsewhere()
    if program.loose:
        masses.free(
            count=(np.zeros(0, dtype=np.int64), 0.0, np.inf),
            capacity=float(program.loose),
            sites=range(len(program.sites)),
            seen=False,
            top=None,
        )
    return Model(build, rows, room, wrong, states, slack)


def _loose_papers(
    program: Program,
    build: _Builder,
    rows: Counts,
    chain: Chain,
    y: Counts,
    here: Counts,
    loose: Counts,
) -> None:
    """Add the papers of true sheets, for figures that they do not say exactly."""
    entries, variants = y.shape[1], program.membership.shape[1]
    stations, class_of = program.stations, program.papers.class_of
    papers = build.variables(entries * variants).reshape(entries, variants)

    def between(columns: Counts, values: Floats, low: Counts, high: Counts, entry: int) -> None:
        for edge, sign in ((low, -1.0), (high, 1.0)):
            bound = build.constraint(-np.inf, 0.0)
            build.put(bound, columns, sign * values)
            build.put(bound, y[:, entry], -sign * edge.astype(float))

    for entry in range(entries):
        for one in range(len(program.papers.names)):
            mine = papers[entry][class_of == one]
            low, high = stations.low[here, one], stations.high[here, one]
            between(mine, np.ones(len(mine)), low, high, entry)
        for figure in loose:
            counted = program.membership[figure].astype(float)
            low, high = stations.least[here, figure], stations.most[here, figure]
            if counted.any():
                between(papers[entry], counted, low, high, entry)
    for row in chain.rows:
        figure = program.figure_of[row]
        if figure in loose:
            last = int(program.bulletin_of[row]) + 1
            counted = program.membership[figure].astype(float)
            build.put(rows[row], papers[:last], counted[None, :])


def _changed_papers(
    program: Program,
    build: _Builder,
    rows: Counts,
    chain: Chain,
    y: Counts,
    here: Counts,
) -> None:
    """Add papers that are taken off, or put on, at a cost of one each; a change is both."""
    entries, variants = y.shape[1], program.membership.shape[1]
    off = build.variables(entries * variants).reshape(entries, variants)
    on = build.variables(entries * variants).reshape(entries, variants)
    changed = build.variables(entries, 1.0)
    for side in (off, on):
        most = build.constraints(entries, -np.inf, 0.0)
        build.put(most[:, None], side, 1.0)
        build.put(most, changed, -1.0)
    stations = program.stations
    for entry in range(entries):
        for one in range(len(program.papers.names)):
            held = build.constraint(-np.inf, 0.0)
            build.put(held, off[entry][program.papers.class_of == one], 1.0)
            build.put(held, y[:, entry], -stations.high[here, one].astype(float))
        top = build.constraint(-np.inf, 0.0)
        build.put(top, on[entry], 1.0)
        build.put(top, y[:, entry], -stations.cap[here].astype(float))
    for row in chain.rows:
        last = int(program.bulletin_of[row]) + 1
        counted_in = program.membership[program.figure_of[row]].astype(float)
        build.put(rows[row], off[:last], -counted_in[None, :])
        build.put(rows[row], on[:last], counted_in[None, :])


class _Masses:
    """Papers of stations that may hold anything."""

    def __init__(self, program: Program, build: _Builder, rows: Counts, room: int) -> None:
        self.program, self.build, self.rows, self.room = program, build, rows, room

    def free(
        self,
        *,
        count: _Amount,
        capacity: _Amount,
        sites: Iterable[int],
        seen: bool,
        lists: _Amount = 0.0,
        top: float | None,
    ) -> None:
        """Add stations that may hold any papers, at any of some sites.

        ``count``, ``capacity`` and ``lists`` (voters in all) are numbers, or (variables,
        coefficients, a number) added up. ``top`` is the most that one of them brings with it when
        it enters; None: their papers need no station to enter with.
        """
        program, build = self.program, self.build
        placed = build.constraint(0.0, 0.0)
        held = build.constraint(-np.inf, 0.0)
        self._total(placed, count, exact=True)
        self._total(held, capacity, exact=False)
        of_voters = (
            any(figure.kind == "registered" for figure in program.figures) and top is not None
        )
        if of_voters:
            listed = build.constraint(0.0, 0.0)
            self._total(listed, lists, exact=True)
            longest = float(
                max(program.stations.lists.max(initial=0), program.unseen.lists.max(initial=0))
            )
        for site in sites:
            here = build.variables(1)
            build.put(placed, here, 1.0)
            if of_voters:
                voters_here = build.variables(1)
                build.put(listed, voters_here, 1.0)
            variants = program.membership.shape[1]
            papers = build.variables(variants)
            build.put(held, papers, 1.0)
            if self.room >= 0 and not seen:
                build.put(self.room, papers, 1.0)
            for chain in program.chains[site]:
                entries = chain.last + 1
                enter = build.variables(entries)
                all_in = build.constraint(0.0, 0.0)
                build.put(all_in, enter, 1.0)
                build.put(all_in, here, -1.0)
                mass = build.variables(entries * variants).reshape(entries, variants)
                each = build.constraints(variants, 0.0, 0.0)
                build.put(each[None, :], mass, 1.0)
                build.put(each, papers, -1.0)
                if top is not None:
                    within = build.constraints(entries, -np.inf, 0.0)
                    build.put(within[:, None], mass, 1.0)
                    build.put(within, enter, -top)
                voters = enter[:0]
                if of_voters:
                    voters = build.variables(entries)
                    every = build.constraint(0.0, 0.0)
                    build.put(every, voters, 1.0)
                    build.put(every, voters_here, -1.0)
                    within = build.constraints(entries, -np.inf, 0.0)
                    build.put(within, voters, 1.0)
                    build.put(within, enter, -longest)
                self._into(chain.rows, enter, mass, seen, voters)

    def _into(self, rows: Counts, enter: Counts, mass: Counts, seen: bool, voters: Counts) -> None:
        program, build = self.program, self.build
        for row in rows:
            figure = int(program.figure_of[row])
            last = int(program.bulletin_of[row]) + 1
            kind = program.figures[figure].kind
            if kind == "stations" or (kind == "seen" and seen):
                build.put(self.rows[row], enter[:last], 1.0)
            elif kind == "registered":
                build.put(self.rows[row], voters[:last], 1.0)
            else:
                counted = program.membership[figure].astype(float)
                build.put(self.rows[row], mass[:last], counted[None, :])

    def _total(self, constraint: int, given: _Amount, exact: bool) -> None:
        number = given[2] if isinstance(given, tuple) else given
        if isinstance(given, tuple):
            self.build.put(constraint, given[0], -np.asarray(given[1], dtype=float))
        self.build.row_high[constraint] = number
        if exact:
            self.build.row_low[constraint] = number if np.isfinite(number) else 0.0

    def elsewhere(self) -> None:
        """Add papers of no station."""
        program, build = self.program, self.build
        held = build.constraint(-np.inf, float(program.elsewhere))
        for chains in program.chains:
            variants = program.membership.shape[1]
            papers = build.variables(variants)
            build.put(held, papers, 1.0)
            if self.room >= 0:
                build.put(self.room, papers, 1.0)
            for chain in chains:
                entries = program.bulletins + 1
                mass = build.variables(entries * variants).reshape(entries, variants)
                each = build.constraints(variants, 0.0, 0.0)
                build.put(each[None, :], mass, 1.0)
                build.put(each, papers, -1.0)
                rows = chain.rows[~program.no_elsewhere[chain.rows]]
                none = np.zeros(0, dtype=np.int64)
                self._into(rows, none, mass, False, none)


def _unseen_masses(program: Program, build: _Builder, masses: _Masses) -> None:
    unseen = program.unseen
    keys = np.stack([unseen.site, unseen.seen.astype(np.int64), unseen.cap, unseen.lists], axis=1)
    if len(np.unique(keys, axis=0)) > MOST_SIZES:
        keys = keys[:, :2]  # stations of all sizes together: weaker, never wrong
    kinds, which = np.unique(keys, axis=0, return_inverse=True)
    for at, (site, seen, *_) in enumerate(kinds):
        here = which.ravel() == at
        count = float(unseen.count[here].sum())
        held = float((unseen.count[here] * unseen.cap[here].astype(float)).sum())
        sites = range(len(program.sites)) if site < 0 else [int(site)]
        lists = float((unseen.count[here] * unseen.lists[here]).sum())
        masses.free(
            count=count,
            capacity=held,
            sites=sites,
            seen=bool(seen),
            lists=lists,
            top=float(unseen.cap[here].max()),
        )


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
    model = model_of(classes, cost, weight, elastic)
    result = optimum(model)
    if result is None:
        return None
    marginals, found, reached = result
    # The bound adds λ f(x) and takes λ D off; the solver's marginals have the other sign.
    room = max(-marginals[model.room], 0.0) if model.room >= 0 else 0.0
    taken = float(found[model.slack].sum()) if len(model.slack) else 0.0
    return Solved(-marginals[model.rows], room, reached, taken, alone)


def optimum(model: Model) -> tuple[Floats, Floats, float] | None:
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
        options={"time_limit": _TIME},
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
    by = stations.least.max(axis=1)
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
        sites = [at for at, areas in enumerate(program.sites) if one.area in areas]
        places = [stations.of_site(at) for at in sites]
        inside = np.concatenate([np.arange(p.start, p.stop) for p in places])
        excess = int(stations.least[inside, program.figure_of[row]].sum()) - one.high
        if excess > 0:
            found.append((excess, row, inside))
    return sorted(found, key=lambda one: (-one[0], one[1]))


def _classes(program: Program, alone: Mask, by: Counts) -> tuple[Program, Counts]:
    """Return the program with stations summed by class, and how many each class holds."""
    if alone.all():
        return program, np.ones(len(alone), dtype=np.int64)
    order, edges = by_class(program, by, alone, CLASSES)
    weight = np.diff(np.concatenate([edges, [len(order)]]))
    return replace(program, stations=program.stations.summed(order, edges)), weight


def by_class(program: Program, by: Counts, alone: Mask, most: int) -> tuple[Counts, Counts]:
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
    step = max(int((~single).sum()) // most, 1)
    fresh = single | (within % step == 0)
    fresh[starts] = True
    return order, np.flatnonzero(fresh)
