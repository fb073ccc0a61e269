"""Words that the checks of captures share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tallyverify.checking import CaseFacts
from tallyverify.errors import shown
from tallyverify.language import enumerated, formula, number, told
from tallyverify.reconcile.study import ActasKept
from tallyverify.records import SourceKind

NO_CAPTURES = told("the case has no other captures of its stations")
NEEDS = told("actas and other captures of the same stations")
_NAMED = 5


def not_compared(kept: ActasKept, facts: CaseFacts) -> str | None:
    """Why nothing can be compared; None where it can."""
    if not facts.captures:
        return NO_CAPTURES
    if not kept.parts:
        return told("too many stations to keep them all; reconcile the files in parts")
    return None


def as_said(figure: Any, kind: SourceKind) -> str:
    """Return a figure as its capture says it: of a lower bound, at least so many."""
    if kind == "lower_bound":
        return told("at least {figure}", figure=number(figure))
    return number(figure)


def by_name(votes: Iterable[tuple[str, int]], kind: SourceKind = "sheets") -> str:
    """Return votes by option, as a capture says them."""
    return enumerated(
        formula("{name} {votes}", name=name, votes=as_said(n, kind)) for name, n in votes
    )


def some_keys(keys: tuple[str, ...], of: int) -> str:
    """Return the first of some keys, and how many more there are."""
    listed = enumerated(shown(key) for key in keys[:_NAMED])
    if of <= _NAMED:
        return listed
    return told("{keys} and {more} more", keys=listed, more=number(of - _NAMED))
