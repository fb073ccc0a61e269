"""Area subtotals mixed in among the stations: by their label, and by their arithmetic."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tallyverify.arrays import Mask
from tallyverify.records import ALL_OPTIONS
from tallyverify.table import ActaTable, area_codes

_LABEL = (
    r"^\s*(?:sub-?\s?total(?:es)?|totale?s?|gran total|grand total|suma|somme|summe|insgesamt|"
    r"razem|итого|всего|total geral)\s*[:.]?(?:\s.*)?$"
)
_SMALLEST = 100


def labelled(column: pa.Array) -> Mask:
    """Return where a cell is a total's label rather than a name; shape (rows,)."""
    found = pc.fill_null(pc.match_substring_regex(column, _LABEL, ignore_case=True), False)
    result: Mask = found.to_numpy(zero_copy_only=False)
    return result


def sums_of_others(table: ActaTable, known: Mask) -> Mask:
    """Return the rows that equal, in every figure, the sum of all other rows of their area.

    Looked for from the smallest areas to the whole country, what was found (or is ``known``)
    left out of the sums above it. Areas of fewer than three rows and rows of fewer than 100 votes
    are passed over: there a sum can come about by chance.
    """
    found = known.copy()
    votes, _ = table.figure(ALL_OPTIONS)
    for depth in range(len(table.levels), -1, -1):
        codes, labels = area_codes(table, table.levels[:depth])
        rest = ~found
        size = np.bincount(codes[rest], minlength=len(labels))
        total = _sums(codes, votes, rest, len(labels))
        maybe = rest & (2 * votes == total[codes]) & (votes >= _SMALLEST) & (size[codes] >= 3)
        for name in table.figures if maybe.any() else ():
            values = table.figure(name)[0]
            maybe &= 2 * values == _sums(codes, values, rest, len(labels))[codes]
            maybe &= table.known(name)
        found |= maybe
    return found & ~known


def _sums(
    codes: np.ndarray[Any, Any], values: np.ndarray[Any, Any], rows: Any, size: int
) -> np.ndarray[Any, np.dtype[np.int64]]:
    # Sums of counts stay far below 2**53, so a float sum is exact.
    return np.bincount(codes[rows], weights=values[rows], minlength=size).astype(np.int64)
