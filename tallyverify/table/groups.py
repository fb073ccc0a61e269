"""Groups of rows of one table, formed and compared without a loop over the groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from tallyverify.arrays import Counts, Mask
from tallyverify.table.actas import ActaTable


@dataclass(frozen=True, eq=False)
class Groups:
    """Groups of rows in one table, as positions: a group costs two numbers, not a table."""

    rows: ActaTable  # those of a group adjoin
    start: Counts  # (groups,): first positions
    size: Counts  # (groups,): numbers of rows

    def __len__(self) -> int:
        return len(self.start)

    def where(self, which: Mask) -> Groups:
        """Return some of the groups."""
        return Groups(self.rows, self.start[which], self.size[which])

    def followed_by(self, others: Groups) -> Groups:
        """Return these groups and others of the same rows, in this order."""
        start = np.concatenate([self.start, others.start])
        return Groups(self.rows, start, np.concatenate([self.size, others.size]))

    @property
    def positions(self) -> Counts:
        """Positions of the rows of all groups, one group after the other."""
        ends = np.cumsum(self.size)
        at: Counts = np.repeat(self.start + self.size - ends, self.size)
        return at + np.arange(len(at))

    def varying(self, columns: Sequence[str]) -> Mask:
        """Return in which groups rows differ in any of these columns; shape (groups,).

        A missing value equals a missing one, and differs from every other.
        """
        changes = np.zeros(len(self.rows), dtype=bool)
        for name in columns:
            code, _ = pd.factorize(self.rows.frame[name])
            changes[1:] |= code[1:] != code[:-1]
        # Changes up to each row: a change at a group's first row is from the group before it.
        passed = np.cumsum(changes)
        varies: Mask = passed[self.start + self.size - 1] > passed[self.start]
        return varies

    def listed(self, most: int) -> Iterator[dict[str, list[Any]]]:
        """Yield the first groups, each as its columns; a missing figure is None."""
        few = self.where(np.arange(len(self)) < most)
        frame = few.rows.frame.take(few.positions)
        cells = {name: frame[name].tolist() for name in frame.columns}
        for name in few.rows.figures:
            cells[name] = [None if pd.isna(value) else int(value) for value in cells[name]]
        for start, stop in pairwise([0, *np.cumsum(few.size).tolist()]):
            yield {name: column[start:stop] for name, column in cells.items()}


def grouped(rows: ActaTable, columns: Sequence[str]) -> Groups:
    """Group the rows that agree in these columns, in the order in which the groups first appear.

    A missing value agrees with a missing one.
    """
    if not len(rows):
        return Groups(rows, np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
    return grouped_by(rows, equal_in(rows.frame, columns))


def equal_in(frame: pd.DataFrame, columns: Sequence[str]) -> Counts:
    """Return a number for each row, the same for rows that agree in these columns; (rows,).

    Numbers go up in the order in which they first appear.
    """
    return np.asarray(frame.groupby(list(columns), sort=False, dropna=False).ngroup())


def grouped_by(rows: ActaTable, group: Counts) -> Groups:
    """Group the rows of one number, in the order in which the numbers first appear."""
    code, _ = pd.factorize(group)
    size = np.bincount(code)
    order = np.argsort(code, kind="stable")
    return Groups(rows.take(order), np.cumsum(size) - size, size)
