"""A second look at a file that was read: what of it is not read, and what speaks against it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from tallyverify.arrays import Counts
from tallyverify.language import told
from tallyverify.readers.counts import Thousands, read_counts
from tallyverify.readers.mending import mend
from tallyverify.readers.raw import Raw
from tallyverify.readers.rows.alike import versions_in_key
from tallyverify.readers.rows.copied_parts import copied_parts
from tallyverify.readers.rows.said_of_rows import version_column
from tallyverify.readers.rows.sums_by_text import MOST_TEXTS, sums_by_text
from tallyverify.readers.rows.twins import twins
from tallyverify.readers.rows.unlike_versions import unlike_versions
from tallyverify.records import ALL_OPTIONS, Mapping, column_named
from tallyverify.table import ActaTable, Beside, Noticed, Spoiled, StatusTexts, SumsByText

_BLOCKS, _BLOCK = 10, 500
_ANY_OTHER = told("(any other)")
_MOST_REASONS = 500
"""So many texts a column may have in which each annulled sheet has its reason."""
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|ene|abr|ago|dic|fev|mai|set|out|dez|okt"
_WITH_ZERO = told("with a “.0” behind")
_FORMS = {
    told("in scientific notation"): r"^\d(?:[.,]\d+E\+?|E\+)\d{1,3}$",
    told("as dates"): r"^(?:\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?|\d{1,2}/\d{1,2}/\d{4}|"
    rf"\d{{1,2}}[-/](?:{_MONTHS})[a-z]*\.?(?:[-/]\d{{2,4}})?|(?:{_MONTHS})-\d{{2}})$",
    _WITH_ZERO: r"^\d+[.,]0$",
}
_NOT_COUNTED = re.compile(
    r"\banul|\bannul|\bcancel|\binvalid(?:ad?[oa]s?|ated)?\b|\bvoid|\brechaz|\breject|"
    r"\bpendiente|\bpending|\bpendente|\bno (?:contab|comput|escrut|instal)|\bnot counted|"
    r"\buncounted|\ben attente\b|\bnon (?:compt|valid)|\bquarantin|\bexclu[iíds]|"
    r"\bsin acta\b|\bextravi|\bsiniestr|\bawaiting\b|\bpor procesar\b|\buniewa|\bотмен|"
    r"\bнедействител|\b(?:no|não|nao|non|not|nie|не)\s+(?:\w+\s+)?(?:contab|comput|count|verific|"
    r"apurad|aprob|aprov|valid|proces|accept|acept|wa[żz]n|учтен|включ)",
    re.IGNORECASE,
)
_UNDER_REVIEW = re.compile(
    r"\bobserv|\bimpugn|\bchalleng|\bcontested|\bunder review", re.IGNORECASE
)


@dataclass(frozen=True, eq=False)
class _File:
    """The rows of a file that became actas, and the columns that the mapping does not read."""

    raw: Raw
    mapping: Mapping
    table: ActaTable
    first: Counts  # row of the file, from 0, where each acta begins

    @property
    def unused(self) -> Iterator[str]:
        # What only marks stations is still asked whether it is a status, or holds votes.
        reads = self.mapping.model_copy(update={"marks": ()}).columns
        used = {self.raw.position(name) for name in reads}
        for at, name in enumerate(self.raw.distinct):
            if at not in used and not pa.types.is_nested(self.raw.columns[at].type):
                yield name

    def text(self, name: str) -> pa.Array:
        """Return a column's cells at the actas."""
        return pc.fill_null(self.raw.text(name).take(pa.array(self.first)), "")

    @cached_property
    def sample(self) -> Raw:
        """Return rows of the file in a few blocks, enough to see whether a column is worth more."""
        starts = np.linspace(0, max(self.raw.rows - _BLOCK, 0), _BLOCKS).astype(int)
        return replace(self.raw, columns=[_blocks(one, starts) for one in self.raw.columns])


def _blocks(column: Any, starts: Counts) -> pa.Array:
    pieces = [column.slice(int(start), _BLOCK) for start in dict.fromkeys(starts)]
    chunked = (one.chunks if isinstance(one, pa.ChunkedArray) else [one] for one in pieces)
    return pa.chunked_array([chunk for chunks in chunked for chunk in chunks], column.type)


def noticed(
    raw: Raw, mapping: Mapping, table: ActaTable, kept: ActaTable, thousands: Thousands
) -> Noticed:
    """Look a second time at a file, with the table of it and what is kept without totals."""
    at = raw.places(table.frame["row"].to_numpy())
    if not len(at):
        return Noticed()
    file = _File(raw, mapping, table, at)
    long = mapping.layout == "long"
    repeated = len(table) - table.frame["station"].nunique()
    often = 10 * repeated > len(table)
    return Noticed(
        filtered=0 if long else raw.rows - len(table),
        totals=kept.source.left_out,
        like_stations=_like_stations(table, kept),
        repeated=repeated,
        unique_with=_unique_with(file, repeated) if often else (),
        other_lists=_other_lists(table) if often else 0,
        unlike=unlike_versions(table) if often and version_column(mapping) else 0,
        copied=copied_parts(table) if repeated and mapping.repeated == "sum" else 0,
        spoiled=tuple(_spoiled(file)),
        statuses=tuple(_statuses(file)),
        by_text=tuple(_by_text(file, kept)),
        twins=twins(kept, distinct=not repeated or mapping.repeated != "hull"),
        versions=_versions(file),
        elsewhere=0 if long else _elsewhere(file, thousands),
        beside=() if long else _beside(file, thousands),
        mend="" if long else mend(raw, mapping, table, at, thousands),
    )


def _like_stations(table: ActaTable, kept: ActaTable) -> int:
    """Return how many rows left out as totals are rather stations.

    Half of all stations have at most the median's votes, totals hardly ever: so twice as many as
    have no more, and whose votes are not those of one row (the total of one station).
    """
    totals = kept.source.subtotal_rows if kept.source.left_out else ()
    out = table.take(table.frame["row"].isin(totals).to_numpy())
    if not len(out):
        return 0
    votes = out.figure(ALL_OPTIONS)[0]
    if not len(kept):
        return int((votes > 0).sum())
    small = (votes > 0) & (votes <= np.median(kept.figure(ALL_OPTIONS)[0]))
    small &= ~np.isin(out.vote_hash, kept.vote_hash)
    return min(2 * int(small.sum()), len(out))


def _unique_with(file: _File, repeated: int) -> tuple[str, ...]:
    """Return the fewest columns that leave hardly any of the repeated rows, if there are such."""
    keys = pd.factorize(file.table.frame["station"])[0]
    in_key = {column_named(code) for code in file.mapping.station}
    places = [column_named(code) for code in file.mapping.areas.values()]
    codes: dict[str, Counts] = {}
    for name in dict.fromkeys([*places, *file.unused]):
        if name not in in_key:
            codes[name] = file.text(name).dictionary_encode().indices.to_numpy()
    ranked = sorted(codes, key=lambda name: int(codes[name].max()))
    for tried in (combinations(ranked, 1), combinations(ranked[:8], 2)):
        for names in tried:
            columns = np.stack([keys, *(codes[name] for name in names)], axis=1)
            left = len(columns) - len(pd.DataFrame(columns).drop_duplicates())
            if 20 * left <= repeated:
                return names
    return ()


def _other_lists(table: ActaTable) -> int:
    if "registered" not in table.lines:
        return 0
    pairs = table.frame[["station", "registered"]].drop_duplicates()
    return int((pairs.groupby("station").size() > 1).sum())


def _spoiled(file: _File) -> Iterator[Spoiled]:
    codes = (*file.mapping.station, *file.mapping.areas.values())
    for name in dict.fromkeys(map(column_named, codes)):
        if not pa.types.is_string(file.sample.column(name).type):
            continue
        sample = pc.fill_null(file.sample.text(name), "")
        for form, pattern in _FORMS.items():
            if pc.any(_matching(sample, pattern)).as_py():
                cells = file.text(name)
                cells = cells.filter(_matching(cells, pattern))
                lost = form is not _WITH_ZERO
                yield Spoiled(name, form, len(cells), pc.min(cells).as_py(), lost)


def _matching(cells: pa.Array, pattern: str) -> Any:
    return pc.match_substring_regex(cells, pattern, ignore_case=True)


def _statuses(file: _File) -> Iterator[StatusTexts]:
    for name in file.unused:
        if not pa.types.is_string(file.sample.column(name).type):
            continue
        few = pc.unique(pc.fill_null(file.sample.text(name), "")).to_pylist()
        # Of many texts, each with its reason, only those are a status that say so plainly.
        speaks = _speaks if len(few) <= MOST_TEXTS else _NOT_COUNTED.search
        if len(few) > _MOST_REASONS or not any(map(speaks, few)):
            continue
        found = pc.value_counts(file.text(name)).to_pylist()
        texts = {str(one["values"]): int(one["counts"]) for one in found}
        out = sum(rows for text, rows in texts.items() if _NOT_COUNTED.search(text))
        ranked = sorted(texts.items(), key=lambda one: (-one[1], one[0]))
        yield StatusTexts(name, tuple(ranked[:MOST_TEXTS]), out)


def _by_text(file: _File, kept: ActaTable) -> Iterator[SumsByText]:
    at = pa.array(file.raw.places(kept.frame["row"].to_numpy()))
    # A column of the key may tell contests, or versions of one sheet, apart.
    areas = set(map(column_named, file.mapping.areas.values()))
    key = [name for name in map(column_named, file.mapping.station) if name not in areas]
    for name in dict.fromkeys([*file.unused, *key]):
        sample = pc.fill_null(file.sample.text(name), "")
        usual = None
        if len(pc.unique(sample)) > MOST_TEXTS:
            usual = _usual(sample)
            if usual is None:
                continue
        texts = file.raw.text(name).take(at)
        if usual is not None:  # each of the others with its own reason, perhaps
            texts = pc.if_else(pc.equal(pc.fill_null(texts, ""), usual), usual, _ANY_OTHER)
        found = sums_by_text(name, texts, kept)
        if found is not None:
            yield replace(found, texts=tuple(map(_as_told, found.texts)))


def _as_told(text: str) -> str:
    # In a column of Arrow it was a text like all others.
    return _ANY_OTHER if text == _ANY_OTHER else text


def _versions(file: _File) -> tuple[str, int]:
    key = list(dict.fromkeys(map(column_named, file.mapping.station)))
    if len(key) < 2 or file.mapping.layout == "long":
        return "", 0
    return versions_in_key(file.table, {name: file.text(name).to_pandas() for name in key})


def _usual(sample: pa.Array) -> str | None:
    """Return the text of most cells, if there is one."""
    counts = sorted(pc.value_counts(sample).to_pylist(), key=lambda one: -one["counts"])
    most = counts[0]
    return str(most["values"]) if 2 * most["counts"] > len(sample) and most["values"] else None


def _speaks(text: str) -> bool:
    return bool(_NOT_COUNTED.search(text) or _UNDER_REVIEW.search(text))


def _elsewhere(file: _File, thousands: Thousands) -> int:
    """Return the rows without any figure that have some in columns which other rows leave empty."""
    table = file.table
    nothing = np.logical_and.reduce([table.figure(name)[0] == 0 for name in table.figures])
    if not 0.05 <= nothing.mean() < 1:
        return 0
    held = np.zeros(len(table), dtype=bool)
    for name in file.unused:
        column = file.raw.column(name).take(pa.array(file.first))
        if not _may_count(column.filter(pa.array(nothing))):
            continue
        values = read_counts(column, thousands).values.to_numpy(zero_copy_only=False)
        there = np.nan_to_num(values.astype(float)) > 0
        if _mostly(there[nothing], 0.5) and not _mostly(there[~nothing], 0.1):
            held |= there & nothing
    return int(held.sum())


def _beside(file: _File, thousands: Thousands) -> tuple[Beside, ...]:
    """Find columns not read that make up, on most rows, what the votes lack of the valid line."""
    table = file.table
    line = next((name for name in ("valid", "ballots") if name in table.lines), None)
    if line is None:
        return ()
    parts = [ALL_OPTIONS]
    parts += [] if line == "valid" else [n for n in ("null", "blank") if n in table.lines]
    known = np.logical_and.reduce([table.known(name) for name in (line, *parts)])
    gap = (table.figure(line)[0] - table.group(tuple(parts))[0])[known]
    blank = table.figure("blank")[0][known] if "blank" in table.lines else 0 * gap
    if not _mostly(gap > 0, 0.5) or (line == "valid" and _mostly(gap == blank)):
        return ()
    inside: dict[str, Counts] = {}
    for name in file.unused:
        column = file.raw.column(name).take(pa.array(file.first[known]))
        if not _may_count(column):
            continue
        values = read_counts(column, thousands).values.to_numpy(zero_copy_only=False)
        values = np.nan_to_num(values.astype(float)).astype(np.int64)
        if _mostly(values == gap):
            return (Beside((name,), line, int((values == gap).sum()), len(gap)),)
        if values.any() and _mostly(values <= gap, 0.99):
            inside[name] = values
    together = sum(inside.values(), np.zeros(len(gap), dtype=np.int64))
    if not _mostly(together == gap):
        return ()
    return (Beside(tuple(inside), line, int((together == gap).sum()), len(gap)),)


def _may_count(column: Any) -> bool:
    if not pa.types.is_string(column.type):
        return pa.types.is_primitive(column.type) and not pa.types.is_temporal(column.type)
    plain = pc.utf8_is_decimal(pc.utf8_trim_whitespace(column[:100]))
    return 2 * (pc.sum(plain).as_py() or 0) >= len(plain)


def _mostly(where: Any, share: float = 0.9) -> bool:
    return bool(len(where) and where.mean() >= share)
