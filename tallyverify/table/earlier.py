"""Stations of another election of the same country, with their votes: earlier, or a later count."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from tallyverify.errors import InputError, listed
from tallyverify.language import told
from tallyverify.table.actas import ActaTable
from tallyverify.table.registry import EARLIER, KIND, Registry


def listed_stations(table: ActaTable, *, earlier: bool = False) -> Registry:
    """Return the stations of a table, with votes by candidate if it is of an earlier election."""
    columns: dict[str, Any] = {"station": table.frame["station"]}
    columns.update({level: table.frame[level] for level in table.levels})
    if "registered" in table.lines:
        columns["registered"] = table.frame["registered"]
    else:
        nothing: Any = pd.array(pa.nulls(len(table), pa.int64()), dtype=pd.ArrowDtype(pa.int64()))
        columns["registered"] = nothing
    if KIND in table.frame.columns:
        columns[KIND] = table.frame[KIND]
    if earlier:
        for name in table.contest.candidate_ids:
            values, unread = table.figure(name)
            votes = values.astype(np.float64)
            votes[~table.seen if unread is None else ~table.seen | unread] = np.nan
            columns[EARLIER + name] = votes
    frame = pd.DataFrame(columns, index=table.frame.index).reset_index(drop=True)
    described = ["station", *table.levels, "registered"]
    frame = frame[~frame.duplicated()]
    # Of two sheets that differ in their votes none is known to be right, whichever stands first.
    unsure = frame.duplicated(described, keep=False)
    before = [name for name in frame.columns if str(name).startswith(EARLIER)]
    frame.loc[unsure, before] = np.nan
    frame = frame[~frame.duplicated(described)]
    twice = frame["station"][frame["station"].duplicated()]
    if len(twice):
        raise InputError(
            told("a station stands in the table twice, with other areas or registered voters"),
            file=table.source.name or None,
            found=listed(dict.fromkeys(twice.tolist()), 5),
            expected=told("each station once, or alike"),
            hint=told("the key may need another column in mapping.station"),
        )
    return Registry(frame=frame.reset_index(drop=True), source=table.source)


def with_earlier(registry: Registry, earlier: Registry) -> Registry:
    """Return a registry with the votes of an earlier election beside its stations.

    Stations that the earlier election did not have, or that lie under two keys there, have none.

    Examples
    --------
    >>> now = Registry.of([{"station": "1"}, {"station": "2"}])
    >>> then = Registry(frame=now.frame.head(1).assign(**{"earlier A": [7.0]}))
    >>> with_earlier(now, then).frame["earlier A"].tolist()
    [7.0, nan]
    """
    at = earlier.positions(registry.frame["station"])
    votes = {}
    for name in earlier.earlier:
        there = earlier.frame[name].to_numpy(np.float64, na_value=np.nan)
        votes[name] = np.where(at >= 0, there[at], np.nan)
    return registry.model_copy(update={"frame": registry.frame.assign(**votes)})
