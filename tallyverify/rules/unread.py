"""R106: figures that were not read, with the file, row, column and text of each."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from tallyverify.checking import CaseFacts, Check, first_rows
from tallyverify.errors import shown
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.language import counted, enumerated, formula, number, told
from tallyverify.model import MAX_COUNT
from tallyverify.table import DIFFERS, UNREAD_COLUMNS, ActaTable


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
CHECKS = (R106,)
