"""T215, T216: how many sheets there can be, and how many bear witness."""

from __future__ import annotations

from tallyverify.checking import CaseFacts, Check, RowsRead, too_many
from tallyverify.feasibility import allowed_for, stated
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.language import clauses, counted, formula, number, told
from tallyverify.rules.as_read import summarise_as_read
from tallyverify.rules.declared_rows import all_are_declared

_GROWN = 1.1
"""Lists of voters may have grown by so much since they were published."""


def extent(check: Check, reading: RowsRead, facts: CaseFacts) -> CheckResult:
    """T215: more stations, or more registered voters, than there are."""
    seen, declared, registry = reading.seen.stations, facts.declared, facts.registry
    listed_voters = registry.registered if registry and not registry.sizes[1].any() else 0
    stations = max(declared.all_stations or 0 if declared else 0, len(registry) if registry else 0)
    voters = max(declared.registered or 0 if declared else 0, listed_voters)
    if not stations and not voters:
        return check.not_applicable(
            told("neither stations nor registered voters are declared or listed")
        )
    room = allowed_for(facts, seen.stations).sheets
    mean = seen.registered_seen / max(seen.stations, 1)
    here = seen.registered_seen
    asked = (
        (
            counted(seen.stations, "station", "stations"),
            seen.stations,
            stations,
            stations + room,
        ),
        (
            counted(here, "registered voter", "registered voters"),
            here,
            voters,
            _GROWN * voters + room * mean,
        ),
    )
    return check.result([_more(check, *one) for one in asked if one[2] and one[1] > one[2]])


def _more(check: Check, what: str, here: int, most: int, slack: float) -> Finding:
    grave = here > slack
    says = told("{what} on the sheets, and there are {most}", what=what, most=number(most))
    if grave:
        says = told(
            "{what} on the sheets, and there are {most}: rows stand twice, totals stand among the "
            "sheets, or the numbers are of something else (a station may have several sheets)",
            what=what,
            most=number(most),
        )
    return check.finding(
        says,
        evidence=None if grave else Evidence.NOTE,
        observed=here,
        expected=most,
        arithmetic=formula(
            "{here} − {most} = {more}",
            here=number(here),
            most=number(most),
            more=number(here - most),
        ),
    )


def witnesses(check: Check, reading: RowsRead, facts: CaseFacts) -> CheckResult:
    """T216: rows of the file whose votes do not count, of the stations' own."""
    rows, noticed = reading.rows, reading.noticed
    more = _says_more_than(facts, reading.seen.stations.stations)
    silent = rows.silent if more else 0
    empty = rows.empty if more and not all_are_declared(reading, facts) else 0
    lost = _lost(reading, silent)
    own = rows.rows + noticed.like_stations + noticed.elsewhere
    out = sum(count for count, _ in lost)
    if 2 * empty > own + empty:
        # A file may list stations whose sheets are still to come, but not for the most part.
        own, out = own + empty, out + empty
        lost.append((empty, told("{rows} are empty, or 0 throughout", rows=number(empty))))
    said = clauses(words for count, words in lost if count)
    findings = []
    if facts.undecided_subtotals:
        findings.append(
            check.finding(
                told(
                    "{rows} among the stations look like area subtotals (T208); set "
                    'mapping.subtotals to "leave_out" or "keep", or to a rule that names these '
                    'rows: {{"column": …, "equals": […]}}',
                    rows=counted(len(facts.source.subtotals), "row", "rows"),
                ),
                observed=len(facts.source.subtotals),
            )
        )
    # What holds no legible vote bears no witness at all, however few the rows are.
    mute = rows.unread + silent + rows.illegible
    if too_many(out, own) or 2 * mute > own:
        findings.append(
            check.finding(
                told(
                    "{out} of the file's {own} stations do not bear witness: {why}; say in the "
                    "mapping what these rows mean (missing, status, where_not, subtotals, "
                    "repeated)",
                    out=number(out),
                    own=number(own),
                    why=said,
                ),
                observed=own - out,
                expected=own,
                arithmetic=told(
                    "{out} is more than a tenth of {own}", out=number(out), own=number(own)
                ),
            )
        )
    if noticed.filtered or noticed.totals:
        findings.append(_left_out(check, reading))
    return check.result(findings, reason=said, statistic=out)


def _lost(reading: RowsRead, silent: int) -> list[tuple[int, str]]:
    """Return how many rows bear no witness, by why."""
    rows, noticed = reading.rows, reading.noticed
    totals, unread, illegible = noticed.like_stations, rows.unread, rows.illegible
    beside, off, apart = noticed.elsewhere, rows.off, reading.contested
    return [
        (
            totals,
            told("{rows} were left out as totals and are of a station's size", rows=number(totals)),
        ),
        (unread, told("{rows} have no vote that could be read", rows=number(unread))),
        (silent, told("{rows} hold no vote at all", rows=number(silent))),
        (illegible, told("{rows} have votes that could not be read", rows=number(illegible))),
        (
            beside,
            told(
                "{rows} are empty, but have figures in columns that are not read",
                rows=number(beside),
            ),
        ),
        (off, told("{rows} are wrong by more than a tenth in a balance", rows=number(off))),
        (apart, told("{rows} stand several times with different figures", rows=number(apart))),
    ]


def _left_out(check: Check, reading: RowsRead) -> Finding:
    rows, noticed = reading.rows.rows, reading.noticed
    grave = noticed.totals > max(rows, 2) and not noticed.like_stations
    says = told(
        "{totals} left out as totals, {filtered} by what the mapping asks for",
        totals=counted(noticed.totals, "row", "rows"),
        filtered=number(noticed.filtered),
    )
    if grave:
        says = told("{what}: more totals than stations", what=says)
    return check.finding(
        says,
        evidence=None if grave else Evidence.NOTE,
        observed=noticed.totals,
        arithmetic=told("{rows} kept", rows=counted(rows, "row", "rows")),
    )


def _says_more_than(facts: CaseFacts, seen: int) -> bool:
    """Whether the declared result may hold stations whose rows are empty.

    A row without any vote was perhaps not loaded yet: that is no loss where the declared result
    says itself that it holds no more stations than were seen.
    """
    last = {one.series: (one, row) for one in facts.bulletins for row in one.areas if not row.area}
    every = facts.all_stations
    for bulletin, row in last.values():
        holds = row.stations
        if holds is None and row.coverage is not None and every is not None:
            holds = int(row.coverage * every)
        elif holds is None and stated(facts, bulletin, row, "complete"):
            holds = every
        if holds is None or 10 * seen < 9 * holds:
            return True
    return not last


T215 = Check(
    "T215",
    told("More stations or voters than there are"),
    "rules",
    Evidence.QUALITY,
    extent,
    summarise_as_read,
    "reading",
    needs=told("declared stations or registered voters, or a registry"),
    assumptions=told("lists have grown by a tenth at the most since the number was published"),
)
T216 = Check(
    "T216",
    told("Rows that bear no witness"),
    "rules",
    Evidence.QUALITY,
    witnesses,
    summarise_as_read,
    "reading",
    assumptions=told(
        "nine tenths of the file's own stations must count for a result to be held against them"
    ),
)
CHECKS = (T215, T216)
