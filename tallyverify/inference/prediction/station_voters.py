"""Voters of each station, and the most votes that each unseen one can hold, as lists state them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.language import number, told, told_of

if TYPE_CHECKING:
    from tallyverify.arrays import Floats, Mask


@dataclass(frozen=True, eq=False)
class StationVoters:
    """What lists of voters say of every station."""

    size: Floats  # (stations,): registered voters, or what stands for them; at least 1
    room: Floats  # (stations,): most valid votes of an unseen one; infinite where not known, else 0
    empty: Mask  # (stations,): unseen, with nobody on the list, and nothing shows that votes come
    capacity: float | None  # most valid votes of the unseen together; None where not known
    notes: tuple[str, ...]


def station_voters(
    listed: Floats, valid: Floats, seen: Mask, register: int | None = None
) -> StationVoters:
    """Work out the voters of stations from their lists: NaN where not known, 0 where nobody is.

    A station with nobody on its list holds votes only if a seen one without a list does (a special
    booth, for voters of other stations), and then no more than the most seen there. Any other holds
    no more than its list, with the largest excess of votes over a list that was seen, as D302 has
    it. ``register`` is the declared number of voters of the whole country: lists that are not known
    together hold no more than it leaves.
    """
    known, booth = listed > 0, listed == 0
    if not (known & seen).any():
        return _of_equal_size(known, seen)
    votes_at_booths = valid[booth & seen]
    empty = booth & ~seen & (not votes_at_booths.any())
    notes: list[str] = []
    size, beyond = np.where(known, listed, 1.0), known | empty
    if not beyond.all():
        rate = valid[known & seen].sum() / listed[known & seen].sum()
        lacking = ~known & seen
        size[lacking] = np.maximum(valid[lacking] / rate, 1.0)
        unseen = ~beyond & ~seen
        size[unseen] = size[lacking].mean() if lacking.any() else size[known].mean()
        notes.append(
            told_of(
                int((~beyond).sum()),
                "{count} station of {all} with no registered voters stated (missing or zero): a "
                "seen one counts with the voters that its votes would take at the overall turnout, "
                "an unseen one with their mean",
                "{count} stations of {all} with no registered voters stated (missing or zero): a "
                "seen one counts with the voters that its votes would take at the overall turnout, "
                "an unseen one with their mean",
                all=number(len(listed)),
            )
        )
    if empty.any():
        notes.append(
            told_of(
                int(empty.sum()),
                "{count} unseen station with 0 registered voters hold no votes: no seen station "
                "without voters on its list has any",
                "{count} unseen stations with 0 registered voters hold no votes: no seen station "
                "without voters on its list has any",
            )
        )
    left = _left_in_register(listed, seen, register)
    unknown = np.isnan(listed) & ~seen
    if left is not None and unknown.any():
        rest = max(left - float(listed[known & ~seen].sum()), 0.0)
        if (taken := float(size[unknown].sum())) > rest:
            size[unknown] = np.maximum(size[unknown] * rest / taken, 1.0)
            notes.append(
                told_of(
                    int(unknown.sum()),
                    "the {count} unseen station whose voters are not stated have the {rest} "
                    "together that the declared registered voters leave",
                    "the {count} unseen stations whose voters are not stated have the {rest} "
                    "together that the declared registered voters leave",
                    rest=number(int(rest)),
                )
            )
    excess = float(np.max(valid[known & seen] / listed[known & seen], initial=1.0))
    at_booths = float(votes_at_booths.max(initial=0.0)) or float(valid.max())
    room = np.where(booth, at_booths, np.ceil(np.round(listed * excess, 6)))
    room = np.where(seen, 0.0, np.where(np.isnan(listed), np.inf, room))
    capacity = float(room.sum())
    if left is not None and excess == 1:
        capacity = min(capacity, left)
    return StationVoters(
        size, room, empty, capacity if np.isfinite(capacity) else None, tuple(notes)
    )


def _of_equal_size(known: Mask, seen: Mask) -> StationVoters:
    """Return stations of equal size, where of none that was seen the voters are known."""
    notes = [told("of no seen station the registered voters are known")] if known.any() else []
    notes.append(
        told(
            "the registered voters of the stations are not known: each counts as one of equal "
            "size, and there is no turnout"
        )
    )
    return StationVoters(
        np.ones(len(seen)),
        np.where(seen, 0.0, np.inf),
        np.zeros(len(seen), dtype=bool),
        0.0 if seen.all() else None,
        tuple(notes),
    )


def _left_in_register(listed: Floats, seen: Mask, register: int | None) -> float | None:
    """Return the voters that the seen lists leave of the declared ones, where that bounds the rest.

    Not where a seen station has no list, nor where fewer voters than stations are left: those
    unseen may then be booths for voters of other stations.
    """
    if register is None or not (listed[seen] > 0).all():
        return None
    left = register - float(listed[seen].sum())
    return left if left >= int((~seen).sum()) else None
