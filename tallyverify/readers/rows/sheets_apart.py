"""Rows of a long file that give an option of a station again: which of them are of one sheet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from tallyverify.arrays import Codes, Counts, Mask
from tallyverify.language import told_of
from tallyverify.readers.raw import Raw
from tallyverify.readers.rows.station_texts import ordered_texts


@dataclass(frozen=True, eq=False)
class SheetsApart:
    """Of each row of a long file, which sheet of its station it is of; shapes (rows,)."""

    nth: Counts  # among the rows of its station and option, from 0
    mapped: Mask  # its option is not ignored
    mixed: Mask  # nothing says which rows of its station make up one sheet

    @classmethod
    def of(cls, raw: Raw, station: Codes, option: Codes, mapped: Mask, count: str) -> SheetsApart:
        """Sort out rows of one station and option, by what they hold and not by where they stand.

        Those that agree in the other columns are taken to be of one sheet: so a column of versions,
        of batches or of numbers of rows keeps the sheets apart, whatever the order of the rows.
        """
        cell = station * (int(option.max(initial=0)) + 1) + option
        again = np.flatnonzero(pd.Series(cell).duplicated(keep=False).to_numpy())
        nth = np.zeros(len(cell), dtype=np.int64)
        if not len(again):
            return cls(nth, mapped, nth > 0)
        names = [name for name in sorted(raw.distinct) if name != count]
        texts = [code for name in names if (code := _coded(raw, name, again)) is not None]
        votes = ordered_texts(raw.text(count).take(pa.array(again)))[1]
        order = np.lexsort((votes, *texts[::-1], cell[again]))
        nth[again[order]] = pd.Series(cell[again][order]).groupby(cell[again][order]).cumcount()

        rest = pd.DataFrame(dict(enumerate([cell[again], *texts])))
        among = pd.DataFrame({"station": station[again], "cell": cell[again], "votes": votes})
        among["rest"] = rest.groupby(list(rest.columns), sort=False).ngroup()
        rows = among[mapped[again]].drop_duplicates(["rest", "votes"])
        cells = rows.loc[rows["rest"].duplicated(), ["station", "cell"]].drop_duplicates()
        unclear = cells.groupby("station").size()
        # Where one option has more rows than another, the fewer may be of any of the sheets.
        there = np.flatnonzero(mapped & np.isin(station, station[again[mapped[again]]]))
        copies = pd.Series(cell[there]).groupby([station[there], cell[there]]).size()
        uneven = copies.groupby(level=0).agg(["min", "max"])
        which = unclear.index[unclear > 1].union(uneven.index[uneven["min"] < uneven["max"]])
        return cls(nth, mapped, np.isin(station, which.to_numpy()))

    def said(self, station: Codes) -> tuple[str, ...]:
        """Say of how many stations it is not known which rows make up one sheet."""
        stations = len(np.unique(station[self.mixed]))
        if not stations:
            return ()
        return (
            told_of(
                stations,
                "of {count} station some option stands in several rows, and no other column says "
                "which rows are of one sheet: they are put together from the fewest votes up, and "
                "no balance is judged on them",
                "of {count} stations some option stands in several rows, and no other column says "
                "which rows are of one sheet: they are put together from the fewest votes up, and "
                "no balance is judged on them",
            ),
        )


def _coded(raw: Raw, name: str, rows: Counts) -> Codes | None:
    if pa.types.is_nested(raw.columns[raw.position(name)].type):
        return None
    return ordered_texts(raw.text(name).take(pa.array(rows)))[1]
