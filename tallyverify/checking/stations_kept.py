"""What is kept of every station: one compact row each, put in an order of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from tallyverify.arrays import Floats, Mask, Texts
from tallyverify.checking.context import CaseFacts, Names
from tallyverify.checking.which_seen import seen_in
from tallyverify.records import ALL_OPTIONS
from tallyverify.table import KIND, ActaTable, area_codes

if TYPE_CHECKING:
    from tallyverify.checking.seen import Kept

T = TypeVar("T")

MOST_STATIONS = 1_000_000
"""Larger files are read in parts, so that memory stays bounded: nothing is kept of each station."""


@dataclass(frozen=True, eq=False)
class Studied:
    """Stations of which a family works something out once, for all its checks."""

    _studies: dict[Any, Any] = field(default_factory=dict, repr=False, kw_only=True)

    def study(self, kind: Callable[[Kept, CaseFacts], T], kept: Kept, facts: CaseFacts) -> T:
        """Return the study of a kind of these stations, made when it is first asked for."""
        if kind not in self._studies:
            self._studies[kind] = kind(kept, facts)
        return cast("T", self._studies[kind])


@dataclass(frozen=True, eq=False)
class Sheets(Studied):
    """Stations of the actas, one row each."""

    rows: int  # also where the columns were let go
    # Columns by part: ``station``, ``votes`` (stations × candidates), ``read`` (seen, and every
    # vote on the sheet read), ``order`` and those of ``ActaTable.marks`` (text), the areas as
    # ``area:<level>``, and as numbers, NaN where not known, ``registered``, ``valid`` (the sum of
    # all options), ``ballots`` and ``signed``. None where there are too many stations.
    chunks: tuple[dict[str, Any], ...] | None

    def __add__(self, other: Sheets) -> Sheets:
        rows = self.rows + other.rows
        if rows > MOST_STATIONS or self.chunks is None or other.chunks is None:
            return Sheets(rows, None)
        return Sheets(rows, self.chunks + other.chunks)

    def take(self, which: Mask) -> Sheets:
        """Return some of these stations, by a mask over the columns."""
        columns = {name: column[which] for name, column in self.columns.items()}
        return Sheets(int(which.sum()), (columns,))

    def as_unread(self) -> Sheets:
        """Return these stations as ones of which no vote is known for sure."""
        chunks = self.chunks and tuple(
            {**chunk, "read": np.zeros_like(chunk["read"])} for chunk in self.chunks
        )
        return Sheets(self.rows, chunks)

    @cached_property
    def columns(self) -> dict[str, Any]:
        """The columns of all stations, sorted by station."""
        return by_station(self.chunks or ())


def by_station(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Put the columns of parts together, sorted by station."""
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.argsort(whole["station"], kind="stable")
    return {name: column[order] for name, column in whole.items()}


def summarise_sheets(part: ActaTable, facts: CaseFacts) -> Sheets:
    """Keep what inference and forensics need of a table of distinct stations.

    One that was not seen stays: that it stands in the file says that it exists. One that is
    declared annulled has no part in the result, seen or not.
    """
    if max(len(part), facts.source.rows) > MOST_STATIONS:
        return Sheets(len(part), None)
    annulled = facts.is_annulled(part.frame["station"])
    part = part.take(~annulled) if annulled.any() else part
    votes = np.column_stack([part.figure(name)[0] for name in facts.contest.candidate_ids])
    read = seen_in(part, facts) & part.known(ALL_OPTIONS)
    columns: dict[str, Any] = {"station": _texts(part, "station"), "votes": votes, "read": read}
    for name in ("registered", "signed"):
        columns[name] = known_numbers(part, (name,) if name in part.lines else None)
    columns["ballots"] = known_numbers(part, facts.ballots)
    columns["valid"] = known_numbers(part, (ALL_OPTIONS,))
    for name in ("order", KIND, *part.marks):
        if name in part.frame.columns:
            columns[name] = _texts(part, name)
    for level in facts.levels:
        codes, labels = area_codes(part, (level,))
        names = np.array([label[0] for label in labels], dtype=object)
        columns[f"area:{level}"] = names[codes] if len(names) else names
    return Sheets(len(part), (columns,))


def known_numbers(part: ActaTable, names: Names | None) -> Floats:
    """Return the sum of several figures by row, NaN where one was not read or there is none."""
    if not names:
        return np.full(len(part), np.nan)
    values, missing = part.group(names)
    numbers = values.astype(np.float64)
    if missing is not None:
        numbers[missing] = np.nan
    return numbers


def _texts(part: ActaTable, name: str) -> Texts:
    return part.frame[name].fillna("").to_numpy(dtype=object)
