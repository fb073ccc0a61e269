"""Sheets whose areas are not those that the registry puts their stations in."""

from __future__ import annotations

from typing import Any

import numpy as np

from tallyverify.arrays import Mask
from tallyverify.checking import CaseFacts
from tallyverify.feasibility.figures.unseen_sizes import registry_sites


def areas_apart(columns: dict[str, Any], facts: CaseFacts) -> Mask:
    """Return where a sheet lies in other declared areas than the registry puts its station in.

    Where most do, the two name areas differently, and the sheets are taken at their word.
    """
    none = np.zeros(len(columns["station"]), dtype=bool)
    if facts.registry is None or len(facts.areas) < 2:
        return none
    places = registry_sites(facts)
    at = facts.registry.positions(columns["station"])
    apart = none.copy()
    for row in np.flatnonzero(at >= 0):
        there = places[at[row]]
        apart[row] = there is not None and there != columns["labels"][columns["site"][row]]
    return apart if 2 * apart.sum() <= (at >= 0).sum() else none
