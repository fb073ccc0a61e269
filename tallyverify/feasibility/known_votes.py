"""What the sheets leave open of each candidate's votes, and of what shares of them are of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tallyverify.checking import VotesLeft
from tallyverify.feasibility.beside import unseen_votes
from tallyverify.feasibility.sheets.base_figures import beside_candidates
from tallyverify.taken import takes_input

if TYPE_CHECKING:
    from tallyverify.feasibility.answer import Feasibility


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
    beside = beside_candidates(sheets, engine.facts)
    if beside is None:
        return None
    least, most = (one[~sheets.free] for one in beside)
    pending = sheets.pending[~sheets.free]
    between = int(least[~pending].sum()), int(most.sum())
    return VotesLeft(low, high, between, room[0] + int(cap[sheets.free].sum())), room[1]
