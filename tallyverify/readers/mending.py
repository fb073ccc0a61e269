"""Columns that a mapping mistakes: which change would make the sheets' arithmetic hold."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pyarrow as pa

from tallyverify.arrays import Counts, Mask
from tallyverify.errors import shown
from tallyverify.language import number, told
from tallyverify.readers.counts import Thousands, read_counts
from tallyverify.readers.raw import Raw
from tallyverify.records import Mapping
from tallyverify.table import ActaTable

_SAMPLE = 2_000
_ENOUGH = 0.9

_Figures = dict[str, Counts]


def mend(raw: Raw, mapping: Mapping, table: ActaTable, at: Counts, thousands: Thousands) -> str:
    """Return the change after which the balances hold, where they now fail on most rows.

    Tried on some 2,000 rows: two columns exchanged; all columns from one on moved by one; one
    column instead of another. Nothing where the balances hold, or no such change mends them.
    """
    step = -(-len(at) // _SAMPLE)
    votes = table.votes
    figures = {name: table.figure(name)[0][::step] for name in table.figures}
    known = np.logical_and.reduce([table.known(name)[::step] for name in table.figures])
    if table.contest.votes_allowed != 1 or not known.any():
        return ""
    figures = {name: values[known] for name, values in figures.items()}
    judged = holding(figures, votes)
    if judged is None or judged.mean() >= 0.5:
        return ""
    taken = pa.array(at[::step][known])
    for words, changed in _changes(raw, mapping, figures, taken, thousands):
        mended = holding(changed, votes)
        if mended is not None and mended.mean() >= _ENOUGH:
            return told(
                "the sheets add up on {mended} of {tried} rows tried if {change}",
                mended=number(int(mended.sum())),
                tried=number(len(mended)),
                change=words,
            )
    return ""


def holding(figures: _Figures, votes: tuple[str, ...]) -> Mask | None:
    """Return the rows on which every balance holds by some convention; None without a balance."""
    if not set(votes) <= set(figures):
        return None
    options = np.sum([figures[name] for name in votes], axis=0)
    blank, null = figures.get("blank", 0 * options), figures.get("null", 0 * options)
    valid = figures.get("valid", options)
    holds, judged = np.ones(len(options), dtype=bool), False
    if "valid" in figures:
        holds &= (valid == options) | (valid == options + blank)
        judged = True
    if "ballots" in figures and "null" in figures:
        holds &= (figures["ballots"] == valid + null) | (figures["ballots"] == valid + null + blank)
        judged = True
    if "registered" in figures:
        cast = figures.get("ballots", valid + null)
        holds &= (cast <= figures["registered"]) | (figures["registered"] == 0)
        judged = True
    return holds if judged else None


def _changes(
    raw: Raw, mapping: Mapping, figures: _Figures, at: pa.Array, thousands: Thousands
) -> Iterator[tuple[str, _Figures]]:
    # Only figures that stand in one column can have been mistaken for another.
    column = {name: parts[0] for name, parts in mapping.figures.items() if len(parts) == 1}
    column = {name: one for name, one in column.items() if name in figures}
    for one, other in combinations(column, 2):
        words: str = told(
            "{one} and {other} are exchanged", one=shown(column[one]), other=shown(column[other])
        )
        yield words, figures | {one: figures[other], other: figures[one]}
    place = {name: raw.position(one) for name, one in column.items()}
    names = raw.distinct

    def read(position: int) -> Counts | None:
        cells = raw.column(names[position]).take(at)
        values = read_counts(cells, thousands, mapping.missing).values
        found = values.to_numpy(zero_copy_only=False).astype(float)
        return None if np.isnan(found).mean() > 0.5 else np.nan_to_num(found).astype(np.int64)

    for by in (1, -1):
        for start in sorted(set(place.values())):
            moved = {name: at + by for name, at in place.items() if at >= start}
            values = {n: read(p) for n, p in moved.items() if 0 <= p < len(names)}
            if all(value is not None for value in values.values()):
                words = _one_aside(names[start], by)
                # What would stand outside the file is not known.
                rest = {n: v for n, v in figures.items() if n not in moved or n in values}
                yield words, rest | {n: v for n, v in values.items() if v is not None}
    for at_column, other in enumerate(names):
        if at_column in place.values():
            continue
        there = read(at_column)
        if there is None:
            continue
        for name in column:
            words = told(
                "{figure} is read from {column} instead of {other}",
                figure=name,
                column=shown(other),
                other=shown(column[name]),
            )
            yield words, figures | {name: there}


def _one_aside(first: str, by: int) -> str:
    if by > 0:
        return told("every column from {column} on is read one to the right", column=shown(first))
    return told("every column from {column} on is read one to the left", column=shown(first))
