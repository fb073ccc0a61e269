"""Sheets whose areas are not those that the registry puts their stations in."""

from __future__ import annotations

from typing import Any

import numpy as np

from tallyverify.checking import CaseFacts
from tallyverify.feasibility.figures.unseen_sizes import registry_sites
from tallyverify.feasibility.sheets.sheet_rows import Places, places_among


def with_registry_places(columns: dict[str, Any], facts: CaseFacts) -> dict[str, Any]:
    """Return the columns with both places of stations that the registry puts in other areas.

    Where most are, the two name areas differently, and the sheets are taken at their word.
    """
    if facts.registry is None or len(facts.areas) < 2:
        return columns
    listed = registry_sites(facts)
    at = facts.registry.positions(columns["station"])
    known = np.flatnonzero(at >= 0)
    codes: dict[Places, int] = {places: code for code, places in enumerate(columns["labels"])}
    site = columns["site"].copy()
    for row in known:
        own, there = columns["labels"][site[row]], listed[at[row]]
        if there is not None and there not in own:
            site[row] = codes.setdefault(places_among({*own, there}), len(codes))
    if 2 * (site != columns["site"]).sum() > len(known):
        return columns
    return {**columns, "site": site, "labels": tuple(codes)}
