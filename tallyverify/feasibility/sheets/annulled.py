"""Stations that are annulled hold no votes of the result; pending ones may hold some."""

from __future__ import annotations

from typing import Any

import numpy as np

from tallyverify.arrays import among
from tallyverify.checking import CaseFacts
from tallyverify.errors import InputError, listed, nearest
from tallyverify.feasibility.allowance import annulled_keys
from tallyverify.feasibility.sheets.sheet_rows import Places, stations_among
from tallyverify.key_bytes import folded_keys
from tallyverify.language import told
from tallyverify.names import folded_key


def papers_held(columns: dict[str, Any]) -> int:
    """Papers that stations hold, as far as their sheets say."""
    most = np.maximum(columns["least"].by_row(), columns["ballots"][:])
    return int(np.maximum(most, columns["valid"][:]).sum())


def without_annulled(
    columns: dict[str, Any], facts: CaseFacts
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Take off the stations that are annulled, and return their keys."""
    declared = {folded_key(key): key for key in annulled_keys(facts)}
    if not declared:
        return columns, ()
    here = folded_keys(columns["station"])
    out = among(here, declared)
    known = set(here[out].tolist())
    if facts.registry is not None:
        known |= set(folded_keys(facts.registry.frame["station"]).tolist())
    stations = facts.all_stations
    # Of stations that were not seen, and that no registry lists, nothing but the key is known.
    open_ = facts.registry is None and stations is not None and stations > len(here)
    unknown = sorted(declared[key] for key in set(declared) - known)
    if unknown and not open_:
        raise InputError(
            told("annulled stations that neither a sheet nor the registry has"),
            file="declared",
            place="annulled",
            found=listed(unknown),
            expected=told("keys of stations, as the actas write them"),
            hint=nearest(unknown[0], columns["station"].tolist()),
        )
    return stations_among(columns, ~out), tuple(sorted(declared.values()))


def with_pending_nowhere(columns: dict[str, Any], facts: CaseFacts) -> dict[str, Any]:
    """Return the columns with stations of pending sheets where they lie, or in no result at all."""
    pending = facts.is_pending(columns["station"])
    codes: dict[Places, int] = {places: code for code, places in enumerate(columns["labels"])}
    site = columns["site"].copy()
    for row in np.flatnonzero(pending):
        places = tuple(areas for areas in columns["labels"][site[row]] if areas)
        site[row] = codes.setdefault(((), *places), len(codes))
    return {**columns, "site": site, "labels": tuple(codes)}
