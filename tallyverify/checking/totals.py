"""Sums over stations by declared area: the fold that every comparison stands on.

Each station counts once. A station whose sheet says nothing (all zero, or nothing read) is not
seen. A figure that was not read adds nothing, so every sum is a lower bound of what the sheets
hold, and is exact where nothing is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tallyverify.arrays import Counts
from tallyverify.checking.context import CaseFacts, Names
from tallyverify.names import folded
from tallyverify.records import ALL_OPTIONS
from tallyverify.table import ActaTable, area_codes

_SHIFT = 1 << 40
_DENSE = 4_000_000


@dataclass(frozen=True)
class Sizes:
    """How many stations hold how much of one figure, by declared area: an exact histogram."""

    keys: Counts
    stations: Counts

    def __add__(self, other: Sizes) -> Sizes:
        keys, where = np.unique(np.concatenate([self.keys, other.keys]), return_inverse=True)
        both = np.concatenate([self.stations, other.stations])
        return Sizes(keys, np.bincount(where, weights=both).astype(np.int64))

    def largest(self, area: int) -> tuple[Counts, Counts]:
        """Return the values found in an area, largest first, and the stations that hold each."""
        start, stop = np.searchsorted(self.keys, [area * _SHIFT, (area + 1) * _SHIFT])
        return (self.keys[start:stop] - area * _SHIFT)[::-1], self.stations[start:stop][::-1]

    def top(self, area: int, stations: int) -> int:
        """Return the most that this many stations of an area hold together."""
        values, counts = self.largest(area)
        taken = np.diff(np.minimum(np.cumsum(counts), stations), prepend=0)
        return int((values * taken).sum())

    def fewest(self, area: int, amount: int) -> int:
        """Return the fewest stations of an area that together hold at least an amount."""
        values, counts = self.largest(area)
        held = np.cumsum(values * counts)
        step = int(np.searchsorted(held, amount))
        before = int(held[step - 1]) if step else 0
        return int(counts[:step].sum()) + -(-(amount - before) // int(values[step]))


@dataclass(frozen=True)
class AreaTotals:
    """Sums by declared area; the arrays have the shape of ``CaseFacts.areas``."""

    stations: Counts  # seen
    sums: dict[Names, Counts]  # of each compared figure, over what was read
    unread: dict[Names, Counts]  # in how many seen stations a part of it was not read
    # Registered voters that the seen stations are known to take up; where a sheet does not say,
    # the votes on it, which is fewer.
    used: Counts
    cast: Counts  # ballots (or votes) known to have been cast at the seen stations
    sizes: dict[Names, Sizes]
    # For each area of the first two levels: stations, valid votes, registered voters, valid votes
    # where the registered are known, and votes by candidate.
    regions: dict[Names, Counts]

    def __add__(self, other: AreaTotals) -> AreaTotals:
        regions = dict(self.regions)
        for names, row in other.regions.items():
            regions[names] = regions[names] + row if names in regions else row
        return AreaTotals(
            self.stations + other.stations,
            {name: value + other.sums[name] for name, value in self.sums.items()},
            {name: value + other.unread[name] for name, value in self.unread.items()},
            self.used + other.used,
            self.cast + other.cast,
            {name: value + other.sizes[name] for name, value in self.sizes.items()},
            regions,
        )

    def sum(self, names: Names, area: int = 0) -> int:
        """Return the sum of a figure over the seen stations of an area."""
        return int(self.sums[names][area])


def summarise_totals(part: ActaTable, facts: CaseFacts) -> AreaTotals:
    """Sum a table of distinct stations by declared area."""
    if not part.seen.all():
        part = part.take(part.seen)
    places = places_of(part, facts)
    areas = len(facts.areas)
    ones = np.ones(len(part), dtype=np.int64)

    def by_area(values: Counts) -> Counts:
        sums = np.zeros(areas, dtype=np.int64)
        sums[0] = values.sum()
        for where in places:
            # Sums of counts stay far below 2**53, so a float sum is exact.
            added = np.bincount(where, weights=values, minlength=areas + 1)[1:]
            sums += added.astype(np.int64)
        return sums

    sums, unread, sizes = {}, {}, {}
    for names in facts.compared:
        values, missing = part.group(names)
        sums[names] = by_area(values)
        none = np.zeros(areas, dtype=np.int64)
        unread[names] = none if missing is None else by_area(missing.astype(np.int64))
        sizes[names] = _sizes(values, places, areas)
    return AreaTotals(
        by_area(ones),
        sums,
        unread,
        by_area(_used(part)),
        by_area(cast_at(part)),
        sizes,
        _regions(part, facts),
    )


def places_of(part: ActaTable, facts: CaseFacts) -> list[Counts]:
    """For each set of levels, return each row's place in ``facts.areas``, from 1 (0: none)."""
    places = []
    for levels, positions in facts.patterns.items():
        if levels:
            codes, labels = area_codes(part, levels)
            known = np.array(
                [positions.get(tuple(map(folded, label)), -1) + 1 for label in labels],
                dtype=np.int64,
            )
            places.append(known[codes])
    return places


def _used(part: ActaTable) -> Counts:
    if "registered" not in part.lines:
        return cast_at(part)
    registered = part.figure("registered")[0]
    known = (registered > 0) & part.known("registered") & part.known(ALL_OPTIONS)
    return np.where(known, registered, cast_at(part))


def cast_at(part: ActaTable) -> Counts:
    """Return the ballots known to have been cast at each station; shape (rows,)."""
    # Where a vote was not read, only those that were are known to be cast for somebody: the rest
    # of the ballots may be the very votes that a comparison asks for.
    votes, unread = part.figure(ALL_OPTIONS)
    if "ballots" not in part.lines:
        return votes
    ballots = np.maximum(votes, part.figure("ballots")[0])
    return ballots if unread is None else np.where(unread, votes, ballots)


def _sizes(values: Counts, places: list[Counts], areas: int) -> Sizes:
    top = int(values.max(initial=0)) + 1
    whole = _histogram(values, top)
    keys, counts = [whole[0]], [whole[1]]
    for where in places:
        if areas * top <= _DENSE:
            found, stations = _histogram(where * top + values, areas * top)
            found = found // top * _SHIFT + found % top
        else:
            found, stations = np.unique(where * _SHIFT + values, return_counts=True)
        declared = found >= _SHIFT
        keys.append(found[declared] - _SHIFT)
        counts.append(stations[declared])
    merged = Sizes(keys[0], counts[0])
    for found, stations in zip(keys[1:], counts[1:], strict=True):
        merged = merged + Sizes(found, stations)
    return merged


def _histogram(values: Counts, top: int) -> tuple[Counts, Counts]:
    if top > _DENSE:
        return np.unique(values, return_counts=True)
    counts = np.bincount(values, minlength=1)
    found = np.flatnonzero(counts)
    return found, counts[found]


def _regions(part: ActaTable, facts: CaseFacts) -> dict[Names, Counts]:
    valid, _ = part.group(facts.valid)
    columns = [np.ones(len(part), dtype=np.int64), valid]
    if "registered" in part.lines:
        registered, _ = part.figure("registered")
        columns += [registered, np.where(registered > 0, valid, 0)]
    else:
        columns += [np.zeros_like(valid), np.zeros_like(valid)]
    columns += [part.figure(name)[0] for name in facts.contest.candidate_ids]
    regions: dict[Names, Counts] = {}
    for depth in (1, 2):
        if depth <= len(facts.levels):
            codes, labels = area_codes(part, facts.levels[:depth])
            sums = [np.bincount(codes, weights=c, minlength=len(labels)) for c in columns]
            table = np.stack(sums, axis=1).astype(np.int64)
            regions.update(zip(labels, table, strict=True))
    return regions
