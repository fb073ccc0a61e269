"""The published figures in force: which bulletins count, in what order, and what each row says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import Any

from tallyverify.checking import CaseFacts
from tallyverify.feasibility.figures.papers import Figure
from tallyverify.feasibility.figures.percentages import percentage_rows
from tallyverify.language import told
from tallyverify.records import AreaResult, Bulletin, in_time
from tallyverify.taken import takes_input

_Key = tuple[tuple[str, str], ...]

BY_COVERAGE = told("stations by coverage")
"""The label of stations that a coverage of stations allows, beside their stated number."""


@dataclass(frozen=True)
class Row:
    """One published number: what it counts, where, in which bulletin, and its least and most."""

    bulletin: int  # position among the bulletins in force of its series
    bulletin_id: str
    area: int  # position in ``CaseFacts.areas``
    figure: Figure
    label: str
    low: int
    high: int
    # Follows from another figure (no stations, no papers) instead of standing in the bulletin.
    implied: bool = False
    of_percentage: bool = False  # votes by a declared percentage, not by a declared number

    @property
    def of_stations(self) -> bool:
        """Whether it counts stations or voters on lists, not papers."""
        return self.figure.kind in ("stations", "seen", "registered")


@dataclass(frozen=True)
class Series:
    """Bulletins of one count, from the first to the last; what was corrected is left out."""

    name: str
    bulletins: tuple[tuple[Bulletin, tuple[AreaResult, ...]], ...]
    superseded: tuple[str, ...]  # in words
    inferred_order: str  # how the order was found, if dates do not say it


def series_in_force(facts: CaseFacts) -> tuple[Series, ...]:
    """Return the bulletins that count, by series, each in order and without what was corrected."""
    if facts.declared is None:
        return ()
    names = dict.fromkeys(bulletin.series for bulletin in facts.declared.bulletins)
    found = []
    for name in names:
        own = [b for b in facts.declared.bulletins if b.series == name]
        ordered, how = _ordered(own, facts)
        if facts.contest.transfers:
            ordered = ordered[:1]
        kept: list[tuple[Bulletin, tuple[AreaResult, ...]]] = []
        gone: list[str] = []
        corrected: dict[_Key, None] = {}  # areas of later corrections
        for bulletin in reversed(ordered):
            rows = tuple(
                row
                for row in bulletin.areas
                if not any(_overlap(row.area, dict(area)) for area in corrected)
            )
            if rows:
                kept.append((bulletin, rows))
            if len(rows) < len(bulletin.areas):
                gone.append(
                    told("bulletin {bulletin}: corrected by a later one", bulletin=bulletin.id)
                )
            if bulletin.correction:
                corrected |= dict.fromkeys(tuple(row.area.items()) for row in bulletin.areas)
        found.append(Series(name, tuple(kept[::-1]), tuple(gone[::-1]), how))
    return tuple(found)


@takes_input
def stated(facts: CaseFacts, bulletin: Bulletin, result: AreaResult, name: str) -> Any:
    """Return what a row, else its bulletin, else the declaration says under a key."""
    declared: Any = facts.declared
    return declared.stated(bulletin, result, name) if declared else None


def _overlap(one: dict[str, str], other: dict[str, str]) -> bool:
    return all(one[level] == other[level] for level in one.keys() & other.keys())


def _ordered(bulletins: list[Bulletin], facts: CaseFacts) -> tuple[list[Bulletin], str]:
    """Order by date; else by extent; else in the direction in which fewer figures fall."""
    if any(not one.issued for one in bulletins):
        return _undated(bulletins, facts)
    ordered: list[Bulletin] = []
    said = ""
    for same in _of_one_time(in_time(bulletins)):
        group, how = _interleaved(same, facts)
        ordered += group
        said = said or how
    return ordered, said


def _of_one_time(dated: list[tuple[datetime, Bulletin]]) -> list[list[Bulletin]]:
    """Bulletins whose dates do not say which came first, together; the groups in order.

    A day without a time is not before a time on that day.
    """
    groups: list[list[tuple[datetime, Bulletin]]] = []
    loose = {one.issued for _, one in dated if "T" not in one.issued}
    for moment, one in dated:
        last = groups[-1][-1] if groups else None
        same = last is not None and (
            moment == last[0]
            or (one.issued[:10] == last[1].issued[:10] and one.issued[:10] in loose)
        )
        if not same:
            groups.append([])
        groups[-1].append((moment, one))
    return [[one for _, one in group] for group in groups]


def _interleaved(same: list[Bulletin], facts: CaseFacts) -> tuple[list[Bulletin], str]:
    """Order bulletins of one day: those with a time by it, the others where fewest figures fall."""
    ordered = [one for one in same if "T" in one.issued]
    others = [one for one in same if "T" not in one.issued]
    if not ordered or not others:
        return _undated(same, facts)

    def against(way: list[Bulletin]) -> tuple[bool, int, int]:
        shrinks = sum(one > other for one, other in pairwise(_extents(way, facts)))
        # A correction corrects something: it is not the first.
        return way[0].correction, shrinks, _falls(way)

    for one in others:
        places = range(len(ordered) + 1)
        ordered = min(([*ordered[:at], one, *ordered[at:]] for at in places), key=against)
    how = told("bulletins of one day are in the order in which fewer figures fall")
    return ordered, how


def _undated(bulletins: list[Bulletin], facts: CaseFacts) -> tuple[list[Bulletin], str]:
    if len(bulletins) < 2:
        return bulletins, ""
    extents = _extents(bulletins, facts)
    if len(set(extents)) > 1:
        ranked = sorted(zip(extents, bulletins, strict=True), key=lambda pair: pair[0])
        ordered = [one for _, one in ranked]
        how = told("bulletins are ordered by the extent that they state")
        # A correction may hold less than what it corrects, and is not the first.
        if not ordered[0].correction:
            return ordered, how if ordered != bulletins else ""
    backwards = bulletins[::-1]
    # A correction corrects something: it is not the first.
    if (backwards[0].correction, _falls(backwards)) < (bulletins[0].correction, _falls(bulletins)):
        return backwards, told("bulletins are in the order in which fewer figures fall")
    return bulletins, ""


def _extents(bulletins: list[Bulletin], facts: CaseFacts) -> list[Fraction]:
    """Return how much of the whole each bulletin states that it holds, in one measure.

    Empty where not all say it in the same one: a number of stations is no share, and a share of
    the voters is none of the stations.
    """
    rows = [(bulletin, row) for bulletin in bulletins if (row := bulletin.of({})) is not None]
    if len(rows) < len(bulletins):
        return []
    shares = [row.coverage_range for _, row in rows if row.coverage_range is not None]
    bases = {stated(facts, bulletin, row, "coverage_basis") for bulletin, row in rows}
    if len(shares) == len(rows) and len(bases) == 1:
        return [sum(share, Fraction(0)) / 2 for share in shares]
    numbers = [Fraction(row.stations) for _, row in rows if row.stations is not None]
    return numbers if len(numbers) == len(rows) else []


def _falls(bulletins: list[Bulletin]) -> int:
    count = 0
    for one, other in pairwise(bulletins):
        for row in one.areas if not other.correction else ():
            later = other.of(row.area)
            for label, votes in row.figures.items():
                count += later is not None and later.figures.get(label, votes) < votes
    return count


def rows_of(series: Series, facts: CaseFacts, only: int | None = None) -> Iterator[Row]:
    """Yield the published numbers of papers of a series, as intervals of what each may be.

    Of all its bulletins, or of the one in a place.
    """
    places = range(len(series.bulletins)) if only is None else (only,)
    for place in places:
        bulletin, results = series.bulletins[place]
        for result in results:
            if facts.is_visible(result.area):
                yield from _of_area(place, bulletin, result, facts)


def _of_area(place: int, bulletin: Bulletin, result: AreaResult, facts: CaseFacts) -> Iterator[Row]:
    area = facts.area_index(result.area)

    def row(figure: Figure, label: str, low: int, high: int, **what: bool) -> Row:
        return Row(place, bulletin.id, area, figure, label, low, high, **what)

    soft: Any = stated(facts, bulletin, result, "from_percentages")
    unit = Fraction(0)
    if soft is not None:
        # Half a unit of the last digit of each percentage, of the total that they are of, and
        # half a vote: what was calculated was rounded once more.
        total = result.valid or sum(result.figures.values())
        unit = Fraction(total, 2 * 10 ** (soft + 2)) + Fraction(1, 2)
    for label, members in result.members.items():
        count = result.figures.get(label)
        if count is not None:
            # A group may be the sum of what was calculated for each of its members.
            low, high = _softened(count, unit * len(members))
            yield row(Figure("votes", tuple(sorted(members))), label, low, high)
    if result.valid is not None and not papers_with_several_votes(result, facts):
        made_of_them = result.valid == sum(result.figures.values())
        parts = sum(len(result.members[label]) for label in result.figures)
        low, high = _softened(result.valid, unit * parts if made_of_them else unit * 0)
        yield row(Figure("valid"), told("valid votes"), low, high)
    if result.null is not None and result.blank is not None and "blank" not in facts.lines:
        # The sheets' one line of null papers may hold the blank ones, or not.
        both = result.null + result.blank
        yield row(Figure("null or blank"), told("null and blank votes"), both, both)
    else:
        if result.null is not None:
            kind = "null" if result.blank is not None else "null or blank"
            yield row(Figure(kind), told("null votes"), result.null, result.null)
        if result.blank is not None:
            yield row(Figure("blank"), told("blank votes"), result.blank, result.blank)
    if result.ballots is not None:
        yield row(Figure("ballots"), told("ballots"), result.ballots, result.ballots)
    if result.stations == 0:
        yield row(Figure("papers"), told("papers of no station"), 0, 0, implied=True)
    for label, low, high in percentage_rows(result, facts):
        yield row(
            Figure("votes", tuple(sorted(result.percentage_members[label]))),
            told("{label} (percentage)", label=label),
            low,
            high,
            of_percentage=True,
        )


@takes_input
def papers_with_several_votes(result: AreaResult, facts: CaseFacts) -> bool:
    """Whether valid votes may be declared as papers, each with as many votes as are allowed."""
    total, allowed = sum(result.figures.values()), facts.contest.votes_allowed
    if result.valid is None or allowed == 1 or total > allowed * result.valid:
        return False
    return result.valid < total or result.candidates != set(facts.contest.candidate_ids)


def _softened(count: int, by: Fraction) -> tuple[int, int]:
    return max(ceil(count - by), 0), floor(count + by)
