"""D302: the votes still needed against what the unseen stations can hold."""

from __future__ import annotations

from tallyverify.checking import CaseFacts, Check, Kept, Seen, like_regions
from tallyverify.compare.lifting import Place, answer_of, places, proof_of, same_place
from tallyverify.compare.wording import line_words, of_bulletin, term
from tallyverify.feasibility import (
    Feasibility,
    closing_words,
    most_seen,
    room_of,
    summarise_witnesses,
)
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.language import (
    clauses,
    counted,
    enumerated,
    formatted,
    formula,
    number,
    percent,
    plus,
    told,
)


def conclude(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """Ask whether the unseen stations have room for what was declared.

    need_k = D_k − S_k. Σ_k max(need_k, 0), with the null and blank votes still needed, must not
    exceed what stations that were not seen, and votes of no station, can hold.
    """
    if not facts.bulletins:
        return check.not_applicable(told("nothing is declared"))
    engine = answer_of(kept, facts)
    findings: list[Finding] = []
    asked = 0
    for one in places(engine, facts):
        room = room_of(one.answer, one.area)
        if room is None or not one.row.figures:
            continue
        asked += 1
        findings += _need(check, engine, kept.seen, one, room, facts)
    if not asked:
        return check.not_applicable(
            told(
                "what the unseen stations can hold is not known: their number is not declared, and "
                "no registry lists them"
            )
        )
    over = [f for f in findings if f.evidence is not Evidence.NOTE]
    reason = counted(asked, "declared area", "declared areas")
    return check.result(findings, reason=reason, statistic=len(over))


def _need(
    check: Check, engine: Feasibility, seen: Seen, one: Place, room: int, facts: CaseFacts
) -> list[Finding]:
    most = most_seen(one.answer, one.area)
    program = one.answer.programs[-1]
    there = [program.rows[at] for at in program.rows_at.get((one.at, one.area), ())]
    rows = [row for row in there if not row.of_stations]
    needs = {row.label: row.low - most[row.figure] for row in rows if row.figure.kind == "votes"}
    positive = {label: need for label, need in needs.items() if need > 0}
    votes = sum(positive.values())
    spelt = [term(need, label) for label, need in positive.items()]
    for row in rows:
        need = row.low - most[row.figure]
        if row.figure.kind == "valid" and need > votes:
            votes = need
            spelt = [_of_valid(row.low, need, row.label)]
    needed = votes
    for row in rows:
        need = max(row.low - most[row.figure], 0)
        if row.figure.kind in ("null", "null or blank", "blank") and need:
            needed += need
            spelt.append(term(need, line_words(row.label)))
    for row in rows:
        need = row.low - most[row.figure]
        if row.figure.kind == "ballots" and need > needed:
            needed, spelt = need, [term(need, line_words("ballots"))]
    if needed <= 0:
        return []
    evidence, proof = Evidence.NOTE, ""
    if needed > room:
        lacking = [row.label for row in rows if row.low > most[row.figure]]
        evidence, proof = proof_of(engine, one.answer, same_place(one, *lacking))
        if evidence is not Evidence.NOTE:
            # What is lacking is proved to be; that the rest is right too makes it more.
            evidence, proof = proof_of(engine, one.answer, same_place(one))
        if evidence is Evidence.NOTE:
            return []  # what the sheets leave open makes up for it
        says: str = told(
            "the unseen would have to hold {needed} ballots, but there is room for {room}: {few} "
            "too few",
            needed=number(needed),
            room=number(room),
            few=number(needed - room),
        )
    elif one.row.area:
        return []  # a need that can be met is told once, for the whole country
    else:
        says = _beside(seen, votes, needed, positive, room, facts)
    return [
        check.finding(
            of_bulletin(one.bulletin.id, one.row.area, says),
            evidence=evidence,
            bulletin=one.bulletin.id,
            area=one.row.area,
            observed=room,
            expected=needed,
            proof=proof,
            arithmetic=_still_needed(one, spelt, needed, room),
        )
    ]


def _of_valid(declared: int, need: int, label: str) -> str:
    """Return the valid votes still needed: those declared less those on the sheets."""
    held = number(declared - need)
    return formula(
        "{declared} − {held} = {need}", declared=number(declared), held=held, need=term(need, label)
    )


def _still_needed(one: Place, spelt: list[str], needed: int, room: int) -> str:
    unseen, *others = closing_words(one.answer)
    words = [*filter(None, (*unseen, *others))]
    still = told(
        "{terms} → {needed} still needed; room for {room}",
        terms=plus(spelt),
        needed=number(needed),
        room=number(room),
    )
    return formula("{still}: {why}", still=still, why=clauses(words)) if words else still


def _beside(
    seen: Seen,
    votes: int,
    needed: int,
    positive: dict[str, int],
    room: int,
    facts: CaseFacts,
) -> str:
    """What the need would mean, beside what was seen."""
    says: list[str] = [
        told(
            "the unseen would have to hold {needed} ballots, where there is room for {room}",
            needed=number(needed),
            room=number(room),
        )
    ]
    leader = max(positive, key=lambda name: positive[name], default=None)
    if leader in facts.contest.candidate_ids and votes:
        share, name = percent(positive[leader], votes), facts.label(leader)
        like = like_regions(seen, votes, facts.contest.candidate_ids.index(leader))
        says.append(
            told(
                "{share} of the votes for {name} (in {areas}: at most {most} %)",
                share=share,
                name=name,
                areas=like.words,
                most=formatted(100 * like.shares.max(), ".2f"),
            )
            if like
            else told("{share} of the votes for {name}", share=share, name=name)
        )
    turnout = _highest_turnout(seen)
    if turnout is None:
        return enumerated(says)
    most = told(
        "the highest turnout in any seen area was {share} % (valid votes)",
        share=formatted(100 * turnout, ".2f"),
    )
    return clauses([enumerated(says), most])


def _highest_turnout(seen: Seen) -> float | None:
    rows = [row for row in seen.totals.regions.values() if row[2] > 0]
    return max((float(row[3] / row[2]) for row in rows), default=None)


D302 = Check(
    code="D302",
    name=told("Needed unseen votes against what the unseen can hold"),
    family="compare",
    evidence=Evidence.CONTRADICTION,
    conclude=conclude,
    summarise=summarise_witnesses,
    rows="kept",
    needs=told("actas, a declared result, and the number or a list of stations"),
    assumptions=told(
        "the sheets are authentic; an unseen station holds no more than its list (with the largest "
        "excess seen), or than the most seen"
    ),
    reference="arithmetic; worst case in the sense of Manski (2003)",
)
CHECKS = (D302,)
