"""D302: the votes still needed against what the unseen stations can hold."""

from __future__ import annotations

from tallyverify.checking import CaseFacts, Check, Kept, Seen, like_regions
from tallyverify.compare.lifting import Place, answer_of, places, proof_of, same_place
from tallyverify.feasibility import (
    Feasibility,
    closing_words,
    most_seen,
    room_of,
    summarise_witnesses,
)
from tallyverify.findings import CheckResult, Evidence, Finding, place
from tallyverify.language import counted, number, percent


def conclude(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """Ask whether the unseen stations have room for what was declared.

    need_k = D_k − S_k. Σ_k max(need_k, 0), with the null and blank votes still needed, must not
    exceed what stations that were not seen, and votes of no station, can hold.
    """
    if not facts.bulletins:
        return check.not_applicable("nothing is declared")
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
            "what the unseen stations can hold is not known: their number is not declared, and "
            "no registry lists them"
        )
    over = [f for f in findings if f.evidence is not Evidence.NOTE]
    return check.result(
        findings, reason=f"{counted(asked, 'declared area', 'declared areas')}", statistic=len(over)
    )


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
    spelt = [f"{number(need)} ({label})" for label, need in positive.items()]
    for row in rows:
        need = row.low - most[row.figure]
        if row.figure.kind == "valid" and need > votes:
            votes = need
            spelt = [f"{number(row.low)} − {number(row.low - need)} = {number(need)} (valid votes)"]
    needed = votes
    for row in rows:
        need = max(row.low - most[row.figure], 0)
        if row.figure.kind in ("null", "null or blank", "blank") and need:
            needed += need
            spelt.append(f"{number(need)} ({row.label})")
    for row in rows:
        need = row.low - most[row.figure]
        if row.figure.kind == "ballots" and need > needed:
            needed, spelt = need, [f"{number(need)} (ballots)"]
    if needed <= 0:
        return []
    head = (
        f"bulletin {one.bulletin.id}, {place(one.row.area)}: the unseen would have to hold "
        f"{number(needed)} ballots"
    )
    evidence, proof = Evidence.NOTE, ""
    if needed > room:
        lacking = [row.label for row in rows if row.low > most[row.figure]]
        evidence, proof = proof_of(engine, one.answer, same_place(one, *lacking))
        if evidence is not Evidence.NOTE:
            # What is lacking is proved to be; that the rest is right too makes it more.
            evidence, proof = proof_of(engine, one.answer, same_place(one))
        if evidence is Evidence.NOTE:
            return []  # what the sheets leave open makes up for it
        says = f"{head}, but there is room for {number(room)}: {number(needed - room)} too few"
    elif one.row.area:
        return []  # a need that can be met is told once, for the whole country
    else:
        says = head + _beside(seen, votes, needed, positive, room, facts)
    unseen, *others = closing_words(one.answer)
    words = "; ".join(filter(None, (*unseen, *others)))
    return [
        check.finding(
            says,
            evidence=evidence,
            bulletin=one.bulletin.id,
            area=one.row.area,
            observed=room,
            expected=needed,
            proof=proof,
            arithmetic=f"{' + '.join(spelt)} → {number(needed)} still needed; room for "
            f"{number(room)}{f': {words}' if words else ''}",
        )
    ]


def _beside(
    seen: Seen,
    votes: int,
    needed: int,
    positive: dict[str, int],
    room: int,
    facts: CaseFacts,
) -> str:
    """What the need would mean, beside what was seen."""
    says = f", where there is room for {number(room)}"
    leader = max(positive, key=lambda name: positive[name], default=None)
    if leader in facts.contest.candidate_ids and votes:
        says += f", {percent(positive[leader], votes)} of the votes for {facts.label(leader)}"
        like = like_regions(seen, votes, facts.contest.candidate_ids.index(leader))
        if like:
            says += f" (in {like.words}: at most {100 * like.shares.max():.2f} %)"
    turnout = _highest_turnout(seen)
    if turnout is not None:
        says += f"; the highest turnout in any seen area was {100 * turnout:.2f} % (valid votes)"
    return says


def _highest_turnout(seen: Seen) -> float | None:
    rows = [row for row in seen.totals.regions.values() if row[2] > 0]
    return max((float(row[3] / row[2]) for row in rows), default=None)


D302 = Check(
    code="D302",
    name="Needed unseen votes against what the unseen can hold",
    family="compare",
    evidence=Evidence.CONTRADICTION,
    conclude=conclude,
    summarise=summarise_witnesses,
    rows="kept",
    needs="actas, a declared result, and the number or a list of stations",
    assumptions="the sheets are authentic; an unseen station holds no more than its list (with the "
    "largest excess seen), or than the most seen",
    reference="arithmetic; worst case in the sense of Manski (2003)",
)
CHECKS = (D302,)
