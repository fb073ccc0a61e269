"""Groups of stations that a column of the user marks: contested, by machine, late, no observer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tallyverify.arrays import Mask, Texts
from tallyverify.checking import CaseFacts
from tallyverify.errors import listed, shown
from tallyverify.language import formula, number, told, told_of
from tallyverify.names import names_nothing
from tallyverify.records import Mark
from tallyverify.table import MARK

MOST_TEXTS = 12
"""A column of more texts tells no groups: it may be a name, a number or a time."""


@dataclass(frozen=True, eq=False)
class StationGroup:
    """Some stations, and why nothing can be asked of them, if so.

    Attributes
    ----------
    name : str
        The column and what stands in it: ``OBSERVED = yes``.
    marked : ndarray of bool, shape (stations,)
        Which stations they are.
    refused : str
        Why they are no group to be held against the others; empty if they are.
    """

    name: str
    marked: Mask
    refused: str = ""


def marked_groups(columns: Mapping[str, Texts], facts: CaseFacts) -> tuple[StationGroup, ...]:
    """Return the groups that the mapping's ``marks`` tell, of stations with these texts."""
    mapping = facts.source.mapping
    found: list[StationGroup] = []
    for mark in mapping.marks if mapping is not None else ():
        name = mark.column if isinstance(mark, Mark) else mark
        texts = columns.get(MARK + name)
        if texts is None or not len(texts):
            continue
        missing = (*(mapping.missing if mapping else ()), "")
        if isinstance(mark, Mark):
            found.append(_marked(mark, texts, missing))
        else:
            found += _by_text(name, texts, missing)
    return tuple(found)


def _marked(mark: Mark, texts: Texts, missing: tuple[str, ...]) -> StationGroup:
    """Return the group of which a mark says the texts."""
    name = _named(mark.column, listed(mark.marked, 3))
    marked = np.isin(texts, mark.marked)
    if mark.rest is None:
        unplaced = ~marked & _nothing(texts, missing)
        which = told("'rest' says whether an empty cell is one of the others")
    else:
        unplaced = ~marked & ~np.isin(texts, mark.rest)
        first = shown(str(texts[unplaced][0])) if unplaced.any() else ""
        which = told("such as {text}", text=first)
    if unplaced.any():
        refused = told_of(
            int(unplaced.sum()),
            "{count} station neither marked nor among the rest: {which}",
            "{count} stations neither marked nor among the rest: {which}",
            which=which,
        )
        return StationGroup(name, marked, refused)
    return StationGroup(name, marked, "" if marked.any() else told("no station is marked so"))


def _by_text(column: str, texts: Texts, missing: tuple[str, ...]) -> list[StationGroup]:
    """Return a group for each text of a column; of two texts, for the rarer alone."""
    nothing = np.zeros(len(texts), dtype=bool)
    unknown = _nothing(texts, missing)
    if unknown.any():
        refused = told_of(
            int(unknown.sum()),
            "{count} station without a text in the column: say in marks what an empty cell means, "
            'by "marked" and "rest"',
            "{count} stations without a text in the column: say in marks what an empty cell means, "
            'by "marked" and "rest"',
        )
        return [StationGroup(column, nothing, refused)]
    names, size = np.unique(texts.astype(str), return_counts=True)
    if len(names) == 1:
        refused = told("all stations have {text} there", text=shown(str(names[0])))
        return [StationGroup(column, nothing, refused)]
    if len(names) > MOST_TEXTS:
        refused = told(
            "{texts} texts stand in the column, and {most} at most tell groups: say in marks which "
            'are meant, by "marked"',
            texts=number(len(names)),
            most=number(MOST_TEXTS),
        )
        return [StationGroup(column, nothing, refused)]
    asked = names if len(names) > 2 else names[np.argsort(size, kind="stable")[:1]]
    return [StationGroup(_named(column, str(name)), texts == name) for name in asked]


def _named(column: str, texts: str) -> str:
    return formula("{column} = {texts}", column=column, texts=texts)


def _nothing(texts: Texts, missing: tuple[str, ...]) -> Mask:
    every = [str(text) for text in np.unique(texts.astype(str))]
    said = [text for text in every if text in missing or names_nothing(text)]
    return np.isin(texts, said)
