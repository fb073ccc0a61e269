"""T211 to T213: is the file read as it is meant: its codes, lines and columns?"""

from __future__ import annotations

import re

from tallyverify.checking import CaseFacts, Check, RowsRead, too_many
from tallyverify.errors import listed, shown
from tallyverify.feasibility import allowed_for
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.language import clauses, counted, number, told
from tallyverify.rules.as_read import Judged, summarise_as_read
from tallyverify.rules.declared_rows import (
    all_are_declared,
    by_text,
    declared_by_text,
    declared_crosswise,
    never_declared,
)
from tallyverify.rules.key import CHECKS as OF_THE_KEY
from tallyverify.rules.key import of_rows
from tallyverify.table import Beside

_FEWEST = 10
"""A wrong mapping is suspected from this many sheets that do not add up."""

_IN_PARTS = told("the sheets were not read from a file as a whole")
_OTHER_PAPERS = re.compile(r"nul|blan|white|spoil|inval|void|reject|exhaust", re.IGNORECASE)


def spoiled(check: Check, reading: RowsRead, facts: CaseFacts) -> CheckResult:
    """T211: codes that a spreadsheet has rewritten."""
    if facts.source.noticed is None:
        return check.not_applicable(_IN_PARTS)
    findings = []
    for one in reading.noticed.spoiled:
        grave = one.lost and too_many(one.rows, reading.rows.rows)
        findings.append(
            check.finding(
                told(
                    "column {column} has {codes} {form}, such as {example}: a spreadsheet has "
                    "rewritten what stood there; export the column as text",
                    column=shown(one.column),
                    codes=counted(one.rows, "code", "codes"),
                    form=one.form,
                    example=shown(one.example),
                ),
                evidence=None if grave else Evidence.NOTE,
                observed=one.rows,
                arithmetic=of_rows(one.rows, reading),
            )
        )
    return check.result(findings, statistic=sum(one.rows for one in reading.noticed.spoiled))


def lines(check: Check, reading: RowsRead, facts: CaseFacts) -> CheckResult:
    """T212: a balance that fails on most sheets says that a column was mistaken."""
    findings = []
    for code, one in reading.rows.balances.items():
        named = code == "R101" and valid_are_named(facts)
        wrong = one.wrong + (one.above if named else 0)
        if wrong >= _FEWEST and 2 * wrong > one.judged:
            findings.append(_mistaken(check, code, wrong, one, reading))
        elif code == "R101" and not all_are_declared(reading, facts):
            findings += _on_some(check, one, named=named)
    return check.result(findings, statistic=len(findings))


def _on_some(check: Check, one: Judged, *, named: bool) -> list[Finding]:
    """Many sheets that fail in one way: slips touch few, and go both ways.

    Votes short of the valid ones may be for others. They are not where most sheets hold no others,
    and these hold many.
    """
    even = one.judged - one.wrong - one.above
    short = one.above if named else one.far_above if 2 * even > one.judged else 0
    judged = number(one.judged)
    ways = (
        (
            one.wrong,
            told(
                "on {wrong} of {judged} sheets the candidates sum to more than the valid votes "
                "(R101), each in the same way: which columns are exchanged on these sheets, or "
                "which votes on them are not mapped?",
                wrong=number(one.wrong),
                judged=judged,
            ),
        ),
        (
            short,
            told(
                "on {wrong} of {judged} sheets the candidates sum to less than the valid votes "
                "(R101), each in the same way: which columns are exchanged on these sheets, or "
                "which votes on them are not mapped?",
                wrong=number(short),
                judged=judged,
            ),
        ),
    )
    return [
        check.finding(
            says,
            observed=wrong,
            arithmetic=told(
                "{judged} sheets judged, {even} of them add up", judged=judged, even=number(even)
            ),
        )
        for wrong, says in ways
        if too_many(wrong, one.judged, least=_FEWEST)
    ]


_MISTAKEN = {
    "R101": told("the candidates do not sum to the valid votes (R101)"),
    "R102": told("valid, null and blank votes do not make up the ballots (R102)"),
    "R103": told("there are many more ballots than registered voters (R103)"),
    "R104": told("there are many more ballots than voters who signed (R104)"),
}


def _mistaken(check: Check, code: str, wrong: int, one: Judged, reading: RowsRead) -> Finding:
    mend = reading.noticed.mend
    for beside in reading.noticed.beside if code == "R101" else ():
        mend = told(
            "with {columns}, which it does not read, they do", columns=listed(beside.columns)
        )
    says = told(
        "on {wrong} of {judged} sheets {what}: the mapping probably names a wrong column",
        wrong=number(wrong),
        judged=number(one.judged),
        what=_MISTAKEN[code],
    )
    return check.finding(
        clauses([says, mend]) if mend else says,
        observed=wrong,
        arithmetic=told(
            "{judged} sheets judged, {wrong} wrong by every convention",
            judged=number(one.judged),
            wrong=number(wrong),
        ),
    )


def columns(check: Check, reading: RowsRead, facts: CaseFacts) -> CheckResult:
    """T213: columns, and parts of the case, that are not read and should perhaps be."""
    findings = declared_crosswise(check, reading, facts)
    if facts.source.noticed is None:
        return check.not_applicable(_IN_PARTS, findings)
    findings += [_left_out(check, one, facts) for one in reading.noticed.beside]
    for one in reading.noticed.statuses:
        grave = too_many(one.not_counted, reading.rows.rows) or (
            one.not_counted > allowed_for(facts, reading.seen.stations.stations).sheets
            and not all_are_declared(reading, facts)
        )
        findings.append(
            check.finding(
                told(
                    "column {column} looks like the status of each sheet and is not read, so that "
                    "every sheet counts; say in mapping.status which texts are counted, annulled "
                    "and pending, or leave rows out by mapping.where_not",
                    column=shown(one.column),
                ),
                evidence=None if grave else Evidence.NOTE,
                observed=one.not_counted,
                arithmetic=by_text(one.texts),
            )
        )
    findings += declared_by_text(check, reading, facts) + never_declared(check, reading, facts)
    return check.result(findings, statistic=len(findings))


def _left_out(check: Check, one: Beside, facts: CaseFacts) -> Finding:
    """Votes for others, if the declared result has such, or papers without a vote; else our own."""
    others = all(map(_OTHER_PAPERS.search, one.columns)) or not valid_are_named(facts, asked=True)
    says = told(
        "the votes of the mapping and {columns}, which it does not read, are together the line "
        "{line}",
        columns=listed(one.columns),
        line=one.line,
    )
    return check.finding(
        told("{what}: told only", what=says)
        if others
        else told("{what}: map these too, or the candidates' votes are incomplete", what=says),
        evidence=Evidence.NOTE if others else None,
        observed=one.rows,
        arithmetic=told(
            "so on {rows} of {sheets}",
            rows=number(one.rows),
            sheets=counted(one.judged, "sheet", "sheets"),
        ),
    )


def valid_are_named(facts: CaseFacts, *, asked: bool = False) -> bool:
    """Whether valid votes are, as far as is known, those for the candidates and no others.

    On sheets they may hold blank ones, or votes for nobody whom the contest names. That is not
    supposed where the declared result says otherwise. Where it states no valid votes it says
    nothing: then it is supposed, unless ``asked`` of votes that a column of the file holds.
    """
    if facts.contest.valid_includes_blank:
        return False
    every = set(facts.contest.candidate_ids)
    beside = [
        row.valid - sum(row.figures.values())
        for bulletin in facts.bulletins
        for row in bulletin.areas
        if row.valid is not None and row.candidates == every
    ]
    if not beside:
        return facts.declared is None or asked
    return 0 in beside and max(beside) == 0


T211 = Check(
    "T211",
    told("Codes that a spreadsheet rewrote"),
    "rules",
    Evidence.QUALITY,
    spoiled,
    summarise_as_read,
    "reading",
    assumptions=told("looked for in files read whole, first on a sample of rows"),
)
T212 = Check(
    "T212",
    told("Lines that fail on most sheets"),
    "rules",
    Evidence.QUALITY,
    lines,
    summarise_as_read,
    "reading",
    assumptions=told("by the convention that fits best, and on ten sheets at least"),
)
T213 = Check(
    "T213",
    told("Columns that are not read"),
    "rules",
    Evidence.QUALITY,
    columns,
    summarise_as_read,
    "reading",
    assumptions=told("looked for in files read whole"),
)
CHECKS = (T211, *OF_THE_KEY, T212, T213)  # the cause before what comes of it
