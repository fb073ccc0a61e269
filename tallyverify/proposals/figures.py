"""A wide file: which columns are votes, and which lines of the sheet, by arithmetic and name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from tallyverify.errors import listed
from tallyverify.language import Told, formatted, told
from tallyverify.proposals.columns import Column, Ints, share_equal
from tallyverify.proposals.sums import Total, added, second_counts, total_of, totals_in
from tallyverify.proposals.words import CLAIMED

_HOLDS = 0.9
_ALWAYS = 0.999  # two neighbours may be a sum by chance
_LARGER = 0.8  # of the rows: a whole is not less than its parts, but for what clerks err in
_BONUS = {"valid": 2, "ballots": 1}


@dataclass
class Figures:
    """Columns of the votes and of each line, with what they rest on."""

    votes: list[Column] = field(default_factory=list)
    lines: dict[str, list[Column]] = field(default_factory=dict)
    claimed: list[Column] = field(default_factory=list)  # ballots that are nobody's, each a line
    evidence: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    proved: bool = False  # whether a sum says which columns are votes

    def used(self) -> set[str]:
        """Return the names of all columns that have a role."""
        lines = (c for cs in self.lines.values() for c in cs)
        return {c.name for c in [*self.votes, *self.claimed, *lines]}

    def differing(self) -> list[Column]:
        """Return columns that hardly ever agree in two stations, each free of the others.

        Registers often agree, and a sum differs wherever one of its parts does.
        """
        return [*self.votes, *self.lines.get("null", []), *self.lines.get("blank", [])]

    def rest(self, columns: Sequence[Column]) -> list[Column]:
        """Return the columns that have no role yet."""
        used = self.used()
        return [column for column in columns if column.name not in used]

    def paper(self) -> list[Column]:
        """Return what makes up all paper in the box: votes, null and blank, and nobody's."""
        votes = self.lines.get("valid") or self.votes
        classes = (*self.lines.get("null", []), *self.lines.get("blank", []))
        return [*votes, *classes, *self.claimed]


def wide_figures(columns: Sequence[Column]) -> Figures:
    """Give each column of counts its role.

    A sum outweighs a name: a party that is called ID, or PAR, is no code if the votes need it.
    """
    found = Figures()
    best = _votes_total([column for column in columns if column.may_count])
    summed = {c.name for c in (*best.total, *best.parts)} if best is not None else set()
    counts = [column for column in columns if column.is_count or column.name in summed]
    second = None if best else _second_count(counts)
    found.proved = best is not None or second is not None
    if best is not None:
        found.evidence.append(best.words)
        found.votes = [column for column in best.parts if column.line is None]
        found.lines[_line_of(best, counts)] = list(best.total)
    elif second is not None:
        found.votes = [column for column in second.parts if column.line is None]
    else:
        found.votes = [column for column in counts if column.line is None]
    _claimed(found, counts)
    _named_classes(found, counts)
    if second is not None:
        found.lines["ballots" if second.share > 0.999 else "signed"] = list(second.total)
        both = told("two counts of the same papers: {sum}", sum=second.words)
        found.evidence.append(both)
    _whole_paper(found, counts)
    _named_wholes(found, counts)
    if "registered" not in found.lines and found.proved:
        _take_registered(found, found.rest(counts))
    _ask_of_votes(found)
    none = [column.name for column in found.votes if not column.counts.any()]
    if none:
        found.questions.append(
            told("No sheet has a vote for {columns}: is each an option?", columns=listed(none))
        )
    left = found.rest(counts)
    if left:
        found.questions.append(
            told(
                "These columns of counts were left out: {columns}. Is one of them a line of the "
                "sheet, or an option?",
                columns=listed(column.name for column in left),
            )
        )
    return found


def _votes_total(counts: Sequence[Column]) -> Total | None:
    """Return the sum that looks most like votes: many options, a total with a total's name."""
    possible = [
        total
        for total in totals_in(counts)
        if total.total[0].line in (None, "valid", "ballots", "signed")
        and {column.line for column in total.parts} <= {None, "null", "blank", CLAIMED}
        and sum(column.line is None for column in total.parts) >= 2
    ]
    return max(possible, key=_like_votes, default=None)


def _like_votes(total: Total) -> tuple[int, bool, int, int]:
    """Return the options with votes, whether all stand on one side, and how many have none."""
    options = [column for column in total.parts if column.line is None]
    voted = [column for column in options if column.counts.any()]
    at = total.total[0].at
    one_side = options[0].at > at or options[-1].at < at
    bonus = _BONUS.get(total.total[0].line or "", 0)
    return len(voted) + bonus, one_side, len(options), -len(total.parts)


def _second_count(counts: Sequence[Column]) -> Total | None:
    free = [column for column in counts if column.line in (None, "null", "blank")]
    named = [column for column in free if column.line is not None]
    return next(iter(second_counts(free, named)), None) if named else None


def _line_of(best: Total, counts: Sequence[Column]) -> str:
    """Return which line a total of the votes is."""
    inside = {column.line for column in best.parts} & {"null", "blank", CLAIMED}
    named = best.total[0].line
    if "null" in inside or (CLAIMED in inside and named != "valid"):
        return "ballots"
    beside = any(column.line in ("null", "blank", CLAIMED) for column in counts)
    if named == "ballots" and (inside or not beside):
        return "ballots"
    return "valid"


def _claimed(found: Figures, counts: Sequence[Column]) -> None:
    """Take ballots that are nobody's, by their name, as lines of their own: never as candidates."""
    found.claimed = [column for column in found.rest(counts) if column.line == CLAIMED]
    if found.claimed:
        names = listed(column.name for column in found.claimed)
        found.evidence.append(
            told("{columns}: by the name ballots that are nobody's, or not yet", columns=names)
        )
        found.questions.append(ask_of_claimed(names))


def ask_of_claimed(names: str) -> Told:
    """Ask of ballots that their name gives to nobody."""
    return told(
        "Are {names} ballots in the box that count for nobody (a line of the sheet, as proposed), "
        "or is one of them somebody to vote for?",
        names=names,
    )


def by_its_name(name: str, line: str) -> Told:
    """Return that a column, or a text, is a line of the sheet since it is called so."""
    return told("{name} is {line}, by its name", name=name, line=line)


def _named_classes(found: Figures, counts: Sequence[Column]) -> None:
    """Find null and blank by name; of several, the one with which the papers add up."""
    for line in ("blank", "null"):
        named = [column for column in found.rest(counts) if column.line == line]
        if not named:
            continue
        chosen = named[0]
        if len(named) > 1:
            base = found.paper()
            wholes = found.rest(counts)
            fits = [(_best_whole([*base, c], wholes, c), c) for c in named]
            chosen = max(fits, key=lambda fit: fit[0])[1]
            columns, one = listed(column.name for column in named), repr(chosen.name)
            asked = {
                "blank": told(
                    "Several columns speak of blank votes: {columns}. Is {one} the one of the "
                    "whole sheet?",
                    columns=columns,
                    one=one,
                ),
                "null": told(
                    "Several columns speak of null votes: {columns}. Is {one} the one of the "
                    "whole sheet?",
                    columns=columns,
                    one=one,
                ),
            }
            found.questions.append(asked[line])
        found.lines[line] = [chosen]
        found.evidence.append(by_its_name(chosen.name, line))


def _best_whole(parts: list[Column], wholes: Sequence[Column], own: Column) -> float:
    papers = added(parts)
    return max((share_equal(c.counts, papers) for c in wholes if c.name != own.name), default=0.0)


def _whole_paper(found: Figures, counts: Sequence[Column]) -> None:
    """Find the ballots: a column, or two neighbours, that equal valid, null and blank together."""
    classes = [line for line in ("null", "blank") if line in found.lines]
    if "ballots" in found.lines or not classes or not found.votes:
        return
    rest = [column for column in found.rest(counts) if column.line not in classes]
    sums = [total_of([c], found.paper()) for c in rest]
    best = max(sums, key=lambda t: (t.share, t.total[0].line == "ballots"), default=None)
    if best is None or best.share < _HOLDS:
        pairs = [total_of([a, b], found.paper()) for a, b in pairwise(rest)]
        best = max(pairs, key=lambda t: t.share, default=None)
        if best is None or best.share < _ALWAYS:
            return
    found.lines["ballots"] = list(best.total)
    found.evidence.append(best.words)


def _named_wholes(found: Figures, counts: Sequence[Column]) -> None:
    """Take wholes by their name: a register only if it is not less than the votes.

    Valid votes or ballots that are less are a line all the same: then the sheets fail to add up,
    which verify tells, instead of standing unread.
    """
    for line in ("valid", "ballots", "registered", "signed"):
        named = [column for column in found.rest(counts) if column.line == line]
        if line in found.lines:
            continue
        for column in named:
            if not found.votes or _at_least(column, added(found.votes)) >= _LARGER:
                found.lines[line] = [column]
                found.evidence.append(by_its_name(column.name, line))
                break
        else:
            if named and line in ("valid", "ballots"):
                found.lines[line] = [named[0]]
                less = 100 * (1 - _at_least(named[0], added(found.votes)))
                found.questions.append(
                    told(
                        "{column} is {line} by its name, but less than the votes on {share}% of "
                        "the rows. Do the names of the columns stand above the right figures, and "
                        "is each vote an option's?",
                        column=repr(named[0].name),
                        line=line,
                        share=formatted(less, ".0f"),
                    )
                )


def _at_least(column: Column, papers: Ints) -> float:
    there = column.known & (papers > 0)
    return float((column.counts >= papers)[there].mean()) if there.any() else 0.0


def _take_registered(found: Figures, among: Sequence[Column]) -> None:
    """Take for registered voters a column that is nowhere smaller than the papers."""
    for column in among:
        if column.line is not None:
            continue
        papers = added(found.paper())
        share = _at_least(column, papers)
        if share >= 0.99 and float(np.mean(column.counts > papers)) >= 0.5:
            found.lines["registered"] = [column]
            found.evidence.append(
                told(
                    "{column} is at least the papers counted on {share}%",
                    column=column.name,
                    share=formatted(100 * share, ".1f"),
                )
            )
            found.questions.append(
                told("Is {column} the number of registered voters?", column=repr(column.name))
            )
            return


def _ask_of_votes(found: Figures) -> None:
    votes = listed(column.name for column in found.votes)
    if not found.proved and found.votes:
        found.questions.append(
            told(
                "No column is the sum of the votes, so nothing proves which columns are options. "
                "Are these all of them, and nothing else (no register, no number of a station): "
                "{votes}?",
                votes=votes,
            )
        )
    wholes = [c for line in ("ballots", "valid") for c in found.lines.get(line, [])]
    named = {"null", "blank"} & found.lines.keys() or any(c.line == "valid" for c in wholes)
    if found.proved and wholes and not named:
        found.questions.append(
            told(
                "No column is named for null or blank votes, but {total} is the sum of {votes}: "
                "does it hold blank or spoilt ballots, and is one of these not an option?",
                total=wholes[0].name,
                votes=votes,
            )
        )
    for column in found.votes if not found.proved else ():
        others = [one for one in found.votes if one is not column]
        if others and _at_least(column, added(others)) >= _ALWAYS:
            found.questions.append(
                told(
                    "{column} holds as many as all other votes together, or more, on nearly all "
                    "rows: is it the number of registered voters, or of ballots?",
                    column=repr(column.name),
                )
            )
