"""From sheets and a registry to a population: which stations exist, and which were seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tallyverify.checking import Sheets
from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.inference.counting_order.text import parse_order
from tallyverify.inference.prediction.area_tree import AreaTree
from tallyverify.inference.prediction.frame_areas import placed_stations
from tallyverify.inference.prediction.frame_covariates import covariates_of
from tallyverify.inference.prediction.frame_keys import joined_keys
from tallyverify.inference.prediction.kinds import kinds_of
from tallyverify.inference.prediction.population import Population
from tallyverify.inference.prediction.station_voters import station_voters
from tallyverify.inference.printed import first_line
from tallyverify.language import told, told_of
from tallyverify.table import KIND, Registry

if TYPE_CHECKING:
    from tallyverify.arrays import Codes, Floats, Mask, Texts


_MOST_TOGETHER = 0.3  # of the seen stations at one place: more is too coarse for a trend
_MOST_GAPS = 0.1  # of the seen stations: with more, an order does not say who came last


@dataclass(frozen=True, eq=False)
class SamplingFrame:
    """A population, and what had to be said on the way to it."""

    population: Population  # in the order of the stations' keys
    keys: Texts  # (stations,)
    areas: tuple[str, ...]  # units of the first level
    voters_known: bool  # of at least some stations
    listed: bool  # every seen station has voters on its list
    room: Floats  # (stations,): most valid votes an unseen one can hold; infinite where not known
    capacity: float | None  # most valid votes of all that were not seen; None where not known
    used: float  # registered voters of the seen stations, or their votes where that is not known
    strangers: int  # sheets of stations that the registry does not have
    unread: int  # sheets not seen, or not wholly read
    empty: int  # unseen stations that hold no vote, as nobody is on their list: not predicted
    from_registry: bool
    notes: tuple[str, ...]
    mismatch: str = ""  # why sheets and registry do not belong together, if they do not
    order_lost: str = ""  # why a column of the order of counting cannot be used, if there is one

    @property
    def stations(self) -> int:
        """How many stations there are."""
        return len(self.population) + self.empty

    def lacks(self, declared: int | None) -> bool:
        """Whether the list is known to lack stations: a seen one, or some of those declared."""
        if declared is not None:
            return declared > self.stations
        return self.strangers > 0


def assemble_frame(
    sheets: Sheets,
    names: Sequence[str],
    levels: Sequence[str],
    registry: Registry | None = None,
    *,
    strata: Sequence[str] | None = None,
    covariates: pd.DataFrame | None = None,
    registered: int | None = None,
) -> SamplingFrame:
    """Join the sheets with the registry, or take the sheets' file as the list of stations.

    ``registered`` is the declared number of voters of the whole country, if it is known.
    """
    columns = sheets.columns
    station = columns["station"]
    twice = station[1:][station[1:] == station[:-1]]
    if len(twice):
        raise InputError(
            told("a station stands in the actas twice, so that its votes would count twice"),
            found=listed(dict.fromkeys(twice.tolist()), 5),
            expected=told("each station once"),
            hint=told("run verify, which sets repeated stations apart (T201, T202)"),
        )
    there = _levels_there(columns, registry, levels, strata)
    joined = joined_keys(station, registry)
    keys, at, count = joined.keys, joined.at, len(joined.keys)
    notes = [*joined.notes]
    seen = np.zeros(count, dtype=bool)
    seen[at] = columns["read"]
    votes = np.zeros((count, len(names)))
    votes[at[columns["read"]]] = columns["votes"][columns["read"]]
    # Where each station of the registry stands, in the registry's own order.
    spot = np.zeros(0, dtype=np.intp)
    if registry is not None:
        spot = np.searchsorted(keys, registry.index.to_numpy(dtype=object))
    listed_voters = _listed(columns["registered"], at, seen, registry, spot)
    if registry is not None and (registry.frame["registered"] == 0).fillna(False).any():
        registered = None  # whoever votes there is on the list of another station
    voters = station_voters(listed_voters, votes.sum(axis=1), seen, registered)
    notes += voters.notes
    named = {level: _named(columns, level, at, count, registry, spot) for level in there}
    there = [level for level in there if (named[level] != "").any()]
    kept = ~voters.empty
    placed = placed_stations([named[level][kept] for level in there], there)
    notes += placed.notes
    order, order_lost = None, ""
    if "order" in columns:
        order, order_lost, of_order = _ordered(columns["order"], columns["read"], at, count)
        notes += of_order
    extra, of_extra = covariates_of(registry, covariates, keys, spot, voters.size, levels)
    notes += of_extra
    said = _named(columns, KIND, at, count, registry, spot)
    kind, kinds = kinds_of(keys[kept], listed_voters[kept], said[kept], placed.codes, seen[kept])
    several = len(kinds) > 1
    population = Population(
        AreaTree.of(placed.codes, int(kept.sum())),
        voters.size[kept],
        seen[kept],
        votes[kept],
        tuple(names),
        tuple(there),
        None if extra is None else extra[kept],
        None if order is None else order[kept],
        kind if several else None,
        kinds if several else (),
        unplaced=placed.unplaced,
    )
    taken_up = np.where(listed_voters > 0, listed_voters, votes.sum(axis=1))
    return SamplingFrame(
        population,
        keys[kept],
        placed.first,
        bool((listed_voters > 0).any()),
        bool((listed_voters[seen] > 0).all()),
        voters.room[kept],
        voters.capacity,
        float(taken_up[seen].sum()),
        int(joined.strange.sum()),
        int((~columns["read"]).sum()),
        int(voters.empty.sum()),
        registry is not None,
        tuple(notes),
        joined.mismatch,
        order_lost,
    )


def _listed(
    on_sheets: Floats, at: Codes, seen: Mask, registry: Registry | None, spot: Codes
) -> Floats:
    """Return the voters on the list of each station, the registry's if it has any; shape (keys,).

    NaN where nothing says. A row without votes says that nobody is on the list only in a file that
    states the lists of others without votes: else what was not loaded is zero in every column.
    """
    lists = np.full(len(seen), np.nan)
    lists[at] = on_sheets
    unloaded = ~seen & (lists == 0)
    if not (lists[~seen] > 0).any():
        lists[unloaded] = np.nan
    if registry is not None:
        own = registry.frame["registered"].to_numpy(dtype=np.float64, na_value=np.nan)
        there = lists[spot]
        lists[spot] = np.where(np.isnan(own) | ((own == 0) & (there > 0)), there, own)
    return lists


def _named(
    columns: dict[str, Any],
    level: str,
    at: Codes,
    count: int,
    registry: Registry | None,
    spot: Codes,
) -> Texts:
    """Return each station's area at a level, or its kind; empty where not named; (stations,)."""
    texts = np.full(count, "", dtype=object)
    own = level if level == KIND else f"area:{level}"
    if own in columns:
        texts[at] = columns[own]
    if registry is not None and level in registry.frame:
        named = registry.frame[level].fillna("").to_numpy(dtype=object)
        # Where the registry leaves an area blank, the sheet's stands.
        texts[spot] = np.where(named == "", texts[spot], named)
    return texts


def _levels_there(
    columns: dict[str, Any],
    registry: Registry | None,
    levels: Sequence[str],
    strata: Sequence[str] | None,
) -> list[str]:
    if registry is not None:
        there = [level for level in levels if level in registry.frame]
    else:
        there = [level for level in levels if f"area:{level}" in columns]
    if strata is None:
        return there
    for level in strata:
        if level not in there:
            raise InputError(
                told("a stratum is a level of areas that the registry has")
                if registry is not None
                else told("a stratum is a level of areas that the actas have"),
                place="strata",
                found=shown(level),
                expected=listed(there) if there else told("none: it names no areas"),
                hint=nearest(str(level), there),
            )
    return [level for level in there if level in strata]


def _ordered(
    texts: Texts, read: Mask, at: Codes, count: int
) -> tuple[Floats | None, str, list[str]]:
    """Return each station's place in the order of counting; or why there is none, and notes."""
    try:
        position, _ = parse_order(texts)
    except InputError as error:
        lost = first_line(error)
        return None, lost, [told("the order of counting is not used: {why}", why=lost)]
    there = position[read]
    lost = _not_in_order(there)
    if lost:
        return None, lost, [told("the order of counting is not used: {why}", why=lost)]
    order = np.full(count, np.nan)
    order[at] = position
    gaps = int(np.isnan(there).sum())
    note = told_of(
        gaps,
        "{count} station without a place in the order: taken not to be late",
        "{count} stations without a place in the order: taken not to be late",
    )
    return order, "", [note] if gaps else []


def _not_in_order(there: Floats) -> str:
    """Say if too many seen stations have no place in the order of counting, or one together."""
    gaps = int(np.isnan(there).sum())
    if gaps > _MOST_GAPS * len(there):
        return told_of(
            gaps,
            "{count} station seen have no place in the order of counting",
            "{count} stations seen have no place in the order of counting",
        )
    together = np.unique(there[np.isfinite(there)], return_counts=True)[1]
    most = int(together.max(initial=0))
    if most <= max(_MOST_TOGETHER * len(there), 2):
        return ""
    return told_of(
        most,
        "{count} station seen have one place in the order of counting",
        "{count} stations seen have one place in the order of counting",
    )
