"""The worlds of a program as a linear program, over classes of stations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tallyverify.arrays import Counts, Mask
from tallyverify.feasibility.proving.building import Builder
from tallyverify.feasibility.proving.free_papers import FreePapers, Pool, unseen_papers
from tallyverify.feasibility.proving.program import Chain, Program
from tallyverify.feasibility.proving.proof import Cost
from tallyverify.feasibility.proving.sheet_papers import changed_papers, loose_papers

_WRITTEN_OUT = 24
"""With so many bulletins the sums of each row are written out: shorter, as long as they are few."""


@dataclass(frozen=True, eq=False)
class LinearProgram:
    """A linear program of a :class:`Program`, with where its parts stand."""

    build: Builder
    rows: Counts  # constraint of each published row
    room: int  # constraint of the room, −1 without
    wrong: Counts  # variables: how many of each station class are wrong
    states: list[tuple[Counts, int, Counts]]  # chain's variables (stations × entries), site, rows
    pools: list[Pool]  # stations that may hold anything


def model_of(
    program: Program,
    cost: Cost,
    weight: Counts,
    *,
    elastic: bool = False,
    world_of: Program | None = None,
) -> LinearProgram:
    """Return the linear program of classes of stations, each the sum of ``weight`` of them.

    ``elastic`` lets figures change at a cost. A world, of the program whose stations were summed,
    holds each paper of a sheet that does not say all to every figure on it, and free stations to
    the largest that they can be; a bound can do without.
    """
    strict = world_of is not None
    build = Builder()
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
    if elastic:
        typical = max(float(stations.cap.mean()) if size else 1.0, 1.0)
        price = np.array([typical if row.of_stations else 1.0 for row in program.rows])
        slack = build.variables(2 * len(rows))
        build.costs[-1] = np.concatenate([price, price])
        build.put(rows, slack[: len(rows)], 1.0)
        build.put(rows, slack[len(rows) :], -1.0)
    states: list[tuple[Counts, int, Counts]] = []
    masses = FreePapers(program, build, rows, room, world_of)
    for site in range(len(program.sites)):
        there = stations.of_site(site)
        here = np.arange(there.start, there.stop)
        if not len(here):
            continue
        held: list[Counts] = []
        for chain in program.chains[site]:
            entries = chain.last + 1
            y = build.variables(len(here) * entries).reshape(len(here), entries)
            whole = build.constraints(len(here), 1.0, 1.0)
            build.put(whole[:, None], y, 1.0)
            build.put(whole, wrong[here], 1.0)
            states.append((y, site, here))
            apart: Mask = stations.most[here] > stations.least[here]
            if strict:
                each = np.asarray(apart.any(axis=1))
                held.append(_each_paper(program, build, rows, chain, y, here, each))
            else:
                loose: Mask = np.asarray(apart.any(axis=0))
                _figures(program, build, rows, chain, y, here, ~loose)
                if loose.any():
                    loose_papers(program, build, rows, chain, y, here, np.flatnonzero(loose))
            if cost == "votes":
                changed_papers(program, build, rows, chain, y, here, strict=strict)
        for other in held[1:]:  # one sheet says the same in rows of different hours
            alike = build.constraints(held[0][:, 0].size, 0.0, 0.0).reshape(held[0][:, 0].shape)
            build.put(alike[:, None], held[0], 1.0)
            build.put(alike[:, None], other, -1.0)
    _free_papers(program, masses, wrong, weight)
    return LinearProgram(build, rows, room, wrong, states, masses.pools)


def _free_papers(program: Program, masses: FreePapers, wrong: Counts, weight: Counts) -> None:
    """Add papers that no sheet is witness to: of wrong sheets, wherever they belong, and others."""
    stations = program.stations
    masses.free(
        count=(wrong, weight.astype(float), 0.0),
        capacity=(wrong, stations.cap.astype(float), 0.0),
        lists=(wrong, stations.lists.astype(float), 0.0),
        sites=program.settled,
        seen=True,
        top=masses.largest,
    )
    unseen_papers(program, masses)
    if program.elsewhere:
        masses.elsewhere()
    if program.loose:
        masses.free(
            count=(np.zeros(0, dtype=np.int64), 0.0, np.inf),
            capacity=float(program.loose),
            sites=program.settled,
            seen=False,
            top=None,
        )


def _figures(
    program: Program,
    build: Builder,
    rows: Counts,
    chain: Chain,
    y: Counts,
    here: Counts,
    exact: Mask,
) -> None:
    """Add what true sheets say exactly, for some figures."""
    entered = _entered(build, chain, y) if chain.last > _WRITTEN_OUT else None
    for at, row in enumerate(chain.rows):
        figure = program.figure_of[row]
        if exact[figure]:
            values = program.stations.least[here, figure].astype(float)
            inside = y[:, chain.counts[:, at]] if entered is None else entered[:, at, None]
            build.put(rows[row], inside, values[:, None])


def _entered(build: Builder, chain: Chain, y: Counts) -> Counts:
    """Add whether each station entered in one of the ways that a row counts; (stations, rows).

    Each such sum is that of the ways which the largest of the others inside it lacks: so all of
    them together have as many terms as there are ways, not as their square.
    """
    sums, of_row = np.unique(chain.counts.T, axis=0, return_inverse=True)
    size = len(y)
    variables = np.empty((len(sums), size), dtype=np.int64)
    done = np.zeros((0, sums.shape[1]), dtype=bool)
    order = np.argsort(sums.sum(axis=1), kind="stable")
    for nth, one in enumerate(order):
        variables[one] = build.variables(size)
        equal = build.constraints(size, 0.0, 0.0)
        build.put(equal, variables[one], -1.0)
        lacking = sums[one]
        inside = np.flatnonzero(~(done & ~lacking).any(axis=1))
        if len(inside) and done[inside[-1]].any():
            build.put(equal, variables[order[inside[-1]]], 1.0)
            lacking = lacking & ~done[inside[-1]]
        build.put(equal[:, None], y[:, lacking], 1.0)
        done = sums[order[: nth + 1]]
    return variables[of_row.ravel()].T


def _each_paper(
    program: Program,
    build: Builder,
    rows: Counts,
    chain: Chain,
    y: Counts,
    here: Counts,
    loose: Mask,
) -> Counts:
    """Add true sheets one by one where they leave something open, with all their papers.

    Returns the papers of these, in shape (sheets, entries, variants).
    """
    counts_papers: Mask = np.asarray(program.membership.any(axis=1))
    every: Mask = counts_papers | True
    _figures(program, build, rows, chain, y[~loose], here[~loose], every)
    y, here, papers = y[loose], here[loose], np.flatnonzero(counts_papers)
    if not len(here):
        return np.zeros((0, y.shape[1], program.membership.shape[1]), dtype=np.int64)
    _figures(program, build, rows, chain, y, here, ~counts_papers)
    return loose_papers(program, build, rows, chain, y, here, papers, each=True)
