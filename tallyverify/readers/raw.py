"""Columns as a file gives them: names (that may repeat) and cells, before any meaning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from tallyverify.arrays import Counts, Mask
from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.language import told
from tallyverify.readers.words import column_place

Merged = tuple[int, int, int]
"""Cells that a workbook says are one: their column's place, the numbers of first and last row."""

_MOST_DIGITS = 9
"""Of the number behind the name of one of several columns."""


@dataclass(frozen=True)
class Raw:
    """A table of unread cells."""

    names: list[str]  # in the file's order; a name may stand twice
    columns: list[Any] = field(repr=False)  # text, or typed where the format has types
    file: str  # its name, for messages
    first_row: int = 2  # number of the first row of data, as a spreadsheet counts
    # How it was read: as what text, what parts its cells, where its columns are named, which sheet.
    encoding: str | None = None
    separator: str | None = None
    header: tuple[int, ...] = ()
    sheet: str | None = None
    left: int = 0  # columns of the sheet before the first
    numbers: Counts | None = None  # of the rows, where some of the file's are not among them
    merged: tuple[Merged, ...] = ()
    blank: int = 0  # rows below the header without anything in any cell, which are no rows
    lines: bool = False  # whether cells have line ends of their markup, which names go without
    format: str = ""  # of a document that says itself what its columns mean

    @property
    def rows(self) -> int:
        """Number of rows of data."""
        return len(self.columns[0]) if self.columns else 0

    @property
    def row_numbers(self) -> Counts:
        """Numbers of the rows in the file, as a spreadsheet counts."""
        if self.numbers is not None:
            return self.numbers
        return np.arange(self.rows, dtype=np.int64) + self.first_row

    def places(self, numbers: Counts) -> Counts:
        """Return where rows of these numbers stand, from 0."""
        return np.searchsorted(self.row_numbers, numbers)

    def keep(self, rows: pa.Array) -> Raw:
        """Return the rows of a mask, with their numbers."""
        numbers = self.row_numbers[rows.to_numpy(zero_copy_only=False)]
        return replace(self, columns=[c.filter(rows) for c in self.columns], numbers=numbers)

    def only(self, names: Iterable[str]) -> Raw:
        """Return the same table with nothing in the cells of all columns but these."""
        wanted = {self.position(name) for name in names}
        empty = pa.nulls(self.rows)
        columns = [c if at in wanted else empty for at, c in enumerate(self.columns)]
        return replace(self, columns=columns)

    def without_empty_rows(self) -> Raw:
        """Return the rows in which any cell holds anything: ``,,,`` is no row."""
        empty = np.arange(self.rows)
        for column in self.columns:
            cells = column if len(empty) == self.rows else column.take(pa.array(empty))
            empty = empty[_nothing_in(cells)]
            if not len(empty):
                return self
        full = np.ones(self.rows, dtype=bool)
        full[empty] = False
        return replace(self.keep(pa.array(full)), blank=self.blank + len(empty))

    def with_columns(self, changed: dict[str, pa.Array]) -> Raw:
        """Return the same table with the cells of some columns, by name, changed."""
        at = {self.position(name): column for name, column in changed.items()}
        columns = [at.get(place, column) for place, column in enumerate(self.columns)]
        return replace(self, columns=columns)

    def has(self, name: str) -> bool:
        """Return whether a column can be found by this name."""
        return len(self._standing(name)) == 1

    def column(self, name: str) -> Any:
        """Return a column of text, numbers or dates by name; ``NAME#2`` is the second so named."""
        column = self.columns[self.position(name)]
        column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        kind = column.type
        if not (pa.types.is_string(kind) or pa.types.is_primitive(kind) or kind == pa.null()):
            try:
                column = column if pa.types.is_decimal(kind) else column.cast(pa.string())
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
                raise InputError(
                    told("a column holds neither text nor numbers"),
                    file=self.file,
                    place=column_place(name),
                    found=told("cells of type {kind}", kind=str(kind)),
                    hint=told("write the file again with one figure or name in each cell"),
                ) from None
        return column

    def position(self, name: str) -> int:
        """Return where the one column of this name stands."""
        found = self._standing(name)
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(
                told("two columns have the same name, and the mapping asks for it"),
                file=self.file,
                place=told("header"),
                found=told(
                    "{name} in columns {columns}",
                    name=shown(name),
                    columns=listed([str(at + 1) for at in found]),
                ),
                hint=told(
                    "name the one you mean: {name}#1 is the first, {name}#2 the second", name=name
                ),
            )
        raise InputError(
            told("the file has no column of this name"),
            file=self.file,
            place=told("header"),
            found=told("{name} is asked for by the mapping", name=shown(name)),
            expected=told("one of {texts}", texts=listed(self.distinct, 60)),
            hint=nearest(name, self.names)
            or told("change the mapping, or check that it is this file"),
        )

    def _standing(self, name: str) -> Sequence[int]:
        """Return where the columns that a name may mean stand."""
        exact, bare = self._places
        found = exact.get(name) or bare.get(name.strip())
        if found:
            return found
        base, mark, nth = name.rpartition("#")
        if not mark or not nth.isdigit() or len(nth) > _MOST_DIGITS:
            return ()
        same = bare.get(base.strip(), [])
        return same[int(nth) - 1 : int(nth)] if int(nth) else ()

    @cached_property
    def _places(self) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
        """Where each name stands, as it is, and without white space around it."""
        exact: dict[str, list[int]] = {}
        bare: dict[str, list[int]] = {}
        for at, name in enumerate(self.names):
            exact.setdefault(name, []).append(at)
            bare.setdefault(name.strip(), []).append(at)
        return exact, bare

    @cached_property
    def distinct(self) -> list[str]:
        """Column names, repeated ones with their number."""
        times = Counter(self.names)
        seen: Counter[str] = Counter()
        names = []
        for name in self.names:
            seen[name] += 1
            names.append(f"{name}#{seen[name]}" if times[name] > 1 else name)
        return names

    def text(self, name: str) -> pa.Array:
        """Return a column as text, white space around cells removed; missing stays missing."""
        import pyarrow.compute as pc

        column = self.column(name)
        if pa.types.is_floating(column.type):
            column = _whole_floats(column)
        if not pa.types.is_string(column.type):
            column = pc.cast(column, pa.string())
        if self.lines:
            column = pc.replace_substring(column, "\n", " ")
        return pc.utf8_trim_whitespace(column)


def _nothing_in(cells: Any) -> Mask:
    """Return which cells are missing, or are text without a sign to see."""
    import pyarrow.compute as pc

    kind = cells.type
    if pa.types.is_dictionary(kind):
        cells = pc.cast(cells, kind.value_type)
    nothing = pc.is_null(cells)
    if pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type):
        nothing = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(cells), ""), True)
    found: Mask = np.asarray(nothing)
    return found


def _whole_floats(column: pa.Array) -> pa.Array:
    """Codes such as 12 that a typed file stored as 12.0, as the integers they are."""
    import pyarrow.compute as pc

    column = pc.cast(column, pa.float64())
    exact = pc.less(pc.abs(column), 2.0**53)
    whole = pc.and_(exact, pc.equal(column, pc.floor(column)))
    if pc.all(pc.fill_null(whole, True)).as_py():
        return pc.cast(column, pa.int64())
    return column
