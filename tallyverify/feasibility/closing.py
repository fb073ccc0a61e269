"""What closes the world: whole bulletins, coverage, lists of stations, votes of no station.

The weakest assumption holds unless a stronger one is declared; each that is used is named.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil, floor

import numpy as np

from tallyverify.arrays import Counts, Mask
from tallyverify.checking import CaseFacts
from tallyverify.feasibility.allowance import annulled_keys, annulled_number
from tallyverify.feasibility.papers import Figure
from tallyverify.feasibility.published import BY_COVERAGE, Row, Series, stated
from tallyverify.feasibility.witnesses import Witnesses
from tallyverify.findings import counted, number, place
from tallyverify.records import AreaResult, Bulletin

_NO_STATION = 10
"""Votes of no station: at most one in so many of a row's votes, where nothing bounds them."""


@dataclass(frozen=True)
class Extent:
    """How much of its area a row holds."""

    whole: bool
    taken: bool = False  # only because it is the last and says nothing else
    stations: tuple[int, int] | None = None  # least and most stations that it holds
    seen: tuple[int, int] | None = None  # the same, of the seen stations
    voters: tuple[int, int] | None = None  # least and most voters on the lists of its stations
    share: tuple[int, int] | None = None  # stations, by a coverage of them beside their number
    either: bool = False  # stations and voters are both tried
    words: str = ""


@dataclass(frozen=True, eq=False)
class UnseenStations:
    """Stations that exist, or may exist, and of which no sheet says anything."""

    sites: list[tuple[int, ...] | None]  # None: any area
    caps: list[int]  # −1: no bound
    counts: list[int]
    lists: list[int]
    unlimited: bool  # their number is not bounded
    words: list[str] = field(default_factory=list)


def stations_in(area: dict[str, str], facts: CaseFacts, seen: Witnesses) -> int | None:
    """Return how many stations an area has, if that is known."""
    declared = facts.declared.stations if facts.declared else None
    if not area:
        if declared is not None:
            return declared if declared >= len(seen) else None
        return None
    if closed_registry(facts, seen) and facts.registry is not None:
        inside = facts.registry.inside(area)
        if inside is not None and inside.any():
            return int(inside.sum())
    return None


def closed_registry(facts: CaseFacts, seen: Witnesses) -> bool:
    """Whether the registry is the list of all stations: as many as declared, none foreign."""
    if facts.registry is None or facts.declared is None:
        return False
    return facts.declared.stations == len(facts.registry) and not bool(
        (_places(facts, seen) < 0).any()
    )


def _places(facts: CaseFacts, seen: Witnesses) -> Counts:
    assert facts.registry is not None
    return np.asarray(facts.registry.positions(seen.stations), dtype=np.int64)


def extents(series: Series, facts: CaseFacts, seen: Witnesses) -> dict[tuple[int, int], Extent]:
    """Return how much each row of each bulletin holds, by (bulletin, area)."""
    found: dict[tuple[int, int], Extent] = {}
    for at, (bulletin, rows) in enumerate(series.bulletins):
        silent = not any(_says_extent(bulletin, row, facts) for row in rows)
        last = at == len(series.bulletins) - 1
        for row in rows:
            if not facts.is_visible(row.area):
                continue
            one = _extent(bulletin, row, rows, facts, seen)
            one = replace(one, share=_share_beside(bulletin, row, facts, seen))
            if silent and last:
                one = Extent(
                    True,
                    taken=True,
                    words=f"bulletin {bulletin.id}, which does not say how much it holds, is "
                    'taken as the whole count ("complete": true would say so)',
                )
            found[at, facts.area_index(row.area)] = one
    return found


def _says_extent(bulletin: Bulletin, row: AreaResult, facts: CaseFacts) -> bool:
    complete = stated(facts, bulletin, row, "complete")
    return complete is not None or row.coverage is not None or row.stations is not None


def _extent(
    bulletin: Bulletin,
    row: AreaResult,
    rows: tuple[AreaResult, ...],
    facts: CaseFacts,
    seen: Witnesses,
) -> Extent:
    head = f"bulletin {bulletin.id}, {place(row.area)}"
    total = stations_in(row.area, facts, seen)
    complete = stated(facts, bulletin, row, "complete")
    if complete:
        return Extent(True, words=f"{head}: it is declared complete")
    covered = row.coverage_range
    if row.stations is not None and total is not None and row.stations == total:
        return Extent(
            True, stations=(total, total), words=f"{head}: it holds all {number(total)} stations"
        )
    if complete is False and covered is None and row.stations is None:
        return Extent(False)
    every = facts.declared.stations if facts.declared else None
    if row.stations is not None:
        # Where more sheets were seen than stations are declared, a station may have several.
        more = max(len(seen) - every, 0) if every is not None else 0
        if more and not row.area and row.stations == every:
            return Extent(True, words=f"{head}: it holds all {counted(every, 'station')}")
        exact = (row.stations, row.stations + more)
        said = f"{head}: it holds {counted(row.stations, 'station')}"
        return Extent(False, stations=exact, words=said)
    if covered is None:
        return Extent(False)
    less = any(
        other.coverage_range is not None
        and other.coverage_range[1] < 1
        and row.area.items() <= other.area.items()
        for other in rows
    )
    if covered[1] == 1 and covered[0] >= Fraction(199, 200) and not less and complete is not False:
        known = total if total is not None else len(seen)
        out = floor((1 - covered[0]) * known)
        said = f"{head}: a coverage of 100 % leaves out at most {counted(out, 'station')}"
        if total is not None:
            return Extent(out == 0, stations=(total - out, total), words=said)
        if out == 0:
            return Extent(True, words=said)
        here = int(np.isin(seen.site, _sites_in(seen, facts.area_index(row.area))).sum())
        return Extent(False, seen=(max(here - out, 0), here), words=said)
    basis = stated(facts, bulletin, row, "coverage_basis")
    stations = voters = None
    if total is not None:
        stations = _whole_between(covered, total)
    register = _register(row, facts)
    if register is not None and bool((seen.registered > 0).all()):
        least, most = _whole_between(covered, register)
        # Of stations that were not seen, the lists are not known: they may have all that is left.
        left = 0 if _lists_known(facts, seen) else register - int(seen.registered.sum())
        voters = (max(least - max(left, 0), 0), most)
    percent = f"{100 * float(covered[0]):.6g} to {100 * float(covered[1]):.6g} %"
    if basis == "stations":
        said = f"{head}: it holds {percent} of the stations"
        return Extent(False, stations=stations, words=said if stations else "")
    if basis == "registered":
        said = f"{head}: its stations have {percent} of the registered voters"
        return Extent(False, voters=voters, words=said if voters else "")
    said = f"{head}: it holds {percent} of the stations, or of the voters"
    return Extent(False, stations=stations, voters=voters, either=True, words=said)


def _share_beside(
    bulletin: Bulletin, row: AreaResult, facts: CaseFacts, seen: Witnesses
) -> tuple[int, int] | None:
    """How many stations a coverage, said to be of stations, allows beside their number."""
    claimed, total = row.coverage_range, stations_in(row.area, facts, seen)
    basis = stated(facts, bulletin, row, "coverage_basis")
    if row.stations is None or claimed is None or total is None or basis != "stations":
        return None
    low, high = claimed
    unit = high - low  # perhaps cut off instead of rounded
    least, most = _whole_between(
        (max(low - unit, Fraction(0)), min(high + unit, Fraction(1))), total
    )
    # One station, or one in a hundred, is a slip; annulled ones are not counted, or are.
    slip = max(total // 100, 1)
    without = slip + len(annulled_keys(facts)) + annulled_number(facts)
    return max(least - without, 0), min(most + slip, total)


def _lists_known(facts: CaseFacts, seen: Witnesses) -> bool:
    """Whether the list of voters of every station is known."""
    if closed_registry(facts, seen) and facts.registry is not None:
        return not bool(facts.registry.sizes[1].any())
    declared = facts.declared.stations if facts.declared else None
    return declared == len(seen) and not annulled_keys(facts)


def _whole_between(covered: tuple[Fraction, Fraction], total: int) -> tuple[int, int]:
    """Return the least and the most of a total in a coverage; either side where none is within."""
    least, most = ceil(covered[0] * total), floor(covered[1] * total)
    return (least, most) if least <= most else (most, least)


def _register(row: AreaResult, facts: CaseFacts) -> int | None:
    if row.area or facts.declared is None:
        return None
    return facts.declared.registered


def _sites_in(seen: Witnesses, area: int) -> list[int]:
    return [at for at, areas in enumerate(seen.labels) if area in areas]


def same_hours(
    series: Series, found: dict[tuple[int, int], Extent], facts: CaseFacts, *, taken: bool = True
) -> bool:
    """Whether the rows of each bulletin are surely of one hour; ``taken`` as in ``assembled``.

    They are where there is one row only, where all of them are whole, or where stations are stated
    and add up from the areas to the whole.
    """

    def whole_at(at: int, area: int) -> bool:
        one = found.get((at, area), Extent(False))
        return one.whole and (taken or not one.taken)

    for at, (_, rows) in enumerate(series.bulletins):
        visible = [row for row in rows if facts.is_visible(row.area)]
        if len(visible) < 2 or all(whole_at(at, facts.area_index(r.area)) for r in visible):
            continue
        if whole_at(at, 0):
            continue
        whole = next((row for row in visible if not row.area), None)
        tops = [
            row
            for row in visible
            if row.area and not any(o.area.items() < row.area.items() for o in visible if o.area)
        ]
        counts = [row.stations for row in tops]
        if whole is None or whole.stations is None or None in counts:
            return False
        if sum(count or 0 for count in counts) != whole.stations:
            return False
    return True


def count_rows(series: Series, found: dict[tuple[int, int], Extent], *, voters: bool) -> list[Row]:
    """Return the rows that bound the stations (or voters) of bulletins, on one basis."""
    rows = []
    for (at, area), one in found.items():
        bulletin = series.bulletins[at][0].id
        if one.share is not None:
            least, most = one.share
            rows.append(Row(at, bulletin, area, Figure("stations"), BY_COVERAGE, least, most, True))
        if one.stations is not None and not (one.either and voters):
            low, high = one.stations
            figure = Figure("stations")
        elif one.seen is not None:
            (low, high), figure = one.seen, Figure("seen")
        elif one.voters is not None and (voters or not one.either):
            (low, high), figure = one.voters, Figure("registered")
        else:
            continue
        rows.append(Row(at, bulletin, area, figure, f"{figure.kind} covered", low, high, True))
    return rows


def unseen_stations(facts: CaseFacts, seen: Witnesses, allowance: int) -> UnseenStations:
    """Return the stations of which no sheet says anything, with what each can hold."""
    found = UnseenStations([], [], [], [], False)
    per = facts.contest.votes_allowed
    declared = facts.declared.stations if facts.declared else None
    annulled = annulled_keys(facts)  # they may be counted among the stations, with no vote
    if facts.registry is not None:
        at = _places(facts, seen)
        left = np.ones(len(facts.registry), dtype=bool)
        left[at[at >= 0]] = False
        sizes, _ = facts.registry.sizes
        slack = _slack(facts, seen, at)
        sites = registry_sites(facts)
        closed = closed_registry(facts, seen)
        keys = facts.registry.index
        if closed or declared is None:
            for station in np.flatnonzero(left):
                size = int(sizes[station])
                cap = (
                    0
                    if str(keys[int(station)]) in annulled
                    else -(
                        -size
                        * per
                        * slack[0]
                        * seen.limits.excess[0]
                        // (slack[1] * seen.limits.excess[1])
                    )
                    if size
                    else (
                        seen.limits.unlisted_top
                        if seen.limits.unlisted_top >= 0
                        else seen.limits.top
                    )
                )
                found.sites.append(sites[station])
                found.caps.append(cap)
                found.counts.append(1)
                found.lists.append(size)
            found.words.append(
                f"{counted(int(left.sum()), 'station')} of the registry were not seen"
            )
            if not closed and allowance:
                found.sites.append(None)
                found.caps.append(seen.limits.top)
                found.counts.append(allowance)
                found.lists.append(0)
                found.words.append(
                    f"up to {counted(allowance, 'station')} may be missing from the registry"
                )
            return found
    if declared is not None and declared >= len(seen):
        unseen = declared - len(seen)
        empty = min(unseen, len(annulled))
        for count, cap in ((unseen - empty, seen.limits.top), (empty, 0)):
            if count:
                found.sites.append(None)
                found.caps.append(cap)
                found.counts.append(count)
                found.lists.append(0)
        found.words.append(
            f"{number(declared)} stations are declared, {number(len(seen))} were seen"
        )
        return found
    return UnseenStations([], [], [], [], True)


def _slack(facts: CaseFacts, seen: Witnesses, at: Counts) -> tuple[int, int]:
    """How much larger a list may be than in the registry: as the seen sheets show."""
    assert facts.registry is not None
    sizes, _ = facts.registry.sizes
    both = (at >= 0) & (seen.registered > 0) & seen.sound
    both[both] = sizes[at[both]] > 0
    if not both.any():
        return 1, 1
    ratio = seen.registered[both] / sizes[at[both]]
    most = int(np.argmax(ratio))
    if ratio[most] <= 1:
        return 1, 1
    return int(seen.registered[both][most]), int(sizes[at[both]][most])


def registry_sites(facts: CaseFacts) -> list[tuple[int, ...] | None]:
    """Return the declared areas of each station of the registry; None where it names no areas."""
    assert facts.registry is not None
    inside: list[tuple[int, Mask]] = []
    for position, area in enumerate(facts.areas):
        mask = facts.registry.inside(area) if position and facts.is_visible(area) else None
        if mask is not None:
            inside.append((position, mask))
        elif position:
            return [None] * len(facts.registry)
    if not inside:
        return [(0,)] * len(facts.registry)
    packed = np.packbits(np.stack([mask for _, mask in inside], axis=1), axis=1)
    known: dict[bytes, tuple[int, ...]] = {}
    found: list[tuple[int, ...] | None] = []
    for station, row in enumerate(packed):
        key = row.tobytes()
        if key not in known:
            known[key] = (0, *(position for position, mask in inside if mask[station]))
        found.append(known[key])
    return found


def votes_of_no_station(
    series: Series, facts: CaseFacts, seen: Witnesses, unseen: UnseenStations
) -> tuple[int, str]:
    """Return the most votes of a series that belong to no station, and why so many."""
    declared = facts.declared
    if declared is None:
        return 0, ""
    rows = [(b, row) for b, own in series.bulletins for row in own]
    if all(stated(facts, b, row, "all_votes_at_stations") for b, row in rows):
        return 0, "all votes are declared to be cast at stations"
    if all(row.stations is not None for _, row in rows):
        return 0, ""
    known = bool((seen.registered > 0).all()) and not unseen.unlimited
    listed = all(size > 0 for size in unseen.lists)
    if declared.registered is not None and known and listed and len(seen):
        lists = int(seen.registered.sum()) + sum(
            size * count for size, count in zip(unseen.lists, unseen.counts, strict=True)
        )
        room = max(declared.registered - lists, 0) * facts.contest.votes_allowed
        return room, (
            f"up to {number(room)} votes may belong to no station: {number(declared.registered)} "
            f"registered − {number(lists)} on the lists of stations"
        )
    votes = max(
        (max(row.ballots or 0, row.valid or 0, sum(row.figures.values())) for _, row in rows),
        default=0,
    )
    return votes // _NO_STATION, (
        f"up to a tenth of the declared votes ({number(votes // _NO_STATION)}) may belong to no "
        'station (postal, abroad); "all_votes_at_stations": true would say otherwise'
    )


def _booths_without_list(facts: CaseFacts) -> bool:
    """Whether the registry has stations with nobody on their list, where people vote anyhow."""
    if facts.registry is None:
        return False
    return bool((facts.registry.frame["registered"] == 0).fillna(False).any())


def register_room(facts: CaseFacts, seen: Witnesses) -> tuple[int, str] | None:
    """Return the most ballots beside those of the seen sheets, where the register bounds them."""
    declared = facts.declared
    if declared is None or declared.registered is None or not seen.limits.listed:
        return None
    if _booths_without_list(facts):
        return None  # whoever votes there is on the list of another station
    lists = int(seen.registered.sum())
    if lists > declared.registered:
        return None
    if declared.registered - lists < (declared.stations or 0) - len(seen):
        return None  # the unseen stations have no lists, as booths for voters of other stations
    room = (declared.registered - lists) * facts.contest.votes_allowed
    return room, (
        f"{number(declared.registered)} registered voters − {number(lists)} on the lists of the "
        f"seen sheets leave {number(room)}"
    )
