"""The shortest key of a station: the fewest columns that differ in every row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import prod

from tallyverify.errors import shown
from tallyverify.language import Told, counted, enumerated, number, told
from tallyverify.proposals.columns import Column, distinct
from tallyverify.proposals.words import AREA, CODE, KIND, MODE, OPTION, STATION, TIME
from tallyverify.readers import FILE, SHEET

_MOST_COLUMNS = 4
_LOOKED_AT = 10
_EMPTY = 0.2  # a part of the key may be lacking in some rows


@dataclass
class Key:
    """Columns of the key, in the order of their areas; what it rests on, and what is doubtful."""

    columns: list[Column] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    found: bool = True
    copies: list[Column] = field(default_factory=list)  # columns that tell only copies apart


@dataclass(frozen=True)
class _Choice:
    columns: tuple[Column, ...]
    fitness: float  # the mean of its columns
    again: int  # rows that repeat another's


def key_among(
    names: Sequence[Column], areas: Sequence[Column], rows: int, beside: Sequence[Column]
) -> Key:
    """Return the key: of the shortest that differ in every row, the one that looks most like it.

    A few rows may repeat a key, if the columns that would tell them apart are no part of keys.
    """
    ranked = sorted(names, key=lambda c: (-_fitness(c, areas), c.at))[:_LOOKED_AT]
    ranked = [c for c in ranked if c.empty.mean() < _EMPTY and (rows == 1 or len(c.texts) > 1)]
    nearly: list[_Choice] = []
    for size in range(1, _MOST_COLUMNS + 1):
        choices = _choices(ranked, areas, size, rows, beside)
        whole = [choice for choice in choices if not choice.again]
        if whole:
            best = max(whole, key=lambda w: (w.fitness, -sum(c.at for c in w.columns)))
            if not nearly or min(_fitness(c, []) for c in best.columns) >= 1:
                return _key_of(best, areas, rows, beside)
            break
        nearly += [choice for choice in choices if choice.fitness >= 2]
    if not nearly:
        return _asked(ranked, rows)
    best = max(nearly, key=lambda near: near.fitness - len(near.columns))
    for column in ranked:
        more = (*best.columns, column)
        if best.again and _fitness(column, []) >= 1 and distinct([*more, *beside], rows) == rows:
            best = _Choice(more, best.fitness, 0)
    return _key_of(best, areas, rows, beside)


def _choices(
    ranked: Sequence[Column],
    areas: Sequence[Column],
    size: int,
    rows: int,
    beside: Sequence[Column],
) -> list[_Choice]:
    """Return combinations of columns of which hardly any row repeats another's."""
    sizes = {column.name: distinct([column], rows) for column in (*ranked, *beside)}
    most_again = max(0.005 * rows, min(2, rows / 20))
    found = []
    for chosen in combinations(ranked, size):
        possible = prod(sizes[column.name] for column in (*chosen, *beside))
        if possible < rows - most_again or not any(map(_is_code, chosen)):
            continue
        again = rows - distinct([*chosen, *beside], rows)
        if again <= most_again:
            fitness = sum(_fitness(column, areas) for column in chosen) / size
            found.append(_Choice(chosen, fitness, again))
    return found


def _key_of(choice: _Choice, areas: Sequence[Column], rows: int, beside: Sequence[Column]) -> Key:
    columns = sorted(choice.columns, key=lambda c: (_rank(c, areas), c.at))
    spelt = enumerated(column.name for column in columns)
    if not choice.again:
        return Key(columns, [_different(spelt, rows, beside)])
    ask = told(
        "{rows} with the key of another ({key}): copies (say nothing), parts that add up "
        '("repeated": "sum"), or versions ("repeated": {{"latest": COLUMN}})?',
        rows=counted(choice.again, "row", "rows"),
        key=spelt,
    )
    return Key(columns, [_nearly_different(spelt, choice.again, rows, beside)], [ask])


def _different(key: str, rows: int, beside: Sequence[Column]) -> Told:
    of = number(rows)
    if not beside:
        return told("key: {key}; different in each of {rows} rows", key=key, rows=of)
    return told(
        "key: {key}; with {option}, different in each of {rows} rows",
        key=key,
        option=beside[0].name,
        rows=of,
    )


def _nearly_different(key: str, again: int, rows: int, beside: Sequence[Column]) -> Told:
    but, of = counted(again, "row", "rows"), number(rows)
    if not beside:
        return told("key: {key}; different but for {again} of {rows}", key=key, again=but, rows=of)
    return told(
        "key: {key}; with {option}, different but for {again} of {rows}",
        key=key,
        option=beside[0].name,
        again=but,
        rows=of,
    )


def _rank(column: Column, areas: Sequence[Column]) -> int:
    """Return where a column stands in a key: areas, centres, then stations."""
    by_name = next((at for at, area in enumerate(areas) if area.name == column.name), None)
    if by_name is not None:
        return by_name
    return len(areas) + (2 if STATION.search(column.plain) else 1)


def _fitness(column: Column, areas: Sequence[Column]) -> float:
    """Return how much a column looks like a part of a key."""
    if column.name in (FILE, SHEET):
        return 1
    fits = 0.0
    fits += 3 if STATION.search(column.plain) else 0
    fits += 2 if AREA.search(column.plain) else 0
    fits += 1.5 if CODE.search(column.plain) else 0
    fits += 1 if column.numeric or column.padded else 0
    fits += 0.5 if any(area.name == column.name for area in areas) else 0
    return fits - (3 if other_kind(column) else 0)


def _is_code(column: Column) -> bool:
    coded = STATION.search(column.plain) or CODE.search(column.plain) or AREA.search(column.plain)
    some = column.texts[:200]
    short = sum(" " in text for text in some) < 0.2 * len(some)
    return bool(coded) or short


def _asked(ranked: Sequence[Column], rows: int) -> Key:
    likely = [
        told(
            "{column} ({texts} of {rows})",
            column=shown(c.name),
            texts=number(distinct([c], rows)),
            rows=number(rows),
        )
        for c in ranked[:5]
    ]
    ask = told(
        "No columns together name each station once. Which are its key? Likely ones: {columns}",
        columns=enumerated(likely) if likely else told("none"),
    )
    return Key(
        [c for c in ranked if _fitness(c, []) >= 2][:2] or list(ranked[:1]), [], [ask], False
    )


def other_kind(column: Column) -> bool:
    """Whether the name speaks of a kind, a way of voting, a time or an option: of no place."""
    words = (KIND, MODE, TIME, OPTION)
    return any(w.search(column.plain) for w in words) and not STATION.search(column.plain)
