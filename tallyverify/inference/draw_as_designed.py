"""Whether a sample lies as its design says: else it was not drawn station by station."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tallyverify.checking import CaseFacts, Sheets
from tallyverify.errors import shown
from tallyverify.inference.prediction.population import uneven
from tallyverify.language import counted, number, told
from tallyverify.names import folded
from tallyverify.records import Sampling
from tallyverify.table import Registry

if TYPE_CHECKING:
    from tallyverify.arrays import Codes, Floats, Mask

_SURE = 4.0
"""Standard errors beyond which a draw within its strata does not lead."""


def not_as_designed(sheets: Sheets, sampling: Sampling, facts: CaseFacts) -> str:
    """Say in what a sample is not the draw that its design describes; empty where it may be.

    The estimate takes each station to have been drawn by itself, with the same chance for all of
    its stratum. Whole areas that were drawn, chances by size, or a list that lacks stations make
    its errors too small. So the numbers of the design are held against the registry and the
    declared number, and where the drawn stations lie against where all do: at each level of areas
    and by size.
    """
    registry, declared = facts.registry, facts.all_stations
    stations = counted(sampling.total, "station", "stations")
    if declared is not None and declared != sampling.total:
        return told(
            "the design of the sample has {stations} in all, {declared} are declared",
            stations=stations,
            declared=number(declared),
        )
    if registry is not None and len(registry) != sampling.total:
        return told(
            "the design of the sample has {stations} in all, the registry {there}",
            stations=stations,
            there=number(len(registry)),
        )
    if registry is None:
        return ""
    at = registry.positions(sheets.columns["station"])
    seen = np.zeros(len(registry), dtype=bool)
    seen[at[at >= 0]] = True
    levels = [level for level in facts.contest.levels if level in registry.frame.columns]
    if any(level not in levels for level in sampling.strata):
        return ""  # the registry does not tell the strata
    stratum, names = _codes(registry, sampling.strata)
    numbers = np.bincount(stratum, minlength=len(names))
    designed = {folded(name): count for name, count in sampling.stations.items()}
    for name, there in zip(names, numbers, strict=True):
        said = designed.get(folded(name), 0)
        if sampling.strata and said != there:
            return told(
                "the design of the sample has {said} stations in the stratum {stratum}, the "
                "registry {there}",
                said=number(said),
                stratum=shown(name),
                there=number(int(there)),
            )
    lacking = sampling.drawn is not None and sampling.drawn > int(seen.sum())
    missing = (~seen).astype(float)
    for depth, level in enumerate(levels, start=1):
        own, _ = _codes(registry, (*sampling.strata, *levels[:depth]))
        if _uneven(own, stratum, missing):
            return _unevenly(level, lacking=lacking)
    if not _by_size(registry, seen, stratum):
        return ""
    if lacking:
        return told(
            "stations of some sizes were drawn, or came in, more often than others of their stratum"
        )
    return told("stations of some sizes were drawn more often than others of their stratum")


def _unevenly(level: str, *, lacking: bool) -> str:
    if lacking:
        return told(
            "the stations of the sample lie in the areas of the level {level} more unevenly than a "
            "draw of stations by lot leaves them: areas were drawn, or came in, or chances differ",
            level=level,
        )
    return told(
        "the stations of the sample lie in the areas of the level {level} more unevenly than a "
        "draw of stations by lot leaves them: areas were drawn or chances differ",
        level=level,
    )


def _codes(registry: Registry, levels: tuple[str, ...]) -> tuple[Codes, list[str]]:
    """Return the area of each station, and the areas' names as a design writes them."""
    if not levels:
        return np.zeros(len(registry), dtype=np.intp), ["all"]
    names_of = registry.frame[list(levels)].fillna("").astype(str)
    texts = names_of.iloc[:, 0]
    if len(levels) > 1:
        texts = texts.str.cat(names_of.iloc[:, 1:], sep=" / ")
    spelt, names = pd.factorize(texts.to_numpy(dtype=object), sort=True)
    # One area in two spellings is one, as it is for the estimate.
    codes, _ = pd.factorize(np.array([folded(str(name)) for name in names], dtype=object))
    first = {int(code): str(name) for code, name in zip(codes[::-1], names[::-1], strict=True)}
    return codes[spelt], [first[code] for code in range(len(first))]


def _uneven(own: Codes, stratum: Codes, missing: Floats) -> bool:
    """Whether areas lack more unequal numbers than a draw within their strata leaves."""
    stations, gone, whole, lost = (
        np.bincount(by, weights).astype(np.float64)
        for by in (own, stratum)
        for weights in (None, missing)
    )
    parent = np.zeros(len(stations), dtype=np.intp)
    parent[own] = stratum
    return uneven(stations, gone, whole[parent], lost[parent], sure=_SURE)


def _by_size(registry: Registry, seen: Mask, stratum: Codes) -> bool:
    """Whether drawn stations are larger, or smaller, than their strata by more than chance."""
    sizes, unknown = registry.sizes
    known = ~unknown & (sizes > 0)
    if not known.any():
        return False
    log = np.log(np.where(known, sizes, 1).astype(float))
    parts = pd.DataFrame({"log": log, "seen": seen.astype(float)})[known]
    by = stratum[known]
    parts -= parts.groupby(by).transform("mean")
    parts["tied"] = parts["log"] * parts["seen"]
    parts["log"], parts["seen"], parts["one"] = parts["log"] ** 2, parts["seen"] ** 2, 1.0
    sums = parts.groupby(by).sum()
    # By stratum: within it, who is drawn is a permutation.
    spread = float((sums["log"] * sums["seen"] / (sums["one"] - 1).clip(lower=1)).sum())
    return spread > 0 and abs(float(sums["tied"].sum())) > _SURE * float(np.sqrt(spread))
