"""D306 and D307: one bulletin after another."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from tallyverify.checking import CaseFacts, Check, Seen, like_regions, listed_in, summarise_seen
from tallyverify.findings import CheckResult, Evidence, Finding, counted, number, percent, place
from tallyverify.records import AreaResult, Bulletin

_LINES = ("valid", "null", "blank", "ballots", "stations")
Pair = tuple[Bulletin, AreaResult, Bulletin, AreaResult]


def _pairs(facts: CaseFacts) -> list[Pair]:
    """Each area's result with the next one declared for it."""
    pairs: list[Pair] = []
    for area in facts.areas:
        stated = [(b, row) for b in facts.bulletins if (row := b.of(area)) is not None]
        pairs += [(b, row, later, last) for (b, row), (later, last) in pairwise(stated)]
    return pairs


def _corrected(facts: CaseFacts, first: Bulletin, last: Bulletin) -> bool:
    """Whether a bulletin after the first, up to the last, is declared as a correction."""
    start, stop = facts.bulletins.index(first), facts.bulletins.index(last)
    return any(bulletin.correction for bulletin in facts.bulletins[start + 1 : stop + 1])


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


def later_holds_less(check: Check, summary: None, facts: CaseFacts) -> CheckResult:
    """D306: a count that falls from one bulletin to the next."""
    pairs = _pairs(facts)
    if not pairs:
        return check.not_applicable("no area is declared in two bulletins")
    findings = []
    for bulletin, row, later, last in pairs:
        corrected = _corrected(facts, bulletin, later)
        fallen = {
            k: (before, last.figures[k])
            for k, m in last.members.items()
            if (before := row.votes_of(m)[0]) > last.figures[k]
        }
        for label, (before, after) in {**fallen, **_growth(row, last)}.items():
            if after >= before:
                continue
            says = (
                f"{place(row.area)}: bulletin {later.id} declares {number(after)} for {label}, "
                f"{number(before - after)} fewer than bulletin {bulletin.id} before it"
            )
            findings.append(
                check.finding(
                    says
                    + (
                        "; a correction was declared"
                        if corrected
                        else ". If the authority announced a correction, say so in the "
                        'bulletin: "correction": true'
                    ),
                    evidence=Evidence.NOTE if corrected else None,
                    area=row.area,
                    candidate=label if label in facts.contest.candidate_ids else None,
                    observed=after,
                    expected=before,
                    arithmetic=f"{number(after)} − {number(before)} = {number(after - before)}",
                )
            )
    return check.result(findings, reason=f"{counted(len(pairs), 'pair')}", statistic=len(findings))


def batch(check: Check, seen: Seen, facts: CaseFacts) -> CheckResult:
    """D307: can what was added between two bulletins have come from stations?

    The batch must have no more votes for candidates than valid votes, and no more votes than
    its stations have voters. That it is unlike the seen areas is only noted: late stations are
    never a random sample.
    """
    findings: list[Finding] = []
    asked = 0
    for bulletin, row, later, last in _pairs(facts):
        counts = _growth(row, last)
        if "valid" not in counts or _corrected(facts, bulletin, later):
            continue
        asked += 1
        valid = counts["valid"][1] - counts["valid"][0]
        grown = {k: b - a for k, (a, b) in counts.items() if k not in _LINES}
        head = f"{place(row.area)}, between bulletins {bulletin.id} and {later.id}"
        findings += _impossible(check, seen, row, head, valid, grown, counts, facts)
        findings += _beside_the_seen(check, seen, row, head, valid, grown, facts)
    if not asked:
        return check.not_applicable("no two bulletins give valid votes for the same area")
    sure = sum(finding.evidence is Evidence.CONTRADICTION for finding in findings)
    return check.result(findings, reason=f"{counted(asked, 'batch', 'batches')}", statistic=sure)


def _impossible(
    check: Check,
    seen: Seen,
    row: AreaResult,
    head: str,
    valid: int,
    grown: dict[str, int],
    counts: dict[str, tuple[int, int]],
    facts: CaseFacts,
) -> list[Finding]:
    findings = []

    def more(votes: int, most: int, message: str, arithmetic: str) -> None:
        findings.append(
            check.finding(
                f"{head}: {message}",
                area=row.area,
                observed=votes,
                expected=most,
                arithmetic=arithmetic,
            )
        )

    for label, votes in grown.items():
        if valid >= 0 and votes > valid:
            more(
                votes,
                valid,
                f"{label} gains {number(votes)} votes where {number(valid)} valid votes were "
                "added in all",
                f"{number(votes)} > {number(valid)}",
            )
    total = sum(grown.values())
    if not findings and valid >= 0 and total > valid:
        spelt = " + ".join(f"{number(votes)} ({label})" for label, votes in grown.items())
        more(
            total,
            valid,
            f"the candidates gain {number(total)} votes together where {number(valid)} valid "
            "votes were added in all",
            f"{spelt} = {number(total)} > {number(valid)}",
        )
    if "stations" in counts and facts.registry is not None:
        stations = counts["stations"][1] - counts["stations"][0]
        inside = listed_in(seen, facts, row.area)
        sizes, unknown = facts.registry.sizes
        if inside is not None and inside.any() and not unknown[inside].any() and stations >= 0:
            room = int(np.sort(sizes[inside])[::-1][:stations].sum())
            if valid > room:
                more(
                    valid,
                    room,
                    f"{number(valid)} valid votes were added by {number(stations)} stations, and "
                    f"the largest {number(stations)} have {number(room)} voters",
                    f"{number(valid)} − {number(room)} = {number(valid - room)}",
                )
    return findings


def _beside_the_seen(
    check: Check,
    seen: Seen,
    row: AreaResult,
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
            area=row.area,
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
    summarise=summarise_seen,
    rows="once",
    needs="two bulletins with valid votes",
    assumptions="as D306; a batch unlike the seen areas is only a note",
    reference="arithmetic; Idrobo, Kronick & Rodríguez (2022) on late shifts",
)
CHECKS = (D306, D307)
