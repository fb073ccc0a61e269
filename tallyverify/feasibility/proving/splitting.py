"""Splitting stations among bulletins so that exact sums come out: a subset-sum problem.

Where all that is published is an exact sum over seen stations, which of them entered with which
bulletin is a market split problem, at which branch and bound fails. Once a linear program has
settled most stations, what is left over is small: stations that may change sides between two
bulletins are looked through for those that mend it (see :mod:`.subset_sums`), area by area.
Nothing is claimed here: what is found is a proposal of states, checked in integers by
:mod:`.worlds`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tallyverify.arrays import Counts, Mask
from tallyverify.feasibility.figures.papers import Figure
from tallyverify.feasibility.proving.program import Program
from tallyverify.feasibility.proving.subset_sums import (
    SIZES,
    Effort,
    approach,
    both,
    choices,
    log_density,
    subsets,
)

_BATCH, _GATHERED = 64, 1 << 23
"""So many ways, and sums, are looked at for the one that leaves most to choose from."""

_Way = tuple[Counts, Counts]  # states, and the least and most of each row


def split(program: Program, states: Counts) -> Counts | None:
    """Return states of stations in which every published sum comes out; None where none is found.

    Parameters
    ----------
    program : Program
        Stations and published rows; papers that no sheet shows are left open.
    states : ndarray of int64, shape (stations, chains)
        How each station enters, with no sheet wrong: what is to be mended. Stations in doubt, of
        place or figures, stay as they are.

    Returns
    -------
    ndarray of int64, shape (stations, chains), or None
        A proposal to be checked. How long is searched is counted in sums, not in seconds.
    """
    found = _Splitting(program, states)
    # What lies in a small area is settled with it, what is left mends the areas around it.
    for area in sorted(
        {row.area for row in program.rows}, key=lambda a: (program.held_in(a)[0], a)
    ):
        if not found.mend(area, found.in_order(area)):
            return None
    return found.states


@dataclass(frozen=True, eq=False)
class _Pool:
    """Stations that may change sides in one bulletin of an area, and what that adds to its rows."""

    station: Counts
    chain: Counts
    new: Counts  # the state after the change
    near: Mask  # no other bulletin's sums change
    added: Counts  # (stations, rows)


class _Splitting:
    """States of stations, the sums that they make, and which rows are to be kept as they are."""

    def __init__(self, program: Program, states: Counts) -> None:
        self.program, self.states = program, states.copy()
        self.kept = np.zeros(len(program.rows), dtype=bool)
        self.effort = Effort()
        stations = program.stations
        self.exact: Mask = ~stations.least.differ(stations.most)
        # A row that is open by less than a station holds is aimed at as if it were exact.
        self.typical = stations.least[:].mean(axis=0)[program.figure_of]
        self.sums = np.zeros((2, len(program.rows)), dtype=np.int64)  # least and most
        sure = np.zeros(len(program.rows), dtype=np.int64)
        for site, chains in enumerate(program.chains):
            there = stations.of_site(site)
            for at, chain in enumerate(chains):
                figures = program.figure_of[chain.rows]
                entered = chain.counts[states[there, at]]
                for sums, values in zip(self.sums, (stations.least, stations.most), strict=True):
                    np.add.at(sums, chain.rows, (values[there][:, figures] * entered).sum(axis=0))
                always = chain.counts.all(axis=0) * stations.least[there][:, figures]
                np.add.at(sure, chain.rows, always.sum(axis=0))
        self.free = _free(program, sure)

    def in_order(self, area: int) -> list[int]:
        """Bulletins of an area, from the first or the last on: where fewer stations drop out.

        What is left to choose from is largest at the end, where sums have to come out at last.
        """
        program, entered = self.program, [np.zeros(0, dtype=np.int64)]
        for site in program.sites_in(area):
            for at, chain in enumerate(program.chains[site]):
                if any(program.rows[row].area == area for row in chain.rows):
                    entered.append(self.states[program.stations.of_site(site), at])
        left = np.concatenate(entered)
        bulletins = sorted(bulletin for bulletin, inside in program.rows_at if inside == area)
        found = []
        while bulletins:
            before, after = left <= bulletins[0], left > bulletins[-1]
            first = before.sum() <= after.sum()
            found.append(bulletins.pop(0 if first else -1))
            left = left[~(before if first else after)]
        return found

    def mend(self, area: int, bulletins: list[int]) -> bool:
        """Make the sums of an area's bulletins come out, one after the other."""
        if not bulletins:
            return True
        rows = np.array(self.program.rows_at[bulletins[0], area], dtype=np.int64)
        before = self.states, self.sums
        ways = self._ways(bulletins[0], area, rows)
        while self.effort.left > 0:
            batch = self._batch(ways, rows, area, bulletins[1:])
            if not batch:
                return False
            for self.states, self.sums in batch:
                self.kept[rows] = True
                if self.mend(area, bulletins[1:]):
                    return True
                self.kept[rows] = False
            self.states, self.sums = before
        return False

    def _batch(self, ways: Iterator[_Way], rows: Counts, area: int, then: list[int]) -> list[_Way]:
        """Some ways, first those that leave the bulletin after them the most to choose from."""
        found: list[tuple[float, int, _Way]] = []
        least, before = self.effort.left - _GATHERED, (self.states, self.sums)
        for way in ways:
            self.states, self.sums = way
            self.kept[rows] = True
            promise = self._promise(area, then[0]) if then else None
            self.kept[rows] = False
            self.states, self.sums = before
            found.append((0.0 if promise is None else -promise, len(found), way))
            if promise is None or len(found) == _BATCH or self.effort.left < least:
                break
        return [way for _, _, way in sorted(found, key=lambda one: one[:2])]

    def _promise(self, area: int, bulletin: int) -> float | None:
        """How likely sums of few stations come out (a logarithm); None of many, or of none."""
        exact, missing = self._missing(np.array(self.program.rows_at[bulletin, area]))
        if not missing.any():
            return None
        added = self._pool(bulletin, area, exact).added
        few = 0 < len(added) <= SIZES[-1]
        return len(added) + log_density(added, missing) if few else None

    def _missing(self, rows: Counts) -> tuple[Counts, Counts]:
        """Which of some rows are to be hit, and how much is missing in them."""
        exact = rows[self._narrow()[rows]]
        low = self.program.low - self.sums[1] + self.sums[0] - self.free
        return exact, (np.clip(self.sums[0], low, self.program.high) - self.sums[0])[exact]

    def _ways(self, bulletin: int, area: int, rows: Counts) -> Iterator[_Way]:
        """Yield states, and their sums, in which one bulletin's sums of an area come out."""
        checked = self.kept.copy()
        checked[rows] = True
        exact, missing = self._missing(rows)
        if not missing.any() and self._holds(self.sums, checked):
            yield self.states, self.sums
        pool = self._pool(bulletin, area, exact) if len(exact) else None
        if pool is None or not len(pool.station):
            return
        states, sums = self.states, self.sums
        before = approach(pool.added, missing)
        signed = np.where(before[:, None], -pool.added, pool.added)
        missing = missing - pool.added[before].sum(axis=0)
        inside = (pool.new > bulletin) ^ before
        for some in choices(signed, missing, pool.near, inside):
            for chosen in subsets(both(signed, some), missing, inside[some[:, 0]], self.effort):
                move = before.copy()
                changed_sides = some[chosen].ravel()
                move[changed_sides[changed_sides >= 0]] ^= True
                changed = self._moved(states, sums, pool, np.flatnonzero(move))
                if self._holds(changed[1], checked):
                    yield changed
            if self.effort.left <= 0:
                return

    def _narrow(self) -> Mask:
        """Rows that are to be hit, and kept as they are: by less than a station exact; (rows,)."""
        wide = np.maximum(
            self.sums[1] - self.sums[0] + self.free, self.program.high - self.program.low
        )
        return np.asarray(wide <= self.typical)

    def _holds(self, sums: Counts, rows: Mask) -> bool:
        program = self.program
        held = (sums[0] <= program.high) & (sums[1] + self.free >= program.low)
        return bool(held[rows].all())

    def _pool(self, bulletin: int, area: int, rows: Counts) -> _Pool:
        """Stations that may enter with a bulletin instead of later, or the other way round."""
        program, stations = self.program, self.program.stations
        fixed: Mask = np.asarray(self.kept & self._narrow())
        figures = program.figure_of[rows]
        exact: Mask = np.asarray(self.exact[:, figures].all(axis=1))
        parts = []
        for site in program.sites_in(area):
            there = stations.of_site(site)
            if len(program.sites[site]) > 1 or there.start == there.stop:
                continue
            for at, chain in enumerate(program.chains[site]):
                if chain.last <= bulletin or not np.isin(rows, chain.rows).all():
                    continue
                states = self.states[there, at]
                for old in range(chain.last + 1):
                    new = bulletin + 1 if old <= bulletin else bulletin
                    differs = chain.counts[old] != chain.counts[new]
                    if (differs & fixed[chain.rows]).any():
                        continue
                    here = there.start + np.flatnonzero((states == old) & exact[there])
                    added = stations.least[here][:, figures]
                    one = np.ones_like(here)
                    near = one * (bulletin <= old <= bulletin + 1)
                    sign = 1 if new == bulletin else -1
                    parts.append((here, at * one, new * one, near > 0, sign * added))
        if not parts:
            none = np.zeros(0, dtype=np.int64)
            return _Pool(none, none, none, none > 0, none.reshape(0, 1))
        return _Pool(*(np.concatenate(part) for part in zip(*parts, strict=True)))

    def _moved(
        self, states: Counts, sums: Counts, pool: _Pool, moved: Counts
    ) -> tuple[Counts, Counts]:
        """Return states and sums after some stations of the pool have changed sides."""
        program, states, sums = self.program, states.copy(), sums.copy()
        for at in moved.tolist():
            station, which = int(pool.station[at]), int(pool.chain[at])
            chain = program.chains[int(program.stations.site[station])][which]
            old, new = int(states[station, which]), int(pool.new[at])
            change = chain.counts[new].astype(np.int64) - chain.counts[old]
            figures = program.figure_of[chain.rows]
            sums[0, chain.rows] += change * program.stations.least[station, figures]
            sums[1, chain.rows] += change * program.stations.most[station, figures]
            states[station, which] = new
        return states, sums


def _free(program: Program, sure: Counts) -> Counts:
    """The most that may come into each row of which no sheet says anything; (rows,).

    ``sure``: what each row holds of stations however they enter. What has come in stays in.
    """
    opened: Mask = np.full(len(program.rows), bool(program.loose))
    if program.elsewhere:
        opened |= ~program.no_elsewhere
    for site in np.unique(program.unseen.site[program.unseen.count > 0]).tolist():
        for at in [site] if site >= 0 else program.settled:
            for chain in program.chains[at]:
                opened[chain.rows] = True
    most = np.zeros(len(program.rows), dtype=np.int64)
    left: dict[tuple[int, Figure], int] = {}
    for at in np.argsort(-program.bulletin_of, kind="stable").tolist():
        row = program.rows[at]
        room = max(row.high - int(sure[at]), 0)
        left[row.area, row.figure] = min(left.get((row.area, row.figure), room), room)
        most[at] = left[row.area, row.figure] if opened[at] else 0
    return most
