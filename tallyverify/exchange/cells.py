"""The cells of a table, row by row: a count, nothing, or the text of what was not read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from tallyverify.language import enumerated, formula, number, told, told_of
from tallyverify.table import KIND, MARK, ActaTable

_AS_FIGURE = re.compile(r"[\d.,'\s\u2019]+")
_MOST = 20

Cell = int | str | None


@dataclass(frozen=True)
class SheetCells:
    """One row of a table: its key, areas and figures; the text of what was not read."""

    station: str
    areas: dict[str, str]
    figures: dict[str, int | None]
    unread: dict[str, str]
    kind: str | None = None

    def cell(self, name: str) -> Cell:
        """Return a figure, or the text that stood in its place."""
        return self.unread.get(name, self.figures[name])


@dataclass(frozen=True, eq=False)
class TableCells:
    """A table as rows of cells."""

    table: ActaTable

    @cached_property
    def _unread(self) -> dict[int, dict[str, str]]:
        """Texts by row and figure; of a figure that is a sum, those of its parts."""
        parts = self._parts
        found: dict[int, dict[str, list[str]]] = {}
        cells = self.table.unread
        for row, column, text in zip(cells["row"], cells["column"], cells["text"], strict=True):
            for name in parts.get(str(column), [str(column)]):
                found.setdefault(int(row), {}).setdefault(name, []).append(str(text))
        return {row: {n: " + ".join(t) for n, t in one.items()} for row, one in found.items()}

    @cached_property
    def _parts(self) -> dict[str, list[str]]:
        """Figures by the columns, or the options' texts, that they were read from."""
        mapping = self.table.source.mapping
        parts: dict[str, list[str]] = {}
        given = (mapping.figures | mapping.station_columns) if mapping else {}
        for name in self.table.figures:
            for column in given.get(name, (name,)):
                parts.setdefault(column, []).append(name)
        return parts

    def __iter__(self) -> Iterator[SheetCells]:
        table = self.table
        frame = table.frame
        texts = {name: _texts(frame[name]) for name in ("station", *table.levels)}
        figures = {name: _counts(frame[name]) for name in table.figures}
        kinds = _texts(frame[KIND]) if KIND in frame.columns else None
        for at, row in enumerate(frame["row"].tolist()):
            unread = self._unread.get(int(row), {})
            yield SheetCells(
                texts["station"][at],
                {level: texts[level][at] for level in table.levels},
                {name: counts[at] for name, counts in figures.items()},
                {n: t for n, t in unread.items() if n in figures and figures[n][at] is None},
                kinds[at] if kinds else None,
            )

    def unread_lost(self, which: set[str] | None = None) -> list[str]:
        """Say which texts of unread cells a format has no place for; of all figures, or some."""
        lost: list[str] = [
            formula("{place} {text}", place=f"{row.station}, {name}:", text=repr(text))
            for row in self
            for name, text in row.unread.items()
            if which is None or name in which
        ]
        if not lost:
            return []
        return [
            told_of(
                len(lost),
                "{count} cell that was not read is missing, its text left out: {cells}",
                "{count} cells that were not read are missing, their texts left out: {cells}",
                cells=first_listed(lost),
            )
        ]

    def beside_lost(self, *, kind: bool = True) -> list[str]:
        """Say what stands beside the figures of this table, for which a format has no place."""
        names = [str(name) for name in self.table.frame.columns]
        lost: list[str] = [told("the order of arrival")] if "order" in names else []
        lost += [told("the kinds of stations")] if kind and KIND in names else []
        lost += [told("marks of stations")] if any(n.startswith(MARK) for n in names) else []
        said: list[str] = []
        if lost:
            said.append(told("left out: {what}", what=enumerated(lost)))
        annulled, pending = self.table.source.annulled, self.table.source.pending
        if annulled:
            said.append(
                told_of(
                    len(annulled),
                    "left out: that {count} sheet is annulled",
                    "left out: that {count} sheets are annulled",
                )
            )
        if pending:
            said.append(
                told_of(
                    len(pending),
                    "left out: that {count} sheet is pending",
                    "left out: that {count} sheets are pending",
                )
            )
        return said

    @property
    def never_read(self) -> list[str]:
        """Lines of the table that have no figure in any row, and no text either."""
        unread = {name for one in self._unread.values() for name in one}
        frame = self.table.frame
        return [
            name
            for name in self.table.lines
            if name not in unread and bool(frame[name].isna().all())
        ]


def guarded(text: str) -> str:
    """Return the text of an unread cell so that no reader takes it for a figure."""
    return f'"{text}"' if _AS_FIGURE.fullmatch(text) else text


def first_listed(words: list[str]) -> str:
    """Return words as a list, of many the first."""
    if len(words) <= _MOST:
        return enumerated(words)
    more = number(len(words) - _MOST)
    return told("{words} and {more} more", words=enumerated(words[:_MOST]), more=more)


def _texts(column: pd.Series[str]) -> list[str]:
    return ["" if pd.isna(text) else str(text) for text in column.tolist()]


def _counts(column: pd.Series[int]) -> list[int | None]:
    return [None if pd.isna(count) else int(count) for count in column.tolist()]
