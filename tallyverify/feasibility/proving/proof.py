"""The exact proof: given multipliers, one pass over the stations bounds m, v or the misfit.

Weak duality (Farkas 1902). Each row r says low_r ≤ Σ f_r(x_s) ≤ high_r over the stations that
entered. With any multipliers λ, in every world

    cost ≥ Σ_s min over states of [cost + Σ_r λ_r f_r(x_s)] − Σ_r max(λ_r low_r, λ_r high_r).

Everything is computed in integers: multipliers are whole multiples of 1 / scale. So no rounding
of a solver can make a bound that does not hold; a bad multiplier only makes it weaker.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from tallyverify.arrays import Counts
from tallyverify.feasibility.proving.program import Program, SheetStations

Cost = Literal["sheets", "votes", "nothing"]
"""What is bounded: wrong sheets, wrong votes, or (at no cost) whether any world exists at all."""

_CHUNK = 200_000
_SAFE = 2**62


@dataclass(frozen=True, eq=False)
class Proof:
    """A bound that holds in every world, with what it is made of.

    ``bound`` is in units of 1 / ``scale``.
    """

    cost: Cost
    multipliers: Counts  # (rows,), whole multiples of 1 / scale
    room_multiplier: int
    scale: int
    bound: int
    gain: Counts  # (stations,): what being wrong saves; above 0 where the bound calls it wrong

    @property
    def least(self) -> int:
        """The least whole number that the bound proves, 0 if it proves nothing."""
        return max(-(-self.bound // self.scale), 0)


def _paper_weights(program: Program, table: Counts) -> Counts:
    """Weight of one paper of each variant; shape (entries, variants)."""
    return table @ program.membership


def _count_weights(program: Program, table: Counts, seen: bool) -> tuple[Counts, Counts]:
    """Weight of a station itself and of each voter on its list; shape (entries,)."""
    station = np.zeros(len(table), dtype=np.int64)
    voter = np.zeros(len(table), dtype=np.int64)
    for at, figure in enumerate(program.figures):
        if figure.kind == "stations" or (figure.kind == "seen" and seen):
            station = station + table[:, at]
        elif figure.kind == "registered":
            voter = voter + table[:, at]
    return station, voter


def _free(
    program: Program, tables: list[Counts], cap: Counts, lists: Counts, seen: bool, extra: int
) -> Counts:
    """Least value of stations of one site that may hold anything up to a cap; shape of ``cap``."""
    if len(tables) == 1:
        station, voter = _count_weights(program, tables[0], seen)
        paper = np.minimum(_paper_weights(program, tables[0]).min(axis=1) + extra, 0)
        values = station[:, None] + voter[:, None] * lists[None, :] + paper[:, None] * cap[None, :]
        least: Counts = values.min(axis=0)
        return least
    # Rows of different hours: a paper may enter each chain with another bulletin.
    total = np.zeros(len(cap), dtype=np.int64)
    paper = np.zeros(program.membership.shape[1], dtype=np.int64)
    for table in tables:
        station, voter = _count_weights(program, table, seen)
        total += (station[:, None] + voter[:, None] * lists[None, :]).min(axis=0)
        paper = paper + _paper_weights(program, table).min(axis=0)
    return total + min(int(paper.min()) + extra, 0) * cap


def _true(program: Program, table: Counts, part: SheetStations) -> Counts:
    """Least value of true sheets of one site, by entry; shape (stations, entries).

    Two bounds, whichever says more: each figure within its own bounds; and, for the figures that a
    sheet does not say exactly, each paper counted alike in all of them.
    """
    least = part.least[:]
    each: Counts = least @ np.maximum(table, 0).T + part.most[:] @ np.minimum(table, 0).T
    exact = ~part.least.differ(part.most)
    if exact.all():
        return each
    # Stations that say the same figures exactly share their weights.
    patterns, where = np.unique(exact, axis=0, return_inverse=True)
    where = where.ravel()
    alike = np.empty_like(each)
    for at, known in enumerate(patterns):
        here = np.flatnonzero(where == at)
        paper = np.where(known[None, :], 0, table) @ program.membership
        by_class = np.full((len(table), len(program.papers.names)), _SAFE, dtype=np.int64)
        for variant, column in enumerate(program.papers.class_of):
            by_class[:, column] = np.minimum(by_class[:, column], paper[:, variant])
        low, high = part.low[here], part.high[here]
        alike[here] = (
            least[here] @ np.where(known[None, :], table, 0).T
            + low @ by_class.T
            + (high - low) @ np.minimum(by_class, 0).T
        )
    both: Counts = np.maximum(each, alike)
    return both


def _wrong_votes(program: Program, table: Counts, part: SheetStations, scale: int) -> Counts:
    """Value by entry where each paper changed, added or removed costs one; (stations, entries)."""
    paper = _paper_weights(program, table)
    best = np.minimum(paper.min(axis=1), 0)
    values: Counts = _true(program, table, part)
    # A paper taken away, or made another, costs one and saves at most what it weighed; of the
    # variants of one class, whichever weighs most.
    saves = np.zeros((len(table), len(program.papers.names)), dtype=np.int64)
    for variant, column in enumerate(program.papers.class_of):
        save = np.minimum(scale + best - paper[:, variant], 0)
        saves[:, column] = np.minimum(saves[:, column], save)
    values = values + part.high[:] @ saves.T
    values += part.cap[:, None] * np.minimum(scale + best, 0)[None, :]
    return values


def proved(
    program: Program, multipliers: Counts, scale: int, cost: Cost, room_multiplier: int = 0
) -> Proof:
    """Bound the cost of every world from below, exactly.

    Parameters
    ----------
    program : Program
        SheetStations and published rows.
    multipliers : ndarray of int64, shape (rows,)
        Whole multiples of 1 / scale, of any sign.
    scale : int
        The unit of the bound.
    cost : {"sheets", "votes", "nothing"}
        What a wrong sheet costs.
    room_multiplier : int
        Multiplier (≥ 0) of the bound on papers that no sheet shows.
    """
    charge = scale if cost == "sheets" else 0
    tables = [program.weights(multipliers, site) for site in range(len(program.sites))]
    bound = -sum(
        max(int(m) * int(low), int(m) * int(high))
        for m, low, high in zip(multipliers, program.low, program.high, strict=True)
    )
    stations = program.stations
    gain = np.zeros(len(stations), dtype=np.int64)
    if len(stations) and cost != "votes":
        anywhere = _anywhere(program, tables)
    for site in range(len(program.sites)):
        here = stations.of_site(site)
        for start in range(here.start, here.stop, _CHUNK):
            part = slice(start, min(start + _CHUNK, here.stop))
            taken = stations.take(part)
            best = np.zeros(len(taken), dtype=np.int64)
            for table in tables[site]:
                if cost == "votes":
                    best += _wrong_votes(program, table, taken, scale).min(axis=1)
                else:
                    best += _true(program, table, taken).min(axis=1)
            if cost != "votes":
                wrong = charge + anywhere[part]
                gain[part] = best - wrong
                best = np.minimum(best, wrong)
            bound += _exact_sum(best)
    bound += _unseen(program, tables, multipliers, room_multiplier)
    if program.room is not None:
        bound -= room_multiplier * program.room
    return Proof(cost, multipliers, room_multiplier, scale, bound, gain)


def _exact_sum(values: Counts) -> int:
    """Sum without overflow: high and low halves apart."""
    return (int((values >> 31).sum()) << 31) + int((values & (2**31 - 1)).sum())


def _anywhere(program: Program, tables: list[list[Counts]]) -> Counts:
    """Least value of wrong sheets, which may hold anything in any area; shape (stations,)."""
    caps, voters, where = program.stations.limits
    free = [_free(program, tables[at], caps, voters, True, 0) for at in program.settled]
    best: Counts = np.min(free, axis=0)
    return best[where]


def _unseen(program: Program, tables: list[list[Counts]], multipliers: Counts, extra: int) -> int:
    """What unseen stations, and papers of no station, can take off."""
    total = 0
    unseen = program.unseen
    for at in range(len(program.sites)):
        for seen in (False, True):
            here = np.flatnonzero((unseen.site == at) & (unseen.seen == seen))
            if len(here):
                values = _free(
                    program,
                    tables[at],
                    unseen.cap[here],
                    unseen.lists[here],
                    seen,
                    0 if seen else extra,
                )
                total += sum(
                    int(v) * int(n) for v, n in zip(values, unseen.count[here], strict=True)
                )
    for one in np.flatnonzero(unseen.site < 0).tolist():
        cap, lists = unseen.cap[one : one + 1], unseen.lists[one : one + 1]
        seen = bool(unseen.seen[one])
        lightest = min(
            int(_free(program, tables[at], cap, lists, seen, 0 if seen else extra)[0])
            for at in program.settled
        )
        total += lightest * int(unseen.count[one])
    if program.elsewhere:
        total += program.elsewhere * _lightest_elsewhere(program, multipliers, extra)
    if program.loose:
        lightest = min(_lightest(program, tables[at]) for at in program.settled) + extra
        total += program.loose * min(lightest, 0)
    return total


def _lightest(program: Program, tables: list[Counts]) -> int:
    """Least weight of one paper at a station of one site."""
    return int(sum(_paper_weights(program, table).min(axis=0) for table in tables).min())


def _lightest_elsewhere(program: Program, multipliers: Counts, extra: int) -> int:
    """Least value of one paper that belongs to no station, 0 at the most."""
    kept = np.where(program.no_elsewhere, 0, multipliers)
    least = 0
    # It may come later than all stations, or never, unless a bulletin says that it is complete.
    for site in program.settled:
        paper = np.zeros(program.membership.shape[1], dtype=np.int64)
        for chain in program.chains[site]:
            entries = np.arange(chain.sealed + 1)[:, None]
            open_ = replace(chain, counts=program.bulletin_of[chain.rows] >= entries)
            paper += _paper_weights(program, program.weighed(kept, open_)).min(axis=0)
        least = min(least, int(paper.min()) + extra)
    return least


def margins(program: Program, proof: Proof) -> tuple[Counts, Counts]:
    """Return how sure each station's state is, and what it weighs if true and counted at once.

    The first is by how much the next best state is worse, in units of 1 / scale; states that are
    equally good do not count: which of them it is makes no difference. Shapes (stations,).
    """
    stations = program.stations
    margin = np.full(len(stations), _SAFE, dtype=np.int64)
    weight = np.zeros(len(stations), dtype=np.int64)
    noise = max(proof.scale >> 20, 1)
    for site in range(len(program.sites)):
        here = stations.of_site(site)
        part = stations.take(here)
        if not len(part):
            continue
        for table in program.weights(proof.multipliers, site):
            if proof.cost == "votes":
                values = _wrong_votes(program, table, part, proof.scale)
                weight[here] += values[:, 0]
            else:
                values = _true(program, table, part)
                weight[here] += values[:, 0]
                if len(program.chains[site]) == 1:
                    wrong = values.min(axis=1) - proof.gain[here]
                    values = np.concatenate([values, wrong[:, None]], axis=1)
            worse = values - values.min(axis=1, keepdims=True)
            worse[worse <= noise] = _SAFE
            margin[here] = np.minimum(margin[here], worse.min(axis=1))
        if proof.cost == "sheets" and len(program.chains[site]) > 1:
            gain = np.abs(proof.gain[here])
            margin[here] = np.minimum(margin[here], np.where(gain > noise, gain, _SAFE))
    return margin, weight
