"""Long files: one row per station and option, turned into one row per acta."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, reduce

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from tallyverify.arrays import Codes, Counts, Mask
from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.language import told, told_of
from tallyverify.names import folded
from tallyverify.readers.build import Cells, FigureCells, Figures, assemble
from tallyverify.readers.codes import station_codes
from tallyverify.readers.counts import CountColumn, Thousands, read_counts
from tallyverify.readers.raw import Raw
from tallyverify.readers.respelt import with_texts_of
from tallyverify.readers.rows.not_meant import ignored, option_texts
from tallyverify.readers.rows.row_meaning import rows_meant
from tallyverify.readers.rows.said_of_rows import LEVEL, apart_in, beside_of, columns_beside
from tallyverify.readers.rows.sheets_apart import SheetsApart
from tallyverify.readers.rows.station_texts import station_text
from tallyverify.records import Contest, Mapping
from tallyverify.table import MIXED, ActaTable, FileRows, Source, logs_joined

_TOTALS = ("registered", "signed", "ballots", "valid")
"""Lines that are not zero because nobody wrote them down."""


@dataclass(frozen=True, eq=False)
class _LongSheets:
    """Which acta each row of a long file belongs to, and the rows of the table to come."""

    acta: Codes  # of each row of the file
    row: Codes  # of each row of the file, that of the table
    # For each row of the table, the row of the file that speaks for it: of its rows the first by
    # option, wherever it stands.
    first: Codes
    of: Codes  # for each row of the table, its acta
    again: Mask  # for each acta, whether it holds second rows of options, and no first ones

    rank: Codes  # of each row of the file, among those that could speak for its acta

    @cached_property
    def row_of(self) -> Codes:
        """For each acta, the row of the table that speaks first for it."""
        order: Codes = np.lexsort((self.rank[self.first], self.of))
        return order[np.unique(self.of[order], return_index=True)[1]]

    def of_file(self, numbers: Counts, counted: Mask) -> FileRows:
        """Return which row of the table each counted row of the file went into."""
        return FileRows(numbers[counted], numbers[self.first[self.row[counted]]])

    def cells(self, rows: Codes, texts: list[str], which: Mask | None = None) -> Cells:
        """Return cells of the file, or some of them, by the row of the table they belong to."""
        at = range(len(rows)) if which is None else np.flatnonzero(which).tolist()
        return [int(self.row_of[self.acta[rows[i]]]) for i in at], [texts[i] for i in at]


def build_long(
    raw: Raw, mapping: Mapping, contest: Contest, thousands: Thousands, source: Source
) -> tuple[ActaTable, Mask]:
    """Build the table of a long file, and say which actas are a total by their key.

    A station of which an option has no row has no figure for it: missing, not zero, unless the
    mapping says that absent means zero. Where an option has two rows in one station, the second
    begins a second acta of that station, so that the rules for repeated stations see it. So does
    a second area that the rows of one station name: it has the same figures. Nothing hangs on the
    order of the rows.
    """
    raw, out, said = rows_meant(raw, mapping)
    wanted = list(dict.fromkeys(text for texts in mapping.figures.values() for text in texts))
    texts = option_texts(raw, mapping.options_in)
    options, respelt = with_texts_of(texts, [*wanted, *mapping.ignore])
    source = replace(source.noticing(said), respelt=source.respelt + respelt)
    source = source.noticing(_check_options(options, wanted, mapping, raw.file))
    option = pc.index_in(options, pa.array([*wanted, *mapping.ignore], pa.string()))
    mapped = pc.less(option, len(wanted))
    left_out = [out, ignored(raw, mapping, pc.invert(mapped))]
    if mapping.absent is None:
        raw, option = raw.keep(mapped), option.filter(mapped)
    option = option.to_numpy().astype(np.intp)

    codes = station_codes(raw, mapping, contest, source)
    counts = read_counts(raw.column(mapping.count or ""), thousands, mapping.missing)
    beside = beside_of(raw, mapping)
    keys = [codes.keys, *apart_in(beside, mapping)]
    station = reduce(_paired, map(_coded, keys))
    apart = SheetsApart.of(raw, station, option, option < len(wanted), mapping)
    sheets = _sheets(station, option, apart, codes.areas, _speaking(mapping, wanted))
    figures = _by_option(mapping, wanted, option, counts, sheets)
    for name, columns in mapping.station_columns.items():
        read = {c: read_counts(raw.column(c), thousands, mapping.missing) for c in columns}
        figures[name] = _of_station(read, sheets)
    at = pa.array(sheets.first)
    areas = {level: names.take(at) for level, names in codes.areas.items()}
    source = source.noticing(codes.said)
    if mapping.repeated != "sum" and apart.mixed.any():
        source = replace(source, settled=(*source.settled, *apart.said(station)))
        beside[MIXED] = pc.if_else(pa.array(apart.mixed), "mixed", "")
    said_of = {name: station_text(texts, sheets.row) for name, texts in beside.items()}
    table = assemble(
        raw.row_numbers[sheets.first],
        codes.keys.take(at),
        areas,
        figures,
        contest=contest,
        source=source,
        beside={name: texts for name, (texts, _) in said_of.items()},
        differing={
            column: said_of[name][1]
            for name, column in columns_beside(mapping).items()
            if name != LEVEL
        },
    )
    table = replace(
        table,
        left_out=logs_joined(one.log(mapping, thousands) for one in left_out if one is not None),
        file_rows=sheets.of_file(raw.row_numbers, apart.mapped),
    )
    return table, codes.no_key[sheets.first]


def _speaking(mapping: Mapping, wanted: list[str]) -> Codes:
    """Return by option its place in the contest: votes before lines, before what is ignored."""
    names = dict.fromkeys([*mapping.votes, *mapping.figures])
    places = {text: None for name in names for text in mapping.figures[name]}
    order = {text: at for at, text in enumerate([*places, *mapping.ignore])}
    return np.array([order[text] for text in (*wanted, *mapping.ignore)], dtype=np.int64)


def _check_options(
    options: pa.Array, wanted: list[str], mapping: Mapping, file: str
) -> tuple[str, ...]:
    there = [str(text) for text in pc.unique(options).to_pylist()]
    place = told("column {column}", column=listed(mapping.options_in))
    placed = {*wanted, *mapping.ignore}
    unplaced = [text for text in there if text not in placed]
    if unplaced:
        raise InputError(
            told_of(
                len(unplaced),
                "an option that the mapping does not place",
                "{count} options that the mapping does not place",
            ),
            file=file,
            place=place,
            found=listed(unplaced),
            expected=told("each one of {options}, or of mapping.ignore", options=listed(wanted)),
            hint=nearest(unplaced[0], wanted)
            or told("map it to a candidate or line, or list it in mapping.ignore"),
        )
    found = set(there)
    absent = [text for text in wanted if text not in found]
    if absent and mapping.absent is None:
        raise InputError(
            told("the file has no rows for an option of the mapping"),
            file=file,
            place=place,
            found=told("no {text}", text=shown(absent[0])),
            expected=told("one of {texts}", texts=listed(there, 60)),
            hint=nearest(absent[0], there),
        )
    return tuple(
        told("no station has a row for {option}: zero votes", option=shown(text)) for text in absent
    )


def _sheets(
    station: Codes, option: Codes, apart: SheetsApart, areas: dict[str, pa.Array], speaks: Codes
) -> _LongSheets:
    """Sort the rows into actas: the nth row of an option in a station is part of its nth.

    ``speaks``: for each option, its place among those whose rows speak for an acta; none of those
    that are ignored begins a second acta.
    """
    mapped = apart.mapped
    nth = np.where(mapped, apart.nth, 0)
    acta = station
    if nth.any():
        acta, _ = pd.factorize(station * (nth.max() + 1) + nth)
    row = acta
    place = _places(areas, len(acta))
    if place.any():
        row, _ = pd.factorize(acta * (place.max() + 1) + place)
    rank = speaks[option] * (apart.nth.max(initial=0) + 1) + apart.nth
    least = np.full(int(row.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(least, row, rank * len(row) + np.arange(len(row)))
    first = least % max(len(row), 1)
    again = np.zeros(int(acta.max(initial=-1)) + 1, dtype=bool)
    again[acta] = nth > 0
    return _LongSheets(acta, row, first, acta[first], again, rank)


def _paired(one: Codes, other: Codes) -> Codes:
    pairs: Codes = pd.factorize(one * (other.max(initial=0) + 1) + other)[0]
    return pairs


def _coded(column: pa.Array) -> Codes:
    codes: Codes = pc.fill_null(column, "").dictionary_encode().indices.to_numpy().astype(np.intp)
    return codes


def _places(areas: dict[str, pa.Array], rows: int) -> Codes:
    """Return a number for each row's areas, the same for all spellings of their names."""
    place = np.zeros(rows, dtype=np.int64)
    for names in areas.values():
        encoded = pc.fill_null(names, "").dictionary_encode()
        spelt, _ = pd.factorize(np.array([folded(n) for n in encoded.dictionary.to_pylist()]))
        here = spelt[encoded.indices.to_numpy()]
        place, _ = pd.factorize(place * (here.max(initial=0) + 1) + here)
    return place


def _by_option(
    mapping: Mapping, wanted: list[str], option: Codes, counts: CountColumn, sheets: _LongSheets
) -> Figures:
    """Return each figure as the sum of its options' rows, missing where one was not read."""
    size = int(sheets.acta.max(initial=-1)) + 1
    values = pc.fill_null(counts.values, 0).to_numpy()
    empty = counts.values.is_null().to_numpy(zero_copy_only=False)
    figures: Figures = {}
    for name, own in mapping.figures.items():
        codes = [wanted.index(text) for text in own]
        mine = np.flatnonzero(np.isin(option, codes))
        total = np.zeros(size, dtype=np.int64)
        np.add.at(total, sheets.acta[mine], values[mine])
        missing = np.full(size, mapping.absent is None or name in _TOTALS)
        if mapping.repeated == "sum":
            missing &= ~sheets.again  # an option without a second row has no second part
        missing[sheets.acta[mine]] = False
        missing[sheets.acta[mine[empty[mine]]]] = True
        unread = {
            text: sheets.cells(counts.rows, counts.texts, option[counts.rows] == code)
            for text, code in zip(own, codes, strict=True)
        }
        figures[name] = FigureCells(pa.array(total[sheets.of], mask=missing[sheets.of]), unread)
    return figures


def _of_station(columns: dict[str, CountColumn], sheets: _LongSheets) -> FigureCells:
    """Return a figure that every row of a station repeats; where rows differ, it is not read."""
    values, unread = [], {}
    for name, counts in columns.items():
        row = pd.Series(counts.values.to_numpy(zero_copy_only=False)).groupby(sheets.acta)
        least, most = row.min().to_numpy(), row.max().to_numpy()
        differ = least < most
        bad = np.isnan(least) | differ
        bad[sheets.acta[counts.rows]] = True
        found = pa.array(np.where(bad, 0, least).astype(np.int64), mask=bad)
        values.append(found.take(pa.array(sheets.of)))
        at, texts = sheets.cells(counts.rows, counts.texts)
        for acta in np.flatnonzero(differ).tolist():
            at.append(int(sheets.row_of[acta]))
            texts.append(f"{least[acta]:.0f} ≠ {most[acta]:.0f}")
        unread[name] = at, texts
    return FigureCells(reduce(pc.add, values), unread)
