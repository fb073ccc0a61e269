"""D308: declared areas against the declared area that they lie in."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import NamedTuple

from tallyverify.checking import CaseFacts, Check, Kept
from tallyverify.compare.lifting import MOST_PROOFS, answer_of, is_of, proof_of
from tallyverify.compare.wording import difference, line_words, of_bulletin
from tallyverify.feasibility import Feasibility, Row, SeriesAnswer, summarise_witnesses
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.language import clauses, counted, number, told
from tallyverify.names import folded
from tallyverify.records import AreaResult, Bulletin

Key = tuple[tuple[str, str], ...]
Kinds = tuple[str, ...]


def conclude(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """D308: areas against the area that they lie in, within one bulletin."""
    if not any(_families(bulletin) for bulletin in facts.bulletins):
        return check.not_applicable(
            told("no bulletin declares areas together with their parent area")
        )
    engine = answer_of(kept, facts)
    differing: list[_Differing] = []
    asked = 0
    for answer in engine.series:
        for at, (bulletin, _) in enumerate(answer.series.bulletins):
            for parent, children in _families(bulletin):
                asked += 1
                complete = _is_complete(parent, children, facts)
                differing += [
                    _Differing(answer, at, bulletin, parent, children, *one)
                    for one in _unequal(parent, children, complete)
                ]
    differing.sort(key=lambda one: -abs(one.total - one.whole))
    findings = [
        _finding(check, engine, one, facts, prove=rank < MOST_PROOFS)
        for rank, one in enumerate(differing)
    ]
    sure = sum(finding.evidence is not Evidence.NOTE for finding in findings)
    reason = counted(asked, "parent area", "parent areas")
    return check.result(findings, reason=reason, statistic=sure)


def _families(bulletin: Bulletin) -> list[tuple[AreaResult, list[AreaResult]]]:
    """Each declared area with those next below it, one list for each set of levels."""
    declared = {tuple(row.area.items()): row for row in bulletin.areas}
    below: dict[tuple[Key, Kinds], list[AreaResult]] = {}
    for key, row in declared.items():
        above = next(
            (key[:end] for end in range(len(key) - 1, -1, -1) if key[:end] in declared), None
        )
        if above is not None:
            below.setdefault((above, tuple(row.area)), []).append(row)
    return [
        (declared[above], rows) for (above, _), rows in sorted(below.items(), key=itemgetter(0))
    ]


def _is_complete(parent: AreaResult, children: list[AreaResult], facts: CaseFacts) -> bool:
    counts = [row.stations for row in children]
    if parent.stations is not None and None not in counts:
        return sum(count or 0 for count in counts) == parent.stations
    declared = facts.all_stations
    if facts.registry is not None and (declared is None or declared <= len(facts.registry)):
        inside = facts.registry.inside(parent.area)
        levels = list(children[0].area)
        if (
            inside is not None
            and inside.any()
            and all(level in facts.registry.frame for level in levels)
        ):
            there = facts.registry.frame.loc[inside, levels].drop_duplicates()
            named = {tuple(map(folded, row.area.values())) for row in children}
            listed = there.fillna("").itertuples(index=False)
            return {tuple(folded(str(name)) for name in names) for names in listed} <= named
    return False


class _Differing(NamedTuple):
    """A figure of an area that is not the sum of the areas below it."""

    answer: SeriesAnswer
    at: int
    bulletin: Bulletin
    parent: AreaResult
    children: list[AreaResult]
    label: str
    whole: int
    total: int
    areas: int
    every: bool  # all areas below are there, and say it


def _unequal(
    parent: AreaResult, children: list[AreaResult], complete: bool
) -> list[tuple[str, int, int, int, bool]]:
    found = []
    for label, whole, known in _compared(parent, children):
        total = sum(low for low, _ in known)
        every = complete and all(exact for _, exact in known)
        if total > whole or (total != whole and any(exact for _, exact in known)):
            found.append((label, whole, total, len(known), every))
    return found


def _finding(
    check: Check, engine: Feasibility, one: _Differing, facts: CaseFacts, *, prove: bool
) -> Finding:
    evidence, proof = Evidence.NOTE, ""
    if prove and (one.total > one.whole or one.every):
        wanted = _of_family(one.answer, one.at, one.parent, one.children, one.label, facts)
        parent = facts.area_index(one.parent.area)
        evidence, proof = proof_of(engine, one.answer, wanted, about=lambda row: row.area == parent)
    says = told(
        "{name}: {areas} below sum to {total}, {whole} are declared for the whole",
        name=line_words(one.label),
        areas=counted(one.areas, "area", "areas"),
        total=number(one.total),
        whole=number(one.whole),
    )
    if evidence is Evidence.NOTE:
        says = clauses([says, _why_not(one, prove=prove)])
    return check.finding(
        of_bulletin(one.bulletin.id, one.parent.area, says),
        proof=proof,
        evidence=evidence,
        bulletin=one.bulletin.id,
        area=one.parent.area,
        observed=one.total,
        expected=one.whole,
        arithmetic=difference(one.total, one.whole),
    )


def _why_not(one: _Differing, *, prove: bool) -> str:
    """Say why a difference proves nothing."""
    if one.total < one.whole:
        return told("whether that is all of it is not known")
    if not prove:
        return told("larger differences were proved first, and this one was not")
    return told("the rows may be of different hours, or of other papers")


def _of_family(
    answer: SeriesAnswer,
    at: int,
    parent: AreaResult,
    children: list[AreaResult],
    label: str,
    facts: CaseFacts,
) -> Callable[[Row], bool]:
    """Which published numbers are of this label, in the parent and the areas below it."""
    areas = {facts.area_index(row.area) for row in (parent, *children)}
    members = set(parent.members.get(label, ()))

    def wanted(row: Row) -> bool:
        if row.bulletin != at or row.area not in areas:
            return False
        if row.of_stations or is_of(row, label):
            return True
        return bool(members) and set(row.figure.candidates) <= members

    return wanted


def _compared(
    parent: AreaResult, children: list[AreaResult]
) -> list[tuple[str, int, list[tuple[int, bool]]]]:
    """Each figure of the parent with what each child declares of it, and whether that is all."""
    compared = []
    for label, members in parent.members.items():
        known = [row.votes_of(members) for row in children]
        compared.append((label, parent.figures[label], known))
    for line in ("valid", "null", "blank", "ballots", "stations"):
        whole = getattr(parent, line)
        counts = [getattr(row, line) for row in children]
        if whole is not None and any(count is not None for count in counts):
            compared.append((line, whole, [(count or 0, count is not None) for count in counts]))
    return compared


D308 = Check(
    code="D308",
    name=told("Declared areas against their parent area"),
    family="compare",
    evidence=Evidence.CONTRADICTION,
    conclude=conclude,
    summarise=summarise_witnesses,
    rows="kept",
    needs=told("a result declared by area"),
    assumptions=told("areas are all there if their stations, or the registry, say so"),
    reference="arithmetic: parts are not more than the whole",
)
CHECKS = (D308,)
