"""Rows that are sums of others: by a column that says so, or by where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tallyverify.arrays import Counts, Mask
from tallyverify.proposals.columns import Column
from tallyverify.readers import totals_by_place

_MOST_TEXTS = 12
_HOLDS = 0.9  # of the columns of figures: one may be no count, such as a number of tables
_SMALLEST = 100  # in fewer votes a sum comes about by chance
_LACKING = 0.25  # of the rows: in more, cells are left empty for another reason
_MOST_FIGURES = 40


@dataclass(frozen=True)
class TotalsNamed:
    """A column whose texts say which rows are totals, and those texts."""

    column: Column
    texts: tuple[str, ...]
    station: str  # the text of rows that are none
    rows: Mask
    figures: int  # columns in which the sums hold


def totals_named(columns: Sequence[Column]) -> TotalsNamed | None:
    """Return the column of which each text but one marks rows with the sum of that one's rows."""
    figures = _figures(columns)
    if len(figures) < 2:
        return None
    values = np.stack([column.counts for column in figures], axis=1)
    for column in columns:
        if column.may_count or column.empty.any() or not 1 < len(column.texts) <= _MOST_TEXTS:
            continue
        found = _sums_of_one(column, values)
        if found is not None:
            return found
    return None


def _sums_of_one(column: Column, values: Counts) -> TotalsNamed | None:
    codes = column.codes
    size = int(codes.max()) + 1
    rows = np.bincount(codes, minlength=size)
    sums = np.zeros((size, values.shape[1]), dtype=np.int64)
    np.add.at(sums, codes, values)
    stations = int(np.argmax(rows))
    own = sums[stations]
    if 2 * rows[stations] <= len(codes) or int(own.max(initial=0)) < _SMALLEST:
        return None
    holds = (sums == own)[:, own > 0].mean(axis=1)
    if (holds < _HOLDS).any():
        return None
    text_of = {int(code): text for code, text in zip(codes, column.cells.to_pylist(), strict=True)}
    others = tuple(text_of[code] for code in range(size) if code != stations)
    figures = int((sums == own)[:, own > 0].all(axis=0).sum())
    return TotalsNamed(column, others, text_of[stations], codes != stations, figures)


def totals_without_a_name(columns: Sequence[Column]) -> Mask:
    """Return rows that lack a text that nearly all rows have, and equal the rows beside them."""
    rows = len(columns[0].cells) if columns else 0
    lacking = np.zeros(rows, dtype=bool)
    for column in columns:
        if not column.is_count and column.empty.mean() <= _LACKING:
            lacking |= column.empty
    figures = _figures(columns)
    if not lacking.any() or lacking.all() or len(figures) < 2:
        return np.zeros(rows, dtype=bool)
    values = np.stack([column.counts for column in figures], axis=1)
    known = np.logical_and.reduce([column.known for column in figures])
    # Of the figures the largest first: a sum is looked for by it.
    values = values[:, np.argsort(-values.sum(axis=0), kind="stable")]
    found = totals_by_place(values, np.zeros(rows, dtype=bool), known & (values[:, 0] >= _SMALLEST))
    result: Mask = found & lacking
    return result


def _figures(columns: Sequence[Column]) -> list[Column]:
    return [column for column in columns if column.is_count][:_MOST_FIGURES]
