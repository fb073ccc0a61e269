"""Papers of free stations, put station by station: whether each can hold its part.

A linear program knows wrong sheets, and the unseen, by what they hold between them. In a world
each of them is a station with a list of its own: it enters once, with papers that fit in. So what
a program found is dealt out here; what can't be is no world.
"""

from __future__ import annotations

import numpy as np

from tallyverify.arrays import Counts, Mask
from tallyverify.feasibility.proving.free_papers import Pool
from tallyverify.feasibility.proving.program import Chain, Program

MOST_APART = 1_000_000
"""Of more stations than this each is taken for the smallest."""


def placed(program: Program, pools: list[Pool], found: Counts, wrong: Mask, sums: Counts) -> bool:
    """Whether each free station can hold what a solution gives to all of them.

    Parameters
    ----------
    program : Program
        Stations one by one.
    pools : list of Pool
        Free stations, with their variables.
    found : ndarray of int64
        The solution.
    wrong : ndarray of bool, shape (stations,)
        Which sheets are wrong.
    sums : ndarray of int64, shape (rows,)
        What the solution adds up to in each published row.

    Returns
    -------
    bool
        Whether the papers fit in, and rows of voters hold with the lists of those dealt out.
    """
    sums = sums.copy()
    for pool in pools:
        caps, lists, count = _sizes(program, pool, wrong)
        if count.sum() > MOST_APART and lists.any():
            return False  # too many to deal out one by one
        groups = [
            (int(stations), int(papers))
            for one in pool.chains
            for stations, papers in zip(found[one.enter], found[one.mass].sum(axis=1), strict=True)
        ]
        if not lists.any() and len(np.unique(caps)) == 1:
            if any(papers > stations * int(caps[0]) for stations, papers in groups):
                return False
            continue
        dealt = _dealt(groups, np.repeat(caps, count), np.repeat(lists, count))
        if dealt is None:
            return False
        done = 0
        for one in pool.chains:
            if len(one.voters):
                voters = dealt[done : done + len(one.enter)] - found[one.voters]
                sums[one.chain.rows] += _of_voters(program, one.chain) * (voters @ one.chain.counts)
            done += len(one.enter)
    return bool(((sums >= program.low) & (sums <= program.high)).all())


def _of_voters(program: Program, chain: Chain) -> Mask:
    """Which rows of a chain hold voters."""
    return np.array(
        [program.rows[row].figure.kind == "registered" for row in chain.rows], dtype=bool
    )


def _sizes(program: Program, pool: Pool, wrong: Mask) -> tuple[Counts, Counts, Counts]:
    """Return the caps and lists of a pool's stations, and how many have each."""
    if pool.entries is None:
        caps, lists = program.stations.cap[wrong], program.stations.lists[wrong]
        return caps, lists, np.ones(len(caps), dtype=np.int64)
    unseen = program.unseen
    caps, lists = unseen.cap[pool.entries], unseen.lists[pool.entries]
    count = unseen.count[pool.entries]
    if count.sum() > MOST_APART:
        caps = np.full(len(caps), caps.min(initial=0))
    return caps, lists, count


def _dealt(groups: list[tuple[int, int]], caps: Counts, lists: Counts) -> Counts | None:
    """Deal stations out to groups, and return the voters of each; None where papers do not fit.

    Of a group the number of stations is given, and the papers that they hold between them.

    The fullest first, each with the smallest neighbours by size that can hold its papers.
    """
    order = np.argsort(caps, kind="stable")
    caps, lists = caps[order], lists[order]
    voters = np.zeros(len(groups), dtype=np.int64)
    fullest = sorted(range(len(groups)), key=lambda at: -groups[at][1] / max(groups[at][0], 1))
    for at in fullest:
        size, papers = groups[at]
        if size > len(caps) or (papers and not size):
            return None
        if not size:
            continue
        held = np.concatenate([[0], np.cumsum(caps)])
        held = held[size:] - held[: len(held) - size]
        start = int(np.searchsorted(held, papers))
        if start == len(held):
            return None
        here = slice(start, start + size)
        voters[at] = lists[here].sum()
        caps, lists = np.delete(caps, here), np.delete(lists, here)
    return voters
