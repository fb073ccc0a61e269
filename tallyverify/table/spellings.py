"""Which rows stand for one sheet, though their keys are spelt in different ways."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from tallyverify.arrays import Counts, Mask
from tallyverify.key_bytes import folded_keys
from tallyverify.names import folded
from tallyverify.table.actas import ActaTable
from tallyverify.table.groups import equal_in
from tallyverify.table.registry import Registry


@dataclass(frozen=True, eq=False)
class Spellings:
    """The rows of a table by what their keys come to; a number by row each, shapes (rows,)."""

    key: Counts  # one for all spellings of a key
    sheet: Counts  # one for a station; also for its spellings that agree in figures and area
    several: Mask  # the key stands in more than one spelling, and no registry tells them apart

    @classmethod
    def of(
        cls, rows: ActaTable, registry: Registry | None = None, settled: Mask | None = None
    ) -> Spellings:
        """Compare the rows, which must agree within each station that is ``settled``."""
        station, names = pd.factorize(rows.frame["station"], use_na_sentinel=False)
        spelt = folded_keys(names)
        key, _ = pd.factorize(spelt)
        several = np.bincount(key, minlength=1)[key] > 1 if len(key) else np.zeros(0, dtype=bool)
        if registry is not None and several.any():
            several[several] = ~registry.lists_apart(spelt[several])
        sheet = station.astype(np.int64)
        joined = several[station] if settled is None else several[station] & settled
        if joined.any():
            some = with_folded_areas(rows.take(joined))
            frame = some.frame.assign(station=key[station[joined]])
            sheet[joined] = len(names) + equal_in(frame, ["station", *rows.levels, *rows.figures])
        return cls(key[station], sheet, several[station])

    @property
    def unjoined(self) -> Mask:
        """Where a key stands in several spellings that are not all one sheet."""
        pairs = pd.DataFrame({"key": self.key, "sheet": self.sheet}).drop_duplicates()
        sheets = np.bincount(pairs["key"], minlength=1)
        return self.several & (sheets[self.key] > 1)


def with_folded_areas(rows: ActaTable) -> ActaTable:
    """Return the same rows, the names of their areas folded."""
    areas = {}
    for level in rows.levels:
        code, names = pd.factorize(rows.frame[level].fillna(""))
        areas[level] = np.array([folded(str(name)) for name in names], dtype=object)[code]
    return replace(rows, frame=rows.frame.assign(**areas))
