"""D303 and D309: do the declared figures of one area agree with each other?"""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from tallyverify.checking import CaseFacts, Check, Seen, stations_declared, summarise_seen
from tallyverify.findings import CheckResult, Evidence, Finding, counted, number, place
from tallyverify.records import AreaResult, Bulletin

_WHOLE_POINT = Fraction(1, 100)


def _differ(
    check: Check,
    bulletin: Bulletin,
    row: AreaResult,
    observed: int,
    expected: int,
    message: str,
    arithmetic: str,
    evidence: Evidence | None = None,
) -> Finding:
    return check.finding(
        f"bulletin {bulletin.id}, {place(row.area)}: {message}",
        evidence=evidence,
        area=row.area,
        observed=observed,
        expected=expected,
        arithmetic=arithmetic,
    )


def parts(check: Check, summary: None, facts: CaseFacts) -> CheckResult:
    """D303: declared votes against declared totals, in each area of each bulletin."""
    rows = [(bulletin, row) for bulletin in facts.bulletins for row in bulletin.areas]
    findings: list[Finding] = []
    asked = 0
    for bulletin, row in rows:
        differ = partial(_differ, check, bulletin, row)
        if row.figures and row.valid is not None:
            asked += 1
            total = sum(row.figures.values())
            every = row.candidates == set(facts.contest.candidate_ids)
            with_blank = row.blank is not None and total + row.blank == row.valid
            if total > row.valid or (every and total != row.valid and not with_blank):
                spelt = " + ".join(f"{number(v)} ({k})" for k, v in row.figures.items())
                findings.append(
                    differ(
                        total,
                        row.valid,
                        f"the candidates' votes sum to {number(total)}, the valid votes are "
                        f"declared as {number(row.valid)}",
                        f"{spelt} = {number(total)}; {number(row.valid)} (valid); "
                        f"difference {number(total - row.valid)}",
                    )
                )
        if row.ballots is not None and row.valid is not None:
            asked += 1
            findings += _ballots(check, bulletin, row)
        elif row.ballots is not None and row.figures:
            asked += 1
            total = sum(row.figures.values())
            if total > row.ballots:
                findings.append(
                    differ(
                        total,
                        row.ballots,
                        f"the candidates' votes sum to {number(total)}, more than the "
                        f"{number(row.ballots)} ballots declared",
                        f"{number(total)} − {number(row.ballots)} = {number(total - row.ballots)}",
                    )
                )
        whole = facts.declared.registered if facts.declared and not row.area else None
        known = [count for count in (row.registered, whole) if count is not None]
        registered = min(known, default=None)
        voted = max(row.ballots or 0, row.valid or 0, sum(row.figures.values()))
        if registered is not None and voted:
            asked += 1
            if voted > registered:
                findings.append(
                    differ(
                        voted,
                        registered,
                        f"{number(voted)} votes are declared for {number(registered)} "
                        "registered voters",
                        f"{number(voted)} − {number(registered)} = {number(voted - registered)}",
                        # People may vote at a station where they are not registered, but there
                        # are no more of them than the whole country has.
                        None
                        if (whole is not None and voted > whole) or _is_whole(row)
                        else Evidence.NOTE,
                    )
                )
    if not asked:
        return check.not_applicable("no totals are declared beside the votes")
    sure = sum(finding.evidence is Evidence.CONTRADICTION for finding in findings)
    return check.result(findings, reason=f"{counted(asked, 'sum')}", statistic=sure)


def _is_whole(row: AreaResult) -> bool:
    """Whether a row is declared for the whole country and does not say that it is a part."""
    stated = row.coverage_range
    return not row.area and (stated[0] == 1 if stated is not None else row.stations is None)


def _ballots(check: Check, bulletin: Bulletin, row: AreaResult) -> list[Finding]:
    known = {"valid": row.valid, "null": row.null, "blank": row.blank}
    total = sum(count or 0 for count in known.values())
    ballots = row.ballots or 0
    # A line that is not declared may hold the rest; blank votes may be among the valid ones.
    complete = row.null is not None and row.blank is not None
    if total == ballots or (complete and total - (row.blank or 0) == ballots):
        return []
    if total < ballots and not complete:
        return []
    spelt = " + ".join(f"{number(v)} ({k})" for k, v in known.items() if v is not None)
    return [
        _differ(
            check,
            bulletin,
            row,
            total,
            ballots,
            f"valid, null and blank votes sum to {number(total)}, the ballots are declared as "
            f"{number(ballots)}",
            f"{spelt} = {number(total)}; {number(ballots)} (ballots); "
            f"difference {number(total - ballots)}",
        )
    ]


def coverage(check: Check, seen: Seen, facts: CaseFacts) -> CheckResult:
    """D309: the claimed coverage against the number of stations."""
    findings: list[Finding] = []
    asked = 0
    there, said = seen.stations.stations, facts.declared.stations if facts.declared else None
    if said is not None and there > said:
        findings.append(
            check.finding(
                f"there are sheets of {number(there)} stations, and {number(said)} are "
                "declared to exist; the declared number was not used (is it that of all "
                "stations, and does the mapping's key name each station once?)",
                evidence=Evidence.QUALITY,
                observed=there,
                expected=said,
                arithmetic=f"{number(there)} − {number(said)} = {number(there - said)}",
            )
        )
    for bulletin in facts.bulletins:
        for row in bulletin.areas:
            differ = partial(_differ, check, bulletin, row)
            total = stations_declared(seen, facts, row.area)
            if row.stations is None or not total:
                continue
            asked += 1
            spelt = f"{number(row.stations)} of {counted(total, 'station')}"
            if row.stations > total:
                findings.append(
                    differ(
                        row.stations,
                        total,
                        f"{number(row.stations)} stations are counted where there are "
                        f"{number(total)}",
                        f"{spelt}: {number(row.stations - total)} too many",
                    )
                )
                continue
            stated = row.coverage_range
            share = Fraction(row.stations, total)
            # A share may be cut off instead of rounded: a whole unit of the last digit is allowed.
            # 100 % is a rounded percentage like any other.
            slack = _WHOLE_POINT if stated and stated[0] == 1 else 0
            if stated and not (
                2 * stated[0] - stated[1] - slack <= share <= 2 * stated[1] - stated[0]
            ):
                low, high = (100 * float(edge) for edge in stated)
                findings.append(
                    differ(
                        row.stations,
                        round(total * float(sum(stated) / 2)),
                        f"a coverage of {low:.6g} to {high:.6g} % is claimed, the stations "
                        f"counted are {100 * float(share):.6g} %",
                        f"{spelt} = {100 * float(share):.6g} %",
                    )
                )
    if not asked and not findings:
        return check.not_applicable("no bulletin gives a number of stations beside the total")
    return check.result(findings, reason=f"{counted(asked, 'area')}", statistic=len(findings))


D303 = Check(
    code="D303",
    name="Declared parts against declared total",
    family="compare",
    evidence=Evidence.CONTRADICTION,
    conclude=parts,
    needs="a declared result",
    assumptions="valid votes are those for candidates; blank votes may be declared among them",
    reference="arithmetic",
)
D309 = Check(
    code="D309",
    name="Claimed coverage against stations",
    family="compare",
    evidence=Evidence.CONTRADICTION,
    conclude=coverage,
    summarise=summarise_seen,
    rows="once",
    needs="coverage and stations",
    assumptions="a coverage is a percentage that was rounded or cut off",
    reference="arithmetic",
)
CHECKS = (D303, D309)
