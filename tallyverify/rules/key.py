"""T217: does the key name each station once, and no station twice?"""

from __future__ import annotations

from tallyverify.checking import CaseFacts, Check, RowsRead, too_many
from tallyverify.errors import listed, shown
from tallyverify.feasibility import allowed_for
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.language import clauses, counted, number, told
from tallyverify.rules.as_read import summarise_as_read
from tallyverify.table import Noticed

_FEW_COPIES = 2
"""So many parts of stations with the same figures may be chance, or slips that change little."""


def key_names_each_once(check: Check, reading: RowsRead, facts: CaseFacts) -> CheckResult:
    """T217: does the key name each station once?"""
    noticed, apart = reading.noticed, len(reading.repeats.different)
    stations = max(reading.seen.stations.stations, apart)
    remedy = _remedy(noticed)
    findings = []
    # A column with which the key would be unique is evidence, however few the rows are.
    if 2 * apart > stations or (
        noticed.unique_with and too_many(reading.contested, reading.rows.rows, least=1)
    ):
        findings.append(
            check.finding(
                told(
                    "{apart} of {stations} stand several times with different figures (T202): "
                    "{remedy}",
                    apart=number(apart),
                    stations=counted(stations, "station", "stations"),
                    remedy=remedy,
                ),
                observed=reading.contested,
                arithmetic=told(
                    "{contested} of {rows} share their key with another that differs",
                    contested=number(reading.contested),
                    rows=counted(reading.rows.rows, "row", "rows"),
                ),
            )
        )
    findings += _merged(check, reading, facts, remedy)
    findings += _alike(check, reading, allowed_for(facts, stations).sheets)
    if noticed.unlike and too_many(noticed.repeated, reading.rows.rows + noticed.repeated):
        findings.append(
            check.finding(
                told(
                    "mapping.repeated takes {rows} for versions of other sheets, and {unlike} of "
                    "them lie in another area or have other votes throughout, as sheets of "
                    "different stations do: {remedy}",
                    rows=counted(noticed.repeated, "row", "rows"),
                    unlike=number(noticed.unlike),
                    remedy=remedy,
                ),
                observed=noticed.unlike,
                arithmetic=told(
                    "{rows} more than keys", rows=counted(noticed.repeated, "row", "rows")
                ),
            )
        )
    return check.result(findings, statistic=reading.contested)


def _remedy(noticed: Noticed) -> str:
    says = told("the mapping's key probably does not name each station once")
    if not noticed.unique_with:
        return says
    with_more = told(
        'with {columns} in mapping.station it would (or say "repeated": "sum", if these rows are '
        "parts of one station that add up)",
        columns=listed(noticed.unique_with),
    )
    return clauses([says, with_more])


def _merged(check: Check, reading: RowsRead, facts: CaseFacts, remedy: str) -> list[Finding]:
    """Rows that the mapping makes one station, and that look like other stations or copies."""
    noticed, rows = reading.noticed, reading.rows.rows
    more = told(
        "{rows} more than the {keys}",
        rows=counted(noticed.repeated, "row", "rows"),
        keys=counted(rows, "key", "keys"),
    )
    findings = []
    # What several rows of one station mean was said; but one station has one list of voters.
    merged = facts.source.mapping is not None and facts.source.mapping.repeated != "hull"
    if merged and too_many(noticed.other_lists, max(rows, 1)):
        findings.append(
            check.finding(
                told(
                    "{keys} stand several times with different numbers of registered voters, and "
                    "mapping.repeated makes each one station: {remedy}",
                    keys=counted(noticed.other_lists, "key", "keys"),
                    remedy=remedy,
                ),
                observed=noticed.other_lists,
                arithmetic=more,
            )
        )
    if noticed.copied > max(_FEW_COPIES, rows // 100):
        findings.append(
            check.finding(
                told(
                    "mapping.repeated adds up {rows} that hold all figures of another row of their "
                    "station, as copies do: leave the copies out, or name the column that tells "
                    "the parts apart in mapping.station",
                    rows=counted(noticed.copied, "row", "rows"),
                ),
                observed=noticed.copied,
                arithmetic=more,
            )
        )
    return findings


def _alike(check: Check, reading: RowsRead, allowed: int) -> list[Finding]:
    """More rows than are allowed for with the figures of another."""
    twins, (column, versions) = reading.noticed.twins, reading.noticed.versions
    findings = []
    if twins > allowed:
        findings.append(
            check.finding(
                told(
                    "{rows} hold all figures of another station, which chance does not make so "
                    "often: are they copies under other keys, to be left out, or versions "
                    "(mapping.repeated)?",
                    rows=counted(twins, "row", "rows"),
                ),
                observed=twins,
                arithmetic=of_rows(twins, reading),
            )
        )
    if versions > allowed:
        findings.append(
            check.finding(
                told(
                    "column {column} of the key alone tells {rows} from another with the same "
                    "figures or nearly, as versions of one sheet have: take it out of "
                    "mapping.station, and say what counts with mapping.repeated",
                    column=shown(column),
                    rows=counted(versions, "row", "rows"),
                ),
                observed=versions,
                arithmetic=of_rows(versions, reading),
            )
        )
    return findings


def of_rows(some: int, reading: RowsRead) -> str:
    """Return some rows of all in words."""
    rows = counted(reading.rows.rows, "row", "rows")
    return told("{some} of {rows}", some=number(some), rows=rows)


T217 = Check(
    "T217",
    told("The key names each station once"),
    "rules",
    Evidence.QUALITY,
    key_names_each_once,
    summarise_as_read,
    "reading",
    assumptions=told("a column that would make the key unique is looked for in files read whole"),
)
CHECKS = (T217,)
