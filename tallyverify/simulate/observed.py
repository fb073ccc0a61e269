"""The counts of real sheets, put in an order of their own, for an estimate of their structure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tallyverify.arrays import Counts, Floats
from tallyverify.errors import InputError
from tallyverify.language import told
from tallyverify.records import ALL_OPTIONS
from tallyverify.table import ActaTable, area_codes

_FEWEST = 2


@dataclass(frozen=True, eq=False)
class Observed:
    """Counts of the sheets that can be used, in the order of their areas."""

    votes: Counts  # (stations, candidates)
    registered: Counts  # (stations,) 0 where not known, or fewer than the ballots
    ballots: Counts  # (stations,)
    areas: tuple[Counts, ...]  # (stations,) each: codes by level; they never fall
    null: float  # how likely a ballot is null
    blank: float  # or blank
    left_out: dict[str, int]  # sheets not used, by reason


def observed(table: ActaTable) -> Observed:
    """Return the counts of a table, the same whatever the order of its rows."""
    table, votes, left_out = _usable(table)
    registered, ballots, null, blank = _sizes(table, votes)
    areas = _nested(table)
    order = np.lexsort((*votes.T, ballots, registered, table.spelt_hash, *areas[-1:]))
    return Observed(
        votes[order],
        registered[order],
        ballots[order],
        tuple(codes[order] for codes in areas),
        null,
        blank,
        left_out,
    )


def _usable(table: ActaTable) -> tuple[ActaTable, Counts, dict[str, int]]:
    absent = [name for name in table.contest.candidate_ids if name not in table.present]
    if absent:
        raise InputError(
            told("a candidate has no votes column, so the shares are not known"),
            found=told("none for {name}", name=repr(absent[0])),
        )
    figures = [table.figure(name)[0] for name in table.contest.candidate_ids]
    unread = ~table.known(ALL_OPTIONS)
    counted = np.array(figures).reshape(len(figures), -1)
    silent = ~unread & (counted.sum(axis=0) == 0)
    left_out: dict[str, int] = {
        told("no vote on the sheet"): int(silent.sum()),
        told("a count was not read"): int(unread.sum()),
    }
    used = ~(silent | unread)
    if used.sum() < _FEWEST:
        raise InputError(
            told("too few sheets to learn from"),
            found=told(
                "{sheets} with votes, of {all}", sheets=str(int(used.sum())), all=str(len(table))
            ),
            expected=told("{fewest} or more", fewest=str(_FEWEST)),
        )
    kept = {reason: number for reason, number in left_out.items() if number}
    return table.take(used), counted[:, used].T.copy(), kept


def _sizes(table: ActaTable, votes: Counts) -> tuple[Counts, Counts, float, float]:
    """Registered voters and ballots by station, and how likely a ballot is null or blank."""
    valid = votes.sum(axis=1)
    lines = {name: table.figure(name)[0] for name in table.lines}
    nothing = np.zeros(len(table), dtype=np.int64)
    null, blank = lines.get("null", nothing), lines.get("blank", nothing)
    ballots = np.maximum(lines.get("ballots", nothing), valid + null + blank)
    registered = lines.get("registered", nothing)
    registered = np.where(registered >= ballots, registered, 0)
    # Sheets with more ballots than voters are often typing errors: they say nothing of rates.
    sound = registered > 0 if (registered > 0).any() else np.ones(len(table), dtype=bool)
    whole = ballots[sound].sum()
    blanks = float(blank[sound].sum() / whole)
    nulls = float(null[sound].sum() / whole)
    if "null" not in lines:
        nulls = float(1 - valid[sound].sum() / whole - blanks)
    return registered, ballots, nulls, blanks


def _nested(table: ActaTable) -> list[Counts]:
    """Codes of the areas by level, in the order of their names."""
    found = []
    for depth in range(1, len(table.levels) + 1):
        codes, labels = area_codes(table, table.levels[:depth])
        rank = np.empty(len(labels), dtype=np.int64)
        rank[sorted(range(len(labels)), key=labels.__getitem__)] = np.arange(len(labels))
        found.append(rank[codes])
    return found


def successive(votes: Counts, ballots: Counts, registered: Counts) -> tuple[Counts, Counts]:
    """Counts and what they are of: ballots of voters, then votes of those not yet given."""
    after = np.cumsum(votes[:, ::-1], axis=1)[:, ::-1]
    counted = np.column_stack([np.where(registered > 0, ballots, 0), votes[:, :-1]])
    return counted, np.column_stack([registered, after[:, :-1]])


def within(counted: Counts, possible: Counts, areas: Counts) -> tuple[Floats, Floats]:
    """χ²/df of each column between the stations of an area, and the variance of log-odds for it.

    A deviation of variance t of the log-odds adds about n p(1 − p) t to a station's part of χ².
    """
    found = []
    for some, whole in zip(counted.T, possible.T, strict=True):
        inside = np.bincount(areas, weights=whole)
        rate = np.bincount(areas, weights=some) / np.maximum(inside, 1)
        chance = rate * (1 - rate)
        tells = (whole > 0) & (chance[areas] > 0)
        at, size = areas[tells], whole[tells]
        squares = ((some[tells] - size * rate[at]) ** 2 / (size * chance[at])).sum()
        freedom = int(tells.sum()) - len(np.unique(at))
        each = (size * (1 - size / inside[at]) * chance[at]).sum()
        enough = freedom > 0 and each > 0
        found.append(
            (squares / freedom, max(squares - freedom, 0.0) / each) if enough else (np.nan, 0.0)
        )
    ratio, variance = np.array(found).T
    return ratio, variance
