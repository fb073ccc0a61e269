"""Finding multipliers: a linear program on some stations, by HiGHS through scipy.

What it finds is only a proposal: :mod:`.proof` computes what it proves. So it may work on a
sample, and a solver's error costs strength, never truth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from tallyverify.arrays import Counts, Floats
from tallyverify.feasibility.program import Chain, Program
from tallyverify.feasibility.proof import Cost

SAMPLE = 600
"""Stations that the linear program works on."""
_TIME = 20.0


@dataclass(frozen=True, eq=False)
class Solved:
    """What the linear program found: multipliers by row, and the cost that it reached."""

    multipliers: Floats
    room: float
    cost: float
    taken: float  # slack that the rows needed, in votes


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

    def put(self, rows: Counts | int, columns: Counts | int, values: Floats | Counts | float) -> None:
        """Set coefficients."""
        r, c, v = np.broadcast_arrays(rows, columns, values)
        keep = v != 0
        self.entries.append((r[keep].ravel(), c[keep].ravel(), v[keep].astype(float).ravel()))

    def matrix(self) -> csr_array:
        """Return the coefficients."""
        rows = np.concatenate([e[0] for e in self.entries])
        columns = np.concatenate([e[1] for e in self.entries])
        values = np.concatenate([e[2] for e in self.entries])
        return csr_array((values, (rows, columns)), shape=(len(self.row_low), self.columns))


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
    """Return the linear program of some stations, each standing for ``weight`` of its like."""
    build = _Builder()
    rows = np.array(
        [build.constraint(float(lo), float(hi)) for lo, hi in zip(program.low, program.high, strict=True)],
        dtype=np.int64,
    )
    room = build.constraint(-np.inf, float(program.room)) if program.room is not None else -1
    stations = program.stations
    size = len(stations)
    per_sheet = 1.0 if cost == "sheets" else 0.0
    wrong = build.variables(size, per_sheet, high=0.0 if cost == "votes" else np.inf)
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
    order = np.argsort(stations.site, kind="stable")
    edges = np.searchsorted(stations.site[order], np.arange(len(program.sites) + 1))
    for site in range(len(program.sites)):
        here = order[edges[site] : edges[site + 1]]
        if not len(here):
            continue
        for chain in program.chains[site]:
            entries = chain.last + 1
            y = build.variables(len(here) * entries).reshape(len(here), entries)
            whole = build.constraints(len(here), 0, 0)
            for at, station in enumerate(whole):
                build.row_low[station] = build.row_high[station] = float(weight[here[at]])
            build.put(whole[:, None], y, 1.0)
            build.put(whole, wrong[here], 1.0)
            states.append((y, site, here))
            for row in chain.rows:
                figure = program.figure_of[row]
                last = int(program.bulletin_of[row])
                values = stations.least[here, figure]
                build.put(rows[row], y[:, : last + 1], values[:, None].astype(float))
            loose = (stations.most[here] > stations.least[here]).any(axis=0)
            for figure in np.flatnonzero(loose):
                mine = [r for r in chain.rows if program.figure_of[r] == figure]
                if not mine:
                    continue
                gap = (stations.most[here, figure] - stations.least[here, figure]).astype(float)
                more = build.variables(entries)
                bound = build.constraints(entries, -np.inf, 0.0)
                build.put(bound, more, 1.0)
                build.put(bound[None, :], y, -gap[:, None])
                for row in mine:
                    last = int(program.bulletin_of[row])
                    build.put(rows[row], more[: last + 1], 1.0)
            if cost == "votes":
                _changed_papers(program, build, rows, chain, y, here)
    # Wrong sheets, wherever they belong, and the unseen.
    caps = stations.cap.astype(float)
    masses.free(
        count=(wrong, 1.0), capacity=(wrong, caps), sites=range(len(program.sites)), seen=True
    )
    _unseen_masses(program, build, masses)
    if program.elsewhere:
        masses.elsewhere()
    return Model(build, rows, room, wrong, states, slack)


def _changed_papers(
    program: Program, build: _Builder, rows: Counts, chain: Chain, y: Counts, here: Counts
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
    held = np.zeros((len(here), variants))
    for figure, counted in enumerate(program.figures):
        if counted.kind == "votes" and len(counted.candidates) == 1:
            for column, variant in enumerate(program.papers.variants):
                if variant.candidate == counted.candidates[0] and variant.name.startswith("for "):
                    held[:, column] = stations.most[here, figure]
    for entry in range(entries):
        for column in range(variants):
            least = build.constraint(-np.inf, 0.0)
            build.put(least, off[entry, column], 1.0)
            build.put(least, y[:, entry], -held[:, column])
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
        count: tuple[Counts, float] | float,
        capacity: tuple[Counts, Floats] | float,
        sites: object,
        seen: bool,
        lists: float = 0.0,
    ) -> None:
        """Add stations that may hold any papers, at any of some sites.

        ``count`` and ``capacity`` are numbers, or (variables, coefficients) whose sum they are.
        """
        program, build = self.program, self.build
        placed = build.constraint(0.0, 0.0)
        held = build.constraint(-np.inf, 0.0)
        self._total(placed, count, exact=True)
        self._total(held, capacity, exact=False)
        for site in sites:  # type: ignore[attr-defined]
            here = build.variables(1)
            build.put(placed, here, 1.0)
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
                top = float(max(program.stations.cap.max(initial=0), program.unseen.cap.max(initial=0)))
                within = build.constraints(entries, -np.inf, 0.0)
                build.put(within[:, None], mass, 1.0)
                build.put(within, enter, -top)
                self._into(chain.rows, enter, mass, seen, lists)

    def _into(self, rows: Counts, enter: Counts, mass: Counts, seen: bool, lists: float) -> None:
        program, build = self.program, self.build
        for row in rows:
            figure = int(program.figure_of[row])
            last = int(program.bulletin_of[row]) + 1
            kind = program.figures[figure].kind
            if kind == "stations" or (kind == "seen" and seen):
                build.put(self.rows[row], enter[:last], 1.0)
            elif kind == "registered":
                build.put(self.rows[row], enter[:last], lists)
            else:
                counted = program.membership[figure].astype(float)
                build.put(self.rows[row], mass[:last], counted[None, :])

    def _total(
        self, constraint: int, given: tuple[Counts, Floats | float] | float, exact: bool
    ) -> None:
        if isinstance(given, tuple):
            self.build.put(constraint, given[0], -np.asarray(given[1], dtype=float))
        else:
            self.build.row_high[constraint] = float(given)
            if exact:
                self.build.row_low[constraint] = float(given)

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
                self._into(rows, np.zeros(0, dtype=np.int64), mass, False, 0.0)


def _unseen_masses(program: Program, build: _Builder, masses: _Masses) -> None:
    unseen = program.unseen
    keys = np.stack([unseen.site, unseen.seen.astype(np.int64)], axis=1)
    for site, seen in np.unique(keys, axis=0) if len(unseen) else []:
        here = (unseen.site == site) & (unseen.seen == bool(seen))
        count = float(unseen.count[here].sum())
        held = float((unseen.count[here] * unseen.cap[here].astype(float)).sum())
        sites = range(len(program.sites)) if site < 0 else [int(site)]
        lists = float((unseen.count[here] * unseen.lists[here]).sum() / max(count, 1.0))
        masses.free(count=count, capacity=held, sites=sites, seen=bool(seen), lists=lists)


def solve(program: Program, cost: Cost, *, elastic: bool = False) -> Solved | None:
    """Return multipliers for a bound, from a linear program on a sample of the stations.

    ``elastic`` asks how much the rows would have to change instead, at no cost for wrong sheets.
    None where the solver finds nothing: the rows exclude each other, or it failed.
    """
    sampled, weight = _sampled(program)
    model = model_of(sampled, cost, weight, elastic)
    build = model.build
    low, high = np.array(build.row_low), np.array(build.row_high)
    matrix = build.matrix()
    equal = low == high
    upper, lower = ~equal & np.isfinite(high), ~equal & np.isfinite(low)
    from scipy.sparse import vstack

    above = vstack([matrix[upper], -matrix[lower]]) if (upper.any() or lower.any()) else None
    result = linprog(
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
    # The bound adds λ f(x) and takes λ D off; the solver's marginals have the other sign.
    room = max(-dual[model.room], 0.0) if model.room >= 0 else 0.0
    taken = float(result.x[model.slack].sum()) if len(model.slack) else 0.0
    return Solved(-dual[model.rows], room, float(result.fun), taken)


def _sampled(program: Program) -> tuple[Program, Counts]:
    """Return the program with some of its stations, and how many each stands for."""
    from dataclasses import replace

    stations = program.stations
    size = len(stations)
    if size <= SAMPLE:
        return program, np.ones(size, dtype=np.int64)
    # Every so-manieth by area and size, so that all sizes stand in the sample as in the whole.
    order = np.lexsort((stations.key, stations.least.max(axis=1), stations.site))
    step = -(-size // SAMPLE)
    starts = np.arange(0, size, step)
    picked = order[np.minimum(starts + step // 2, size - 1)]
    weight = np.minimum(step, size - starts)
    return replace(program, stations=stations.take(picked)), weight
