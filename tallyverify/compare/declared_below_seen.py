"""D301: fewer votes declared than the sheets already hold."""

from __future__ import annotations

from tallyverify.checking import CaseFacts, Check, Names, Seen, left_out, summarise_seen
from tallyverify.errors import nearest
from tallyverify.findings import CheckResult, Evidence, Finding, counted, number, place
from tallyverify.records import AreaResult, Bulletin


def conclude(check: Check, seen: Seen, facts: CaseFacts) -> CheckResult:
    """Hold every declared figure against the sum over the seen stations of its area.

    For each area and figure f, the sum over sheets S_f must not exceed the declared D_f. A
    bulletin that leaves out up to m stations may lack the m sheets with the most: the least that
    it must hold is S_f less these, and only if that exceeds D_f is it a contradiction.
    """
    if not facts.bulletins:
        return check.not_applicable("nothing is declared")
    findings: list[Finding] = []
    blind: list[str] = []
    compared = 0
    for bulletin in facts.bulletins:
        for row in bulletin.areas:
            if not facts.is_visible(row.area):
                blind.append(place(row.area))
                continue
            if not seen.totals.stations[facts.area_index(row.area)]:
                findings.append(_nothing_seen(check, seen, bulletin, row, facts))
                continue
            position = facts.area_index(row.area)
            for label, (names, declared) in facts.figures_of(row).items():
                if seen.totals.unread[names][position] == seen.totals.stations[position]:
                    continue  # no sheet there had it read
                compared += 1
                finding = _shortfall(check, seen, bulletin, row, facts, label, names, declared)
                if finding:
                    findings.append(finding)
    if blind:
        findings.append(
            check.finding(
                f"{counted(len(set(blind)), 'declared area')} could not be compared, since "
                f"the actas do not say which of them a station lies in (e.g. {blind[0]})",
                evidence=Evidence.NOTE,
            )
        )
    if not compared:
        reason = "no figure is declared for an area that the sheets can be summed for"
        return check.not_applicable(reason, findings)
    sure = [f for f in findings if f.evidence is Evidence.CONTRADICTION]
    reason = f"{counted(compared, 'declared figure')} held against the sheets"
    effect = max((f.difference or 0 for f in sure), default=None)
    return check.result(findings, reason=reason, statistic=len(sure), effect=effect)


def _shortfall(
    check: Check,
    seen: Seen,
    bulletin: Bulletin,
    row: AreaResult,
    facts: CaseFacts,
    label: str,
    names: Names,
    declared: int,
) -> Finding | None:
    area = facts.area_index(row.area)
    observed = seen.totals.sum(names, area)
    excess = observed - declared
    if excess <= 0:
        return None
    stations = int(seen.totals.stations[area])
    most = left_out(seen, facts, bulletin, row)
    spelt = (
        f"{number(observed)} (sum of {counted(stations, 'sheet')}) − {number(declared)} "
        f"(bulletin {bulletin.id}) = {number(excess)}"
    )
    who = facts.label(label) if label in facts.contest.candidate_ids else label
    says = (
        f"{who}: the sheets of {place(row.area)} hold {number(observed)}, {number(excess)} more "
        f"than the {number(declared)} that bulletin {bulletin.id} declares"
    )
    evidence = None
    sizes = seen.totals.sizes[names]
    if most is None:
        evidence = Evidence.NOTE
        says += (
            "; the bulletin is not known to hold the whole count, nor how many stations it leaves "
            "out, so it may lack these sheets"
        )
    else:
        top = sizes.top(area, most)
        if most:
            spelt += (
                f"; the bulletin may leave out {counted(most, 'station')}, which on the sheets "
                f"hold at most {number(top)}: {number(observed)} − {number(top)} = "
                f"{number(observed - top)}"
            )
        if observed - top <= declared:
            evidence = Evidence.NOTE
            says += "; the stations that the bulletin leaves out could account for that"
        else:
            fewest = sizes.fewest(area, excess) - most
            says += (
                f". Both cannot be true: if the bulletin is right, at least "
                f"{number(observed - top - declared)} of these votes, on at least "
                f"{counted(fewest, 'sheet')}, would have to be false"
                + (", whichever stations it leaves out" if most else "")
            )
    return check.finding(
        says,
        evidence=evidence,
        area=row.area,
        candidate=label if label in facts.contest.candidate_ids else None,
        observed=observed,
        expected=declared,
        arithmetic=spelt,
    )


def _nothing_seen(
    check: Check, seen: Seen, bulletin: Bulletin, row: AreaResult, facts: CaseFacts
) -> Finding:
    name = "".join(list(row.area.values())[-1:])
    depth = len(row.area)
    near = nearest(name, {names[-1] for names in seen.totals.regions if len(names) == depth > 0})
    return check.finding(
        f"bulletin {bulletin.id} declares {place(row.area)}, of which there is no sheet: "
        "nothing was compared there" + (f"; {near}" if near else ""),
        evidence=Evidence.NOTE,
        area=row.area,
    )


D301 = Check(
    code="D301",
    name="Declared below observed",
    family="compare",
    evidence=Evidence.CONTRADICTION,
    conclude=conclude,
    summarise=summarise_seen,
    rows="once",
    needs="actas and a declared result",
    assumptions="the sheets are authentic; a last bulletin that states no coverage is complete",
    reference="arithmetic: a part is not more than the whole",
    holds_sheets=True,
)
CHECKS = (D301,)
