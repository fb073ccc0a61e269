"""Where a table came from, and what its reader noticed on the way."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate

import numpy as np

from tallyverify.arrays import Counts, Texts
from tallyverify.language import told
from tallyverify.records import Mapping
from tallyverify.table.noticed import Noticed


@dataclass(frozen=True)
class SourcePart:
    """One file, member of an archive or sheet, of several that were read as one table."""

    name: str
    file: str
    sha256: str
    rows: int
    first_row: int  # numbers of its first and last row of data, as a spreadsheet counts
    last_row: int


@dataclass(frozen=True)
class Source:
    """Where a table came from, and what the reader noticed on the way.

    Attributes
    ----------
    name, sha256 : str
        File name (never a path) and digest of its bytes; of several files, of theirs.
    rows : int
        Rows of data in the file.
    text : tuple of str
        How the text was read (encoding, separator, thousands), where that had to be inferred.
    respelt : tuple of str
        Columns, or options of a long file, that were found under another spelling, in words.
    damaged : tuple of str
        Names whose letters a wrong encoding has damaged (mojibake).
    subtotals : tuple of str
        Rows that look like area subtotals, in words.
    subtotal_why : tuple of str
        Why they look so.
    subtotal_rows : tuple of int
        Their row numbers.
    subtotals_left_out : bool or None
        Whether the mapping left them out; None: not decided.
    left_out : int
        Rows left out because the mapping says so.
    settled : tuple of str
        What became of rows that share a station with others, in words.
    annulled, pending : tuple of str
        Keys of stations whose sheets have this status.
    mapping : Mapping, optional
        Which columns were read, with all that was found out of the file filled in.
    grouping, decimal : str
        Signs that were read as parting thousands, and as standing before decimals.
    parts : tuple of SourcePart
        The files, members or sheets, where it is more than one; rows are numbered through them.
    unwrapped : bool
        Whether signs were taken away by which a spreadsheet is told that a cell is text.
    noticed : Noticed, optional
        What a second look at a file found that was read whole.
    blank : int
        Rows of the file in which no cell holds anything: none of ``rows``.
    """

    name: str = ""
    sha256: str = ""
    rows: int = 0
    text: tuple[str, ...] = ()
    respelt: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    subtotals: tuple[str, ...] = ()
    subtotal_why: tuple[str, ...] = ()
    subtotal_rows: tuple[int, ...] = ()
    subtotals_left_out: bool | None = None
    left_out: int = 0
    settled: tuple[str, ...] = ()
    annulled: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    mapping: Mapping | None = None
    grouping: str = ""
    decimal: str = ""
    parts: tuple[SourcePart, ...] = ()
    unwrapped: bool = False
    noticed: Noticed | None = None
    blank: int = 0

    @cached_property
    def files(self) -> tuple[tuple[str, str, int], ...]:
        """Name, digest and number of rows of each file."""
        if not self.parts:
            return ((self.name, self.sha256, self.rows),)
        rows: Counter[tuple[str, str]] = Counter()
        for part in self.parts:
            rows[part.file, part.sha256] += part.rows
        return tuple((name, sha256, number) for (name, sha256), number in rows.items())

    @property
    def told(self) -> tuple[str, ...]:
        """What is told of a file beside the actas: respellings; of several, how they were read."""
        return (*self.text, *self.respelt) if self.parts else self.respelt

    def places(self, numbers: Counts) -> tuple[Texts, Counts]:
        """Return for rows the names of their files, and their numbers there; shapes (rows,)."""
        if not self.parts:
            return np.full(len(numbers), self.name, dtype=object), numbers
        starts = np.array(self._starts)
        at = np.searchsorted(starts, numbers, side="right") - 1
        names = np.array([part.name for part in self.parts], dtype=object)
        first = np.array([part.first_row for part in self.parts])
        return names[at], numbers - starts[at] + first[at]

    def row(self, number: int) -> str:
        """Return a row's number as it stands in its file; of several files with the file's name.

        Examples
        --------
        >>> two = (SourcePart("a", "a", "", 3, 2, 4), SourcePart("b", "b", "", 3, 2, 4))
        >>> Source(parts=two).row(4), Source(parts=two).row(5), Source().row(5)
        ('4 of a', '2 of b', '5')
        """
        if not self.parts:
            return str(number)
        at = bisect_right(self._starts, number) - 1
        part = self.parts[at]
        row = str(number - self._starts[at] + part.first_row)
        return told("{row} of {file}", row=row, file=part.name)

    @cached_property
    def _starts(self) -> list[int]:
        first = self.parts[0].first_row
        spans = (part.last_row - part.first_row + 1 for part in self.parts[:-1])
        return [*accumulate(spans, initial=first)]

    def noticing(self, said: tuple[str, ...]) -> Source:
        """Return the same source, with more that was noticed about its text."""
        return replace(self, text=tuple(dict.fromkeys(self.text + said))) if said else self

    def joined(self, other: Source) -> Source:
        """Return what was noticed in two parts of one file."""
        if other is self or other == self:
            return self
        return replace(
            self,
            text=tuple(dict.fromkeys(self.text + other.text)),
            damaged=tuple(dict.fromkeys(self.damaged + other.damaged)),
            subtotals=self.subtotals + other.subtotals,
            subtotal_why=self.subtotal_why + other.subtotal_why,
            subtotal_rows=tuple(dict.fromkeys(self.subtotal_rows + other.subtotal_rows)),
            subtotals_left_out=other.subtotals_left_out
            if other.subtotals
            else self.subtotals_left_out,
            left_out=self.left_out + other.left_out,
        )
