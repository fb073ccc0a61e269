"""Papers that no sheet is witness to: of wrong sheets, of the unseen, and of no station."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

import numpy as np

from tallyverify.arrays import Counts
from tallyverify.feasibility.proving.building import Amount, Builder
from tallyverify.feasibility.proving.program import Chain, Program, at_once, joint_chain

MOST_SIZES = 60
"""So many sizes of unseen stations are told apart: a few of them hold no more than they can."""
_MOST_WAYS = 60


@dataclass(frozen=True, eq=False)
class FreeChain:
    """Variables of free stations in one chain of a site."""

    chain: Chain
    enter: Counts  # (entries,), stations
    mass: Counts  # (entries, variants), papers
    voters: Counts  # (entries,), or none where no published row holds voters


@dataclass(frozen=True, eq=False)
class Pool:
    """Stations that may hold anything, known by what they hold between them."""

    entries: Counts | None  # which entries of ``Program.unseen``; None: sheets that are wrong
    chains: list[FreeChain]


class FreePapers:
    """Papers of stations that may hold anything."""

    def __init__(
        self, program: Program, build: Builder, rows: Counts, room: int, world_of: Program | None
    ) -> None:
        self.program, self.build, self.rows, self.room = program, build, rows, room
        sheets, unseen = (world_of or program).stations, program.unseen
        # The largest station with a sheet, and the longest list of any.
        self.largest = float(sheets.cap.max(initial=0))
        self.longest = float(max(sheets.lists.max(initial=0), unseen.lists.max(initial=0)))
        self.of_world = world_of is not None
        self.pools: list[Pool] = []

    def free(
        self,
        *,
        count: Amount,
        capacity: Amount,
        sites: Iterable[int],
        seen: bool,
        lists: Amount = 0.0,
        top: float | None,
        entries: Counts | None = None,
    ) -> None:
        """Add stations that may hold any papers, at any of some sites.

        ``count``, ``capacity`` and ``lists`` (voters in all) are numbers, or (variables,
        coefficients, a number) added up. ``top`` is the most that one of them brings with it when
        it enters; None: their papers need no station to enter with.
        """
        program, build = self.program, self.build
        pool = Pool(entries, [])
        if top is not None:
            self.pools.append(pool)
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
            stations = self.of_world and top is not None
            for chain in [_joined(program, site)] if stations else program.chains[site]:
                ways = chain.last + 1
                enter = build.variables(ways)
                all_in = build.constraint(0.0, 0.0)
                build.put(all_in, enter, 1.0)
                build.put(all_in, here, -1.0)
                mass = build.variables(ways * variants).reshape(ways, variants)
                each = build.constraints(variants, 0.0, 0.0)
                build.put(each[None, :], mass, 1.0)
                build.put(each, papers, -1.0)
                if top is not None:
                    within = build.constraints(ways, -np.inf, 0.0)
                    build.put(within[:, None], mass, 1.0)
                    build.put(within, enter, -top)
                voters = enter[:0]
                if of_voters:
                    voters = build.variables(ways)
                    every = build.constraint(0.0, 0.0)
                    build.put(every, voters, 1.0)
                    build.put(every, voters_here, -1.0)
                    within = build.constraints(ways, -np.inf, 0.0)
                    build.put(within, voters, 1.0)
                    build.put(within, enter, -self.longest)
                pool.chains.append(FreeChain(chain, enter, mass, voters))
                self._into(chain, enter, mass, seen, voters)

    def _into(self, chain: Chain, enter: Counts, mass: Counts, seen: bool, voters: Counts) -> None:
        for at, row in enumerate(chain.rows):
            entered = chain.counts[:, at]
            kind = self.program.figures[self.program.figure_of[row]].kind
            if kind == "stations" or (kind == "seen" and seen):
                self.build.put(self.rows[row], enter[entered], 1.0)
            elif kind == "registered" and len(voters):
                self.build.put(self.rows[row], voters[entered], 1.0)
            else:
                self._papers(row, mass[entered])

    def _papers(self, row: int, mass: Counts) -> None:
        counted = self.program.membership[self.program.figure_of[row]].astype(float)
        self.build.put(self.rows[row], mass, counted[None, :])

    def _total(self, constraint: int, given: Amount, exact: bool) -> None:
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
        for site in program.settled:
            variants = program.membership.shape[1]
            papers = build.variables(variants)
            build.put(held, papers, 1.0)
            if self.room >= 0:
                build.put(self.room, papers, 1.0)
            for chain in program.chains[site]:
                entries = chain.sealed + 1
                mass = build.variables(entries * variants).reshape(entries, variants)
                each = build.constraints(variants, 0.0, 0.0)
                build.put(each[None, :], mass, 1.0)
                build.put(each, papers, -1.0)
                for row in chain.rows[~program.no_elsewhere[chain.rows]]:
                    self._papers(row, mass[: program.bulletin_of[row] + 1])


def _joined(program: Program, site: int) -> Chain:
    """Return all chains of a site as one: in a world a station enters each of them in some way.

    Of very many ways only those remain in which it enters all of them with one bulletin.
    """
    chains = program.chains[site]
    ways = [range(chain.last + 1) for chain in chains]
    if not chains or np.prod([len(one) for one in ways]) > _MOST_WAYS:
        return at_once(program, site)
    return joint_chain(chains, product(*ways), program.bulletins)


def unseen_papers(program: Program, masses: FreePapers) -> None:
    """Add the papers of unseen stations, apart by place and size where these are few."""
    unseen = program.unseen
    keys = np.stack([unseen.site, unseen.seen.astype(np.int64), unseen.cap, unseen.lists], axis=1)
    if len(np.unique(keys, axis=0)) > MOST_SIZES:
        keys = _by_size(program, keys)  # stations of some sizes together: weaker, never wrong
    kinds, which = np.unique(keys, axis=0, return_inverse=True)
    for at, (site, seen, *_) in enumerate(kinds):
        here = which.ravel() == at
        count = float(unseen.count[here].sum())
        held = float((unseen.count[here] * unseen.cap[here].astype(float)).sum())
        sites = program.settled if site < 0 else [int(site)]
        lists = float((unseen.count[here] * unseen.lists[here]).sum())
        masses.free(
            count=count,
            capacity=held,
            sites=sites,
            seen=bool(seen),
            lists=lists,
            top=float(unseen.cap[here].max()),
            entries=np.flatnonzero(here),
        )


def _by_size(program: Program, keys: Counts) -> Counts:
    """Return place and whether seen, with a part of the sizes there: as many parts as are few."""
    cap = program.unseen.cap
    pools, which = np.unique(keys[:, :2], axis=0, return_inverse=True)
    which = which.ravel()
    spread = len(program.settled) if (keys[:, 0] < 0).any() else 1
    parts = max(MOST_SIZES // max(len(pools), spread), 1)
    order = np.lexsort((cap, which))
    size = np.bincount(which)
    place = np.empty(len(cap), dtype=np.int64)
    place[order] = np.arange(len(cap)) - (np.cumsum(size) - size)[which[order]]
    return np.column_stack([keys[:, :2], parts * place // size[which]])
