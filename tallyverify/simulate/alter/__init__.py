"""Known things put into clean sheets, with a dose, and the truth of every station kept.

The sheets still add up afterwards: what an alteration changes, it changes so that arithmetic alone
does not show it. Which stations are altered depends on the seed and on their keys.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from tallyverify.simulate.alter.copied import copy_actas
from tallyverify.simulate.alter.digits import invent_digits
from tallyverify.simulate.alter.moving import move_votes, swap_tallies
from tallyverify.simulate.alter.sheets import Altered
from tallyverify.simulate.alter.stuffing import stuff, stuff_extreme
from tallyverify.simulate.alter.targets import round_percentages
from tallyverify.simulate.alter.typed import Typed, type_totals
from tallyverify.simulate.alter.withheld import withhold

__all__ = [
    "ALTERATIONS",
    "FAVOURING",
    "Altered",
    "Typed",
    "copy_actas",
    "invent_digits",
    "move_votes",
    "round_percentages",
    "stuff",
    "stuff_extreme",
    "swap_tallies",
    "type_totals",
    "withhold",
]

ALTERATIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "stuffing": stuff,
        "extreme": stuff_extreme,
        "moved": move_votes,
        "swapped": swap_tallies,
        "targets": round_percentages,
        "digits": invent_digits,
        "copied": copy_actas,
        "typed": type_totals,
        "withheld": withhold,
    }
)
"""By name; each is called with what it alters (a declared result for ``typed``, else sheets), a
dose and ``seed=``."""

FAVOURING = frozenset({"stuffing", "extreme", "moved", "swapped", "targets", "withheld"})
"""Names of those that take a ``candidate=``."""
