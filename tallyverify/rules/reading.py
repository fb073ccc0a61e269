"""T208, T209: what the reader noticed: subtotals among the stations, damaged letters."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow.compute as pc

from tallyverify.checking import MOST_FINDINGS, CaseFacts, Check, Kept, Seen
from tallyverify.errors import shown
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.language import clauses, formula, told, told_of
from tallyverify.names import folded, look_alikes
from tallyverify.rules.joining import told_apart
from tallyverify.table import ActaTable, looking_alike


def subtotals(check: Check, summary: None, facts: CaseFacts) -> CheckResult:
    """T208: rows that look like area subtotals, and what became of them."""
    rows = facts.source.subtotals
    outcome, evidence = {
        True: (told("left out, as the mapping says"), Evidence.NOTE),
        False: (told("kept as a station, as the mapping says"), Evidence.NOTE),
        None: (
            told(
                "it is not counted, and no sum is compared until mapping.subtotals says "
                '"leave_out" or "keep", or names these rows by a rule'
            ),
            Evidence.QUALITY,
        ),
    }[facts.source.subtotals_left_out]
    findings = [
        check.finding(
            told(
                "{file}: {row} looks like a subtotal, not a station; {outcome}",
                file=facts.source.name,
                row=row,
                outcome=outcome,
            ),
            evidence=evidence,
            arithmetic=why,
        )
        for row, why in list(zip(rows, facts.source.subtotal_why, strict=True))[:MOST_FINDINGS]
    ]
    return check.result(findings, statistic=len(rows), found=len(rows))


def text(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """T209: letters damaged by a wrong encoding; how the text was read; names nearly alike."""
    findings = [
        check.finding(
            told(
                "{file}: the name {name} looks damaged by a wrong encoding; it was left as it is",
                file=facts.source.name,
                name=shown(name),
            ),
        )
        for name in facts.source.damaged[:MOST_FINDINGS]
    ]
    alike, same = _looking_alike(check, kept.rows, facts)
    alike += _look_alikes(check, kept.seen, facts)
    others = [one.source for one in (facts.registry, facts.earlier) if one is not None]
    of_others = (
        formula("{file}: {said}", file=one.name, said=said) for one in others for said in one.told
    )
    of_declared = facts.declared.respelt if facts.declared is not None else ()
    return check.result(
        findings + alike,
        reason=clauses(
            (*facts.source.text, *facts.source.respelt, *of_others, *of_declared, *same)
        ),
        statistic=len(facts.source.damaged),
        found=len(facts.source.damaged) + len(alike),
    )


def _look_alikes(check: Check, seen: Seen, facts: CaseFacts) -> list[Finding]:
    """Notes on declared areas of the two largest levels that no sheet names, but one nearly."""
    notes = []
    for depth, level in enumerate(facts.levels[:2]):
        names = {names[depth] for names in seen.totals.regions if len(names) == depth + 1}
        declared = {area[level] for area in facts.areas if level in area}
        notes += [
            check.finding(
                told(
                    "declared for {one}, and the sheets have {other}: they differ in {what} alone, "
                    "and were not taken as one",
                    one=shown(pair.one),
                    other=shown(pair.other),
                    what=pair.differ,
                ),
                evidence=Evidence.NOTE,
                area={level: pair.one},
                arithmetic=told(
                    "{level} {one} is on no sheet, {other} in no declared row",
                    level=level,
                    one=shown(pair.one),
                    other=shown(pair.other),
                ),
            )
            for pair in look_alikes(declared, names)
        ]
    return notes


@dataclass(frozen=True)
class _AreaNames:
    """The names of areas on the sheets, by level."""

    by_level: dict[str, frozenset[str]]

    def __add__(self, other: _AreaNames) -> _AreaNames:
        return _AreaNames(
            {level: one | other.by_level[level] for level, one in self.by_level.items()}
        )


def _names_of(part: ActaTable, facts: CaseFacts) -> _AreaNames:
    """Collect the names of a part."""
    names = {level: pc.unique(part.frame[level].array.__arrow_array__()) for level in part.levels}
    return _AreaNames(
        {level: frozenset(filter(None, column.to_pylist())) for level, column in names.items()}
    )


def _looking_alike(
    check: Check, names: _AreaNames, facts: CaseFacts
) -> tuple[list[Finding], list[str]]:
    """Return a note on each set of names that were not joined, and in words how many were."""
    notes: list[Finding] = []
    said: list[str] = []
    for level in facts.levels:
        every = set(names.by_level[level]) | {area[level] for area in facts.areas if level in area}
        for other in (facts.registry, facts.earlier):
            if other is not None and level in other.frame.columns:
                every |= set(other.frame[level].dropna().unique())
        one: list[list[str]] = []
        apart: list[list[str]] = []
        for group in looking_alike(map(str, every)):
            (one if len(set(map(folded, group))) == 1 else apart).append(group)
        notes += [_note(check, group, level) for group in apart]
        if one:
            said.append(
                told_of(
                    len(one),
                    "{count} name of {level} is written in different characters that look the "
                    "same, {names}: taken as one",
                    "{count} names of {level} are written in different characters that look the "
                    "same, such as {names}: each taken as one",
                    level=level,
                    names=told_apart(one[0], shown),
                )
            )
    notes += [_note(check, group, "") for group in looking_alike(_ids(facts))]
    return notes, said


def _ids(facts: CaseFacts) -> list[str]:
    options = (option for row in facts.contest.candidates for option in row.options)
    return [*facts.contest.candidate_ids, *options, *facts.contest.line_ids]


def _note(check: Check, group: list[str], level: str) -> Finding:
    names = told_apart(group, shown)
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


T208 = Check(
    "T208",
    told("Area subtotals among the stations"),
    "rules",
    Evidence.QUALITY,
    subtotals,
    assumptions=told(
        "found by label in every file; by arithmetic in files that are read whole, not in Parquet"
    ),
)
T209 = Check(
    "T209",
    told("How letters, sheets and names were read"),
    "rules",
    Evidence.QUALITY,
    text,
    _names_of,
    "kept",
)
CHECKS = (T208, T209)
