"""Sums over the seen stations: the fold that the report and the estimates stand on.

Each station counts once. A figure that was not read adds nothing, so every sum is a lower bound of
what the sheets hold, and is exact where nothing is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tallyverify.arrays import Counts
from tallyverify.checking.context import CaseFacts, Names
from tallyverify.checking.which_seen import seen_in
from tallyverify.names import folded
from tallyverify.records import ALL_OPTIONS
from tallyverify.table import ActaTable, area_codes

_DENSE = 4_000_000


@dataclass(frozen=True)
class Sizes:
    """How many stations hold how much of one figure: an exact histogram."""

    values: Counts
    stations: Counts

    def __add__(self, other: Sizes) -> Sizes:
        both = np.concatenate([self.values, other.values])
        values, where = np.unique(both, return_inverse=True)
        stations = np.concatenate([self.stations, other.stations])
        return Sizes(values, np.bincount(where, weights=stations).astype(np.int64))

    def top(self, stations: int) -> int:
        """Return the most that this many stations hold together."""
        taken = np.diff(np.minimum(np.cumsum(self.stations[::-1]), stations), prepend=0)
        return int((self.values[::-1] * taken).sum())


@dataclass(frozen=True)
class SeenTotals:
    """Sums over the seen stations."""

    stations: Counts  # seen, by declared area: the shape of ``CaseFacts.areas``
    sums: dict[Names, int]  # of each figure, over what was read
    # Registered voters that the seen stations are known to take up; where a sheet does not say,
    # the votes on it, which is fewer.
    used: int
    sizes: dict[Names, Sizes]  # of the votes by candidate, and of the valid ones
    # For each area of the first two levels: stations, valid votes, registered voters, valid votes
    # where the registered are known, and votes by candidate.
    regions: dict[Names, Counts]

    def __add__(self, other: SeenTotals) -> SeenTotals:
        regions = dict(self.regions)
        for names, row in other.regions.items():
            regions[names] = regions[names] + row if names in regions else row
        return SeenTotals(
            self.stations + other.stations,
            {name: value + other.sums[name] for name, value in self.sums.items()},
            self.used + other.used,
            {name: value + other.sizes[name] for name, value in self.sizes.items()},
            regions,
        )

    def sum(self, names: Names) -> int:
        """Return the sum of a figure over the seen stations."""
        return self.sums[names]


def summarise_totals(part: ActaTable, facts: CaseFacts) -> SeenTotals:
    """Sum the seen ones of a table of distinct stations."""
    seen = seen_in(part, facts)
    if not seen.all():
        part = part.take(seen)
    stations = np.zeros(len(facts.areas), dtype=np.int64)
    stations[0] = len(part)
    for where in places_of(part, facts):
        stations += np.bincount(where, minlength=len(stations) + 1)[1:]
    votes = [*((name,) for name in facts.contest.candidate_ids), facts.valid]
    return SeenTotals(
        stations,
        {names: int(part.group(names)[0].sum()) for names in facts.summed},
        int(_used(part).sum()),
        {names: _sizes(part.group(names)[0]) for names in votes},
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
        return _cast_at(part)
    registered = part.figure("registered")[0]
    known = (registered > 0) & part.known("registered") & part.known(ALL_OPTIONS)
    return np.where(known, registered, _cast_at(part))


def _cast_at(part: ActaTable) -> Counts:
    """Return the ballots known to have been cast at each station; shape (rows,)."""
    # Where a vote was not read, only those that were are known to be cast for somebody: the rest
    # of the ballots may be the very votes that a comparison asks for.
    votes, unread = part.figure(ALL_OPTIONS)
    if "ballots" not in part.lines:
        return votes
    ballots = np.maximum(votes, part.figure("ballots")[0])
    return ballots if unread is None else np.where(unread, votes, ballots)


def _sizes(values: Counts) -> Sizes:
    if values.max(initial=0) > _DENSE:
        return Sizes(*np.unique(values, return_counts=True))
    counts = np.bincount(values, minlength=1)
    found = np.flatnonzero(counts)
    return Sizes(found, counts[found])


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
