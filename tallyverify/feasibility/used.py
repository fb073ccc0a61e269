"""Which assumptions a proof used: those without which its own multipliers prove less."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tallyverify.feasibility.proving.program import Chain, Program, Unseen
from tallyverify.feasibility.proving.proof import proved
from tallyverify.taken import takes_input

if TYPE_CHECKING:
    from tallyverify.feasibility.answer import Feasibility, SeriesAnswer
    from tallyverify.feasibility.grading import Verified

_ROWS = 2
"""Of so many rows, at the most, a finding says how much they hold."""


@takes_input
def assumptions_used(engine: Feasibility, answer: SeriesAnswer, one: Verified) -> tuple[str, ...]:
    """Return the assumptions that a proof used, in words; without any of them it proves less."""
    program, proof = one.reading.program, one.reading.bound.proofs[0]

    def needs(**relaxed: Any) -> bool:
        other = replace(program, **relaxed)
        again = proved(other, proof.multipliers, proof.scale, proof.cost, proof.room_multiplier)
        return again.bound < proof.bound

    found = [
        answer.extents[row.bulletin, row.area].words for row in one.reading.clash if row.of_stations
    ]
    if not one.capped and needs(chains=_open(program)):
        found += _wholes(answer, one)
    found = list(dict.fromkeys(filter(None, found)))[:_ROWS]
    unseen, elsewhere, room = closing_words(answer)
    if unseen and needs(unseen=_one_more(program)):
        found += unseen
    if elsewhere and needs(elsewhere=program.elsewhere + 1):
        found.append(elsewhere)
    if proof.room_multiplier:
        found.append(room)
    if any(row.figure.kind != "votes" and not row.of_stations for row in one.reading.clash):
        found += engine.sheets.conventions.words
    if len({row.bulletin for row in one.reading.clash}) > 1 and answer.series.inferred_order:
        found.append(answer.series.inferred_order)
    return tuple(found)


def assumed_beside_coverage(engine: Feasibility, answer: SeriesAnswer) -> tuple[str, ...]:
    """Return what a series' proof assumes, without how many stations there are and were seen."""
    if answer.whole.rung is None:
        return ()
    numbers = answer.closing.unseen.numbers
    used = assumptions_used(engine, answer, answer.whole)
    return tuple(words for words in used if words not in numbers)


@takes_input
def closing_words(answer: SeriesAnswer) -> tuple[tuple[str, ...], str, str]:
    """Return what closes the world: unseen stations, votes of no station, the register's room."""
    closing = answer.closing
    return closing.unseen.said, closing.elsewhere_words, closing.room_words


def _open(program: Program) -> tuple[Any, ...]:
    """The chains as they would be if no bulletin were whole."""
    entries = np.arange(program.bulletins + 1)[:, None]

    def later(chain: Chain) -> Chain:
        after = program.bulletin_of[chain.rows] >= entries
        counts = np.concatenate([chain.counts & one for one in after])
        return Chain(chain.rows, counts, program.bulletins)

    return tuple(tuple(later(chain) for chain in chains) for chains in program.chains)


def _wholes(answer: SeriesAnswer, one: Verified) -> list[str]:
    """What the first whole row around the figures says: the country's, or an area's before it."""
    areas = {0, *(row.area for row in one.reading.clash)}
    first: dict[int, int] = {}
    for (at, area), extent in answer.extents.items():
        if area in areas and extent.whole and (one.reading.taken or not extent.taken):
            first[area] = min(at, first.get(area, at))
    country = first.get(0, len(answer.series.bulletins))
    return [
        answer.extents[at, area].words
        for area, at in sorted(first.items())
        if not area or at < country
    ]


def _one_more(program: Program) -> Unseen:
    """The unseen stations and one more, as large as any."""
    unseen = program.unseen
    largest = max(program.stations.cap.max(initial=1), unseen.cap.max(initial=1))
    more = {"site": -1, "cap": largest, "count": 1, "seen": False, "lists": 0}
    return Unseen(**{name: np.append(getattr(unseen, name), one) for name, one in more.items()})
