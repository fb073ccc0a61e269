"""Hide a share of the stations, at random or not, as a count that stopped would."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from tallyverify.arrays import Hashes
from tallyverify.draws import station_uniforms
from tallyverify.errors import InputError, listed
from tallyverify.language import told
from tallyverify.records import ALL_OPTIONS
from tallyverify.table import ActaTable
from tallyverify.taken import takes_input

PATTERNS = ("random", "centres", "areas", "small")
"""Which stations go unseen: any, whole centres, whole largest areas, or rather the small ones."""


@takes_input
def hide_stations(
    table: ActaTable,
    share: float,
    *,
    seed: int,
    pattern: Literal["random", "centres", "areas", "small"] = "random",
) -> ActaTable:
    """Return the part of a table that is seen when some stations are hidden.

    Each station gets a number from the seed and its own key alone, and the stations with the
    lowest are hidden; so it does not matter in which order the rows stand.

    Parameters
    ----------
    table : ActaTable
        All stations.
    share : float
        Share of the stations to hide, from 0 to 1; their number is rounded.
    seed : int
        Same seed, same stations.
    pattern : {"random", "centres", "areas", "small"}
        ``random``: missing completely at random. ``centres`` and ``areas``: whole areas of the
        smallest or largest level, one after the other, the last one in part. ``small``: a station
        with half the votes is hidden about twice as readily, so what is seen is not like
        what is not.

    Returns
    -------
    ActaTable
        The seen stations, in the table's order.

    Raises
    ------
    InputError
        If the share or pattern is out of range, or the table has no areas to hide.

    Examples
    --------
    >>> from tallyverify.simulate import clean_election
    >>> table = clean_election(stations=200, seed=1).table
    >>> len(hide_stations(table, 0.3, seed=1, pattern="centres"))
    140
    """
    if not 0 <= share <= 1 or pattern not in PATTERNS or seed < 0:
        raise InputError(
            told("stations are hidden by a share, a seed and a pattern"),
            found=told(
                "share {share}, seed {seed}, pattern {pattern}",
                share=str(share),
                seed=str(seed),
                pattern=repr(pattern),
            ),
            expected=told(
                "share from 0 to 1, seed from 0, pattern one of {patterns}",
                patterns=listed(PATTERNS),
            ),
        )
    own = station_uniforms(table.spelt_hash, seed)
    first = own
    if pattern == "small":
        first = own * (table.figure(ALL_OPTIONS)[0] + 1)
    elif pattern != "random":
        if not table.levels:
            what, hint = told("the table has no areas to hide"), told("use the pattern 'random'")
            raise InputError(what, hint=hint)
        depth = 1 if pattern == "areas" else len(table.levels)
        first = station_uniforms(_area_hash(table, depth), seed)
    order = np.lexsort((table.spelt_hash, own, first))
    seen = np.ones(len(table), dtype=bool)
    seen[order[: round(share * len(table))]] = False
    return table.take(seen)


def _area_hash(table: ActaTable, depth: int) -> Hashes:
    names: Any = ""
    for level in table.levels[:depth]:
        names = table.frame[level].astype(object).fillna("") + "\x1f" + names
    return pd.util.hash_array(names.to_numpy(), categorize=False)
