"""Long files: one row per station and option, turned into one row per acta."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from tallyverify.arrays import Mask
from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.readers.build import areas_of, assemble, key_of, where
from tallyverify.readers.counts import CountColumn, Thousands, read_counts
from tallyverify.readers.raw import Raw
from tallyverify.readers.respelt import with_texts_of
from tallyverify.readers.rows.said_of_rows import APART, beside_of
from tallyverify.records import Contest, Mapping
from tallyverify.table import ActaTable, Source


def build_long(
    raw: Raw, mapping: Mapping, contest: Contest, thousands: Thousands, source: Source
) -> tuple[ActaTable, Mask]:
    """Build the table of a long file, and say which actas are a total by their key.

    A station of which an option has no row has no figure for it: missing, not zero. Where an
    option has two rows in one station, the second begins a second acta of that station, so that
    the rules for repeated stations see it.
    """
    raw, rows = where(raw, mapping)
    wanted = list(dict.fromkeys(text for texts in mapping.figures.values() for text in texts))
    options = pc.fill_null(raw.text(mapping.options_in[0]), "")
    options, respelt = with_texts_of(options, [*wanted, *mapping.ignore])
    source = replace(source, respelt=source.respelt + respelt)
    _check_options(options, wanted, mapping, raw.file)
    keep = pc.is_in(options, pa.array(wanted, pa.string()))
    raw = Raw(raw.names, [c.filter(keep) for c in raw.columns], raw.file, raw.first_row)
    options, rows = options.filter(keep), rows[keep.to_numpy(zero_copy_only=False)]

    keys, no_key = key_of(raw, mapping)
    counts = read_counts(raw.column(mapping.count or ""), thousands, mapping.missing)

    beside = beside_of(raw, mapping)
    apart = {name: texts.to_pandas().fillna("") for name, texts in beside.items() if name in APART}
    cells = pd.DataFrame({"key": keys.to_pandas(), "option": options.to_pandas(), **apart})
    sheet = ["key", *apart]
    nth = cells.groupby([*sheet, "option"], sort=False).cumcount()
    acta = cells.assign(nth=nth).groupby([*sheet, "nth"], sort=False).ngroup().to_numpy()
    first = np.full(acta.max() + 1, len(acta), dtype=np.int64)
    np.minimum.at(first, acta, np.arange(len(acta)))

    option = cells["option"].to_numpy()
    # Where parts add up, an option without a second row has no second part: nothing is missing.
    again = np.zeros(len(first), dtype=bool)
    again[acta] = nth.to_numpy() > 0
    more = again & (mapping.repeated == "sum")
    figures = {
        name: {part: _column_of(option == part, acta, counts, more) for part in parts}
        for name, parts in mapping.figures.items()
    }
    at = pa.array(first)
    areas = {level: names.take(at) for level, names in areas_of(raw, mapping, contest).items()}
    beside = {name: texts.take(at) for name, texts in beside.items()}
    table = assemble(
        rows[first], keys.take(at), areas, figures, contest=contest, source=source, beside=beside
    )
    return table, no_key[first]


def _check_options(options: pa.Array, wanted: list[str], mapping: Mapping, file: str) -> None:
    there = [str(text) for text in pc.unique(options).to_pylist()]
    place = f"column {shown(mapping.option)}"
    unplaced = [text for text in there if text not in wanted and text not in mapping.ignore]
    if unplaced:
        raise InputError(
            "an option that the mapping does not place"
            if len(unplaced) == 1
            else f"{len(unplaced)} options that the mapping does not place",
            file=file,
            place=place,
            found=listed(unplaced),
            expected=f"each one of {listed(wanted)}, or of mapping.ignore",
            hint=nearest(unplaced[0], wanted)
            or "map it to a candidate or line, or list it in mapping.ignore",
        )
    for text in wanted:
        if text not in there:
            raise InputError(
                "the file has no rows for an option of the mapping",
                file=file,
                place=place,
                found=f"no {shown(text)}",
                expected=f"one of {listed(there, 60)}",
                hint=nearest(text, there),
            )


def _column_of(
    mine: Mask, acta: np.ndarray[Any, Any], counts: CountColumn, zero: Mask
) -> CountColumn:
    """Return a figure of each acta; without a row it is missing, or 0 where that is what it means.

    ``zero``: shape (actas,).
    """
    values = counts.values.to_numpy(zero_copy_only=False).astype(float)
    filled = np.zeros(len(zero), dtype=np.int64)
    absent = ~zero
    absent[acta[mine]] = True
    read = mine & ~np.isnan(values)
    filled[acta[read]] = values[read].astype(np.int64)
    absent[acta[read]] = False
    bad = mine[counts.rows]
    texts = [text for text, is_mine in zip(counts.texts, bad, strict=True) if is_mine]
    return CountColumn(pa.array(filled, mask=absent), acta[counts.rows[bad]], texts)
