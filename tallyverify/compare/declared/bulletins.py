"""D306: one bulletin after another."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from tallyverify.checking import CaseFacts, Check, Kept
from tallyverify.compare.lifting import answer_of, is_of, proof_of
from tallyverify.compare.wording import difference, line_words
from tallyverify.feasibility import Feasibility, Row, SeriesAnswer, summarise_witnesses
from tallyverify.findings import CheckResult, Evidence, Finding, place
from tallyverify.language import counted, number, told
from tallyverify.records import AreaResult, Bulletin

LINES = ("valid", "null", "blank", "ballots", "stations")
"""Lines of a bulletin that grow from one to the next."""


class Pair(NamedTuple):
    """One area in two bulletins of a series, the later one next in which it stands."""

    answer: SeriesAnswer
    first: int
    bulletin: Bulletin
    row: AreaResult
    second: int
    later: Bulletin
    last: AreaResult


def pairs(engine: Feasibility, facts: CaseFacts) -> list[Pair]:
    """Each area's result in force with the next one declared for it in the same series."""
    found: list[Pair] = []
    for answer in engine.series:
        stated: dict[int, list[tuple[int, Bulletin, AreaResult]]] = {}
        for at, (bulletin, rows) in enumerate(answer.series.bulletins):
            for row in rows:
                stated.setdefault(facts.area_index(row.area), []).append((at, bulletin, row))
        for _, each in sorted(stated.items()):
            found += [Pair(answer, *one, *other) for one, other in pairwise(each)]
    return found


class Growth(NamedTuple):
    """A count in two bulletins: of a line, or of a candidate or group as the bulletins call it."""

    name: str
    words: str
    before: int
    after: int

    @property
    def votes(self) -> int:
        """By how much it grew."""
        return self.after - self.before


def growth(row: AreaResult, last: AreaResult) -> dict[tuple[bool, str], Growth]:
    """Each count that both bulletins give, alone or as a sum of the same candidates.

    By whether it is a line, and its name.
    """
    counts: dict[tuple[bool, str], Growth] = {}
    for line in LINES:
        before, after = getattr(row, line), getattr(last, line)
        if before is not None and after is not None:
            counts[True, line] = Growth(line, line_words(line), before, after)
    by_members = {frozenset(m): (k, m) for k, m in (*last.members.items(), *row.members.items())}
    for label, members in by_members.values():
        before, whole_before = row.votes_of(members)
        after, whole_after = last.votes_of(members)
        if whole_before and whole_after:
            words = told("{name} (of both)", name=label) if label in LINES else label
            counts[False, label] = Growth(label, words, before, after)
    return counts


def later_holds_less(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """D306: a count that falls from one bulletin to the next."""
    engine = answer_of(kept, facts)
    among = pairs(engine, facts)
    superseded = [words for answer in engine.series for words in answer.series.superseded]
    notes = [check.finding(words, evidence=Evidence.NOTE) for words in superseded]
    if not among:
        return check.not_applicable(told("no area is declared in two bulletins in force"), notes)
    findings = list(notes)
    for pair in among:
        row, last = pair.row, pair.last
        fallen = {
            (False, k): Growth(k, k, before, last.figures[k])
            for k, m in last.members.items()
            if (before := row.votes_of(m)[0]) > last.figures[k]
        }
        findings += [
            _fallen(check, engine, pair, one, facts)
            for one in {**fallen, **growth(row, last)}.values()
            if one.votes < 0
        ]
    fell = len(findings) - len(notes)
    return check.result(findings, reason=counted(len(among), "pair", "pairs"), statistic=fell)


def _fallen(
    check: Check, engine: Feasibility, pair: Pair, one: Growth, facts: CaseFacts
) -> Finding:
    evidence, proof = proved_of_pair(engine, pair, {one.name}, facts)
    return check.finding(
        told(
            "{area}: bulletin {later} declares {votes} for {name}, {fewer} fewer than bulletin "
            "{earlier} before it. If the authority announced a correction, say so in the bulletin: "
            '"correction": true',
            area=place(pair.row.area),
            later=pair.later.id,
            votes=number(one.after),
            name=one.words,
            fewer=number(-one.votes),
            earlier=pair.bulletin.id,
        ),
        proof=proof,
        evidence=evidence,
        bulletin=pair.later.id,
        area=pair.row.area,
        candidate=one.name if one.words in facts.contest.candidate_ids else None,
        observed=one.after,
        expected=one.before,
        arithmetic=difference(one.after, one.before),
    )


def _of_pair(pair: Pair, names: set[str], facts: CaseFacts) -> Callable[[Row], bool]:
    """Which published numbers are of these names, in the two bulletins of a pair."""
    area = facts.area_index(pair.row.area)
    members = {
        one for name in names for row in (pair.row, pair.last) for one in row.members.get(name, ())
    }

    def wanted(row: Row) -> bool:
        if row.area != area or row.bulletin not in (pair.first, pair.second):
            return False
        if row.of_stations or any(is_of(row, name) for name in names):
            return True
        return bool(members) and set(row.figure.candidates) <= members

    return wanted


def proved_of_pair(
    engine: Feasibility, pair: Pair, names: set[str], facts: CaseFacts
) -> tuple[Evidence, str]:
    """What the two bulletins prove of these figures together, and neither alone."""
    wanted = _of_pair(pair, names, facts)
    evidence, proof = proof_of(
        engine, pair.answer, wanted, about=lambda row: row.bulletin == pair.first
    )
    if evidence is not Evidence.NOTE:
        evidence, proof = proof_of(
            engine, pair.answer, wanted, about=lambda row: row.bulletin == pair.second
        )
    return evidence, proof


D306 = Check(
    code="D306",
    name=told("A later bulletin holds fewer votes"),
    family="compare",
    evidence=Evidence.CONTRADICTION,
    conclude=later_holds_less,
    summarise=summarise_witnesses,
    rows="kept",
    needs=told("two bulletins"),
    assumptions=told("bulletins add stations and take none back, unless declared as a correction"),
    reference="arithmetic",
)
CHECKS = (D306,)
