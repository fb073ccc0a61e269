"""D303 and D309: do the declared figures of one area agree with each other?"""

from __future__ import annotations

from fractions import Fraction

from tallyverify.checking import CaseFacts, Check, Kept
from tallyverify.compare.lifting import Place, answer_of, places, proof_of, same_place
from tallyverify.feasibility import (
    BY_COVERAGE,
    Feasibility,
    papers_with_several_votes,
    stated,
    summarise_witnesses,
)
from tallyverify.findings import CheckResult, Evidence, Finding, place
from tallyverify.language import counted, number


def _differ(
    check: Check,
    one: Place,
    observed: int,
    expected: int,
    message: str,
    arithmetic: str,
    evidence: Evidence | None = None,
    proof: str = "",
) -> Finding:
    return check.finding(
        f"bulletin {one.bulletin.id}, {place(one.row.area)}: {message}",
        proof=proof,
        evidence=evidence,
        bulletin=one.bulletin.id,
        area=one.row.area,
        observed=observed,
        expected=expected,
        arithmetic=arithmetic,
    )


def parts(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """D303: declared votes against declared totals, in each area of each bulletin."""
    if not facts.bulletins:
        return check.not_applicable("nothing is declared")
    engine = answer_of(kept, facts)
    findings: list[Finding] = []
    asked = 0
    for one in places(engine, facts):
        count, found = _of_place(check, engine, one, facts)
        asked += count
        findings += found
    if not asked:
        return check.not_applicable("no totals are declared beside the votes")
    sure = sum(finding.evidence is not Evidence.NOTE for finding in findings)
    return check.result(findings, reason=f"{counted(asked, 'sum', 'sums')}", statistic=sure)


def _of_place(
    check: Check, engine: Feasibility, one: Place, facts: CaseFacts
) -> tuple[int, list[Finding]]:
    """The sums asked of one declared row, and those that do not come out."""
    row, asked, findings = one.row, 0, []
    total = sum(row.figures.values())
    spelt = " + ".join(f"{number(v)} ({k})" for k, v in row.figures.items())

    def graded(observed: int, expected: int, message: str, arithmetic: str, total: str) -> None:
        evidence, proof = proof_of(
            engine, one.answer, same_place(one), about=lambda row: row.label == total
        )
        if evidence is Evidence.NOTE:
            message += "; papers that are not declared here could account for that"
        findings.append(
            _differ(check, one, observed, expected, message, arithmetic, evidence, proof)
        )

    if row.figures and row.valid is not None and not papers_with_several_votes(row, facts):
        asked += 1
        every = row.candidates == set(facts.contest.candidate_ids)
        if total > row.valid or (every and total != row.valid):
            graded(
                total,
                row.valid,
                f"the candidates' votes sum to {number(total)}, the valid votes are declared as "
                f"{number(row.valid)}",
                f"{spelt} = {number(total)}; {number(row.valid)} (valid); "
                f"difference {number(total - row.valid)}",
                "valid votes",
            )
    if row.ballots is not None and (row.valid is not None or row.figures):
        asked += 1
        known = {"valid": row.valid if row.valid is not None else total}
        known |= {n: v for n in ("null", "blank") if (v := getattr(row, n)) is not None}
        papers = sum(known.values())
        complete = row.null is not None and row.blank is not None and row.valid is not None
        if facts.contest.votes_allowed == 1 and (
            papers > row.ballots or (complete and papers != row.ballots)
        ):
            terms = " + ".join(f"{number(v)} ({k})" for k, v in known.items())
            graded(
                papers,
                row.ballots,
                f"{', '.join(known)} papers sum to {number(papers)}, the ballots are declared as "
                f"{number(row.ballots)}",
                f"{terms} = {number(papers)}; {number(row.ballots)} (ballots); "
                f"difference {number(papers - row.ballots)}",
                "ballots",
            )
    more = _of_register(check, one, total, facts)
    return asked + (more is not None), findings + (more or [])


def _of_register(check: Check, one: Place, total: int, facts: CaseFacts) -> list[Finding] | None:
    """Votes beside registered voters: rolls change, so that they prove nothing; None: not asked."""
    row = one.row
    whole = facts.declared.registered if facts.declared and not row.area else None
    # A booth without a list has nobody on it, and votes all the same.
    known = [count for count in (row.registered, whole) if count]
    voted = max(row.ballots or 0, row.valid or 0, total // facts.contest.votes_allowed)
    if not known:
        return None
    found = []
    if voted > min(known):
        found.append(
            _differ(
                check,
                one,
                voted,
                min(known),
                f"{number(voted)} votes are declared for {number(min(known))} registered voters; "
                "rolls change and people may vote off the list, so this alone proves nothing",
                f"{number(voted)} − {number(min(known))} = {number(voted - min(known))}",
                Evidence.QUALITY if not row.area else Evidence.NOTE,
            )
        )
    listed = facts.registry.registered if facts.registry is not None else None
    stations = facts.all_stations
    if (
        whole is not None
        and facts.registry is not None
        and listed
        and stations == len(facts.registry)
        and not facts.registry.sizes[1].any()
        and abs(whole - listed) * _TENTH > max(whole, listed)
    ):
        found.append(
            _differ(
                check,
                one,
                whole,
                listed,
                f"{number(whole)} registered voters are declared; the registry, which has as many "
                f"stations as are declared, has {number(listed)}",
                f"{number(whole)} − {number(listed)} = {number(whole - listed)}",
                Evidence.QUALITY,
            )
        )
    return found


_TENTH = 10


def coverage(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """D309: the claimed coverage against the number of stations."""
    engine = answer_of(kept, facts)
    findings: list[Finding] = []
    asked = 0
    there, said = engine.seen, facts.all_stations
    if said is not None and there > said:
        findings.append(
            check.finding(
                f"there are sheets of {number(there)} stations, and {number(said)} are "
                "declared to exist; the declared number was not used (is it that of all "
                "stations, and does the mapping's key name each station once?)",
                evidence=Evidence.QUALITY,
                observed=there,
                expected=said,
                arithmetic=f"{number(there)} − {number(said)} = {number(there - said)}",
            )
        )
    for one in places(engine, facts):
        total = engine.stations_in(one.row.area)
        if one.row.stations is None or not total:
            continue
        asked += 1
        findings += _covered(check, engine, one, total, facts)
    if not asked and not findings:
        return check.not_applicable("no bulletin gives a number of stations beside the total")
    return check.result(
        findings, reason=f"{counted(asked, 'area', 'areas')}", statistic=len(findings)
    )


def _covered(
    check: Check, engine: Feasibility, one: Place, total: int, facts: CaseFacts
) -> list[Finding]:
    stations = one.row.stations or 0
    spelt = f"{number(stations)} of {counted(total, 'station', 'stations')}"
    if stations > total:
        evidence, proof = proof_of(engine, one.answer, same_place(one, "stations covered"))
        return [
            _differ(
                check,
                one,
                stations,
                total,
                f"{number(stations)} stations are counted where there are {number(total)}",
                f"{spelt}: {number(stations - total)} too many",
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
    low, high = (100 * float(edge) for edge in claimed)
    message = (
        f"a coverage of {low:.6g} to {high:.6g} % is claimed, the stations counted are "
        f"{100 * float(share):.6g} %"
    )
    evidence, proof = Evidence.NOTE, ""
    if basis == "stations":
        evidence, proof = proof_of(engine, one.answer, same_place(one, BY_COVERAGE))
        evidence = evidence if evidence is not Evidence.NOTE else Evidence.QUALITY
    else:
        message += "; it may be of voters, and was not used"
    return [
        _differ(
            check,
            one,
            stations,
            round(total * float(sum(claimed) / 2)),
            message,
            f"{spelt} = {100 * float(share):.6g} %",
            evidence,
            proof,
        )
    ]


D303 = Check(
    code="D303",
    name="Declared parts against declared total",
    family="compare",
    evidence=Evidence.CONTRADICTION,
    conclude=parts,
    summarise=summarise_witnesses,
    rows="kept",
    needs="a declared result",
    assumptions="valid votes are those for candidates; blank votes may be declared among them",
    reference="arithmetic",
)
D309 = Check(
    code="D309",
    name="Claimed coverage against stations",
    family="compare",
    evidence=Evidence.CONTRADICTION,
    conclude=coverage,
    summarise=summarise_witnesses,
    rows="kept",
    needs="coverage and stations",
    assumptions="a coverage is a percentage that was rounded or cut off",
    reference="arithmetic",
)
CHECKS = (D303, D309)
