"""What each station's difference is: votes gone or come, options exchanged, a slip of a digit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tallyverify.arrays import Mask, Texts
from tallyverify.reconcile.slips_of_digits import digit_slips

if TYPE_CHECKING:
    from tallyverify.reconcile.pair import Reconciliation


def kinds_of_difference(pair: Reconciliation) -> Texts:
    """Return the kind of each common station's difference, ``""`` where there is none."""
    became = np.full(pair.common, "", dtype=object)
    votes = pair.change[:, : len(pair.options)] != 0
    some = votes.any(axis=1)
    became[pair.half_read] = "unread"
    became[pair.differing] = "lines"
    became[some] = "votes"
    became[some & _one_slip(pair, votes)] = "slip"
    became[some & _exchanged(pair, votes)] = "swapped"
    gone, came = _empty(pair)
    became[gone & (some | pair.captures[1].annulled[pair.rows[1]])] = "zeroed"
    became[came & (some | pair.captures[0].annulled[pair.rows[0]])] = "loaded"
    return became


def _empty(pair: Reconciliation) -> tuple[Mask, Mask]:
    """Where the second capture has no vote of those that the first has, and the other way round."""
    here, there = (c.votes[rows] for c, rows in zip(pair.captures, pair.rows, strict=True))
    annulled = [c.annulled[rows] for c, rows in zip(pair.captures, pair.rows, strict=True)]
    read = _known(pair)
    gone = (here > 0) & (((there == 0) & read) | (annulled[1] & ~annulled[0]))
    came = (there > 0) & (((here == 0) & read) | (annulled[0] & ~annulled[1]))
    return gone, came & ~gone


def _known(pair: Reconciliation) -> Mask:
    """Where all votes were read in both: what was not read is not zero."""
    read: Mask = np.logical_and.reduce(pair.both_read[:, : len(pair.options)], axis=1)
    return read


def exchanged_options(pair: Reconciliation) -> dict[int, tuple[int, int]]:
    """Return, by common station, the two options that are exchanged in it."""
    rows = np.flatnonzero(pair.became == "swapped")
    changed = pair.change[rows][:, : len(pair.options)] != 0
    return {
        int(row): tuple(map(int, np.flatnonzero(mask)[:2]))  # type: ignore[misc]
        for row, mask in zip(rows, changed, strict=True)
    }


def _exchanged(pair: Reconciliation, votes: Mask) -> Mask:
    """Where two options have each other's votes, and every other option its own."""
    met = np.zeros(pair.common, dtype=bool)
    rows = np.flatnonzero((votes.sum(axis=1) == 2) & _known(pair))
    if not len(rows):
        return met
    one = votes[rows].argmax(axis=1)
    other = votes.shape[1] - 1 - votes[rows][:, ::-1].argmax(axis=1)
    first, second = pair.first, pair.second
    met[rows] = (first[rows, one] == second[rows, other]) & (
        first[rows, other] == second[rows, one]
    )
    return met


def _one_slip(pair: Reconciliation, votes: Mask) -> Mask:
    """Where the votes of one option alone differ, and a slip of one digit explains it."""
    met = np.zeros(pair.common, dtype=bool)
    rows = np.flatnonzero(votes.sum(axis=1) == 1)
    if len(rows):
        at = votes[rows].argmax(axis=1)
        met[rows] = digit_slips(pair.first[rows, at], pair.second[rows, at]) != ""
    return met
