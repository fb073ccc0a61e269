"""Two captures of the same stations: what they share, where they differ, and who gains by it."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from tallyverify.arrays import Array, Counts, Mask, Texts
from tallyverify.errors import InputError, listed, printable
from tallyverify.language import told
from tallyverify.reconcile.became import kinds_of_difference
from tallyverify.reconcile.difference import (
    KINDS,
    Became,
    FigureDifference,
    OnlyIn,
    StationsOfGroup,
)
from tallyverify.reconcile.grouped import differing_by_area, differing_by_size
from tallyverify.reconcile.one_capture import ComparedCapture
from tallyverify.records import ALL_OPTIONS, SourceKind, Tolerance
from tallyverify.table import KeyMatch
from tallyverify.taken import takes_input

if TYPE_CHECKING:
    import pandas as pd

_KEYS_LISTED = 1000


@takes_input
@dataclass(frozen=True, eq=False)
class Reconciliation:
    """Two captures held beside each other, station by station.

    Attributes
    ----------
    names : (str, str)
        What the captures are called.
    kinds : (str, str)
        What they hold: ``sheets``, ``provisional`` or ``lower_bound``.
    match : KeyMatch
        How their keys were joined.
    tolerance : Tolerance or None
        How far figures may lie apart.
    options, lines : tuple of str
        The figures that both have.

    Examples
    --------
    >>> import pandas as pd, tallyverify as tv
    >>> contest = tv.Contest.model_validate({"id": "t", "candidates": [{"id": "A"}, {"id": "B"}]})
    >>> one = tv.read_actas(
    ...     pd.DataFrame({"station": ["1", "2"], "A": [60, 12], "B": [40, 30]}), contest=contest)
    >>> other = tv.read_actas(
    ...     pd.DataFrame({"station": ["01", "3"], "A": [40, 5], "B": [60, 5]}), contest=contest)
    >>> tv.reconcile.reconcile_captures(one, other, names=("photos", "final"))
    <Reconciliation photos, final: 1 common, 1 differs; 1 and 1 in one only>
    """

    names: tuple[str, str]
    kinds: tuple[SourceKind, SourceKind]
    match: KeyMatch
    tolerance: Tolerance | None
    options: tuple[str, ...]
    lines: tuple[str, ...]
    captures: tuple[ComparedCapture, ComparedCapture] = field(repr=False)
    rows: tuple[Any, Any] = field(repr=False)  # of the common stations, in each capture

    def __repr__(self) -> str:
        differ = f"{self.differ:,} {'differs' if self.differ == 1 else 'differ'}"
        return printable(
            f"<Reconciliation {self.names[0]}, {self.names[1]}: {self.common:,} common, {differ}; "
            f"{self.only[0].stations:,} and {self.only[1].stations:,} in one only>"
        )

    @property
    def common(self) -> int:
        """How many stations both captures have."""
        return len(self.rows[0])

    @property
    def differ(self) -> int:
        """In how many of them a figure differs by more than the tolerance."""
        return int(self.differing.sum())

    @property
    def within_tolerance(self) -> int:
        """In how many a figure differs, but none by more than the tolerance."""
        return int(((self.raw_change != 0).any(axis=1) & ~self.differing).sum())

    @cached_property
    def figures(self) -> tuple[str, ...]:
        """Options, then lines."""
        return (*self.options, *self.lines)

    @cached_property
    def first(self) -> Counts:
        """Figures of the common stations in the first capture, −1 where not read."""
        return self._side(0)

    @cached_property
    def second(self) -> Counts:
        """The same in the second capture; shape (stations, figures)."""
        return self._side(1)

    def _side(self, side: int) -> Counts:
        taken = [self.captures[side].figure(name)[self.rows[side]] for name in self.figures]
        return np.stack(taken, axis=1) if taken else np.empty((self.common, 0), dtype=np.int64)

    @cached_property
    def both_read(self) -> Mask:
        """Where a figure was read in both; shape (stations, figures)."""
        read: Mask = (self.first >= 0) & (self.second >= 0)
        return read

    @cached_property
    def raw_change(self) -> Counts:
        """The second less the first where both were read, else 0; of a lower bound its excess."""
        change = np.where(self.both_read, self.second - self.first, 0)
        bounds = [kind == "lower_bound" for kind in self.kinds]
        if bounds == [True, False]:  # the first says “at least”: the second may hold more
            change = np.minimum(change, 0)
        elif bounds == [False, True]:
            change = np.maximum(change, 0)
        elif all(bounds):
            change = np.zeros_like(change)
        return change

    @cached_property
    def change(self) -> Counts:
        """By how much each figure differs, 0 where it does so within the tolerance."""
        if self.tolerance is None:
            return self.raw_change
        whole = None
        if self.tolerance.of is not None:
            sides = [self._whole(side, self.tolerance.of) for side in (0, 1)]
            known = (sides[0] >= 0) & (sides[1] >= 0)
            whole = np.where(known, np.minimum(*sides), -1)
        kept = self.raw_change.copy()
        for at in range(kept.shape[1]):
            kept[_within(self.tolerance, kept[:, at], whole), at] = 0
        return kept

    def _whole(self, side: int, name: str) -> Counts:
        capture = self.captures[side]
        if name != ALL_OPTIONS and not capture.has(name):
            raise InputError(
                told(
                    "the tolerance is of a figure that {capture} does not have",
                    capture=capture.name,
                ),
                place="tolerance.of",
                found=name,
                expected=listed([*self.figures, ALL_OPTIONS]),
            )
        whole: Counts = capture.figure(name)[self.rows[side]]
        return whole

    @cached_property
    def differing(self) -> Mask:
        """Which common stations differ in a figure; shape (stations,)."""
        differs: Mask = (self.change != 0).any(axis=1)
        return differs

    @cached_property
    def read_in_one(self) -> Mask:
        """Where a figure was read in one capture only; shape (stations, figures)."""
        one: Mask = (self.first >= 0) != (self.second >= 0)
        return one

    @property
    def half_read(self) -> Mask:
        """Which common stations have a figure that was read in one capture only."""
        half: Mask = np.logical_or.reduce(self.read_in_one, axis=1)
        return half

    @cached_property
    def became(self) -> Texts:
        """What the difference of each common station is, ``""`` where there is none."""
        return kinds_of_difference(self)

    def count(self, kind: Became) -> int:
        """In how many stations the difference is of a kind."""
        return int((self.became == kind).sum())

    @property
    def differ_in_votes(self) -> int:
        """In how many common stations votes differ."""
        return int((self.change[:, : len(self.options)] != 0).any(axis=1).sum())

    @cached_property
    def by_figure(self) -> dict[str, FigureDifference]:
        """How each figure differs."""
        found = {}
        for at, name in enumerate(self.figures):
            one, other, read = self.first[:, at], self.second[:, at], self.both_read[:, at]
            net, change = self.raw_change[:, at], self.change[:, at]
            found[name] = FigureDifference(
                stations=int((change != 0).sum()),
                more=int((change > 0).sum()),
                less=int((change < 0).sum()),
                first=int(one[read].sum()),
                second=int(other[read].sum()),
                net=int(net.sum()),
                only_first=int(((one >= 0) & (other < 0)).sum()),
                only_second=int(((one < 0) & (other >= 0)).sum()),
            )
        return found

    @cached_property
    def leaders(self) -> tuple[int, int] | None:
        """Which two options have most votes over the common stations, by the second capture."""
        if len(self.options) < 2:
            return None
        sums = np.where(self.second >= 0, self.second, 0)[:, : len(self.options)].sum(axis=0)
        one, other = np.argsort(-sums, kind="stable")[:2]
        return int(one), int(other)

    @cached_property
    def effect(self) -> Counts:
        """By how many votes each station changes the lead of the first over the next option."""
        if self.leaders is None:
            return np.zeros(self.common, dtype=np.int64)
        one, other = self.leaders
        moved: Counts = self.change[:, one] - self.change[:, other]
        return moved

    @cached_property
    def order(self) -> Array:
        """The stations that differ, by their effect on the result, then by votes, then by key."""
        rows = np.flatnonzero(self.differing | (self.became != ""))
        size = np.abs(self.change[rows])
        votes = size[:, : len(self.options)].sum(axis=1)
        keys = (self.station[rows], -size.sum(axis=1), -votes, -np.abs(self.effect[rows]))
        return rows[np.lexsort(keys)]

    @cached_property
    def station(self) -> Texts:
        """Keys of the common stations, as the first capture spells them."""
        keys: Texts = self.captures[0].station[self.rows[0]]
        return keys

    @cached_property
    def station_second(self) -> Texts:
        """The same as the second capture spells them."""
        keys: Texts = self.captures[1].station[self.rows[1]]
        return keys

    @cached_property
    def only(self) -> tuple[OnlyIn, OnlyIn]:
        """The stations that the first, and the second, capture alone has."""
        suggested = self.match.suggested
        back = {other: one for one, other in suggested.items()}
        return self._only(0, suggested), self._only(1, back)

    def _only(self, side: int, suggested: dict[str, str]) -> OnlyIn:
        capture = self.captures[side]
        alone = np.ones(len(capture), dtype=bool)
        alone[self.rows[side]] = False
        keys = capture.station[alone]
        votes = {}
        for name in self.options:
            figure = capture.figure(name)[alone]
            votes[name] = int(figure[figure > 0].sum())
        listed_keys = tuple(map(str, keys[:_KEYS_LISTED]))
        named = {key: suggested[key] for key in listed_keys if key in suggested}
        return OnlyIn(stations=len(keys), votes=votes, keys=listed_keys, suggested=named)

    @cached_property
    def twice(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Stations that stand several times in a capture, with other figures: not compared."""
        return self.captures[0].twice, self.captures[1].twice

    @cached_property
    def by_area(self) -> tuple[StationsOfGroup, ...]:
        """How many stations of each area of the first two levels differ."""
        return differing_by_area(self)

    @cached_property
    def by_size(self) -> tuple[StationsOfGroup, ...]:
        """How many differ of the quarters of the stations by their votes."""
        return differing_by_size(self)

    @property
    def became_counts(self) -> dict[Became, int]:
        """How many stations each kind of difference has."""
        return {kind: self.count(kind) for kind in KINDS}

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each figure that differs, the stations of most effect first."""
        from tallyverify.reconcile.listing import differences_frame

        return differences_frame(self)

    def to_json(self) -> str:
        """Return reconcile.json for these two captures alone."""
        from tallyverify.reconcile.document import document_of

        return document_of([self]).to_json()


def _within(tolerance: Tolerance, difference: Counts, whole: Counts | None) -> Mask:
    """Return where differences are within a tolerance, exact; nowhere that the whole is unread."""
    if tolerance.votes is not None:
        within: Mask = np.abs(difference) <= tolerance.votes
        return within
    assert whole is not None
    # As it is written: 0.1 is one in a thousand, not the float nearest to it.
    share = Fraction(str(tolerance.percent)) / 100
    least = np.array(
        [-1 if w < 0 else share.numerator * w // share.denominator for w in whole.tolist()],
        dtype=np.int64,
    )
    held: Mask = np.abs(difference) <= least
    return held
