"""How much a bulletin leaves out, and how many voters the unseen stations can hold."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.coverage import Seen
from tallyverify.declared import AreaResult, Bulletin
from tallyverify.facts import CaseFacts
from tallyverify.findings import counted, number

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Capacity", "left_out", "like_regions", "unseen_capacity"]


def stations_of(area: dict[str, str], facts: CaseFacts) -> int | None:
    """Return how many stations an area has, by the declaration or the registry."""
    known = []
    if facts.registry is not None:
        inside = facts.registry.inside(area)
        if inside is not None and inside.any():
            known.append(int(inside.sum()))
    if not area and facts.declared and facts.declared.stations is not None:
        known.append(facts.declared.stations)
    return max(known) if known else None


def left_out(bulletin: Bulletin, row: AreaResult, facts: CaseFacts) -> int | None:
    """Return the most stations of an area that a bulletin may leave out.

    A bulletin says so itself, by its coverage or its number of stations. One that says neither is
    taken as complete if it is the last; of an earlier one nothing is known.

    Returns
    -------
    int or None
        0 for a complete bulletin; None where it is not known.
    """
    own = _own_left_out(row, facts)
    if not row.area:
        if own is None and row.coverage is None and row.stations is None:
            return 0 if bulletin == facts.bulletins[-1] else None
        return own
    whole = bulletin.of({})
    if whole is None:
        if own is None and row.coverage is None and row.stations is None:
            return 0 if bulletin == facts.bulletins[-1] else None
        return own
    national = left_out(bulletin, whole, facts)
    known = [most for most in (own, national) if most is not None]
    return min(known) if known else None


def _own_left_out(row: AreaResult, facts: CaseFacts) -> int | None:
    total = stations_of(row.area, facts)
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
        known.append(max(total - row.stations, 0))
    return max(known) if known else None


@dataclass(frozen=True)
class Capacity:
    """The most votes that the unseen stations of an area can hold.

    Attributes
    ----------
    voters : int
        Registered voters not accounted for by the seen sheets.
    words : str
        How the number comes about, in figures.
    """

    voters: int
    words: str


def unseen_capacity(seen: Seen, facts: CaseFacts, row: AreaResult | None = None) -> Capacity | None:
    """Return how many voters the unseen stations of an area hold, if that is known.

    By the registry, if it knows the voters of every station not wholly read; else by the declared
    number of registered voters less those that the sheets account for.
    """
    area = row.area if row else {}
    if facts.registry is not None:
        inside = facts.registry.inside(area)
        if inside is not None and inside.any():
            sizes, unknown = facts.registry.sizes
            open_ = inside & ~seen.stations.whole
            if not unknown[open_].any():
                voters = int(sizes[open_].sum())
                return Capacity(
                    voters,
                    f"{number(voters)} voters registered at the {number(int(open_.sum()))} "
                    "stations of the registry that were not seen or not wholly read",
                )
    total = _declared_registered(facts, row)
    if total is None or (area and not facts.is_visible(area)):
        return None
    used = int(seen.totals.used[facts.area_index(area)])
    what = "registered at" if "registered" in facts.lines else "who voted at (fewest possible)"
    return Capacity(
        max(total - used, 0),
        f"{number(total)} declared registered voters − {number(used)} {what} the seen stations "
        f"= {number(max(total - used, 0))}",
    )


def _declared_registered(facts: CaseFacts, row: AreaResult | None) -> int | None:
    national = facts.declared.registered if facts.declared else None
    if (row is None or not row.area) and national is not None:
        return national
    # What a bulletin gives by area are the voters of the stations that it holds.
    if row is not None and row.registered is not None and row.coverage_range:
        return row.registered if row.coverage_range[0] == 1 else None
    return None


def like_regions(seen: Seen, valid: int, column: int) -> tuple[NDArray[np.float64], str] | None:
    """Return the shares of one candidate in seen areas of like size, and how these were chosen.

    Parameters
    ----------
    seen : Seen
        The seen stations.
    valid : int
        Votes of the batch to be set beside them.
    column : int
        Position of the candidate in the contest.

    Returns
    -------
    (shares, words) or None
        Areas of the first two levels with half to twice as many votes; where there are none,
        the areas of the first level; None if there are no areas.
    """
    regions = seen.totals.regions
    rows = [row for row in regions.values() if valid / 2 <= row[1] <= valid * 2]
    words = f"the {counted(len(rows), 'seen area')} of like size"
    if not rows:
        rows = [row for names, row in regions.items() if len(names) == 1 and row[1] > 0]
        words = f"the {number(len(rows))} largest seen areas (none is of like size)"
    if valid <= 0 or not rows:
        return None
    table = np.stack(rows)
    return table[:, 4 + column] / table[:, 1], words
