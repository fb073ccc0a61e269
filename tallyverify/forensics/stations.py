"""The stations that the indicators look at, as plain arrays in an order of their own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from tallyverify.arrays import Counts, Floats, Mask, Texts
from tallyverify.checking import CaseFacts, Sheets, summarise_sheets
from tallyverify.errors import InputError
from tallyverify.forensics.marked import StationGroup, marked_groups
from tallyverify.language import number, told
from tallyverify.table import MARK, ActaTable

LARGEST = 1_000_000  # no station has more people: one with a larger figure is left out


@dataclass(frozen=True, eq=False)
class Stations:
    """Stations whose votes were all read, sorted by key."""

    key: Texts  # (stations,)
    candidates: tuple[str, ...]  # ids, in the contest's order
    votes: Counts  # (stations, candidates)
    valid: Counts  # sum of all candidates
    ballots: Floats  # NaN where not known, as the next two
    turned_out: Floats  # who signed, or else the ballots; these too where fewer signed
    registered: Floats
    levels: tuple[str, ...]  # of areas, from the largest
    areas: tuple[Counts, ...]  # by level, the code of each station's area; areas are nested
    labels: tuple[Texts, ...]  # by level, what the areas of these codes are called
    unread: int  # left out: the sheet says nothing, or no vote, or a figure is above a million
    # (stations, options), of an election that the registry keeps (registry_from(…, earlier=True)):
    # a row of zeros where it has none; None without such a registry.
    earlier: Counts | None = None
    groups: tuple[StationGroup, ...] = ()  # that columns of the user mark

    def __len__(self) -> int:
        return len(self.valid)

    @cached_property
    def ranked(self) -> tuple[int, ...]:
        """Positions of the candidates, from the most votes; the contest's order decides a tie."""
        total = self.votes.sum(axis=0)
        return tuple(int(k) for k in np.argsort(-total, kind="stable"))

    @cached_property
    def shares(self) -> Floats:
        """Each candidate's share of all votes."""
        total = self.votes.sum(axis=0)
        return np.asarray(total / max(int(total.sum()), 1), dtype=np.float64)

    @cached_property
    def with_turnout(self) -> Mask:
        """Where turnout is known and can be: enough for the votes, no more than are registered."""
        with np.errstate(invalid="ignore"):
            known: Mask = (self.registered > 0) & (self.turned_out <= self.registered)
            known &= self.turned_out >= self.valid
        return known

    @cached_property
    def with_ballots(self) -> Mask:
        """Where the ballots are known and hold the valid votes."""
        with np.errstate(invalid="ignore"):
            known: Mask = (self.ballots >= self.valid) & (self.ballots > 0)
        return known

    @cached_property
    def shared(self) -> Floats:
        """What shares are taken of: the ballots, or the valid votes where they are not known."""
        return np.where(self.with_ballots, self.ballots, self.valid)

    @cached_property
    def several_votes(self) -> str:
        """Why voters seem to have several votes each, if most stations have more than ballots."""
        known = self.ballots > 0
        more = int((self.valid[known] > self.ballots[known]).sum())
        if 2 * more <= int(known.sum()) or 2 * int(known.sum()) < len(self):
            return ""
        return told(
            "more votes than ballots at {more} of {known} stations: voters seem to have several "
            "votes each, and no indicator is made for that",
            more=number(more),
            known=number(int(known.sum())),
        )

    @cached_property
    def fingerprint(self) -> str:
        """A hash of all that the indicators use, so that what was worked out can be kept."""
        digest = hashlib.sha256(repr((self.candidates, self.levels, self.unread)).encode())
        for column in (self.votes, self.valid, self.ballots, self.turned_out, self.registered):
            digest.update(np.ascontiguousarray(column).tobytes())
        earlier = () if self.earlier is None else (self.earlier,)
        for column in (*self.areas, *earlier):
            digest.update(np.ascontiguousarray(column).tobytes())
        for group in self.groups:
            digest.update(repr((group.name, group.refused)).encode())
            digest.update(np.ascontiguousarray(group.marked).tobytes())
        return digest.hexdigest()


def stations_of(table: ActaTable | Sheets, facts: CaseFacts | None = None) -> Stations:
    """Return the stations of a table, or of its sheets with the facts of their case."""
    if isinstance(table, ActaTable):
        facts = CaseFacts.of(table)
        table = summarise_sheets(table, facts)
    if facts is None:
        raise InputError(told("the facts of the case are needed with its sheets"))
    if table.chunks is None or not table.rows:
        raise InputError(
            told("{stations} stations cannot be kept at once", stations=number(table.rows))
        )
    columns = table.columns
    # A figure no station can have is a slip of the pen; the rules name it. Here it would only cost.
    read = columns["read"] & (columns["votes"].max(axis=1) <= LARGEST)
    for name in ("valid", "ballots", "signed", "registered"):
        read &= ~(columns[name] > LARGEST)
    levels = tuple(level for level in facts.levels if f"area:{level}" in columns)
    signed, ballots = columns["signed"][read], columns["ballots"][read]
    votes = columns["votes"][read]
    return Stations(
        columns["station"][read],
        facts.contest.candidate_ids,
        votes,
        votes.sum(axis=1),
        ballots,
        np.fmax(signed, ballots),
        columns["registered"][read],
        levels,
        *_nested(columns, levels, read),
        int((~read).sum()),
        _earlier(columns["station"][read], facts),
        marked_groups({n: t[read] for n, t in columns.items() if n.startswith(MARK)}, facts),
    )


def _earlier(key: Texts, facts: CaseFacts) -> Counts | None:
    """Return the earlier votes of the stations, as the case or its registry has them."""
    registry = facts.earlier if facts.earlier is not None else facts.registry
    names = () if registry is None else registry.earlier
    if registry is None or not names:
        return None
    votes = registry.frame[list(names)].to_numpy(dtype=np.float64, na_value=np.nan)
    known = ~np.isnan(votes).any(axis=1)
    at = registry.positions(key)
    there = (at >= 0) & known[at]
    # What pandas hands out may be read-only, and is the registry's own: never written into.
    return np.where(there[:, None], votes[at], 0).astype(np.int64)


def _nested(
    columns: dict[str, Any], levels: tuple[str, ...], read: Mask
) -> tuple[tuple[Counts, ...], tuple[Texts, ...]]:
    """Return codes and names by level: an area is told apart by all levels down to it."""
    areas: list[Counts] = []
    labels: list[Texts] = []
    for level in levels:
        here, names = pd.factorize(columns[f"area:{level}"][read])
        if areas:
            here, both = pd.factorize(areas[-1] * max(len(names), 1) + here)
            names = names[both % max(len(names), 1)]
        areas.append(here.astype(np.int64))
        labels.append(np.asarray(names, dtype=object))
    return tuple(areas), tuple(labels)
