"""The worlds of one series of bulletins as a program: stations, their states, and published rows.

Every station is true or wrong, and enters the count with one of the bulletins or never. The
published rows bound sums over the stations that entered. What is not known is relaxed, never
guessed: so a bound proved here holds in every world, and a world that is claimed is checked apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from tallyverify.arrays import Counts, Mask
from tallyverify.feasibility.figures.papers import Figure, Papers
from tallyverify.feasibility.figures.published import Row

Areas = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Chain:
    """Rows that a station of some site enters together, from one bulletin on."""

    rows: Counts  # positions in ``Program.rows``
    last: int  # it enters with bulletin ``last`` at the latest; the number of bulletins: or never
    sealed: int  # the same of papers of no station


@dataclass(frozen=True, eq=False)
class SheetStations:
    """Seen stations, by site: what each sheet may say of each figure, and what it could hold."""

    least: Counts  # (stations, figures)
    most: Counts
    site: Counts  # (stations,), position in ``Program.sites``
    cap: Counts  # (stations,)
    lists: Counts  # (stations,), voters on the list, 0 where not known
    low: Counts  # (stations, classes), least and most papers of each class
    high: Counts
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
        names = ("least", "most", "site", "cap", "lists", "low", "high", "key")
        return SheetStations(*(getattr(self, name)[which] for name in names))

    def summed(self, order: Counts, edges: Counts) -> SheetStations:
        """Return one entry for each run of stations, put in this order: the sum of all of them."""

        def added(name: str) -> Counts:
            found: Counts = np.add.reduceat(getattr(self, name)[order], edges, axis=0)
            return found

        return SheetStations(
            added("least"),
            added("most"),
            self.site[order][edges],
            added("cap"),
            added("lists"),
            added("low"),
            added("high"),
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
    sites: tuple[Areas, ...]
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
            least[some] = np.add.reduceat(self.stations.least, edges[some], axis=0)
            most[some] = np.add.reduceat(self.stations.most, edges[some], axis=0)
        return sheets, least, most

    def sites_in(self, area: int) -> list[int]:
        """Return the sites that lie in an area."""
        return [at for at, areas in enumerate(self.sites) if area in areas]

    def held_in(self, area: int) -> tuple[int, Counts, Counts]:
        """Return the sheets of an area, and the least and most that they hold; (figures,)."""
        sites = self.sites_in(area)
        sheets, least, most = self._by_site
        return int(sheets[sites].sum()), least[sites].sum(axis=0), most[sites].sum(axis=0)

    def weights(self, multipliers: Counts, site: int, *, elsewhere: bool = False) -> list[Counts]:
        """Return, for each chain of a site, the weight of each figure by entry.

        Shape of each (entries, figures): a station that enters with bulletin e adds its figures
        to every row of the chain from that bulletin on; ``elsewhere``: a paper of no station.
        """
        found = []
        for chain in self.chains[site]:
            entries = np.arange((chain.sealed if elsewhere else chain.last) + 1)
            inside = self.bulletin_of[chain.rows][None, :] >= entries[:, None]
            table = np.zeros((len(entries), len(self.figures)), dtype=np.int64)
            np.add.at(
                table.T,
                self.figure_of[chain.rows],
                np.where(inside, multipliers[chain.rows], 0).T,
            )
            found.append(table)
        return found

    def restricted(self, keep: Counts) -> Program:
        """Return the program with some of its rows, and the figures that these count, only.

        Sites in which none of these rows lies become one.
        """
        place = np.full(len(self.rows), -1, dtype=np.int64)
        place[keep] = np.arange(len(keep))
        chains = [
            tuple(
                replace(chain, rows=place[chain.rows][place[chain.rows] >= 0]) for chain in chains
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
            least=np.ascontiguousarray(self.stations.least[:, figures]),
            most=np.ascontiguousarray(self.stations.most[:, figures]),
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
