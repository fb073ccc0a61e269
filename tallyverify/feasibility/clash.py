"""Which published figures clash, which one alone would resolve it, and where to look first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.feasibility.beside import held_of
from tallyverify.feasibility.figures.published import Row
from tallyverify.feasibility.grading import weight_of
from tallyverify.taken import takes_input

if TYPE_CHECKING:
    from tallyverify.feasibility.answer import Feasibility, SeriesAnswer
    from tallyverify.feasibility.grading import ProvedReading

_LOOK = 20
_MOST_CLASH = 16
_MOST_DROPPED = 24
_MOST_GROUPS = 4
_MOST_LISTED = 400
_ALONE = 5


@takes_input
def clash_of(engine: Feasibility, answer: SeriesAnswer) -> tuple[Row, ...]:
    """Return a minimal set of published figures that reach the rung of the series.

    Figures are dropped one at a time while the rung stays: narrow ones first, so that few and
    wide ones remain (Chinneck 2008, deletion filter). Of figures that exclude each other whatever
    the sheets hold, those that remain do so too.
    """
    key = id(answer)
    if key not in engine.clashes:
        engine.clashes[key] = _minimal(engine, answer)
    return engine.clashes[key]


def _minimal(engine: Feasibility, answer: SeriesAnswer) -> tuple[Row, ...]:
    rung = answer.whole.rung
    alone = _one_figure(engine, answer) if not answer.whole.reading.bound.misfit else None
    if alone is not None:
        return alone
    kept = list(answer.whole.reading.clash)
    if rung is None:
        return tuple(kept)
    excluded = bool(answer.whole.reading.bound.misfit)

    def suffice(some: list[Row]) -> bool:
        found = engine.of_rows(answer, frozenset(some).__contains__)
        return found.rung is rung and bool(found.reading.bound.misfit) is excluded

    if len(kept) > _MOST_CLASH:
        # Perhaps the figures of one kind suffice: Ana's votes in a state and its towns.
        kinds = Counter(row.figure for row in kept if not row.of_stations)
        groups = [
            [row for row in kept if row.of_stations or row.figure == figure]
            for figure, _ in kinds.most_common(_MOST_GROUPS)
        ]
        kept = next(filter(suffice, groups), kept)
        if len(kept) > _MOST_LISTED:
            return tuple(kept)  # too many to drop one by one
    kept.sort(key=lambda row: (-len(engine.facts.areas[row.area]), row.high))
    # First in large steps, then one by one; so many proofs at the most.
    step, left = max(len(kept) // 2, 1), _MOST_DROPPED
    while left > 0:
        at = 0
        while at < len(kept) and left > 0:
            without = [*kept[:at], *kept[at + step :]]
            left -= 1
            if without and suffice(without):
                kept = without
            else:
                at += step
        if step == 1:
            break
        step = max(step // 2, 1)
    return tuple(kept)


def _one_figure(engine: Feasibility, answer: SeriesAnswer) -> tuple[Row, ...] | None:
    """The one figure, with the stations of its bulletin, that the sheets exclude by itself."""
    rows = answer.programs[-1].rows
    over = {row: held_of(answer, row)[0] - row.high for row in rows if not row.of_stations}
    found = [
        engine.of_rows(answer, _with_stations(row))
        for row in sorted(over, key=lambda row: -over[row])[:_ALONE]
        if over[row] > 0
    ]
    alike = [one for one in found if one.rung is answer.whole.rung]
    strongest = max(alike, key=weight_of, default=None)
    return tuple(strongest.reading.clash) if strongest is not None else None


@takes_input
def resolved_by(engine: Feasibility, answer: SeriesAnswer) -> Row | None:
    """Return the one published figure that alone would resolve the clash, if there is one."""
    if answer.whole.rung is None:
        return None
    key = id(answer)
    if key not in engine.resolved:
        engine.resolved[key] = None
        figures = [row for row in clash_of(engine, answer) if not row.of_stations]
        for row in figures if len(figures) <= _MOST_CLASH else ():
            if engine.of_rows(answer, row.__ne__).rung is None:
                engine.resolved[key] = row
                break
    return engine.resolved[key]


@takes_input
def look_at_first(engine: Feasibility, reading: ProvedReading) -> tuple[str, ...]:
    """Return the sheets that the bound calls wrong, those with most to gain first."""
    if not reading.bound.proofs or reading.bound.proofs[0].cost != "sheets":
        return ()
    program, proof = reading.program, reading.bound.proofs[0]
    gain = proof.gain
    # Of sheets that gain alike (left out, they would serve as well), those that hold most.
    papers = np.array([not row.of_stations for row in program.rows])
    heaviest = int(np.argmax(np.abs(proof.multipliers) * papers))
    holds = program.stations.least[:, program.figure_of[heaviest]]
    order = np.lexsort((program.stations.key, -holds, -gain))
    first = [at for at in order[:_LOOK] if gain[at] >= 0]
    return tuple(str(engine.sheets.stations[program.stations.key[at]]) for at in first)


def _with_stations(row: Row) -> Callable[[Row], bool]:
    """Which published numbers are this one, or count the stations of its bulletin."""
    return lambda other: other == row or (other.of_stations and other.bulletin == row.bulletin)
