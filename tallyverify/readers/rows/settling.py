"""From rows as they were read to rows that are stations: totals, status, versions, parts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from tallyverify.arrays import Mask
from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.language import formula, told
from tallyverify.readers.rows.one_row_a_station import (
    kept_rows,
    one_row_a_station,
    without_rows,
)
from tallyverify.readers.rows.said_of_rows import LEVEL, needs_every_row
from tallyverify.readers.rows.subtotals import Suspects, by_arithmetic, by_key
from tallyverify.readers.words import column_place, first_of
from tallyverify.records import Mapping, Subtotals
from tallyverify.table import ActaTable, FileRows

_BY_RULE = told("mapping.subtotals names it")
_NO_PART = told("a part of its key is empty")


def settle(table: ActaTable, keyless: Mask, mapping: Mapping, *, arithmetic: bool) -> ActaTable:
    """Return the table with its subtotals told apart and its rows settled, as the mapping says.

    ``keyless``: rows of which a part of the key is empty or says total; ``arithmetic``: look for
    rows that are sums of others, too.
    """
    if isinstance(mapping.subtotals, Subtotals):
        rule = _by_rule(table, mapping.subtotals)
        keyless = keyless[~rule]
        table = _left_out(table, dict.fromkeys(table.frame.loc[rule, "row"].tolist(), _BY_RULE))
    decided = {"leave_out": True, "keep": False}.get(str(mapping.subtotals))
    rows = table.frame["row"]
    named = by_key(table, keyless)
    # Parts of a file do not show sums: there an empty part of a key leaves it open.
    partial: dict[int, str] = dict.fromkeys(set(rows[keyless]) - set(named.sure), _NO_PART)
    table = _stations(table, {} if decided is False else named.sure, mapping)
    if arithmetic:
        suspects = by_arithmetic(table, named, np.isin(table.frame["row"], list(partial)))
    else:
        suspects = Suspects(named.sure, partial)
    return _decided(table, suspects, decided)


def _stations(table: ActaTable, totals: dict[int, str], mapping: Mapping) -> ActaTable:
    """Settle the rows of each station; a total has no status, and is no part of a station."""
    apart = np.isin(table.frame["row"], list(totals)) & needs_every_row(mapping)
    if not apart.any():
        return one_row_a_station(table, mapping)
    others = kept_rows(table, apart)
    if table.file_rows is None:
        # Parts of a station may be added up below: totals stand for their own rows.
        rows = table.frame["row"].to_numpy()
        table = replace(table, file_rows=FileRows(rows, rows))
    stations = one_row_a_station(kept_rows(table, ~apart), mapping)
    frame = pd.concat([stations.frame, others.frame[stations.frame.columns]])
    return replace(
        stations,
        frame=frame.sort_values("row", kind="stable", ignore_index=True),
        unread=pd.concat([stations.unread, others.unread], ignore_index=True),
    )


def _decided(table: ActaTable, suspects: Suspects, decided: bool | None) -> ActaTable:
    """Leave subtotals out, keep them, or note them as undecided."""
    sure, doubtful = suspects.sure, suspects.doubtful
    if decided and 2 * len(sure) >= len(table):
        return _noted(table, {row: _too_many(why) for row, why in sure.items()}, None)
    if decided:
        table, sure = _left_out(table, sure), {}
    return (
        table
        if not (sure or doubtful)
        else _noted(table, sure | doubtful, None if decided else decided)
    )


def _too_many(why: str) -> str:
    return told(
        "{why}; it stays, since no fewer rows than are kept would be left out",
        why=why,
    )


def _left_out(table: ActaTable, totals: dict[int, str]) -> ActaTable:
    if not totals:
        return table
    source = _noted(table, totals, True).source
    out = np.isin(table.frame["row"], list(totals))
    words = {why: told("a total: {why}", why=why) for why in dict.fromkeys(totals.values())}
    each = [words[totals[row]] for row in table.frame.loc[out, "row"].tolist()]
    table = without_rows(table, out, "subtotal", each)
    return replace(table, source=replace(source, left_out=source.left_out + len(totals)))


def _noted(table: ActaTable, totals: dict[int, str], decided: bool | None) -> ActaTable:
    """Note rows that are, or may be, subtotals; those already left out are told in one line."""
    which = np.isin(table.frame["row"], list(totals))
    named = table.frame.loc[which, ["row", *table.levels, "station"]]
    names = [" / ".join(filter(None, one)) for one in named.iloc[:, 1:].fillna("").to_numpy()]
    before = table.source
    text = before.settled
    if before.subtotals and before.subtotals_left_out:
        rows = first_of([formula('"{row}"', row=row) for row in before.subtotals], 30)
        text = (*text, told("left out as subtotals: {rows}", rows=rows))
    source = replace(
        before,
        subtotals=tuple(
            told("row {row}: {name}", row=before.row(row), name=shown(name))
            for row, name in zip(named["row"].tolist(), names, strict=True)
        ),
        subtotal_why=tuple(totals[row] for row in named["row"].tolist()),
        subtotal_rows=tuple(named["row"].tolist()),
        subtotals_left_out=decided,
        settled=text,
    )
    return replace(table, source=source)


def _by_rule(table: ActaTable, rule: Subtotals) -> Mask:
    """Rows whose level is one of those that the mapping names."""
    texts = table.frame[LEVEL].fillna("")
    there = set(texts)
    missing = [text for text in rule.equals if text.strip() not in there]
    if missing:
        raise InputError(
            told("mapping.subtotals names a text that no row has"),
            file=table.source.name,
            place=column_place(rule.column),
            found=told("no {text}", text=shown(missing[0])),
            expected=told("one of {texts}", texts=listed(sorted(there))),
            hint=nearest(missing[0], there),
        )
    found: Mask = texts.isin([text.strip() for text in rule.equals]).to_numpy(dtype=bool)
    return found
