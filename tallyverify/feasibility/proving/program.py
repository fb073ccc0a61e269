"""The worlds of one series of bulletins as a program: stations, their states, and published rows.

Every station is true or wrong, and enters the count with one of the bulletins or never. The
published rows bound sums over the stations that entered. What is not known is relaxed, never
guessed: so a bound proved here holds in every world, and a world that is claimed is checked apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from tallyverify.arrays import Counts, Mask, SmallCounts
from tallyverify.feasibility.figures.papers import Figure, Papers
from tallyverify.feasibility.figures.published import Row
from tallyverify.feasibility.sheets.sheet_rows import Places


@dataclass(frozen=True, eq=False)
class Chain:
    """Rows that a station of some site enters together, in one of several ways.

    It does so from one bulletin on, or never; where its place is in doubt, as of one place.
    """

    rows: Counts  # positions in ``Program.rows``
    counts: Mask  # (ways to enter, rows), where a station that enters so counts in a row
    sealed: int  # the bulletin by which papers of no station are in; the number of them: or never

    @property
    def last(self) -> int:
        """The last of the ways to enter."""
        return len(self.counts) - 1


@dataclass(frozen=True, eq=False)
class SheetStations:
    """Seen stations, by site: what each sheet may say of each figure, and what it could hold."""

    least: SmallCounts  # (stations, figures)
    most: SmallCounts
    site: Counts  # (stations,), position in ``Program.sites``
    cap: Counts  # (stations,)
    lists: Counts  # (stations,), voters on the list, 0 where not known
    low: SmallCounts  # (stations, classes), least and most papers of each class
    high: SmallCounts
    key: Counts  # (stations,), position among the sheets

    def __len__(self) -> int:
        return len(self.site)

    @cached_property
    def limits(self) -> tuple[Counts, Counts, Counts]:
        """Distinct (cap, voters) of stations, and which of them each station has."""
        paired = self.cap * (1 << 32) + self.lists
        distinct, where = np.unique(paired, return_inverse=True)
        return distinct >> 32, distinct & ((1 << 32) - 1), where

    def of_site(self, site: int) -> slice:
        """Return where the stations of a site stand."""
        start, stop = np.searchsorted(self.site, [site, site + 1])
        return slice(int(start), int(stop))

    def take(self, which: Counts | slice) -> SheetStations:
        """Return some of the stations, in their order."""
        return SheetStations(
            self.least.rows(which),
            self.most.rows(which),
            self.site[which],
            self.cap[which],
            self.lists[which],
            self.low.rows(which),
            self.high.rows(which),
            self.key[which],
        )

    def summed(self, order: Counts, edges: Counts) -> SheetStations:
        """Return one entry for each run of stations, put in this order: the sum of all of them."""
        return SheetStations(
            self.least.summed(order, edges),
            self.most.summed(order, edges),
            self.site[order][edges],
            np.add.reduceat(self.cap[order], edges),
            np.add.reduceat(self.lists[order], edges),
            self.low.summed(order, edges),
            self.high.summed(order, edges),
            self.key[order][edges],
        )


@dataclass(frozen=True, eq=False)
class Unseen:
    """Stations of which no sheet says anything: they may hold anything up to a cap."""

    site: Counts  # position in ``Program.sites``, −1: any
    cap: Counts
    count: Counts  # how many stations each entry stands for
    seen: Mask  # a sheet was seen, but says nothing
    lists: Counts  # voters on the list, 0 where not known

    def __len__(self) -> int:
        return len(self.site)


@dataclass(frozen=True, eq=False)
class Program:
    """All that a proof is about."""

    rows: tuple[Row, ...]
    papers: Papers
    figures: tuple[Figure, ...]
    bulletins: int
    sites: tuple[Places, ...]
    chains: tuple[tuple[Chain, ...], ...]  # by site
    stations: SheetStations
    unseen: Unseen
    elsewhere: int  # the most papers that belong to no station
    no_elsewhere: Mask  # (rows,), rows that hold only votes of stations
    loose: int  # the most papers of stations whose number is not known
    room: int | None  # the most papers of unseen stations and of no station together

    @cached_property
    def membership(self) -> Counts:
        """1 where a figure counts a variant of paper; shape (figures, variants)."""
        return self.papers.membership(self.figures)

    @cached_property
    def figure_of(self) -> Counts:
        """The figure of each row, as a position; shape (rows,)."""
        where = {figure: at for at, figure in enumerate(self.figures)}
        return np.array([where[row.figure] for row in self.rows], dtype=np.int64)

    @cached_property
    def bulletin_of(self) -> Counts:
        """The bulletin of each row; shape (rows,)."""
        return np.array([row.bulletin for row in self.rows], dtype=np.int64)

    @cached_property
    def low(self) -> Counts:
        """The least of each row; shape (rows,)."""
        return np.array([row.low for row in self.rows], dtype=np.int64)

    @cached_property
    def high(self) -> Counts:
        """The most of each row; shape (rows,)."""
        return np.array([row.high for row in self.rows], dtype=np.int64)

    @cached_property
    def rows_at(self) -> dict[tuple[int, int], list[int]]:
        """Positions of the rows, by (bulletin, area)."""
        found: dict[tuple[int, int], list[int]] = {}
        for at, row in enumerate(self.rows):
            found.setdefault((row.bulletin, row.area), []).append(at)
        return found

    @cached_property
    def _by_site(self) -> tuple[Counts, Counts, Counts]:
        """Sheets, and the least and most that they hold of each figure, by site."""
        edges = np.searchsorted(self.stations.site, np.arange(len(self.sites) + 1))
        shape = (len(self.sites), len(self.figures))
        least, most = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        sheets = np.diff(edges)
        some = np.flatnonzero(sheets)  # stations stand by site
        if len(some):
            for at in range(len(self.figures)):
                least[some, at] = np.add.reduceat(self.stations.least[:, at], edges[some])
                most[some, at] = np.add.reduceat(self.stations.most[:, at], edges[some])
        return sheets, least, most

    @cached_property
    def settled(self) -> list[int]:
        """The sites of one place: whatever may lie anywhere lies in one of them."""
        return [at for at, places in enumerate(self.sites) if len(places) == 1]

    def sites_in(self, area: int) -> list[int]:
        """Return the sites that lie in an area for sure."""
        return self._sites_of.get(area, ([], []))[0]

    def held_in(self, area: int) -> tuple[int, Counts, Counts]:
        """Return the sheets of an area, and the least and most that they hold; (figures,)."""
        sites, perhaps = self._sites_of.get(area, ([], []))
        sheets, least, most = self._by_site
        return int(sheets[sites].sum()), least[sites].sum(axis=0), most[perhaps].sum(axis=0)

    @cached_property
    def _sites_of(self) -> dict[int, tuple[list[int], list[int]]]:
        """The sites that lie in each area, for sure and perhaps."""
        found: dict[int, tuple[list[int], list[int]]] = {}
        for at, places in enumerate(self.sites):
            for area in {area for areas in places for area in areas}:
                sure, perhaps = found.setdefault(area, ([], []))
                perhaps.append(at)
                if area in places[0]:
                    sure.append(at)
        return found

    def weights(self, multipliers: Counts, site: int) -> list[Counts]:
        """Return, for each chain of a site, the weight of each figure; (entries, figures)."""
        return [self.weighed(multipliers, chain) for chain in self.chains[site]]

    def weighed(self, multipliers: Counts, chain: Chain) -> Counts:
        """Return the weight of each figure by way to enter a chain; shape (entries, figures).

        A station adds its figures to every row in which it then counts.
        """
        table = np.zeros((chain.last + 1, len(self.figures)), dtype=np.int64)
        weights = np.where(chain.counts, multipliers[chain.rows], 0)
        np.add.at(table.T, self.figure_of[chain.rows], weights.T)
        return table

    def restricted(self, keep: Counts) -> Program:
        """Return the program with some of its rows, and the figures that these count, only.

        Sites in which none of these rows lies become one.
        """
        place = np.full(len(self.rows), -1, dtype=np.int64)
        place[keep] = np.arange(len(keep))
        chains = [
            tuple(
                Chain(place[chain.rows[inside]], chain.counts[:, inside], chain.sealed)
                for chain in chains
                for inside in [place[chain.rows] >= 0]
            )
            for chains in self.chains
        ]
        bare = [not any(len(chain.rows) for chain in one) for one in chains]
        kept = [at for at, none in enumerate(bare) if not none]
        kept += [bare.index(True)] if any(bare) else []
        moved = np.full(len(self.sites) + 1, len(kept) - 1, dtype=np.int64)
        moved[kept] = np.arange(len(kept))
        moved[-1] = -1  # any site
        figures = np.unique(self.figure_of[keep])
        stations = replace(
            self.stations,
            least=self.stations.least.rows(np.s_[:, figures]),
            most=self.stations.most.rows(np.s_[:, figures]),
            site=moved[self.stations.site],
        )
        return replace(
            self,
            rows=tuple(self.rows[at] for at in keep),
            figures=tuple(self.figures[at] for at in figures),
            sites=tuple(self.sites[at] for at in kept),
            chains=tuple(chains[at] for at in kept),
            stations=stations.take(np.argsort(stations.site, kind="stable")),
            unseen=replace(self.unseen, site=moved[self.unseen.site]),
            no_elsewhere=self.no_elsewhere[keep],
        )

    @cached_property
    def of_one_hour(self) -> Program:
        """The program in which each station enters all rows of its place with one bulletin."""
        chains = tuple(
            (at_once(self, site),) if len(one) > 1 and len(self.sites[site]) == 1 else one
            for site, one in enumerate(self.chains)
        )
        return replace(self, chains=chains)


def at_once(program: Program, site: int) -> Chain:
    """Return the chains of a site as one that is entered with one bulletin."""
    chains = program.chains[site]
    lasts = [chain.last for chain in chains]
    ways = [tuple(min(b, last) for last in lasts) for b in range(max(lasts, default=0) + 1)]
    return joint_chain(chains, ways, min((c.sealed for c in chains), default=program.bulletins))


def joint_chain(chains: tuple[Chain, ...], ways: Iterable[tuple[int, ...]], sealed: int) -> Chain:
    """Return chains as one, which is entered in some of the joint ways to enter them."""
    counts = [
        np.concatenate(
            [np.zeros(0, dtype=bool), *(c.counts[w] for c, w in zip(chains, way, strict=True))]
        )
        for way in ways
    ]
    rows = [np.zeros(0, dtype=np.int64), *(chain.rows for chain in chains)]
    return Chain(np.concatenate(rows), np.array(counts, dtype=bool), sealed)
