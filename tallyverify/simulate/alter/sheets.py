"""What all alterations share: which stations, sheets that still add up, and the truth kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from tallyverify.arrays import Array, Counts, Floats, Mask
from tallyverify.draws import station_uniforms
from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.language import told
from tallyverify.simulate.clean import SimulatedElection
from tallyverify.table import ActaTable
from tallyverify.taken import takes_input

Clean = ActaTable | SimulatedElection
"""What is altered: sheets, by themselves or of an election."""

_FOLLOWING = ("valid", "ballots", "signed")


@dataclass(frozen=True, eq=False, repr=False)
class Altered:
    """Sheets of which some were altered, and what they said before.

    Attributes
    ----------
    kind : str
        Name of the alteration.
    table : ActaTable
        The sheets as altered.
    truth : DataFrame
        A row per station of the clean table, in its order: ``station``, ``kind`` (empty where
        nothing was done), ``altered``, and for each figure that was changed anywhere the clean
        value, as ``clean_<figure>``.
    asked : float
        Share of the stations that was to be altered.
    """

    kind: str
    table: ActaTable
    truth: pd.DataFrame
    asked: float

    @property
    def stations(self) -> int:
        """How many stations were altered; fewer than asked where not enough could be."""
        return int(self.truth["altered"].sum())

    @property
    def dose(self) -> float:
        """Share of the stations that was altered."""
        return self.stations / max(len(self.truth), 1)

    def __repr__(self) -> str:
        return f"<Altered {self.kind!r}: {self.stations:,} of {len(self.truth):,} stations>"


@dataclass(frozen=True, eq=False)
class SheetCounts:
    """The counts of a table, for an alteration to work on."""

    table: ActaTable
    seed: int
    votes: Counts  # (stations, candidates), in the contest's order
    read: Mask  # (stations,) where every count was read: only there may a sheet be altered

    @cached_property
    def ballots(self) -> Counts:
        """Ballots of each station: as on the sheet, else the parts summed."""
        if "ballots" in self.table.lines:
            return self.table.figure("ballots")[0]
        parts: Counts = self.votes.sum(axis=1) + self._line("null") + self._line("blank")
        return parts

    @cached_property
    def registered(self) -> Counts:
        """Registered voters of each station; 0 where not known."""
        return self._line("registered")

    @cached_property
    def room(self) -> Counts:
        """Registered voters who did not vote, by station; 0 where it is not known."""
        if not (self.registered > 0).any():
            raise InputError(
                told("ballots can only be added where registered voters are known"),
                found=told("lines {names}", names=listed(self.table.lines)),
                expected=told("a line 'registered'"),
            )
        room: Counts = np.maximum(self.registered - self.ballots, 0) * self.read
        return room

    def _line(self, name: str) -> Counts:
        if name in self.table.lines:
            return self.table.figure(name)[0]
        return np.zeros(len(self.table), dtype=np.int64)

    def numbers(self, purpose: str) -> Floats:
        """Return a number from 0 to 1 of each station's own."""
        return station_uniforms(self.table.spelt_hash, self.seed, purpose)

    def binomial(self, trials: Counts, chance: float, purpose: str) -> Counts:
        """Return a binomial count of each station's own."""
        from scipy.stats import binom

        if not 0 <= chance <= 1:
            raise InputError(told("a fraction is from 0 to 1"), found=str(chance))
        drawn = binom.ppf(self.numbers(purpose), trials, chance)
        return np.clip(drawn, 0, trials).astype(np.int64)

    def place(self, candidate: str | None, other_than: int | None = None) -> int:
        """Return the column of a candidate; by default the one with most votes."""
        names = self.table.contest.candidate_ids
        if candidate is not None:
            if candidate not in names:
                raise InputError(
                    told("the contest has no candidate of this name"),
                    found=shown(candidate),
                    expected=listed(names),
                    hint=nearest(candidate, names),
                )
            place = names.index(candidate)
            if place == other_than:
                raise InputError(
                    told("two different candidates are needed"), found=shown(candidate)
                )
            return place
        totals = self.votes.sum(axis=0)
        if other_than is not None:
            if len(names) == 1:
                raise InputError(told("two different candidates are needed"), found=listed(names))
            totals[other_than] = -1
        return int(np.argmax(totals))


def check_dose(dose: float, seed: int) -> None:
    """Raise unless the dose is a share and the seed is not negative."""
    if not 0 <= dose <= 1 or seed < 0:
        raise InputError(
            told("stations are altered by a share and a seed"),
            found=told("dose {dose}, seed {seed}", dose=str(dose), seed=str(seed)),
            expected=told("dose from 0 to 1, seed from 0"),
        )


def sheets_of(given: Clean, dose: float, seed: int) -> SheetCounts:
    """Return the counts of a table or of a simulated election, once what was asked is checked."""
    check_dose(dose, seed)
    table = given.table if isinstance(given, SimulatedElection) else given
    names = table.contest.candidate_ids
    absent = [name for name in names if name not in table.votes]
    if absent:
        raise InputError(
            told("sheets are altered in one column of votes per candidate"),
            found=told("none for {name}", name=repr(absent[0])),
        )
    read = np.logical_and.reduce([table.known(name) for name in table.figures])
    votes = np.array([table.figure(name)[0] for name in names]).reshape(len(names), -1).T
    return SheetCounts(table, seed, votes, read)


def altered(
    sheets: SheetCounts,
    kind: str,
    dose: float,
    votes: Counts,
    able: Mask,
    lines: Mapping[str, Counts] | None = None,
) -> Altered:
    """Alter the share of stations that is asked for, among those that can be.

    Each station gets a number from the seed, the kind and its own key; of the stations that can be
    altered those with the lowest numbers are. ``votes`` (stations × candidates) and ``lines`` are
    what each would have; by default ``valid``, ``ballots`` and ``signed`` follow the votes.
    """
    table = sheets.table
    more = votes.sum(axis=1) - sheets.votes.sum(axis=1)
    if lines is None:
        lines = {name: table.figure(name)[0] + more for name in _FOLLOWING if name in table.lines}
    ballots = lines.get("ballots", sheets.ballots + more)
    listed_ = sheets.registered > 0
    able = able & sheets.read & (votes.min(axis=1) >= 0)
    able &= ~listed_ | (ballots <= np.maximum(sheets.registered, sheets.ballots))
    able &= (votes != sheets.votes).any(axis=1)
    wanted = round(dose * len(table))
    if wanted and not able.any():
        raise InputError(
            told("no station can be altered like this"),
            found=told(
                "{kind} = {dose} of {stations} stations",
                kind=kind,
                dose=str(dose),
                stations=str(len(table)),
            ),
            hint=told("another alteration, or a table with more on its sheets"),
        )
    order = np.lexsort((table.spelt_hash, sheets.numbers(kind)))
    chosen = np.zeros(len(table), dtype=bool)
    chosen[order[able[order]][:wanted]] = True
    new = dict(zip(table.contest.candidate_ids, votes.T, strict=True)) | dict(lines)
    result = _with(table, new, chosen)
    kinds = np.where(chosen, kind, "")
    return Altered(kind, result, truth_of(table, result, kinds), dose)


def _with(table: ActaTable, new: Mapping[str, Counts], chosen: Mask) -> ActaTable:
    import pyarrow as pa

    columns: dict[str, Any] = {}
    for name, values in new.items():
        old, missing = table.figure(name)
        mixed = pa.array(np.where(chosen, values, old), pa.int64(), mask=missing)
        columns[name] = pd.array(mixed, dtype=pd.ArrowDtype(pa.int64()))
    return replace(table, frame=table.frame.assign(**columns))


@takes_input
def truth_of(
    clean: ActaTable,
    result: ActaTable,
    kinds: Array,
    figures: tuple[str, ...] | None = None,
) -> pd.DataFrame:
    """Return what was done (``kinds``) to each station of a clean table, and the clean figures.

    Rows of ``result`` are those of ``clean``, in its order, or some of them; without ``figures``,
    the clean values are given of those that were changed.
    """
    truth: dict[str, Any] = {
        "station": clean.frame["station"].to_numpy(dtype=object),
        "kind": kinds.astype(object),
        "altered": kinds != "",
    }
    for name in figures or clean.figures:
        before = clean.figure(name)[0]
        same_rows = len(result) == len(clean)
        if figures or (same_rows and (before != result.figure(name)[0]).any()):
            truth[f"clean_{name}"] = before
    return pd.DataFrame(truth)
