"""D306 and D307: one bulletin after another."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from tallyverify.checking import CaseFacts, Check, Kept, Seen, like_regions
from tallyverify.compare.lifting import answer_of, proof_of
from tallyverify.feasibility import Feasibility, Row, SeriesAnswer, summarise_witnesses
from tallyverify.findings import CheckResult, Evidence, Finding, place
from tallyverify.language import counted, number, percent
from tallyverify.records import AreaResult, Bulletin

_LINES = ("valid", "null", "blank", "ballots", "stations")


class Pair(NamedTuple):
    """One area in two bulletins of a series, the later one next in which it stands."""

    answer: SeriesAnswer
    first: int
    bulletin: Bulletin
    row: AreaResult
    second: int
    later: Bulletin
    last: AreaResult


def _pairs(engine: Feasibility, facts: CaseFacts) -> list[Pair]:
    """Each area's result in force with the next one declared for it in the same series."""
    pairs: list[Pair] = []
    for answer in engine.series:
        for area in facts.areas:
            stated = [
                (at, bulletin, row)
                for at, (bulletin, rows) in enumerate(answer.series.bulletins)
                for row in rows
                if row.area == area
            ]
            pairs += [Pair(answer, *one, *other) for one, other in pairwise(stated)]
    return pairs


def _growth(row: AreaResult, last: AreaResult) -> dict[str, tuple[int, int]]:
    """Each count that both bulletins give, alone or as a sum of the same candidates."""
    counts: dict[str, tuple[int, int]] = {}
    for line in _LINES:
        before, after = getattr(row, line), getattr(last, line)
        if before is not None and after is not None:
            counts[line] = (before, after)
    by_members = {frozenset(m): (k, m) for k, m in (*last.members.items(), *row.members.items())}
    for label, members in by_members.values():
        before, whole_before = row.votes_of(members)
        after, whole_after = last.votes_of(members)
        if whole_before and whole_after:
            counts[label if label not in counts else f"{label} (of both)"] = (before, after)
    return counts


def later_holds_less(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """D306: a count that falls from one bulletin to the next."""
    engine = answer_of(kept, facts)
    pairs = _pairs(engine, facts)
    superseded = [words for answer in engine.series for words in answer.series.superseded]
    notes = [check.finding(words, evidence=Evidence.NOTE) for words in superseded]
    if not pairs:
        return check.not_applicable("no area is declared in two bulletins in force", notes)
    findings = list(notes)
    for pair in pairs:
        row, last = pair.row, pair.last
        fallen = {
            k: (before, last.figures[k])
            for k, m in last.members.items()
            if (before := row.votes_of(m)[0]) > last.figures[k]
        }
        for label, (before, after) in {**fallen, **_growth(row, last)}.items():
            if after >= before:
                continue
            evidence, proof = _proved(engine, pair, {label}, facts)
            findings.append(
                check.finding(
                    f"{place(row.area)}: bulletin {pair.later.id} declares {number(after)} for "
                    f"{label}, {number(before - after)} fewer than bulletin {pair.bulletin.id} "
                    "before it. If the authority announced a correction, say so in the "
                    'bulletin: "correction": true',
                    proof=proof,
                    evidence=evidence,
                    bulletin=pair.later.id,
                    area=row.area,
                    candidate=label if label in facts.contest.candidate_ids else None,
                    observed=after,
                    expected=before,
                    arithmetic=f"{number(after)} − {number(before)} = {number(after - before)}",
                )
            )
    fell = len(findings) - len(notes)
    return check.result(findings, reason=f"{counted(len(pairs), 'pair', 'pairs')}", statistic=fell)


def _of_pair(pair: Pair, labels: set[str], facts: CaseFacts) -> Callable[[Row], bool]:
    """Which published numbers are of these labels, in the two bulletins of a pair."""
    area = facts.area_index(pair.row.area)
    names = {label.removesuffix(" (of both)") for label in labels}
    members = {
        name
        for label in names
        for row in (pair.row, pair.last)
        for name in row.members.get(label, ())
    }

    def wanted(row: Row) -> bool:
        if row.area != area or row.bulletin not in (pair.first, pair.second):
            return False
        if row.of_stations or row.label in names or row.label.removesuffix(" votes") in names:
            return True
        return bool(members) and set(row.figure.candidates) <= members

    return wanted


def _proved(
    engine: Feasibility, pair: Pair, labels: set[str], facts: CaseFacts
) -> tuple[Evidence, str]:
    """What the two bulletins prove of these figures together, and neither alone."""
    wanted = _of_pair(pair, labels, facts)
    evidence, proof = proof_of(
        engine, pair.answer, wanted, about=lambda row: row.bulletin == pair.first
    )
    if evidence is not Evidence.NOTE:
        evidence, proof = proof_of(
            engine, pair.answer, wanted, about=lambda row: row.bulletin == pair.second
        )
    return evidence, proof


def batch(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """D307: can what was added between two bulletins have come from stations?

    The batch must have no more votes for candidates than valid votes; whether its stations can
    hold them is for D312. That it is unlike the seen areas is only noted: late stations are
    never a random sample.
    """
    engine = answer_of(kept, facts)
    findings: list[Finding] = []
    asked = 0
    for pair in _pairs(engine, facts):
        counts = _growth(pair.row, pair.last)
        if "valid" not in counts:
            continue
        asked += 1
        valid = counts["valid"][1] - counts["valid"][0]
        grown = {k: b - a for k, (a, b) in counts.items() if k not in _LINES}
        head = f"{place(pair.row.area)}, between bulletins {pair.bulletin.id} and {pair.later.id}"
        findings += _impossible(check, engine, pair, head, valid, grown, facts)
        findings += _beside_the_seen(check, kept.seen, pair, head, valid, grown, facts)
    if not asked:
        return check.not_applicable("no two bulletins give valid votes for the same area")
    sure = sum(finding.evidence is not Evidence.NOTE for finding in findings)
    return check.result(findings, reason=f"{counted(asked, 'batch', 'batches')}", statistic=sure)


def _impossible(
    check: Check,
    engine: Feasibility,
    pair: Pair,
    head: str,
    valid: int,
    grown: dict[str, int],
    facts: CaseFacts,
) -> list[Finding]:
    if valid < 0:
        return []
    over = {label: votes for label, votes in grown.items() if votes > valid}
    total = sum(grown.values())
    told: list[tuple[int, str, str, set[str]]] = [
        (
            votes,
            f"{label} gains {number(votes)} votes where {number(valid)} valid votes were added "
            "in all",
            f"{number(votes)} > {number(valid)}",
            {label},
        )
        for label, votes in over.items()
    ]
    if not over and total > valid:
        spelt = " + ".join(f"{number(votes)} ({label})" for label, votes in grown.items())
        told.append(
            (
                total,
                f"the candidates gain {number(total)} votes together where {number(valid)} valid "
                "votes were added in all",
                f"{spelt} = {number(total)} > {number(valid)}",
                set(grown),
            )
        )
    findings = []
    for votes, message, spelt, labels in told:
        evidence, proof = _proved(engine, pair, {*labels, "valid"}, facts)
        findings.append(
            check.finding(
                f"{head}: {message}",
                proof=proof,
                evidence=evidence,
                bulletin=pair.later.id,
                area=pair.row.area,
                observed=votes,
                expected=valid,
                arithmetic=spelt,
            )
        )
    return findings


def _beside_the_seen(
    check: Check,
    seen: Seen,
    pair: Pair,
    head: str,
    valid: int,
    grown: dict[str, int],
    facts: CaseFacts,
) -> list[Finding]:
    alone = [name for name in facts.contest.candidate_ids if name in grown]
    if valid <= 0 or not alone:
        return []
    leader = max(alone, key=lambda name: grown[name])
    like = like_regions(seen, valid, facts.contest.candidate_ids.index(leader))
    share = grown[leader] / valid
    beside = ""
    if like:
        low, high = like.shares.min(), like.shares.max()
        beside = (
            f"; in {like.words} it was {100 * low:.2f} to {100 * high:.2f} %, "
            f"{int((like.shares >= share).sum())} of them as high"
        )
    return [
        check.finding(
            f"{head}, {number(valid)} valid votes were added, "
            f"{percent(grown[leader], valid)} of them for {facts.label(leader)}{beside}. "
            "Late stations are not a random sample, so this alone says nothing",
            evidence=Evidence.NOTE,
            bulletin=pair.later.id,
            area=pair.row.area,
            candidate=leader,
            observed=round(share, 6),
            arithmetic=f"{number(grown[leader])} / {number(valid)} = "
            f"{percent(grown[leader], valid)}",
        )
    ]


D306 = Check(
    code="D306",
    name="A later bulletin holds fewer votes",
    family="compare",
    evidence=Evidence.CONTRADICTION,
    conclude=later_holds_less,
    summarise=summarise_witnesses,
    rows="kept",
    needs="two bulletins",
    assumptions="bulletins add stations and take none back, unless declared as a correction",
    reference="arithmetic",
)
D307 = Check(
    code="D307",
    name="The batch between two bulletins",
    family="compare",
    evidence=Evidence.CONTRADICTION,
    conclude=batch,
    summarise=summarise_witnesses,
    rows="kept",
    needs="two bulletins with valid votes",
    assumptions="as D306; a batch unlike the seen areas is only a note",
    reference="arithmetic; Idrobo, Kronick & Rodríguez (2022) on late shifts",
)
CHECKS = (D306, D307)
