"""Rows of one station told apart by a version, a capture or a serial number: no part of a key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tallyverify.arrays import Mask
from tallyverify.errors import listed
from tallyverify.language import counted, number, told
from tallyverify.proposals.columns import Column, combination_codes
from tallyverify.proposals.words import AREA, CODE, STATION, VERSION
from tallyverify.readers import ALIKE, rows_alike, share_alike

_ALIKE_NAMED = 0.1  # where the name speaks of versions
_DIFFER = 0.9
_LARGEST = 20  # columns of figures that are looked at


@dataclass(frozen=True)
class Copies:
    """A column without which rows have the key of another, and the first row of each station."""

    column: Column
    first: Mask
    alike: int
    pairs: int

    def question(self, key: Sequence[Column]) -> str:
        """Ask what these rows are."""
        return told(
            "{column} alone tells {rows} from another of the same {key}, {alike} of them with the "
            "same figures or nearly. Are they copies of one sheet (as proposed: what all of them "
            'allow counts), versions of which the last counts ("repeated": {{"latest": '
            '"{column}"}}), parts that add up ("repeated": "sum"), or other stations (then add '
            "{name} to mapping.station)?",
            column=self.column.name,
            rows=counted(self.pairs, "row", "rows"),
            key=listed(column.name for column in key),
            alike=number(self.alike),
            name=repr(self.column.name),
        )


def copies_told_apart(
    key: Sequence[Column],
    names: Sequence[Column],
    figures: Sequence[Column],
    rows: int,
    beside: Sequence[Column],
) -> Copies | None:
    """Return the column of the key that tells apart only rows of the same figures, if one does.

    Stations that share all else (a centre) hardly ever agree in their largest figure, copies of
    one sheet nearly always do. A column that is named as a version needs less of it.
    """
    largest = sorted(figures, key=lambda c: -int(c.counts.sum()))[:_LARGEST]
    values = (
        np.stack([c.counts for c in largest], axis=1)
        if largest
        else np.zeros((rows, 0), dtype=np.int64)
    )
    by_chance = share_alike(values)
    for column in key:
        for others in _others(column, key, names):
            codes = combination_codes([*others, *beside], rows)
            order = np.argsort(codes, kind="stable")
            again = codes[order][1:] == codes[order][:-1]
            one, other = order[:-1][again], order[1:][again]
            # It must be this column in which they differ.
            if not len(one) or (column.codes[one] != column.codes[other]).mean() < _DIFFER:
                continue
            alike = rows_alike(values, one, other)
            share = float(alike.mean())
            named = VERSION.search(column.plain)
            if share >= max(_ALIKE_NAMED if named else ALIKE, 2 * by_chance):
                first = np.zeros(rows, dtype=bool)
                first[order[np.flatnonzero(np.r_[True, ~again])]] = True
                return Copies(column, first, int(alike.sum()), int(again.sum()))
    return None


def _others(
    column: Column, key: Sequence[Column], names: Sequence[Column]
) -> Iterator[list[Column]]:
    """Yield what else could name the station: the rest of the key, and all columns of places."""
    rest = [c for c in key if c is not column]
    if rest:
        yield rest
    words = (STATION, AREA, CODE)
    places = [
        c
        for c in names
        if c is not column
        and any(word.search(c.plain) for word in words)
        and not VERSION.search(c.plain)
    ]
    if places and {c.name for c in places} != {c.name for c in rest}:
        yield places
