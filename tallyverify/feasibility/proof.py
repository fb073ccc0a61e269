"""The exact proof: given multipliers, one pass over the stations bounds m, v or the misfit.

Weak duality (Farkas 1902). Each row r says low_r ≤ Σ f_r(x_s) ≤ high_r over the stations that
entered. With any multipliers λ, in every world

    cost ≥ Σ_s min over states of [cost + Σ_r λ_r f_r(x_s)] − Σ_r max(λ_r low_r, λ_r high_r).

Everything is computed in integers: multipliers are whole multiples of 1 / scale. So no rounding
of a solver can make a bound that does not hold; a bad multiplier only makes it weaker.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tallyverify.arrays import Counts
from tallyverify.feasibility.program import Program

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
        return values.min(axis=0)
    # Rows of different hours: a paper may enter each chain with another bulletin.
    total = np.zeros(len(cap), dtype=np.int64)
    paper = np.zeros(program.membership.shape[1], dtype=np.int64)
    for table in tables:
        station, voter = _count_weights(program, table, seen)
        total += (station[:, None] + voter[:, None] * lists[None, :]).min(axis=0)
        paper = paper + _paper_weights(program, table).min(axis=0)
    return total + min(int(paper.min()) + extra, 0) * cap


def _true(program: Program, tables: list[Counts], least: Counts, most: Counts) -> Counts:
    """Least value of true sheets of one site; shape (stations,)."""
    total = np.zeros(len(least), dtype=np.int64)
    exact = np.array_equal(least, most)
    for table in tables:
        if exact:
            values = least @ table.T
        else:
            values = least @ np.maximum(table, 0).T + most @ np.minimum(table, 0).T
        total += values.min(axis=1)
    return total


def _wrong_votes(
    program: Program, tables: list[Counts], least: Counts, most: Counts, cap: Counts, scale: int
) -> Counts:
    """Least value where each paper that is changed, added or removed costs one; (stations,)."""
    total = np.zeros(len(least), dtype=np.int64)
    figures = [
        (at, figure) for at, figure in enumerate(program.figures) if figure.kind == "votes"
    ]
    for table in tables:
        paper = _paper_weights(program, table)
        best = np.minimum(paper.min(axis=1), 0)
        positive, negative = np.maximum(table, 0), np.minimum(table, 0)
        values = least @ positive.T + most @ negative.T
        # A paper taken away, or made another, costs one and saves at most what it weighed.
        heaviest = paper.max(axis=1)
        alone = {f.candidates[0]: at for at, f in figures if len(f.candidates) == 1}
        known = np.zeros_like(cap)
        for column, variant in enumerate(program.papers.variants):
            held = (
                most[:, alone[variant.candidate]]
                if variant.candidate in alone and variant.name.startswith("for ")
                else None
            )
            if held is None:
                continue
            known = known + held
            save = np.minimum(scale + best - paper[:, column], 0)
            values = values + held[:, None] * save[None, :]
        # Papers of which the figures do not say for whom they are: as the heaviest.
        rest = np.maximum(np.maximum(cap, most.max(axis=1, initial=0)) - known, 0)
        values = values + rest[:, None] * np.minimum(scale + best - heaviest, 0)[None, :]
        values = values + cap[:, None] * np.minimum(scale + best, 0)[None, :]
        total += values.min(axis=1)
    return total


def proved(
    program: Program, multipliers: Counts, scale: int, cost: Cost, room_multiplier: int = 0
) -> Proof:
    """Bound the cost of every world from below, exactly.

    Parameters
    ----------
    program : Program
        Stations and published rows.
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
        anywhere = _anywhere(program, tables, stations.cap, stations.lists)
    order = np.argsort(stations.site, kind="stable")
    edges = np.searchsorted(stations.site[order], np.arange(len(program.sites) + 1))
    for site in range(len(program.sites)):
        rows = order[edges[site] : edges[site + 1]]
        for start in range(0, len(rows), _CHUNK):
            part = rows[start : start + _CHUNK]
            least, most = stations.least[part], stations.most[part]
            true = _true(program, tables[site], least, most)
            if cost == "votes":
                cap = stations.cap[part]
                best = _wrong_votes(program, tables[site], least, most, cap, scale)
                gain[part] = true - best
                best = np.minimum(true, best)
            else:
                wrong = charge + anywhere[part]
                gain[part] = true - wrong
                best = np.minimum(true, wrong)
            bound += _exact_sum(best)
    bound += _unseen(program, tables, multipliers, room_multiplier)
    if program.room is not None:
        bound -= room_multiplier * program.room
    return Proof(cost, multipliers, room_multiplier, scale, bound, gain)


def _exact_sum(values: Counts) -> int:
    """Sum without overflow: high and low halves apart."""
    return (int((values >> 31).sum()) << 31) + int((values & (2**31 - 1)).sum())


def _anywhere(
    program: Program, tables: list[list[Counts]], cap: Counts, lists: Counts
) -> Counts:
    """Least value of wrong sheets, which may hold anything in any area; shape of ``cap``."""
    pairs, where = np.unique(np.stack([cap, lists], axis=1), axis=0, return_inverse=True)
    caps, voters = pairs[:, 0], pairs[:, 1]
    best = _free(program, tables[0], caps, voters, True, 0)
    for table in tables[1:]:
        best = np.minimum(best, _free(program, table, caps, voters, True, 0))
    return best[where.ravel()]


def _unseen(
    program: Program, tables: list[list[Counts]], multipliers: Counts, extra: int
) -> int:
    """What unseen stations, and papers of no station, can take off."""
    total = 0
    unseen = program.unseen
    for at in range(len(program.sites)):
        for seen in (False, True):
            here = np.flatnonzero((unseen.site == at) & (unseen.seen == seen))
            if len(here):
                values = _free(
                    program, tables[at], unseen.cap[here], unseen.lists[here], seen,
                    0 if seen else extra,
                )
                total += sum(
                    int(v) * int(n) for v, n in zip(values, unseen.count[here], strict=True)
                )
    for at in np.flatnonzero(unseen.site < 0):
        cap = unseen.cap[at : at + 1]
        seen = bool(unseen.seen[at])
        values = [
            _free(program, table, cap, unseen.lists[at : at + 1], seen, 0 if seen else extra)
            for table in tables
        ]
        total += int(min(int(v[0]) for v in values)) * int(unseen.count[at])
    if program.elsewhere:
        total += program.elsewhere * _lightest_elsewhere(program, multipliers, extra)
    return total


def _lightest_elsewhere(program: Program, multipliers: Counts, extra: int) -> int:
    """Least value of one paper that belongs to no station, 0 at the most."""
    kept = np.where(program.no_elsewhere, 0, multipliers)
    least = 0
    for site in range(len(program.sites)):
        paper = np.zeros(program.membership.shape[1], dtype=np.int64)
        for table in program.weights(kept, site):
            weights = _paper_weights(program, table)
            # It may be counted from any bulletin on, or never, also where all stations are in.
            paper = paper + np.minimum(weights.min(axis=0), 0)
        least = min(least, int(paper.min()) + extra)
    return least
