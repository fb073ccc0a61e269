"""propose: a contest and a mapping for a file, from its cells alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from tallyverify.errors import InputError, RecordError, listed
from tallyverify.language import counted, enumerated, formula, number, told
from tallyverify.proposals.case_folder import Proposal
from tallyverify.proposals.cells import Grid
from tallyverify.proposals.columns import Column, named_columns
from tallyverify.proposals.figures import Figures, wide_figures
from tallyverify.proposals.grid import opened
from tallyverify.proposals.identifiers import Identifiers
from tallyverify.proposals.meaning.arrival import Arrival, find_arrival
from tallyverify.proposals.meaning.codes import KeyInside, key_inside
from tallyverify.proposals.meaning.row_kinds import RowKinds, row_kinds
from tallyverify.proposals.options import LongFigures, long_layout
from tallyverify.proposals.places import Places, find_places
from tallyverify.proposals.placing import name_of, trial
from tallyverify.proposals.sums import added
from tallyverify.readers import from_frame, thousands_of
from tallyverify.records import Contest, Mapping
from tallyverify.taken import takes_input


@takes_input
def propose(source: Any) -> Proposal:
    """Propose what a file of sheets means: a contest, and a mapping of its columns.

    Nothing is assumed in silence: each choice has its evidence (sums that hold, names, how often
    a text stands there), and what cannot be known from the file is a question.

    Parameters
    ----------
    source : path, frame, Arrow table or list of dict
        Any file, files or table that :func:`tallyverify.read_actas` reads, its columns called
        anything.

    Returns
    -------
    Proposal
        ``contest``, ``mapping``, ``evidence`` and ``questions``; ``write`` makes a case of it.

    Raises
    ------
    InputError
        If the file cannot be read, or holds nothing that could be votes or name a station.

    Examples
    --------
    >>> import pandas as pd
    >>> sheets = pd.DataFrame({"DISTRITO": ["N", "N", "S"], "MESA": ["1", "2", "3"],
    ...     "ANA": [120, 80, 77], "BERTO": [95, 130, 52], "VALIDOS": [215, 210, 129],
    ...     "NULOS": [3, 4, 0]})
    >>> proposal = propose(sheets)
    >>> proposal.mapping.station, proposal.mapping.votes
    (('MESA',), {'ANA': 'ANA', 'BERTO': 'BERTO'})
    >>> proposal.evidence[0]
    'VALIDOS = ANA + BERTO on 3 of 3 rows'
    """
    if not isinstance(source, str | Path | pd.DataFrame):
        source = _held(source)
    return _of_sources([source])


def propose_files(paths: Sequence[str | Path]) -> Proposal:
    """Propose as :func:`propose` does, for files of the same columns.

    Raises
    ------
    InputError
        Also if a file has other columns than the first.
    """
    return _of_sources(paths)


def _of_sources(sources: Sequence[Any]) -> Proposal:
    grid = opened(sources)
    of_files = isinstance(sources[0], str | Path)
    name = name_of(sources) if of_files else grid.raw.file.split(".")[0].strip("()")
    proposal = _proposed(grid, name)
    asked = trial(sources, proposal.contest, proposal.mapping)
    return replace(proposal, questions=(*asked, *proposal.questions), sources=tuple(sources))


def _held(source: Any) -> pd.DataFrame:
    """Return a table in memory as a frame of its cells: a stream can be read but once."""
    raw = from_frame(source)
    cells = [pd.Series(column.to_pylist(), dtype=object) for column in raw.columns]
    frame = pd.concat(cells, axis=1) if cells else pd.DataFrame()
    return frame.set_axis(raw.names, axis=1)


def _proposed(grid: Grid, name: str) -> Proposal:
    kinds = row_kinds(named_columns(grid.raw))
    if not kinds.columns or not len(kinds.columns[0].cells):
        raise InputError(told("no column holds anything below its name"), file=grid.raw.file)
    rows = len(kinds.columns[0].cells)
    status = kinds.mapping.get("status", {}).get("column")
    columns = [column for column in kinds.columns if column.name != status]
    figures, long, places = _roles(columns, rows)
    unproved = next((column for column in columns if column.is_count), None)
    if not (places.keyed or figures.proved) and unproved is not None:
        # The first number of a row that nothing else names is its station's.
        coded = [replace(c, coded=True) if c is unproved else c for c in columns]
        again = _roles(coded, rows)
        if again[2].keyed:
            columns, (figures, long, places) = coded, again
    if long is None:
        lines = (c for cs in figures.lines.values() for c in cs)
        used = [*figures.votes, *figures.claimed, *lines]
    else:
        used = [long.count, *(c for cs in long.own.values() for c in cs)]
    _check_found(grid, columns, places, long.votes if long else figures.votes)
    ids = Identifiers()
    contest, mapping = _documents(grid, kinds, places, long or figures, ids)
    contest["id"] = Identifiers().of(name or "contest")
    mapping |= _thousands(used)
    arrival = Arrival() if long else _arrival(columns, [*used, *places.key, *places.areas])
    mapping |= {"order": arrival.column.name} if arrival.column else {}
    inside = key_inside(places.key[0]) if len(places.key) == 1 else KeyInside()
    if inside.pattern:
        mapping["station"] = [{"column": places.key[0].name, "pattern": inside.pattern}]
    parts: list[Any] = [grid, kinds, long or figures, places, inside, arrival]
    evidence = [*(said for part in parts for said in part.evidence), *_sums(figures, long, rows)]
    unread = [
        told(
            "{column} holds what is no count: {texts}. It is not read; is that right?",
            column=repr(column.name),
            texts=listed(column.unread, 4),
        )
        for column in used
        if column.unread
    ]
    nothing = sorted(set(grid.raw.distinct) - {c.name for c in kinds.columns} - {""})
    questions = [*(asked for part in parts for asked in part.questions), *unread]
    if nothing:
        questions.append(
            told(
                "No cell is filled in {columns}: left out. Is that right?", columns=listed(nothing)
            )
        )
    try:
        return Proposal(
            Contest.model_validate(contest),
            Mapping.model_validate(mapping),
            tuple(evidence),
            tuple(questions),
        )
    except RecordError as error:
        raise error.in_file(grid.raw.file) from None


def _arrival(columns: Sequence[Column], used: Sequence[Column]) -> Arrival:
    return find_arrival(columns, {column.name for column in used})


def _roles(columns: Sequence[Column], rows: int) -> tuple[Figures, LongFigures | None, Places]:
    """Return what each column is: of a wide file if a sum says so, else of a long one if it is."""
    figures = wide_figures(columns)
    long = None if figures.proved else long_layout(columns, rows)
    if long is not None:
        return figures, *long
    others = [column for column in columns if column.name not in figures.used()]
    return figures, None, find_places(others, rows, figures.differing())


def _check_found(
    grid: Grid, columns: Sequence[Column], places: Places, votes: Sequence[Any]
) -> None:
    for missing, what in (
        (not votes, told("no column could be votes")),
        (not places.key, told("no column names a station")),
    ):
        if missing:
            raise InputError(
                what,
                file=grid.raw.file,
                found=listed((column.name for column in columns), 40),
                expected=told("a row for each station (or for each station and option)"),
                hint=told("describe the columns in a mapping (tallyverify schema mapping)"),
            )


def _documents(
    grid: Grid, kinds: RowKinds, places: Places, found: Figures | LongFigures, ids: Identifiers
) -> tuple[dict[str, Any], dict[str, Any]]:
    areas = {ids.of(column.plain or column.name): column.name for column in places.areas}
    mapping: dict[str, Any] = {"station": [column.name for column in places.key], "areas": areas}
    if isinstance(found, LongFigures):
        mapping |= {"layout": "long", "option": found.option.name, "count": found.count.name}
        votes = {ids.of(text): text for text in found.votes}
        lines: dict[str, Any] = {n: _one_or_all(texts) for n, texts in found.lines.items()}
        lines |= {n: {"column": _names(columns)} for n, columns in found.own.items()}
        mapping |= {"absent": "zero"} if found.absent else {}
        where = {**kinds.mapping.get("where", {}), **found.where}
        claimed = {ids.of(text): text for text in found.claimed}
    else:
        votes = {ids.of(column.name): column.name for column in found.votes}
        lines = {name: _names(columns) for name, columns in found.lines.items()}
        where = kinds.mapping.get("where", {})
        claimed = {ids.of(column.name): column.name for column in found.claimed}
    lines |= claimed
    mapping |= {"lines": lines, "votes": votes, **grid.opening, **kinds.mapping}
    mapping |= {"where": where} if where else {}
    mapping |= {"pad": places.pad} if places.pad else {}
    mapping |= {"repeated": "sum"} if places.parts else {}
    mapping |= (
        {"separator": grid.raw.separator} if "header" in mapping and grid.raw.separator else {}
    )
    contest = {
        "levels": list(areas),
        "candidates": [
            {"id": one, **({"name": ids.name(text)} if ids.name(text) != one else {})}
            for one, text in votes.items()
        ],
        "lines": list(lines),
    }
    classes = [line for line in ("null", "blank") if line in lines]
    contest |= {"ballot_lines": [*classes, *claimed]} if claimed else {}
    return contest, mapping


def _names(columns: Sequence[Column]) -> Any:
    return _one_or_all([column.name for column in columns])


def _one_or_all(names: list[str]) -> Any:
    return names[0] if len(names) == 1 else names


def _thousands(used: Sequence[Column]) -> dict[str, str]:
    signs = {
        sign for column in used for sign in thousands_of([column.cells], None).grouping & {",", "."}
    }
    return {"thousands": signs.pop()} if len(signs) == 1 else {}


def _sums(figures: Figures, long: LongFigures | None, rows: int) -> list[str]:
    if long is not None:
        sums = [(text, int(long.sums[text].sum())) for text in long.votes]
    else:
        named = [(c.name, [c]) for c in figures.votes] + list(figures.lines.items())
        sums = [(name, int(added(columns).sum())) for name, columns in named]
    said = enumerated(formula("{name} {sum}", name=name, sum=number(n)) for name, n in sums)
    read = rows if long is None else len(long.option.cells)
    return [told("read: {rows}; {sums}", rows=counted(read, "row", "rows"), sums=said)]
