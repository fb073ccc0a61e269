"""What is kept of every station's sheet: one row each, as it was read.

The fold of the engine: parts are kept in few bytes, and put together in the order of the keys when
asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tallyverify.arrays import Codes, Counts, Mask, SmallCounts, Texts
from tallyverify.checking import CaseFacts, Studied, places_of, shown_in
from tallyverify.feasibility.figures.papers import case_papers
from tallyverify.feasibility.sheets.spelt_twice import Spelt, spelt_twice, with_either_sheet
from tallyverify.table import ActaTable, Repeats
from tallyverify.taken import takes_input

Areas = tuple[int, ...]
"""A station's declared areas, as positions in ``CaseFacts.areas``; the country is always first."""

Places = tuple[Areas, ...]
"""Where a station may lie: one place, or first what all places have in common, then each."""

LINES = ("registered", "ballots", "valid", "null", "blank")


@dataclass(frozen=True, eq=False)
class SheetRows(Studied):
    """What was read of each station's sheet, by part; a station stands once."""

    chunks: tuple[dict[str, Any], ...]  # as :func:`_packed` leaves them
    # Sheets with another's distinctive votes, or another's key in another spelling, in the same
    # place: whether they are sheets of their own is not known.
    doubtful: frozenset[str] = frozenset()
    copies: frozenset[str] = frozenset()  # stations that stand twice, with other figures
    spelt: Spelt = frozenset()  # of these the first holds what either says; the rest are doubtful

    def __add__(self, other: SheetRows) -> SheetRows:
        return SheetRows(
            self.chunks + other.chunks,
            self.doubtful | other.doubtful,
            self.copies | other.copies,
            self.spelt | other.spelt,
        )

    def keys(self) -> Texts:
        """Return the keys of all stations, in no order."""
        parts = [chunk["station"].to_numpy(zero_copy_only=False) for chunk in self.chunks]
        return np.concatenate(parts)

    def columns(self) -> dict[str, Any]:
        """Put all stations together by column, in the order of their keys; they are not kept.

        ``station``; ``least`` and ``most`` (stations × candidates), equal where all votes were
        read, ``most`` −1 where not; each line, −1 where not read; ``site`` (codes), of ``labels``.
        Counts are :class:`SmallCounts`.
        """
        import pyarrow as pa

        # By key, and sites by their areas: nothing depends on the order of rows or parts.
        labels = sorted({places for chunk in self.chunks for places in chunk["labels"]})
        rank = {places: at for at, places in enumerate(labels)}
        keys = pa.chunked_array([chunk["station"] for chunk in self.chunks])
        order = pa.compute.sort_indices(keys).to_numpy()

        def whole(name: str) -> Any:
            return np.concatenate([chunk[name] for chunk in self.chunks])[order]

        ranks = [
            np.array([rank[places] for places in chunk["labels"]], dtype=np.int64)
            for chunk in self.chunks
        ]
        site = [own[chunk["site"]] for own, chunk in zip(ranks, self.chunks, strict=True)]
        least = SmallCounts(whole("least"))
        found = {
            "station": keys.take(order).to_numpy(),
            "least": least,
            "most": self._most(least, order),
            "site": np.concatenate(site)[order],
            "seen": whole("seen"),
            "labels": tuple(labels),
        }
        lines = [name for name in self.chunks[0] if name not in (*found, "apart")]
        found |= {name: SmallCounts(whole(name)) for name in lines}
        return with_either_sheet(found, self.spelt, lines)

    def _most(self, least: SmallCounts, order: Codes) -> SmallCounts:
        """The most votes, as the least but where a part says otherwise."""
        first = np.cumsum([0, *(len(chunk["station"]) for chunk in self.chunks)])
        rows = [at + chunk["apart"] for at, chunk in zip(first, self.chunks, strict=False)]
        apart = np.concatenate(rows)
        if not len(apart):
            return least
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        said = np.concatenate([chunk["most"] for chunk in self.chunks])
        most = least.kept.astype(np.result_type(least.kept, said))
        most[place[apart]] = said
        return SmallCounts(most)


def stations_among(columns: dict[str, Any], which: Any) -> dict[str, Any]:
    """Return the columns of :meth:`SheetRows.columns` for some stations."""

    def taken(column: Any) -> Any:
        return column.rows(which) if isinstance(column, SmallCounts) else column[which]

    return {name: c if name == "labels" else taken(c) for name, c in columns.items()}


@takes_input
def summarise_witnesses(part: ActaTable, facts: CaseFacts) -> SheetRows:
    """Keep what was read of the sheets of a table of distinct stations."""
    return SheetRows((_packed(_as_read(part, facts)),))


def _as_read(part: ActaTable, facts: CaseFacts) -> dict[str, Any]:
    """The columns of a part, as :meth:`SheetRows.columns` has them of all."""
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
        "seen": shown_in(part, facts) & _named(part, facts),
    }
    for name in (*LINES, *case_papers(facts).classes):
        columns[name] = _line(part, name)
    return columns


def packed_rows(
    columns: dict[str, Any], doubtful: frozenset[str], copies: frozenset[str]
) -> SheetRows:
    """Keep the columns of distinct stations."""
    return SheetRows((_packed(columns),), doubtful, copies)


def _packed(columns: dict[str, Any]) -> dict[str, Any]:
    """Return columns in few bytes: small integers, and ``most`` only where rows are ``apart``."""
    import pyarrow as pa

    packed = {
        name: column if name in ("seen", "labels") else SmallCounts.of(column).kept
        for name, column in columns.items()
        if name != "station"
    }
    packed["station"] = pa.array(columns["station"], pa.large_string())
    packed["apart"] = np.flatnonzero((columns["least"] != columns["most"]).any(axis=1))
    packed["most"] = packed["most"][packed["apart"]]
    return packed


def _named(part: ActaTable, facts: CaseFacts) -> Mask:
    """Where a sheet names its areas at every level that something is declared for."""
    named = np.ones(len(part), dtype=bool)
    for level in {level for area in facts.areas for level in area}:
        if level in part.levels:
            named &= (part.frame[level].fillna("") != "").to_numpy(dtype=bool)
    return named


@takes_input
def summarise_repeats(repeats: Repeats, facts: CaseFacts) -> SheetRows:
    """Keep what stations that stand twice, and sheets that repeat another's votes, still say."""
    copies = _copies(repeats, facts)
    differ = repeats.different.rows.frame["station"].fillna("").to_numpy(dtype=object)
    spelt = spelt_twice(repeats)
    return SheetRows(
        (_packed(copies),) if copies is not None else (),
        _repeated_votes(repeats) | {key for key, _ in spelt},
        frozenset(differ[repeats.different.start]),
        spelt,
    )


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
    """Keep one row of each station that stands twice, with other figures or areas: the hull.

    Which copy is right is not known; a line in which they differ counts as not read.
    """
    only_moved = ~repeats.moved.varying(repeats.moved.rows.figures)
    groups = repeats.different.followed_by(repeats.moved.where(only_moved))
    if not len(groups):
        return None
    every = _as_read(groups.rows.take(groups.positions), facts)
    start = np.cumsum(groups.size) - groups.size
    columns: dict[str, Any] = {"station": every["station"][start]}
    there = [
        places_among({every["labels"][code][0] for code in codes})
        for codes in np.split(every["site"], start[1:])
    ]
    columns["site"], columns["labels"] = np.arange(len(there)), there
    columns["least"] = np.minimum.reduceat(every["least"], start, axis=0)
    # Seen, as everywhere, by a vote that each of its sheets holds.
    columns["seen"] = np.logical_and.reduceat(every["seen"], start)
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


def places_among(places: Iterable[Areas]) -> Places:
    """Return where a station may lie of which several places are known: perhaps in none of them."""
    distinct = sorted(set(places))
    common = tuple(sorted(set.intersection(*map(set, distinct))))
    return (common, *(areas for areas in distinct if areas != common))


def _line(part: ActaTable, name: str) -> Counts:
    if name not in part.lines:
        return np.full(len(part), -1, dtype=np.int64)
    values, unread = part.figure(name)
    return values if unread is None else np.where(unread, -1, values)


def _sites(part: ActaTable, facts: CaseFacts) -> tuple[Counts, list[Places]]:
    """Each row's declared areas, as a code, and what the codes stand for."""
    places = places_of(part, facts)
    if not places:
        return np.zeros(len(part), dtype=np.int64), [((0,),)]
    found, codes = np.unique(np.stack(places, axis=1), axis=0, return_inverse=True)
    # Places count from 1 (0: not declared); the country stands in all.
    areas = [(0, *sorted({int(at) - 1 for at in row if at > 0} - {0})) for row in found]
    return codes.ravel().astype(np.int64), [(one,) for one in areas]
