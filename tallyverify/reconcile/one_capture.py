"""One capture as it is compared: each station once, its figures side by side, −1 where not read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tallyverify.arrays import Codes, Counts, Mask, Texts, among
from tallyverify.key_bytes import folded_keys
from tallyverify.names import folded_key
from tallyverify.records import ALL_OPTIONS
from tallyverify.table import ActaTable

UNREAD = -1


@dataclass(frozen=True, eq=False)
class ComparedCapture:
    """The stations of one capture that stand once, or several times with the same figures."""

    name: str
    table: ActaTable
    rows: Codes  # of the table, one a station, in the order of the keys
    station: Texts
    twice: tuple[str, ...]  # stations left out, since they stand several times and differ
    annulled: Mask  # by the status of the sheet

    def __len__(self) -> int:
        return len(self.rows)

    def figure(self, name: str) -> Counts:
        """Return a figure of each station, −1 where it was not read; shape (stations,)."""
        values, unread = self.table.figure(name)
        read = values if unread is None else np.where(unread, UNREAD, values)
        return read[self.rows]

    def has(self, name: str) -> bool:
        """Whether the table has a line, an option, or all options of a candidate."""
        if name in self.table.figures:
            return True
        options = self.table.contest.options
        return name in self.table.contest.candidate_ids and any(
            options.get(vote) == name for vote in self.table.votes
        )

    def area(self, levels: tuple[str, ...]) -> Texts:
        """Return the names of each station's area, from the largest; shape (stations, levels)."""
        frame = self.table.frame
        names = [frame[level].fillna("").to_numpy(dtype=object)[self.rows] for level in levels]
        return np.stack(names, axis=1) if names else np.empty((len(self), 0), dtype=object)

    @property
    def votes(self) -> Counts:
        """The votes that were read on each sheet, together."""
        return self.table.figure(ALL_OPTIONS)[0][self.rows]


def compared_capture(name: str, table: ActaTable) -> ComparedCapture:
    """Return a capture with each station once; one that stands twice with other figures is not."""
    import pyarrow as pa
    import pyarrow.compute as pc

    key = table.frame["station"].fillna("").to_numpy(dtype=object)
    folded = pa.array(folded_keys(key), pa.large_string())
    encoded = folded.dictionary_encode()
    code = encoded.indices.to_numpy()
    by_key = pc.sort_indices(pa.array(key, pa.large_string())).to_numpy().astype(np.intp)
    kept, twice = by_key, np.empty(0, dtype=np.intp)
    if len(encoded.dictionary) < len(code):
        kept, twice = _once_each(table, by_key, code)
    names = {folded_key(one) for one in table.source.annulled}
    annulled = np.zeros(len(kept), dtype=bool)
    if names:
        annulled = among(folded.to_numpy(zero_copy_only=False)[kept], names)
    return ComparedCapture(name, table, kept, key[kept], tuple(sorted(set(key[twice]))), annulled)


def _once_each(table: ActaTable, by_key: Codes, code: Codes) -> tuple[Codes, Codes]:
    """Return a row for each station, in the order of the keys, and one of each that differs."""
    order = by_key[np.argsort(code[by_key], kind="stable")]
    first = np.flatnonzero(np.append(True, np.diff(code[order]) != 0)[: len(order)])
    differs = _differing(table, order, first)
    chosen = np.zeros(len(code), dtype=bool)
    chosen[order[first[~differs]]] = True
    return by_key[chosen[by_key]], order[first[differs]]


def _differing(table: ActaTable, order: Codes, first: Any) -> Mask:
    """In which runs of rows a figure is not the same in all."""
    differs = np.zeros(len(first), dtype=bool)
    for name in table.figures:
        values, unread = table.figure(name)
        said = (values if unread is None else np.where(unread, UNREAD, values))[order]
        differs |= np.minimum.reduceat(said, first) != np.maximum.reduceat(said, first)
    return differs
