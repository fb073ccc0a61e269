"""What the sheets hold beside what is published, and how much is unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tallyverify.feasibility.figures.papers import Figure
from tallyverify.feasibility.figures.published import Row, Series
from tallyverify.feasibility.figures.unseen_sizes import (
    register_room,
    unseen_stations,
    votes_of_no_station,
)
from tallyverify.language import clauses
from tallyverify.taken import takes_input

if TYPE_CHECKING:
    from tallyverify.feasibility.answer import Feasibility, SeriesAnswer


@takes_input
def most_seen(answer: SeriesAnswer, area: int) -> dict[Figure, int]:
    """Return the most that the sheets of an area may hold of each figure."""
    program = answer.programs[-1]
    return dict(zip(program.figures, program.held_in(area)[2].tolist(), strict=True))


@takes_input
def held_of(answer: SeriesAnswer, row: Row) -> tuple[int, int]:
    """Return the least and the most that the sheets hold of a published figure."""
    program = answer.programs[-1]
    at = program.figures.index(row.figure)
    _, least, most = program.held_in(row.area)
    return int(least[at]), int(most[at])


@takes_input
def room_of(answer: SeriesAnswer, area: int) -> int | None:
    """Return the most ballots of an area beside those on the seen sheets; None: no bound."""
    program = answer.programs[-1]
    if answer.closing.unseen.unlimited:
        return program.room  # what the register leaves, where it bounds anything
    unseen = program.unseen
    here = (np.isin(unseen.site, program.sites_in(area)) | (unseen.site < 0)) & ~unseen.seen
    room = sum(
        int(cap) * int(count)
        for cap, count in zip(unseen.cap[here], unseen.count[here], strict=True)
    )
    room += program.elsewhere
    return room if program.room is None else min(room, program.room)


@takes_input
def unseen_room(engine: Feasibility) -> tuple[int, str, bool] | None:
    """Return the most votes that no sheet shows, and why so many; None: nothing bounds them.

    Also whether some of these may belong to no station.
    """
    unseen = unseen_votes(engine)
    return None if unseen is None else (unseen[0] + _silent(engine), *unseen[1:])


@takes_input
def unseen_votes(engine: Feasibility) -> tuple[int, str, bool] | None:
    """Return the most votes beside those of the seen sheets, and why so many; None: no bound.

    Also whether some of these may belong to no station.
    """
    facts, seen = engine.facts, engine.sheets
    every = Series("", tuple((b, b.areas) for b in facts.bulletins), (), "")
    unseen = unseen_stations(facts, seen, engine.allowance.sheets)
    elsewhere, why = votes_of_no_station(every, facts, seen, unseen)
    found: list[tuple[int, str, bool]] = []
    if not unseen.unlimited and all(cap >= 0 for cap in unseen.caps):
        votes = sum(c * n for c, n in zip(unseen.caps, unseen.counts, strict=True))
        words = clauses([*unseen.said, *([why] if why else [])])
        found.append((votes + elsewhere, words, elsewhere > 0))
    room = register_room(facts, seen)
    if room is not None:
        found.append((*room, False))
    return min(found, default=None)


def _silent(engine: Feasibility) -> int:
    """The most votes on sheets that were seen but say nothing for sure, or are pending."""
    sheets = engine.sheets
    open_ = int(np.maximum(sheets.limits.cap, 0)[sheets.free].sum())
    for name in engine.facts.contest.candidate_ids:
        low, high = sheets.low(name), sheets.high(name)
        low = np.where(sheets.pending, 0, low)
        gap = np.where(high >= 0, high - low, np.maximum(sheets.limits.cap, 0))
        open_ += int(gap[~sheets.free].sum())
    return open_
