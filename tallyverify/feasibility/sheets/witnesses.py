"""What each sheet bears witness to: for every figure the least and the most that it may hold.

Once the conventions that most sheets follow are known, each sheet is weighed: one whose own
arithmetic holds says its figures exactly; a figure that was not read may be whatever the rest
leaves; one that fails its own arithmetic says what all mendings of a single figure have in common
(Fellegi & Holt 1976: mend records by the fewest changes).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from tallyverify.arrays import Counts, Mask, SmallCounts, Texts
from tallyverify.checking import CaseFacts
from tallyverify.feasibility.figures.papers import OTHER, UNCLASSED, Papers, case_papers
from tallyverify.feasibility.sheets.conventions import (
    Conventions,
    ballots_hold,
    conventions_of,
    valid_holds,
)
from tallyverify.feasibility.sheets.mending import Sheet, mended
from tallyverify.feasibility.sheets.sheet_rows import Places, stations_among

_BLOCK = 1 << 16
"""Sheets weighed together: what a few bytes keep of them is wide while it is worked on."""

_Said = dict[str, dict[str, SmallCounts]]
"""By kind (lows, highs, ballots, valid), then by name."""

FEWEST = 10
"""So many sheets must be seen before “the most seen” bounds anything."""


@dataclass(frozen=True, eq=False)
class SheetLimits:
    """What bounds a sheet that says nothing for sure."""

    cap: Counts  # (stations,), the most papers of a wrong sheet; −1 where there is no such bound
    top: int  # the most papers seen on a sound sheet; −1 where too few were seen to say
    unlisted_top: int  # the same, of stations without a list
    excess: tuple[int, int]  # the largest papers, and list, with more papers than voters; else 1, 1
    listed: bool  # every seen sheet has a list of voters, and no sound one exceeds it


@dataclass(frozen=True, eq=False)
class Witnesses:
    """The sheets weighed; each has the shape (stations,), −1 stands for no bound."""

    stations: Texts
    site: Counts
    labels: tuple[Places, ...]
    registered: Counts  # −1 where not known
    lows: dict[str, SmallCounts]  # by candidate, and by class of other papers
    highs: dict[str, SmallCounts]
    ballots: tuple[SmallCounts, SmallCounts]  # as the sheets state them, least and most
    valid: tuple[SmallCounts, SmallCounts]  # what may be published as valid votes, likewise
    sound: Mask
    free: Mask  # not mended by one figure, so that its sheet says nothing
    limits: SheetLimits
    conventions: Conventions

    def __len__(self) -> int:
        return len(self.stations)

    def low(self, name: str) -> Counts:
        """The least votes of a candidate, or papers of a class, on each sheet."""
        return self.lows[name][:]

    def high(self, name: str) -> Counts:
        """The most."""
        return self.highs[name][:]

    @property
    def pending(self) -> Mask:
        """Where it is not known whether a sheet is part of any result; shape (stations,)."""
        nowhere = [at for at, places in enumerate(self.labels) if not places[0]]
        return np.isin(self.site, nowhere)

    def within(self, area: int) -> tuple[int, int]:
        """Return how many sheets are of a declared area, for sure and perhaps."""
        return self._by_area.get(area, (0, 0))

    @cached_property
    def _by_area(self) -> dict[int, tuple[int, int]]:
        sheets = np.bincount(self.site, minlength=len(self.labels)).tolist()
        found: dict[int, tuple[int, int]] = {}
        for count, places in zip(sheets, self.labels, strict=True):
            for area in {area for areas in places for area in areas}:
                sure, perhaps = found.get(area, (0, 0))
                found[area] = sure + count * (area in places[0]), perhaps + count
        return found


@dataclass(frozen=True, eq=False)
class _Read:
    """The seen sheets as they were read."""

    columns: dict[str, Any]
    papers: Papers
    how: Conventions

    def __len__(self) -> int:
        return len(self.columns["station"])

    def line(self, name: str) -> Counts:
        found: Counts = self.columns[name][:]
        return found

    @property
    def whole(self) -> Mask:
        """Where every vote was read."""
        read: Mask = (self.columns["most"].kept >= 0).all(axis=1)
        return read

    @property
    def options(self) -> Counts:
        """The votes that were read."""
        votes: Counts = self.columns["least"].by_row()
        return votes

    def part(self, which: slice) -> _Read:
        return replace(self, columns=stations_among(self.columns, which))

    @property
    def per_ballot(self) -> int:
        return self.papers.contest.votes_allowed


def witnessed(columns: dict[str, Any], facts: CaseFacts) -> Witnesses:
    """Weigh every seen sheet: what it says exactly, within bounds, or not at all."""
    if not columns["seen"].all():
        columns = stations_among(columns, columns["seen"])
    read = _Read(columns, case_papers(facts), conventions_of(columns, facts))
    sound = _sound(read)
    limits = _limits(read, sound)
    said, free = _weighed(read, limits, sound)
    return Witnesses(
        columns["station"],
        columns["site"],
        columns["labels"],
        read.line("registered"),
        said["lows"],
        said["highs"],
        (said["ballots"]["low"], said["ballots"]["high"]),
        (said["valid"]["low"], said["valid"]["high"]),
        sound,
        free,
        limits,
        read.how,
    )


def _weighed(read: _Read, limits: SheetLimits, sound: Mask) -> tuple[_Said, Mask]:
    """Return what sheets say, and which of them say nothing."""
    blocks: list[_Said] = []
    free = np.zeros(len(read), dtype=bool)
    for start in range(0, max(len(read), 1), _BLOCK):
        part = read.part(slice(start, start + _BLOCK))
        cap = limits.cap[start : start + _BLOCK]
        lows, highs = _votes(part, cap)
        _other_papers(part, cap, lows, highs)
        valid = _valid(part, highs)
        ballots = (part.line("ballots"), part.line("ballots"))
        for at in np.flatnonzero(~sound[start : start + _BLOCK]):
            free[start + at] = not _mend(part, int(at), lows, highs, ballots, valid)
        every = {"lows": lows, "highs": highs}
        every["ballots"], every["valid"] = (
            dict(zip(("low", "high"), both, strict=True)) for both in (ballots, valid)
        )
        blocks.append(
            {
                kind: {name: SmallCounts.of(values) for name, values in one.items()}
                for kind, one in every.items()
            }
        )
    said = {
        kind: {name: SmallCounts.joined(block[kind][name] for block in blocks) for name in one}
        for kind, one in blocks[0].items()
    }
    return said, free


def _sound(read: _Read) -> Mask:
    """Where a sheet's own arithmetic holds, by the conventions of most sheets."""
    sound = np.ones(len(read), dtype=bool)
    if read.papers.several:
        return sound
    options, whole = read.options, read.whole
    valid, ballots = read.line("valid"), read.line("ballots")
    sound &= valid_holds(read.how, valid, options, read.line("blank"), whole)
    if read.how.ballots:
        sound &= ballots_hold(read.how, read.columns, read.papers.classes, options, whole)
    return sound & ~((ballots >= 0) & (ballots < np.maximum(options, valid)))


def _limits(read: _Read, sound: Mask) -> SheetLimits:
    """What a wrong sheet may hold: its list with the largest excess seen, else twice the most."""
    ballots, registered, per = read.line("ballots"), read.line("registered"), read.per_ballot
    papers = np.maximum(np.maximum(read.options, read.line("valid")), ballots * per)
    enough = len(read) >= FEWEST and bool(sound.any())
    top = int(papers[sound].max(initial=0)) if enough else -1
    has_list = registered > 0
    over = sound & has_list & (papers > registered * per)
    excess = (1, 1)
    if over.any():
        most = int(np.argmax(papers[over] / registered[over]))
        excess = (int(papers[over][most]), int(registered[over][most]) * per)
    unlisted = papers[sound & ~has_list]
    by_list = -(-np.maximum(registered, 0) * per * excess[0] // excess[1])
    # A sheet beyond its list that does not tell its ballots may hold more papers than it shows.
    bounded = has_list & ~(over & (ballots < 0))
    return SheetLimits(
        np.where(bounded, by_list, 2 * top if enough else -1),
        top,
        int(unlisted.max(initial=0)) if len(unlisted) and enough else -1,
        excess,
        bool(len(read) and has_list.all() and not over.any()),
    )


def _left(limit: Counts, taken: Counts) -> Counts:
    """What is left of a limit, −1 where there is none."""
    return np.where(limit >= 0, np.maximum(limit - taken, 0), -1)


def _votes(read: _Read, cap: Counts) -> tuple[dict[str, Counts], dict[str, Counts]]:
    """Least and most votes of each candidate: one that was not read has what the rest leaves."""
    least, most = read.columns["least"], read.columns["most"]
    valid, ballots = read.line("valid"), read.line("ballots")
    bounded = np.where(valid >= 0, valid, np.where(ballots >= 0, ballots, cap))
    room = _left(bounded, read.options)
    lows, highs = {}, {}
    for at, name in enumerate(read.papers.contest.candidate_ids):
        lows[name] = least[:, at]
        unread = np.where(room >= 0, least[:, at] + room, -1)
        highs[name] = np.where(most[:, at] < 0, unread, most[:, at])
    return lows, highs


def _other_papers(
    read: _Read, cap: Counts, lows: dict[str, Counts], highs: dict[str, Counts]
) -> None:
    """Put down the papers that are no votes for a candidate, by class."""
    options, blank = read.options, read.line("blank")
    valid, ballots = read.line("valid"), read.line("ballots")
    none = np.zeros(len(read), dtype=np.int64)
    over = np.where((valid >= 0) & read.whole, np.maximum(valid - options, 0), 0)
    if read.how.valid == "over":
        # A valid line above the options may hold blank votes, or votes for others.
        among, inside = read.how.among, np.minimum(np.maximum(blank, 0), over)
        lows[OTHER] = np.where(blank >= 0, over if among is False else over - inside, 0)
        highs[OTHER] = over - inside if among else over
    else:
        lows[OTHER], highs[OTHER] = none, none.copy()
    rest = _left(np.where(ballots >= 0, ballots, cap), np.maximum(options, valid))
    if not read.papers.several:
        # A line of valid votes that is not there, or was not read, may have told votes for others.
        highs[OTHER] = np.where(valid < 0, rest, highs[OTHER])
    for name in ("null", "blank", *read.papers.classes):
        if name == "blank" and not read.papers.blank:
            continue
        line, open_ = read.line(name), rest
        if name == "blank" and read.papers.untold:
            open_ = np.where(ballots >= 0, _left(rest, np.maximum(read.line("null"), 0)), 0)
        elif name == "blank" and read.how.valid != "=":
            open_ = np.where(rest >= 0, rest + over, -1)
        lows[name] = np.maximum(line, 0)
        highs[name] = np.where(line >= 0, line, open_)
    # With lines of null and of blank papers, and none of ballots, a sheet names all its papers.
    named = (read.line("null") >= 0) & (blank >= 0) & (ballots < 0) & read.how.ballots
    lows[UNCLASSED] = none.copy()
    highs[UNCLASSED] = np.where(named, 0, rest)


def _valid(read: _Read, highs: dict[str, Counts]) -> tuple[Counts, Counts]:
    """What may be published as the valid votes of each sheet that states them, else −1.

    Between the options and the options with the blank votes, where that is not stated.
    """
    valid, options, blank = read.line("valid"), read.options, read.line("blank")
    included = read.papers.contest.valid_includes_blank
    stated = (valid >= 0) & (not read.papers.several)
    low, high = valid.copy(), valid.copy()
    if read.how.valid == "over" and included is not True:
        # What is above the options may be blank votes, though no line tells them.
        low = np.maximum(options, np.where(blank >= 0, valid - blank, 0))
    if read.papers.blank:
        if read.how.valid == "blank" and included is not True:
            low = options
        if read.how.valid != "blank" and included is not False:
            more = np.where(blank >= 0, blank, highs["blank"])
            high = np.where(more >= 0, valid + more, -1)
    return np.where(stated, low, -1), np.where(stated, high, -1)


def _mend(
    read: _Read,
    at: int,
    lows: dict[str, Counts],
    highs: dict[str, Counts],
    ballots: tuple[Counts, Counts],
    valid: tuple[Counts, Counts],
) -> bool:
    """Put down what all mendings of one figure of a sheet say; whether there is any."""
    names, classes = read.papers.contest.candidate_ids, read.papers.classes
    least, most = read.columns["least"][at], read.columns["most"][at]
    sheet = Sheet(
        tuple(int(votes) for votes in least),
        tuple(bool(votes < 0) for votes in most),
        {n: int(read.line(n)[at]) for n in ("ballots", "valid", "null", "blank", *classes)},
    )
    bounds = mended(sheet, read.how, names, classes)
    if bounds is None:
        return False
    for name, (low, high) in bounds.items():
        if name == "ballots":
            ballots[0][at], ballots[1][at] = low, high
        elif name == "valid":
            hull = read.papers.blank and read.papers.contest.valid_includes_blank is None
            more = bounds["blank"][1] if hull and "blank" in bounds else 0
            less = more if read.how.valid == "blank" else 0
            valid[0][at], valid[1][at] = max(low - less, 0), high + more
        elif name in lows:
            lows[name][at], highs[name][at] = low, high
    lows[OTHER][at] = highs[OTHER][at] = 0
    if read.how.valid == "over" and "valid" in bounds:
        named = sum(bounds[name][0] for name in names)
        highs[OTHER][at] = max(bounds["valid"][1] - named, 0)
    elif sheet.lines["valid"] >= 0:
        # The few sheets whose valid line is above the rest may hold votes for others there, or
        # blank ones where no line tells these.
        blank = max(sheet.lines["blank"], 0) if read.how.valid == "blank" else 0
        gap = max(sheet.lines["valid"] - sum(sheet.votes) - blank, 0)
        highs[OTHER][at] = gap
        if read.papers.blank and sheet.lines["blank"] < 0:
            if highs["blank"][at] >= 0:
                highs["blank"][at] += gap
            if gap and read.papers.contest.valid_includes_blank is not True:
                valid[0][at] = min(valid[0][at], sum(sheet.votes))
    named = sum(v for v in (*sheet.votes, *(sheet.lines[n] for n in ("null", *classes))) if v > 0)
    named += max(sheet.lines["blank"], 0)
    if sheet.lines["valid"] < 0 and sheet.lines["ballots"] > named:
        # What the other lines leave may be votes for others, which no line tells.
        highs[OTHER][at] = sheet.lines["ballots"] - named
    highs[UNCLASSED][at] = -1
    return True
