"""Areas as codes: nested names to integers, so that sums by area are one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tallyverify.arrays import Array, Counts

if TYPE_CHECKING:
    from tallyverify.table.actas import ActaTable


def area_codes(table: ActaTable, levels: tuple[str, ...]) -> tuple[Counts, list[tuple[str, ...]]]:
    """Return each row's area at these levels as a code, and the names that the codes stand for.

    The table keeps the answer (read-only); a name that is not stated is ``""``.
    """
    if levels not in table.areas:
        table.areas[levels] = _coded(table, levels)
    return table.areas[levels]


def _coded(table: ActaTable, levels: tuple[str, ...]) -> tuple[Counts, list[tuple[str, ...]]]:
    if not levels:
        return np.zeros(len(table), dtype=np.int64), [()] if len(table) else []
    here, names = _level_codes(table, levels[-1])
    if len(levels) == 1:
        return here, [(name,) for name in names]
    codes, labels = area_codes(table, levels[:-1])
    codes, distinct = pd.factorize(codes * max(len(names), 1) + here)
    return codes, [(*labels[c // len(names)], names[c % len(names)]) for c in distinct]


def _level_codes(table: ActaTable, level: str) -> tuple[Array, list[str]]:
    column = table.frame[level].array.__arrow_array__()
    column = column.combine_chunks() if hasattr(column, "combine_chunks") else column
    encoded = column.fill_null("").dictionary_encode()
    names = [str(name) for name in encoded.dictionary.to_pylist()]
    return encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64), names
