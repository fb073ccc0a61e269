"""What is known of a case before any acta is looked at: what every check may use."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from tallyverify.arrays import Mask, among
from tallyverify.key_bytes import folded_keys
from tallyverify.names import folded, folded_key
from tallyverify.records import (
    ALL_OPTIONS,
    Allowance,
    Bulletin,
    CaptureKind,
    Contest,
    Declared,
    Sampling,
)
from tallyverify.table import Registry, SecondReading, Source

if TYPE_CHECKING:
    from tallyverify.checking.captures import Capture
    from tallyverify.checking.concurrent import ConcurrentContest
    from tallyverify.findings import CaptureSupport
    from tallyverify.table import ActaTable

Names = tuple[str, ...]


@dataclass(frozen=True)
class CaseFacts:
    """The fixed parts of a case."""

    contest: Contest
    declared: Declared | None = None  # fitted to the contest
    registry: Registry | None = None
    source: Source = field(default_factory=Source)
    levels: Names = ()  # these three as the actas have them
    lines: Names = ()
    votes: Names = ()
    seed: int = 0
    codes: Names = ()  # checks that were asked; none stands for all
    allowance: Allowance | None = None  # what the case says; None stands for the default
    capture: CaptureKind = "definitive"
    captures: tuple[Capture, ...] = ()  # other captures of the same stations
    stage: str | None = None  # of the count, that the actas are of
    # Sheets that rest on other captures: how many of each, and what share of them may be wrong.
    beside: tuple[tuple[int, float], ...] = ()
    support: tuple[CaptureSupport, ...] = ()  # what each capture proves, and all together
    corrected: str = ""  # the verdict on the actas as corrected since; none where they were not
    earlier: Registry | None = None  # stations with their votes in an earlier election
    sampling: Sampling | None = None  # how the stations were drawn, if by lot
    contests: tuple[ConcurrentContest, ...] = ()  # others at the same stations on the same day
    second_readings: tuple[SecondReading, ...] | None = None  # of the files, where asked

    @classmethod
    def of(cls, table: ActaTable, registry: Registry | None = None) -> CaseFacts:
        """Return what is known of a table by itself, and of the stations that exist."""
        return cls(
            table.contest, None, registry, table.source, table.levels, table.lines, table.votes
        )

    @property
    def all_stations(self) -> int | None:
        """How many stations there are by what is declared, if that says so."""
        return self.declared.all_stations if self.declared else None

    @cached_property
    def bulletins(self) -> tuple[Bulletin, ...]:
        """The bulletins in order of issue; none where nothing was declared."""
        return self.declared.in_order if self.declared else ()

    @cached_property
    def areas(self) -> tuple[dict[str, str], ...]:
        """Areas for which something is declared; the whole country is always the first."""
        return self.declared.areas if self.declared else ({},)

    def area_index(self, area: dict[str, str]) -> int:
        """Return the position of an area in :attr:`areas`."""
        return self._positions[tuple(area.items())]

    @cached_property
    def _positions(self) -> dict[tuple[tuple[str, str], ...], int]:
        return {tuple(area.items()): position for position, area in enumerate(self.areas)}

    @cached_property
    def patterns(self) -> dict[Names, dict[Names, int]]:
        """By the levels that make them, declared areas: folded names to place in :attr:`areas`."""
        patterns: dict[Names, dict[Names, int]] = {}
        for position, area in enumerate(self.areas):
            if self.is_visible(area):
                names = tuple(folded(name) for name in area.values())
                patterns.setdefault(tuple(area), {})[names] = position
        return patterns

    def is_visible(self, area: dict[str, str]) -> bool:
        """Return whether the actas have the levels that make up this area."""
        return all(level in self.levels for level in area)

    @cached_property
    def valid(self) -> Names:
        """Figures whose sum is the valid votes of a sheet."""
        return ("valid",) if "valid" in self.lines else (ALL_OPTIONS,)

    @cached_property
    def ballots(self) -> Names | None:
        """Figures whose sum is the ballots of a sheet, or None where it has no such lines."""
        if "ballots" in self.lines:
            return ("ballots",)
        if "null" not in self.lines or ("blank" in self.contest.on_sheet - set(self.lines)):
            return None
        return (*self.valid, "null", *(["blank"] if "blank" in self.lines else []))

    @cached_property
    def summed(self) -> tuple[Names, ...]:
        """The figures, or sums of figures, whose totals over the sheets are asked for."""
        names = [(name,) for name in (*self.contest.candidate_ids, *self.lines)]
        return tuple(dict.fromkeys([*names, self.valid, *([self.ballots] if self.ballots else [])]))

    @cached_property
    def annulled(self) -> frozenset[str]:
        """Keys of the stations that are annulled, by what is declared or by their sheets."""
        rows = [row.annulled for bulletin in self.bulletins for row in bulletin.areas]
        every = [self.declared.annulled if self.declared else None, *rows]
        declared = (key for one in every if isinstance(one, tuple) for key in one)
        return frozenset([*declared, *self.source.annulled])

    def is_annulled(self, stations: Any) -> Mask:
        """Return which of many keys are those of annulled stations; shape (keys,)."""
        return _among(stations, self.annulled)

    def is_pending(self, stations: Any) -> Mask:
        """Return which of many keys are those of stations with a pending sheet; shape (keys,)."""
        return _among(stations, self.source.pending)

    def label(self, candidate: str) -> str:
        """Return a candidate's name and id for a message."""
        name = self.contest.display(candidate)
        return name if name == candidate else f"{name} ({candidate})"

    @property
    def undecided_subtotals(self) -> bool:
        """Whether rows that look like area subtotals stand among the stations, undecided."""
        return bool(self.source.subtotals) and self.source.subtotals_left_out is None


def _among(stations: Any, keys: Collection[str]) -> Mask:
    """Which keys are some of others, up to their spelling."""
    if not keys:
        return np.zeros(len(stations), dtype=bool)
    return among(folded_keys(stations), [folded_key(key) for key in keys])
