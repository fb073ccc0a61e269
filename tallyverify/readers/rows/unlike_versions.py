"""Versions of one sheet that are rather sheets of several stations, under a key that is short."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from tallyverify.arrays import Counts, Mask
from tallyverify.names import folded, names_nothing
from tallyverify.records import ALL_OPTIONS
from tallyverify.table import ActaTable


def unlike_versions(table: ActaTable) -> int:
    """Return how many rows are versions of a sheet and look like sheets of other stations.

    A correction changes a figure or two of a sheet, and leaves the station where it lies.

    Parameters
    ----------
    table : ActaTable
        The rows as they were read, all versions among them.

    Returns
    -------
    int
        Rows that are not the first of their key: those in another area than the first, where these
        are more than a tenth of them; those in which the total and more than half of the options
        differ from the first, where these are more than half; or none.

    Examples
    --------
    >>> import tallyverify as tv
    >>> contest = tv.Contest.model_validate({"id": "t", "candidates": [{"id": "A"}, {"id": "B"}]})
    >>> rows = [{"S": "1", "A": "5", "B": "9"}, {"S": "1", "A": "7", "B": "4"}]
    >>> mapping = {"station": "S", "votes": {"A": "A", "B": "B"}}
    >>> unlike_versions(tv.read_actas(rows, contest=contest, mapping=mapping))
    1
    """
    # The first of a key is the one with the least figures, wherever it stands in the file.
    rows = table.frame.sort_values(["station", *table.figures, *table.levels], kind="stable")
    table = replace(table, frame=rows.reset_index(drop=True))
    code = pd.factorize(table.frame["station"].fillna(""))[0].astype(np.int64)
    first = np.unique(code, return_index=True)[1][code]
    later = first != np.arange(len(code))
    found = np.zeros(len(code), dtype=bool)
    for unlike, share in ((_moved(table, first), 10), (_other_votes(table, first), 2)):
        if share * int((unlike & later).sum()) > int(later.sum()):
            found |= unlike & later
    return int(found.sum())


def _moved(table: ActaTable, first: Counts) -> Mask:
    """Return which rows name another area than the first of their key; none is no other."""
    moved = np.zeros(len(table), dtype=bool)
    for level in table.levels:
        spelt, names = pd.factorize(table.frame[level].fillna(""))
        told = np.array([not names_nothing(str(name)) for name in names], dtype=bool)[spelt]
        place = pd.factorize(np.array([folded(str(name)) for name in names], dtype=object))[0]
        here = place[spelt]
        moved |= (here != here[first]) & told & told[first]
    return moved


def _other_votes(table: ActaTable, first: Counts) -> Mask:
    """Return which rows hold other votes than the first of their key, where both hold some."""
    total = table.figure(ALL_OPTIONS)[0]
    options = np.zeros(len(table), dtype=np.int64)
    differing = options.copy()
    for name in table.votes:
        values = table.figure(name)[0]
        options += (values > 0) | (values[first] > 0)
        differing += values != values[first]
    both = (total > 0) & (total[first] > 0)
    unlike: Mask = both & (total != total[first]) & (2 * differing > options)
    return unlike
