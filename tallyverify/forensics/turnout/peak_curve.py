"""Votes by turnout, and what their curves say about the turnout peak (for F508)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

import numpy as np

from tallyverify.arrays import Counts, Floats
from tallyverify.language import percent, told

BINS = 200  # bins of turnout, of half a point each
# Turnout below which the peak must lie: above it, too little room is left for an excess.
HIGHEST_PEAK = 0.80
_MOST_GROUPS = 1000
_SMOOTH = 4  # bins: a Gaussian of two points of turnout
_PROMINENCE = 0.5
_RIVAL = 0.1
_FLANK = 0.25
_NARROWEST = 0.002  # standard deviation of turnout over the flank
_FARTHEST = 20.0  # of a logarithm: no ratio is larger


class Reading(NamedTuple):
    """What two curves of votes by turnout say."""

    peak: float  # turnout of the peak of the others' votes
    flank: float  # turnout from which, up to the peak, the ratio is taken
    ratio: float  # votes of the candidate for each vote of the others there
    excess: float  # the candidate's votes at higher turnout above ratio × others
    change: float  # of the ratio's logarithm over the flank
    with_trend: float  # the excess if that change went on


def dealt_groups(place: Counts, rng: np.random.RandomState) -> Counts:
    """Deal areas at random into groups: resampling groups has the variance of resampling areas."""
    code = np.unique(place, return_inverse=True)[1]
    areas = int(code.max()) + 1 if code.size else 1
    return (rng.permutation(areas) % _MOST_GROUPS)[code]


def by_turnout(weight: Counts, ballots: Counts, registered: Counts, group: Counts) -> Floats:
    """Return votes by group and bin, each station spread over ballots ± ½."""
    # The votes of a station up to a turnout are a ramp, the difference of two hinges; so the sum
    # over stations needs only, for each edge, the slopes and offsets of the hinges that begin
    # before it.
    groups = int(group.max()) + 1 if group.size else 1
    edges = np.linspace(0, 1, BINS + 1)
    slope = (weight * registered).astype(np.float64)
    below = np.zeros((groups, BINS + 1))
    for shift, sign in ((-0.5, 1), (0.5, -1)):
        hinge = (ballots + shift) / np.maximum(registered, 1)
        first = np.clip(np.ceil(hinge * BINS), 0, BINS + 1).astype(np.int64)
        cell, cells = group * (BINS + 2) + first, groups * (BINS + 2)
        steep, offset = (
            np.bincount(cell, weights=w, minlength=cells)
            .reshape(groups, BINS + 2)
            .cumsum(axis=1)[:, :-1]
            for w in (slope, slope * hinge)
        )
        below += sign * (edges * steep - offset)
    # Half a ballot reaches below no turnout and above full turnout: it stays in the end bins.
    below[:, 0] = 0
    below[:, -1] = np.bincount(group, weights=weight, minlength=groups)
    return np.maximum(np.diff(below, axis=1), 0)


def read_curves(leader: Floats, others: Floats) -> Reading | str:
    """Return what the curves say, or why there is no clean peak."""
    from scipy.ndimage import gaussian_filter1d
    from scipy.signal import find_peaks

    middle = (np.arange(BINS) + 0.5) / BINS
    smooth = gaussian_filter1d(others, _SMOOTH, mode="reflect")
    top = int(smooth.argmax())
    if middle[top] >= HIGHEST_PEAK:
        return told(
            "the others' votes peak at {turnout} turnout, not below {most}",
            turnout=percent(middle[top], 1, 1),
            most=percent(HIGHEST_PEAK, 1, 0),
        )
    found, about = find_peaks(smooth, prominence=_RIVAL * smooth[top])
    if top not in found:
        return told("the others' votes have no peak inside the range of turnout")
    if np.count_nonzero(middle[found] < HIGHEST_PEAK) > 1:
        low = middle[found][middle[found] < HIGHEST_PEAK]
        return told(
            "the others' votes have more than one turnout peak, at {turnouts}",
            turnouts=_joined([percent(at, 1, 1) for at in low]),
        )
    if about["prominences"][found == top][0] < _PROMINENCE * smooth[top]:
        return told("the turnout peak stands out by less than half its height")
    lower = np.flatnonzero(smooth[:top] < _FLANK * smooth[top])
    if not lower.size:
        return told("the flank below the turnout peak is cut off")
    start = int(lower[-1]) + 1
    flank, above = slice(start, top + 1), slice(top + 1, None)
    both = leader + others
    mine, all_ = leader[flank].sum(), both[flank].sum()
    if not 0 < mine < all_:
        return told("the candidate has no votes, or all of them, below the turnout peak")
    share, centre = mine / all_, (both[flank] * middle[flank]).sum() / all_
    away = middle - centre
    inertia = (away**2 * both)[flank].sum()
    if inertia < _NARROWEST**2 * all_:
        return told("turnout hardly varies below its peak")
    slope = (away * (leader - share * both))[flank].sum() / inertia
    ratio, rise = share / (1 - share), slope / (share * (1 - share))
    carried = ratio * np.exp(np.clip(rise * away, -_FARTHEST, _FARTHEST))
    return Reading(
        peak=float(middle[top]),
        flank=float(start / BINS),
        ratio=float(ratio),
        excess=float((leader - ratio * others)[above].sum()),
        change=float(rise * (middle[top] - middle[start])),
        with_trend=float((leader - carried * others)[above].sum()),
    )


def _joined(turnouts: Sequence[str]) -> str:
    return reduce(
        lambda first, second: told("{first} and {second}", first=first, second=second), turnouts
    )


def resampled(leader: Floats, others: Floats, resamples: int, rng: np.random.RandomState) -> Floats:
    """Return readings with groups drawn anew, shape (found, 6): none where no clean peak is."""
    groups = len(leader)
    weight = rng.multinomial(groups, np.full(groups, 1 / groups), resamples).astype(np.float64)
    again = (read_curves(*pair) for pair in zip(weight @ leader, weight @ others, strict=True))
    return np.array([one for one in again if not isinstance(one, str)], dtype=np.float64)
