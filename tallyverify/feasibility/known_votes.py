"""What the sheets leave open of each candidate's votes, and of what shares of them are of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tallyverify.arrays import Counts
from tallyverify.checking import VotesLeft
from tallyverify.feasibility.beside import unseen_votes
from tallyverify.feasibility.figures.papers import OTHER
from tallyverify.taken import takes_input

if TYPE_CHECKING:
    from tallyverify.feasibility.answer import Feasibility

Range = tuple[Counts, Counts]
"""By sheet, at the least and at the most."""


@takes_input
def votes_left(engine: Feasibility) -> tuple[VotesLeft, str] | None:
    """Return what sheets and unseen stations may hold, and why the unseen may hold so much.

    As each sheet bears witness: a figure that was not read, or that may be mended in several ways,
    is known between two bounds. A sheet that says nothing for sure may hold whatever its list
    allows. None where nothing bounds what is not known, or where the sheets do not tell their
    ballots and the rule takes shares of them.
    """
    room = unseen_votes(engine)
    sheets = engine.sheets
    if room is None:
        return None
    low, high = {}, {}
    cap = sheets.limits.cap
    for name in engine.facts.contest.candidate_ids:
        most = sheets.high(name)
        most = np.where(most >= 0, most, cap)
        if (most[~sheets.free] < 0).any():
            return None
        low[name] = int(sheets.low(name)[~sheets.free & ~sheets.pending].sum())
        high[name] = int(most[~sheets.free].sum())
    if (cap[sheets.free] < 0).any():
        return None
    beside = _beside(engine)
    if beside is None:
        return None
    least, most = (one[~sheets.free] for one in beside)
    pending = sheets.pending[~sheets.free]
    between = int(least[~pending].sum()), int(most.sum())
    return VotesLeft(low, high, between, room[0] + int(cap[sheets.free].sum())), room[1]


def _beside(engine: Feasibility) -> Range | None:
    """What shares are of besides the votes for candidates, on each sheet."""
    if engine.facts.contest.rule.of == "valid":
        return _valid(engine)
    sheets = engine.sheets
    figures = engine.facts.ballots
    if figures is None:
        return None
    least = sum(sheets.low(name) for name in engine.facts.contest.candidate_ids)
    most = sum(
        np.maximum(sheets.high(name), sheets.low(name))
        for name in engine.facts.contest.candidate_ids
    )
    if figures != ("ballots",):
        low, high = _valid(engine)
        for name in {"null", "blank"} & set(figures):
            if name == "blank" and _holds_blank(engine):
                continue  # among the valid ones already
            low = low + sheets.low(name)
            high = high + np.maximum(sheets.high(name), sheets.low(name))
        return low, high
    stated = [one[:] for one in sheets.ballots]
    cap = np.maximum(sheets.limits.cap, most)
    low = np.where(stated[0] >= 0, np.maximum(stated[0] - most, 0), 0)
    high = np.where(stated[1] >= 0, np.maximum(stated[1] - least, 0), cap - least)
    return low, high


def _valid(engine: Feasibility) -> Range:
    """Valid votes for nobody whom the contest names, as the sheets' own valid line counts them."""
    sheets, how = engine.sheets, engine.sheets.conventions
    low = high = np.zeros(len(sheets), dtype=np.int64)
    if "valid" in engine.facts.lines:
        low, high = sheets.low(OTHER), np.maximum(sheets.high(OTHER), sheets.low(OTHER))
        if how.valid == "over" and not how.among:
            # Whoever they are for, the sheet counts them among the valid votes.
            low = np.where(sheets.sound & (sheets.valid[0][:] >= 0), high, low)
    if _holds_blank(engine) and "blank" in engine.facts.lines:
        low = low + sheets.low("blank")
        high = high + np.maximum(sheets.high("blank"), sheets.low("blank"))
    return low, high


def _holds_blank(engine: Feasibility) -> bool:
    """Whether valid votes hold the blank ones: as the contest says, else as the sheets have it."""
    said = engine.facts.contest.valid_includes_blank
    return bool(engine.sheets.conventions.among) if said is None else said
