"""A long file: a row for each station and option; which column names the option."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from tallyverify.errors import listed
from tallyverify.language import Told, formatted, number, told, told_of
from tallyverify.proposals.columns import (
    Column,
    Ints,
    combination_codes,
    distinct,
    kept,
    share_equal,
)
from tallyverify.proposals.figures import ask_of_claimed, by_its_name
from tallyverify.proposals.meaning.contests import Contests, contests_among
from tallyverify.proposals.places import Places, find_places
from tallyverify.proposals.words import AREA, CLAIMED, COUNT, OPTION, STATION, line_named

_MOST_OPTIONS = 400


@dataclass
class LongFigures:
    """The option column and its count, the options, and the lines among them or beside them."""

    option: Column
    count: Column
    votes: list[str] = field(default_factory=list)
    lines: dict[str, list[str]] = field(default_factory=dict)
    claimed: list[str] = field(default_factory=list)  # ballots that are nobody's, each a line
    own: dict[str, list[Column]] = field(default_factory=dict)
    sums: dict[str, Ints] = field(default_factory=dict)  # of each text, by station
    where: dict[str, str] = field(default_factory=dict)  # the contest, where there are several
    absent: bool = False
    evidence: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)


def long_layout(columns: Sequence[Column], rows: int) -> tuple[LongFigures, Places] | None:
    """Return the long layout of a file, or None if it is wide."""
    counts = [column for column in columns if column.is_count]
    for option in _options(columns, rows):
        others = _beside(columns, option, rows)
        stations = combination_codes(others, rows)
        groups = int(stations.max()) + 1
        if rows < 1.5 * groups or distinct([*others, option], rows) < 0.98 * rows:
            continue
        varying = [column for column in counts if not _constant(column, stations)]
        named = [column for column in varying if COUNT.search(column.plain)]
        chosen = varying if len(varying) == 1 else named
        if len(chosen) != 1:
            continue
        contests = contests_among(
            columns, option, chosen[0], others, [c for c in counts if c is not chosen[0]]
        )
        if contests is not None and contests.sure:
            return _of_one_contest(columns, contests)
        found = LongFigures(option, chosen[0])
        found.questions += [contests.question] if contests is not None else []
        found.evidence.append(
            told(
                "a long file: {option} has {texts} texts, about {each} for each of {stations} "
                "stations; {count} counts them",
                option=option.name,
                texts=number(len(option.texts)),
                each=formatted(rows / groups, ".1f"),
                stations=number(groups),
                count=chosen[0].name,
            )
        )
        own = [column for column in counts if column.name not in {c.name for c in varying}]
        places = find_places(others, rows, chosen, beside=[option])
        _place_texts(found, combination_codes(places.key, rows))
        _place_own(found, own)
        also = [c.name for c in columns if _named(c) and c.name != option.name and c.texts]
        if also:
            found.questions.append(
                told(
                    "{column} was taken for the option; {others} speak of options too. Do several "
                    "options belong to one candidate?",
                    column=repr(option.name),
                    others=listed(also),
                )
            )
        return found, places
    return None


def _of_one_contest(
    columns: Sequence[Column], contests: Contests
) -> tuple[LongFigures, Places] | None:
    own = [c for c in kept(columns, contests.rows) if c.texts and c.name != contests.column.name]
    inside = long_layout(own, int(contests.rows.sum()))
    if inside is not None:
        inside[0].where[contests.column.name] = contests.text
        inside[0].evidence.insert(0, contests.evidence)
        inside[0].questions.insert(0, contests.question)
    return inside


def _options(columns: Sequence[Column], rows: int) -> list[Column]:
    """Return columns that could name the option, those with a name that says so first."""
    possible = [
        column
        for column in columns
        if not column.is_count
        and not column.decimal
        and 2 <= len(column.texts) < min(_MOST_OPTIONS, rows // (2 - _named(column)))
        and not STATION.search(column.plain)
        and (not AREA.search(column.plain) or OPTION.search(column.plain))
    ]
    return sorted(
        possible,
        key=lambda c: (not OPTION.search(c.plain), sum(map(str.isdigit, c.texts)), -len(c.texts)),
    )


def _named(column: Column) -> bool:
    return bool(OPTION.search(column.plain))


def _beside(columns: Sequence[Column], option: Column, rows: int) -> list[Column]:
    """Return the columns that may name the station: not those that the option determines."""
    size = distinct([option], rows)
    return [
        column
        for column in columns
        if column.is_name
        and column.name != option.name
        and not OPTION.search(column.plain)
        and distinct([option, column], rows) > 1.1 * size
    ]


def _constant(column: Column, groups: Ints) -> bool:
    """Whether a figure is the same in all rows of a station, and not in all of the file."""
    size = int(groups.max()) + 1
    high = np.zeros(size, dtype=np.int64)
    np.maximum.at(high, groups, column.counts)
    return bool((high[groups] == column.counts).mean() > 0.99) and len(column.texts) > 1


def _place_texts(found: LongFigures, stations: Ints) -> None:
    size = int(stations.max()) + 1
    codes = found.option.codes
    here = {t: int(codes[at]) for at, t in _first_of_each(found.option)}
    for text, code in here.items():
        mine = codes == code
        found.sums[text] = np.bincount(
            stations[mine], weights=found.count.counts[mine], minlength=size
        ).astype(np.int64)
    named = {text: line_named(text) for text in here}
    found.votes = [text for text, line in named.items() if line is None]
    found.claimed = [text for text, line in named.items() if line == CLAIMED]
    if found.claimed:
        found.questions.append(ask_of_claimed(listed(found.claimed)))
    for text, line in named.items():
        if line is not None and line != CLAIMED:
            found.lines.setdefault(line, []).append(text)
            found.evidence.append(by_its_name(text, line))
    for line in ("valid", "ballots"):
        for text in found.lines.get(line, [])[:1]:
            _check_total(found, text, line)
    rows = len(stations)
    if rows < 0.98 * size * len(here):
        found.absent = True
        missing = size * len(here) - rows
        found.questions.append(
            told_of(
                missing,
                '{count} option of a station has no row: no votes there ("absent": "zero", as '
                "proposed), or not known?",
                '{count} options of a station have no row: no votes there ("absent": "zero", as '
                "proposed), or not known?",
            )
        )


def _first_of_each(option: Column) -> list[tuple[int, str]]:
    _, first = np.unique(option.codes, return_index=True)
    cells = option.cells.take(np.sort(first)).to_pylist()
    return [(int(at), text) for at, text in zip(np.sort(first), cells, strict=True) if text]


def _check_total(found: LongFigures, text: str, line: str) -> None:
    sums = found.sums
    votes = np.sum([sums[t] for t in found.votes], axis=0) if found.votes else 0 * sums[text]
    papers = votes + sum(sums[t] for other in ("null", "blank") for t in found.lines.get(other, ()))
    papers = papers + sum(sums[t] for t in found.claimed)
    for kind, parts in (("valid", votes), ("ballots", papers)):
        share = share_equal(sums[text], np.asarray(parts))
        if share >= 0.9:
            found.evidence.append(_is_sum(text, kind, share))
            if kind != line and kind not in found.lines and not np.array_equal(votes, papers):
                found.lines[kind] = found.lines.pop(line)
            return
    found.questions.append(
        told("Is {text} a total of all options? It is not their sum.", text=repr(text))
    )


def _is_sum(text: str, kind: str, share: float) -> Told:
    percent = formatted(100 * share, ".1f")
    if kind == "valid":
        return told(
            "{text} = the sum of the options on {share}% of the stations", text=text, share=percent
        )
    return told(
        "{text} = the sum of the options, null and blank on {share}% of the stations",
        text=text,
        share=percent,
    )


def _place_own(found: LongFigures, own: Sequence[Column]) -> None:
    for column in own:
        line = column.line or ("registered" if len(own) == 1 else None)
        if line is not None and line not in found.lines and line not in found.own:
            found.own[line] = [column]
            found.evidence.append(
                told(
                    "{column} is the same in all rows of a station: {line}",
                    column=column.name,
                    line=line,
                )
            )
        else:
            found.questions.append(
                told(
                    "{column} is the same in all rows of a station: which line is it?",
                    column=repr(column.name),
                )
            )
    doubled = {line: texts for line, texts in found.lines.items() if len(texts) > 1}
    for line, texts in doubled.items():
        found.questions.append(
            told(
                "{texts} were taken together as {line}: do they add up?",
                texts=listed(texts),
                line=line,
            )
        )
