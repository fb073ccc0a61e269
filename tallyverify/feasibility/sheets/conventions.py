"""Conventions of the sheets: how their lines relate, as most sheets that show it say.

A convention is excluded only if it fails on more than half of the sheets that show it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tallyverify.arrays import Counts, Mask
from tallyverify.checking import CaseFacts
from tallyverify.feasibility.figures.papers import case_papers
from tallyverify.language import told

_SLIPS = 2
"""So many sheets may fail by slips alone, however few there are."""


@dataclass(frozen=True)
class Conventions:
    """How the lines of these sheets relate, as most sheets that show it say."""

    valid: str  # "=": the options; "blank": options and blank; "over": perhaps more
    ballots: bool  # the ballots are the sum of all papers
    words: tuple[str, ...]
    among: bool | None = None  # whether the valid line holds the blank votes, where it is "over"

    @property
    def blank_apart(self) -> bool:
        """Whether blank votes are papers beside those of the valid line."""
        return self.valid == "=" or (self.valid == "over" and self.among is not True)


def conventions_of(columns: dict[str, Any], facts: CaseFacts) -> Conventions:
    """Return how lines relate on most of the sheets that show it."""
    read = (columns["most"].kept >= 0).all(axis=1) & columns["seen"]
    options = columns["least"].by_row()
    valid, blank, null, ballots = (columns[n][:] for n in ("valid", "blank", "null", "ballots"))
    words = []
    shows = read & (valid >= 0)
    kind = "="
    if shows.any() and facts.contest.votes_allowed == 1:
        extra = np.where(blank >= 0, blank, 0)
        holds = {
            "=": valid == options,
            "blank": (valid == options + extra) & (blank >= 0),
            "over": valid >= options,
        }
        order = ["blank", "=", "over"] if facts.contest.valid_includes_blank else list(holds)
        fails = {name: int((~holds[name] & shows).sum()) for name in order}
        kind = next((k for k in order if 2 * fails[k] <= shows.sum()), "over")
        # Slips go both ways. Where many sheets fail and nearly all of them are above, votes for
        # others explain them, and that the rest fits is chance.
        if fails[kind] > max(_SLIPS, int(shows.sum()) // 10) and 4 * fails["over"] < fails[kind]:
            kind = "over"
        if kind == "blank":
            words.append(told("on the sheets valid votes include blank ones"))
        elif kind == "over":
            words.append(told("on the sheets valid votes may be for nobody whom the contest names"))
    elif facts.contest.votes_allowed > 1:
        kind = "over"
    inside = np.zeros(len(options), dtype=np.int64)
    shows = read & (ballots >= 0) & (null >= 0)
    for name in case_papers(facts).classes:
        papers = columns[name][:]
        shows &= papers >= 0
        inside = inside + papers
    base = np.maximum(np.where(valid >= 0, valid, options), options) + null + inside
    apart = base + np.where(blank >= 0, blank, 0)
    stated = facts.contest.valid_includes_blank
    among = {"=": False, "blank": True}.get(kind, stated)
    summed = facts.contest.votes_allowed == 1
    if shows.any() and summed:
        fits = {
            inside_valid: bool(2 * ((total != ballots) & shows).sum() <= shows.sum())
            for inside_valid, total in ((True, base), (False, apart))
        }
        if among is None and fits[True] != fits[False]:
            among = fits[True]
        summed = any(fits.values()) if among is None else fits[among]
        if not summed:
            words.append(told("on most sheets the ballots are not the sum of the papers"))
    return Conventions(kind, summed, tuple(words), among)


def valid_holds(
    how: Conventions, valid: Counts, options: Counts, blank: Counts, whole: Mask
) -> Mask:
    """Return where the valid line agrees with the options, as far as these were read."""
    if how.valid == "over":
        return (valid < 0) | (valid >= options)
    extra = np.where(blank >= 0, blank, 0) if how.valid == "blank" else 0
    exact = valid == options + extra
    holds: Mask = (valid < 0) | np.where(whole, exact, valid >= options)
    return holds


def ballots_hold(
    how: Conventions,
    columns: dict[str, Any],
    classes: tuple[str, ...],
    options: Counts,
    whole: Mask,
) -> Mask:
    """Return where the ballots agree with the papers, as far as these were read."""
    ballots, null, blank, valid = (columns[n][:] for n in ("ballots", "null", "blank", "valid"))
    base = np.maximum(valid, options)
    extra = np.where(blank >= 0, blank, 0)
    if how.blank_apart:
        base = base + extra
    known = (null >= 0) & (whole | (valid >= 0))
    for name in classes:
        papers = columns[name][:]
        base = base + np.where(papers >= 0, papers, 0)
        known &= papers >= 0
    total = base + np.where(null >= 0, null, 0)
    holds: Mask = (ballots < 0) | np.where(known, total == ballots, total <= ballots)
    if how.valid == "over" and how.among is None:
        without = total - extra
        holds |= np.where(known, without == ballots, without <= ballots)
    return holds
