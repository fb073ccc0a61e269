"""Whether rows are alike as versions of one sheet are, and a column of the key that parts such."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tallyverify.arrays import Counts, Mask
from tallyverify.table import ActaTable
from tallyverify.taken import takes_input

ALIKE = 0.3
"""Of pairs: stations of one centre are hardly ever alike, versions of one sheet nearly always."""

_FIGURE = 10  # smaller counts are the same by chance
_MOST_VERSIONS = 50


@takes_input
def rows_alike(values: Counts, one: Counts, other: Counts) -> Mask:
    """Return whether two rows agree in their first figure, or in half of those that are not small.

    Parameters
    ----------
    values : ndarray of int64, shape (rows, figures)
        The votes, those of the largest candidate first.
    one, other : ndarray of int64, shape (pairs,)
        Rows to be compared.

    Returns
    -------
    ndarray of bool, shape (pairs,)

    Examples
    --------
    >>> votes = np.array([[120, 40, 3], [120, 41, 3], [77, 52, 3]])
    >>> rows_alike(votes, np.array([0, 0]), np.array([1, 2])).tolist()
    [True, False]
    """
    a, b = values[one], values[other]
    counted_here = np.maximum(a, b) >= _FIGURE
    equal = (a == b) & counted_here
    half = 2 * equal.sum(axis=1) >= counted_here.sum(axis=1)
    result: Mask = counted_here.any(axis=1) & (half | equal[:, :1].any(axis=1))
    return result


@takes_input
def share_alike(values: Counts) -> float:
    """Return the share of pairs of any two rows that are alike, by chance or since all are.

    Examples
    --------
    >>> share_alike(np.array([[50], [50], [50]]))
    1.0
    """
    rows = np.arange(len(values))
    return float(rows_alike(values, rows, np.roll(rows, int(0.382 * len(rows)) + 1)).mean())


def versions_in_key(table: ActaTable, texts: dict[str, Any]) -> tuple[str, int]:
    """Return the column of the key that tells mostly alike rows apart, and how many; or nothing.

    Parameters
    ----------
    table : ActaTable
        The rows as they were read.
    texts : dict of str to array of text
        The columns of the key, in its order, at the table's rows; those of areas too.
    """
    names = sorted(table.contest.candidate_ids, key=lambda name: -int(table.figure(name)[0].sum()))
    values = np.stack([table.figure(name)[0] for name in names], axis=1)
    codes = {name: pd.factorize(column)[0].astype(np.int64) for name, column in texts.items()}
    areas = set(table.source.mapping.areas.values()) if table.source.mapping else set()
    for name, own in codes.items():
        rest = [column for other, column in codes.items() if other != name]
        if name in areas or not rest or int(own.max(initial=0)) >= _MOST_VERSIONS:
            continue
        order = np.lexsort((own, *rest))
        same = np.logical_and.reduce([np.diff(column[order]) == 0 for column in rest])
        one, other = order[:-1][same], order[1:][same]
        alike = rows_alike(values, one, other)
        if len(alike) and alike.mean() >= max(ALIKE, 2 * share_alike(values)):
            return name, int(alike.sum())
    return "", 0
