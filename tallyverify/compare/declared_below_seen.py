"""D301: fewer votes declared than the sheets already hold."""

from __future__ import annotations

from tallyverify.checking import CaseFacts, Check, Kept, Seen
from tallyverify.compare.lifting import MOST_PROOFS, Place, answer_of, places, proof_of, same_place
from tallyverify.errors import nearest
from tallyverify.feasibility import Feasibility, Row, summarise_witnesses
from tallyverify.findings import CheckResult, Evidence, Finding, place
from tallyverify.language import clauses, counted, number, told
from tallyverify.records import AreaResult, Bulletin


def conclude(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """Hold every declared figure against the sum over the seen stations of its area.

    For each area and figure f the least that the sheets bear witness to, Σ f, must not exceed the
    declared D_f, unless the bulletin leaves out stations, or sheets are wrong: how many would have
    to be, the engine proves.
    """
    if not facts.bulletins:
        return check.not_applicable(told("nothing is declared"))
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
                told(
                    "{areas} could not be compared, since the actas do not say which of them a "
                    "station lies in (e.g. {area})",
                    areas=counted(len(set(blind)), "declared area", "declared areas"),
                    area=blind[0],
                ),
                evidence=Evidence.NOTE,
            )
        )
    if not compared:
        reason = told("no figure is declared for an area that the sheets can be summed for")
        return check.not_applicable(reason, findings)
    sure = [f for f in findings if f.evidence is not Evidence.NOTE]
    reason = told(
        "{figures} held against the sheets",
        figures=counted(compared, "declared figure", "declared figures"),
    )
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
    spelt = told(
        "{held} (sum of {sheets}) − {declared} (bulletin {bulletin}) = {excess}",
        held=number(held),
        sheets=counted(sheets, "sheet", "sheets"),
        declared=number(row.high),
        bulletin=row.bulletin_id,
        excess=number(excess),
    )
    known = row.label in facts.contest.candidate_ids
    says = told(
        "{who}: the sheets of {area} hold {held}, {excess} more than the {declared} that bulletin "
        "{bulletin} declares",
        who=facts.label(row.label) if known else row.label,
        area=place(one.row.area),
        held=number(held),
        excess=number(excess),
        declared=number(row.high),
        bulletin=row.bulletin_id,
    )
    evidence, proof = Evidence.NOTE, ""
    if prove:
        evidence, proof = proof_of(engine, one.answer, same_place(one, row.label))
    if evidence is Evidence.NOTE:
        says = clauses([says, _why_not(one, prove=prove)])
    return check.finding(
        says,
        proof=proof,
        evidence=evidence,
        bulletin=row.bulletin_id,
        area=one.row.area,
        candidate=row.label if known else None,
        observed=held,
        expected=row.high,
        arithmetic=spelt,
    )


def _why_not(one: Place, *, prove: bool) -> str:
    """Say why more votes on the sheets prove nothing."""
    extent = one.answer.extents.get((one.at, one.area))
    if not prove:
        return told("larger differences were proved first, and this one was not")
    if extent is not None and not extent.words:
        return told(
            "the bulletin is not known to hold the whole count, nor how many stations it leaves "
            "out, so it may lack these sheets"
        )
    return told("the stations that the bulletin leaves out could account for that")


def _nothing_seen(
    check: Check, seen: Seen, bulletin: Bulletin, row: AreaResult, facts: CaseFacts
) -> Finding:
    name = "".join(list(row.area.values())[-1:])
    depth = len(row.area)
    near = nearest(name, {names[-1] for names in seen.totals.regions if len(names) == depth > 0})
    says = told(
        "bulletin {bulletin} declares {area}, of which there is no sheet: nothing was compared "
        "there",
        bulletin=bulletin.id,
        area=place(row.area),
    )
    return check.finding(
        clauses([says, near]) if near else says,
        evidence=Evidence.NOTE,
        bulletin=bulletin.id,
        area=row.area,
    )


D301 = Check(
    code="D301",
    name=told("Declared below observed"),
    family="compare",
    evidence=Evidence.CONTRADICTION,
    conclude=conclude,
    summarise=summarise_witnesses,
    rows="kept",
    needs=told("actas and a declared result"),
    assumptions=told(
        "the sheets are authentic; a last bulletin that states no coverage is taken as whole, "
        "which lifts no further than discrepancy"
    ),
    reference="arithmetic: a part is not more than the whole; Stark (2008)",
)
CHECKS = (D301,)
