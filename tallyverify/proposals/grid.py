"""What was given as one grid of cells: a frame, a file, several of them, their sheets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pyarrow as pa

from tallyverify.errors import InputError, listed
from tallyverify.language import counted, number, paragraph, told
from tallyverify.names import folded
from tallyverify.proposals.cells import Grid, sheet_grids, text_grid
from tallyverify.proposals.placing import files_of
from tallyverify.readers import (
    FILE,
    SHEET,
    WORKBOOKS,
    Content,
    check_not_fixed_width,
    from_frame,
    is_html,
    load,
    names_of_files,
    read_raw,
    to_utf8,
    with_names_of,
)

_MOST_QUESTIONS = 6  # of the cells of several files


def opened(sources: Sequence[Any]) -> Grid:
    """Open files of any kind that is read, or a frame; several must have the same columns."""
    if not isinstance(sources[0], str | Path):
        return _of_frame(sources[0])
    contents: list[Content] = []
    grids: list[Grid] = []
    for file, name, members in files_of(sources):
        for content in load(file, name=name, members=members):
            grid = _of_content(content)
            grids.append(_like(grids[0], grid) if grids else grid)
            contents.append(replace(content, data=b""))
    if len(grids) == 1:
        return grids[0]
    names = names_of_files(contents)
    ask = told(
        "Do all of {files} belong to one count? Their columns are the same.",
        files=listed(names, 6),
    )
    doubts = list(dict.fromkeys(asked for grid in grids for asked in grid.questions))
    if len(doubts) > _MOST_QUESTIONS:
        more = number(len(doubts) - _MOST_QUESTIONS)
        rest = told("And {more} more such doubts in other files.", more=more)
        doubts = [*doubts[:_MOST_QUESTIONS], rest]
    return replace(_joined(names, grids, FILE), questions=(*doubts, ask))


def _like(first: Grid, other: Grid) -> Grid:
    """Return a grid with its columns in the order and spelling of the first."""
    alike = with_names_of(first.raw, other.raw)
    if alike is None:
        known = set(map(folded, first.raw.names))
        odd = [name for name in other.raw.names if folded(name) not in known]
        raise InputError(
            told("the file has other columns than the first"),
            file=other.raw.file,
            found=listed(odd or other.raw.names, 12),
            expected=listed(first.raw.names, 12),
            hint=told("propose a case for each, or give the columns the same names"),
        )
    return replace(other, raw=alike[0])


def _of_content(content: Content) -> Grid:
    if content.kind in WORKBOOKS:
        return _workbook(content)
    if content.kind == "text" and not is_html(content.data):
        data, encoding, guessed = to_utf8(content.data, None, content.name)
        check_not_fixed_width(data, content.name, ("a", "b"))
        if not data.lstrip().startswith((b"{", b"[")):
            grid = text_grid(data.decode("utf-8"), content.name)
            said = told("text read as {encoding}", encoding=encoding)
            doubt = told(
                "The file is not UTF-8; it was read as {encoding}: are all letters right?",
                encoding=encoding,
            )
            asked = (doubt, *grid.questions) if guessed else grid.questions
            return replace(grid, evidence=(said, *grid.evidence), questions=asked)
    raw, how = read_raw(content)
    return Grid(raw, {}, how)


def _of_frame(frame: Any) -> Grid:
    raw = from_frame(frame)
    if not raw.rows:
        found = counted(len(raw.names), "column", "columns") if raw.names else told("nothing")
        raise InputError(told("the frame has no rows"), file=raw.file, found=found)
    return Grid(raw, {})


def _workbook(content: Content) -> Grid:
    """Return the sheets that have the columns of the largest as one grid."""
    grids, full, hidden = sheet_grids(content)
    first = max(grids, key=lambda name: len(grids[name].raw.names) * grids[name].raw.rows)
    chosen = grids[first]
    if len(full) == 1 and not hidden:
        return chosen
    alike = [name for name in grids if with_names_of(chosen.raw, grids[name].raw) is not None]
    others = [name for name in full if name not in alike]
    left = [
        *([told("Left out, with other columns: {sheets}.", sheets=listed(others))] * bool(others)),
        *([told("Left out, as hidden: {sheets}.", sheets=listed(hidden))] * bool(hidden)),
    ]
    if len(alike) == 1:
        ask = told(
            "The workbook has {sheets} sheets: is {first} the one with the tallies?",
            sheets=number(len(full) + len(hidden)),
            first=repr(first),
        )
        asked = (*chosen.questions, paragraph([ask, *left]))
        return replace(chosen, opening={"sheet": first} | chosen.opening, questions=asked)
    pattern = _pattern(alike, full)
    if pattern is None:
        left.append(
            told("No pattern names those alone: hide the others, or take them out of the workbook.")
        )
    # The reader spells columns like the first sheet that it reads.
    joined = _joined(alike, [_like(grids[alike[0]], grids[name]) for name in alike], SHEET)
    ask = told("Does each of the sheets {sheets} belong to the count?", sheets=listed(alike))
    key = {"sheet": pattern or "*"}
    asked = (*chosen.questions, paragraph([ask, *left]))
    return replace(joined, opening=key | chosen.opening, questions=asked)


def _pattern(names: list[str], among: list[str]) -> str | None:
    """Return the pattern that fits these sheets and no others: by how all begin, or end."""
    end = _beginning([name[::-1] for name in names])[::-1]
    for pattern in ("*", f"{_beginning(names)}*", f"*{end}"):
        if [name for name in among if fnmatchcase(name, pattern)] == names:
            return pattern
    return None


def _beginning(names: list[str]) -> str:
    """Return what all names begin with."""
    first, last = min(names), max(names)
    same = (at for at, letter in enumerate(first) if last[at : at + 1] != letter)
    return first[: next(same, len(first))]


def _joined(names: Sequence[str], grids: Sequence[Grid], column: str) -> Grid:
    """Join grids of the same columns below each other, with a column of their names in front."""
    first = grids[0]
    parts = zip(*(grid.raw.columns for grid in grids), strict=True)
    columns = [
        pa.chunked_array([c for part in same for c in getattr(part, "chunks", [part])])
        for same in parts
    ]
    of = [name for name, grid in zip(names, grids, strict=True) for _ in range(grid.raw.rows)]
    raw = replace(
        first.raw,
        names=[column, *first.raw.names],
        columns=[pa.array(of, pa.string()), *columns],
    )
    said = told(
        "{count} with the same columns are read as one: {names}",
        count=number(len(grids)),
        names=listed(names, 12),
    )
    return Grid(raw, first.opening, (*first.evidence, said), first.questions)
