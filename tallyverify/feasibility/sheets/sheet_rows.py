"""What is kept of every station's sheet: one row each, as it was read.

The fold of the engine: parts are concatenated, and put in the order of the keys when asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tallyverify.arrays import Counts, Mask
from tallyverify.checking import CaseFacts, Studied, places_of, seen_in
from tallyverify.feasibility.figures.papers import case_papers
from tallyverify.table import ActaTable, Repeats

Areas = tuple[int, ...]
"""A station's declared areas, as positions in ``CaseFacts.areas``; the country is always first."""

LINES = ("registered", "ballots", "valid", "null", "blank")


@dataclass(frozen=True, eq=False)
class SheetRows(Studied):
    """What was read of each station's sheet, by part; a station stands once."""

    chunks: tuple[dict[str, Any], ...]
    # Sheets that repeat another's distinctive votes in the same place under another key: whether
    # they are sheets of their own is not known.
    doubtful: frozenset[str] = frozenset()

    def __add__(self, other: SheetRows) -> SheetRows:
        return SheetRows(self.chunks + other.chunks, self.doubtful | other.doubtful)

    @cached_property
    def columns(self) -> dict[str, Any]:
        """All stations by column, in the order of their keys.

        ``station``; ``least`` and ``most`` (stations × candidates), equal where all votes were
        read, ``most`` −1 where not; each line, −1 where not read; ``areas`` (codes, ``labels``).
        """
        labels: dict[Areas, int] = {}
        codes = []
        for chunk in self.chunks:
            here = [labels.setdefault(areas, len(labels)) for areas in chunk["labels"]]
            codes.append(np.array(here, dtype=np.int64)[chunk["site"]])
        names = [name for name in self.chunks[0] if name not in ("labels", "site")]
        whole = {name: np.concatenate([chunk[name] for chunk in self.chunks]) for name in names}
        whole["site"] = np.concatenate(codes)
        # By key, and sites by their areas: nothing depends on the order of rows or parts.
        ranked = sorted(labels)
        renamed = np.array([ranked.index(areas) for areas in labels], dtype=np.int64)
        whole["site"] = renamed[whole["site"]]
        order = np.argsort(whole["station"], kind="stable")
        found: dict[str, Any] = {name: column[order] for name, column in whole.items()}
        found["labels"] = tuple(ranked)
        return found


def summarise_witnesses(part: ActaTable, facts: CaseFacts) -> SheetRows:
    """Keep what was read of the sheets of a table of distinct stations."""
    votes = [part.figure(name) for name in facts.contest.candidate_ids]
    least = np.stack([values for values, _ in votes], axis=1)
    most = np.stack(
        [v if unread is None else np.where(unread, -1, v) for v, unread in votes], axis=1
    )
    site, labels = _sites(part, facts)
    columns: dict[str, Any] = {
        "station": part.frame["station"].fillna("").to_numpy(dtype=object),
        "least": least,
        "most": most,
        "site": site,
        "labels": labels,
        "seen": seen_in(part, facts) & _named(part, facts),
    }
    for name in (*LINES, *case_papers(facts).classes):
        columns[name] = _line(part, name)
    return SheetRows((columns,))


def _named(part: ActaTable, facts: CaseFacts) -> Mask:
    """Where a sheet names its areas at every level that something is declared for."""
    named = np.ones(len(part), dtype=bool)
    for level in {level for area in facts.areas for level in area}:
        if level in part.levels:
            named &= (part.frame[level].fillna("") != "").to_numpy(dtype=bool)
    return named


def summarise_repeats(repeats: Repeats, facts: CaseFacts) -> SheetRows:
    """Keep what stations that stand twice, and sheets that repeat another's votes, still say."""
    copies = _copies(repeats, facts)
    return SheetRows((copies,) if copies is not None else (), _repeated_votes(repeats))


def _repeated_votes(repeats: Repeats) -> frozenset[str]:
    """Keys of sheets with the distinctive votes of another one in the same areas, all but one."""
    frame = repeats.alike.rows.frame
    levels = list(repeats.alike.rows.levels)
    if not len(repeats.alike) or not levels:
        return frozenset()
    group = np.repeat(np.arange(len(repeats.alike)), repeats.alike.size)
    where = frame[levels].fillna("").assign(group=group, station=frame["station"])
    where = where.sort_values("station", kind="stable")
    again = where.duplicated(["group", *levels])
    return frozenset(where.loc[again, "station"])


def _copies(repeats: Repeats, facts: CaseFacts) -> dict[str, Any] | None:
    """Keep one row of each station that stands twice with different figures: the hull of both.

    Which copy is right is not known; a line in which they differ counts as not read.
    """
    groups = repeats.different
    if not len(groups):
        return None
    rows = np.concatenate(
        [np.arange(at, at + n) for at, n in zip(groups.start, groups.size, strict=True)]
    )
    [every] = summarise_witnesses(groups.rows.take(rows), facts).chunks
    start = np.cumsum(groups.size) - groups.size
    columns: dict[str, Any] = {"labels": every["labels"], "station": every["station"][start]}
    columns["site"] = every["site"][start]
    same_place = np.minimum.reduceat(every["site"], start) == np.maximum.reduceat(
        every["site"], start
    )
    columns["least"] = np.minimum.reduceat(every["least"], start, axis=0)
    # Seen, as everywhere, by a vote that each of its sheets holds.
    columns["seen"] = np.logical_and.reduceat(every["seen"], start) & same_place
    columns["seen"] &= columns["least"].any(axis=1)
    unread = np.minimum.reduceat(every["most"], start, axis=0) < 0
    columns["most"] = np.where(unread, -1, np.maximum.reduceat(every["most"], start, axis=0))
    differ = (columns["least"] != columns["most"]).any(axis=1)
    for name in (*LINES, *case_papers(facts).classes):
        low = np.minimum.reduceat(every[name], start)
        high = np.maximum.reduceat(every[name], start)
        apart = (low != high) | (differ if name != "registered" else False)
        columns[name] = np.where(apart, -1, low)
        if name == "registered":
            columns[name] = high  # the larger list bounds both
    return columns


def _line(part: ActaTable, name: str) -> Counts:
    if name not in part.lines:
        return np.full(len(part), -1, dtype=np.int64)
    values, unread = part.figure(name)
    return values if unread is None else np.where(unread, -1, values)


def _sites(part: ActaTable, facts: CaseFacts) -> tuple[Counts, list[Areas]]:
    """Each row's declared areas, as a code, and what the codes stand for."""
    places = places_of(part, facts)
    if not places:
        return np.zeros(len(part), dtype=np.int64), [(0,)]
    found, codes = np.unique(np.stack(places, axis=1), axis=0, return_inverse=True)
    # Places count from 1 (0: not declared); the country stands in all.
    labels = [(0, *sorted({int(at) - 1 for at in row if at > 0} - {0})) for row in found]
    return codes.ravel().astype(np.int64), labels
