"""Words that several checks put into their messages: where a figure stands, lines, sums."""

from __future__ import annotations

from tallyverify.findings import place
from tallyverify.language import formula, number, told

_LINES = {
    "valid": told("valid"),
    "null": told("null"),
    "blank": told("blank"),
    "ballots": told("ballots"),
    "stations": told("stations"),
}


def line_words(name: str) -> str:
    """Return a line of bulletins in words; candidates and groups are called as they are."""
    return _LINES.get(name, name)


def of_bulletin(bulletin: str, area: dict[str, str], what: str) -> str:
    """Return a clause on an area of a bulletin, with both named before it."""
    return told(
        "bulletin {bulletin}, {area}: {what}", bulletin=bulletin, area=place(area), what=what
    )


def term(votes: int, words: str) -> str:
    """Return one term of a sum, with what it counts."""
    return formula("{votes} ({words})", votes=number(votes), words=words)


def difference(one: int, other: int) -> str:
    """Return a subtraction."""
    return formula(
        "{one} − {other} = {gap}", one=number(one), other=number(other), gap=number(one - other)
    )
