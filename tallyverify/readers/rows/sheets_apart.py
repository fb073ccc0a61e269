"""Rows of a long file that give an option of a station again: which of them are of one sheet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from tallyverify.arrays import Codes, Counts, Mask
from tallyverify.language import told_of
from tallyverify.readers.raw import Raw
from tallyverify.readers.rows.said_of_rows import columns_beside
from tallyverify.readers.rows.station_texts import ordered_texts
from tallyverify.records import Mapping, column_named


@dataclass(frozen=True, eq=False)
class SheetsApart:
    """Of each row of a long file, which sheet of its station it is of; shapes (rows,)."""

    nth: Counts  # among the rows of its station and option, from 0
    mapped: Mask  # its option is not ignored
    mixed: Mask  # nothing says which rows of its station make up one sheet

    @classmethod
    def of(
        cls, raw: Raw, station: Codes, option: Codes, mapped: Mask, mapping: Mapping
    ) -> SheetsApart:
        """Sort out rows of one station and option, by what they hold and not by where they stand.

        What tells the sheets of a station apart is a column in which each of its options has the
        same texts: versions, batches. One that goes with the votes (percentages, numbers of rows,
        times) does not. Rows of equal votes come in the order of the other texts that are read.
        """
        count = mapping.count or ""
        cell = station * (int(option.max(initial=0)) + 1) + option
        again = np.flatnonzero(pd.Series(cell).duplicated(keep=False).to_numpy())
        nth = np.zeros(len(cell), dtype=np.int64)
        if not len(again):
            return cls(nth, mapped, nth > 0)
        rows = pd.DataFrame({"station": station[again], "cell": cell[again]})
        asked = mapped[again]
        rows["votes"] = ordered_texts(raw.text(count).take(pa.array(again)))[1]
        rows["sheet"] = 0
        for name in sorted(raw.distinct):
            texts = None if name == count else _coded(raw, name, again)
            if texts is not None:
                rows["text"] = np.where(_shared(rows.assign(text=texts)[asked], rows), texts, 0)
                rows["sheet"] = rows.groupby(["sheet", "text"]).ngroup()
        rows["says"] = _said_of_station(raw, mapping, again)
        order = np.lexsort((rows["says"], rows["votes"], rows["sheet"], rows["cell"]))
        nth[again[order]] = rows["cell"].iloc[order].groupby(rows["cell"].iloc[order]).cumcount()

        apart = rows[asked].drop_duplicates(["cell", "sheet", "votes", "says"])
        cells = apart.loc[apart[["cell", "sheet"]].duplicated(), ["station", "cell"]]
        unclear = cells.drop_duplicates().groupby("station").size()
        other = rows["station"][asked & ~_shared(rows.assign(text=rows["sheet"])[asked], rows)]
        # Where one option has more rows than another, the fewer may be of any of the sheets.
        there = np.flatnonzero(mapped & np.isin(station, station[again[asked]]))
        copies = pd.Series(cell[there]).groupby([station[there], cell[there]]).size()
        uneven = copies.groupby(level=0).agg(["min", "max"])
        which = unclear.index[unclear > 1].union(uneven.index[uneven["min"] < uneven["max"]])
        return cls(nth, mapped, np.isin(station, [*which, *other.unique()]))

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


def _shared(rows: pd.DataFrame, every: pd.DataFrame) -> Mask:
    """Return for every row whether all options of its station have the same texts."""
    place = rows.sort_values(["cell", "text"]).groupby("cell").cumcount()
    texts = rows["text"].groupby([rows["station"], place]).agg(["min", "max"])
    unlike = texts.index[texts["min"] < texts["max"]].get_level_values(0)
    found: Mask = ~every["station"].isin(unlike).to_numpy()
    return found


def _said_of_station(raw: Raw, mapping: Mapping, rows: Counts) -> Codes:
    """Return a number for what each row says of its whole station, in the order of the texts."""
    figures = (name for columns in mapping.station_columns.values() for name in columns)
    names = [*mapping.areas.values(), *columns_beside(mapping).values(), *figures]
    texts = [_coded(raw, column_named(name), rows) for name in names]
    columns = {str(at): codes for at, codes in enumerate(texts) if codes is not None}
    if not columns:
        return np.zeros(len(rows), dtype=np.intp)
    found: Codes = np.asarray(pd.DataFrame(columns).groupby(list(columns)).ngroup())
    return found


def _coded(raw: Raw, name: str, rows: Counts) -> Codes | None:
    if pa.types.is_nested(raw.columns[raw.position(name)].type):
        return None
    return ordered_texts(raw.text(name).take(pa.array(rows)))[1]
