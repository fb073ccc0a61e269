"""What no sheet shows: stations that were not seen, votes of no station, room in the register.

The weakest assumption holds unless a stronger one is declared; each that is used is named.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tallyverify.arrays import Counts, Mask
from tallyverify.checking import CaseFacts
from tallyverify.feasibility.allowance import annulled_keys
from tallyverify.feasibility.figures.published import Series, stated
from tallyverify.feasibility.sheets.witnesses import Witnesses
from tallyverify.language import counted, number, told, told_of

_NO_STATION = 10
"""Votes of no station: at most one in so many of a row's votes, where nothing bounds them."""


@dataclass(frozen=True, eq=False)
class UnseenSizes:
    """Stations that exist, or may exist, and of which no sheet says anything."""

    sites: list[tuple[int, ...] | None]  # None: any area
    caps: list[int]  # −1: no bound
    counts: list[int]
    lists: list[int]
    unlimited: bool  # their number is not bounded
    words: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)  # how many there are, and were seen

    @property
    def said(self) -> tuple[str, ...]:
        """All that is to be said of them, in words."""
        return (*self.words, *self.numbers)

    def add(self, site: tuple[int, ...] | None, cap: int, count: int = 1, voters: int = 0) -> None:
        """Add stations of one place and size."""
        self.sites.append(site)
        self.caps.append(cap)
        self.counts.append(count)
        self.lists.append(voters)


def stations_in(area: dict[str, str], facts: CaseFacts, seen: Witnesses) -> int | None:
    """Return how many stations an area has, if that is known.

    A sheet that is perhaps of the area leaves that open, whatever the registry says.
    """
    declared = facts.all_stations
    if not area:
        if declared is not None:
            return declared if declared >= len(seen) else None
        return None
    sure, perhaps = seen.within(facts.area_index(area))
    if sure == perhaps and closed_registry(facts, seen) and facts.registry is not None:
        inside = facts.registry.inside(area)
        if inside is not None and inside.any():
            return int(inside.sum())
    return None


def closed_registry(facts: CaseFacts, seen: Witnesses) -> bool:
    """Whether the registry is the list of all stations: as many as declared, none foreign."""
    if facts.registry is None or facts.declared is None:
        return False
    return facts.declared.all_stations == len(facts.registry) and not bool(
        (_places(facts, seen) < 0).any()
    )


def _places(facts: CaseFacts, seen: Witnesses) -> Counts:
    assert facts.registry is not None
    return np.asarray(facts.registry.positions(seen.stations), dtype=np.int64)


def unseen_stations(facts: CaseFacts, seen: Witnesses, allowance: int) -> UnseenSizes:
    """Return the stations of which no sheet says anything, with what each can hold."""
    found = UnseenSizes([], [], [], [], False)
    per = facts.contest.votes_allowed
    declared = facts.all_stations
    annulled = annulled_keys(facts)  # they may be counted among the stations, with no vote
    if facts.registry is not None:
        at = _places(facts, seen)
        left = np.ones(len(facts.registry), dtype=bool)
        left[at[at >= 0]] = False
        sizes, _ = facts.registry.sizes
        slack = _slack(facts, seen, at)
        sites = registry_sites(facts)
        moved = _elsewhere(seen, at, sites)
        if moved > allowance:
            # What the registry has wrong of the seen stations, it may have wrong of any.
            sites = [None] * len(sites)
            found.words.append(
                told(
                    "the registry puts {stations} in other areas than their sheets, so that those "
                    "not seen may lie in any",
                    stations=counted(moved, "seen station", "seen stations"),
                )
            )
        closed = closed_registry(facts, seen)
        out = facts.is_annulled(facts.registry.frame["station"])
        if closed or declared is None:
            for station in np.flatnonzero(left):
                size = int(sizes[station])
                cap = 0
                if not out[station]:
                    cap = _cap(size * per, slack, seen)
                found.add(sites[station], cap, voters=size)
            found.words.append(
                told_of(
                    int(left.sum()),
                    "{count} station of the registry was not seen",
                    "{count} stations of the registry were not seen",
                )
            )
            if not closed and allowance:
                found.add(None, seen.limits.top, allowance)
                found.words.append(
                    told(
                        "up to {stations} may be missing from the registry",
                        stations=counted(allowance, "station", "stations"),
                    )
                )
            return found
    if declared is not None and declared >= len(seen):
        unseen = declared - len(seen)
        empty = min(unseen, len(annulled))
        for count, cap in ((unseen - empty, seen.limits.top), (empty, 0)):
            if count:
                found.add(None, cap, count)
        said = told(
            "{declared} stations are declared, {seen} were seen",
            declared=number(declared),
            seen=number(len(seen)),
        )
        found.numbers.append(said)
        return found
    if declared is not None and len(seen) - declared <= allowance:
        # So few too many are sheets that are wrong: as many others may be missing.
        found.add(None, seen.limits.top, allowance)
        said = told(
            "{declared} stations are declared, {seen} sheets were seen: up to {stations} may be "
            "among them without being seen",
            declared=number(declared),
            seen=number(len(seen)),
            stations=counted(allowance, "station", "stations"),
        )
        found.numbers.append(said)
        return found
    return UnseenSizes([], [], [], [], True)


def _elsewhere(seen: Witnesses, at: Counts, sites: list[tuple[int, ...] | None]) -> int:
    """How many seen stations the registry puts in other areas than their sheets do."""
    codes: dict[tuple[int, ...] | None, int] = {}
    listed = np.array([codes.setdefault(areas, len(codes)) for areas in sites], dtype=np.int64)
    agree = np.array(
        [[areas is None or places == (areas,) for areas in codes] for places in seen.labels],
        dtype=bool,
    ).reshape(len(seen.labels), len(codes))
    known = at >= 0
    return int((~agree[seen.site[known], listed[at[known]]]).sum())


def _cap(votes: int, slack: tuple[int, int], seen: Witnesses) -> int:
    """The most that an unseen station of the registry holds: its list, with what was seen above it.

    Without a list, the most seen at a station without one, else at any; −1: no bound.
    """
    limits = seen.limits
    if not votes:
        return limits.unlisted_top if limits.unlisted_top >= 0 else limits.top
    return -(-votes * slack[0] * limits.excess[0] // (slack[1] * limits.excess[1]))


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
    series: Series, facts: CaseFacts, seen: Witnesses, unseen: UnseenSizes
) -> tuple[int, str]:
    """Return the most votes of a series that belong to no station, and why so many."""
    declared = facts.declared
    if declared is None:
        return 0, ""
    rows = [(b, row) for b, own in series.bulletins for row in own]
    if all(stated(facts, b, row, "all_votes_at_stations") for b, row in rows):
        return 0, told("all votes are declared to be cast at stations")
    if all(row.stations is not None for _, row in rows):
        return 0, ""
    known = bool((seen.registered > 0).all()) and not unseen.unlimited
    listed = all(size > 0 for size in unseen.lists)
    if declared.registered is not None and known and listed and len(seen):
        lists = int(seen.registered.sum()) + sum(
            size * count for size, count in zip(unseen.lists, unseen.counts, strict=True)
        )
        room = max(declared.registered - lists, 0) * facts.contest.votes_allowed
        return room, told(
            "up to {room} votes may belong to no station: {registered} registered − {lists} on the "
            "lists of stations",
            room=number(room),
            registered=number(declared.registered),
            lists=number(lists),
        )
    tenth = tenth_of_votes(series)
    return tenth, told(
        "up to a tenth of the declared votes ({tenth}) may belong to no station (postal, abroad); "
        '"all_votes_at_stations": true would say otherwise',
        tenth=number(tenth),
    )


def tenth_of_votes(series: Series) -> int:
    """Return a tenth of the most votes that a row of a series declares."""
    return max((row.most for _, rows in series.bulletins for row in rows), default=0) // _NO_STATION


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
    if declared.registered - lists < (declared.all_stations or 0) - len(seen):
        return None  # the unseen stations have no lists, as booths for voters of other stations
    room = (declared.registered - lists) * facts.contest.votes_allowed
    return room, told(
        "{registered} registered voters − {lists} on the lists of the seen sheets leave {room}",
        registered=number(declared.registered),
        lists=number(lists),
        room=number(room),
    )
