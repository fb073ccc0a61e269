"""What the shares of a rule are of, by sheet: valid votes as the sheets count them, or ballots."""

from __future__ import annotations

from typing import Any

import numpy as np

from tallyverify.arrays import Counts
from tallyverify.checking import CaseFacts
from tallyverify.feasibility.figures.papers import OTHER
from tallyverify.feasibility.sheets.witnesses import Witnesses
from tallyverify.taken import takes_input

Range = tuple[Counts, Counts]
"""By sheet, at the least and at the most."""


def base_as_read(columns: dict[str, Any], sheets: Witnesses, facts: CaseFacts) -> Counts:
    """Return what a sheet adds to what shares are of, of figures as they were read; (rows,)."""
    options: Counts = columns["least"].by_row()

    def line(name: str) -> Counts:
        read: Counts = np.maximum(columns[name][:], 0)
        return read

    figures = facts.ballots if facts.contest.rule.of == "ballots" else facts.valid
    if figures == ("ballots",):
        return line("ballots")
    total = line("valid") if "valid" in facts.lines else options
    if facts.contest.rule.of == "ballots":
        return total + sum(line(name) for name in {"null", "blank"} & set(figures or ()))
    return total + line("blank") * blank_votes_to_add(sheets, facts)


@takes_input
def blank_votes_to_add(sheets: Witnesses, facts: CaseFacts) -> int:
    """Return how often blank votes are to be added to the sheets' valid votes: −1, 0 or 1."""
    if "blank" not in facts.lines:
        return 0
    has = "valid" in facts.lines and bool(sheets.conventions.among)
    return int(_holds_blank(sheets, facts)) - int(has)


def beside_candidates(sheets: Witnesses, facts: CaseFacts) -> Range | None:
    """Return what shares are of besides the votes for candidates, at the least and at the most.

    None where the rule takes shares of ballots that the sheets do not tell.
    """
    if facts.contest.rule.of == "valid":
        return _valid(sheets, facts)
    figures = facts.ballots
    if figures is None:
        return None
    if figures != ("ballots",):
        low, high = _valid(sheets, facts)
        inside = _holds_blank(sheets, facts)
        for name in sorted({"null", "blank"} & set(figures)):
            if name == "null" or not inside:
                low = low + sheets.low(name)
                high = high + _most(sheets, name)
        return low, high
    names = facts.contest.candidate_ids
    least = sum((sheets.low(name) for name in names), np.zeros(len(sheets), dtype=np.int64))
    most = sum((_most(sheets, name) for name in names), np.zeros_like(least))
    stated = [one[:] for one in sheets.ballots]
    cap = np.maximum(sheets.limits.cap, most)
    low = np.where(stated[0] >= 0, np.maximum(stated[0] - most, 0), 0)
    high = np.where(stated[1] >= 0, np.maximum(stated[1] - least, 0), cap - least)
    return low, high


def _valid(sheets: Witnesses, facts: CaseFacts) -> Range:
    """Valid votes for nobody whom the contest names, as the sheets' own valid line counts them."""
    how = sheets.conventions
    low = high = np.zeros(len(sheets), dtype=np.int64)
    if "valid" in facts.lines:
        low, high = sheets.low(OTHER), _most(sheets, OTHER)
        if how.valid == "over" and not how.among:
            # Whoever they are for, the sheet counts them among the valid votes.
            low = np.where(sheets.sound & (sheets.valid[0][:] >= 0), high, low)
    if _holds_blank(sheets, facts) and "blank" in facts.lines:
        low = low + sheets.low("blank")
        high = high + _most(sheets, "blank")
    return low, high


def _most(sheets: Witnesses, name: str) -> Counts:
    """The most of a figure, the least where nothing bounds it."""
    return np.maximum(sheets.high(name), sheets.low(name))


def _holds_blank(sheets: Witnesses, facts: CaseFacts) -> bool:
    """Whether valid votes hold the blank ones: as the contest says, else as the sheets have it."""
    said = facts.contest.valid_includes_blank
    return bool(sheets.conventions.among) if said is None else said
