"""A column seen by itself: its texts, its counts, and what its name and cells say it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from tallyverify.arrays import Mask
from tallyverify.proposals.words import (
    AREA,
    CODE,
    KIND,
    OPTION,
    STATION,
    TIME,
    VERSION,
    line_named,
    plain,
)
from tallyverify.readers import Raw, read_counts, thousands_of

Ints = np.ndarray[Any, np.dtype[np.int64]]

_DECIMAL = r"^[+-]?\d+[.,]\d*[1-9]\d*%?$|^\d+([.,]\d+)? ?%$"
_SHARE = r"^0[.,]\d*[1-9]"  # no count begins like this, whatever parts its thousands
_SPOILT = r"^\d{4}-\d\d-\d\d( 00:00:00)?$|^\d+([.,]\d+)?[eE][+]?\d+$"
_TIME_OF_DAY = (
    r"^(?:\d{4}-\d{2}-\d{2}[T ]|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4} )?\d{1,2}:\d{2}"
    r"(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?(?:Z|[+-]\d{2}:?\d{2})?$"
)
_MIDNIGHT = r"[T ]0?0:00(?::00)?$"  # a code that a spreadsheet took for a day
_DIGITS_ALONE = r"^[\d.,' \x{00a0}\x{202f}\x{2009}\x{2019}]+$"
_HARDLY = 0.05
_MOSTLY = 0.9
_LARGEST_CODE = 2**62
_FEWEST_NUMBERED = 9
_CODE_MEAN = 50_000  # no station has so many voters


@dataclass(frozen=True)
class Column:
    """One column of a file.

    ``name`` is how a mapping names it, ``at`` where it stands; ``cells`` are without white space
    around them, missing where empty.
    """

    name: str
    at: int
    cells: Any
    coded: bool = False  # numbers that are known to be codes, whatever they look like

    @cached_property
    def codes(self) -> Ints:
        """Number of each cell's text; an empty cell has its own."""
        coded = pc.fill_null(self.cells, "").dictionary_encode()
        return coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)  # type: ignore[no-any-return]

    @cached_property
    def texts(self) -> list[str]:
        """Different texts that are there, as they come."""
        return [text for text in pc.unique(self.cells).to_pylist() if text]

    @cached_property
    def empty(self) -> Mask:
        """Where a cell is empty."""
        found: Mask = pc.equal(pc.fill_null(self.cells, ""), "").to_numpy(zero_copy_only=False)
        return found

    @cached_property
    def _read(self) -> Any:
        return read_counts(self.cells, thousands_of([self.cells], None))

    @cached_property
    def counts(self) -> Ints:
        """Counts, 0 where there is none; shape (rows,)."""
        values: Ints = pc.fill_null(self._read.values, 0).to_numpy(zero_copy_only=False)
        return values

    @cached_property
    def known(self) -> Mask:
        """Where a count was read."""
        there: Mask = pc.is_valid(self._read.values).to_numpy(zero_copy_only=False)
        return there

    @cached_property
    def unread(self) -> list[str]:
        """Different texts that are no counts."""
        return list(dict.fromkeys(self._read.texts))

    @cached_property
    def numeric(self) -> bool:
        """Whether nearly all cells are counts, those left aside that say that none was read."""
        if self._share(_DIGITS_ALONE) < _HARDLY:
            return False  # codes and names: a sample tells, and to read each of them takes long
        counts = int(self.known.sum())
        return counts > 0 and counts >= _MOSTLY * (counts + len(self._read.rows))

    @cached_property
    def decimal(self) -> bool:
        """Whether the cells are shares or coordinates: 0.25, 12.5, 31 %, and 0.0 beside 1.0."""
        if self.numeric:
            floats = self._share(r"^\d+[.,]0$") > 0.5  # how some libraries write counts, too
            return self._share(_SHARE) > 0 or (floats and int(self.counts.max()) <= 1)
        return self._share(_DECIMAL) > 0.5

    @cached_property
    def is_time(self) -> bool:
        """Whether the cells are times of a day, with the day or without."""
        return self._share(_TIME_OF_DAY) >= _MOSTLY and self._share(_MIDNIGHT) < 0.5

    @cached_property
    def padded(self) -> bool:
        """Whether codes keep leading zeros: ``0012``."""
        return self._share(r"^0\d+$") > 0

    @cached_property
    def spoilt(self) -> list[str]:
        """Texts that a spreadsheet made of codes: dates, or powers of ten."""
        return [t for t in self.texts if re.match(_SPOILT, t)] if self._share(_SPOILT) else []

    def _share(self, pattern: str) -> float:
        texts = pa.array(self.texts[:2000], pa.string())
        if not len(texts):
            return 0.0
        return float(pc.mean(pc.match_substring_regex(texts, pattern).cast(pa.float64())).as_py())

    @cached_property
    def plain(self) -> str:
        """The name in small letters without accents."""
        return plain(self.name)

    @cached_property
    def line(self) -> str | None:
        """The protocol line that the name speaks of."""
        return line_named(self.name)

    @cached_property
    def may_count(self) -> bool:
        """Whether the cells could be figures of a sheet, whatever the name says."""
        return self.numeric and not (self.coded or self.decimal or self.padded)

    @cached_property
    def is_count(self) -> bool:
        """Whether the cells are figures of a sheet, and no codes, dates or shares."""
        if not self.may_count:
            return False
        coded = any(w.search(self.plain) for w in (CODE, STATION, AREA, TIME, KIND, VERSION))
        if (coded and self.line is None) or OPTION.fullmatch(self.plain):
            return False
        return bool(self.counts[self.known].mean() < _CODE_MEAN) and not self.numbered

    @cached_property
    def numbered(self) -> bool:
        """Whether the cells number the rows: each one more than the one above."""
        steps = np.diff(self.counts[self.known])
        return len(steps) >= _FEWEST_NUMBERED and bool((steps == 1).mean() > _MOSTLY)

    @cached_property
    def is_name(self) -> bool:
        """Whether the cells could name a place or an option: not long, no address of a page."""
        if self.is_count or self.decimal or self.is_time or not self.texts:
            return False
        some = self.texts[:500]
        return sum(map(len, some)) / len(some) <= 60 and not any(
            "://" in text for text in some[:20]
        )


def named_columns(raw: Raw) -> list[Column]:
    """Return the columns of a file that have a name and hold anything."""
    named = zip(raw.distinct, raw.names, strict=True)
    columns = [
        Column(name, at, _cells(raw, name)) for at, (name, own) in enumerate(named) if own.strip()
    ]
    return [column for column in columns if len(column.texts)]


def _cells(raw: Raw, name: str) -> Any:
    text = raw.text(name)
    return pc.if_else(pc.equal(text, ""), None, text)


def kept(columns: Sequence[Column], rows: Mask) -> list[Column]:
    """Return the columns with some of the rows."""
    mask = pa.array(rows)
    return [replace(column, cells=column.cells.filter(mask)) for column in columns]


def combination_codes(columns: Sequence[Column], rows: int) -> Ints:
    """Return for each row the number of its combination of texts."""
    codes, size = np.zeros(rows, dtype=np.int64), 1
    for column in columns:
        more = int(column.codes.max(initial=0)) + 1
        if size * more > _LARGEST_CODE:
            codes, size = pd.factorize(codes)[0].astype(np.int64), rows
        codes, size = codes * more + column.codes, size * more
    return pd.factorize(codes)[0].astype(np.int64)


def distinct(columns: Sequence[Column], rows: int) -> int:
    """Return how many combinations of texts there are."""
    return int(combination_codes(columns, rows).max(initial=-1)) + 1


def share_equal(left: Ints, right: Ints) -> float:
    """Return the share of rows, of those with anything in them, in which two figures agree."""
    there = (left > 0) | (right > 0)
    return float((left == right)[there].mean()) if there.any() else 0.0
