"""What was given as one grid of cells: a frame, a file, several of them, their sheets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from tallyverify.errors import InputError, listed
from tallyverify.proposals.cells import Grid, sheet_grids, text_grid
from tallyverify.readers import (
    FILE,
    SHEET,
    WORKBOOKS,
    Content,
    Raw,
    is_html,
    load,
    read_raw,
    to_utf8,
)


def opened(sources: Sequence[str | Path | pd.DataFrame]) -> Grid:
    """Open files of any kind that is read, or a frame; several must have the same columns."""
    first, *others = [_one(source) for source in sources]
    for other in others:
        if other.raw.names != first.raw.names:
            odd = [name for name in other.raw.names if name not in first.raw.names]
            raise InputError(
                "the file has other columns than the first",
                file=other.raw.file,
                found=listed(odd or other.raw.names, 12),
                expected=listed(first.raw.names, 12),
                hint="propose a case for each, or give the columns the same names",
            )
    if not others:
        return first
    grids = {Path(grid.raw.file.removesuffix(".gz")).stem: grid for grid in (first, *others)}
    ask = f"Do all of {listed(grids, 6)} belong to one count? Their columns are the same."
    return replace(_joined(grids, FILE), questions=(*first.questions, ask))


def _one(source: str | Path | pd.DataFrame) -> Grid:
    if isinstance(source, pd.DataFrame):
        return _of_frame(source)
    path = Path(source)
    content, *others = load(path)
    if others:
        raise InputError(
            "the archive holds several files",
            file=path.name,
            found=listed([one.inner for one in (content, *others)], 12),
            hint="unpack it, and name its files",
        )
    if content.kind in WORKBOOKS:
        return _workbook(content)
    if content.kind == "text" and not is_html(content.data):
        data, encoding, guessed = to_utf8(content.data, None, content.name)
        if not data.lstrip().startswith((b"{", b"[")):
            grid = text_grid(data.decode("utf-8"), content.name)
            said = f"text read as {encoding}"
            doubt = f"The file is not UTF-8; it was read as {encoding}: are all letters right?"
            asked = (doubt, *grid.questions) if guessed else grid.questions
            return replace(grid, evidence=(said, *grid.evidence), questions=asked)
    raw, how = read_raw(content)
    return Grid(raw, {}, how)


def _of_frame(frame: pd.DataFrame) -> Grid:
    if not len(frame) or not frame.shape[1]:
        raise InputError("the frame has no rows", file="(frame)", found=f"shape {frame.shape}")
    columns = [_as_arrow(frame.iloc[:, at]) for at in range(frame.shape[1])]
    return Grid(Raw([str(name) for name in frame.columns], columns, "(frame)", 1), {})


def _as_arrow(series: Any) -> Any:
    try:
        array = pa.array(series, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        array = pa.array([None if pd.isna(v) else str(v) for v in series], pa.string())
    return array.cast(pa.string()) if pa.types.is_large_string(array.type) else array


def _workbook(content: Content) -> Grid:
    """Return the sheets that have the columns of the largest as one grid."""
    grids, sheets = sheet_grids(content)
    first = max(grids, key=lambda name: len(grids[name].raw.names) * grids[name].raw.rows)
    chosen = grids[first]
    if sheets == 1:
        return chosen
    same = {n: grid for n, grid in grids.items() if grid.raw.names == chosen.raw.names}
    others = [name for name in grids if name not in same]
    left = f" Left out, with other columns: {listed(others)}." if others else ""
    if len(same) == 1:
        ask = f"The workbook has {sheets} sheets: is {first!r} the one with the tallies?"
        key = {"sheet": first}
        return replace(chosen, opening=key | chosen.opening, questions=(*chosen.questions, ask))
    joined = _joined(same, SHEET)
    pattern = "*" if not others else f"{_beginning(list(same))}*"
    ask = f"Does each of the sheets {listed(same)} belong to the count?{left}"
    return replace(
        joined, opening={"sheet": pattern} | chosen.opening, questions=(*chosen.questions, ask)
    )


def _beginning(names: list[str]) -> str:
    """Return what all names begin with."""
    first, last = min(names), max(names)
    same = (at for at, letter in enumerate(first) if last[at : at + 1] != letter)
    return first[: next(same, len(first))]


def _joined(grids: dict[str, Grid], column: str) -> Grid:
    """Join grids of the same columns below each other, with a column of their names in front."""
    first = next(iter(grids.values()))
    parts = zip(*(grid.raw.columns for grid in grids.values()), strict=True)
    columns = [
        pa.chunked_array([c for part in same for c in getattr(part, "chunks", [part])])
        for same in parts
    ]
    names = [name for name, grid in grids.items() for _ in range(grid.raw.rows)]
    raw = replace(
        first.raw,
        names=[column, *first.raw.names],
        columns=[pa.array(names, pa.string()), *columns],
    )
    said = f"{len(grids)} with the same columns are read as one: {listed(grids, 12)}"
    return Grid(raw, first.opening, (*first.evidence, said), first.questions)
