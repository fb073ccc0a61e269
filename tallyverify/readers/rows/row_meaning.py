"""What the rows of a file mean, before any figure is read: cells filled down, rows kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.language import each_and, told
from tallyverify.readers.raw import Raw
from tallyverify.readers.rows.not_meant import NotMeant, parted, texts_asked
from tallyverify.readers.words import cell_place, column_place
from tallyverify.records import Mapping, column_named

Texts = dict[str, list[str]]
"""The distinct texts of some columns, by name."""


def rows_meant(raw: Raw, mapping: Mapping) -> tuple[Raw, NotMeant | None, tuple[str, ...]]:
    """Fill cells down, and part the rows that the mapping asks for from the others.

    Last, what is worth telling.
    """
    raw, filled = _merged_filled(raw, mapping)
    raw = _filled_down(raw, mapping)
    absent = check_conditions(texts_of(raw, mapping), mapping, raw.file)
    kept, out = parted(raw, mapping)
    if not kept.rows:
        raise no_row_kept(raw.file, mapping)
    return kept, out, (*filled, *absent)


def _merged_filled(raw: Raw, mapping: Mapping) -> tuple[Raw, tuple[str, ...]]:
    """Fill merged cells where one cell may speak for several rows: not in figures or keys.

    A key says how many stations there are; ``fill_down`` must name it.
    """
    changed, said = {}, []
    keys = {column_named(code) for code in mapping.station}
    areas = {column_named(code) for code in mapping.areas.values()}
    status = {mapping.status.column} if mapping.status else set()
    for name in sorted({*keys, *areas, *mapping.where, *mapping.where_not, *status}):
        place = raw.position(name) if raw.merged else -1
        ranges = [(first, last) for column, first, last in raw.merged if column == place]
        if not ranges or name in mapping.fill_down:
            continue
        if name in keys:
            said.append(
                told(
                    "{column} is part of the key and has merged cells: all but the first of each "
                    "are empty unless mapping.fill_down names it",
                    column=shown(name),
                )
            )
            continue
        above = np.arange(raw.rows)
        for first, last in ranges:
            start, stop = np.searchsorted(raw.row_numbers, [first, last + 1])
            above[start:stop] = start
        changed[name] = raw.text(name).take(pa.array(above))
        said.append(
            told(
                "merged cells of {column} read as one text for each of their rows",
                column=shown(name),
            )
        )
    return raw.with_columns(changed), tuple(said)


def _filled_down(raw: Raw, mapping: Mapping) -> Raw:
    changed = {}
    for name in mapping.fill_down:
        column = raw.text(name)
        empty = pc.fill_null(pc.equal(column, ""), True).to_numpy(zero_copy_only=False)
        if empty[:1].any():
            raise InputError(
                told("nothing stands above an empty cell that is to be filled from above"),
                file=raw.file,
                place=cell_place(str(raw.row_numbers[0]), name),
                found=told("an empty cell in the first row of data"),
                expected=told("a text, which later empty cells repeat"),
                hint=told(
                    "take the column out of mapping.fill_down, or name the row of the header in "
                    "mapping.header"
                ),
            )
        above = np.maximum.accumulate(np.where(empty, 0, np.arange(raw.rows)))
        changed[name] = column.take(pa.array(above))
    return raw.with_columns(changed)


def texts_of(raw: Raw, mapping: Mapping) -> Texts:
    """Return the distinct texts of the columns that say which rows are kept."""
    names = dict.fromkeys([*mapping.where, *mapping.where_not])
    return {name: [str(t) for t in pc.unique(raw.text(name)).to_pylist()] for name in names}


def check_conditions(texts: Texts, mapping: Mapping, file: str) -> tuple[str, ...]:
    """Refuse conditions that no row fits, if they seem misspelt; return the others in words.

    That no row is to be left out may be true of a file; that none is asked for is not.
    """
    for name, asked in mapping.where.items():
        if not set(texts_asked(asked)) & set(texts[name]):
            raise _no_such_text("where", name, texts_asked(asked), texts[name], file)
    said = []
    for name, asked in mapping.where_not.items():
        for text in texts_asked(asked):
            if text not in texts[name]:
                if nearest(text, texts[name]):
                    raise _no_such_text("where_not", name, [text], texts[name], file)
                said.append(
                    told(
                        "no row has {text} in {column}, to be left out",
                        text=shown(text),
                        column=shown(name),
                    )
                )
    return tuple(said)


def _no_such_text(
    key: str, name: str, asked: Sequence[str], there: Sequence[str], file: str
) -> InputError:
    return InputError(
        told("no row has what {key} asks for", key=f"mapping.{key}"),
        file=file,
        place=column_place(name),
        found=listed(there[:20]),
        expected=listed(asked),
        hint=nearest(asked[0], there),
    )


def no_row_kept(file: str, mapping: Mapping) -> InputError:
    """Return the error for conditions that fit some rows each, and together none."""
    both = {"where": mapping.where, "where_not": mapping.where_not}
    keys = [f"mapping.{key}" for key, conditions in both.items() if conditions]
    return InputError(
        told("no row has all that {keys} asks for", keys=each_and(keys)),
        file=file,
        found=told(
            "no row with {conditions}",
            conditions=shown({key: value for key, value in both.items() if value}),
        ),
        hint=told("each condition fits some rows, but none fits them all"),
    )
