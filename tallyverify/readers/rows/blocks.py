"""Rows that are sums of the rows beside them: totals before, or after, what they add up."""

from __future__ import annotations

import numpy as np

from tallyverify.arrays import Counts, Mask
from tallyverify.taken import takes_input


@takes_input
def totals_by_place(values: Counts, known: Mask, large: Mask) -> Mask:
    """Return the rows that equal the sum of the rows right after them, or right before.

    Totals found are left out of the sums around them, so that totals of totals are found next. A
    total of one row equals it: it is one only where a total around it says so. By chance a row
    equals the sum of its neighbours now and then; so totals count only where they and what they
    add up make at least half of the file.

    Parameters
    ----------
    values : ndarray of int64, shape (rows, figures)
        The figures in the order of the file; first the votes.
    known : ndarray of bool, shape (rows,)
        Totals that are known.
    large : ndarray of bool, shape (rows,)
        Rows of which every figure was read, with enough votes not to be a sum by chance.
    """
    found, covered = known.copy(), np.zeros(len(values), dtype=bool)
    while True:
        more = _round(values, found, large, covered)
        if not more.any():
            more = _with_totals_of_one(values, found, large, covered)
        if not more.any():
            break
        found |= more
    found &= ~known
    enough = 2 * int((covered | found).sum()) >= len(values) - int(known.sum())
    return found if enough else found & False


def _round(values: Counts, found: Mask, large: Mask, covered: Mask) -> Mask:
    """Totals of the rows that are none so far, in both directions."""
    more = np.zeros(len(values), dtype=bool)
    for back in (False, True):
        at, start, stop = _sums_after(values, found, large, back=back)
        more[at] = True
        for first, last in zip(start.tolist(), stop.tolist(), strict=True):
            covered[first : last + 1] = True
    return more


def _with_totals_of_one(values: Counts, found: Mask, large: Mask, covered: Mask) -> Mask:
    """Totals that count a row once which stands twice, and with them these totals of one row."""
    more = np.zeros(len(values), dtype=bool)
    for back in (False, True):
        rest = np.flatnonzero(~found)
        rest = rest[::-1] if back else rest
        twice = (values[rest[:-1]] == values[rest[1:]]).all(axis=1) & large[rest[:-1]]
        single = np.zeros(len(values), dtype=bool)
        single[rest[:-1][twice]] = True
        if not single.any():
            continue
        at, start, stop = _sums_after(values, found | single, large & ~single, back=back)
        for total, first, last in zip(at.tolist(), start.tolist(), stop.tolist(), strict=True):
            here = np.arange(min(total, first), max(total, last) + 1)
            if single[here].any():
                more[total] = True
                more[here] |= single[here]
                covered[here] = True
    return more


def _sums_after(
    values: Counts, found: Mask, large: Mask, *, back: bool
) -> tuple[Counts, Counts, Counts]:
    """Return rows that equal the sum of two or more that follow, and the first and last of these.

    ``back``: that precede. Rows already ``found`` are passed over.
    """
    rest = np.flatnonzero(~found)
    rest = rest[::-1] if back else rest
    sums = np.concatenate([np.zeros((1, values.shape[1]), dtype=np.int64), values[rest]])
    sums = np.cumsum(sums, axis=0)
    at = np.flatnonzero(large[rest])
    wanted = sums[at + 1] + values[rest[at]]
    results = []
    # Rows without a vote at the end of a block may belong to it or not.
    for side in ("left", "right"):
        stop = np.searchsorted(sums[:, 0], wanted[:, 0], side="left" if side == "left" else "right")
        stop = np.minimum(stop - (side == "right"), len(rest))
        fits = (stop - at >= 3) & (sums[stop] == wanted).all(axis=1)
        results.append((at[fits], stop[fits]))
    total, stop = (np.concatenate(parts) for parts in zip(*results, strict=True))
    if not len(total):
        none = np.zeros(0, dtype=np.int64)
        return none, none, none
    ends = np.stack([rest[total + 1], rest[stop - 1]])
    return rest[total], ends.min(axis=0), ends.max(axis=0)
