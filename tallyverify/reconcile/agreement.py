"""More than two captures: who agrees with whom, what most say, and where no two agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from tallyverify.arrays import Array, Counts, Mask, Texts
from tallyverify.errors import InputError, listed
from tallyverify.language import told
from tallyverify.reconcile.one_capture import UNREAD, ComparedCapture, compared_capture
from tallyverify.table import ActaTable, match_keys
from tallyverify.taken import takes_input

if TYPE_CHECKING:
    import pandas as pd


@takes_input
@dataclass(frozen=True, eq=False)
class Agreement:
    """What several captures say of the same stations, figure by figure.

    Attributes
    ----------
    names : tuple of str
        The captures.
    figures : tuple of str
        The figures that all of them have.
    station : ndarray of str, shape (stations,)
        The stations that at least two captures have.
    values : ndarray of int, shape (captures, stations, figures)
        What each says, −1 where it says nothing.

    Examples
    --------
    >>> import pandas as pd, tallyverify as tv
    >>> contest = tv.Contest.model_validate({"id": "t", "candidates": [{"id": "A"}, {"id": "B"}]})
    >>> said = {name: tv.read_actas(
    ...     pd.DataFrame({"station": ["1", "2"], "A": votes, "B": [5, 5]}), contest=contest)
    ...     for name, votes in {"x": [9, 7], "y": [9, 8], "z": [6, 6]}.items()}
    >>> agreement_of(said)
    <Agreement of 3 captures, 2 stations: 0 all agree, 1 by majority, 1 where no two agree>
    """

    names: tuple[str, ...]
    figures: tuple[str, ...]
    station: Texts = field(repr=False)
    values: Counts = field(repr=False)

    def __repr__(self) -> str:
        return (
            f"<Agreement of {len(self.names)} captures, {len(self.station):,} stations: "
            f"{self.all_agree.sum():,} all agree, {self.by_majority.sum():,} by majority, "
            f"{self.no_two.sum():,} where no two agree>"
        )

    @property
    def said(self) -> Counts:
        """How many captures say each figure; shape (stations, figures)."""
        read: Counts = (self.values >= 0).sum(axis=0)
        return read

    @property
    def _support(self) -> Counts:
        """How many captures say what each says; shape (captures, stations, figures)."""
        same = (self.values[:, None] == self.values[None, :]) & (self.values[:, None] >= 0)
        support: Counts = same.sum(axis=1)
        return support

    @property
    def majority(self) -> Counts:
        """The figure that more than half of the captures say, −1 where there is none."""
        support = self._support
        most = support.argmax(axis=0)[None]
        figure = np.take_along_axis(self.values, most, axis=0)[0]
        of = np.take_along_axis(support, most, axis=0)[0]
        found: Counts = np.where((2 * of > self.said) & (self.said > 0), figure, UNREAD)
        return found

    @property
    def all_agree(self) -> Mask:
        """Stations of which every figure is the same in all captures that say it."""
        agree: Mask = (self._support.max(axis=0) == self.said).all(axis=1)
        return agree

    @property
    def by_majority(self) -> Mask:
        """Stations that do not all agree, with a majority for every figure that is said."""
        found: Mask = ((self.majority >= 0) | (self.said == 0)).all(axis=1) & ~self.all_agree
        return found

    @property
    def no_two(self) -> Mask:
        """Stations with a figure that several captures say, and no two say alike."""
        alone: Mask = ((self._support.max(axis=0) == 1) & (self.said > 1)).any(axis=1)
        return alone

    @property
    def against(self) -> dict[str, int]:
        """By capture, the stations in which it differs from what most say in a figure."""
        differs = (self.values != self.majority) & (self.values >= 0) & (self.majority >= 0)
        return {
            name: int(own.any(axis=1).sum()) for name, own in zip(self.names, differs, strict=True)
        }

    def pairs(self) -> list[tuple[str, str, int, int]]:
        """Return for each two captures their common stations, and how many of these agree."""
        found = []
        for one in range(len(self.names)):
            for other in range(one + 1, len(self.names)):
                here, there = self.values[one], self.values[other]
                both = (here >= 0) & (there >= 0)
                common = both.any(axis=1)
                agree = common & ~((here != there) & both).any(axis=1)
                found.append(
                    (self.names[one], self.names[other], int(common.sum()), int(agree.sum()))
                )
        return found

    def to_frame(self) -> pd.DataFrame:
        """Return the reading of the majority, one row a station; missing where there is none."""
        import pandas as pd

        most = self.majority
        columns: dict[str, Any] = {"station": pd.array(self.station, dtype="string")}
        for at, name in enumerate(self.figures):
            columns[name] = pd.arrays.IntegerArray(most[:, at].copy(), most[:, at] < 0)
        return pd.DataFrame(columns)


@takes_input
def agreement_of(
    captures: Mapping[str, ActaTable],
    crosswalks: Mapping[str, Mapping[str, str]] | None = None,
) -> Agreement:
    """Hold several captures of the same stations together.

    Parameters
    ----------
    captures : mapping of str to ActaTable
        The captures by name, at least two; keys are as the first spells them.
    crosswalks : mapping of str to mapping, optional
        By capture, its keys with those of the first that they stand for.

    Raises
    ------
    InputError
        If there are fewer than two, or no figure is in all.

    Notes
    -----
    A majority is no proof: captures that were copied from each other agree in their slips too.
    """
    if len(captures) < 2:
        raise InputError(told("agreement is between two captures or more"), found=listed(captures))
    every = [compared_capture(name, table) for name, table in captures.items()]
    figures = _figures_of_all(every)
    if not figures:
        raise InputError(
            told("no figure is in all captures"),
            found=listed(f"{one.name}: {', '.join(one.table.figures)}" for one in every),
            hint=told("map the same votes or lines in all"),
        )
    keys: Texts = np.empty(0, dtype=object)
    places: list[Array] = []
    for one in every:
        at = match_keys(keys, one.station, (crosswalks or {}).get(one.name)).places.copy()
        new = np.flatnonzero(at < 0)
        at[new] = len(keys) + np.arange(len(new))
        keys = np.concatenate([keys, one.station[new]])
        places.append(at)
    values = np.full((len(every), len(keys), len(figures)), UNREAD, dtype=np.int64)
    for own, one, at in zip(values, every, places, strict=True):
        own[at] = np.stack([one.figure(name) for name in figures], axis=1)
    several = (values >= 0).any(axis=2).sum(axis=0) > 1
    order = np.flatnonzero(several)[np.argsort(keys[several], kind="stable")]
    return Agreement(tuple(captures), figures, keys[order], values[:, order])


def _figures_of_all(every: Sequence[ComparedCapture]) -> tuple[str, ...]:
    contest = every[0].table.contest
    names = [
        option
        for candidate in contest.candidates
        for option in (
            candidate.options
            if candidate.options
            and all(one.has(option) for one in every for option in candidate.options)
            else (candidate.id,)
        )
    ]
    names += list(every[0].table.lines)
    return tuple(name for name in names if all(one.has(name) for one in every))
