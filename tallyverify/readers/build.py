"""Unread columns and a mapping to an ActaTable; no row dropped or altered in silence."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from tallyverify.arrays import Mask
from tallyverify.errors import InputError, listed, shown
from tallyverify.readers.counts import CountColumn, Thousands, read_counts
from tallyverify.readers.encoding import damaged
from tallyverify.readers.raw import Raw
from tallyverify.readers.rows.said_of_rows import beside_of
from tallyverify.readers.rows.subtotals import labelled
from tallyverify.records import Contest, Cut, Mapping, column_named
from tallyverify.table import UNREAD_COLUMNS, ActaTable, Source

Figures = dict[str, dict[str, CountColumn]]
"""Each figure by name, as the columns (or options) whose sum it is."""

_STATION_TYPE = pd.StringDtype("pyarrow", na_value=np.nan)
_COUNT_TYPE = pd.ArrowDtype(pa.int64())


def where(raw: Raw, mapping: Mapping) -> tuple[Raw, np.ndarray[Any, Any]]:
    """Keep the rows that ``mapping.where`` asks for; return them with their row numbers."""
    rows = np.arange(raw.rows, dtype=np.int64) + raw.first_row
    if not mapping.where:
        return raw, rows
    keep: Any = None
    for name, texts in mapping.where.items():
        allowed = [texts] if isinstance(texts, str) else list(texts)
        column = raw.text(name)
        here = pc.fill_null(pc.is_in(column, pa.array(allowed, pa.string())), False)
        if not pc.any(here).as_py():
            raise InputError(
                "no row has what mapping.where asks for",
                file=raw.file,
                place=f"column {shown(name)}",
                found=listed([str(t) for t in pc.unique(column).to_pylist()[:20]]),
                expected=listed(allowed),
            )
        keep = here if keep is None else pc.and_(keep, here)
    if not pc.any(keep).as_py():
        raise InputError(
            "no row has all that mapping.where asks for",
            file=raw.file,
            found=f"no row with {shown(mapping.where)}",
            hint="each condition fits some rows, but none fits them all",
        )
    kept = [column.filter(keep) for column in raw.columns]
    return replace(raw, columns=kept), rows[keep.to_numpy(zero_copy_only=False)]


def key_of(raw: Raw, mapping: Mapping) -> tuple[pa.Array, Mask]:
    """Return each row's station key, and where it is none (empty, or a total's label)."""
    pieces = []
    no_key = np.zeros(raw.rows, dtype=bool)
    for name in mapping.station:
        piece = pc.fill_null(_code(raw, name, mapping), "")
        no_key |= pc.equal(piece, "").to_numpy(zero_copy_only=False) | labelled(piece)
        pieces.append(piece if len(mapping.station) == 1 else _without_slash(piece))
    return (pieces[0] if len(pieces) == 1 else pc.binary_join_element_wise(*pieces, "/")), no_key


def _without_slash(piece: pa.Array) -> pa.Array:
    # Two pieces joined by "/" must not look like two others: a slash inside is doubled.
    return pc.replace_substring(piece, "/", "//")


def _code(raw: Raw, code: str | Cut, mapping: Mapping) -> pa.Array:
    name = column_named(code)
    return _padded(raw.text(name), mapping.pad.get(name))


def _padded(column: pa.Array, width: int | None) -> pa.Array:
    if width is None:
        return column
    empty = pc.equal(column, "")
    return pc.if_else(empty, column, pc.utf8_lpad(column, width, padding="0"))


def areas_of(raw: Raw, mapping: Mapping, contest: Contest) -> dict[str, pa.Array]:
    """Return the area columns that the mapping names, in the contest's order of levels."""
    return {
        level: _code(raw, mapping.areas[level], mapping)
        for level in contest.levels
        if level in mapping.areas
    }


def build_wide(
    raw: Raw, mapping: Mapping, contest: Contest, thousands: Thousands, source: Source
) -> tuple[ActaTable, Mask]:
    """Build the table of a wide file, and say which rows are a total by their key or area."""
    raw, rows = where(raw, mapping)
    keys, suspect = key_of(raw, mapping)
    areas = areas_of(raw, mapping, contest)
    figures = {
        name: {part: _counts(raw, part, thousands, mapping, name) for part in parts}
        for name, parts in mapping.figures.items()
    }
    beside = beside_of(raw, mapping)
    table = assemble(rows, keys, areas, figures, contest=contest, source=source, beside=beside)
    return table, suspect


def _counts(
    raw: Raw, name: str, thousands: Thousands, mapping: Mapping, figure: str
) -> CountColumn:
    counts = read_counts(raw.column(name), thousands, mapping.missing)
    if len(counts.rows) >= 10 and pc.count(counts.values).as_py() == 0:
        raise InputError(
            "a column mapped to counts holds none",
            file=raw.file,
            place=f"column {shown(name)} (mapped to {shown(figure)})",
            found=f"{listed(dict.fromkeys(counts.texts), 4)} and the like in "
            f"{len(counts.rows):,} rows",
            expected="whole numbers",
            hint=f"name another column; there are {listed(raw.distinct, 60)}",
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
) -> ActaTable:
    """Put columns together as a table, and the cells that were not read beside it.

    A figure of several columns is their sum, and missing where one of them is.
    """
    data: dict[str, Any] = {"row": rows, "station": pd.array(keys, dtype=_STATION_TYPE)}
    for level, names in areas.items():
        data[level] = pd.array(names, dtype=_STATION_TYPE)
    for name, texts in beside.items():
        data[name] = pd.array(texts, dtype=_STATION_TYPE)
    unread: list[pd.DataFrame] = []
    for name, parts in figures.items():
        data[name] = pd.array(reduce(pc.add, (c.values for c in parts.values())), dtype=_COUNT_TYPE)
        unread += [_unread(c, part, rows, keys) for part, c in parts.items() if len(c.rows)]
    names = [name for level in areas.values() for name in pc.unique(level).to_pylist()]
    source = replace(source, damaged=tuple(dict.fromkeys([*source.damaged, *damaged(names)])))
    frame = pd.DataFrame(data)
    if not unread:
        return ActaTable(frame, contest, source=source)
    cells = pd.concat(unread).sort_values(["row", "column"], kind="stable", ignore_index=True)
    return ActaTable(frame, contest, cells, source)


def _unread(
    counts: CountColumn, column: str, rows: np.ndarray[Any, Any], keys: pa.Array
) -> pd.DataFrame:
    cells = {
        "row": rows[counts.rows],
        "station": keys.take(pa.array(counts.rows)).to_pylist(),
        "column": column,
        "text": counts.texts,
        "reason": "illegible",
    }
    return pd.DataFrame(cells, columns=UNREAD_COLUMNS)
