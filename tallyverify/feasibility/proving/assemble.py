"""From a case to the program of one series: rows, sites, chains, stations and the unseen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import zip_longest

import numpy as np

from tallyverify.arrays import Counts, SmallCounts
from tallyverify.checking import CaseFacts
from tallyverify.feasibility.figures.extents import Extent, count_rows, same_hours
from tallyverify.feasibility.figures.papers import OTHER, UNCLASSED, Figure, Papers, case_papers
from tallyverify.feasibility.figures.published import Row, Series, rows_of
from tallyverify.feasibility.figures.unseen_sizes import UnseenSizes
from tallyverify.feasibility.proving.program import Chain, Program, SheetStations, Unseen
from tallyverify.feasibility.sheets.sheet_rows import Areas, Places
from tallyverify.feasibility.sheets.witnesses import Witnesses
from tallyverify.records import areas_around


@dataclass(frozen=True)
class Closing:
    """What is assumed of the stations that no sheet shows."""

    unseen: UnseenSizes
    elsewhere: int
    room: int | None
    annulled: tuple[int, int] = (0, 0)  # stations, and the most papers at them
    elsewhere_words: str = ""  # why so many votes of no station
    room_words: str = ""


def assembled(
    series: Series,
    facts: CaseFacts,
    seen: Witnesses,
    extents: dict[tuple[int, int], Extent],
    closing: Closing,
    *,
    voters: bool = False,
    taken: bool = True,
    only: int | None = None,
    like: Program | None = None,
) -> Program:
    """Return the program of a series.

    Parameters
    ----------
    voters : bool
        Read coverages whose basis is not stated as of voters, not of stations.
    taken : bool
        Take a last bulletin that says nothing of its extent as the whole count.
    only : int, optional
        The rows of one bulletin alone.
    like : Program, optional
        Another reading of the same rows, whose stations are taken where they are the same.
    """
    inside = extents
    if only is not None:
        inside = {key: one for key, one in extents.items() if key[0] == only}
    rows = [*rows_of(series, facts, only), *count_rows(series, inside, voters=voters)]
    rows = [_with_annulled(row, closing, len(series.bulletins)) for row in rows]
    whole = {key for key, one in inside.items() if one.whole and (taken or not one.taken)}
    papers = case_papers(facts)
    # Candidates one by one as well: what a wrong vote is worth needs them.
    alone = (Figure("votes", (name,)) for name in facts.contest.candidate_ids)
    figures = tuple(dict.fromkeys((*(row.figure for row in rows), *alone)))
    above = areas_around(facts.areas)
    placed = [
        *(areas for places in seen.labels for areas in places),
        *(tuple(sorted(path | {0})) for path in above),
        *(areas for areas in closing.unseen.sites if areas is not None),
    ]
    sites: dict[Places, int] = {}
    for places in [*((areas,) for areas in placed), *seen.labels]:
        sites.setdefault(places, len(sites))
    one_hour = same_hours(series, extents, facts, taken=taken)
    complete = {key for key in whole if extents[key].complete}
    by_area = _by_area(rows, whole, complete)
    chains = tuple(_chains(one, by_area, len(series.bulletins), one_hour, only) for one in sites)
    # So many papers, of all classes that any published figure counts, are nowhere exceeded.
    box = max(sum(row.high for row in rows if not row.of_stations), 1)
    cap = np.where(seen.limits.cap >= 0, seen.limits.cap, box)
    lists = np.maximum(seen.registered, 0)
    at = np.array([sites[places] for places in seen.labels], dtype=np.int64)[seen.site]
    held = np.flatnonzero(~seen.free)
    held = held[np.argsort(at[held], kind="stable")]
    if like is not None and (like.figures, like.sites) == (figures, tuple(sites)):
        stations = like.stations
    else:
        least, most = _intervals(figures, papers, seen, cap, held)
        low, high = _by_class(papers, seen, cap, held)
        stations = SheetStations(least, most, at[held], cap[held], lists[held], low, high, held)
    stating = {
        key
        for key, one in inside.items()
        if series.bulletins[key[0]][0].of(facts.areas[key[1]]).stations is not None  # type: ignore[union-attr]
    }
    # Where every row says how many stations it holds, each paper is of one of these.
    counted = all((row.bulletin, row.area) in stating for row in rows if not row.of_stations)
    numbers = [row.high for row in rows if row.figure.kind == "stations"]
    unseen = _unseen(
        closing.unseen,
        sites,
        box,
        (box, sum(numbers)) if counted else (0, max(numbers, default=0)),
        (at[seen.free], cap[seen.free], lists[seen.free]),
    )
    none_elsewhere = np.array(
        [(row.bulletin, row.area) in stating or row.of_stations for row in rows], dtype=bool
    )
    return Program(
        tuple(rows),
        papers,
        figures,
        len(series.bulletins),
        tuple(sites),
        chains,
        stations,
        unseen,
        closing.elsewhere,
        none_elsewhere,
        box if closing.unseen.unlimited and not counted else 0,
        closing.room,
    )


def _with_annulled(row: Row, closing: Closing, bulletins: int) -> Row:
    """Return a row as it bounds the stations that were not annulled.

    Bulletins before the last may still hold those that were annulled later.
    """
    stations, papers = closing.annulled
    if not stations or row.bulletin == bulletins - 1:
        return row
    return replace(row, low=max(row.low - (stations if row.of_stations else papers), 0))


@dataclass(frozen=True)
class _OfArea:
    """What is published of an area: its rows with their places, and from which bulletin on all."""

    rows: list[tuple[int, Row]]
    whole: int | None
    complete: int | None


def _by_area(
    rows: list[Row], whole: set[tuple[int, int]], complete: set[tuple[int, int]]
) -> dict[int, _OfArea]:
    placed: dict[int, list[tuple[int, Row]]] = {}
    for at, row in enumerate(rows):
        placed.setdefault(row.area, []).append((at, row))
    first, sealed = _first(whole), _first(complete)
    return {
        area: _OfArea(placed.get(area, []), first.get(area), sealed.get(area))
        for area in placed.keys() | first.keys() | sealed.keys()
    }


def _first(keys: set[tuple[int, int]]) -> dict[int, int]:
    """The first bulletin of each area."""
    found: dict[int, int] = {}
    for bulletin, area in keys:
        found[area] = min(bulletin, found.get(area, bulletin))
    return found


def _chains(
    places: Places,
    published: dict[int, _OfArea],
    bulletins: int,
    one_hour: bool,
    only: int | None,
) -> tuple[Chain, ...]:
    """Return the rows that a station of a site enters, by what it enters together.

    A sheet of which two places are known counts in what these have in common; besides in what one
    of them has alone, or in neither. Where rows are of different hours and a place has several
    areas alone, each of these is in doubt by itself, so that a world may mix those of two places:
    weaker, never wrong. What two places have in common is the country; a pending sheet, which may
    be in no result, has not even that: its station may then be counted all the same, without votes.
    """
    pending = not places[0]

    def by(areas: Areas) -> int:
        """The bulletin by which it is in."""
        found = (published[area].whole for area in areas if area in published)
        return min((at for at in found if at is not None), default=bulletins)

    def sealed(areas: Areas) -> int:
        found = (published[area].complete for area in areas if area in published)
        return min((at for at in found if at is not None), default=bulletins)

    if one_hour:
        every = [(areas, by(areas)) for areas in places]
        return (_chain(published, every, sealed(places[0]), only, bare=pending),)
    # Whatever is whole around an area is whole in it.
    found = [
        _chain(published, [((area,), by((area, 0)))], sealed((area, 0)), only) for area in places[0]
    ]
    alone = ([area for area in areas if area not in places[0]] for areas in places)
    for either in zip_longest(*alone):
        ways = [((area,), by((area, 0))) for area in either if area is not None]
        found.append(_chain(published, [((), 0), *ways], bulletins, only, bare=pending))
    return tuple(found)


def _chain(
    published: dict[int, _OfArea],
    ways: list[tuple[Areas, int]],
    sealed: int,
    only: int | None,
    *,
    bare: bool = False,
) -> Chain:
    """Return the rows of some areas: a station enters those of one way, by its bulletin.

    ``bare``: it may also be counted among the stations alone.
    """
    known = {area for areas, _ in ways for area in areas}
    rows = sorted(row for area in known & published.keys() for row in published[area].rows)
    inside = np.array([at for at, _ in rows], dtype=np.int64)
    bulletin = np.array([row.bulletin for _, row in rows], dtype=np.int64)
    counts = [np.zeros((0, len(rows)), dtype=bool)]
    for areas, last in ways:
        there = np.array([row.area in areas for _, row in rows], dtype=bool)
        # To one bulletin alone it is the same with which of those before it a station enters.
        entries = np.array([0, only + 1]) if only is not None else np.arange(last + 1)
        counts.append(there & (bulletin >= entries[entries <= last, None]))
    if bare:
        stations = np.array([row.of_stations for _, row in rows], dtype=bool)
        counts += [one & stations for one in counts]
    return Chain(inside, np.concatenate(counts), sealed)


def _intervals(
    figures: tuple[Figure, ...], papers: Papers, seen: Witnesses, limit: Counts, held: Counts
) -> tuple[SmallCounts, SmallCounts]:
    """Least and most of each figure on the sheets held; shape (held, figures)."""
    found = (_interval(figure, papers, seen, limit) for figure in figures)
    return _side_by_side(((low, np.maximum(top, low)) for low, top in found), held)


def _side_by_side(
    found: Iterable[tuple[Counts, Counts]], held: Counts
) -> tuple[SmallCounts, SmallCounts]:
    """Keep the least and most of the sheets held, a column each."""
    lows, highs = [], []
    for low, top in found:
        lows.append(SmallCounts.of(low[held]))
        highs.append(SmallCounts.of(top[held]))
    return SmallCounts.side_by_side(lows, len(held)), SmallCounts.side_by_side(highs, len(held))


def _interval(
    figure: Figure, papers: Papers, seen: Witnesses, limit: Counts
) -> tuple[Counts, Counts]:
    """Least and most of a figure on each sheet."""

    def high(name: str) -> Counts:
        return _high(seen, name, limit)

    named, blank = papers.contest.candidate_ids, papers.blank
    zero = np.zeros(len(seen), dtype=np.int64)
    low: Counts = zero
    top: Counts = zero
    if figure.kind == "votes":
        low = sum((seen.low(name) for name in figure.candidates), zero)
        top = sum((high(name) for name in (*figure.candidates, *papers.classes)), zero)
    elif figure.kind == "valid":
        included = papers.contest.valid_includes_blank
        low = sum((seen.low(n) for n in named), zero) + seen.low(OTHER)
        top = sum((high(n) for n in named), zero) + high(OTHER)
        if blank:
            low = low + (seen.low("blank") if included else 0)
            top = top + (high("blank") if included is not False else 0)
        stated_low, stated_high = seen.valid[0][:], seen.valid[1][:]
        low = np.maximum(low, stated_low)
        top = np.where(stated_high >= 0, np.minimum(top, stated_high), top)
        low = np.minimum(low, top)
        top = top + sum((high(name) for name in papers.classes), zero)
    elif figure.kind in ("null", "null or blank"):
        low, top = seen.low("null"), high("null")
        top = top + high("blank") if blank and figure.kind != "null" else top
    elif figure.kind == "blank":
        low, top = (seen.low("blank"), high("blank")) if blank else (zero, zero)
    elif figure.kind in ("ballots", "papers"):
        low, top = _ballots(papers, seen, limit)
    elif figure.kind == "registered":
        low = top = np.maximum(seen.registered, 0)
    else:
        low = top = zero + 1
    return low, top


def _high(seen: Witnesses, name: str, limit: Counts) -> Counts:
    high = seen.high(name)
    return np.where(high < 0, limit, high)


def _ballots(papers: Papers, seen: Witnesses, limit: Counts) -> tuple[Counts, Counts]:
    """Return the least and the most ballots on each sheet."""
    zero = np.zeros(len(seen), dtype=np.int64)
    low: Counts = sum((seen.low(name) for name in seen.lows), zero)
    high: Counts = sum((_high(seen, name, limit) for name in seen.lows), zero)
    if papers.several:
        low = -(-low // papers.contest.votes_allowed)
    least, most = seen.ballots[0][:], seen.ballots[1][:]
    stated = least >= 0
    return np.where(stated, least, low), np.where(stated, most, high)


def _by_class(
    papers: Papers, seen: Witnesses, limit: Counts, held: Counts
) -> tuple[SmallCounts, SmallCounts]:
    """Return the least and most papers of each class on the sheets held; (held, classes)."""
    named = {f"for {name}": name for name in papers.contest.candidate_ids}

    def of_class(name: str) -> tuple[Counts, Counts]:
        if papers.several and name == UNCLASSED:  # it stands for a ballot
            return _ballots(papers, seen, limit)
        if name not in seen.lows:
            return np.zeros_like(limit), np.zeros_like(limit)
        least, most = seen.low(name), seen.high(name)
        return least, np.where(most < 0, np.maximum(limit, least), most)

    return _side_by_side((of_class(named.get(one, one)) for one in papers.names), held)


def _unseen(
    unseen: UnseenSizes,
    sites: dict[Places, int],
    box: int,
    unlimited: tuple[int, int],
    free: tuple[Counts, Counts, Counts],
) -> Unseen:
    """Put together the stations of which no sheet says anything.

    ``unlimited``: where their number is not known, how much each holds and how many there may be;
    ``free``: site, cap and list of those whose sheet says nothing.
    """
    free_site, free_cap, free_lists = free
    site = [sites[areas,] if areas is not None else -1 for areas in unseen.sites]
    cap = [value if value >= 0 else box for value in unseen.caps]
    count, lists = list(unseen.counts), list(unseen.lists)
    if unseen.unlimited:
        # As many stations as the published numbers allow; with their papers, or these apart.
        site, cap, count, lists = [-1], [unlimited[0]], [unlimited[1]], [0]
    size = len(site)
    return Unseen(
        np.array([*site, *free_site], dtype=np.int64),
        np.array([*cap, *free_cap], dtype=np.int64),
        np.array([*count, *([1] * len(free_site))], dtype=np.int64),
        np.array([False] * size + [True] * len(free_site), dtype=bool),
        np.array([*lists, *free_lists], dtype=np.int64),
    )
