"""What of the case has been seen: the one pass over distinct stations that checks share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tallyverify.arrays import Floats, Mask
from tallyverify.checking.check import MOST_FINDINGS
from tallyverify.checking.context import CaseFacts
from tallyverify.checking.totals import SeenTotals, summarise_totals
from tallyverify.checking.which_seen import seen_in
from tallyverify.language import number, told, told_of
from tallyverify.records import ALL_OPTIONS
from tallyverify.table import ActaTable, Respelt


@dataclass(frozen=True)
class Seen:
    """Sums over the seen stations, and the stations behind them."""

    totals: SeenTotals
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

    # By station of the registry, empty without one: seen; and every vote on its sheet was read.
    seen: Mask
    whole: Mask
    strangers: int  # stations not in the registry
    silent: int  # sheets without a vote
    stranger_rows: pd.DataFrame  # the first of them
    silent_rows: pd.DataFrame
    registered_seen: int  # as the sheets state them
    stations: int  # seen
    respelt: Respelt  # stations that the registry has under another spelling

    def __add__(self, other: RegistryMatch) -> RegistryMatch:
        return RegistryMatch(
            self.seen | other.seen,
            self.whole | other.whole,
            self.strangers + other.strangers,
            self.silent + other.silent,
            first_rows([self.stranger_rows, other.stranger_rows]),
            first_rows([self.silent_rows, other.silent_rows]),
            self.registered_seen + other.registered_seen,
            self.stations + other.stations,
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


def _stations(part: ActaTable, facts: CaseFacts) -> RegistryMatch:
    """Find each row's station in the registry."""
    size = len(facts.registry) if facts.registry is not None else 0
    seen, whole = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    columns = [*facts.levels, "station"]
    here, silent = seen_in(part, facts), ~part.seen
    strange, respelt = np.zeros(len(part), dtype=bool), Respelt()
    if facts.registry is not None:
        at = facts.registry.positions(part.frame["station"])
        strange, respelt = at < 0, facts.registry.respelt(part.frame["station"], at)
        seen[at[here & ~strange]] = True
        whole[at[here & ~strange & part.known(ALL_OPTIONS)]] = True
    registered = part.figure("registered")[0][here] if "registered" in part.lines else 0
    return RegistryMatch(
        seen,
        whole,
        int(strange.sum()),
        int(silent.sum()),
        first_rows([part.frame.loc[strange, columns]]),
        first_rows([part.frame.loc[silent, columns]]),
        int(np.sum(registered)),
        int(here.sum()),
        respelt,
    )


class LikeRegions(NamedTuple):
    """Shares of one candidate in seen areas, how these were chosen, and whether of like size."""

    shares: Floats
    words: str
    alike: bool


def like_regions(seen: Seen, valid: int, column: int) -> LikeRegions | None:
    """Return the shares of one candidate in seen areas of like size, and how these were chosen.

    Areas of the first two levels with half to twice as many votes; where there are none, those of
    the first level.
    """
    regions = seen.totals.regions
    rows = [row for row in regions.values() if valid / 2 <= row[1] <= valid * 2]
    words = told_of(len(rows), "{count} seen area of like size", "{count} seen areas of like size")
    alike = bool(rows)
    if not rows:
        rows = [row for names, row in regions.items() if len(names) == 1 and row[1] > 0]
        words = told(
            "the {areas} largest seen areas (none is of like size)", areas=number(len(rows))
        )
    if valid <= 0 or not rows:
        return None
    table = np.stack(rows)
    return LikeRegions(table[:, 4 + column] / table[:, 1], words, alike)
