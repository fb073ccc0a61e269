"""ActaTable: the columnar form of many actas of one contest.

The table keeps every row as it was read. Its frame has one row per acta: ``row`` (place in the
file), ``station``, one column per area level, per protocol line and per option; counts are
Arrow-backed integers in which a figure that was not read is missing, never zero. Why a figure is
missing is kept apart: a cell that could not be read exactly stands in ``unread`` with its text, an
empty cell is missing without an entry there, and a line that the sheet does not have is no column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from tallyverify.arrays import Array, Counts, Hashes, Mask
from tallyverify.errors import UnknownNameError, printable
from tallyverify.key_bytes import folded_keys
from tallyverify.language import told
from tallyverify.records import ALL_OPTIONS, Acta, Contest
from tallyverify.table.left_out import FileRows, no_row_left_out
from tallyverify.table.looks import looks_of
from tallyverify.table.source import Source
from tallyverify.taken import takes_input

MARK = ":mark "
"""Columns of a table's frame that begin with this mark stations; no name of a contest does."""
UNREAD_COLUMNS = ["row", "station", "column", "text", "reason"]
MIXED = ":mixed"
"""Column that marks rows of which it is not known that their figures stand on one sheet."""
DIFFERS = "differs"
"""Reason of a cell that is no figure: rows of one station say different things of it."""
Figure = tuple["Counts", "Mask | None"]
AreaCodes = tuple["Counts", list[tuple[str, ...]]]


@runtime_checkable
class ActaParts(Protocol):
    """Actas of one contest that come in one part or in many; both run through the same checks."""

    @property
    def contest(self) -> Contest:
        """The contest voted on."""

    @property
    def source(self) -> Source:
        """Where the actas came from."""

    def parts(self) -> Iterator[ActaTable]:
        """Yield the parts, the same each time it is called."""


def _no_unread() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="object") for name in UNREAD_COLUMNS})


@takes_input
@dataclass(frozen=True, eq=False)
class ActaTable:
    """Many actas of one contest, by column.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row per acta, as described in the module. Treat it as read-only.
    contest : Contest
        What was voted on.
    unread : pandas.DataFrame
        Cells that could not be read exactly: row (of the acta), station, column, text, reason.
    source : Source
        Where it came from.
    left_out : pandas.DataFrame
        Rows of the file that went into no acta: row, station, reason (a stable word), words, and
        what was read of their figures; docs/reading.md tells the columns.
    file_rows : FileRows, optional
        The rows of the file behind each acta, where these may be several.

    See Also
    --------
    tallyverify.read_actas : reads a file into a table.

    Examples
    --------
    >>> import pandas as pd, tallyverify as tv
    >>> contest = tv.Contest.model_validate({"id": "t", "candidates": [{"id": "A"}, {"id": "B"}]})
    >>> table = tv.read_actas(
    ...     pd.DataFrame({"station": ["1", "2"], "A": [5, 7], "B": [3, 1]}), contest=contest)
    >>> table
    <ActaTable 't': 2 actas, 2 vote columns, 0 lines, 0 levels>
    """

    frame: pd.DataFrame
    contest: Contest
    unread: pd.DataFrame = field(default_factory=_no_unread)
    source: Source = field(default_factory=Source)
    left_out: pd.DataFrame = field(default_factory=no_row_left_out)
    file_rows: FileRows | None = None

    def __len__(self) -> int:
        return len(self.frame)

    def __repr__(self) -> str:
        return (
            f"<ActaTable {self.contest.id!r}: {len(self):,} actas, {len(self.votes)} vote columns, "
            f"{len(self.lines)} lines, {len(self.levels)} levels>"
        )

    def _repr_html_(self) -> str:
        from html import escape

        head = self.frame.head(10).rename(columns=printable).astype(object)
        head = head.map(lambda cell: printable(cell) if isinstance(cell, str) else cell)
        return f"<p>{escape(repr(self)[1:-1])}</p>{head.to_html(index=False)}"

    @cached_property
    def votes(self) -> tuple[str, ...]:
        """Columns of votes, by option or by candidate, in the contest's order."""
        names = dict.fromkeys(
            name for row in self.contest.candidates for name in (row.id, *row.options)
        )
        return tuple(name for name in names if name in self.frame.columns)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Protocol lines that the table has."""
        return tuple(name for name in self.contest.line_ids if name in self.frame.columns)

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """Area levels that the table has, from the largest."""
        return tuple(name for name in self.contest.levels if name in self.frame.columns)

    @cached_property
    def marks(self) -> tuple[str, ...]:
        """Columns of text that mark stations."""
        return tuple(str(name) for name in self.frame.columns if str(name).startswith(MARK))

    @cached_property
    def figures(self) -> tuple[str, ...]:
        """All figures: lines and votes."""
        return self.lines + self.votes

    @cached_property
    def present(self) -> tuple[str, ...]:
        """Names that a balance may use on this table."""
        counted = {*self.votes, *(self.contest.options.get(name) for name in self.votes)}
        candidates = (name for name in self.contest.candidate_ids if name in counted)
        return (*self.figures, ALL_OPTIONS, *candidates)

    @cached_property
    def _cache(self) -> dict[str, Figure]:
        return {}

    @cached_property
    def areas(self) -> dict[tuple[str, ...], AreaCodes]:
        """Areas as codes, by levels, as far as :func:`area_codes` was asked."""
        return {}

    def figure(self, name: str) -> Figure:
        """Return a figure as plain arrays.

        Parameters
        ----------
        name : str
            A line, an option, a candidate (its options summed) or ``sum(options)``.

        Returns
        -------
        values : ndarray of int64, shape (rows,)
            The counts, 0 where not read; a sum is over what was read.
        missing : ndarray of bool, shape (rows,), or None
            Where it, or a part of it, was not read; None if nowhere.

        Raises
        ------
        InputError
            If the table does not have it.
        """
        if name not in self._cache:
            if name in self.frame.columns:
                column = self.frame[name]
                absent = column.isna().to_numpy()
                values = column.to_numpy(dtype=np.int64, na_value=0)
                self._cache[name] = values, absent if absent.any() else None
            else:
                parts = self._parts_of(name)
                values, missing = self._added([self.figure(part) for part in parts])
                if self._lacks_votes(name):
                    missing = np.ones(len(self), dtype=bool)
                self._cache[name] = values, missing
        return self._cache[name]

    def known(self, name: str) -> Mask:
        """Return where a figure, or every part of it, was read; shape (rows,)."""
        missing = self.figure(name)[1]
        return np.ones(len(self), dtype=bool) if missing is None else ~missing

    def group(self, names: tuple[str, ...]) -> Figure:
        """Return the sum of several figures, as :meth:`figure` does."""
        return self.figure(names[0]) if len(names) == 1 else self._added(map(self.figure, names))

    def _parts_of(self, name: str) -> tuple[str, ...]:
        if name == ALL_OPTIONS:
            return self.votes
        if name in self.contest.candidate_ids:
            parts = tuple(o for o in self.contest.candidate(name).options if o in self.votes)
            if parts:
                return parts
        there = [*self.lines, *self.votes, *self.contest.candidate_ids, ALL_OPTIONS]
        raise UnknownNameError.of(told("the table has no figure of this name"), name, there)

    def _lacks_votes(self, name: str) -> bool:
        """Whether votes that belong to this sum are in no column of the table."""
        candidates = [row for row in self.contest.candidates if name in (ALL_OPTIONS, row.id)]
        return any(
            row.id not in self.votes and not set(row.options) <= set(self.votes)
            for row in candidates
        )

    def _added(self, figures: Any) -> Figure:
        total = np.zeros(len(self), dtype=np.int64)
        missing: Mask | None = None
        for values, mask in figures:
            total += values
            if mask is not None:
                missing = mask if missing is None else missing | mask
        return total, missing

    @cached_property
    def key_hash(self) -> Hashes:
        """A 64-bit hash of each station's folded key, the same on every machine; shape (rows,).

        Keys that are one up to their spelling have equal hashes; that two hashes are equal is only
        a reason to look closer.
        """
        return pd.util.hash_array(folded_keys(self.frame["station"]), categorize=False)

    @cached_property
    def look_hash(self) -> Hashes:
        """A 64-bit hash of what each station's key looks like; shape (rows,)."""
        keys = self.frame["station"].to_numpy(dtype=object)
        return pd.util.hash_array(looks_of(keys), categorize=False)

    @cached_property
    def spelt_hash(self) -> Hashes:
        """A 64-bit hash of each station's key as it is spelt, for draws; shape (rows,)."""
        keys = self.frame["station"].to_numpy(dtype=object)
        return pd.util.hash_array(keys, categorize=False)

    @cached_property
    def vote_hash(self) -> Hashes:
        """A 64-bit hash of each row's votes, in the contest's order of options; shape (rows,)."""
        mixed = np.zeros(len(self), dtype=np.uint64)
        for name in self.votes:
            values, missing = self.figure(name)
            word = values.astype(np.uint64)
            if missing is not None:
                word[missing] = np.uint64(2**63)
            # Multiply-and-fold steps of splitmix64 (Steele, Lea & Flood 2014).
            mixed = (mixed ^ word) * np.uint64(0xBF58476D1CE4E5B9)
            mixed ^= mixed >> np.uint64(31)
        return mixed

    @cached_property
    def seen(self) -> Mask:
        """Where a vote was read; shape (rows,).

        A sheet without any vote, though it may state its ballots, was not loaded, or was annulled:
        its station counts as unseen, not as a station with no votes.
        """
        seen: Mask = self.figure(ALL_OPTIONS)[0] > 0
        return seen

    @cached_property
    def one_sheet(self) -> Mask:
        """Where the figures of a row are known to stand on one sheet; shape (rows,)."""
        if MIXED not in self.frame.columns:
            return np.ones(len(self), dtype=bool)
        one: Mask = self.frame[MIXED].fillna("").eq("").to_numpy(dtype=bool)
        return one

    def take(self, which: Array) -> ActaTable:
        """Return the rows of a mask or of positions as a table of their own."""
        frame = self.frame[which] if which.dtype == bool else self.frame.take(which)
        return replace(self, frame=frame)

    def parts(self, count: int = 1) -> Iterator[ActaTable]:
        """Yield the table in ``count`` parts of neighbouring rows."""
        if count == 1:
            yield self
            return
        edges = np.linspace(0, len(self), count + 1).astype(int)
        for at, (start, stop) in enumerate(pairwise(edges)):
            rows = self.frame["row"].iloc[start:stop]
            yield replace(
                self,
                frame=self.frame.iloc[start:stop],
                unread=self.unread[self.unread["row"].isin(rows)],
                left_out=self.left_out.iloc[: 0 if at else None],
            )

    def actas(self, chunk: int = 10_000) -> Iterator[Acta]:
        """Yield each row as a validated :class:`Acta`, a chunk at a time, so memory stays flat."""
        for start in range(0, len(self), chunk):
            block = self.frame.iloc[start : start + chunk]
            columns = {
                name: [None if pd.isna(value) else value for value in block[name].tolist()]
                for name in block.columns
            }
            for position in range(len(block)):
                yield Acta.read(
                    {
                        "station": columns["station"][position] or "(none)",
                        "areas": {name: columns[name][position] or "" for name in self.levels},
                        "lines": {name: columns[name][position] for name in self.lines},
                        "votes": {name: columns[name][position] for name in self.votes},
                    },
                    self.contest,
                )


def together(parts: Iterable[ActaTable]) -> ActaTable:
    """Return the rows of several parts as one table, without what was not read."""
    first, *others = parts
    frame = pd.concat([first.frame, *(part.frame for part in others)], ignore_index=True)
    return replace(first, frame=frame, unread=first.unread.iloc[:0])
