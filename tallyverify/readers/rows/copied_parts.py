"""Parts of one station that are rather copies of a row, where parts are added up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tallyverify.records import ALL_OPTIONS
from tallyverify.table import ActaTable

_FEWEST_VOTES = 20
"""Fewer votes may be the same in two parts of a station by chance."""


def copied_parts(table: ActaTable) -> int:
    """Return how many rows of a station hold all figures of another row of it.

    Parameters
    ----------
    table : ActaTable
        The rows as they were read, all parts among them.

    Returns
    -------
    int
        Rows that stand again, of at least 20 votes for more than one option.

    Examples
    --------
    >>> import tallyverify as tv
    >>> contest = tv.Contest.model_validate({"id": "t", "candidates": [{"id": "A"}, {"id": "B"}]})
    >>> rows = [{"S": "1", "A": "15", "B": "9"}, {"S": "1", "A": "15", "B": "9"}]
    >>> mapping = {"station": "S", "votes": {"A": "A", "B": "B"}}
    >>> copied_parts(tv.read_actas(rows, contest=contest, mapping=mapping))
    1
    """
    codes = pd.factorize(table.frame["station"].fillna(""))[0]
    table = table.take((np.bincount(codes)[codes] > 1) if len(codes) else codes > 0)
    figures = {name: table.figure(name)[0] for name in table.figures}
    several = np.sum([figures[name] > 0 for name in table.votes], axis=0) > 1
    large = several & (table.figure(ALL_OPTIONS)[0] >= _FEWEST_VOTES)
    rows = pd.DataFrame(figures)
    rows["station"] = pd.factorize(table.frame["station"].fillna(""))[0]
    return int((rows.duplicated().to_numpy() & large).sum())
