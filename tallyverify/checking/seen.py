"""What of the case has been seen: the one pass over distinct stations that checks share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tallyverify.arrays import Codes, Mask
from tallyverify.checking.check import MOST_FINDINGS
from tallyverify.checking.context import CaseFacts
from tallyverify.checking.totals import AreaTotals, cast_at, summarise_totals
from tallyverify.names import folded
from tallyverify.records import ALL_OPTIONS
from tallyverify.table import ActaTable, Respelt


@dataclass(frozen=True)
class Seen:
    """Sums by declared area, and the stations behind them."""

    totals: AreaTotals
    stations: RegistryMatch

    def __add__(self, other: Seen) -> Seen:
        return Seen(self.totals + other.totals, self.stations + other.stations)


@dataclass(frozen=True, eq=False)
class Kept:
    """What a check gets that needs the stations themselves, not only sums over them."""

    seen: Seen
    rows: Any  # what the check's own ``summarise`` kept of every station


def summarise_seen(part: ActaTable, facts: CaseFacts) -> Seen:
    """Summarise a part in which each station stands once."""
    return Seen(summarise_totals(part, facts), _stations(part, facts))


@dataclass(frozen=True)
class RegistryMatch:
    """Which stations of the registry were seen, and rows that stand out."""

    # By station of the registry, empty without one: its sheet says something; every vote on it
    # was read; and it names the areas that the registry has.
    seen: Mask
    whole: Mask
    placed: Mask
    strangers: int  # stations not in the registry
    silent: int  # sheets that are all zero or wholly unread
    stranger_rows: pd.DataFrame  # the first of them
    silent_rows: pd.DataFrame
    registered_seen: int  # as the sheets state them
    stations: int  # seen
    off_list: int  # stations with more ballots than voters: people did vote off the lists
    respelt: Respelt  # stations that the registry has under another spelling

    def __add__(self, other: RegistryMatch) -> RegistryMatch:
        return RegistryMatch(
            self.seen | other.seen,
            self.whole | other.whole,
            self.placed | other.placed,
            self.strangers + other.strangers,
            self.silent + other.silent,
            first_rows([self.stranger_rows, other.stranger_rows]),
            first_rows([self.silent_rows, other.silent_rows]),
            self.registered_seen + other.registered_seen,
            self.stations + other.stations,
            self.off_list + other.off_list,
            self.respelt + other.respelt,
        )


def first_rows(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the first rows of several tables put together, as many as are listed."""
    frames = [frame for frame in frames if len(frame)] or frames[:1]
    rows = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    if len(rows) <= 1:
        return rows
    ordered = rows.sort_values(list(rows.columns), kind="stable", ignore_index=True)
    return ordered.head(MOST_FINDINGS)


def _same_areas(part: ActaTable, at: Codes, facts: CaseFacts) -> Mask:
    """Where a sheet lies in the declared areas that the registry puts its station in."""
    same = np.ones(len(part), dtype=bool)
    registry = facts.registry
    for level in {level for area in facts.areas for level in area}:
        if registry is not None and level in registry.frame and level in part.levels:
            there = registry.frame[level].fillna("").to_numpy(dtype=object)
            here = part.frame[level].fillna("").to_numpy(dtype=object)
            codes, names = pd.factorize(np.concatenate([here, there[at]]))
            _, alike = np.unique([folded(str(name)) for name in names], return_inverse=True)
            same &= alike[codes[: len(here)]] == alike[codes[len(here) :]]
    return same


def _stations(part: ActaTable, facts: CaseFacts) -> RegistryMatch:
    """Find each row's station in the registry."""
    size = len(facts.registry) if facts.registry is not None else 0
    seen, whole, placed = (np.zeros(size, dtype=bool) for _ in range(3))
    columns = [*facts.levels, "station"]
    strange, respelt = np.zeros(len(part), dtype=bool), Respelt()
    if facts.registry is not None:
        at = facts.registry.positions(part.frame["station"])
        strange, respelt = at < 0, facts.registry.respelt(part.frame["station"], at)
        here = ~strange & part.seen
        seen[at[here]] = True
        here &= part.known(ALL_OPTIONS)
        whole[at[here]] = True
        placed[at[here & _same_areas(part, at, facts)]] = True
    registered, cast = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    if "registered" in part.lines:
        known = part.seen & part.known("registered")
        registered, cast = part.figure("registered")[0][known], cast_at(part)[known]
    return RegistryMatch(
        seen,
        whole,
        placed,
        int(strange.sum()),
        int((~part.seen).sum()),
        first_rows([part.frame.loc[strange, columns]]),
        first_rows([part.frame.loc[~part.seen, columns]]),
        int(registered.sum()),
        int(part.seen.sum()),
        int((cast > registered).sum()),
        respelt,
    )
