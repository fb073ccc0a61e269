"""The program of a certificate: a case as docs/verifier.md reads it, so that others can redo it.

It is never stronger than the engine's own: a sheet that is not sound, or of which a vote or a line
that the proof needs was not read, may hold anything; a coverage whose basis is not stated bounds
nothing; and so does a number of stations where it is not declared how many there are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from tallyverify.arrays import Counts, Mask, SmallCounts, among
from tallyverify.feasibility.answer import Feasibility
from tallyverify.feasibility.figures.extents import same_hours
from tallyverify.feasibility.figures.papers import OTHER, Figure
from tallyverify.feasibility.figures.published import Row, Series, stated
from tallyverify.feasibility.figures.unseen_sizes import tenth_of_votes
from tallyverify.feasibility.proving.assemble import Closing, assembled
from tallyverify.feasibility.proving.program import Program, SheetStations, Unseen
from tallyverify.feasibility.sheets.sheet_rows import SheetRows


@dataclass(frozen=True, eq=False)
class PlainProgram:
    """What a certificate's proof is about, and what it assumes."""

    program: Program
    whole: tuple[tuple[int, int, bool], ...]  # bulletin, area, only taken as whole
    one_hour: bool
    box: int
    unseen: int | None  # None: their number is not bounded
    words: tuple[str, ...]


def plain_program(
    engine: Feasibility, rows: SheetRows, series: Series, wanted: Callable[[Row], bool], taken: bool
) -> PlainProgram:
    """Return the program of some published figures, as certificates know it."""
    facts = engine.facts
    found, closing, words = engine.closed(series)
    sure = {
        key: replace(one, stations=None, voters=None) if one.either else one
        for key, one in found.items()
    }
    program = assembled(series, facts, engine.sheets, sure, closing, voters=False, taken=taken)
    near = {0, *(row.area for row in program.rows if wanted(row))}
    # Whole areas matter only where figures of them, or of the country, are used.
    sure = {key: one if key[1] in near else replace(one, whole=False) for key, one in sure.items()}
    program = assembled(series, facts, engine.sheets, sure, closing, voters=False, taken=taken)
    plain = not program.papers.several and not program.papers.classes
    unlimited = closing.unseen.unlimited

    def usable(row: Row) -> bool:
        if row.figure.kind == "papers" or (unlimited and row.of_stations):
            return False
        return row.figure.kind != "ballots" or not plain or _adds_up(facts.lines, program)

    keep = [at for at, row in enumerate(program.rows) if wanted(row) and usable(row)]
    program = program.restricted(np.array(keep, dtype=np.int64))
    box = max(sum(row.high for row in program.rows if not row.of_stations), 1)
    if plain:
        program = _plain(engine, rows, series, program, closing, box)
    return PlainProgram(
        program,
        tuple(
            (*key, one.taken) for key, one in sure.items() if one.whole and (taken or not one.taken)
        ),
        same_hours(series, sure, facts, taken=taken),
        box,
        None if unlimited else sum(closing.unseen.counts),
        words,
    )


def _adds_up(lines: tuple[str, ...], program: Program) -> bool:
    """Whether a sheet says its ballots: by a line, or as the sum of all others."""
    rest = {"null", "blank"} if program.papers.blank else {"null"}
    return "ballots" in lines or rest <= set(lines)


def _plain(
    engine: Feasibility,
    rows: SheetRows,
    series: Series,
    program: Program,
    closing: Closing,
    box: int,
) -> Program:
    """Return the program with the stations and the unseen as certificates know them."""
    seen = engine.sheets
    program = replace(program, figures=tuple(dict.fromkeys(row.figure for row in program.rows)))
    cap = np.where(seen.limits.cap >= 0, seen.limits.cap, box)
    lists = np.maximum(seen.registered, 0)
    sites = {places: at for at, places in enumerate(program.sites)}
    # Sites in which no figure of the certificate lies have become one.
    bare = next(
        (at for at, one in enumerate(program.chains) if not any(len(c.rows) for c in one)), 0
    )
    site = np.array([sites.get(places, bare) for places in seen.labels], dtype=np.int64)[seen.site]
    sheets = _Sheets(engine, rows, program, cap)
    least, most, exact = sheets.figures()
    held, free = np.flatnonzero(exact), np.flatnonzero(~exact)
    held = held[np.argsort(site[held], kind="stable")]
    high = sheets.classes()[held]
    stations = SheetStations(
        SmallCounts.of(least[held]),
        SmallCounts.of(most[held]),
        site[held],
        cap[held],
        lists[held],
        SmallCounts.of(np.zeros_like(high)),
        SmallCounts.of(high),
        held,
    )
    other = closing.unseen
    at = range(0 if other.unlimited else len(other.caps))
    there = [sites.get((a,), bare) if a is not None else -1 for a in other.sites]
    unseen = Unseen(
        np.array([*there[: len(at)], *site[free]], dtype=np.int64),
        np.array(
            [*(other.caps[i] if other.caps[i] >= 0 else box for i in at), *cap[free]],
            dtype=np.int64,
        ),
        np.array([*(other.counts[i] for i in at), *np.ones_like(free)], dtype=np.int64),
        np.array([*(False for _ in at), *np.ones(len(free), dtype=bool)], dtype=bool),
        np.array([*(other.lists[i] for i in at), *lists[free]], dtype=np.int64),
    )
    return replace(
        program,
        stations=stations,
        unseen=unseen,
        loose=box if other.unlimited else 0,
        elsewhere=_elsewhere(engine, series, closing),
        no_elsewhere=np.zeros(len(program.rows), dtype=bool),
    )


def _elsewhere(engine: Feasibility, series: Series, closing: Closing) -> int:
    """The most votes of no station: none where that is stated, else a tenth at the least."""
    rows = [(bulletin, row) for bulletin, own in series.bulletins for row in own]
    if all(stated(engine.facts, b, row, "all_votes_at_stations") for b, row in rows) or all(
        row.stations is not None for _, row in rows
    ):
        return 0
    return max(closing.elsewhere, tenth_of_votes(series))


class _Sheets:
    """What sheets say of the figures of a program: exactly, or nothing."""

    def __init__(self, engine: Feasibility, rows: SheetRows, program: Program, cap: Counts) -> None:
        columns = rows.columns()
        here = among(columns["station"], engine.sheets.stations)
        self._columns: dict[str, Counts] = {
            name: columns[name][here] for name in ("valid", "null", "blank", "ballots")
        }
        self._votes: Counts = columns["least"][here]
        self._whole: Mask = ~columns["least"].differ(columns["most"]).any(axis=1)[here]
        self._engine, self._program, self._cap = engine, program, cap
        self._lines = engine.facts.lines
        self._blank_inside = engine.sheets.conventions.valid == "blank"
        options = self._votes.sum(axis=1)
        self._options = options
        self._needed: set[str] = set()

    def _line(self, name: str) -> Counts:
        """A line of the sheets; a sheet of which it was not read is free."""
        self._needed.add(name)
        return np.maximum(self._columns[name], 0)

    def _within(self, name: str) -> tuple[Counts, Counts]:
        """A line, or anything where the sheets do not have it."""
        if name not in self._lines:
            return np.zeros_like(self._cap), self._cap
        line = self._line(name)
        return line, line

    def figures(self) -> tuple[Counts, Counts, Mask]:
        """Least and most of each figure, (stations, figures), and which sheets say them."""
        found = [self._figure(figure) for figure in self._program.figures]
        exact = self._engine.sheets.sound & self._whole & self._adds_up()
        for name in self._needed:
            exact = exact & (self._columns[name] >= 0)
        shape = (len(self._cap), 0)
        if not found:
            return np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64), exact
        return (
            np.stack([low for low, _ in found], axis=1),
            np.stack([np.maximum(low, high) for low, high in found], axis=1),
            exact,
        )

    def _adds_up(self) -> Mask:
        """Where valid votes and ballots, if read, are sums of the others, blank ones in or out."""
        valid, ballots = self._columns["valid"], self._columns["ballots"]
        null, blank = (np.maximum(self._columns[name], 0) for name in ("null", "blank"))
        total = self._options
        holds: Mask = (valid < 0) | (valid == total) | (valid == total + blank)
        holds &= (ballots < 0) | (ballots == total + null) | (ballots == total + null + blank)
        return holds

    def _figure(self, figure: Figure) -> tuple[Counts, Counts]:
        if figure.kind == "votes":
            names = self._engine.facts.contest.candidate_ids
            votes = self._votes[:, [names.index(name) for name in figure.candidates]].sum(axis=1)
            return votes, votes
        if figure.kind == "valid":
            return self._valid()
        if figure.kind in ("null", "blank"):
            return self._within(figure.kind)
        if figure.kind == "null or blank":
            low, high = self._within("null")
            return low, high + self._within("blank")[1] if self._program.papers.blank else high
        if figure.kind == "ballots":
            if "ballots" in self._lines:
                return self._within("ballots")
            total = self._options + self._line("null")
            if self._program.papers.blank:
                total = total + self._line("blank")
            return total, total
        if figure.kind == "registered":
            lists = np.maximum(self._engine.sheets.registered, 0)
            return lists, lists
        ones = np.ones_like(self._cap)
        return ones, ones

    def _valid(self) -> tuple[Counts, Counts]:
        base = self._options
        included = self._engine.facts.contest.valid_includes_blank
        if not self._program.papers.blank or included is False:
            return base, base
        blank = self._within("blank")[1]
        return (base + blank if included and self._blank_inside else base), base + blank

    def classes(self) -> Counts:
        """The most papers of each class on a sheet; shape (stations, classes)."""
        names = self._engine.facts.contest.candidate_ids
        own = {f"for {name}": self._votes[:, at] for at, name in enumerate(names)}
        own[OTHER] = np.zeros_like(self._options)
        for name in ("null", "blank"):
            own[name] = np.where(self._columns[name] >= 0, self._columns[name], self._cap)
        return np.stack([own.get(name, self._cap) for name in self._program.papers.names], axis=1)
