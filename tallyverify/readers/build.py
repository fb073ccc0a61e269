"""Unread columns and a mapping to an ActaTable; no row dropped or altered in silence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from tallyverify.arrays import Mask
from tallyverify.errors import InputError, listed, shown
from tallyverify.language import counted, told
from tallyverify.readers.codes import station_codes
from tallyverify.readers.counts import CountColumn, Thousands, read_counts
from tallyverify.readers.kinds.encoding import damaged
from tallyverify.readers.raw import Raw
from tallyverify.readers.rows.not_meant import NotMeant
from tallyverify.readers.rows.row_meaning import rows_meant
from tallyverify.readers.rows.said_of_rows import beside_of
from tallyverify.records import Contest, Mapping
from tallyverify.table import DIFFERS, TEXT, UNREAD_COLUMNS, ActaTable, Source

Cells = tuple[list[int], list[str]]
"""Cells that were not read: rows of the table, and their texts."""


@dataclass(frozen=True)
class FigureCells:
    """A figure of every acta, and cells that were not read by column (or option)."""

    values: pa.Array  # null where it, or a part of it, is missing
    unread: dict[str, Cells]


Figures = dict[str, FigureCells]


_COUNT_TYPE = pd.ArrowDtype(pa.int64())


def build_wide(
    raw: Raw, mapping: Mapping, contest: Contest, thousands: Thousands, source: Source
) -> tuple[ActaTable, Mask]:
    """Build the table of a wide file, and say which rows are a total by their key or area."""
    raw, out, said = rows_meant(raw, mapping)
    return as_wide(raw, out, mapping, contest, thousands, source.noticing(said))


def as_wide(
    raw: Raw,
    out: NotMeant | None,
    mapping: Mapping,
    contest: Contest,
    thousands: Thousands,
    source: Source,
) -> tuple[ActaTable, Mask]:
    """Build the table of the rows that are meant, all those of a file or some.

    ``out`` are the others, which go into the table's log.
    """
    codes = station_codes(raw, mapping, contest, source)
    figures = {
        name: _summed({part: _counts(raw, part, thousands, mapping, name) for part in parts})
        for name, parts in mapping.figures.items()
    }
    table = assemble(
        raw.row_numbers,
        codes.keys,
        codes.areas,
        figures,
        contest=contest,
        source=source.noticing(codes.said),
        beside=beside_of(raw, mapping),
    )
    if out is not None:
        table = replace(table, left_out=out.log(mapping, thousands))
    return table, codes.no_key


def _summed(parts: dict[str, CountColumn]) -> FigureCells:
    """Return the sum of several columns, missing where one of them is."""
    unread: dict[str, Cells] = {name: (c.rows.tolist(), c.texts) for name, c in parts.items()}
    return FigureCells(reduce(pc.add, (c.values for c in parts.values())), unread)


def _counts(
    raw: Raw, name: str, thousands: Thousands, mapping: Mapping, figure: str
) -> CountColumn:
    counts = read_counts(raw.column(name), thousands, mapping.missing)
    if len(counts.rows) >= 10 and pc.count(counts.values).as_py() == 0:
        raise InputError(
            told("a column mapped to counts holds none"),
            file=raw.file,
            place=told(
                "column {column} (mapped to {figure})", column=shown(name), figure=shown(figure)
            ),
            found=told(
                "{texts} and the like in {rows}",
                texts=listed(dict.fromkeys(counts.texts), 4),
                rows=counted(len(counts.rows), "row", "rows"),
            ),
            expected=told("whole numbers"),
            hint=told("name another column; there are {columns}", columns=listed(raw.distinct, 60)),
        )
    return counts


def assemble(
    rows: np.ndarray[Any, Any],
    keys: pa.Array,
    areas: dict[str, pa.Array],
    figures: Figures,
    *,
    contest: Contest,
    source: Source,
    beside: dict[str, pa.Array],
    differing: dict[str, Cells] | None = None,
) -> ActaTable:
    """Put columns together as a table, and the cells that were not read beside it.

    ``differing``: by column, stations of which the rows of a long file say different things.
    """
    data: dict[str, Any] = {"row": rows, "station": pd.array(keys, dtype=TEXT)}
    for level, names in areas.items():
        data[level] = pd.array(names, dtype=TEXT)
    for name, texts in beside.items():
        data[name] = pd.array(texts, dtype=TEXT)
    unread: list[pd.DataFrame] = []
    for name, figure in figures.items():
        data[name] = pd.array(figure.values, dtype=_COUNT_TYPE)
        unread += [_unread(c, part, rows, keys) for part, c in figure.unread.items() if c[1]]
    for name, said in (differing or {}).items():
        unread += [_unread(said, name, rows, keys, DIFFERS)] if said[1] else []
    names = [name for level in areas.values() for name in pc.unique(level).to_pylist()]
    source = replace(source, damaged=tuple(dict.fromkeys([*source.damaged, *damaged(names)])))
    frame = pd.DataFrame(data)
    if not unread:
        return ActaTable(frame, contest, source=source)
    cells = pd.concat(unread).sort_values(["row", "column"], kind="stable", ignore_index=True)
    return ActaTable(frame, contest, cells, source)


def _unread(
    cells: Cells,
    column: str,
    rows: np.ndarray[Any, Any],
    keys: pa.Array,
    reason: str = "illegible",
) -> pd.DataFrame:
    at, texts = cells
    found = {
        "row": rows[at],
        "station": keys.take(pa.array(at)).to_pylist(),
        "column": column,
        "text": texts,
        "reason": reason,
    }
    return pd.DataFrame(found, columns=UNREAD_COLUMNS)
