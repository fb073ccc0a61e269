"""Names of areas, and ids of the contest, that look the same and are of different characters."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow.compute as pc

from tallyverify.checking import CaseFacts, Check
from tallyverify.errors import shown
from tallyverify.findings import Evidence, Finding
from tallyverify.language import told, told_of
from tallyverify.names import folded
from tallyverify.rules.joining import and_last
from tallyverify.table import ActaTable, looking_alike, with_code_points


@dataclass(frozen=True)
class AreaNames:
    """The names of areas on the sheets, by level."""

    by_level: dict[str, frozenset[str]]

    def __add__(self, other: AreaNames) -> AreaNames:
        return AreaNames(
            {level: one | other.by_level[level] for level, one in self.by_level.items()}
        )


def summarise_names(part: ActaTable, facts: CaseFacts) -> AreaNames:
    """Collect the names of a part."""
    names = {level: pc.unique(part.frame[level].array.__arrow_array__()) for level in part.levels}
    return AreaNames(
        {level: frozenset(filter(None, column.to_pylist())) for level, column in names.items()}
    )


def names_looking_alike(
    check: Check, names: AreaNames, facts: CaseFacts
) -> tuple[list[Finding], list[str]]:
    """Return a note on each set of names that were not joined, and in words how many were."""
    notes: list[Finding] = []
    said: list[str] = []
    for level in facts.levels:
        every = set(names.by_level[level]) | {area[level] for area in facts.areas if level in area}
        for other in (facts.registry, facts.earlier):
            if other is not None and level in other.frame.columns:
                every |= set(other.frame[level].dropna().unique())
        groups = looking_alike(map(str, every))
        one = [group for group in groups if len(set(map(folded, group))) == 1]
        notes += [_note(check, group, level) for group in groups if group not in one]
        if one:
            said.append(
                told_of(
                    len(one),
                    "{count} name of {level} is written in different characters that look the "
                    "same, {names}: taken as one",
                    "{count} names of {level} are written in different characters that look the "
                    "same, such as {names}: each taken as one",
                    level=level,
                    names=and_last(with_code_points(one[0], shown)),
                )
            )
    notes += [_note(check, group, "") for group in looking_alike(_ids(facts))]
    return notes, said


def _ids(facts: CaseFacts) -> list[str]:
    options = (option for row in facts.contest.candidates for option in row.options)
    return [*facts.contest.candidate_ids, *options, *facts.contest.line_ids]


def _note(check: Check, group: list[str], level: str) -> Finding:
    names = and_last(with_code_points(group, shown))
    says = told("the ids {names} of the contest look the same and are not one", names=names)
    if level:
        says = told(
            "the names {names} of {level} look the same and are of different characters; they "
            "were not taken as one",
            names=names,
            level=level,
        )
    return check.finding(
        says,
        evidence=Evidence.NOTE,
        area={level: group[0]} if level else None,
        observed=len(group),
        arithmetic=told("in brackets what they differ in, by its number in Unicode"),
    )
