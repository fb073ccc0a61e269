"""read_areas: a table of declared results, one row for each area, exactly or not at all."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import pyarrow as pa

from tallyverify.errors import InputError, RecordError, shown
from tallyverify.language import enumerated, formula, told
from tallyverify.names import folded, names_nothing
from tallyverify.readers.actas import _thousands
from tallyverify.readers.build import build_wide
from tallyverify.readers.counts import MISSING
from tallyverify.readers.long import build_long
from tallyverify.readers.opening.decided import as_decided
from tallyverify.readers.opening.many import FILE, SHEET
from tallyverify.readers.profiles.known_formats import opened_columns
from tallyverify.readers.raw import Raw
from tallyverify.readers.respelt import spelt_alike, with_columns_of
from tallyverify.readers.rows.subtotals import labelled
from tallyverify.readers.words import cell_place, row_place
from tallyverify.records import DECLARED_LINES, AreaResult, Contest, DeclaredMapping
from tallyverify.table import ActaTable, Source
from tallyverify.taken import takes_input

_SHARE = re.compile(r"(\d{1,3})(?:[.,](\d+))?\s*%?")


@takes_input
def read_areas(
    source: Any, *, contest: Contest, mapping: DeclaredMapping
) -> tuple[tuple[AreaResult, ...], Source]:
    """Read declared results by area.

    Parameters
    ----------
    source : path, frame, Arrow table or list of dict
        Anything that :func:`tallyverify.read_actas` can read.
    contest : Contest
        What was voted on.
    mapping : DeclaredMapping
        Where the areas and figures stand.

    Returns
    -------
    areas : tuple of AreaResult
        In the order of the file.
    source : Source
        Where they came from.

    Raises
    ------
    InputError
        If it cannot be read, a figure is not a count or percentage, an area stands twice, or a row
        names no place that can be meant.

    Examples
    --------
    >>> contest = Contest.model_validate(
    ...     {"id": "t", "levels": ["state"], "candidates": [{"id": "A"}]})
    >>> mapping = DeclaredMapping(areas={"state": "EDO"}, votes={"A": "ANA"}, whole=("TOTAL",))
    >>> rows = [{"EDO": "North", "ANA": "1,204"}, {"EDO": "TOTAL", "ANA": "2,310"}]
    >>> [(row.area, row.votes) for row in read_areas(rows, contest=contest, mapping=mapping)[0]]
    [({'state': 'North'}, {'A': 1204}), ({}, {'A': 2310})]
    """
    raw, where_from, typed = opened_columns(source, mapping)
    try:
        counts, of_rows = mapping.of_counts(contest)
    except RecordError as error:
        raise error.in_file(raw.file) from None
    fitted, respelt = with_columns_of(raw, counts.fitting(of_rows, raw.file, votes=False))
    for column in fitted.columns:
        raw.position(column)
    build = build_long if fitted.layout == "long" else build_wide
    thousands = _thousands(raw, fitted, typed)
    table, _ = build(raw, fitted, of_rows, thousands, where_from)
    _check_read(table)
    rows = _Rows(mapping, tuple(level for level in contest.levels if level in mapping.areas))
    shares = _shares(raw, mapping)
    at = raw.places(table.frame["row"].to_numpy())
    areas: dict[tuple[str, ...], tuple[str, AreaResult]] = {}
    records: list[dict[str, Any]] = table.frame.to_dict("records")  # type: ignore[assignment]
    for position, record in zip(at, records, strict=True):
        number = table.source.row(int(record["row"]))
        try:
            row = rows.read(record, {n: texts[position] for n, texts in shares.items()})
        except InputError as error:
            raise error.in_file(raw.file).at(row_place(number)) from None
        if row is None:
            continue
        key = tuple(folded(name) for name in row.area.values())
        if key in areas:
            raise InputError(
                told("an area stands in the table twice"),
                file=raw.file,
                place=row_place(number),
                found=told("{area}, also in row {row}", area=_named(row), row=areas[key][0]),
                expected=told("each area once, and the whole country once"),
                hint=told(
                    "name the column that tells them apart in mapping.areas, or choose rows by "
                    "mapping.where"
                ),
            )
        areas[key] = number, row
    if not areas:
        nothing, found = told("the table declares nothing"), told("no row with figures")
        raise InputError(nothing, file=raw.file, found=found)
    source_of = replace(
        table.source,
        respelt=(*table.source.respelt, *respelt),
        mapping=as_decided(mapping, raw, thousands),
    )
    return tuple(row for _, row in areas.values()), source_of


def _named(row: AreaResult) -> str:
    return shown(row.area) if row.area else told("the whole country")


def _check_read(table: ActaTable) -> None:
    for cell in table.unread.head(1).to_dict("records"):
        raise InputError(
            told("a declared figure is not a count"),
            file=table.source.name,
            place=cell_place(table.source.row(int(cell["row"])), cell["column"]),
            found=shown(cell["text"]),
            expected=told("a whole number, or nothing"),
            hint=told(
                "say in mapping.missing which texts mean that nothing is declared, or in "
                "mapping.thousands which sign parts thousands"
            ),
        )


def _shares(raw: Raw, mapping: DeclaredMapping) -> dict[str, list[str]]:
    """Return texts of percentages by candidate or group, and of the coverage (named ``""``)."""
    named = {**mapping.percentages, **({"": mapping.coverage} if mapping.coverage else {})}
    shares = {}
    for name, column in named.items():
        own = column if raw.has(column) else spelt_alike(column, raw.distinct) or column
        shares[name] = [text or "" for text in raw.text(own).to_pylist()]
    return shares


@dataclass(frozen=True)
class _Rows:
    """What a row of the table declares."""

    mapping: DeclaredMapping
    levels: tuple[str, ...]  # that the table has, from the largest

    def read(self, record: dict[str, Any], texts: dict[str, str]) -> AreaResult | None:
        """Return what is declared; None for a row without a figure of its own."""
        empty = {*MISSING, *self.mapping.missing}
        shares = {n: self.share(n, text) for n, text in texts.items() if text not in empty}
        names = [*DECLARED_LINES, *self.mapping.votes]
        counts = {n: int(record[n]) for n in names if n in record and not pd.isna(record[n])}
        if not counts and not shares:
            return None
        votes = {name: counts.pop(name) for name in self.mapping.votes if name in counts}
        groups = self.mapping.groups
        said = {name: share for name, share in shares.items() if name}
        document: dict[str, Any] = {
            "area": self.area([record[level] for level in self.levels]),
            **counts,
            "votes": {name: count for name, count in votes.items() if name not in groups},
            "groups": [
                {"name": name, "candidates": members, "votes": votes.get(name)}
                for name, members in groups.items()
                if name in votes or name in said
            ],
            "percentages": said,
        }
        if "" in shares:
            document["coverage"] = shares[""]
        return AreaResult.model_validate(document)

    def named_by_cell(self, level: str) -> bool:
        """Whether areas of a level are named by cells as they are, not by a pattern or a file."""
        return self.mapping.areas[level] not in (FILE, SHEET) and isinstance(
            self.mapping.areas[level], str
        )

    def share(self, name: str, text: str) -> float:
        """Return a percentage, or the coverage."""
        found = _SHARE.fullmatch(text)
        if found is None or float(found[1]) > 100:
            column = self.mapping.percentages.get(name, self.mapping.coverage)
            raise InputError(
                told("column {column}: a declared percentage cannot be read", column=shown(column)),
                found=shown(text),
                expected=told("0 to 100, such as 51.2, 51,2 or 51.2 %"),
                hint=told("say in mapping.missing which texts mean that nothing is declared"),
            )
        return float(f"{found[1]}.{found[2] or 0}")

    def area(self, cells: list[Any]) -> dict[str, str]:
        """Return the area that a row is of: no label of a total, no gap among the levels."""
        whole = set(map(folded, self.mapping.whole))
        texts = ["" if pd.isna(cell) else str(cell) for cell in cells]
        for level, text in zip(self.levels, texts, strict=True):
            if folded(text) in whole:
                continue
            if names_nothing(text) and self.named_by_cell(level):
                raise _no_name(level, text)
            if labelled(pa.array([text]))[0]:
                raise _of_a_total(level, text)
        names = ["" if folded(text) in whole else text for text in texts]
        given = [bool(name) for name in names]
        if given != sorted(given, reverse=True):
            raise InputError(
                told("a row names a smaller area, but not the larger one that it lies in"),
                found=enumerated(map(_cell, self.levels, names)),
                expected=told("all areas that the row lies in"),
                hint=told(
                    "if an empty cell means what stands above it, name its column in "
                    "mapping.fill_down"
                ),
            )
        return {level: name for level, name in zip(self.levels, names, strict=True) if name}


def _cell(level: str, text: str) -> str:
    return formula("{level} {text}", level=level, text=shown(text))


def _no_name(level: str, text: str) -> InputError:
    return InputError(
        told("this names no area, and it is not known of which one the row is"),
        found=_cell(level, text),
        expected=told("the name of an area, nothing, or a text of mapping.whole"),
        hint=told(
            'if the row is the whole, say "whole": [{text}]; if it is a name, say so by the '
            'pattern "(.*)"; else leave it out by mapping.where_not',
            text=json.dumps(text),
        ),
    )


def _of_a_total(level: str, text: str) -> InputError:
    return InputError(
        told("this looks like the label of a total, not like the name of an area"),
        found=_cell(level, text),
        expected=told("the name of an area, nothing, or a text of mapping.whole"),
        hint=told(
            'if the row is the whole, say "whole": [{text}]; else leave it out by '
            "mapping.where_not",
            text=json.dumps(text),
        ),
    )
