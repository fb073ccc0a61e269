"""Areas of stations as codes, level by level; a station that names none hangs under the country."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tallyverify.language import number, told, told_of
from tallyverify.names import folded

if TYPE_CHECKING:
    from tallyverify.arrays import Counts, Mask, Texts


@dataclass(frozen=True, eq=False)
class PlacedStations:
    """Where stations lie, by level from the largest."""

    codes: tuple[Counts, ...]  # (stations,) each
    # Units of the first level, as they are shown; empty for that of a station which names none.
    first: tuple[str, ...]
    # By level, stations (stations,) that name no area of it; nothing where all name all.
    unplaced: tuple[Mask, ...]
    notes: tuple[str, ...]


def placed_stations(texts: Sequence[Texts], levels: Sequence[str]) -> PlacedStations:
    """Code the areas of stations, given as names (stations,) by level.

    A station that names no area of a level is a unit of its own there: of the country it then takes
    what the country has, of a named state what that has. Those that name none lie in no area
    together. Stations without an area that name the same one a level below are one unit.
    """
    codes: list[Counts] = []
    first: tuple[str, ...] = ()
    unplaced: list[Mask] = []
    notes: list[str] = []
    below = np.zeros(len(texts[0]) if texts else 0, dtype=np.int64)
    for position in reversed(range(len(levels))):
        code, labels, lacking = _coded(texts[position])
        if lacking.any():
            code, alone = _apart(code, lacking, below, position + 1 < len(levels))
            labels += [""] * alone
        codes.insert(0, code)
        unplaced.insert(0, lacking)
        first, below = tuple(labels), code
    above = np.zeros(len(below), dtype=bool)
    for position, lacking in enumerate(unplaced):
        # Said once, of the largest area that a station lacks.
        if count := int((lacking & ~above).sum()):
            within = (
                told("the {level}", level=levels[position - 1]) if position else told("the country")
            )
            notes.append(
                told_of(
                    count,
                    "{count} station of {all} name no {level}: estimated by {within}, in no "
                    "{level}",
                    "{count} stations of {all} name no {level}: estimated by {within}, in no "
                    "{level}",
                    all=number(len(lacking)),
                    level=levels[position],
                    within=within,
                )
            )
        above = above | lacking
    several = tuple(unplaced) if any(lacking.any() for lacking in unplaced) else ()
    return PlacedStations(tuple(codes), first, several, tuple(notes))


def _apart(code: Counts, lacking: Mask, below: Counts, deeper: bool) -> tuple[Counts, int]:
    """Give stations without an area units behind those that have a name, and say how many."""
    own = below[lacking] if deeper else np.arange(int(lacking.sum()))
    unit, distinct = pd.factorize(own, sort=True)
    named = int(code[~lacking].max(initial=-1)) + 1
    code = code.copy()
    code[lacking] = named + unit
    return code, len(distinct)


def _coded(texts: Texts) -> tuple[Counts, list[str], Mask]:
    """Codes of areas by their folded names, in the order of these; the first spelling is shown."""
    codes, names = pd.factorize(texts)
    spelt = np.array([folded(str(name)) for name in names], dtype=object)
    order, inverse = np.unique(spelt[spelt != ""], return_inverse=True)
    place = np.full(len(names), -1)
    place[spelt != ""] = inverse
    shown_as = [""] * len(order)
    for name, at in sorted(zip(names, place, strict=True), reverse=True):
        if at >= 0:
            shown_as[at] = str(name)
    code = place[codes].astype(np.int64)
    return code, shown_as, code < 0
