"""D303: do the declared votes of one area agree with its declared totals?"""

from __future__ import annotations

from tallyverify.checking import CaseFacts, Check, Kept
from tallyverify.compare.lifting import Place, answer_of, is_of, places, proof_of, same_place
from tallyverify.compare.wording import difference, line_words, of_bulletin, term
from tallyverify.feasibility import Feasibility, papers_with_several_votes, summarise_witnesses
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.language import clauses, counted, enumerated, number, plus, told

_TENTH = 10


def differ(
    check: Check,
    one: Place,
    observed: int,
    expected: int,
    message: str,
    arithmetic: str,
    evidence: Evidence | None = None,
    proof: str = "",
) -> Finding:
    """Return a finding on two figures of one declared row."""
    return check.finding(
        of_bulletin(one.bulletin.id, one.row.area, message),
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
        return check.not_applicable(told("nothing is declared"))
    engine = answer_of(kept, facts)
    findings: list[Finding] = []
    asked = 0
    for one in places(engine, facts):
        count, found = _of_place(check, engine, one, facts)
        asked += count
        findings += found
    if not asked:
        return check.not_applicable(told("no totals are declared beside the votes"))
    sure = sum(finding.evidence is not Evidence.NOTE for finding in findings)
    return check.result(findings, reason=counted(asked, "sum", "sums"), statistic=sure)


def _of_place(
    check: Check, engine: Feasibility, one: Place, facts: CaseFacts
) -> tuple[int, list[Finding]]:
    """The sums asked of one declared row, and those that do not come out."""
    row, asked, findings = one.row, 0, []
    total = sum(row.figures.values())

    def graded(observed: int, expected: int, message: str, arithmetic: str, line: str) -> None:
        evidence, proof = proof_of(
            engine, one.answer, same_place(one), about=lambda row: is_of(row, line)
        )
        if evidence is Evidence.NOTE:
            why = told("papers that are not declared here could account for that")
            message = clauses([message, why])
        findings.append(
            differ(check, one, observed, expected, message, arithmetic, evidence, proof)
        )

    if row.figures and row.valid is not None and not papers_with_several_votes(row, facts):
        asked += 1
        every = row.candidates == set(facts.contest.candidate_ids)
        if total > row.valid or (every and total != row.valid):
            graded(
                total,
                row.valid,
                told(
                    "the candidates' votes sum to {total}, the valid votes are declared as {valid}",
                    total=number(total),
                    valid=number(row.valid),
                ),
                _beside({**row.figures}, total, row.valid, "valid"),
                "valid",
            )
    if row.ballots is not None and (row.valid is not None or row.figures):
        asked += 1
        known = {"valid": row.valid if row.valid is not None else total}
        known |= {n: v for n in ("null", "blank") if (v := getattr(row, n)) is not None}
        papers = sum(known.values())
        lines = {line_words(name): count for name, count in known.items()}
        complete = row.null is not None and row.blank is not None and row.valid is not None
        if facts.contest.votes_allowed == 1 and (
            papers > row.ballots or (complete and papers != row.ballots)
        ):
            graded(
                papers,
                row.ballots,
                told(
                    "{lines} papers sum to {papers}, the ballots are declared as {ballots}",
                    lines=enumerated(lines),
                    papers=number(papers),
                    ballots=number(row.ballots),
                ),
                _beside(lines, papers, row.ballots, "ballots"),
                "ballots",
            )
    more = _of_register(check, one, total, facts)
    return asked + (more is not None), findings + (more or [])


def _beside(parts: dict[str, int], total: int, declared: int, line: str) -> str:
    """Return a sum beside what was declared for it, and by how much they differ."""
    return told(
        "{terms} = {total}; {declared}; difference {gap}",
        terms=plus(term(votes, words) for words, votes in parts.items()),
        total=number(total),
        declared=term(declared, line_words(line)),
        gap=number(total - declared),
    )


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
            differ(
                check,
                one,
                voted,
                min(known),
                told(
                    "{votes} votes are declared for {voters} registered voters; rolls change and "
                    "people may vote off the list, so this alone proves nothing",
                    votes=number(voted),
                    voters=number(min(known)),
                ),
                difference(voted, min(known)),
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
            differ(
                check,
                one,
                whole,
                listed,
                told(
                    "{declared} registered voters are declared; the registry, which has as many "
                    "stations as are declared, has {listed}",
                    declared=number(whole),
                    listed=number(listed),
                ),
                difference(whole, listed),
                Evidence.QUALITY,
            )
        )
    return found


D303 = Check(
    code="D303",
    name=told("Declared parts against declared total"),
    family="compare",
    evidence=Evidence.CONTRADICTION,
    conclude=parts,
    summarise=summarise_witnesses,
    rows="kept",
    needs=told("a declared result"),
    assumptions=told(
        "valid votes are those for candidates; blank votes may be declared among them"
    ),
    reference="arithmetic",
)
CHECKS = (D303,)
