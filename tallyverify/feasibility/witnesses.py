"""What each sheet bears witness to: for every figure the least and the most that it may hold.

The fold keeps, of every station, what was read of its sheet. Once all parts are there, the
conventions that most sheets follow are known, and each sheet is weighed: one whose own arithmetic
holds says its figures exactly; a figure that was not read may be whatever the rest leaves; one
that fails its own arithmetic says what all mendings of a single figure have in common (Fellegi &
Holt 1976: mend records by the fewest changes).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar, cast

import numpy as np

from tallyverify.arrays import Counts, Mask, Texts
from tallyverify.checking import CaseFacts, Kept, places_of
from tallyverify.feasibility.conventions import (
    Conventions,
    ballots_hold,
    conventions_of,
    valid_holds,
)
from tallyverify.feasibility.mending import Sheet, mended
from tallyverify.feasibility.papers import OTHER, UNCLASSED, case_papers
from tallyverify.records import ALL_OPTIONS
from tallyverify.table import ActaTable, Repeats

T = TypeVar("T")
Areas = tuple[int, ...]
"""A station's declared areas, as positions in ``CaseFacts.areas``; the country is always first."""

LINES = ("registered", "ballots", "valid", "null", "blank")


@dataclass(frozen=True, eq=False)
class SheetRows:
    """What was read of each station's sheet, by part; a station stands once."""

    chunks: tuple[dict[str, Any], ...]
    _studies: dict[Any, Any] = field(default_factory=dict, repr=False)

    def __add__(self, other: SheetRows) -> SheetRows:
        return SheetRows(self.chunks + other.chunks)

    def study(self, kind: Callable[[Kept, CaseFacts], T], kept: Kept, facts: CaseFacts) -> T:
        """Return the study of a kind of these stations, made when it is first asked for."""
        if kind not in self._studies:
            self._studies[kind] = kind(kept, facts)
        return cast("T", self._studies[kind])

    @cached_property
    def columns(self) -> dict[str, Any]:
        """All stations by column, in the order of their keys.

        ``station``; ``least`` and ``most`` (stations × candidates), equal where all votes were
        read, ``most`` −1 where not; each line, −1 where not read; ``areas`` (codes, ``labels``).
        """
        labels: dict[Areas, int] = {}
        codes = []
        for chunk in self.chunks:
            here = [labels.setdefault(areas, len(labels)) for areas in chunk["labels"]]
            codes.append(np.array(here, dtype=np.int64)[chunk["site"]])
        names = [name for name in self.chunks[0] if name not in ("labels", "site")]
        whole = {name: np.concatenate([chunk[name] for chunk in self.chunks]) for name in names}
        whole["site"] = np.concatenate(codes)
        # By key, so that nothing depends on the order of rows or parts.
        order = np.argsort(whole["station"], kind="stable")
        found: dict[str, Any] = {name: column[order] for name, column in whole.items()}
        found["labels"] = tuple(labels)
        return found


def summarise_witnesses(part: ActaTable, facts: CaseFacts) -> SheetRows:
    """Keep what was read of the sheets of a table of distinct stations."""
    votes = [part.figure(name) for name in facts.contest.candidate_ids]
    least = np.stack([values for values, _ in votes], axis=1)
    most = np.stack(
        [v if unread is None else np.where(unread, -1, v) for v, unread in votes], axis=1
    )
    site, labels = _sites(part, facts)
    columns: dict[str, Any] = {
        "station": part.frame["station"].fillna("").to_numpy(dtype=object),
        "least": least,
        "most": most,
        "site": site,
        "labels": labels,
        "seen": part.seen & (part.figure(ALL_OPTIONS)[0] > 0) & _named(part, facts),
    }
    for name in (*LINES, *case_papers(facts).classes):
        columns[name] = _line(part, name)
    return SheetRows((columns,))


def _named(part: ActaTable, facts: CaseFacts) -> Mask:
    """Where a sheet names its areas at every level that something is declared for."""
    named = np.ones(len(part), dtype=bool)
    for level in {level for area in facts.areas for level in area}:
        if level in part.levels:
            named &= (part.frame[level].fillna("") != "").to_numpy(dtype=bool)
    return named


def summarise_copies(repeats: Repeats, facts: CaseFacts) -> SheetRows | None:
    """Keep one row of each station that stands twice with different figures: the hull of both.

    Which copy is right is not known; a line in which they differ counts as not read.
    """
    groups = repeats.different
    if not len(groups):
        return None
    rows = np.concatenate(
        [np.arange(at, at + n) for at, n in zip(groups.start, groups.size, strict=True)]
    )
    [every] = summarise_witnesses(groups.rows.take(rows), facts).chunks
    start = np.cumsum(groups.size) - groups.size
    columns: dict[str, Any] = {"labels": every["labels"], "station": every["station"][start]}
    columns["site"] = every["site"][start]
    same_place = np.minimum.reduceat(every["site"], start) == np.maximum.reduceat(
        every["site"], start
    )
    columns["seen"] = np.logical_and.reduceat(every["seen"], start) & same_place
    columns["least"] = np.minimum.reduceat(every["least"], start, axis=0)
    unread = np.minimum.reduceat(every["most"], start, axis=0) < 0
    columns["most"] = np.where(unread, -1, np.maximum.reduceat(every["most"], start, axis=0))
    differ = (columns["least"] != columns["most"]).any(axis=1)
    for name in (*LINES, *case_papers(facts).classes):
        low = np.minimum.reduceat(every[name], start)
        high = np.maximum.reduceat(every[name], start)
        apart = (low != high) | (differ if name != "registered" else False)
        columns[name] = np.where(apart, -1, low)
        if name == "registered":
            columns[name] = high  # the larger list bounds both
    return SheetRows((columns,))


def _line(part: ActaTable, name: str) -> Counts:
    if name not in part.lines:
        return np.full(len(part), -1, dtype=np.int64)
    values, unread = part.figure(name)
    return values if unread is None else np.where(unread, -1, values)


def _sites(part: ActaTable, facts: CaseFacts) -> tuple[Counts, list[Areas]]:
    """Each row's declared areas, as a code, and what the codes stand for."""
    places = places_of(part, facts)
    if not places:
        return np.zeros(len(part), dtype=np.int64), [(0,)]
    found, codes = np.unique(np.stack(places, axis=1), axis=0, return_inverse=True)
    # Places count from 1 (0: not declared); the country stands in all.
    labels = [(0, *sorted({int(at) - 1 for at in row if at > 0} - {0})) for row in found]
    return codes.ravel().astype(np.int64), labels


@dataclass(frozen=True, eq=False)
class Witnesses:
    """The sheets weighed: arrays of shape (stations,) or (stations, variants of paper)."""

    stations: Texts
    site: Counts
    labels: tuple[Areas, ...]
    registered: Counts  # −1 where not known
    lows: dict[str, Counts]  # by class of paper (candidate ids and names of classes)
    highs: dict[str, Counts]
    ballots: tuple[Counts, Counts] | None  # where the sheets state them
    valid: tuple[Counts, Counts] | None
    sound: Mask
    free: Mask  # not mended by one figure, so that its sheet says nothing
    cap: Counts  # the most papers of a wrong sheet; −1 where there is no such bound
    top: int  # the most papers seen on a sheet; −1 where too few were seen to say
    excess: tuple[int, int]  # the largest (papers, list) with more papers than voters, or (1, 1)
    listed: bool  # every seen sheet has a list of voters and no sound one exceeds it
    unlisted_top: int  # the most papers at a seen station without a list; −1 where none or too few
    conventions: Conventions

    def __len__(self) -> int:
        return len(self.stations)


FEWEST = 10
"""So many sheets must be seen before “the most seen” bounds anything."""


def weighed(columns: dict[str, Any], facts: CaseFacts) -> Witnesses:
    """Weigh every seen sheet: what it says exactly, within bounds, or not at all."""
    seen = columns["seen"]
    labels = columns["labels"]
    columns = {k: v[seen] for k, v in columns.items() if k != "labels"}
    columns["seen"] = np.ones(int(seen.sum()), dtype=bool)
    how = conventions_of(columns, facts)
    classes = case_papers(facts).classes
    names = facts.contest.candidate_ids
    size = len(columns["station"])
    least, most = columns["least"], columns["most"]
    whole = (most >= 0).all(axis=1)
    options = least.sum(axis=1)
    valid, blank, null, ballots = (columns[n] for n in ("valid", "blank", "null", "ballots"))
    registered = columns["registered"]

    sound = np.ones(size, dtype=bool)
    if facts.contest.votes_allowed == 1:
        sound &= valid_holds(how, valid, options, blank, whole)
        if how.ballots:
            sound &= ballots_hold(how, columns, classes, options, whole)
        sound &= ~((ballots >= 0) & (ballots < np.maximum(options, valid)))
    papers = np.maximum(np.maximum(options, valid), ballots)
    if facts.contest.votes_allowed > 1:
        papers = np.maximum(ballots, -(-options // facts.contest.votes_allowed))
        papers = papers * facts.contest.votes_allowed
    enough = size >= FEWEST
    top = int(papers[sound].max(initial=0)) if enough else -1
    per = facts.contest.votes_allowed
    has_list = registered > 0
    over = sound & has_list & (papers > registered * per)
    excess = (1, 1)
    if over.any():
        ratio = papers[over] / (registered[over] * per)
        at = int(np.argmax(ratio))
        excess = (int(papers[over][at]), int(registered[over][at]) * per)
    without = sound & ~has_list
    unlisted = int(papers[without].max(initial=0)) if without.sum() and enough else -1
    cap = np.where(
        has_list,
        -(-np.maximum(registered, 0) * per * excess[0] // excess[1]),
        2 * top if enough else -1,
    )

    lows = {name: least[:, at].copy() for at, name in enumerate(names)}
    highs = {name: np.where(most[:, at] < 0, -1, most[:, at]) for at, name in enumerate(names)}
    # What the rest of the sheet leaves for a figure that was not read.
    room_votes = np.where(valid >= 0, valid, ballots)
    room_votes = np.where(room_votes >= 0, np.maximum(room_votes - options, 0), -1)
    room = np.where(
        room_votes >= 0, room_votes, np.where(cap >= 0, np.maximum(cap - options, 0), -1)
    )
    for name in names:
        unread = highs[name] < 0
        highs[name] = np.where(unread, np.where(room >= 0, lows[name] + room, -1), highs[name])
    other_low = np.zeros(size, dtype=np.int64)
    other_high = np.zeros(size, dtype=np.int64)
    known_valid = (valid >= 0) & whole
    if how.valid == "over":
        # A valid line above the options may hold blank votes or votes for others.
        gap = np.where(known_valid, np.maximum(valid - options, 0), 0)
        other_high = gap
        other_low = np.where((blank >= 0) | (not case_papers(facts).blank), gap, 0)
    lows[OTHER], highs[OTHER] = other_low, other_high
    votes_high = np.where(whole, options + other_high, np.where(room >= 0, options + room, -1))
    rest = np.where(ballots >= 0, ballots - np.maximum(options, np.minimum(valid, ballots)), -1)
    rest = np.where(
        ballots >= 0, rest, np.where(cap >= 0, np.maximum(cap - np.maximum(options, valid), 0), -1)
    )
    for name, line in (("null", null), ("blank", blank), *((c, columns[c]) for c in classes)):
        if name == "blank" and not case_papers(facts).blank:
            continue
        lows[name] = np.maximum(line, 0)
        inside_valid = name == "blank" and how.valid in ("blank", "over")
        open_ = np.where(rest >= 0, np.maximum(rest, 0), -1)
        if inside_valid:
            open_ = np.where(open_ >= 0, open_ + np.maximum(valid - options, 0), -1)
        highs[name] = np.where(line >= 0, line, open_)
    stated = null >= 0
    lows[UNCLASSED] = np.zeros(size, dtype=np.int64)
    highs[UNCLASSED] = np.where(stated & how.ballots & (ballots < 0), 0, np.maximum(rest, -1))
    exact_ballots = (
        (np.where(ballots >= 0, ballots, -1), np.where(ballots >= 0, ballots, -1))
        if (ballots >= 0).any()
        else None
    )
    exact_valid = None
    if (valid >= 0).any() and facts.contest.votes_allowed == 1:
        among = how.valid == "blank"
        extra = np.where(blank >= 0, blank, 0)
        stated_low = np.where(valid >= 0, valid, options)
        stated_high = np.where(valid >= 0, valid, votes_high)
        if case_papers(facts).blank and facts.contest.valid_includes_blank is not True and among:
            stated_low = np.where(valid >= 0, options, stated_low)
        if case_papers(facts).blank and how.valid == "over":
            stated_low = np.where(
                valid >= 0,
                np.maximum(options, valid - np.where(blank >= 0, extra, valid)),
                stated_low,
            )
        if (
            case_papers(facts).blank
            and facts.contest.valid_includes_blank is not False
            and not among
        ):
            upper = np.where(blank >= 0, blank, highs["blank"])
            stated_high = np.where((stated_high >= 0) & (upper >= 0), stated_high + upper, -1)
        exact_valid = (stated_low, stated_high)
    free = np.zeros(size, dtype=bool)
    for at in np.flatnonzero(~sound):
        sheet = Sheet(
            tuple(int(v) for v in least[at]),
            tuple(bool(v < 0) for v in most[at]),
            {n: int(columns[n][at]) for n in ("ballots", "valid", "null", "blank", *classes)},
        )
        bounds = mended(sheet, how, names, classes)
        if bounds is None:
            free[at] = True
            continue
        for name, (low, high) in bounds.items():
            if name == "ballots" and exact_ballots is not None:
                exact_ballots[0][at], exact_ballots[1][at] = low, high
            elif name == "valid" and exact_valid is not None:
                hull = case_papers(facts).blank and facts.contest.valid_includes_blank is None
                more = bounds["blank"][1] if hull and "blank" in bounds else 0
                less = more if how.valid == "blank" else 0
                exact_valid[0][at], exact_valid[1][at] = max(low - less, 0), high + more
            elif name in lows:
                lows[name][at], highs[name][at] = low, high
        lows[OTHER][at] = 0
        highs[OTHER][at] = (
            max(bounds["valid"][1] - sum(bounds[n][0] for n in names), 0)
            if ("valid" in bounds and how.valid == "over")
            else 0
        )
        highs[UNCLASSED][at] = -1
    return Witnesses(
        columns["station"],
        columns["site"],
        labels,
        registered,
        lows,
        highs,
        exact_ballots,
        exact_valid,
        sound,
        free,
        cap,
        top,
        excess,
        bool(has_list.all() and not over.any() and size),
        unlisted,
        how,
    )
