"""T208, T209, T218: what the reader noticed: subtotals, damaged letters, another reading."""

from __future__ import annotations

from tallyverify.checking import MOST_FINDINGS, CaseFacts, Check, Kept, RowsRead, Seen
from tallyverify.errors import shown
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.language import clauses, counted, enumerated, formula, number, told
from tallyverify.names import look_alikes
from tallyverify.rules.as_read import summarise_as_read
from tallyverify.rules.looking_alike import names_looking_alike, summarise_names
from tallyverify.table import SecondReading, UnlikeCell

_TOLD = 3
"""So many cells that differ stand in the sentence of a finding; more in its arithmetic."""


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
    alike, same = names_looking_alike(check, kept.rows, facts)
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


def second_reading(check: Check, reading: RowsRead, facts: CaseFacts) -> CheckResult:
    """T218: cells that another library reads otherwise; files that none reads."""
    if not facts.second_readings:
        return check.not_applicable(told("no second reading was asked for"))
    read = [one for one in facts.second_readings if not one.reason]
    findings = [_unlike(check, one) for one in read if one.unlike or one.refused]
    without = clauses(
        formula("{file}: {said}", file=one.file, said=one.reason)
        for one in facts.second_readings
        if one.reason
    )
    cells, unlike = sum(one.cells for one in read), sum(one.unlike for one in read)
    if without and not findings:
        return check.not_applicable(without)
    libraries = enumerated(sorted({one.library for one in read}))
    said = told(
        "{cells} compared, read by {libraries}",
        cells=counted(cells, "cell", "cells"),
        libraries=libraries,
    )
    reason = clauses([said, without]) if without else said
    return check.result(findings, reason=reason, statistic=unlike)


def _unlike(check: Check, one: SecondReading) -> Finding:
    if one.refused:
        says = told(
            "{file}: {library} cannot read it: {said}",
            file=one.file,
            library=one.library,
            said=shown(one.refused),
        )
        return check.finding(
            says, arithmetic=told("one library reads the file, the other does not")
        )
    return check.finding(
        told(
            "{file}: {unlike} of {cells} are others where {library} reads them: {texts}",
            file=one.file,
            unlike=number(one.unlike),
            cells=counted(one.cells, "cell", "cells"),
            library=one.library,
            texts=_first(one.shown, _TOLD, one.unlike),
        ),
        observed=one.unlike,
        expected=0,
        arithmetic=_first(one.shown, len(one.shown), one.unlike),
    )


def _first(cells: tuple[UnlikeCell, ...], most: int, every: int) -> str:
    texts = [
        told(
            "row {row}, column {column}: {first} and {second}",
            row=str(one.row),
            column=shown(one.column),
            first=shown(one.first),
            second=shown(one.second),
        )
        for one in cells[:most]
    ]
    if every <= len(texts):
        return clauses(texts)
    return told("{names} and {more} more", names=clauses(texts), more=number(every - len(texts)))


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
    summarise_names,
    "kept",
)
T218 = Check(
    "T218",
    told("Cells that another library reads otherwise"),
    "rules",
    Evidence.QUALITY,
    second_reading,
    summarise_as_read,
    "reading",
    needs=told("a second reading (--second-reading)"),
    assumptions=told("delimited text, xlsx and Parquet; two libraries may err alike"),
)
CHECKS = (T208, T209)
