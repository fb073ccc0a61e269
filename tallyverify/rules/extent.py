"""T214 to T216: where sheets lie, how many there can be, and how many bear witness."""

from __future__ import annotations

from tallyverify.checking import CaseFacts, Check, Names, RowsRead, too_many
from tallyverify.errors import listed, nearest, shown
from tallyverify.feasibility import allowed_for, stated
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.language import counted, number
from tallyverify.names import folded, look_alikes
from tallyverify.rules.as_read import deep, is_place, summarise_as_read
from tallyverify.rules.declared_rows import all_are_declared

_GROWN = 1.1
"""Lists of voters may have grown by so much since they were published."""


def areas_named(check: Check, reading: RowsRead, facts: CaseFacts) -> CheckResult:
    """T214: sheets that name no area, and areas that only one side names."""
    if not facts.levels:
        return check.not_applicable("the actas name no areas")
    declared = {level for area in facts.areas for level in area}
    findings = []
    for level, rows in reading.rows.placeless.items():
        if rows:
            grave = level in declared and too_many(rows, reading.rows.rows, least=1)
            findings.append(
                check.finding(
                    f"{counted(rows, 'sheet', 'sheets')} of {number(reading.rows.rows)} name no {level}"
                    + (
                        ", and there are results by it: if only the first row of each is "
                        "labelled, set mapping.fill_down"
                        if grave
                        else ""
                    ),
                    evidence=None if grave else Evidence.NOTE,
                    observed=rows,
                    arithmetic="an empty cell, NA and the like are no place",
                )
            )
    for levels in filter(None, facts.patterns):
        findings += _one_sided(check, reading, facts, levels)
    return check.result(findings, statistic=sum(reading.rows.placeless.values()))


def _one_sided(check: Check, reading: RowsRead, facts: CaseFacts, levels: Names) -> list[Finding]:
    """Areas by these levels that the sheets name and no bulletin, or a bulletin and no sheet."""
    named, regions = facts.patterns[levels], reading.seen.totals.regions
    here = {names: row for names, row in regions.items() if len(names) == len(levels)}
    if deep(levels, facts):
        here = reading.rows.areas[levels]
    folds = {names: tuple(map(folded, names)) for names in here}
    strange = {
        names: here[names]
        for names, fold in folds.items()
        if fold not in named and all(is_place(name, facts.source) for name in names)
    }
    known = set(folds.values())
    absent = [tuple(facts.areas[at].values()) for fold, at in named.items() if fold not in known]
    sheets, votes = (int(sum(row[at] for row in strange.values())) for at in (0, 1))
    level, left, findings = levels[-1], _left_for_others(facts, levels), []
    if strange:
        names = sorted(names[-1] for names in strange)
        close = _close(names, [area[-1] for area in absent])
        alike = look_alikes(names, [facts.areas[at][level] for at in named.values()])
        same = look_alikes(map(" / ".join, strange), map(" / ".join, absent))
        # Where the named areas make up the whole, and the whole has no fewer votes than all sheets
        # together, it is the names that do not fit, not the votes.
        renamed = left == 0 and votes > 0 and _whole_holds(reading, facts)
        none_known = len(absent) == len(named) > 1
        grave = sheets > allowed_for(facts, reading.seen.stations.stations).sheets and (
            renamed
            or (left is None and (bool(same) or none_known))
            or (left is not None and votes > left and bool(close or alike or none_known))
        )
        findings.append(
            check.finding(
                f"{counted(sheets, 'sheet', 'sheets')} lie in {counted(len(strange), 'area', 'areas')} that no "
                f"bulletin names ({level}: {listed(names, 3)}){close}"
                + (": spell the names alike on both sides" if grave else ""),
                evidence=None if grave else Evidence.NOTE,
                observed=sheets,
                arithmetic=f"{counted(votes, 'valid vote', 'valid votes')} on these sheets"
                + ("" if left is None else f"; {number(left)} declared outside the named areas"),
            )
        )
    if absent:
        names = sorted(area[-1] for area in absent)
        close = _close(names, [area[-1] for area in strange])
        findings.append(
            check.finding(
                f"no sheet lies in {counted(len(absent), 'area', 'areas')} of the declared result "
                f"({level}: {listed(names, 3)}){close}",
                evidence=Evidence.NOTE,
                observed=len(absent),
                arithmetic=f"{number(len(named))} areas declared by {level}",
            )
        )
    return findings


def _whole_holds(reading: RowsRead, facts: CaseFacts) -> bool:
    """Whether what was declared of the whole last is no less than what all sheets hold."""
    sums = reading.seen.totals.sums
    last = [row for one in facts.bulletins for row in one.areas if not row.area and row.figures]
    return bool(last) and all(
        sums.get((name,), 0) <= votes for name, votes in last[-1].figures.items()
    )


def _close(names: list[str], among: list[str]) -> str:
    hints = ((name, nearest(name, among)) for name in names[:20])
    return next((f"; {shown(name)}: {hint}" for name, hint in hints if hint), "")


def _left_for_others(facts: CaseFacts, levels: tuple[str, ...]) -> int | None:
    """Return the votes of the whole that no declared area of these levels has, if both are said."""
    for bulletin in reversed(facts.bulletins):
        whole = [sum(row.figures.values()) for row in bulletin.areas if not row.area]
        parts = [sum(row.figures.values()) for row in bulletin.areas if tuple(row.area) == levels]
        if parts and whole and whole[0]:
            return max(whole[0] - sum(parts), 0)
    return None


def extent(check: Check, reading: RowsRead, facts: CaseFacts) -> CheckResult:
    """T215: more stations, or more registered voters, than there are."""
    seen, declared, registry = reading.seen.stations, facts.declared, facts.registry
    listed_voters = registry.registered if registry and not registry.sizes[1].any() else 0
    stations = max(declared.all_stations or 0 if declared else 0, len(registry) if registry else 0)
    voters = max(declared.registered or 0 if declared else 0, listed_voters)
    if not stations and not voters:
        return check.not_applicable("neither stations nor registered voters are declared or listed")
    room = allowed_for(facts, seen.stations).sheets
    mean = seen.registered_seen / max(seen.stations, 1)
    findings = []
    for what, here, most, slack in (
        (("station", "stations"), seen.stations, stations, stations + room),
        (
            ("registered voter", "registered voters"),
            seen.registered_seen,
            voters,
            _GROWN * voters + room * mean,
        ),
    ):
        if most and here > most:
            grave = here > slack
            findings.append(
                check.finding(
                    f"{counted(here, *what)} on the sheets, and there are {number(most)}"
                    + (
                        ": rows stand twice, totals stand among the sheets, or the numbers are of "
                        "something else (a station may have several sheets)"
                        if grave
                        else ""
                    ),
                    evidence=None if grave else Evidence.NOTE,
                    observed=here,
                    expected=most,
                    arithmetic=f"{number(here)} − {number(most)} = {number(here - most)}",
                )
            )
    return check.result(findings)


def witnesses(check: Check, reading: RowsRead, facts: CaseFacts) -> CheckResult:
    """T216: rows of the file whose votes do not count, of the stations' own."""
    rows, noticed = reading.rows, reading.noticed
    more = _says_more_than(facts, reading.seen.stations.stations)
    silent = rows.silent if more else 0
    empty = rows.empty if more and not all_are_declared(reading, facts) else 0
    lost = {
        "were left out as totals and are of a station's size": noticed.like_stations,
        "have no vote that could be read": rows.unread,
        "hold no vote at all": silent,
        "have votes that could not be read": rows.illegible,
        "are empty, but have figures in columns that are not read": noticed.elsewhere,
        "are wrong by more than a tenth in a balance": rows.off,
        "stand several times with different figures": reading.contested,
    }
    own, out = rows.rows + noticed.like_stations + noticed.elsewhere, sum(lost.values())
    if 2 * empty > own + empty:
        # A file may list stations whose sheets are still to come, but not for the most part.
        own, out = own + empty, out + empty
        lost["are empty, or 0 throughout"] = empty
    said = "; ".join(f"{number(n)} {words}" for words, n in lost.items() if n)
    findings = []
    if facts.undecided_subtotals:
        findings.append(
            check.finding(
                f"{counted(len(facts.source.subtotals), 'row', 'rows')} among the stations look like area "
                'subtotals (T208); set mapping.subtotals to "leave_out" or "keep", or to a rule '
                'that names these rows: {"column": …, "equals": […]}',
                observed=len(facts.source.subtotals),
            )
        )
    # What holds no legible vote bears no witness at all, however few the rows are.
    mute = rows.unread + silent + rows.illegible
    if too_many(out, own) or 2 * mute > own:
        findings.append(
            check.finding(
                f"{number(out)} of the file's {number(own)} stations do not bear witness: {said}; "
                "say in the mapping what these rows mean (missing, status, where_not, subtotals, "
                "repeated)",
                observed=own - out,
                expected=own,
                arithmetic=f"{number(out)} is more than a tenth of {number(own)}",
            )
        )
    if noticed.filtered or noticed.totals:
        grave = noticed.totals > max(rows.rows, 2) and not noticed.like_stations
        findings.append(
            check.finding(
                f"{counted(noticed.totals, 'row', 'rows')} left out as totals, "
                f"{number(noticed.filtered)} by what the mapping asks for"
                + (": more totals than stations" if grave else ""),
                evidence=None if grave else Evidence.NOTE,
                observed=noticed.totals,
                arithmetic=f"{counted(rows.rows, 'row', 'rows')} kept",
            )
        )
    return check.result(findings, reason=said, statistic=out)


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


T214 = Check(
    "T214",
    "Areas that only one side names",
    "rules",
    Evidence.QUALITY,
    areas_named,
    summarise_as_read,
    "reading",
    needs="actas with areas",
)
T215 = Check(
    "T215",
    "More stations or voters than there are",
    "rules",
    Evidence.QUALITY,
    extent,
    summarise_as_read,
    "reading",
    needs="declared stations or registered voters, or a registry",
    assumptions="lists have grown by a tenth at the most since the number was published",
)
T216 = Check(
    "T216",
    "Rows that bear no witness",
    "rules",
    Evidence.QUALITY,
    witnesses,
    summarise_as_read,
    "reading",
    assumptions="nine tenths of the file's own stations must count for a result to be held against "
    "them",
)
CHECKS = (T214, T215, T216)
