"""D301: fewer votes declared than the sheets already hold."""

from __future__ import annotations

from tallyverify.checking import CaseFacts, Check, Kept, Seen
from tallyverify.compare.lifting import MOST_PROOFS, Place, answer_of, places, proof_of, same_place
from tallyverify.errors import nearest
from tallyverify.feasibility import Feasibility, Row, summarise_witnesses
from tallyverify.findings import CheckResult, Evidence, Finding, place
from tallyverify.language import counted, number
from tallyverify.records import AreaResult, Bulletin


def conclude(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """Hold every declared figure against the sum over the seen stations of its area.

    For each area and figure f the least that the sheets bear witness to, Σ f, must not exceed the
    declared D_f, unless the bulletin leaves out stations, or sheets are wrong: how many would have
    to be, the engine proves.
    """
    if not facts.bulletins:
        return check.not_applicable("nothing is declared")
    engine, seen = answer_of(kept, facts), kept.seen
    findings: list[Finding] = []
    blind = [
        place(row.area)
        for bulletin in facts.bulletins
        for row in bulletin.areas
        if not facts.is_visible(row.area)
    ]
    compared = 0
    below: list[tuple[int, Place, Row, int, int]] = []
    for one in places(engine, facts):
        program = one.answer.programs[-1]
        sheets, least, _ = program.held_in(one.area)
        if not sheets:
            findings.append(_nothing_seen(check, seen, one.bulletin, one.row, facts))
            continue
        for at in program.rows_at.get((one.at, one.area), ()):
            row = program.rows[at]
            if row.of_stations or row.implied:
                continue
            compared += 1
            held = int(least[program.figure_of[at]])
            if held > row.high:
                below.append((held - row.high, one, row, held, sheets))
    # First what the proof for the whole rests on: it must be told whatever else is larger.
    clash = {row for one in engine.series for row in one.whole.reading.clash}
    below.sort(key=lambda found: (found[2] not in clash, -found[0]))
    findings += [
        _below(check, engine, facts, *found, prove=rank < MOST_PROOFS)
        for rank, found in enumerate(below)
    ]
    if blind:
        findings.append(
            check.finding(
                f"{counted(len(set(blind)), 'declared area', 'declared areas')} could not be compared, since "
                f"the actas do not say which of them a station lies in (e.g. {blind[0]})",
                evidence=Evidence.NOTE,
            )
        )
    if not compared:
        reason = "no figure is declared for an area that the sheets can be summed for"
        return check.not_applicable(reason, findings)
    sure = [f for f in findings if f.evidence is not Evidence.NOTE]
    reason = f"{counted(compared, 'declared figure', 'declared figures')} held against the sheets"
    effect = max((f.difference or 0 for f in sure), default=None)
    return check.result(findings, reason=reason, statistic=len(sure), effect=effect)


def _below(
    check: Check,
    engine: Feasibility,
    facts: CaseFacts,
    excess: int,
    one: Place,
    row: Row,
    held: int,
    sheets: int,
    *,
    prove: bool,
) -> Finding:
    spelt = (
        f"{number(held)} (sum of {counted(sheets, 'sheet', 'sheets')}) − {number(row.high)} "
        f"(bulletin {row.bulletin_id}) = {number(excess)}"
    )
    known = row.label in facts.contest.candidate_ids
    who = facts.label(row.label) if known else row.label
    says = (
        f"{who}: the sheets of {place(one.row.area)} hold {number(held)}, {number(excess)} more "
        f"than the {number(row.high)} that bulletin {row.bulletin_id} declares"
    )
    evidence, proof, why = Evidence.NOTE, "", ""
    if prove:
        evidence, proof = proof_of(engine, one.answer, same_place(one, row.label))
    if evidence is Evidence.NOTE:
        extent = one.answer.extents.get((one.at, one.area))
        why = "; the stations that the bulletin leaves out could account for that"
        if not prove:
            why = "; larger differences were proved first, and this one was not"
        elif extent is not None and not extent.words:
            why = (
                "; the bulletin is not known to hold the whole count, nor how many stations it "
                "leaves out, so it may lack these sheets"
            )
    return check.finding(
        says + why,
        proof=proof,
        evidence=evidence,
        bulletin=row.bulletin_id,
        area=one.row.area,
        candidate=row.label if known else None,
        observed=held,
        expected=row.high,
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
        bulletin=bulletin.id,
        area=row.area,
    )


D301 = Check(
    code="D301",
    name="Declared below observed",
    family="compare",
    evidence=Evidence.CONTRADICTION,
    conclude=conclude,
    summarise=summarise_witnesses,
    rows="kept",
    needs="actas and a declared result",
    assumptions="the sheets are authentic; a last bulletin that states no coverage is taken as "
    "whole, which lifts no further than discrepancy",
    reference="arithmetic: a part is not more than the whole; Stark (2008)",
)
CHECKS = (D301,)
