"""What is known of a case before any acta is looked at: what every check may use."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from tallyverify.names import folded
from tallyverify.records import (
    ALL_OPTIONS,
    Allowance,
    AreaResult,
    Bulletin,
    CaptureKind,
    Contest,
    Declared,
)
from tallyverify.table import Registry, Source

if TYPE_CHECKING:
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
    captures: Names = ()  # other captures of the same stations

    @classmethod
    def of(cls, table: ActaTable, registry: Registry | None = None) -> CaseFacts:
        """Return what is known of a table by itself, and of the stations that exist."""
        return cls(
            table.contest, None, registry, table.source, table.levels, table.lines, table.votes
        )

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

    def figures_of(self, row: AreaResult) -> dict[str, tuple[Names, int]]:
        """Return what of a declared row can be held against sheets.

        Each label (a candidate, a group, ``valid`` or ``ballots``) leads to the figures of the
        sheets that it stands for and the number declared.
        """
        compared = {label: (members, row.figures[label]) for label, members in row.members.items()}
        if row.valid is not None:
            compared["valid votes"] = (self.valid, row.valid)
        if row.ballots is not None and self.ballots:
            compared["ballots"] = (self.ballots, row.ballots)
        return compared

    @cached_property
    def compared(self) -> tuple[Names, ...]:
        """Every figure, or sum of figures, that some check needs by declared area."""
        names: dict[Names, None] = dict.fromkeys((name,) for name in self.contest.candidate_ids)
        names[self.valid] = None
        names.update({(line,): None for line in self.lines})
        if self.ballots:
            names[self.ballots] = None
        for bulletin in self.bulletins:
            for row in bulletin.areas:
                names.update({members: None for members, _ in self.figures_of(row).values()})
        return tuple(names)

    def label(self, candidate: str) -> str:
        """Return a candidate's name and id for a message."""
        name = self.contest.display(candidate)
        return name if name == candidate else f"{name} ({candidate})"

    @property
    def undecided_subtotals(self) -> bool:
        """Whether rows that look like area subtotals stand among the stations, undecided."""
        return bool(self.source.subtotals) and self.source.subtotals_left_out is None
