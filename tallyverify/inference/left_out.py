"""How many of the seen stations a bulletin may leave out, by what it says itself.

The proofs ask more closely (``feasibility.figures.extents``), of sheets that they have weighed; an
estimate keeps no such sheets, and asks only the sums of what was seen.
"""

from __future__ import annotations

from math import floor

from tallyverify.checking import CaseFacts, Seen
from tallyverify.records import AreaResult, Bulletin


def left_out(seen: Seen, facts: CaseFacts, bulletin: Bulletin, row: AreaResult) -> int | None:
    """Return the most stations that a bulletin's row for the whole leaves out, if that is known.

    The last bulletin is taken as complete if it says nowhere that it is not; of an earlier one that
    does not say, nothing is known.
    """
    total = _stations(seen, facts, row)
    covered = row.coverage_range
    if row.stations is not None and total is not None:
        return max(total - row.stations, 0)
    if covered is not None and covered[0] == 1:
        return 0
    if covered is not None and total is not None:
        return floor((1 - covered[0]) * total)
    if covered is not None and row.stations is not None and covered[0] > 0:
        return floor(row.stations / covered[0]) - row.stations
    says_part = any(_says_part(seen, facts, other) for other in bulletin.areas)
    return 0 if bulletin == facts.bulletins[-1] and not says_part else None


def registry_lists_all(seen: Seen, facts: CaseFacts) -> bool:
    """Whether nothing shows that the registry lacks stations: a seen one, or some declared.

    What it says of an area would then be too little, and a comparison with it could accuse wrongly.
    """
    if facts.registry is None or seen.stations.strangers:
        return False
    declared = facts.all_stations
    return declared is None or declared <= len(facts.registry)


def _stations(seen: Seen, facts: CaseFacts, row: AreaResult) -> int | None:
    """How many stations the area of a row has, by the declaration or the registry."""
    known = []
    inside = facts.registry.inside(row.area) if facts.registry is not None else None
    if inside is not None and inside.any() and registry_lists_all(seen, facts):
        known.append(int(inside.sum()))
    if not row.area and facts.declared and facts.declared.all_stations is not None:
        known.append(facts.declared.all_stations)
    # Fewer than were seen: then the number is not that of all stations.
    return max(known) if known and max(known) >= _seen_in(seen, facts, row) else None


def _seen_in(seen: Seen, facts: CaseFacts, row: AreaResult) -> int:
    visible = facts.is_visible(row.area)
    return int(seen.totals.stations[facts.area_index(row.area)]) if visible else 0


def _says_part(seen: Seen, facts: CaseFacts, row: AreaResult) -> bool:
    covered, total = row.coverage_range, _stations(seen, facts, row)
    least = max(total or 0, _seen_in(seen, facts, row))
    fewer = row.stations is not None and row.stations < least
    return fewer or (covered is not None and covered[0] < 1)
