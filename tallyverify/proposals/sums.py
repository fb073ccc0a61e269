"""Which columns are the sum of which: neighbouring columns, and one figure or a second block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tallyverify.language import Told, number, plus, told
from tallyverify.proposals.columns import Column, Ints, share_equal

_SAMPLE = 60
_MOST_COLUMNS = 150
_HOLDS = 0.9  # a sum that fails more often is none: clerks err, but not in one sheet of ten
_TWO_COUNTS = 0.6  # two counts of one box, made by different people, agree less often


@dataclass(frozen=True)
class Total:
    """A column (or a second block of columns) that equals the sum of a block."""

    total: tuple[Column, ...]
    parts: tuple[Column, ...]
    share: float
    rows: int

    @property
    def words(self) -> Told:
        """On how many rows the two are the same."""
        return told(
            "{total} = {parts} on {equal} of {rows} rows",
            total=plus(column.name for column in self.total),
            parts=plus(column.name for column in self.parts),
            equal=number(round(self.share * self.rows)),
            rows=number(self.rows),
        )


def added(columns: Sequence[Column]) -> Ints:
    """Return the sum of columns, row by row."""
    return np.array([column.counts for column in columns], dtype=np.int64).sum(axis=0)  # type: ignore[no-any-return]


def total_of(total: Sequence[Column], parts: Sequence[Column]) -> Total:
    """Return how often one side equals the other, of the rows with anything in them."""
    left, right = added(total), added(parts)
    rows = int(((left > 0) | (right > 0)).sum())
    return Total(tuple(total), tuple(parts), share_equal(left, right), rows)


def totals_in(figures: Sequence[Column]) -> list[Total]:
    """Return columns that equal the sum of a run of others, which may stand on both sides of it."""
    figures = list(figures)[:_MOST_COLUMNS]
    sample = _sample(figures) if len(figures) >= 3 else np.empty((0, 0))
    if not sample.size:
        return []
    before = _prefix(sample)
    found: dict[int, list[tuple[int, int]]] = {}
    for i in range(len(figures) - 1):
        runs = before[i + 2 :] - before[i]  # runs of two or more that begin at i
        ends = np.arange(i + 2, len(figures) + 1)
        inside = (np.arange(len(figures)) >= i) & (np.arange(len(figures)) < ends[:, None])
        sums = runs[:, None, :] - inside[:, :, None] * sample
        equal = (sums == sample).mean(axis=2) >= _HOLDS
        for j, t in zip(*np.nonzero(equal), strict=True):
            found.setdefault(int(t), []).append((i, int(ends[j])))
    return [total for t, runs in found.items() for total in _longest(figures, t, runs)]


def _longest(figures: list[Column], t: int, runs: list[tuple[int, int]]) -> list[Total]:
    checked = []
    for i, j in sorted(runs, key=lambda run: run[0] - run[1]):
        parts = [column for at, column in enumerate(figures[i:j], start=i) if at != t]
        if sum(int((column.counts > 0).sum()) > 1 for column in parts) < 2:
            continue  # one column and zeros: no sum
        total = total_of([figures[t]], parts)
        if total.share >= _HOLDS:
            checked.append(total)
    return checked


def second_counts(figures: Sequence[Column], apart: Sequence[Column]) -> list[Total]:
    """Return pairs of blocks that agree in most rows: two counts of the same papers.

    ``parts`` is the block with more of the columns ``apart`` in it. Longest first.
    """
    figures = list(figures)[:40]
    sample = _sample(figures) if len(figures) > 3 else np.empty((0, 0))
    if not sample.size:
        return []
    before = _prefix(sample)
    runs = [(i, j) for i in range(len(figures)) for j in range(i + 2, len(figures) + 1)]
    sums = np.array([before[j] - before[i] for i, j in runs])
    found = []
    for at, (i, j) in enumerate(runs):
        agree = (sums[at + 1 :] == sums[at]).mean(axis=1) >= _TWO_COUNTS
        later = (runs[at + 1 + int(k)] for k in np.nonzero(agree)[0])
        found += [((i, j), (k, m)) for k, m in later if k >= j or m <= i]
    found.sort(key=lambda pair: -sum(j - i for i, j in pair))
    names = {column.name for column in apart}

    def known(run: tuple[int, int]) -> int:
        return sum(column.name in names for column in figures[run[0] : run[1]])

    pairs = [sorted(pair, key=known) for pair in found[:20]]
    totals = [total_of(figures[i:j], figures[k:m]) for (i, j), (k, m) in pairs]
    return [total for total in totals if total.share >= _TWO_COUNTS]


def _prefix(sample: Any) -> Any:
    nothing = np.zeros((1, sample.shape[1]), dtype=np.int64)
    return np.concatenate([nothing, np.cumsum(sample, axis=0)])


def _sample(figures: Sequence[Column]) -> Any:
    """Return rows from all over the file in which something is counted; shape (columns, rows)."""
    something = np.any([column.counts > 0 for column in figures], axis=0)
    full = something & np.all([column.known for column in figures], axis=0)
    rows = np.flatnonzero(full if full.any() else something)
    chosen = (
        rows[np.unique(np.linspace(0, len(rows) - 1, _SAMPLE).astype(int))] if len(rows) else rows
    )
    return np.array([column.counts[chosen] for column in figures], dtype=np.int64)
