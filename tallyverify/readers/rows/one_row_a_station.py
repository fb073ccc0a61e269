"""What rows of one station mean: their status, versions of one sheet, parts that add up.

Settled on the table as it was read, before any check sees it. What became of the rows is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from tallyverify.arrays import Counts, Mask
from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.key_bytes import folded_keys
from tallyverify.language import clauses, counted, enumerated, told, told_of
from tallyverify.names import folded
from tallyverify.readers.rows.said_of_rows import LEVEL, STATUS, VERSION, version_column
from tallyverify.readers.rows.station_texts import least_text
from tallyverify.readers.rows.versions import ranked
from tallyverify.readers.words import cell_place
from tallyverify.records import Latest, Mapping
from tallyverify.records import SheetStatus as StatusColumn
from tallyverify.table import TEXT, ActaTable, FileRows, logs_joined, sheets_left_out

_ONCE = "registered"
"""Voters of a station are the same in all its parts; whatever else they state adds up."""


def one_row_a_station(table: ActaTable, mapping: Mapping) -> ActaTable:
    """Return the table with rows of one station settled as the mapping says.

    Raises
    ------
    InputError
        For a status that the mapping does not place, versions that cannot be put in order, and
        parts of a station that lie in two areas or state different registered voters.
    """
    if mapping.status is not None:
        table = _by_status(table, mapping.status)
    if version_column(mapping) is not None:
        table = _in_force(table, mapping)
    if mapping.repeated == "sum":
        table = _added_up(table)
    beside = [name for name in (STATUS, VERSION, LEVEL) if name in table.frame.columns]
    return replace(table, frame=table.frame.drop(columns=beside)) if beside else table


def kept_rows(table: ActaTable, which: Mask) -> ActaTable:
    """Return some rows of a table, with what was not read in them."""
    left = table.take(which)
    unread = table.unread[table.unread["row"].isin(left.frame["row"])]
    return replace(left, unread=unread)


def without_rows(table: ActaTable, out: Mask, reason: str, words: Any) -> ActaTable:
    """Return a table without some rows, which go into its log; ``words`` tell all, or each."""
    log = sheets_left_out(table, out, reason, words)
    return replace(kept_rows(table, ~out), left_out=logs_joined([table.left_out, log]))


def _settled(table: ActaTable, said: str) -> ActaTable:
    """Return a table that tells what became of its rows."""
    source = replace(table.source, settled=(*table.source.settled, said))
    return replace(table, source=source)


def _by_status(table: ActaTable, status: StatusColumn) -> ActaTable:
    """Leave out annulled sheets of stations that have another, and note the keys of the others."""
    kinds = ("counted", "annulled", "pending")
    meaning = {text.strip(): kind for kind in kinds for text in getattr(status, kind)}
    texts = table.frame[STATUS].fillna("")
    code, names = pd.factorize(texts)
    if not set(names) <= meaning.keys():
        _check_placed(texts, meaning, table, status)
    kind = np.array([meaning[str(name)] for name in names], dtype=object)
    annulled, pending = (kind == "annulled")[code], (kind == "pending")[code]
    if not (annulled.any() or pending.any()):
        return table
    key = pd.factorize(folded_keys(table.frame["station"]))[0]
    other = _among(key, ~annulled)  # another sheet of the station is not annulled
    again = annulled & other
    # Of two sheets, one of which is pending, it is not known which counts.
    pending = _among(key, pending) & ~annulled
    stations = table.frame["station"]
    source = replace(
        table.source,
        annulled=tuple(sorted(set(stations[annulled & ~other]))),
        pending=tuple(sorted(set(stations[pending]))),
    )
    table = replace(table, source=source)
    if not again.any():
        return table
    said = told_of(
        int(again.sum()),
        "{count} annulled sheet of stations with another one left out",
        "{count} annulled sheets of stations with another one left out",
    )
    words = told("an annulled sheet of a station that has another one")
    return _settled(without_rows(table, again, "annulled", words), said)


def _among(key: Counts, rows: Mask) -> Mask:
    """Return which rows share their key with one of these; keys are numbers from 0."""
    there = np.zeros(int(key.max(initial=-1)) + 1, dtype=bool)
    there[key[rows]] = True
    found: Mask = there[key]
    return found


def _check_placed(
    texts: pd.Series[str], meaning: dict[str, str], table: ActaTable, status: StatusColumn
) -> None:
    strange = texts[~texts.isin(list(meaning))]
    if strange.empty:
        return
    rows, source = table.frame["row"], table.source
    found = [
        told(
            "{text} in {rows}, first in row {row}",
            text=shown(text),
            rows=counted(len(own), "row", "rows"),
            row=source.row(int(rows[own.index].min())),
        )
        for text, own in strange.groupby(strange, sort=True)
    ]
    first = strange.min()
    raise InputError(
        told_of(
            len(found),
            "a status that the mapping does not place",
            "{count} statuses that the mapping does not place",
        ),
        file=table.source.name,
        place=cell_place(source.row(int(rows[strange.index].min())), status.column),
        found=clauses(found[:30]),
        expected=told("each one of {texts}", texts=listed(meaning)),
        hint=nearest(first, meaning)
        or told("list it in mapping.status under counted, annulled or pending"),
    )


def _in_force(table: ActaTable, mapping: Mapping) -> ActaTable:
    """Keep of each station the rows that are last, or first, by a column."""
    column = version_column(mapping) or ""
    code = _codes(table)
    several = np.bincount(code)[code] > 1
    rows = table.frame[several].sort_values("row")
    texts = rows[VERSION].fillna("").tolist()
    rank = pd.Series(ranked(texts, rows["row"].tolist(), column, table.source), index=rows.index)
    last = isinstance(mapping.repeated, Latest)
    best = rank.groupby(rows["station"]).transform("max" if last else "min")
    out = table.frame.index.isin(rank.index[rank != best])
    if not out.any():
        return table
    words = (
        told("a later row of the station counts (column {column})", column=shown(column))
        if last
        else told("an earlier row of the station counts (column {column})", column=shown(column))
    )
    said = _superseded(int(out.sum()), column, last=last)
    return _settled(without_rows(table, out, "version", words), said)


def _superseded(rows: int, column: str, *, last: bool) -> str:
    if last:
        return told_of(
            rows,
            "{count} row superseded by a later one of the station (column {column})",
            "{count} rows superseded by a later one of the station (column {column})",
            column=shown(column),
        )
    return told_of(
        rows,
        "{count} row superseded by an earlier one of the station (column {column})",
        "{count} rows superseded by an earlier one of the station (column {column})",
        column=shown(column),
    )


def _added_up(table: ActaTable) -> ActaTable:
    """Add up the rows of each station; registered voters once."""
    code = _codes(table)
    first = ~pd.Series(code).duplicated().to_numpy()
    if first.all():
        return table
    parts = _Parts(code, np.flatnonzero(first), np.flatnonzero(~first))
    _check_areas(table, parts)
    frame = table.frame.take(parts.start).reset_index(drop=True)
    for name in frame.columns.difference(["row", "station", *table.figures]):
        texts = least_text(pa.array(table.frame[name]), code)  # no part comes before another
        frame[name] = pd.array(texts, dtype=TEXT)
    for name in table.figures:
        add: Callable[..., tuple[Counts, Mask]] = _once if name == _ONCE else _summed
        values, missing = add(table, name, parts)
        frame[name] = pd.array(pa.array(values, mask=missing), dtype=table.frame[name].dtype)
    unread = table.unread
    rows, into = table.frame["row"].to_numpy(), frame["row"].to_numpy()[code]
    if len(unread):
        # A cell that was not read is one of the row that its part went into.
        unread = unread.assign(row=unread["row"].map(dict(zip(rows, into, strict=True))))
    of_file = table.file_rows or FileRows(rows, rows)
    size = np.bincount(code)
    said = told(
        "{rows} of {stations} are parts that were added up",
        rows=counted(int(size[size > 1].sum()), "row", "rows"),
        stations=counted(int((size > 1).sum()), "station", "stations"),
    )
    table = replace(table, frame=frame, unread=unread, file_rows=of_file.moved(rows, into))
    return _settled(table, said)


@dataclass(frozen=True)
class _Parts:
    """Which station each row is of, the first row of each station, and the other rows."""

    code: Counts  # of each row, numbered as stations come
    start: Counts
    rest: Counts


def _codes(table: ActaTable) -> Counts:
    """A number for each row, the same for rows of one station; shape (rows,)."""
    code: Counts = pd.factorize(table.frame["station"].fillna(""))[0]
    return code


def _summed(table: ActaTable, name: str, parts: _Parts) -> tuple[Counts, Mask]:
    values, known = table.figure(name)[0], table.known(name)
    total, missing = values[parts.start], ~known[parts.start]
    np.add.at(total, parts.code[parts.rest], values[parts.rest])
    missing[parts.code[parts.rest[~known[parts.rest]]]] = True
    return total, missing


def _once(table: ActaTable, name: str, parts: _Parts) -> tuple[Counts, Mask]:
    """The registered voters of each station, as whichever of its parts states them."""
    values, known, code = table.figure(name)[0], table.known(name), parts.code
    most, stated = values[parts.start], known[parts.start]
    np.maximum.at(most, code[parts.rest], values[parts.rest])
    stated[code[parts.rest[known[parts.rest]]]] = True
    differ = (values > 0) & (values != most[code])
    if differ.any():
        one = code == code[differ][0]
        raise InputError(
            told("parts of one station state different registered voters"),
            file=table.source.name,
            place=_rows(table, one),
            found=told(
                "station {station}: {values}",
                station=shown(table.frame.loc[one, "station"].iloc[0]),
                values=_numbers(values[one]),
            ),
            expected=told("one number, or none, in all rows of a station"),
            hint=told("the key may need another column in mapping.station"),
        )
    return most, ~stated


def _numbers(values: Iterable[int]) -> str:
    return enumerated(str(value) for value in islice(values, 10))


def _rows(table: ActaTable, which: Mask) -> str:
    first = islice(table.frame.loc[which, "row"].tolist(), 10)
    return told("rows {rows}", rows=enumerated(map(table.source.row, first)))


def _check_areas(table: ActaTable, parts: _Parts) -> None:
    code = parts.code
    for level in table.levels:
        spelt, names = pd.factorize(table.frame[level].fillna(""))
        place = pd.factorize(np.array([folded(str(name)) for name in names], dtype=object))[0]
        here = place[spelt]
        differ = here != here[parts.start][code]
        if differ.any():
            one = code == code[differ][0]
            rows = table.frame.loc[one]
            raise InputError(
                told("parts of one station lie in two areas"),
                file=table.source.name,
                place=_rows(table, one),
                found=told(
                    "station {station}: {values}",
                    station=shown(rows["station"].iloc[0]),
                    values=listed(map(str, rows[level].fillna("").unique())),
                ),
                expected=told("one {level} in all rows of a station", level=level),
                hint=told("the area may belong to the key in mapping.station"),
            )
