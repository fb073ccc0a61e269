"""The votes of each text of a column: what tells a status in any language."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from tallyverify.arrays import Counts
from tallyverify.table import ActaTable, SumsByText

MOST_TEXTS = 12
"""A status has no more texts."""


def sums_by_text(name: str, texts: pa.Array, table: ActaTable) -> SumsByText | None:
    """Return the votes of the candidates by the text that a column holds beside each acta.

    Parameters
    ----------
    name : str
        The column.
    texts : pyarrow.Array of string, shape (rows,)
        What it holds, by row of the table.
    table : ActaTable
        The actas that count.

    Returns
    -------
    SumsByText or None
        Nothing where the column has but one text, or too many to be a status.

    Examples
    --------
    >>> import tallyverify as tv
    >>> contest = tv.Contest.model_validate({"id": "t", "candidates": [{"id": "A"}, {"id": "B"}]})
    >>> rows = [{"station": n, "A": "5", "B": n} for n in "1234"]
    >>> table = tv.read_actas(rows, contest=contest)
    >>> sums_by_text("SEEN", pa.array(["SI", "SI", "NO", "SI"]), table).votes
    ((15, 7), (5, 3))
    """
    encoded = pc.fill_null(texts, "").dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    names = [str(text) for text in encoded.dictionary.to_pylist()]
    if not 1 < len(names) <= MOST_TEXTS:
        return None
    # The most frequent text first: not the one that a file happens to begin with.
    rows = np.bincount(encoded.indices.to_numpy(), minlength=len(names))
    order = sorted(range(len(names)), key=lambda at: (-rows[at], names[at]))
    names, rows = [names[at] for at in order], rows[order]
    code = np.argsort(order)[encoded.indices.to_numpy()]
    there = [one for one in table.contest.candidate_ids if one in table.present]
    votes = np.zeros((len(names), len(there)), dtype=np.int64)
    for at, one in enumerate(there):
        np.add.at(votes[:, at], code, table.figure(one)[0])
    return SumsByText(
        name,
        tuple(names),
        tuple(rows.tolist()),
        tuple(there),
        tuple(map(tuple, votes.tolist())),
        _together(code, table),
    )


def _together(code: Counts, table: ActaTable) -> tuple[int, ...]:
    """Return the sets of texts, each as a number in bits, under which each station stands."""
    stations = pd.factorize(table.frame["station"])[0]
    if not len(stations) or int(stations.max()) + 1 == len(stations):
        return ()
    sets = np.zeros(int(stations.max()) + 1, dtype=np.int64)
    np.bitwise_or.at(sets, stations, np.int64(1) << code.astype(np.int64))
    return tuple(np.unique(sets).tolist())
