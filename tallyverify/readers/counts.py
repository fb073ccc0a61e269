"""Cells to counts, exactly or not at all.

A cell is a count, or empty, or it was not read: nothing in between. What cannot be read exactly
(decimals, a sign, words) becomes a missing figure and is handed on with its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tallyverify.language import clauses, told
from tallyverify.model import MAX_COUNT
from tallyverify.taken import takes_input

MISSING = ("", "-", "\\N", "NULL", "null", "None", "NA", "N/A", "NaN", "nan")
"""Texts that mean that a cell is empty."""

_EMPTY, _UNREAD = -1, -2
_PLAIN_ZEROS = re.compile(r"(\d+)[.,]0+")
_GROUPED = {sep: re.compile(rf"[1-9]\d{{0,2}}(?:{re.escape(sep)}\d{{3}})+") for sep in ",. '"}
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'"})


@dataclass(frozen=True)
class Thousands:
    """How separators inside figures are to be understood in one file.

    ``grouping`` are the signs that part thousands, ``decimal`` those before decimals; a sign in
    neither is not understood, and figures that hold it are not read.
    """

    grouping: frozenset[str] = frozenset(" '")
    decimal: frozenset[str] = frozenset(".,")
    said: str = ""


@dataclass(frozen=True)
class CountColumn:
    """A column of counts and the cells that could not be read."""

    values: pa.Array  # pyarrow.Int64Array, null where empty or not read
    rows: np.ndarray[Any, np.dtype[np.int64]]  # positions of the cells that were not read
    texts: list[str]  # theirs


@takes_input
def thousands_of(columns: Iterable[pa.Array], given: str | None) -> Thousands:
    """Decide once for a file what ``,`` and ``.`` inside its figures mean.

    A sign groups thousands if every figure that holds it is written in groups of three, and not
    all of these groups are ``000`` (``12.000`` may be twelve, or twelve thousand). It stands before
    decimals if every figure that holds it has only zeros behind it, not three. Where the two
    readings meet in one file, neither is taken.
    """
    if given:
        return Thousands(frozenset({" ", "'", given}), frozenset(".,") - {given})
    odd = {text for column in columns for text in _odd_texts(column)}
    grouping: set[str] = {" ", "'"}
    decimal: set[str] = set()
    said = []
    for sign in ".,":
        figures = [t for t in odd if sign in t and re.fullmatch(r"[\d.,' ]+", t)]
        grouped = [t for t in figures if _GROUPED[sign].fullmatch(t)]
        zeros = [t for t in figures if re.fullmatch(rf"\d+{re.escape(sign)}0+", t)]
        if not figures:
            decimal.add(sign)
        elif len(grouped) == len(figures) and len(zeros) < len(figures):
            grouping.add(sign)
            said.append(
                told(
                    "“{sign}” read as a thousands separator, as in {figure}",
                    sign=sign,
                    figure=min(grouped),
                )
            )
        elif not any(t in zeros for t in grouped):
            decimal.add(sign)
    return Thousands(frozenset(grouping), frozenset(decimal), clauses(said))


def _odd_texts(column: pa.Array) -> list[str]:
    if not pa.types.is_string(column.type):
        return []
    odd = column.filter(pc.invert(pc.fill_null(pc.ascii_is_decimal(column), True)))
    return [text.strip().translate(_SPACES) for text in pc.unique(odd).to_pylist()]


@takes_input
def read_counts(column: pa.Array, thousands: Thousands, missing: Iterable[str] = ()) -> CountColumn:
    """Read cells of any type as counts; ``missing`` are texts for *empty*, besides the usual."""
    if pa.types.is_integer(column.type) or pa.types.is_null(column.type):
        values = pc.cast(column, pa.int64(), safe=False)
        return _within_bounds(values, column)
    if pa.types.is_floating(column.type) or pa.types.is_decimal(column.type):
        number = pc.cast(column, pa.float64())
        number = pc.if_else(pc.fill_null(pc.is_nan(number), False), None, number)
        exact = pc.fill_null(
            pc.and_(pc.equal(number, pc.floor(number)), pc.less_equal(pc.abs(number), MAX_COUNT)),
            True,
        )
        values = pc.cast(pc.if_else(exact, number, None), pa.int64())
        return _within_bounds(values, column, also=pc.invert(exact))
    if not pa.types.is_string(column.type):
        column = pc.cast(column, pa.string())
    return _from_text(column, thousands, {*MISSING, *missing})


def _from_text(column: pa.Array, thousands: Thousands, missing: set[str]) -> CountColumn:
    plain = pc.fill_null(
        pc.and_(pc.ascii_is_decimal(column), pc.less_equal(pc.binary_length(column), 10)), False
    )
    if pc.all(plain).as_py():
        return CountColumn(pc.cast(column, pa.int64()), np.empty(0, dtype=np.int64), [])
    values = pc.cast(pc.if_else(plain, column, None), pa.int64()).to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(~plain.to_numpy(zero_copy_only=False))
    texts = column.take(pa.array(rows)).to_pylist()
    known = {text: _one(text, thousands, missing) for text in dict.fromkeys(texts)}
    counts = np.array([known[text] for text in texts], dtype=np.int64)
    read, bad = counts >= 0, counts == _UNREAD
    filled = np.zeros(len(values), dtype=np.int64)
    is_plain = plain.to_numpy(zero_copy_only=False)
    filled[is_plain] = values[is_plain].astype(np.int64)
    filled[rows[read]] = counts[read]
    gone = np.zeros(len(values), dtype=bool)
    gone[rows[~read]] = True
    return CountColumn(
        pa.array(filled, mask=gone),
        rows[bad],
        [text for text, is_bad in zip(texts, bad, strict=True) if is_bad],
    )


def _one(text: str | None, thousands: Thousands, missing: set[str]) -> int:
    """Return the count, or ``_EMPTY`` or ``_UNREAD``, which are no counts."""
    if text is None or text in missing:
        return _EMPTY
    cell = text.strip().translate(_SPACES)
    if cell in missing:
        return _EMPTY
    if not (cell.isascii() and len(cell) <= 40):
        return _UNREAD
    if cell.isdigit():
        count = int(cell)
        return count if count <= MAX_COUNT else _UNREAD
    match = _PLAIN_ZEROS.fullmatch(cell)
    if match and any(sign in cell for sign in thousands.decimal):
        return int(match.group(1)) if len(match.group(1)) <= 10 else _UNREAD
    for sign in sorted(thousands.grouping):
        if sign in cell and _GROUPED[sign].fullmatch(cell):
            count = int(cell.replace(sign, ""))
            return count if count <= MAX_COUNT else _UNREAD
    return _UNREAD


def _within_bounds(values: pa.Array, cells: pa.Array, also: pa.Array | None = None) -> CountColumn:
    bad = pc.fill_null(pc.or_(pc.less(values, 0), pc.greater(values, MAX_COUNT)), False)
    if also is not None:
        bad = pc.or_(bad, also)
    rows = np.flatnonzero(bad.to_numpy(zero_copy_only=False))
    if not len(rows):
        return CountColumn(values, rows, [])
    texts = [str(cell) for cell in cells.take(pa.array(rows)).to_pylist()]
    return CountColumn(pc.if_else(bad, None, values), rows, texts)
