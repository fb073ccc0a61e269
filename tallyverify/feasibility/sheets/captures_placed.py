"""Where stations that other captures add lie, and which of them may be known already."""

from __future__ import annotations

from typing import Any

import numpy as np

from tallyverify.arrays import Mask, Texts
from tallyverify.checking import CaseFacts
from tallyverify.feasibility.figures.unseen_sizes import registry_sites
from tallyverify.feasibility.sheets.sheet_rows import Places


def perhaps_met(keys: Texts, spread: list[dict[str, Any]], facts: CaseFacts) -> Mask:
    """Where a station that the actas lack may be one that they have under another key.

    It may where the captures have more stations than there are, where the registry does not list
    it, or where its key is made otherwise than any of the actas and they lack stations of the
    capture as it lacks theirs. Such a sheet is in a result or in none.
    """
    own = spread[0]["there"]
    alone: Mask = ~own & np.logical_or.reduce([one["seen"] for one in spread[1:]] or [own])
    if not alone.any():
        return alone
    perhaps = np.zeros(len(keys), dtype=bool)
    unmet = [own & ~one["there"] for one in spread[1:]]
    every = facts.all_stations
    if facts.registry is not None:
        perhaps |= facts.registry.positions(keys) < 0
        every = len(facts.registry) if every is None else every
    if every is not None and len(keys) > every:
        return alone
    made = {_made(key) for key in keys[own]}
    if any(one.any() for one in unmet):
        perhaps |= np.array([_made(key) not in made for key in keys], dtype=bool)
    return alone & perhaps


def _made(key: str) -> str:
    """Return how a key is made: its letters and digits each as one, its zeros in front kept."""
    return "".join("9" if c.isdigit() else "a" if c.isalpha() else c for c in key)


def placed_by_registry(columns: dict[str, Any], facts: CaseFacts) -> dict[str, Any]:
    """Place stations that say nothing of where they lie, where the registry knows."""
    listed, registry = registry_sites(facts), facts.registry
    assert registry is not None
    codes: dict[Places, int] = {label: code for code, label in enumerate(columns["labels"])}
    site = columns["site"].copy()
    at = registry.positions(columns["station"])
    for row in np.flatnonzero((site < 0) & (at >= 0)):
        there = listed[at[row]]
        if there is not None:
            site[row] = codes.setdefault((there,), len(codes))
    return {**columns, "site": site, "labels": list(codes)}
