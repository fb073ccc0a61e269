"""The fold behind T211 to T218: how many rows say nothing, no place, or do not add up at all."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow.compute as pc

from tallyverify.arrays import Counts, Mask
from tallyverify.checking import CaseFacts, Names
from tallyverify.names import names_nothing
from tallyverify.records import ALL_OPTIONS
from tallyverify.table import DIFFERS, ActaTable, Source, area_codes


@dataclass(frozen=True)
class Judged:
    """On how many sheets a balance could be judged, and on how many it is wrong, and how."""

    judged: int = 0
    wrong: int = 0  # whatever else a sheet may hold that is not mapped
    above: int = 0  # wrong only if it holds nothing else
    far_above: int = 0  # of these, by more than a tenth

    def __add__(self, other: Judged) -> Judged:
        return Judged(
            self.judged + other.judged,
            self.wrong + other.wrong,
            self.above + other.above,
            self.far_above + other.far_above,
        )


@dataclass(frozen=True)
class AsRead:
    """Counts over every row as it was read; ``rows`` are those that have a figure at all."""

    rows: int = 0
    unread: int = 0  # no vote was read, and something stood there
    silent: int = 0  # no vote, and nothing says that there were any
    empty: int = 0  # besides these rows: no figure at all, or each is 0
    illegible: int = 0  # some vote was read, another could not be
    off: int = 0  # a balance is wrong by more than a tenth
    balances: dict[str, Judged] = field(default_factory=dict)
    placeless: dict[str, int] = field(default_factory=dict)  # by level: no name
    # By other levels than the two largest that results are declared by, and names of these:
    # sheets with votes, and valid votes.
    areas: dict[Names, dict[Names, Counts]] = field(default_factory=dict)

    def __add__(self, other: AsRead) -> AsRead:
        return AsRead(
            self.rows + other.rows,
            self.unread + other.unread,
            self.silent + other.silent,
            self.empty + other.empty,
            self.illegible + other.illegible,
            self.off + other.off,
            {code: one + other.balances[code] for code, one in self.balances.items()},
            {level: rows + other.placeless[level] for level, rows in self.placeless.items()},
            {levels: _both(one, other.areas[levels]) for levels, one in self.areas.items()},
        )


def _both(one: dict[Names, Counts], other: dict[Names, Counts]) -> dict[Names, Counts]:
    return {**one, **{n: one[n] + row if n in one else row for n, row in other.items()}}


def summarise_as_read(part: ActaTable, facts: CaseFacts) -> AsRead:
    """Count the rows of a part, without stations declared annulled and rows without any figure."""
    nothing = np.logical_and.reduce([part.figure(name)[0] == 0 for name in part.figures])
    figures = part.unread.loc[part.unread["reason"] != DIFFERS, "row"]
    nothing &= ~np.isin(part.frame["row"], figures)
    annulled = facts.is_annulled(part.frame["station"])
    empty, out = int((nothing & ~annulled).sum()), nothing | annulled
    if out.any():
        part = part.take(~out)
    none = ~part.seen
    illegible = np.isin(part.frame["row"], figures) & ~part.known(ALL_OPTIONS)
    stated = np.logical_or.reduce(
        [part.figure(n)[0] > 0 for n in ("valid", "ballots") if n in part.lines] or [none & False]
    )
    off = np.zeros(len(part), dtype=bool)
    balances, off[part.one_sheet] = _balances(part.take(part.one_sheet), facts)
    off &= ~none & ~illegible
    return AsRead(
        len(part),
        int((none & (illegible | stated)).sum()),
        int((none & ~illegible & ~stated).sum()),
        empty,
        int((~none & illegible).sum()),
        int(off.sum()),
        balances,
        {level: _placeless(part, level) for level in part.levels},
        {levels: _areas(part, levels, facts) for levels in facts.patterns if deep(levels, facts)},
    )


def deep(levels: Names, facts: CaseFacts) -> bool:
    """Whether an area of these levels is none of those whose totals are known anyway."""
    return levels not in ((), facts.levels[:1], facts.levels[:2])


def _areas(part: ActaTable, levels: Names, facts: CaseFacts) -> dict[Names, Counts]:
    codes, labels = area_codes(part, levels)
    columns = (part.seen.astype(np.int64), part.group(facts.valid)[0] * part.seen)
    sums = [np.bincount(codes, weights=one, minlength=len(labels)) for one in columns]
    rows = np.stack(sums, axis=1).astype(np.int64)
    return {names: row for names, row in zip(labels, rows, strict=True) if row[0]}


def _placeless(part: ActaTable, level: str) -> int:
    column = part.frame[level].array.__arrow_array__()
    counts = pc.value_counts(column).to_pylist()
    return sum(int(one["counts"]) for one in counts if not is_place(one["values"], part.source))


def is_place(name: str | None, source: Source) -> bool:
    """Whether a cell of an area names a place.

    A reader has emptied those that name none: what its mapping left there was taken for a name.
    """
    text = (name or "").strip()
    return bool(text) and (source.mapping is not None or not names_nothing(text))


def _balances(part: ActaTable, facts: CaseFacts) -> tuple[dict[str, Judged], Mask]:
    """Judge the standard balances by every convention that there is; say where they are far off."""
    off = np.zeros(len(part), dtype=bool)
    found: dict[str, Judged] = {}
    options, read = part.figure(ALL_OPTIONS)[0], part.known(ALL_OPTIONS)
    zero = np.zeros(len(part), dtype=np.int64)
    blank = part.figure("blank")[0] if "blank" in part.lines else zero
    null = part.figure("null")[0] if "null" in part.lines else zero
    for name in ("blank", "null"):
        read = read & part.known(name) if name in part.lines else read
    valid = options
    if "valid" in part.lines and facts.contest.votes_allowed == 1:
        valid, known = part.figure("valid")[0], part.known("valid")
        # What was read of the votes may be more than all of them already.
        here = known & (read | (valid < options))
        below = here & (valid < options)
        above = here & (valid > options) & (valid != options + blank)
        far = _far(valid, options)
        found["R101"] = Judged(
            int(here.sum()), int(below.sum()), int(above.sum()), int((above & far).sum())
        )
        off |= below & far
        read = read & known
    if facts.contest.votes_allowed == 1:
        ballots = valid + null
        if "ballots" in part.lines:
            ballots, here = part.figure("ballots")[0], read & part.known("ballots")
            if "null" in part.lines:
                over = here & (valid + null > ballots)
                under = (
                    here & (valid + null + blank < ballots) & _far(valid + null + blank, ballots)
                )
                far = under | (over & _far(valid + null, ballots))
                found["R102"] = Judged(int(here.sum()), int((over | under).sum()))
                off |= far
            read = here
        for code, name in (("R103", "registered"), ("R104", "signed")):
            if name in part.lines:
                most = part.figure(name)[0]
                here = read & part.known(name) & (most > 0)
                over = here & (ballots > most) & _far(most, ballots)
                found[code] = Judged(int(here.sum()), int(over.sum()))
                off |= over if code == "R103" else False
    return found, off


def _far(one: Counts, other: Counts) -> Mask:
    """Return where two figures differ by more than ten, and more than a tenth of the larger."""
    far: Mask = np.abs(one - other) > np.maximum(10, np.maximum(one, other) // 10)
    return far
