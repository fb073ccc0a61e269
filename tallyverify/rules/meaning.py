"""T211 to T213, T217: is the file read as it is meant: its key, codes, lines and columns?"""

from __future__ import annotations

import re

from tallyverify.checking import CaseFacts, Check, RowsRead, too_many
from tallyverify.errors import listed, shown
from tallyverify.feasibility import allowed_for
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.language import counted, number
from tallyverify.rules.as_read import Judged, summarise_as_read
from tallyverify.rules.declared_rows import (
    all_are_declared,
    declared_by_text,
    declared_crosswise,
    never_declared,
)
from tallyverify.table import Beside

_FEW_COPIES = 2
"""So many parts of stations with the same figures may be chance, or slips that change little."""
_FEWEST = 10
"""A wrong mapping is suspected from this many sheets that do not add up."""

_IN_PARTS = "the sheets were not read from a file as a whole"
_OTHER_PAPERS = re.compile(r"nul|blan|white|spoil|inval|void|reject|exhaust", re.IGNORECASE)


def key_names_each_once(check: Check, reading: RowsRead, facts: CaseFacts) -> CheckResult:
    """T217: does the key name each station once?"""
    noticed, apart = reading.noticed, len(reading.repeats.different)
    stations = max(reading.seen.stations.stations, apart)
    remedy = "the mapping's key probably does not name each station once"
    if noticed.unique_with:
        remedy += (
            f"; with {listed(noticed.unique_with)} in mapping.station it would (or say "
            '"repeated": "sum", if these rows are parts of one station that add up)'
        )
    more = f"{counted(noticed.repeated, 'row', 'rows')} more than the {counted(reading.rows.rows, 'key', 'keys')}"
    findings = []
    # A column with which the key would be unique is evidence, however few the rows are.
    if 2 * apart > stations or (
        noticed.unique_with and too_many(reading.contested, reading.rows.rows, least=1)
    ):
        findings.append(
            check.finding(
                f"{number(apart)} of {counted(stations, 'station', 'stations')} stand several times with "
                f"different figures (T202): {remedy}",
                observed=reading.contested,
                arithmetic=f"{number(reading.contested)} of {counted(reading.rows.rows, 'row', 'rows')} "
                "share their key with another that differs",
            )
        )
    # What several rows of one station mean was said; but one station has one list of voters.
    merged = facts.source.mapping is not None and facts.source.mapping.repeated != "hull"
    if merged and too_many(noticed.other_lists, max(reading.rows.rows, 1)):
        findings.append(
            check.finding(
                f"{counted(noticed.other_lists, 'key', 'keys')} stand several times with different "
                f"numbers of registered voters, and mapping.repeated makes each one station: "
                f"{remedy}",
                observed=noticed.other_lists,
                arithmetic=more,
            )
        )
    if noticed.copied > max(_FEW_COPIES, reading.rows.rows // 100):
        findings.append(
            check.finding(
                f"mapping.repeated adds up {counted(noticed.copied, 'row', 'rows')} that hold all figures "
                "of another row of their station, as copies do: leave the copies out, or name the "
                "column that tells the parts apart in mapping.station",
                observed=noticed.copied,
                arithmetic=more,
            )
        )
    if noticed.twins > allowed_for(facts, stations).sheets:
        findings.append(
            check.finding(
                f"{counted(noticed.twins, 'row', 'rows')} hold all figures of another station, which "
                "chance does not make so often: are they copies under other keys, to be left out, "
                "or versions (mapping.repeated)?",
                observed=noticed.twins,
                arithmetic=f"{number(noticed.twins)} of {counted(reading.rows.rows, 'row', 'rows')}",
            )
        )
    column, versions = noticed.versions
    if versions > allowed_for(facts, stations).sheets:
        findings.append(
            check.finding(
                f"column {shown(column)} of the key alone tells {counted(versions, 'row', 'rows')} from "
                "another with the same figures or nearly, as versions of one sheet have: take it "
                "out of mapping.station, and say what counts with mapping.repeated",
                observed=versions,
                arithmetic=f"{number(versions)} of {counted(reading.rows.rows, 'row', 'rows')}",
            )
        )
    if noticed.unlike and too_many(noticed.repeated, reading.rows.rows + noticed.repeated):
        findings.append(
            check.finding(
                f"mapping.repeated takes {counted(noticed.repeated, 'row', 'rows')} for versions of other "
                f"sheets, and {number(noticed.unlike)} of them lie in another area or have other "
                f"votes throughout, as sheets of different stations do: {remedy}",
                observed=noticed.unlike,
                arithmetic=f"{counted(noticed.repeated, 'row', 'rows')} more than keys",
            )
        )
    return check.result(findings, statistic=reading.contested)


def spoiled(check: Check, reading: RowsRead, facts: CaseFacts) -> CheckResult:
    """T211: codes that a spreadsheet has rewritten."""
    if facts.source.noticed is None:
        return check.not_applicable(_IN_PARTS)
    findings = []
    for one in reading.noticed.spoiled:
        grave = "behind" not in one.form and too_many(one.rows, reading.rows.rows)
        findings.append(
            check.finding(
                f"column {shown(one.column)} has {counted(one.rows, 'code', 'codes')} {one.form}, such as "
                f"{shown(one.example)}: a spreadsheet has rewritten what stood there; export the "
                "column as text",
                evidence=None if grave else Evidence.NOTE,
                observed=one.rows,
                arithmetic=f"{number(one.rows)} of {counted(reading.rows.rows, 'row', 'rows')}",
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
    return [
        check.finding(
            f"on {number(wrong)} of {number(one.judged)} sheets the candidates sum to {how} than "
            "the valid votes (R101), each in the same way: which columns are exchanged on these "
            "sheets, or which votes on them are not mapped?",
            observed=wrong,
            arithmetic=f"{number(one.judged)} sheets judged, {number(even)} of them add up",
        )
        for wrong, how in ((one.wrong, "more"), (short, "less"))
        if too_many(wrong, one.judged, least=_FEWEST)
    ]


def _mistaken(check: Check, code: str, wrong: int, one: Judged, reading: RowsRead) -> Finding:
    says = {
        "R101": "the candidates do not sum to the valid votes (R101)",
        "R102": "valid, null and blank votes do not make up the ballots (R102)",
        "R103": "there are many more ballots than registered voters (R103)",
        "R104": "there are many more ballots than voters who signed (R104)",
    }[code]
    mend = reading.noticed.mend
    for beside in reading.noticed.beside if code == "R101" else ():
        mend = f"with {listed(beside.columns)}, which it does not read, they do"
    return check.finding(
        f"on {number(wrong)} of {number(one.judged)} sheets {says}: the mapping probably names a "
        "wrong column" + (f"; {mend}" if mend else ""),
        observed=wrong,
        arithmetic=f"{number(one.judged)} sheets judged, {number(wrong)} wrong by every convention",
    )


def columns(check: Check, reading: RowsRead, facts: CaseFacts) -> CheckResult:
    """T213: columns, and parts of the case, that are not read and should perhaps be."""
    findings = _captures(check, facts) + declared_crosswise(check, reading, facts)
    if facts.source.noticed is None:
        return check.not_applicable(_IN_PARTS, findings)
    findings += [_left_out(check, one, facts) for one in reading.noticed.beside]
    for one in reading.noticed.statuses:
        texts = ", ".join(f"{shown(text)} {number(rows)}" for text, rows in one.texts)
        grave = too_many(one.not_counted, reading.rows.rows) or (
            one.not_counted > allowed_for(facts, reading.seen.stations.stations).sheets
            and not all_are_declared(reading, facts)
        )
        findings.append(
            check.finding(
                f"column {shown(one.column)} looks like the status of each sheet and is not read, "
                "so that every sheet counts; say in mapping.status which texts are counted, "
                "annulled and pending, or leave rows out by mapping.where_not",
                evidence=None if grave else Evidence.NOTE,
                observed=one.not_counted,
                arithmetic=texts,
            )
        )
    findings += declared_by_text(check, reading, facts) + never_declared(check, reading, facts)
    return check.result(findings, statistic=len(findings))


def _captures(check: Check, facts: CaseFacts) -> list[Finding]:
    if not facts.captures:
        return []
    return [
        check.finding(
            f"other captures of the same stations ({listed(facts.captures)}) are named in the "
            "case and not compared by this version: the verdict rests on the first alone",
            evidence=Evidence.NOTE,
        )
    ]


def _left_out(check: Check, one: Beside, facts: CaseFacts) -> Finding:
    """Votes for others, if the declared result has such, or papers without a vote; else our own."""
    others = all(map(_OTHER_PAPERS.search, one.columns)) or not valid_are_named(facts, asked=True)
    named = listed(one.columns)
    return check.finding(
        f"the votes of the mapping and {named}, which it does not read, are together the line "
        f"{one.line}: "
        + ("told only" if others else "map these too, or the candidates' votes are incomplete"),
        evidence=Evidence.NOTE if others else None,
        observed=one.rows,
        arithmetic=f"so on {number(one.rows)} of {counted(one.judged, 'sheet', 'sheets')}",
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


T217 = Check(
    "T217",
    "The key names each station once",
    "rules",
    Evidence.QUALITY,
    key_names_each_once,
    summarise_as_read,
    "reading",
    assumptions="a column that would make the key unique is looked for in files read whole",
)
T211 = Check(
    "T211",
    "Codes that a spreadsheet rewrote",
    "rules",
    Evidence.QUALITY,
    spoiled,
    summarise_as_read,
    "reading",
    assumptions="looked for in files read whole, first on a sample of rows",
)
T212 = Check(
    "T212",
    "Lines that fail on most sheets",
    "rules",
    Evidence.QUALITY,
    lines,
    summarise_as_read,
    "reading",
    assumptions="by the convention that fits best, and on ten sheets at least",
)
T213 = Check(
    "T213",
    "Columns that are not read",
    "rules",
    Evidence.QUALITY,
    columns,
    summarise_as_read,
    "reading",
    assumptions="looked for in files read whole",
)
CHECKS = (T211, T217, T212, T213)  # the cause before what comes of it
