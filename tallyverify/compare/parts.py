"""D303, D308, D309: do the declared figures agree with each other?"""

from __future__ import annotations

from fractions import Fraction

from tallyverify.checks import Check, Conclude
from tallyverify.compare.extent import stations_of
from tallyverify.declared import AreaResult, Bulletin
from tallyverify.facts import CaseFacts
from tallyverify.findings import CheckResult, Evidence, Finding, counted, number, place

__all__ = ["CHECKS"]


def _differ(
    code: str,
    bulletin: Bulletin,
    row: AreaResult,
    observed: int,
    expected: int,
    message: str,
    arithmetic: str,
    evidence: Evidence = Evidence.CONTRADICTION,
) -> Finding:
    return Finding(
        code=code,
        evidence=evidence,
        area=row.area,
        observed=observed,
        expected=expected,
        difference=observed - expected,
        arithmetic=arithmetic,
        message=f"bulletin {bulletin.id}, {place(row.area)}: {message}",
    )


def parts(summary: None, facts: CaseFacts) -> CheckResult:
    """D303: declared votes against declared totals, in each area of each bulletin."""
    rows = [(bulletin, row) for bulletin in facts.bulletins for row in bulletin.areas]
    findings: list[Finding] = []
    asked = 0
    for bulletin, row in rows:
        named = {name for members in row.members.values() for name in members}
        if row.figures and row.valid is not None:
            asked += 1
            total = sum(row.figures.values())
            every = named == set(facts.contest.candidate_ids)
            if total > row.valid or (every and total != row.valid):
                spelt = " + ".join(f"{number(v)} ({k})" for k, v in row.figures.items())
                findings.append(
                    _differ(
                        "D303",
                        bulletin,
                        row,
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
            findings += _ballots(bulletin, row, facts)
        registered = row.registered
        if registered is None and not row.area and facts.declared:
            registered = facts.declared.registered
        voted = row.ballots if row.ballots is not None else row.valid
        if registered is not None and voted is not None:
            asked += 1
            if voted > registered:
                findings.append(
                    _differ(
                        "D303",
                        bulletin,
                        row,
                        voted,
                        registered,
                        f"{number(voted)} votes are declared for {number(registered)} "
                        "registered voters",
                        f"{number(voted)} − {number(registered)} = {number(voted - registered)}",
                    )
                )
    if not asked:
        return D303.not_applicable("no totals are declared beside the votes")
    return D303.result(findings, reason=f"{counted(asked, 'sum')}", statistic=len(findings))


def _ballots(bulletin: Bulletin, row: AreaResult, facts: CaseFacts) -> list[Finding]:
    known = {"valid": row.valid, "null": row.null, "blank": row.blank}
    total = sum(count or 0 for count in known.values())
    ballots = row.ballots or 0
    # A line that is not declared may hold anything: then only too large a sum is wrong.
    complete = row.null is not None and (
        row.blank is not None or "blank" not in facts.contest.on_sheet | set(facts.lines)
    )
    if total <= ballots and not (complete and total != ballots):
        return []
    spelt = " + ".join(f"{number(v)} ({k})" for k, v in known.items() if v is not None)
    return [
        _differ(
            "D303",
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


def areas(summary: None, facts: CaseFacts) -> CheckResult:
    """D308: areas against the area that they lie in, within one bulletin."""
    findings: list[Finding] = []
    asked = 0
    for bulletin in facts.bulletins:
        for parent in bulletin.areas:
            for children in _children(bulletin, parent, facts):
                asked += 1
                complete = _is_complete(parent, children, facts)
                findings += _against(bulletin, parent, children, complete)
    if not asked:
        return D308.not_applicable("no bulletin declares areas together with their parent area")
    return D308.result(findings, reason=f"{counted(asked, 'parent area')}", statistic=len(findings))


def _children(bulletin: Bulletin, parent: AreaResult, facts: CaseFacts) -> list[list[AreaResult]]:
    """The declared areas next below one, by their depth; the nearest depth only."""
    inside = [
        row
        for row in bulletin.areas
        if len(row.area) > len(parent.area) and parent.area.items() <= row.area.items()
    ]
    depth = min((len(row.area) for row in inside), default=0)
    nearest_rows = [row for row in inside if len(row.area) == depth]
    kinds = {tuple(row.area) for row in nearest_rows}
    return [[row for row in nearest_rows if tuple(row.area) == kind] for kind in sorted(kinds)]


def _is_complete(parent: AreaResult, children: list[AreaResult], facts: CaseFacts) -> bool:
    for field in ("stations", "registered"):
        values = [getattr(row, field) for row in children]
        whole = getattr(parent, field)
        if field == "registered" and whole is None and not parent.area and facts.declared:
            whole = facts.declared.registered
        if whole is not None and None not in values and sum(values) == whole:
            return True
    if facts.registry is not None:
        inside = facts.registry.inside(parent.area)
        levels = list(children[0].area)
        if inside is not None and all(level in facts.registry.frame for level in levels):
            there = facts.registry.frame.loc[inside, levels].drop_duplicates()
            named = {tuple(row.area.values()) for row in children}
            return {tuple(names) for names in there.itertuples(index=False)} <= named
    return False


def _against(
    bulletin: Bulletin, parent: AreaResult, children: list[AreaResult], complete: bool
) -> list[Finding]:
    findings = []
    lines = ("valid", "null", "blank", "ballots", "stations", "registered")
    figures = {**parent.figures, **{f: getattr(parent, f) for f in lines}}
    for label, whole in figures.items():
        values = [
            row.figures.get(label) if label in parent.figures else getattr(row, label)
            for row in children
        ]
        read = [value for value in values if value is not None]
        if whole is None or not read:
            continue
        total = sum(read)
        every = complete and len(read) == len(values)
        if total > whole or (total != whole and every):
            findings.append(
                _differ(
                    "D308",
                    bulletin,
                    parent,
                    total,
                    whole,
                    f"{label}: {counted(len(read), 'area')} below sum to {number(total)}, "
                    f"{number(whole)} are declared for the whole",
                    f"{number(total)} − {number(whole)} = {number(total - whole)}",
                )
            )
        elif total < whole:
            findings.append(
                _differ(
                    "D308",
                    bulletin,
                    parent,
                    total,
                    whole,
                    f"{label}: {counted(len(read), 'area')} declared sum to {number(total)} of "
                    f"{number(whole)}; whether that is every area is not known",
                    f"{number(whole)} − {number(total)} = {number(whole - total)} elsewhere",
                    Evidence.NOTE,
                )
            )
    return findings


def coverage(summary: None, facts: CaseFacts) -> CheckResult:
    """D309: the claimed coverage against the number of stations."""
    findings: list[Finding] = []
    asked = 0
    for bulletin in facts.bulletins:
        for row in bulletin.areas:
            total = stations_of(row.area, facts)
            if row.stations is None or not total:
                continue
            asked += 1
            spelt = f"{number(row.stations)} of {counted(total, 'station')}"
            if row.stations > total:
                findings.append(
                    _differ(
                        "D309",
                        bulletin,
                        row,
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
            if stated and not (2 * stated[0] - stated[1] <= share <= 2 * stated[1] - stated[0]):
                low, high = (100 * float(edge) for edge in stated)
                findings.append(
                    _differ(
                        "D309",
                        bulletin,
                        row,
                        row.stations,
                        round(total * float(sum(stated) / 2)),
                        f"a coverage of {low:.6g} to {high:.6g} % is claimed, the stations "
                        f"counted are {100 * float(share):.6g} %",
                        f"{spelt} = {100 * float(share):.6g} %",
                    )
                )
    if not asked:
        return D309.not_applicable("no bulletin gives a number of stations beside the total")
    return D309.result(findings, reason=f"{counted(asked, 'area')}", statistic=len(findings))


def _check(code: str, name: str, conclude: Conclude, needs: str, assumptions: str = "") -> Check:
    return Check(
        code=code,
        name=name,
        family="compare",
        evidence=Evidence.CONTRADICTION,
        conclude=conclude,
        needs=needs,
        assumptions=assumptions,
        reference="arithmetic",
    )


D303 = _check("D303", "Declared parts against declared total", parts, "a declared result")
D308 = _check(
    "D308",
    "Declared areas against their parent area",
    areas,
    "a result declared by area",
    "areas are all there if the registry, or their stations or registered voters, say so",
)
D309 = _check("D309", "Claimed coverage against stations", coverage, "coverage and stations")
CHECKS = (D303, D308, D309)
