"""The worlds of a program as a linear program, over classes of stations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tallyverify.arrays import Counts, Mask
from tallyverify.feasibility.proving.building import Builder
from tallyverify.feasibility.proving.free_papers import FreePapers, unseen_papers
from tallyverify.feasibility.proving.program import Program
from tallyverify.feasibility.proving.proof import Cost
from tallyverify.feasibility.proving.sheet_papers import changed_papers, loose_papers


@dataclass(frozen=True, eq=False)
class LinearProgram:
    """A linear program of a :class:`Program`, with where its parts stand."""

    build: Builder
    rows: Counts  # constraint of each published row
    room: int  # constraint of the room, −1 without
    wrong: Counts  # variables: how many of each station class are wrong
    states: list[tuple[Counts, int, Counts]]  # chain's variables (stations × entries), site, rows


def model_of(program: Program, cost: Cost, weight: Counts, elastic: bool) -> LinearProgram:
    """Return the linear program of classes of stations, each the sum of ``weight`` of them."""
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
    masses = FreePapers(program, build, rows, room)
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
            for at, row in enumerate(chain.rows):
                figure = program.figure_of[row]
                if not loose[figure]:
                    values = stations.least[here, figure].astype(float)
                    build.put(rows[row], y[:, chain.counts[:, at]], values[:, None])
            if loose.any():
                loose_papers(program, build, rows, chain, y, here, np.flatnonzero(loose))
            if cost == "votes":
                changed_papers(program, build, rows, chain, y, here)
    # Wrong sheets, wherever they belong, and the unseen.
    caps = stations.cap.astype(float)
    masses.free(
        count=(wrong, weight.astype(float), 0.0),
        capacity=(wrong, caps, 0.0),
        lists=(wrong, stations.lists.astype(float), 0.0),
        sites=program.settled,
        seen=True,
        top=float(caps.max(initial=0)),
    )
    unseen_papers(program, build, masses)
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
    return LinearProgram(build, rows, room, wrong, states)
