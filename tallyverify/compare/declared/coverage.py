"""D309: the claimed coverage against the number of stations."""

from __future__ import annotations

from fractions import Fraction

from tallyverify.checking import CaseFacts, Check, Kept
from tallyverify.compare.declared.parts import differ
from tallyverify.compare.lifting import Place, answer_of, places, proof_of, same_place
from tallyverify.compare.wording import difference
from tallyverify.feasibility import BY_COVERAGE, Feasibility, stated, summarise_witnesses
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.language import clauses, counted, formatted, formula, number, told


def coverage(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """D309: the claimed coverage against the number of stations."""
    engine = answer_of(kept, facts)
    findings: list[Finding] = []
    asked = 0
    there, said = engine.seen, facts.all_stations
    if said is not None and there > said:
        findings.append(
            check.finding(
                told(
                    "there are sheets of {seen} stations, and {declared} are declared to exist; "
                    "the declared number was not used (is it that of all stations, and does the "
                    "mapping's key name each station once?)",
                    seen=number(there),
                    declared=number(said),
                ),
                evidence=Evidence.QUALITY,
                observed=there,
                expected=said,
                arithmetic=difference(there, said),
            )
        )
    for one in places(engine, facts):
        total = engine.stations_in(one.row.area)
        if one.row.stations is None or not total:
            continue
        asked += 1
        findings += _covered(check, engine, one, total, facts)
    if not asked and not findings:
        return check.not_applicable(told("no bulletin gives a number of stations beside the total"))
    return check.result(findings, reason=counted(asked, "area", "areas"), statistic=len(findings))


def _covered(
    check: Check, engine: Feasibility, one: Place, total: int, facts: CaseFacts
) -> list[Finding]:
    stations = one.row.stations or 0
    spelt = told(
        "{stations} of {all}",
        stations=number(stations),
        all=counted(total, "station", "stations"),
    )
    if stations > total:
        evidence, proof = proof_of(engine, one.answer, same_place(one, "stations"))
        return [
            differ(
                check,
                one,
                stations,
                total,
                told(
                    "{stations} stations are counted where there are {total}",
                    stations=number(stations),
                    total=number(total),
                ),
                told("{what}: {more} too many", what=spelt, more=number(stations - total)),
                evidence if evidence is not Evidence.NOTE else Evidence.QUALITY,
                proof,
            )
        ]
    claimed = one.row.coverage_range
    share = Fraction(stations, total)
    # A share may be cut off instead of rounded: a whole unit of the last digit is allowed.
    if claimed is None or 2 * claimed[0] - claimed[1] <= share <= 2 * claimed[1] - claimed[0]:
        return []
    basis = stated(facts, one.bulletin, one.row, "coverage_basis")
    low, high = (formatted(100 * float(edge), ".6g") for edge in claimed)
    counted_share = formatted(100 * float(share), ".6g")
    message: str = told(
        "a coverage of {low} to {high} % is claimed, the stations counted are {share} %",
        low=low,
        high=high,
        share=counted_share,
    )
    evidence, proof = Evidence.NOTE, ""
    if basis == "stations":
        evidence, proof = proof_of(engine, one.answer, same_place(one, BY_COVERAGE))
        evidence = evidence if evidence is not Evidence.NOTE else Evidence.QUALITY
    else:
        message = clauses([message, told("it may be of voters, and was not used")])
    return [
        differ(
            check,
            one,
            stations,
            round(total * float(sum(claimed) / 2)),
            message,
            formula("{what} = {share} %", what=spelt, share=counted_share),
            evidence,
            proof,
        )
    ]


D309 = Check(
    code="D309",
    name=told("Claimed coverage against stations"),
    family="compare",
    evidence=Evidence.CONTRADICTION,
    conclude=coverage,
    summarise=summarise_witnesses,
    rows="kept",
    needs=told("coverage and stations"),
    assumptions=told("a coverage is a percentage that was rounded or cut off"),
    reference="arithmetic",
)
CHECKS = (D309,)
