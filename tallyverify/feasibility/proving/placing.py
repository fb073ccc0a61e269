"""Papers of free stations, put station by station: whether each can hold its part.

A linear program knows wrong sheets, and the unseen, by what they hold between them. In a world
each of them is a station with a list of its own: it enters once, with papers that fit in. So what
a program found is dealt out here; what can't be is no world.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from tallyverify.arrays import Counts, Mask
from tallyverify.feasibility.proving.free_papers import Pool
from tallyverify.feasibility.proving.program import Chain, Program

MOST_APART = 1_000_000
"""Of more stations than this each is taken for the smallest."""

_Way = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class _Group:
    """Stations of one site that enter alike, and what they hold."""

    site: int
    way: _Way  # the entry into each chain of the site
    stations: int
    papers: int


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
        groups = [one for at in range(len(pool.sites)) for one in _groups(pool, at, found)]
        if not lists.any() and len(np.unique(caps)) == 1:
            if any(one.papers > one.stations * int(caps[0]) for one in groups):
                return False
            continue
        dealt = _dealt(groups, np.repeat(caps, count), np.repeat(lists, count))
        if dealt is None:
            return False
        for site, chains in pool.sites:
            for chain, mine in zip(program.chains[site], chains, strict=True):
                if len(mine.voters):
                    sums[chain.rows] -= _of_voters(program, chain) * (
                        found[mine.voters] @ chain.counts
                    )
        for one, listed in zip(groups, dealt, strict=True):
            for chain, entry in zip(program.chains[one.site], one.way, strict=True):
                sums[chain.rows] += listed * _of_voters(program, chain) * chain.counts[entry]
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


def _groups(pool: Pool, at: int, found: Counts) -> list[_Group]:
    """Return the stations of a pool at one of its sites, by how they enter.

    Where rows are of different hours each chain says its own: whoever enters one of them first is
    taken to be first in the others, stations and papers alike.
    """
    site, chains = pool.sites[at]
    stations = _together([found[chain.enter] for chain in chains])
    papers: dict[_Way, int] = defaultdict(int)
    for variant in range(chains[0].mass.shape[1]):
        held = [found[chain.mass[:, variant]] for chain in chains]
        for way, many in _together(held).items():
            papers[way] += many
    ways = sorted({*stations, *papers})
    return [_Group(site, way, stations.get(way, 0), papers.get(way, 0)) for way in ways]


def _together(by_chain: list[Counts]) -> dict[_Way, int]:
    """Return how many enter each chain how, the first of one chain with the first of the others."""
    ends = [np.cumsum(one) for one in by_chain]
    edges = np.unique(np.concatenate([[0], *ends]))
    return {
        tuple(int(np.searchsorted(end, low, side="right")) for end in ends): int(high - low)
        for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
    }


def _dealt(groups: list[_Group], caps: Counts, lists: Counts) -> list[int] | None:
    """Deal stations out to groups, and return the voters of each; None where papers do not fit.

    The fullest first, each with the smallest neighbours by size that can hold its papers.
    """
    order = np.argsort(caps, kind="stable")
    caps, lists = caps[order], lists[order]
    voters = [0] * len(groups)
    fullest = sorted(
        range(len(groups)), key=lambda at: -groups[at].papers / max(groups[at].stations, 1)
    )
    for at in fullest:
        size, papers = groups[at].stations, groups[at].papers
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
        voters[at] = int(lists[here].sum())
        caps, lists = np.delete(caps, here), np.delete(lists, here)
    return voters
