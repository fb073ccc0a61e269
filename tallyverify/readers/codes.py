"""Each row's station and areas: codes as they stand in a column, or cut out of its texts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tallyverify.arrays import Mask
from tallyverify.errors import InputError, listed, shown
from tallyverify.language import clauses, counted, told
from tallyverify.names import FORMULA_ERROR, NO_PLACE
from tallyverify.readers.opening.many import FILE, SHEET
from tallyverify.readers.raw import Raw
from tallyverify.readers.rows.subtotals import labelled
from tallyverify.readers.words import cell_place
from tallyverify.records import Contest, Cut, Mapping, column_named
from tallyverify.table import Source

# Digits but 0 to 9, and those of another width or style, which keys take for these.
_OTHER_DIGITS = r"[^\P{Nd}0-9\x{FF10}-\x{FF19}\x{1D7CE}-\x{1D7FF}\x{1FBF0}-\x{1FBF9}]"


@dataclass(frozen=True)
class Codes:
    """Each row's station and areas."""

    keys: pa.Array
    no_key: Mask  # where a part of the key is empty, or a total's label
    areas: dict[str, pa.Array]  # in the contest's order of levels
    said: tuple[str, ...]


def station_codes(raw: Raw, mapping: Mapping, contest: Contest, source: Source) -> Codes:
    """Return what the mapping's columns say of each row's station and areas."""
    said: list[str] = []
    pieces = []
    no_key = np.zeros(raw.rows, dtype=bool)
    for code in mapping.station:
        piece = pc.fill_null(_code(raw, code, mapping, said, source), "")
        if pc.any(pc.match_substring_regex(piece, _OTHER_DIGITS)).as_py():
            said.append(
                told(
                    "{column} holds digits of other scripts than 0 to 9: as parts of keys they are "
                    "compared as they stand",
                    column=shown(column_named(code)),
                )
            )
        no_key |= pc.equal(piece, "").to_numpy(zero_copy_only=False) | labelled(piece)
        pieces.append(piece if len(mapping.station) == 1 else _without_slash(piece))
    keys = pieces[0] if len(pieces) == 1 else pc.binary_join_element_wise(*pieces, "/")
    areas = {
        level: _code(raw, mapping.areas[level], mapping, said, source)
        for level in contest.levels
        if level in mapping.areas
    }
    return Codes(keys, no_key, areas, tuple(dict.fromkeys(said)))


def station_keys(raw: Raw, mapping: Mapping) -> pa.Array:
    """Return the keys of rows that are no sheets, as far as they have one.

    A text that a code cannot be cut out of stays whole: nothing hangs on it.
    """
    pieces = []
    for code in mapping.station:
        name = column_named(code)
        column = pc.fill_null(raw.text(name), "")
        if isinstance(code, Cut):
            column = pc.replace_substring_regex(column, rf"\A(?:{code.pattern})\z", r"\1")
        piece = _padded(column, mapping.pad.get(name))
        pieces.append(piece if len(mapping.station) == 1 else _without_slash(piece))
    return pieces[0] if len(pieces) == 1 else pc.binary_join_element_wise(*pieces, "/")


def _without_slash(piece: pa.Array) -> pa.Array:
    # Two pieces joined by "/" must not look like two others: a slash inside is doubled.
    return pc.replace_substring(piece, "/", "//")


def _code(raw: Raw, code: str | Cut, mapping: Mapping, said: list[str], source: Source) -> pa.Array:
    name = column_named(code)
    column = raw.text(name)
    none = pc.fill_null(pc.is_in(column, pa.array(NO_PLACE)), False)
    if pc.any(pc.starts_with(column, "#")).as_py():
        wrong = pc.match_substring_regex(column, FORMULA_ERROR)
        none = pc.or_(none, pc.fill_null(wrong, False))
    if isinstance(code, Cut):
        column = _cut(raw, code, column, none, source)
    elif name not in (FILE, SHEET) and pc.any(none).as_py():  # a file called NA has a name
        texts = pc.unique(column.filter(none)).to_pylist()
        said.append(
            told(
                "{texts} in {column} names nothing: taken as empty",
                texts=listed(texts),
                column=shown(name),
            )
        )
        column = pc.if_else(none, "", column)
    return _padded(column, mapping.pad.get(name))


def _cut(raw: Raw, code: Cut, column: pa.Array, none: pa.Array, source: Source) -> pa.Array:
    """Return what the group of the pattern finds; an empty cell stays empty."""
    whole = rf"\A(?:{code.pattern})\z"
    cut = pc.replace_substring_regex(column, whole, r"\1")
    # What is left as it was did not fit, or the group is all of it: only there it must be asked.
    same = np.flatnonzero(pc.fill_null(pc.equal(cut, column), False))
    unfit = same[~np.asarray(pc.match_substring_regex(column.take(same), whole))]
    strange = unfit[~np.asarray(pc.or_(none, pc.equal(column, "")).take(unfit))]
    if len(strange):
        at = int(strange[0])
        raise InputError(
            told("a text does not fit the pattern that a code is to be cut out by"),
            file=raw.file,
            place=cell_place(source.row(int(raw.row_numbers[at])), code.column),
            found=clauses(
                [shown(column[at].as_py()), counted(len(strange), "such row", "such rows")]
            ),
            expected=told("texts that {pattern} fits as a whole", pattern=shown(code.pattern)),
            hint=told("write the pattern wider, or leave these rows out by mapping.where_not"),
        )
    if not len(unfit):
        return cut
    fits = np.ones(len(column), dtype=bool)
    fits[unfit] = False
    return pc.if_else(pa.array(fits), cut, "")


def _padded(column: pa.Array, width: int | None) -> pa.Array:
    if width is None:
        return column
    empty = pc.equal(column, "")
    return pc.if_else(empty, column, pc.utf8_lpad(column, width, padding="0"))
