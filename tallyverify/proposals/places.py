"""Where a sheet belongs: areas from large to small, and codes that lost something on the way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import pairwise

import numpy as np

from tallyverify.arrays import Mask
from tallyverify.errors import listed
from tallyverify.language import counted, enumerated, formula, number, told
from tallyverify.proposals.columns import Column, combination_codes, distinct, kept
from tallyverify.proposals.keys import Key, key_among, other_kind
from tallyverify.proposals.meaning.copies import copies_told_apart
from tallyverify.proposals.words import AREA, CODE, MODE, STATION, VERSION
from tallyverify.readers import FILE, SHEET

_SHORT_CODE, _LONG_CODE = 4, 6  # digits: shorter ones are numbers, longer ones surely codes
_FEW_TEXTS = 12
_SAME = 1.02  # a code and its name: of one place, up to a few misspellings


@dataclass
class Places:
    """Columns of areas, the largest first, and those of the key."""

    areas: list[Column] = field(default_factory=list)
    key: list[Column] = field(default_factory=list)
    pad: dict[str, int] = field(default_factory=dict)
    keyed: bool = True  # whether a key was found
    parts: bool = False  # whether rows of one station are parts that add up
    evidence: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)


def find_places(
    columns: Sequence[Column],
    rows: int,
    figures: Sequence[Column],
    *,
    beside: Sequence[Column] = (),
) -> Places:
    """Find areas and key among the columns that could name a place.

    ``figures`` are counts that differ from station to station; ``beside`` are columns (the option
    of a long file) with which the key is unique, but not part of it.
    """
    found = Places()
    names = [c for c in columns if c.is_name and not other_kind(c)]
    _find_areas(found, names, rows)
    texts = [column for column in columns if not column.is_count]
    key = _key_once(names, found.areas, rows, [*texts, *figures], beside)
    modes = [column for column in columns if MODE.search(column.plain) and column.is_name]
    if not key.found and modes and not beside:
        _take_parts(found, key := key_among(names, found.areas, rows, modes[:1]), modes[0])
    elif key.found:
        key = _without_copies(key, names, found.areas, rows, figures, beside)
    found.keyed = key.found
    found.key = key.columns
    found.areas = [c for c in found.areas if c.name not in {copy.name for copy in key.copies}]
    found.evidence += key.evidence
    found.questions += key.questions
    found.questions += [
        told(
            "Does {column} belong to the key of a station? Its name speaks of a version, a copy or "
            "a capture; if it is one, take it out of mapping.station and say what counts with "
            '"repeated": {{"latest": "{name}"}}.',
            column=repr(column.name),
            name=column.name,
        )
        for column in key.columns
        if VERSION.search(column.plain)
    ]
    found.questions += _balanced(key.columns, rows, beside)
    stations = [c for c in found.key if STATION.search(c.plain) or len(found.key) == 1]
    found.areas = [column for column in found.areas if column not in stations]
    _find_lost_zeros(found)
    for column in {c.name: c for c in [*found.areas, *found.key]}.values():
        if column.spoilt:
            found.questions.append(
                told(
                    "{column} holds {texts}: a spreadsheet made dates or powers of ten of codes, "
                    "and what they were cannot be told from them. Is there a file from before "
                    "that?",
                    column=column.name,
                    texts=listed(column.spoilt, 3),
                )
            )
    return found


def _key_once(
    names: Sequence[Column],
    areas: Sequence[Column],
    rows: int,
    cells: Sequence[Column],
    beside: Sequence[Column],
) -> Key:
    """Return the key, found without rows that repeat another one in all ``cells``."""
    whole = [*cells, *beside]
    codes = combination_codes(whole, rows)
    first = np.zeros(rows, dtype=bool)
    first[np.unique(codes, return_index=True)[1]] = True
    again = rows - int(first.sum())
    if not again or 4 * again > rows:
        return key_among(names, areas, rows, beside)
    once = _rows_of(first, names, areas, beside)
    key = key_among(once[0], once[1], rows - again, once[2])
    columns = _of_the_whole(key.columns, names)
    ask = told(
        "{rows} with the key of another ({key}), and the same figures: copies "
        '(say nothing: they count once), or parts that add up ("repeated": "sum")?',
        rows=counted(again, "row", "rows"),
        key=enumerated(column.name for column in columns),
    )
    return replace(key, columns=columns, questions=[*key.questions, *([ask] * key.found)])


def _rows_of(rows: Mask, *groups: Sequence[Column]) -> list[list[Column]]:
    """Return groups of columns with some of the rows, a column that is in several but once."""
    every = {column.name: column for group in groups for column in group}
    once = dict(zip(every, kept([*every.values()], rows), strict=True))
    return [[once[column.name] for column in group] for group in groups]


def _of_the_whole(columns: Sequence[Column], among: Sequence[Column]) -> list[Column]:
    """Return the columns with all rows of which these hold some."""
    return [column for one in columns for column in among if column.name == one.name]


def _balanced(key: Sequence[Column], rows: int, beside: Sequence[Column]) -> list[str]:
    """Ask of a column of the key of which nearly each station has every text."""
    asked: list[str] = []
    for column in key:
        rest = [*(c for c in key if c is not column), *beside]
        named = STATION.search(column.plain) or AREA.search(column.plain)
        few = 1 < len(column.texts) <= _FEW_TEXTS and column.name not in (FILE, SHEET)
        if named or not few or not rest:
            continue
        if rows >= 0.9 * distinct(rest, rows) * len(column.texts):
            asked.append(
                told(
                    "Each station has a row for each text of {column} ({texts}), and it is in the "
                    "key, as proposed. Are these stations of their own? If they are contests, keep "
                    'one with "where"; ways of voting add up ("repeated": "sum"); of versions the '
                    'last may count ("repeated": {{"latest": …}}): then take it out of '
                    "mapping.station.",
                    column=repr(column.name),
                    texts=listed(column.texts, 6),
                )
            )
    return asked


def _without_copies(
    key: Key,
    names: Sequence[Column],
    areas: Sequence[Column],
    rows: int,
    figures: Sequence[Column],
    beside: Sequence[Column],
) -> Key:
    """Return the key without columns that tell only copies of one sheet apart."""
    copies = copies_told_apart(key.columns, names, figures, rows, beside)
    if copies is None:
        return key
    others = [column for column in names if column is not copies.column]
    own = int(copies.first.sum())
    names, areas, figures, beside = _rows_of(copies.first, others, areas, figures, beside)
    shorter = key_among(names, areas, own, beside)
    if not shorter.found:
        return key
    shorter = _without_copies(shorter, names, areas, own, figures, beside)
    whole = _of_the_whole(shorter.columns, others)
    asked = [copies.question(whole), *shorter.questions]
    return replace(shorter, columns=whole, questions=asked, copies=[copies.column, *shorter.copies])


def _take_parts(found: Places, key: Key, mode: Column) -> None:
    """Rows that differ in the way of voting alone are parts of one station."""
    found.parts = key.found
    if key.found:
        found.questions.append(
            told(
                "Do the rows of one station that differ in {column} ({texts}) add up? "
                '"repeated": "sum" says so, as proposed.',
                column=mode.name,
                texts=listed(mode.texts, 4),
            )
        )


def _find_areas(found: Places, names: Sequence[Column], rows: int) -> None:
    usable = [c for c in names if not c.empty.all() and distinct([c], rows) > 1]
    named = [c for c in usable if AREA.search(c.plain) or c.name in (FILE, SHEET)]
    inside = [c for c in usable if c not in named and _nests(c, usable, rows)]
    possible = sorted([*named, *inside], key=lambda c: c.at)
    sizes = [distinct([column], rows) for column in possible]
    if sum(a > b for a, b in pairwise(sizes)) * 2 > len(sizes) - 1:
        possible.reverse()
    path: list[Column] = []
    paths = 1
    for column in possible:
        more = distinct([*path, column], rows)
        if more <= _SAME * paths:
            _take_name(found, path, column, rows)
        elif more <= 0.8 * rows or (rows < 50 and more < rows):
            path.append(column)
            paths = more
    found.areas = path
    if path:
        numbers = [number(distinct(path[: at + 1], rows)) for at in range(len(path))]
        levels = [
            formula("{name} ({areas})", name=column.name, areas=areas)
            for column, areas in zip(path, numbers, strict=True)
        ]
        order = reduce(lambda a, b: formula("{large} > {small}", large=a, small=b), levels)
        found.evidence.append(told("areas, the largest first: {levels}", levels=order))


def _nests(column: Column, others: Sequence[Column], rows: int) -> bool:
    """Whether a column of words lies in another one, or another in it: each text in one."""
    own = distinct([column], rows)
    if own > 0.5 * rows or CODE.search(column.plain) or STATION.search(column.plain):
        return False
    for other in others:
        small, large = sorted((own, distinct([other], rows)))
        if small < large <= 0.8 * rows and distinct([column, other], rows) <= _SAME * large:
            return True
    return False


def _take_name(found: Places, path: list[Column], column: Column, rows: int) -> None:
    """Put a name in the place of the code of the same area."""
    if not path:
        return
    wider = distinct([*path[:-1], column], rows)
    same = wider >= distinct(path, rows)
    if not same and wider > distinct(path[:-1], rows):
        path.insert(-1, column)  # it lies between: named after what is inside it
        return
    coded = (
        path[-1].name in (FILE, SHEET)
        or path[-1].numeric
        or path[-1].padded
        or bool(CODE.search(path[-1].plain))
    )
    if same and coded and not (column.numeric or column.padded):
        found.evidence.append(
            told("{code} is the code of {name}", code=path[-1].name, name=column.name)
        )
        path[-1] = column


def _is_sparse(column: Column) -> bool:
    """Whether numbers leave gaps, as codes do that begin with an area's number."""
    numbers = column.counts[column.known]
    return int(numbers.max() - numbers.min()) > 3 * len(column.texts)


def _find_lost_zeros(found: Places) -> None:
    for column in {c.name: c for c in [*found.key, *found.areas]}.values():
        if not column.numeric or column.padded:
            continue
        widths = {len(text) for text in column.texts if re.fullmatch(r"\d+", text)}
        if len(widths) != 2 or max(widths) - min(widths) != 1:
            continue
        if _SHORT_CODE <= max(widths) < _LONG_CODE and _is_sparse(column):
            _ask_of_zeros(found, column, min(widths), max(widths))
        if max(widths) >= _LONG_CODE:
            _pad(found, column, min(widths), max(widths))


def _ask_of_zeros(found: Places, column: Column, least: int, most: int) -> None:
    short = min(column.texts, key=len)
    found.questions.append(
        told(
            "{column} has codes of {least} and {most} digits: has a leading zero been lost, so "
            'that {short} should be {padded}? Then say "pad": {{"{name}": {most}}} in the mapping.',
            column=repr(column.name),
            least=number(least),
            most=number(most),
            short=short,
            padded=short.zfill(most),
            name=column.name,
        )
    )


def _pad(found: Places, column: Column, least: int, most: int) -> None:
    found.pad[column.name] = most
    short = min(column.texts, key=len)
    found.evidence.append(
        told(
            "{column} has codes of {least} and {most} digits: a leading zero is lost, {short} is "
            "{padded}",
            column=column.name,
            least=number(least),
            most=number(most),
            short=short,
            padded=short.zfill(most),
        )
    )
    found.questions.append(
        told(
            "Do all codes of {column} have {most} digits? If not, take it out of mapping.pad.",
            column=repr(column.name),
            most=number(most),
        )
    )
