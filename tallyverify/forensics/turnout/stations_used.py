"""Stations with a turnout and a share: checked, counted, put on a grid; for F506 and F507."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from tallyverify.arrays import Counts, Mask, counts, same_length, usable_stations
from tallyverify.errors import InputError
from tallyverify.language import number, told


def usable(
    cast: str, votes: ArrayLike, ballots: ArrayLike, registered: ArrayLike, fewest: int
) -> tuple[Counts, Counts, Counts, dict[str, int]]:
    """Return the counts, checked, of stations with a turnout and a share, and others by reason."""
    w, b, n = counts("votes", votes), counts(cast, ballots), counts("registered", registered)
    same_length(votes=w, **{cast: b}, registered=n)
    if not fewest >= 1 or fewest != int(fewest):
        raise InputError(
            told("the fewest registered voters are a whole number"),
            found=str(fewest),
            expected=told("1 or more"),
        )
    reasons: dict[str, Mask] = {
        told("fewer than {least} registered voters", least=number(int(fewest))): n < fewest,
        told("no ballots"): b == 0,
        told("more ballots than registered voters"): b > n,
        told("more votes than ballots"): w > b,
    }
    keep, left_out = usable_stations(n.size, reasons)
    return w[keep], b[keep], n[keep], left_out


def grid(votes: Counts, ballots: Counts, registered: Counts, bins: int) -> Counts:
    """Count stations by turnout (rows) and share (columns), (bins, bins); no edge is rounded."""
    row = np.minimum(ballots * bins // registered, bins - 1)
    column = np.minimum(votes * bins // ballots, bins - 1)
    cells = np.bincount(row * bins + column, minlength=bins * bins)
    return cells.astype(np.int64).reshape(bins, bins)


def too_few(stations: int, what: str, fewest: int) -> str:
    """Return why so few stations that have something are not enough; empty if they are."""
    if stations >= fewest:
        return ""
    return told(
        "{stations} stations have {what}, fewer than {fewest}",
        stations=number(stations),
        what=what,
        fewest=number(fewest),
    )
