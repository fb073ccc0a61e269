"""How much each published row holds: whole, part, or only taken as whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

from tallyverify.checking import CaseFacts
from tallyverify.feasibility.allowance import annulled_keys, annulled_number
from tallyverify.feasibility.figures.papers import Figure
from tallyverify.feasibility.figures.published import BY_COVERAGE, Row, Series, stated
from tallyverify.feasibility.figures.unseen_sizes import closed_registry, stations_in
from tallyverify.feasibility.sheets.witnesses import Witnesses
from tallyverify.findings import place
from tallyverify.language import counted, formatted, number, told, told_of
from tallyverify.records import AreaResult, Bulletin, areas_around, stated_short

_COVERED = {
    "stations": told("stations covered"),
    "seen": told("seen covered"),
    "registered": told("registered covered"),
}
"""The labels of numbers of stations, or voters on their lists, that a bulletin holds."""


@dataclass(frozen=True)
class Extent:
    """How much of its area a row holds."""

    whole: bool
    complete: bool = False  # it says so, which holds for papers of no station too
    taken: bool = False  # only because it is the last and says nothing else
    stations: tuple[int, int] | None = None  # least and most stations that it holds
    seen: tuple[int, int] | None = None  # the same, of the seen stations
    voters: tuple[int, int] | None = None  # least and most voters on the lists of its stations
    share: tuple[int, int] | None = None  # stations, by a coverage of them beside their number
    either: bool = False  # stations and voters are both tried
    words: str = ""


def extents(series: Series, facts: CaseFacts, seen: Witnesses) -> dict[tuple[int, int], Extent]:
    """Return how much each row of each bulletin holds, by (bulletin, area)."""
    found: dict[tuple[int, int], Extent] = {}
    for at, (bulletin, rows) in enumerate(series.bulletins):
        silent = not any(_says_extent(bulletin, row, facts) for row in rows)
        last = at == len(series.bulletins) - 1
        short = stated_short(rows)
        for position, row in enumerate(rows):
            if not facts.is_visible(row.area):
                continue
            one = _extent(bulletin, row, position in short, facts, seen)
            one = replace(one, share=_share_beside(bulletin, row, facts, seen))
            if silent and last:
                one = Extent(
                    True,
                    taken=True,
                    words=told(
                        "bulletin {bulletin}, which does not say how much it holds, is taken as "
                        'the whole count ("complete": true would say so)',
                        bulletin=bulletin.id,
                    ),
                )
            found[at, facts.area_index(row.area)] = one
    return found


def _says_extent(bulletin: Bulletin, row: AreaResult, facts: CaseFacts) -> bool:
    complete = stated(facts, bulletin, row, "complete")
    return complete is not None or row.coverage is not None or row.stations is not None


def _extent(
    bulletin: Bulletin,
    row: AreaResult,
    less: bool,
    facts: CaseFacts,
    seen: Witnesses,
) -> Extent:
    """How much a row holds; ``less``: it states for it, or for a part of it, that it is not all."""
    head = told("bulletin {bulletin}, {place}", bulletin=bulletin.id, place=place(row.area))
    total = stations_in(row.area, facts, seen)
    complete = stated(facts, bulletin, row, "complete")
    if complete:
        return Extent(True, complete=True, words=told("{row}: it is declared complete", row=head))
    covered = row.coverage_range
    if row.stations is not None and total is not None and row.stations == total:
        said = told("{row}: it holds all {total} stations", row=head, total=number(total))
        return Extent(True, stations=(total, total), words=said)
    if complete is False and covered is None and row.stations is None:
        return Extent(False)
    every = facts.all_stations
    if row.stations is not None:
        # Where more sheets were seen than stations are declared, a station may have several.
        more = max(len(seen) - every, 0) if every is not None else 0
        if more and not row.area and row.stations == every:
            said = told_of(
                every,
                "{row}: it holds all {count} station",
                "{row}: it holds all {count} stations",
                row=head,
            )
            return Extent(True, words=said)
        exact = (row.stations, row.stations + more)
        number_of = counted(row.stations, "station", "stations")
        said = told("{row}: it holds {stations}", row=head, stations=number_of)
        return Extent(False, stations=exact, words=said)
    if covered is None:
        return Extent(False)
    basis = stated(facts, bulletin, row, "coverage_basis")
    rounded = covered[1] == 1 and covered[0] >= Fraction(199, 200)
    if rounded and not less and complete is not False and basis != "registered":
        known = total if total is not None else len(seen)
        out = floor((1 - covered[0]) * known)
        said = told(
            "{row}: a coverage of 100 % leaves out at most {stations}",
            row=head,
            stations=counted(out, "station", "stations"),
        )
        if total is not None:
            return Extent(out == 0, stations=(total - out, total), words=said)
        if out == 0:
            return Extent(True, words=said)
        sure, perhaps = seen.within(facts.area_index(row.area))
        return Extent(False, seen=(max(sure - out, 0), perhaps), words=said)
    stations = voters = None
    if total is not None:
        stations = _whole_between(covered, total)
    register = _register(row, facts)
    if register is not None and bool((seen.registered > 0).all()):
        least, most = _whole_between(covered, register)
        lists = _lists(facts, seen)
        if lists is None:
            # Of stations that were not seen, they may have all that is left.
            least -= max(register - int(seen.registered.sum()), 0)
            voters = (max(least, 0), most)
        else:
            # Voters of no station may be counted in both, and the lists be of another day.
            of_lists = _whole_between(covered, lists)
            voters = (min(least, of_lists[0]), max(most, of_lists[1]))
    words = _share_words(head, covered, basis)
    if basis == "stations":
        return Extent(False, stations=stations, words=words if stations else "")
    if basis == "registered":
        return Extent(False, voters=voters, words=words if voters else "")
    return Extent(False, stations=stations, voters=voters, either=True, words=words)


def _share_words(row: str, covered: tuple[Fraction, Fraction], basis: str | None) -> str:
    low, high = (formatted(100 * float(one), ".6g") for one in covered)
    if basis == "stations":
        return told(
            "{row}: it holds {low} to {high} % of the stations", row=row, low=low, high=high
        )
    if basis == "registered":
        return told(
            "{row}: its stations have {low} to {high} % of the registered voters",
            row=row,
            low=low,
            high=high,
        )
    return told(
        "{row}: it holds {low} to {high} % of the stations, or of the voters",
        row=row,
        low=low,
        high=high,
    )


def _share_beside(
    bulletin: Bulletin, row: AreaResult, facts: CaseFacts, seen: Witnesses
) -> tuple[int, int] | None:
    """How many stations a coverage, said to be of stations, allows beside their number."""
    claimed, total = row.coverage_range, stations_in(row.area, facts, seen)
    basis = stated(facts, bulletin, row, "coverage_basis")
    if row.stations is None or claimed is None or total is None or basis != "stations":
        return None
    low, high = claimed
    unit = high - low  # perhaps cut off instead of rounded
    least, most = _whole_between(
        (max(low - unit, Fraction(0)), min(high + unit, Fraction(1))), total
    )
    # One station, or one in a hundred, is a slip; annulled ones are not counted, or are.
    slip = max(total // 100, 1)
    without = slip + len(annulled_keys(facts)) + annulled_number(facts)
    return max(least - without, 0), min(most + slip, total)


def _lists(facts: CaseFacts, seen: Witnesses) -> int | None:
    """Return the voters on the lists of all stations, if every list is known."""
    declared = facts.all_stations
    here = int(seen.registered.sum())
    if closed_registry(facts, seen) and facts.registry is not None:
        sizes, unknown = facts.registry.sizes
        there = facts.registry.positions(seen.stations)
        unseen = int(sizes.sum()) - int(sizes[there[there >= 0]].sum())
        return None if unknown.any() else here + unseen
    return here if declared == len(seen) and not annulled_keys(facts) else None


def _whole_between(covered: tuple[Fraction, Fraction], total: int) -> tuple[int, int]:
    """Return the least and the most of a total in a coverage; either side where none is within."""
    least, most = ceil(covered[0] * total), floor(covered[1] * total)
    return (least, most) if least <= most else (most, least)


def _register(row: AreaResult, facts: CaseFacts) -> int | None:
    if row.area or facts.declared is None:
        return None
    return facts.declared.registered


def same_hours(
    series: Series, found: dict[tuple[int, int], Extent], facts: CaseFacts, *, taken: bool = True
) -> bool:
    """Whether the rows of each bulletin are surely of one hour; ``taken`` as in ``assembled``.

    They are where there is one row only, where all of them are whole, or where stations are stated
    and add up from the areas to the whole.
    """

    def whole_at(at: int, area: int) -> bool:
        one = found.get((at, area), Extent(False))
        return one.whole and (taken or not one.taken)

    for at, (_, rows) in enumerate(series.bulletins):
        visible = [row for row in rows if facts.is_visible(row.area)]
        if len(visible) < 2 or all(whole_at(at, facts.area_index(r.area)) for r in visible):
            continue
        if whole_at(at, 0):
            continue
        whole = next((row for row in visible if not row.area), None)
        parts = [row for row in visible if row.area]
        around = areas_around(row.area for row in parts)
        tops = [row for row, own in zip(parts, around, strict=True) if len(own) == 1]
        counts = [row.stations for row in tops]
        if whole is None or whole.stations is None or None in counts:
            return False
        if sum(count or 0 for count in counts) != whole.stations:
            return False
    return True


def count_rows(series: Series, found: dict[tuple[int, int], Extent], *, voters: bool) -> list[Row]:
    """Return the rows that bound the stations (or voters) of bulletins, on one basis."""
    rows = []
    for (at, area), one in found.items():
        bulletin = series.bulletins[at][0].id
        if one.share is not None:
            least, most = one.share
            kind = Figure("stations")
            rows.append(Row(at, bulletin, area, kind, BY_COVERAGE, least, most, True))
        if one.stations is not None and not (one.either and voters):
            low, high = one.stations
            figure = Figure("stations")
        elif one.seen is not None:
            (low, high), figure = one.seen, Figure("seen")
        elif one.voters is not None and (voters or not one.either):
            (low, high), figure = one.voters, Figure("registered")
        else:
            continue
        rows.append(Row(at, bulletin, area, figure, _COVERED[figure.kind], low, high, True))
    return rows
