"""Names one after another, the last with "and" before it, and not more than a reader takes in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tallyverify.language import each_and, enumerated, number, told
from tallyverify.table import with_code_points

MOST_NAMED = 30
"""Names, rows or figures of one group that a message lists."""


def and_last(names: list[str]) -> str:
    """Return names as a list: ``a, b and c``."""
    if len(names) < 2:
        return enumerated(names)
    return told("{first} and {last}", first=enumerated(names[:-1]), last=names[-1])


def and_more(texts: Sequence[str], joined: Callable[[Iterable[str]], str] = enumerated) -> str:
    """Return the first of some texts, joined, and how many more there are."""
    first = joined(texts[:MOST_NAMED])
    if len(texts) <= MOST_NAMED:
        return first
    return told("{names} and {more} more", names=first, more=number(len(texts) - MOST_NAMED))


def told_apart(texts: Iterable[str], shown: Callable[[str], str] = str) -> str:
    """Return different texts as a list, those that look alike with what they differ in."""
    names = list(dict.fromkeys(texts))
    few = with_code_points(names[:MOST_NAMED], shown)
    return and_last(few) if len(few) == len(names) else and_more([*few, *names[MOST_NAMED:]])


def each_told_apart(texts: Iterable[str]) -> str:
    """Return the same of texts that may hold commas: ``a and b and c``."""
    names = list(dict.fromkeys(texts))
    return and_more([*with_code_points(names[:MOST_NAMED]), *names[MOST_NAMED:]], each_and)
