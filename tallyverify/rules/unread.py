"""R106, T218: figures that were not read, and cells that another library reads otherwise."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from tallyverify.checking import CaseFacts, Check, RowsRead, first_rows
from tallyverify.errors import shown
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.language import clauses, counted, enumerated, formula, number, told
from tallyverify.model import MAX_COUNT
from tallyverify.rules.as_read import summarise_as_read
from tallyverify.table import DIFFERS, UNREAD_COLUMNS, ActaTable, SecondReading, UnlikeCell

_TOLD = 3
"""So many cells that differ stand in the sentence of a finding; more in its arithmetic."""


@dataclass(frozen=True)
class Unread:
    """Cells not read, the first of them to be listed, and empty figures by column."""

    found: int
    cells: pd.DataFrame
    empty: dict[str, int]

    def __add__(self, other: Unread) -> Unread:
        return Unread(
            self.found + other.found,
            first_rows([self.cells, other.cells]),
            {name: count + other.empty.get(name, 0) for name, count in self.empty.items()},
        )


def summarise_unread(part: ActaTable, facts: CaseFacts) -> Unread:
    """Count what is missing in a part, and why."""
    empty = {}
    for name in part.figures:
        missing = part.figure(name)[1]
        empty[name] = 0 if missing is None else int(missing.sum())
    return Unread(len(part.unread), first_rows([part.unread]), empty)


def _cell(
    check: Check, facts: CaseFacts, row: int, station: str, column: str, text: str, reason: str
) -> Finding:
    place = {
        "file": facts.source.name,
        "row": facts.source.row(int(row)),
        "column": shown(str(column)),
        "text": shown(str(text)),
    }
    if reason == DIFFERS:
        return check.finding(
            told(
                "{file}: row {row}, column {column}: rows of this station differ, {text}; neither "
                "is taken",
                **place,
            ),
            station=str(station),
            arithmetic=told("what is said of a station is the same in all its rows"),
        )
    return check.finding(
        told(
            "{file}: row {row}, column {column}: {text} is not a count; the figure is missing, "
            "not zero",
            **place,
        ),
        station=str(station),
        arithmetic=told(
            "a count is a whole number, not negative, at most {most}", most=number(MAX_COUNT)
        ),
    )


def conclude(check: Check, summary: Unread, facts: CaseFacts) -> CheckResult:
    """One finding for each cell, and a note on the empty ones."""
    findings = [
        _cell(check, facts, *cell)
        for cell in summary.cells[UNREAD_COLUMNS].itertuples(index=False, name=None)
    ]
    gaps = {name: count for name, count in summary.empty.items() if count}
    if gaps:
        each = enumerated(
            formula("{line} {rows}", line=name, rows=number(count)) for name, count in gaps.items()
        )
        findings.append(
            check.finding(
                told("figures missing, empty or unreadable, by line: {each}", each=each),
                evidence=Evidence.NOTE,
                arithmetic=told("a missing figure is taken as unknown, never as zero"),
            )
        )
    return check.result(
        findings,
        reason=told("{cells} could not be read", cells=counted(summary.found, "cell", "cells")),
        statistic=summary.found,
        found=summary.found + bool(gaps),
    )


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


R106 = Check(
    code="R106",
    name=told("Figures that were not read"),
    family="rules",
    evidence=Evidence.QUALITY,
    summarise=summarise_unread,
    conclude=conclude,
    rows="every",
    assumptions=told("what cannot be read exactly is missing, never guessed"),
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
CHECKS = (R106,)
