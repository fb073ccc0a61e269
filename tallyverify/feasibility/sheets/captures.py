"""Several captures of one station as one witness: what all of them bear out.

Sheets that differ between captures are as two copies of one sheet: which is right is not known, so
each figure lies between the least and the most that a capture says. A lower bound only raises the
least; where a sheet says less than the bound it is not right, and the figure is open above.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tallyverify.arrays import Codes, Counts, Mask, among
from tallyverify.checking import CaseFacts
from tallyverify.feasibility.sheets.captures_placed import perhaps_met, placed_by_registry
from tallyverify.feasibility.sheets.sheet_rows import (
    Places,
    SheetRows,
    packed_rows,
    places_among,
)
from tallyverify.key_bytes import folded_keys
from tallyverify.records import SourceKind
from tallyverify.table import match_keys
from tallyverify.taken import takes_input

_KEPT = ("station", "site", "labels", "seen", "least", "most")
_MOST_WRONG = 0.5
"""As of an allowance that a case sets: where more sheets may be wrong, none says anything."""


@dataclass(frozen=True, eq=False)
class CaptureRows:
    """The sheets of one capture, keyed as the actas are, and how they are to be taken.

    ``nowhere``: keys of stations that may be part of no result, annulled or pending there.
    ``later``: it is of another stage and no hasty one, so that a station without votes in it may
    have been annulled.
    """

    rows: SheetRows
    kind: SourceKind
    nowhere: tuple[str, ...]
    later: bool
    wrong: float  # the share of its sheets that may happen to be wrong
    placed: bool  # it says where its stations lie, as far as something is declared by area


@takes_input
def as_lower_bounds(rows: SheetRows) -> SheetRows:
    """Return sheets of which it is only known that they hold at least so many."""
    columns = rows.columns()
    wide = {name: _wide(column) for name, column in columns.items()}
    wide["most"] = np.full_like(wide["least"], -1)
    for name in wide:
        if name not in (*_KEPT, "registered"):
            wide[name] = np.full(len(wide["station"]), -1, dtype=np.int64)
    wide["labels"] = list(columns["labels"])
    return packed_rows(wide, rows.doubtful, rows.copies)


@takes_input
def with_captures(rows: SheetRows, others: Sequence[CaptureRows], facts: CaseFacts) -> CombinedRows:
    """Return the sheets of the actas and of other captures as one witness a station."""
    own = CaptureRows(rows, "sheets", (), False, 0.0, True)
    every = [_Columns.of(one) for one in (own, *others)]
    keys = every[0].station
    places: list[Codes] = [np.arange(len(keys))]
    for one in every[1:]:
        at = match_keys(keys, one.station).places.copy()
        new = np.flatnonzero(at < 0)
        at[new] = len(keys) + np.arange(len(new))
        keys = np.concatenate([keys, one.station[new]])
        places.append(at)
    many = len(keys)
    spread = [_spread(one, at, many) for one, at in zip(every, places, strict=True)]
    columns, differ, raised = _combined(spread, [one.given.kind for one in every])
    columns["station"] = keys
    spread[0]["gone"] |= perhaps_met(keys, spread, facts)
    columns["site"], columns["labels"] = _sites(every, spread, places, many)
    if facts.registry is not None and (columns["site"] < 0).any():
        columns = placed_by_registry({**columns, "station": keys}, facts)
    known = columns["site"] >= 0
    kept = {n: c if n == "labels" else c[known] for n, c in columns.items()}
    copies = rows.copies | frozenset(keys[(differ | raised) & known])
    doubtful = rows.doubtful
    for one, at in zip(every[1:], places[1:], strict=True):
        alone = ~spread[0]["there"][at] & among(one.station, one.given.rows.doubtful)
        doubtful |= frozenset(keys[at[alone]])
    changes = [
        _apart(one, spread[0], given.kind) for one, given in zip(spread[1:], others, strict=True)
    ]
    differing = tuple((int(both.sum()), int(other.sum())) for both, other in changes)
    changed = np.zeros(many, dtype=bool)
    for _, other in changes:
        changed |= other
    beside = _beside(spread, others, known, raised, differing)
    return CombinedRows(packed_rows(kept, doubtful, copies), beside, differing, int(changed.sum()))


@dataclass(frozen=True, eq=False)
class CombinedRows:
    """Several captures as one.

    Of each other capture: how many sheets rest on it, not on the actas, and the share of them that
    may happen to be wrong; and how many stations it has in common with the actas, and of these with
    other votes. ``changed``: stations of the actas with other votes in any of them.
    """

    rows: SheetRows
    beside: tuple[tuple[int, float], ...]
    differ: tuple[tuple[int, int], ...]
    changed: int


def _beside(
    spread: list[dict[str, Any]],
    others: Sequence[CaptureRows],
    known: Mask,
    raised: Mask,
    differing: tuple[tuple[int, int], ...],
) -> tuple[tuple[int, float], ...]:
    """Count each station with the first capture that it rests on, the actas left out."""
    rests = spread[0]["seen"] & ~raised
    found = []
    for one, given, (common, differ) in zip(spread[1:], others, differing, strict=True):
        here = one["seen"] & known & ~rests
        rests |= here
        # A capture that differs from the actas more often than is allowed for is no better where
        # it stands alone.
        found.append((int(here.sum()), min(_MOST_WRONG, max(given.wrong, differ / max(common, 1)))))
    return tuple(found)


def _apart(one: dict[str, Any], own: dict[str, Any], kind: SourceKind) -> tuple[Mask, Mask]:
    """Return which stations both have, seen in the actas, and in which of these votes differ.

    They differ too where the capture has none.
    """
    both: Mask = own["seen"] & (one["seen"] | one["gone"])
    read = (one["most"] >= 0) & (own["most"] >= 0)
    differ = (one["least"] != own["least"]) & read
    if kind == "lower_bound":
        differ = (one["least"] > own["most"]) & (own["most"] >= 0)
    other: Mask = both & (differ.any(axis=1) | one["gone"])
    return both, other


def _wide(column: Any) -> Any:
    """Return counts as int64 again; what is not counts as it is."""
    return column[:] if hasattr(column, "kept") else column


@dataclass(frozen=True, eq=False)
class _Columns:
    """One capture, by column."""

    given: CaptureRows
    by_name: dict[str, Any]

    @classmethod
    def of(cls, given: CaptureRows) -> _Columns:
        return cls(given, {n: _wide(c) for n, c in given.rows.columns().items()})

    @property
    def station(self) -> Any:
        return self.by_name["station"]


def _spread(one: _Columns, at: Codes, many: int) -> dict[str, Any]:
    """Put the columns of a capture in the places of all stations; −1, or False, where it is not."""
    spread: dict[str, Any] = {}
    for name, column in one.by_name.items():
        if name in ("station", "labels"):
            continue
        empty = False if name == "seen" else 0 if name == "least" else -1
        spread[name] = np.full((many, *column.shape[1:]), empty, dtype=column.dtype)
        spread[name][at] = column
    spread["there"] = np.zeros(many, dtype=bool)
    spread["there"][at] = True
    zero = (one.by_name["least"].sum(axis=1) == 0) & (one.by_name["most"] >= 0).all(axis=1)
    gone = zero & one.given.later
    if one.given.nowhere:
        gone |= among(folded_keys(one.station), set(folded_keys(list(one.given.nowhere))))
    spread["gone"] = np.zeros(many, dtype=bool)
    spread["gone"][at] = gone
    return spread


def _combined(
    spread: list[dict[str, Any]], kinds: list[SourceKind]
) -> tuple[dict[str, Any], Mask, Mask]:
    """Return what all captures bear out, where sheets differ, and where a bound is above them."""
    sheets = [one for one, kind in zip(spread, kinds, strict=True) if kind != "lower_bound"]
    bounds = [one for one, kind in zip(spread, kinds, strict=True) if kind == "lower_bound"]
    least, most, differ = _votes_of_sheets(sheets)
    raised = np.zeros(len(least), dtype=bool)
    for one in bounds:
        held = np.where(one["seen"][:, None], one["least"], 0)
        beyond = (most >= 0) & (held > most)
        most = np.where(beyond, -1, most)
        least = np.maximum(least, held)
        raised |= beyond.any(axis=1)
    only_bound = ~np.logical_or.reduce([one["seen"] for one in sheets])
    most[only_bound] = -1
    columns: dict[str, Any] = {
        "least": least,
        "most": most,
        "seen": np.logical_or.reduce([one["seen"] for one in spread]),
    }
    names = [name for name in spread[0] if name not in (*_KEPT, "there", "gone")]
    for name in names:
        if name == "registered":
            columns[name] = np.maximum.reduce([one[name] for one in spread])
            continue
        said = _line_of_sheets([one[name] for one in sheets], [one["seen"] for one in sheets])
        columns[name] = np.where(differ | raised | only_bound, -1, said)
    return columns, differ, raised


def _votes_of_sheets(sheets: list[dict[str, Any]]) -> tuple[Counts, Counts, Mask]:
    """Return least and most votes that sheets say, and the stations in which two of them differ."""
    shape = sheets[0]["least"].shape
    least, most = np.full(shape, np.iinfo(np.int64).max), np.full(shape, -1)
    partly = np.zeros(shape, dtype=np.int64)
    for one in sheets:
        seen = one["seen"][:, None]
        read = seen & (one["most"] >= 0)
        least = np.where(read, np.minimum(least, one["least"]), least)
        most = np.where(read, np.maximum(most, one["most"]), most)
        partly = np.where(seen & ~read, np.maximum(partly, one["least"]), partly)
    unread = most < 0
    least = np.where(unread, partly, least)
    differ: Mask = ((least != most) & ~unread).any(axis=1)
    # What was read of a part of a figure is more than another capture says of the whole.
    most = np.where(~unread & (partly > most), -1, most)
    return least.astype(np.int64), most.astype(np.int64), differ


def _line_of_sheets(values: list[Counts], seen: list[Mask]) -> Counts:
    """Return the line that all sheets say that say it, −1 where they differ or none does."""
    low = np.full(len(values[0]), np.iinfo(np.int64).max)
    high = np.full(len(values[0]), -1)
    for value, shown in zip(values, seen, strict=True):
        said = shown & (value >= 0)
        low, high = (
            np.where(said, np.minimum(low, value), low),
            np.where(said, np.maximum(high, value), high),
        )
    line: Counts = np.where(low == high, high, -1).astype(np.int64)
    return line


def _sites(
    every: list[_Columns], spread: list[dict[str, Any]], places: list[Codes], many: int
) -> tuple[Counts, list[Places]]:
    """Return where each station lies, −1 where that is not known at all, and what codes mean."""
    codes: dict[Places, int] = {}
    site = np.full(many, -1, dtype=np.int64)
    for one, at in zip(every, places, strict=True):
        if not one.given.placed:
            continue
        own = np.array(
            [codes.setdefault(p, len(codes)) for p in one.by_name["labels"]], dtype=np.int64
        )
        here = own[one.by_name["site"]] if len(own) else np.empty(0, dtype=np.int64)
        before = site[at]
        site[at] = np.where(before < 0, here, before)
        apart = np.flatnonzero((before >= 0) & (before != here))
        # Where most lie elsewhere the areas are named differently, and the first is right.
        if len(apart) and 2 * len(apart) <= (before >= 0).sum():
            names = list(codes)
            for row in apart:
                both = places_among({*names[before[row]], *names[here[row]]})
                site[at[row]] = codes.setdefault(both, len(codes))
    gone = np.logical_or.reduce([one["gone"] for one in spread])
    names = list(codes)
    for row in np.flatnonzero(gone & (site >= 0)):
        label = names[site[row]]
        nowhere: Places = ((), *(areas for areas in label if areas))
        site[row] = codes.setdefault(nowhere, len(codes))
    return site, list(codes)
