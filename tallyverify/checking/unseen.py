"""How much a bulletin leaves out, and what seen areas of like size hold."""

from __future__ import annotations

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
