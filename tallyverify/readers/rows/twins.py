"""Sheets that hold all figures of another one under another key, more often than by chance."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tallyverify.arrays import Hashes
from tallyverify.table import ActaTable

_NEAR = (1, 2)  # votes apart: by chance sheets are as often so near as they are equal
_TIMES, _FEW = 4, 6
_DISTINCT = 0.3  # of the rows: where fewer differ, the figures say little
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


def twins(table: ActaTable, *, distinct: bool = False) -> int:
    """Return how many sheets are copies of others under other keys; 0 where chance may make them.

    ``distinct``: each station is known to stand once.

    Sheets that agree in everything but one candidate's votes differ in these by one vote as often
    as by none, where it is chance; copies differ by none. Lines that are sums are left out, since
    with them no single figure could differ.
    """
    seen = table if table.seen.all() else table.take(table.seen)
    names = [name for name in table.figures if name not in ("valid", "ballots", "signed")]
    candidates = [name for name in table.contest.candidate_ids if name in names]
    if len(seen) < 10 or len(names) < 2 or not candidates:
        return 0
    if not distinct:  # of a station that stands twice, the sheet with the least figures
        order = np.lexsort([seen.figure(name)[0] for name in reversed(names)])
        seen = seen.take(order)
        seen = seen.take(~seen.frame["station"].duplicated().to_numpy())
    largest = max(candidates, key=lambda name: int(seen.figure(name)[0].sum()))
    rest = np.zeros(len(seen), dtype=np.uint64)
    for name in names:
        if name != largest:
            rest = _mixed(rest, seen.figure(name)[0].astype(np.uint64))
    votes = seen.figure(largest)[0]
    codes, known = pd.factorize(_mixed(rest, votes.astype(np.uint64)))
    if len(known) == len(codes) or len(known) < _DISTINCT * len(codes):
        return 0
    equal = int((np.bincount(codes)[codes] > 1).sum())
    near = max(
        int(np.isin(_mixed(rest, (votes + apart).astype(np.uint64)), known).sum())
        for apart in _NEAR
    )
    return len(codes) - len(known) if equal > _TIMES * near + _FEW else 0


def _mixed(hashes: Hashes, values: Hashes) -> Hashes:
    """Return hashes of rows with one more column."""
    mixed = (hashes ^ (values + np.uint64(1))) * _FACTOR
    result: Hashes = mixed ^ (mixed >> np.uint64(29))
    return result
