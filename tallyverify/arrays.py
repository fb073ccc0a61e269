"""Types of arrays, and plain arrays as callers hand them in, checked once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from tallyverify.errors import InputError, shown
from tallyverify.language import enumerated, formatted, number, told

# Written out: what NDArray of numpy.typing is at run time differs between versions of numpy.
Array = np.ndarray[Any, Any]
Floats = np.ndarray[Any, np.dtype[np.float64]]
Counts = np.ndarray[Any, np.dtype[np.int64]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]
Codes = np.ndarray[Any, np.dtype[np.intp]]
Texts = np.ndarray[Any, np.dtype[np.object_]]
Hashes = np.ndarray[Any, np.dtype[np.uint64]]

_LARGEST = 2**31
_NO_NUMBERS = tuple("USMmcV")  # kinds of numpy: texts, times, complex numbers, records


@dataclass(frozen=True, eq=False)
class SmallCounts:
    """Counts, or −1, kept in the fewest bytes that hold them all.

    Whatever is taken of them is int64 again: no arithmetic is done in few bytes.

    Examples
    --------
    >>> votes = SmallCounts.of(np.array([[120, 4], [7, 9]]))
    >>> votes.kept.dtype, votes[0]
    (dtype('int8'), array([120,   4]))
    """

    kept: np.ndarray[Any, np.dtype[np.signedinteger[Any]]]

    @classmethod
    def of(cls, values: Counts) -> SmallCounts:
        """Keep an array of any shape."""
        least, most = int(values.min(initial=0)), int(values.max(initial=0))
        kinds = (np.int8, np.int16, np.int32, np.int64)
        kind = next(k for k in kinds if np.iinfo(k).min <= least and most <= np.iinfo(k).max)
        return cls(values.astype(kind))

    @classmethod
    def side_by_side(cls, columns: list[SmallCounts], rows: int) -> SmallCounts:
        """Keep columns of so many rows as the columns of one."""
        kinds = (column.kept.dtype for column in columns)
        kept = np.empty((rows, len(columns)), dtype=np.result_type(np.int8, *kinds), order="F")
        for at, column in enumerate(columns):
            kept[:, at] = column.kept
        return cls(kept)

    @classmethod
    def joined(cls, parts: Iterable[SmallCounts]) -> SmallCounts:
        """Keep the rows of some, one after the other."""
        return cls(np.concatenate([part.kept for part in parts]))

    def __len__(self) -> int:
        return len(self.kept)

    def __getitem__(self, which: Any) -> Counts:
        found: Counts = self.kept[which].astype(np.int64)
        return found

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return int(self.kept.shape[1])

    def rows(self, which: Any) -> SmallCounts:
        """Return some of the rows, in few bytes too."""
        return SmallCounts(self.kept[which])

    def differ(self, other: SmallCounts) -> Mask:
        """Return where two of one shape are not the same."""
        found: Mask = self.kept != other.kept
        return found

    def by_row(self) -> Counts:
        """Return the sum of each row."""
        found: Counts = self.kept.sum(axis=1, dtype=np.int64)
        return found

    def largest(self) -> int:
        """Return the largest, 1 at the least."""
        return int(self.kept.max(initial=1))

    def largest_of_row(self) -> Counts:
        """Return the largest of each row."""
        found: Counts = self.kept.max(axis=1).astype(np.int64)
        return found

    def summed(self, order: Counts, edges: Counts) -> SmallCounts:
        """Return the sum of each run of rows, put in this order, by column."""
        columns = [
            SmallCounts.of(np.add.reduceat(self[:, at][order], edges)) for at in range(self.columns)
        ]
        return SmallCounts.side_by_side(columns, len(edges))


def among(texts: Iterable[str], wanted: Iterable[str]) -> Mask:
    """Return which texts are some of the wanted; each is looked up, not compared with all."""
    known = set(wanted)
    return np.array([text in known for text in texts], dtype=bool)


def floats(name: str, given: ArrayLike, *, dimensions: int | None = None) -> Floats:
    """Return an array of numbers, of so many dimensions, or say what is wrong with it."""
    try:
        values = _as_floats(given)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(
            told("{figures} are not numbers", figures=name),
            found=str(error)[:80],
            expected=told("plain numbers"),
        ) from None
    if dimensions is not None and values.ndim != dimensions:
        raise InputError(
            told("{figures} have the wrong shape", figures=name),
            found=_dimensions(values.ndim),
            expected=told("one entry a station")
            if dimensions == 1
            else told("stations × candidates"),
        )
    return values


def _as_floats(given: ArrayLike) -> Floats:
    """Return numbers as floats; numpy would also read texts and times, and drop masks and parts."""
    found = np.asanyarray(given)
    if found.dtype == object or found.dtype.kind in _NO_NUMBERS:
        for one in found.flat:
            if np.asarray(one).dtype.kind in _NO_NUMBERS:
                raise TypeError(shown(one.item() if isinstance(one, np.generic) else one))
    values: Floats = np.array(found, dtype=np.float64)
    values[np.ma.getmaskarray(found)] = np.nan  # what is masked is not known
    return values


def numbers(
    name: str, given: ArrayLike, *, least: float = -np.inf, hint: str | None = None
) -> Floats:
    """Return finite numbers of any shape, none below the least, or say which is none."""
    values = floats(name, given)
    allowed = told("finite numbers")
    if least > -np.inf:
        allowed = told("finite numbers from {least} on", least=formatted(least, "g"))
    bad = ~(np.isfinite(values) & (values >= least))
    what = told("{figures} are numbers, none of them missing", figures=name)
    _refuse(bad, values, what, allowed, hint)
    return values


def counts(
    name: str,
    given: ArrayLike,
    *,
    dimensions: int = 1,
    of: Literal["people", ""] = "people",
    most: int = _LARGEST,
) -> Counts:
    """Return whole numbers from 0 up to the most, by station (or stations × candidates).

    Examples
    --------
    >>> counts("votes", [12, 3.0])
    array([12,  3])
    >>> counts("votes", [12, -3])
    Traceback (most recent call last):
    ...
    tallyverify.errors.InputError: votes are whole numbers of people, none of them unknown
      found: -3 at position 1
      expected: 0 or more
    """
    values = floats(name, given, dimensions=dimensions)
    bad = ~((values >= 0) & (values < most) & (values == np.floor(values)))
    allowed = told("whole numbers from 0, below {most}", most=formatted(most, ","))
    if (values[bad] < 0).all():
        allowed = told("0 or more")
    what = told("{figures} are whole numbers, none of them unknown", figures=name)
    if of:
        what = told("{figures} are whole numbers of people, none of them unknown", figures=name)
    _refuse(bad, values, what, allowed)
    return values.astype(np.int64)


def _refuse(bad: Mask, values: Floats, what: str, allowed: str, hint: str | None = None) -> None:
    """Refuse values at the first bad one."""
    if bad.any():
        place = np.argwhere(bad)[0]
        value = formatted(values[tuple(place)], "g")
        at = enumerated(map(str, place))
        found = told("{value} at position {at}", value=value, at=at) if place.size else value
        if more := int(np.count_nonzero(bad)) - 1:
            found = told("{first}, and {more} more", first=found, more=number(more))
        raise InputError(what, found=found, expected=allowed, hint=hint)


def _dimensions(count: int) -> str:
    return told("{count} dimensions", count=number(count))


def people(
    votes: ArrayLike, valid: ArrayLike, ballots: ArrayLike, registered: ArrayLike
) -> tuple[Counts, Counts, Counts, Counts]:
    """Return the four counts of a station that turnout and share are made of, each checked."""
    return (
        counts(told("votes"), votes),
        counts(told("valid votes"), valid),
        counts(told("ballots"), ballots),
        counts(told("registered voters"), registered),
    )


def codes(name: str, given: ArrayLike) -> Counts:
    """Return labels (of centres, of areas) as codes from 0, in the order of the labels."""
    labels = np.asarray(given)
    if labels.ndim != 1:
        what = told("{figures} need one entry a station", figures=name)
        raise InputError(what, found=_dimensions(labels.ndim))
    found: Counts = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    return found


def usable_stations(stations: int, reasons: Mapping[str, Mask]) -> tuple[Mask, dict[str, int]]:
    """Return which stations can be used, and how many cannot, by the first reason that holds.

    Parameters
    ----------
    stations : int
        How many there are.
    reasons : mapping of str to ndarray of bool
        Why a station is left out, and where.

    Examples
    --------
    >>> votes = np.array([0, 5])
    >>> usable_stations(2, {"no votes": votes == 0, "many votes": votes > 9})
    (array([False,  True]), {'no votes': 1})
    """
    used = np.ones(stations, dtype=bool)
    left_out = {}
    for why, bad in reasons.items():
        if number := int(np.count_nonzero(used & bad)):
            left_out[why] = number
        used &= ~bad
    return used, left_out


def same_length(**arrays: Any) -> int:
    """Return how many stations there are, or say that the arrays differ in length.

    Raises
    ------
    InputError
        If they do, or there is none.
    """
    lengths = {name: len(array) for name, array in arrays.items() if array is not None}
    if len(set(lengths.values())) != 1:
        raise InputError(
            told("the arrays differ in length"),
            found=enumerated(f"{name} {length}" for name, length in lengths.items()),
            expected=told("one entry a station in each"),
        )
    return next(iter(lengths.values()))
