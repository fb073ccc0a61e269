"""Area subtotals mixed in among the stations: by their label, their arithmetic, their place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tallyverify.arrays import Counts, Mask
from tallyverify.language import told
from tallyverify.readers.rows.blocks import totals_by_place
from tallyverify.records import ALL_OPTIONS
from tallyverify.table import ActaTable, area_codes
from tallyverify.taken import takes_input

_LABEL = (
    r"^\s*(?:sub-?\s?total(?:es)?|totale?s?|gran total|grand total|suma|somme|summe|insgesamt|"
    r"razem|итого|всего|total geral)\s*[:.]?(?:\s.*)?$"
)
_LAST_PART = r"[^\pL\pN]+[\pL\pN]*$"
_SMALLEST = 100
"""In rows of fewer votes a sum can come about by chance."""

_BY_KEY = told("its key is empty or says total")
_BY_STEM = told("it equals the sum of the rows whose keys begin with its own")
_BY_AREA = told("it equals the sum of its area's rows")
_BY_PLACE = told("it equals the sum of the rows beside it")
_LARGE = told("a part of its key is empty, and it holds as much as all other rows of its area")
_SAME_KEY = told(
    "a part of its key is empty, and another row has the same key; mapping.fill_down says that an "
    "empty cell means what stands above it"
)
_MULTIPLE = told("all rows together are a whole multiple of it, in every figure")


@dataclass(frozen=True)
class Suspects:
    """Rows that are no stations, each with the reason, by the number of the row."""

    sure: dict[int, str]
    # Rows that may well be totals, though neither a label nor a sum says which are.
    doubtful: dict[int, str] = field(default_factory=dict)


@takes_input
def labelled(column: pa.Array) -> Mask:
    """Return where a cell is a total's label rather than a name; shape (rows,)."""
    found = pc.fill_null(pc.match_substring_regex(column, _LABEL, ignore_case=True), False)
    result: Mask = found.to_numpy(zero_copy_only=False)
    return result


def by_key(table: ActaTable, keyless: Mask) -> Suspects:
    """Return the rows without a key, or with a total's label in it.

    Of ``keyless`` rows, one of which only a part of the key is empty may be a station.
    """
    rows = table.frame.loc[keyless, ["row", "station", *table.levels]]
    keys = rows["station"].fillna("").tolist()
    # Where cells were filled down, the label may stand in an area, above a key that is not its own.
    named = np.zeros(len(rows), dtype=bool)
    for level in table.levels:
        named |= labelled(pa.array(rows[level].fillna(""), pa.string()))
    says = labelled(pa.array([part for key in keys for part in key.split("/")], pa.string()))
    at = np.repeat(np.arange(len(keys)), [len(key.split("/")) for key in keys])
    total = (np.bincount(at[says], minlength=len(keys)) > 0) | named
    whole = [bool(says) or not key.strip("/") for key, says in zip(keys, total, strict=True)]
    return Suspects(dict.fromkeys(rows.loc[whole, "row"].tolist(), _BY_KEY))


def by_arithmetic(table: ActaTable, known: Suspects, partial: Mask) -> Suspects:
    """Return the rows that equal, in every figure, the sum of others, besides those ``known``.

    ``partial``: rows of which a part of the key is empty: of these a sum of a few votes tells.
    """
    rows = table.frame["row"]
    found = np.isin(rows, list(known.sure))
    sure = dict(known.sure)
    votes = table.figure(ALL_OPTIONS)[0]
    large = votes >= _SMALLEST
    for name in table.figures:
        large = large & table.known(name)
    ways: tuple[tuple[str, Callable[[ActaTable, Mask, Mask, Mask], Mask]], ...] = (
        (_BY_STEM, _sums_of_stems),
        (_BY_AREA, _sums_of_areas),
        (_BY_PLACE, _sums_beside),
    )
    for why, sums in ways:
        more = sums(table, found, large, partial)
        sure |= dict.fromkeys(rows[more].tolist(), why)
        found = found | more
    left = partial & ~found
    doubtful: dict[int, str] = dict.fromkeys(rows[_nested(table, found, large)].tolist(), _MULTIPLE)
    doubtful |= dict.fromkeys(rows[_as_large_as_all(table, left)].tolist(), _LARGE)
    same = table.frame.loc[left, "station"].duplicated(keep=False).to_numpy()
    doubtful |= dict.fromkeys(rows[left][same].tolist(), _SAME_KEY)
    return Suspects(sure, doubtful)


def _values(table: ActaTable) -> Counts:
    """Every figure and the votes, shape (rows, figures + 1); 0 where not read."""
    names = (ALL_OPTIONS, *table.figures)
    return np.stack([table.figure(name)[0] for name in names], axis=1)


def _sums_beside(table: ActaTable, known: Mask, large: Mask, partial: Mask) -> Mask:
    """Rows that equal the sum of those beside them."""
    return totals_by_place(_values(table), known, large)


def _sums_of_stems(table: ActaTable, known: Mask, large: Mask, partial: Mask) -> Mask:
    """Rows that equal the sum of those whose keys are theirs and one part more: P1, P1-1, P1-2."""
    keys = pa.array(table.frame["station"].fillna(""), pa.string())
    stems = pc.replace_substring_regex(keys, _LAST_PART, "")
    # "010.0" is another spelling of "010", not a part of it.
    child = pc.and_not(pc.not_equal(stems, keys), pc.match_substring_regex(keys, "[.,]0$"))
    above = pc.unique(stems.filter(child))
    above = above.filter(pc.is_in(above, value_set=keys.filter(pa.array(large & ~known))))
    if not len(above):
        return known & False
    parent = _positions(pc.if_else(child, stems, None), above)
    own = _positions(keys, above)
    found: Mask = large & ~known & (own >= 0)
    values = _values(table)
    for at in range(values.shape[1]):
        found &= values[:, at] == _sums(parent, values[:, at], parent >= 0, len(above))[own]
    return found


def _positions(texts: pa.Array, among: pa.Array) -> Counts:
    at: Counts = pc.fill_null(pc.index_in(texts, value_set=among), -1).to_numpy()
    return at


def _sums_of_areas(table: ActaTable, known: Mask, large: Mask, partial: Mask) -> Mask:
    """Rows that equal the sum of all other rows of their area.

    Looked for from the smallest areas to the whole country, what was found (or is ``known``)
    left out of the sums above it. Areas of fewer than three rows are passed over, but for rows
    that lack a part of their key.
    """
    found = known.copy()
    values = _values(table)
    votes = values[:, 0]
    for depth in range(len(table.levels), -1, -1):
        codes, labels = area_codes(table, table.levels[:depth])
        rest = ~found
        size = np.bincount(codes[rest], minlength=len(labels))[codes]
        maybe = (large & (size >= 3)) | (partial & (size >= 2) & (votes > 0))
        maybe &= rest & (2 * votes == _sums(codes, votes, rest, len(labels))[codes])
        for at in range(1, values.shape[1]) if maybe.any() else ():
            sums = _sums(codes, values[:, at], rest, len(labels))
            maybe &= 2 * values[:, at] == sums[codes]
        for name in table.figures if maybe.any() else ():
            maybe &= table.known(name)
        found |= maybe
    return found & ~known


def _as_large_as_all(table: ActaTable, partial: Mask) -> Mask:
    """Rows lacking a part of their key that hold no less than two or more others of their area."""
    found = partial & False
    if not partial.any():
        return found
    votes = table.figure(ALL_OPTIONS)[0]
    every = np.ones(len(table), dtype=bool)
    for depth in range(len(table.levels) + 1):
        codes, labels = area_codes(table, table.levels[:depth])
        size = np.bincount(codes, minlength=len(labels))[codes]
        sums = _sums(codes, votes, every, len(labels))[codes]
        found |= partial & (size >= 3) & (2 * votes >= sums) & (votes > 0)
    return found


def _nested(table: ActaTable, found: Mask, large: Mask) -> Mask:
    """The largest row, where the sum of all rows is a multiple of it, as totals in totals make."""
    values = _values(table)[~found]
    none = found & False
    if len(values) < 4:
        return none
    most = int(np.argmax(values[:, 0]))
    top, sums = values[most], values.sum(axis=0)
    times = int(sums[0] // max(top[0], 1))
    alone = (values[:, 0] == top[0]).sum() == 1
    if times >= 3 and alone and np.array_equal(times * top, sums):
        none[np.flatnonzero(~found)[most]] = True
    return none & large


def _sums(
    codes: np.ndarray[Any, Any], values: np.ndarray[Any, Any], rows: Any, size: int
) -> np.ndarray[Any, np.dtype[np.int64]]:
    # Sums of counts stay far below 2**53, so a float sum is exact.
    return np.bincount(codes[rows], weights=values[rows], minlength=size).astype(np.int64)
