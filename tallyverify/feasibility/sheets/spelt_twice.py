"""Stations that may stand twice, under two spellings of one key: what is sure of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tallyverify.arrays import Counts, SmallCounts
from tallyverify.table import Repeats, with_folded_areas

Spelt = frozenset[tuple[str, str]]
"""Keys with the first key, in their order, that differs only as spellings do in the same area."""


def spelt_twice(repeats: Repeats) -> Spelt:
    """Return the keys that may be another's in another spelling, each with that other one."""
    groups = repeats.spelt
    if not len(groups):
        return frozenset()
    rows = with_folded_areas(groups.rows.take(groups.positions))
    group = np.repeat(np.arange(len(groups)), groups.size)
    where = rows.frame[["station", *rows.levels]].assign(group=group)
    first = where.groupby(["group", *rows.levels])["station"].transform("min")
    pairs = zip(where["station"], first, strict=True)
    return frozenset((str(key), str(other)) for key, other in pairs if key != other)


def with_either_sheet(columns: dict[str, Any], spelt: Spelt, lines: list[str]) -> dict[str, Any]:
    """Return the columns, the first key of each pair with whatever either of its sheets says.

    It holds no less than the least of them, and no more than the most, whether they are one
    station or two; the other key's sheet is one that may be none. Columns are in the order of keys.
    """
    if not spelt:
        return columns
    place = pd.Index(columns["station"])
    pairs = place.get_indexer([key for one in sorted(spelt) for key in one]).reshape(-1, 2)
    other, first = pairs[(pairs >= 0).all(axis=1)].T
    names = ("least", "most", *lines)
    wide: dict[str, Any] = {name: columns[name][:] for name in names}
    seen = columns["seen"].copy()
    wide["least"], wide["most"] = wide["least"].copy(), wide["most"].copy()
    np.minimum.at(wide["least"], first, columns["least"][other])
    unread = _any_below_zero(wide["most"], first, columns["most"][other])
    np.maximum.at(wide["most"], first, columns["most"][other])
    wide["most"][unread] = -1
    np.logical_and.at(seen, first, seen[other])
    seen[first] &= wide["least"][first].any(axis=1)
    differ = (wide["least"] != wide["most"]).any(axis=1)
    for name in lines:
        own = columns[name][:]
        low, high = own.copy(), own.copy()
        np.minimum.at(low, first, own[other])
        np.maximum.at(high, first, own[other])
        if name != "registered":  # the larger list bounds both
            high[first] = np.where((low != high) | differ, -1, low)[first]
        wide[name] = high
    return {**columns, "seen": seen, **{name: SmallCounts.of(wide[name]) for name in names}}


def _any_below_zero(most: Counts, first: Counts, others: Counts) -> Any:
    """Where the most of a figure is not known of one of the sheets; shape of ``most``."""
    least = most.copy()
    np.minimum.at(least, first, others)
    return least < 0
