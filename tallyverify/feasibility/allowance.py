"""How many sheets happen to be wrong in an honest election: what is allowed for."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

from tallyverify.checking import CaseFacts
from tallyverify.language import clauses, counted, formatted, number, told, told_of
from tallyverify.taken import takes_input

WRONG_SHARES = {"definitive": 0.005, "provisional": 0.025}
"""The share of sheets that happen to be wrong, by how they were captured."""
Beside = tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Allowed:
    """The sheets that may happen to be wrong, and why so many."""

    sheets: int
    origin: str


@takes_input
def default_allowance(seen: int, capture: str, beside: Beside = ()) -> int:
    """Return max(1, ⌈p n + 2 √(p n)⌉): p n alone is exceeded by chance in half of elections.

    ``beside`` are sheets, of the seen, with shares of their own: then p n is the sum of such terms.

    Examples
    --------
    >>> [default_allowance(n, "definitive") for n in (5, 100, 400, 25_073)]
    [1, 2, 5, 148]
    """
    expected = WRONG_SHARES[capture] * max(0, seen - _others(beside))
    expected += sum(sheets * share for sheets, share in beside)
    return max(1, ceil(round(expected + 2 * sqrt(expected), 9)))


def _others(beside: Beside) -> int:
    return sum(sheets for sheets, _ in beside)


@takes_input
def allowed_for(facts: CaseFacts, seen: int) -> Allowed:
    """Return the allowance of a case: as it states, else the default, with what was annulled."""
    usual = default_allowance(seen, facts.capture, facts.beside)
    share = WRONG_SHARES[facts.capture]
    own = facts.allowance
    sheets = counted(max(0, seen - _others(facts.beside)), "sheet", "sheets")
    if own is not None and own.sheets is not None:
        base = own.sheets
        origin = told("set in the case; the default would be {usual}", usual=number(usual))
    elif own is not None and own.share is not None:
        base = ceil(round(own.share * seen, 9))
        origin = told(
            "set in the case as {share} % of {sheets}; the default would be {usual}",
            share=formatted(100 * own.share, "g"),
            sheets=counted(seen, "sheet", "sheets"),
            usual=number(usual),
        )
    elif facts.capture == "provisional":
        base = usual
        origin = told(
            "{share} % of {sheets} of a provisional capture, with two standard deviations",
            share=formatted(100 * share, "g"),
            sheets=sheets,
        )
    else:
        base = usual
        origin = told(
            "{share} % of {sheets}, with two standard deviations",
            share=formatted(100 * share, "g"),
            sheets=sheets,
        )
    others = [(number(n), formatted(100 * share, ".3g")) for n, share in facts.beside if n]
    if others and own is None:
        of_others = (
            told("{share} % of {sheets} of another capture", share=share, sheets=sheets)
            for sheets, share in others
        )
        origin = clauses([origin, *of_others])
    annulled = annulled_number(facts)
    if annulled:
        more = told_of(
            annulled,
            "{count} station annulled, which is not said",
            "{count} stations annulled, which is not said",
        )
        origin = clauses([origin, more])
    return Allowed(base + annulled, origin)


def annulled_number(facts: CaseFacts) -> int:
    """Return how many stations are declared annulled as a number only."""
    if facts.declared is None:
        return 0
    whole = facts.declared.annulled
    if isinstance(whole, int):
        return whole
    by_bulletin = [
        [row.annulled for row in bulletin.areas if isinstance(row.annulled, int) and row.area]
        or [row.annulled for row in bulletin.areas if isinstance(row.annulled, int)]
        for bulletin in facts.bulletins
    ]
    # Areas may lie in each other: then some count twice, which only allows for more.
    return max(map(sum, by_bulletin), default=0)


def annulled_keys(facts: CaseFacts) -> frozenset[str]:
    """Return the keys of stations that are declared annulled."""
    return facts.annulled
