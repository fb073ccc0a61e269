"""Stations that stand in the actas more than once, and how each comes to count once.

A first pass over all parts keeps three hashes per row; a second looks closer only at rows whose
hash was met twice. What grows with the file are these hashes: 24 bytes an acta, 32 while they are
sorted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from tallyverify.arrays import Array, Counts, Floats, Hashes, Mask
from tallyverify.records import ALL_OPTIONS
from tallyverify.table.actas import ActaTable, together
from tallyverify.table.groups import Groups, grouped, grouped_by
from tallyverify.table.looks import looks_of
from tallyverify.table.registry import Registry
from tallyverify.table.spellings import Spellings, with_folded_areas

RARE = 1e-5
"""A vector of votes is distinctive if a station of the same size, however its voters lean, would
repeat it with at most this probability."""

_LARGEST = 100_000


@dataclass(frozen=True)
class HashMatches:
    """Hashes met more than once: a reason to look closer, no more."""

    keys: Hashes  # sorted and distinct, as the next
    votes: Hashes
    looks: Hashes
    expected_pairs: float = 0.0  # as in :class:`Repeats`, like the next
    distinctive: int = 0

    def of_key(self, part: ActaTable) -> Mask:
        """Return which rows may stand for a station met before, or seem to; shape (rows,)."""
        return _among(part.key_hash, self.keys) | _among(part.look_hash, self.looks)

    def of_votes(self, part: ActaTable) -> Mask:
        """Return which rows may repeat another station's votes; shape (rows,)."""
        return _among(part.vote_hash, self.votes)


@dataclass(frozen=True)
class Index:
    """What the first pass keeps."""

    keys: list[Hashes]  # of station keys
    votes: list[Hashes]  # of votes, where they are distinctive
    looks: list[Hashes]  # of what station keys look like
    stations: Counts  # actas by their sum of votes
    # By the sum of votes: the probabilities with which a distinctive acta would be repeated by one
    # other of its size, added up.
    chance: Floats

    @classmethod
    def of(cls, part: ActaTable) -> Index:
        """Index one part."""
        total, _ = part.figure(ALL_OPTIONS)
        chance = repeat_probability(part)
        rare = chance <= RARE
        usable = (total > 0) & (total < _LARGEST)
        return cls(
            [part.key_hash],
            [part.vote_hash[rare]],
            [part.look_hash],
            np.bincount(total[usable], minlength=1),
            np.bincount(total[rare], weights=chance[rare], minlength=1).astype(float),
        )

    def __add__(self, other: Index) -> Index:
        return Index(
            self.keys + other.keys,
            self.votes + other.votes,
            self.looks + other.looks,
            _longer(self.stations, other.stations),
            _longer(self.chance, other.chance),
        )

    def suspects(self) -> HashMatches:
        """Return the hashes met more than once."""
        return HashMatches(
            _met_twice(self.keys),
            _met_twice(self.votes),
            _met_twice(self.looks),
            self._expected_pairs(),
            sum(map(len, self.votes)),
        )

    def _expected_pairs(self) -> float:
        size = len(self.chance)
        others = np.maximum(self.stations[:size] - 1, 0)
        return float((others * self.chance[: len(others)]).sum() / 2)


def repeat_probability(part: ActaTable) -> Floats:
    """Return how likely one other station would show exactly the same votes, at the most; (rows,).

    For votes x with sum v this is the multinomial probability of x at shares x / v, its maximum
    over all shares. Any mixture of multinomials stays below it, so it bounds the probability for a
    station of the same size whatever its voters prefer. 1 where a figure is missing.
    """
    total = part.figure(ALL_OPTIONS)[0]
    usable = (total > 0) & (total < _LARGEST) & part.known(ALL_OPTIONS)
    counts = np.arange(int(total[usable].max(initial=0)) + 1, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        powers = np.where(counts > 0, counts * np.log(counts), 0.0)
        factorials = np.cumsum(np.where(counts > 0, np.log(counts), 0.0))
    term = powers - factorials
    bounded = np.where(usable, total, 0)
    logp = -term[bounded]
    for name in part.votes:
        logp += term[np.where(usable, part.figure(name)[0], 0)]
    return np.where(usable, np.exp(logp), 1.0)


@dataclass(frozen=True)
class Repeats:
    """Rows of stations that stand more than once, and rows that repeat another's votes."""

    # Rows of one station, in one area and equal in all figures; of its spellings too.
    same: Groups
    different: Groups  # rows of one key, unequal in a figure
    # Rows of one key in two areas: first those equal in all figures, then those that are among
    # ``different`` too.
    moved: Groups
    alike: Groups  # distinct stations with one vector of distinctive votes
    spelt: Groups  # rows of keys that differ only in their spelling, and were not all joined
    looks: Groups  # rows of keys that look the same and are not one up to their spelling
    # Repeated stations as they count: one row of each of ``same``, of ``spelt`` one for each sheet.
    once: ActaTable | None
    alone: ActaTable | None = None  # rows that only shared a hash; they count like any other
    # One row for each station of ``different`` or ``moved`` whose sheets have votes in common: the
    # least of each figure, and the areas that they agree in.
    contested: ActaTable | None = None
    again: ActaTable | None = None  # rows of ``same`` and of joined ``spelt`` that do not count
    disputed: ActaTable | None = None  # rows of ``different`` and ``moved``, of which none counts
    expected_pairs: float = 0.0  # upper bound of the distinctive pairs that chance makes alike
    distinctive: int = 0  # actas with distinctive votes

    @classmethod
    def of(
        cls,
        by_key: list[ActaTable],
        by_votes: list[ActaTable],
        suspects: HashMatches,
        registry: Registry | None = None,
    ) -> Repeats:
        """Sort out the rows that the second pass kept: at least one table each, be it empty.

        Where the registry lists two spellings of a key, they are two stations.
        """
        stations = grouped(_ordered(together(by_key)), ["station"])
        rows = stations.rows
        unequal = stations.varying(rows.figures)
        apart = stations.varying(rows.levels)
        if apart.any():
            apart = replace(stations, rows=with_folded_areas(rows)).varying(rows.levels)
        settled = np.repeat(~unequal & ~apart, stations.size)
        spellings = Spellings.of(rows, registry, settled)
        sheet = spellings.sheet[settled]
        sheets = grouped_by(rows.take(settled), sheet)
        # Of keys in several spellings all count here, so that what they share is seen in one part.
        here = (sheets.size > 1) | spellings.several[settled][_first(sheet)]
        once, alone = sheets.start[here], sheets.start[~here]
        unjoined = spellings.unjoined[_first(spellings.key)]
        again = np.ones(len(sheets.rows), dtype=bool)
        again[sheets.start] = False
        return cls(
            sheets.where(sheets.size > 1),
            stations.where(unequal),
            stations.where(apart & ~unequal).followed_by(stations.where(apart & unequal)),
            _alike(together(by_votes), registry),
            grouped_by(rows, spellings.key).where(unjoined),
            _looking_alike(rows, spellings, registry),
            sheets.rows.take(once) if len(once) else None,
            sheets.rows.take(alone) if len(alone) else None,
            _contested(stations.where(unequal | apart)),
            sheets.rows.take(again),
            rows.take(~settled),
            suspects.expected_pairs,
            suspects.distinctive,
        )


def _looking_alike(rows: ActaTable, spellings: Spellings, registry: Registry | None) -> Groups:
    """Return the rows of different keys that look the same, unless the registry lists them all."""
    stations = rows.frame["station"].to_numpy(dtype=object)
    form, _ = pd.factorize(looks_of(stations))
    listed = np.zeros(len(rows), dtype=bool)
    if registry is not None:
        listed = registry.index.get_indexer(pd.Index(stations)) >= 0
    each = pd.DataFrame({"form": form, "key": spellings.key, "listed": listed})
    keys = each.drop_duplicates(["form", "key"]).groupby("form").size()
    groups = grouped_by(rows, form)
    known = each.groupby("form")["listed"].all()
    return groups.where(((keys > 1) & ~known).to_numpy())


def _contested(groups: Groups) -> ActaTable | None:
    """Return a row for each group: the least of each figure, and the areas that do not differ."""
    import pyarrow as pa

    if not len(groups):
        return None
    start = np.cumsum(groups.size) - groups.size
    every = groups.rows.take(groups.positions)
    frame = every.frame.take(start).reset_index(drop=True)
    for name in every.figures:
        values, unread = every.figure(name)
        gaps = None if unread is None else np.logical_or.reduceat(unread, start)
        least = pa.array(np.minimum.reduceat(values, start), mask=gaps)
        frame[name] = pd.array(least, dtype=frame[name].dtype)
    folded = replace(groups, rows=with_folded_areas(groups.rows))
    for level in every.levels:
        frame.loc[folded.varying([level]), level] = pd.NA
    least = replace(every, frame=frame)
    return least.take(least.seen) if least.seen.any() else None


def _ordered(rows: ActaTable) -> ActaTable:
    order = ["station", *rows.levels, *rows.figures, *rows.marks, "row"]
    return replace(rows, frame=rows.frame.sort_values(order, kind="stable", ignore_index=True))


def _first(numbers: Counts) -> Counts:
    """Return where each number stands first."""
    return np.flatnonzero(~pd.Series(numbers).duplicated().to_numpy())


def _alike(rows: ActaTable, registry: Registry | None) -> Groups:
    """Distinct stations that agree in their votes."""
    found = grouped(rows, rows.votes)
    # Only these are worth the sorting: of a file that stands twice, hardly any are left.
    held = np.repeat(found.varying(["station"]), found.size)
    rows = _ordered(found.rows.take(held))
    rows = rows.take(~rows.frame.duplicated(["station", *rows.votes]).to_numpy())
    sheets = rows.frame.assign(station=Spellings.of(rows, registry).sheet)
    one_each = grouped(
        rows.take(~sheets.duplicated(["station", *rows.votes]).to_numpy()), rows.votes
    )
    return one_each.where(one_each.size > 1)


def _among(hashes: Hashes, wanted: Hashes) -> Mask:
    if not len(wanted):
        return np.zeros(len(hashes), dtype=bool)
    at = np.minimum(np.searchsorted(wanted, hashes), len(wanted) - 1)
    return np.equal(wanted[at], hashes)


def _met_twice(parts: list[Hashes]) -> Hashes:
    hashes = np.concatenate(parts) if parts else np.empty(0, dtype=np.uint64)
    hashes.sort()
    return np.unique(hashes[1:][hashes[1:] == hashes[:-1]])


def _longer(one: Array, other: Array) -> Array:
    if len(one) < len(other):
        one, other = other, one
    total = one.copy()
    total[: len(other)] += other
    return total
