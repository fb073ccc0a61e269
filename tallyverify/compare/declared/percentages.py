"""D304: declared percentages against declared counts."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from tallyverify.checking import CaseFacts, Check, Kept
from tallyverify.compare.lifting import LABELS, Place, answer_of, places, proof_of, same_place
from tallyverify.compare.wording import of_bulletin
from tallyverify.feasibility import (
    Feasibility,
    bases_of,
    summarise_witnesses,
    undeclared_total,
    unit_of,
)
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.language import clauses, counted, formatted, formula, number, told
from tallyverify.records import AreaResult


def percentages(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """D304: declared percentages against declared counts, whichever total they are of."""
    if not any(row.percentages for one in facts.bulletins for row in one.areas):
        return check.not_applicable(told("no percentages are declared"))
    engine = answer_of(kept, facts)
    findings: list[Finding] = []
    asked = 0
    for one in places(engine, facts):
        if one.row.percentages:
            asked += 1
            findings += _of_some_total(check, engine, one, facts)
    sure = sum(finding.evidence is not Evidence.NOTE for finding in findings)
    return check.result(findings, reason=counted(asked, "area", "areas"), statistic=sure)


def _of_some_total(
    check: Check, engine: Feasibility, one: Place, facts: CaseFacts
) -> list[Finding]:
    row, totals = one.row, bases_of(one.row, facts)
    labels = [label for label in row.percentages if label in row.figures]
    tried = [
        [off for label in labels if (off := _off(row, label, name, total))]
        for name, total in totals.items()
    ]
    best = min(tried, key=lambda off: (sum(o.more_than_a_unit for o in off), len(off)), default=[])
    if not best or not labels:
        return []
    if not any(off.more_than_a_unit for off in best):
        return [off.finding(check, one, Evidence.NOTE, "") for off in best]
    between = undeclared_total(row, facts)
    if between is not None:
        return [_of_no_declared_total(check, one, *between)]
    found = []
    for off in best:
        evidence, proof = Evidence.NOTE, ""
        if off.more_than_a_unit:
            percentage = f"{off.label} (percentage)"
            evidence, proof = proof_of(
                engine,
                one.answer,
                same_place(one, off.label, percentage, LABELS["valid"], "ballots"),
                about=lambda row, percentage=percentage: row.label == percentage,  # type: ignore[misc]
            )
        found.append(off.finding(check, one, evidence, proof))
    return found


def _of_no_declared_total(
    check: Check, one: Place, low: Fraction, high: Fraction | None
) -> Finding:
    says = told(
        "the percentages are not of a declared total; a total that is not declared, such as valid "
        "and blank votes, would explain them"
    )
    least = number(ceil(low))
    return check.finding(
        of_bulletin(one.bulletin.id, one.row.area, says),
        evidence=Evidence.NOTE,
        bulletin=one.bulletin.id,
        area=one.row.area,
        arithmetic=told("from {least} up", least=least)
        if high is None
        else told("from {least} to {most}", least=least, most=number(floor(high))),
    )


@dataclass(frozen=True)
class _Off:
    """A percentage that is not the rounded share of its votes."""

    label: str
    stated: float
    share: Fraction
    votes: int
    total: int
    name: str
    more_than_a_unit: bool  # neither rounded, nor cut off, nor moved so that all sum to 100

    def finding(self, check: Check, one: Place, evidence: Evidence, proof: str) -> Finding:
        share = float(self.share)
        says: str = told(
            "{label} is declared with {stated} %, its votes are {share} % of the {total}",
            label=self.label,
            stated=formatted(self.stated, "g"),
            share=formatted(share, ".4f"),
            total=self.name,
        )
        if not self.more_than_a_unit:
            why = told("cut off, or moved so that all sum to 100, that is explained")
            says = clauses([says, why])
        return check.finding(
            of_bulletin(one.bulletin.id, one.row.area, says),
            proof=proof,
            evidence=evidence,
            bulletin=one.bulletin.id,
            area=one.row.area,
            observed=round(share, 6),
            expected=self.stated,
            difference=round(share - self.stated, 6),
            arithmetic=formula(
                "{votes} / {total} = {share} %",
                votes=number(self.votes),
                total=number(self.total),
                share=formatted(share, ".6f"),
            ),
        )


def _off(row: AreaResult, label: str, name: str, total: int) -> _Off | None:
    stated, unit = row.percentages[label], unit_of(row.percentages[label])
    share = Fraction(100 * row.figures[label], total)
    gap = abs(share - Fraction(str(stated)))
    if gap <= unit / 2:
        return None
    return _Off(label, stated, share, row.figures[label], total, name, gap >= unit)


D304 = Check(
    code="D304",
    name=told("Declared percentages against declared counts"),
    family="compare",
    evidence=Evidence.CONTRADICTION,
    conclude=percentages,
    summarise=summarise_witnesses,
    rows="kept",
    needs=told("declared percentages and counts"),
    assumptions=told(
        "percentages may be of valid votes, of ballots, of registered voters or of all votes "
        "declared, whichever fits best"
    ),
    reference="arithmetic",
)
CHECKS = (D304,)
