"""How much a bulletin leaves out, and how many voters the unseen stations can hold."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import NamedTuple

import numpy as np

from tallyverify.arrays import Floats, Mask
from tallyverify.checking.context import CaseFacts
from tallyverify.checking.seen import Seen
from tallyverify.findings import counted, number
from tallyverify.records import AreaResult, Bulletin


def listed_in(seen: Seen, facts: CaseFacts, area: dict[str, str]) -> Mask | None:
    """Return which stations of the registry lie in an area, if the registry can be relied on.

    It cannot where it is shown to lack stations: a seen one, or some of those declared. What it
    says of an area would then be too little, and a comparison with it could accuse wrongly.
    """
    if facts.registry is None or seen.stations.strangers:
        return None
    declared = facts.declared.stations if facts.declared else None
    if declared is not None and declared > len(facts.registry):
        return None
    inside = facts.registry.inside(area)
    return inside if inside is not None and inside.any() else None


def stations_declared(seen: Seen, facts: CaseFacts, area: dict[str, str]) -> int | None:
    """Return how many stations an area has, by the declaration or the registry."""
    known = []
    inside = listed_in(seen, facts, area)
    if inside is not None:
        known.append(int(inside.sum()))
    if not area and facts.declared and facts.declared.stations is not None:
        known.append(facts.declared.stations)
    if not known:
        return None
    there = int(seen.totals.stations[facts.area_index(area)]) if facts.is_visible(area) else 0
    # Fewer than were seen: then the number is not that of all stations.
    return max(known) if max(known) >= there else None


def left_out(seen: Seen, facts: CaseFacts, bulletin: Bulletin, row: AreaResult) -> int | None:
    """Return the most stations of an area that a bulletin may leave out, if that is known.

    A bulletin says so itself, by its coverage or its number of stations, for the area or for one
    that it lies in. The last bulletin is taken as complete if it says nowhere that it is not; of
    an earlier one that does not say, nothing is known.
    """
    around = [other for other in bulletin.areas if other.area.items() <= row.area.items()]
    stated = [most for other in around if (most := _stated(seen, facts, other)) is not None]
    if stated:
        return min(stated)
    says_part = any(_says_part(seen, facts, other) for other in bulletin.areas)
    return 0 if bulletin == facts.bulletins[-1] and not says_part else None


def _stated(seen: Seen, facts: CaseFacts, row: AreaResult) -> int | None:
    total = stations_declared(seen, facts, row.area)
    stated = row.coverage_range
    known = []
    if stated is not None:
        low = stated[0]
        if low == 1:
            known.append(0)
        elif total is not None:
            known.append(floor((1 - low) * total))
        elif row.stations is not None and low > 0:
            known.append(floor(row.stations / low) - row.stations)
    if row.stations is not None and total is not None:
        return max(total - row.stations, 0)
    return max(known) if known else None


def _says_part(seen: Seen, facts: CaseFacts, row: AreaResult) -> bool:
    stated = row.coverage_range
    total = stations_declared(seen, facts, row.area)
    fewer = row.stations is not None and total is not None and row.stations < total
    if row.stations is not None and facts.is_visible(row.area):
        fewer |= row.stations < int(seen.totals.stations[facts.area_index(row.area)])
    return fewer or (stated is not None and stated[0] < 1)


@dataclass(frozen=True)
class Capacity:
    """The most votes that the unseen stations of an area can hold."""

    voters: int  # registered, and not accounted for by the seen sheets
    words: str  # how the number comes about, in figures
    # Who is registered at the seen stations is not known, so that those who did not vote there
    # are counted too.
    with_abstainers: bool = False


def unseen_capacity(seen: Seen, facts: CaseFacts, row: AreaResult | None = None) -> Capacity | None:
    """Return how many voters the unseen stations of an area hold, if that is known.

    By the registry, if it lacks no station and knows the voters of each that was not wholly read;
    else by the declared number of registered voters less those that the sheets account for.
    """
    area = row.area if row else {}
    if _all_seen(seen, facts, area):
        return Capacity(0, "every station was seen and read")
    inside = listed_in(seen, facts, area)
    unlisted = False
    if inside is not None and facts.registry is not None:
        sizes, unknown = facts.registry.sizes
        # By area, only a sheet that names the area too takes up its station there.
        open_ = inside & ~(seen.stations.placed if area else seen.stations.whole)
        if not unknown[open_].any():
            voters = int(sizes[open_].sum())
            return Capacity(
                voters,
                f"{number(voters)} voters registered at the "
                f"{counted(int(open_.sum()), 'station')} of the registry that were not seen "
                "or not wholly read",
            )
        unlisted = True
    total = _declared_registered(facts, row)
    if total is None or (area and not facts.is_visible(area)):
        return None
    # Voters of stations without a list come from the lists of others: then only who voted counts.
    cast = unlisted or "registered" not in facts.lines or seen.stations.off_list > 0
    used = int((seen.totals.cast if cast else seen.totals.used)[facts.area_index(area)])
    if used > total:
        return None  # the number declared is not that of all voters
    what = "who voted at (fewest possible)" if cast else "registered at"
    return Capacity(
        total - used,
        f"{number(total)} declared registered voters − {number(used)} {what} the seen stations "
        f"= {number(total - used)}",
        cast,
    )


def _all_seen(seen: Seen, facts: CaseFacts, area: dict[str, str]) -> bool:
    """Whether each station of an area was seen with every vote read, and no more than there are."""
    if not facts.is_visible(area):
        return False
    position = facts.area_index(area)
    names = ((name,) for name in facts.contest.candidate_ids)
    if any(seen.totals.unread[name][position] for name in names):
        return False
    inside = listed_in(seen, facts, area)
    if inside is not None:
        return bool((seen.stations.placed if area else seen.stations.whole)[inside].all())
    declared = facts.declared.stations if facts.declared and not area else None
    return declared is not None and declared == int(seen.totals.stations[0]) > 0


def _declared_registered(facts: CaseFacts, row: AreaResult | None) -> int | None:
    # Within the country people may vote where they are not registered, so that the number of an
    # area bounds nothing there.
    if row is not None and row.area:
        return None
    national = facts.declared.registered if facts.declared else None
    if national is None and row is not None and row.coverage_range:
        return row.registered if row.coverage_range[0] == 1 else None
    return national


class LikeRegions(NamedTuple):
    """Shares of one candidate in seen areas, how these were chosen, and whether of like size."""

    shares: Floats
    words: str
    alike: bool


def like_regions(seen: Seen, valid: int, column: int) -> LikeRegions | None:
    """Return the shares of one candidate in seen areas of like size, and how these were chosen.

    Areas of the first two levels with half to twice as many votes; where there are none, those of
    the first level.
    """
    regions = seen.totals.regions
    rows = [row for row in regions.values() if valid / 2 <= row[1] <= valid * 2]
    words = f"{counted(len(rows), 'seen area')} of like size"
    alike = bool(rows)
    if not rows:
        rows = [row for names, row in regions.items() if len(names) == 1 and row[1] > 0]
        words = f"the {number(len(rows))} largest seen areas (none is of like size)"
    if valid <= 0 or not rows:
        return None
    table = np.stack(rows)
    return LikeRegions(table[:, 4 + column] / table[:, 1], words, alike)
