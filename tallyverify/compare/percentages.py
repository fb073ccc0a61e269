"""D304 and D305: declared percentages, and counts that were made from percentages."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, gcd

from tallyverify.checking import CaseFacts, Check, Kept
from tallyverify.compare.lifting import Place, answer_of, places, proof_of, same_place
from tallyverify.errors import InputError
from tallyverify.feasibility import (
    Feasibility,
    bases_of,
    stated,
    summarise_witnesses,
    undeclared_total,
    unit_of,
)
from tallyverify.findings import CheckResult, Evidence, Finding, place
from tallyverify.language import counted, number
from tallyverify.records import AreaResult, Bulletin
from tallyverify.taken import takes_input

_DECIMALS = (0, 1, 2, 3)
_MOST_DECIMALS = 12
_ALPHA = 0.001


@dataclass(frozen=True)
class RoundedCounts:
    """Whether counts are the nearest integers to rounded percentages of their total.

    Attributes
    ----------
    flagged : bool
        Every count is within one half of total × rounded share.
    decimals : int
        Decimals of the percentages.
    pvalue : float
        Probability that honest counts do this, at the most about ((10^(d+2)+1)/T)^(K−1).
    percentages : tuple of str
        The percentages, as they were rounded.
    products : tuple of float
        Total × rounded share, for each count.
    """

    flagged: bool
    decimals: int
    pvalue: float
    percentages: tuple[str, ...]
    products: tuple[float, ...]


@takes_input
def rounded_counts(counts: list[int], total: int, decimals: int) -> RoundedCounts:
    """Test whether all counts were calculated back from percentages of a total.

    Parameters
    ----------
    counts : list of int
        Votes that together make the total.
    total : int
        Their sum, in votes.
    decimals : int
        Decimals of the percentages.

    Returns
    -------
    RoundedCounts
        With p = min(1, h/T)^(K−1) for the K counts above zero: h is the number of integers that
        lie next to one of the 10^(d+2)+1 rounded percentages (two where T × share ends in one
        half), counted once for each count that is free (the last follows from the total).

    Raises
    ------
    InputError
        If there is no count, one is negative, or ``decimals`` are not 0 to 12.

    Notes
    -----
    Noted of the first bulletin of Venezuela 2024 by several authors; see Tao & Gelman (2024).

    Examples
    --------
    >>> test = rounded_counts([5150092, 4445978, 462704], 10058774, decimals=1)
    >>> test.flagged, test.percentages, f"{test.pvalue:.1e}"
    (True, ('51.2', '44.2', '4.6'), '9.9e-09')
    """
    if not counts or min(counts) < 0 or total < 0:
        raise InputError(
            "the counts are votes, one at least, and their total", found=f"{counts}, {total}"
        )
    if not 0 <= decimals <= _MOST_DECIMALS:
        raise InputError(f"decimals are 0 to {_MOST_DECIMALS}, not {decimals}")
    scale = 10 ** (decimals + 2)
    flagged = total > 0
    percentages, products = [], []
    for count in counts:
        steps = (2 * count * scale + total) // (2 * total) if total else 0
        product = Fraction(total * steps, scale)
        flagged = flagged and abs(count - product) <= Fraction(1, 2)
        percentages.append(f"{steps / 10**decimals:.{decimals}f}")
        products.append(float(product))
    free = max(sum(count > 0 for count in counts) - 1, 0)
    # Where total × share ends in exactly one half, two integers lie next to it.
    common = gcd(total, scale)
    halves = common if (scale // common) % 2 == 0 else 0
    pvalue = min(1.0, (scale + 1 + halves) / total) ** free if total else 1.0
    return RoundedCounts(flagged, decimals, pvalue, tuple(percentages), tuple(products))


def _whole(row: AreaResult, facts: CaseFacts) -> int | None:
    """The total that the declared votes make up, if they make up one."""
    total = sum(row.figures.values())
    every = row.candidates == set(facts.contest.candidate_ids)
    if row.valid == total or (row.valid is None and every):
        return total
    # Votes that were each rounded, and so miss the total a little, may be made of it all the same.
    return row.valid if every else None


def typed_from_percentages(check: Check, summary: None, facts: CaseFacts) -> CheckResult:
    """D305: every declared count is the nearest integer to a rounded percentage of the total."""
    rows = [
        (bulletin, row, total)
        for bulletin in facts.bulletins
        for row in bulletin.areas
        if (total := _whole(row, facts))
        and len(row.figures) > 1
        # Where the case says so itself, nothing is to be found.
        and stated(facts, bulletin, row, "from_percentages") is None
    ]
    if not rows:
        return check.not_applicable("no declared votes make up a declared total")
    tests = len(rows) * len(_DECIMALS)
    findings: list[Finding] = []
    smallest: float | None = None
    for bulletin, row, total in rows:
        counts = list(row.figures.values())
        for decimals in _DECIMALS:
            test = rounded_counts(counts, total, decimals)
            if test.flagged and test.pvalue * tests < _ALPHA:
                smallest = min(smallest or 1.0, float(f"{test.pvalue:.6g}"))
                findings.append(_made_from_percentages(bulletin, row, total, test, tests))
                break
    return check.result(
        findings,
        reason=f"{counted(tests, 'test', 'tests')}: {counted(len(rows), 'declared area', 'declared areas')} × percentages "
        f"with {_DECIMALS[0]} to {_DECIMALS[-1]} decimals",
        statistic=len(findings),
        pvalue=smallest,
    )


def _made_from_percentages(
    bulletin: Bulletin, row: AreaResult, total: int, test: RoundedCounts, tests: int
) -> Finding:
    spelt = "; ".join(
        f"{number(total)} × {share} % = {product:,.3f} → {number(count)} ({label})"
        for (label, count), share, product in zip(
            row.figures.items(), test.percentages, test.products, strict=True
        )
    )
    # Not by check.finding: a difference from what chance makes would say nothing.
    return Finding(
        code="D305",
        evidence=Evidence.IMPROBABLE,
        bulletin=bulletin.id,
        area=row.area,
        observed=len(row.figures),
        expected=round(len(row.figures) * min(1.0, (10 ** (test.decimals + 2) + 1) / total), 6),
        message=f"bulletin {bulletin.id}, {place(row.area)}: each of the {len(row.figures)} counts "
        f"is the nearest integer to a percentage with {_decimals(test.decimals)} of the "
        f"total. Counted votes do this with probability {test.pvalue:.2g} (at most "
        f"{test.pvalue * tests:.2g} over {tests} tests). The counts were then calculated from "
        "percentages; a provisional bulletin typed from percentages explains that innocently "
        '("from_percentages" in the bulletin would say so), but they are not counts of votes',
        arithmetic=spelt,
    )


def _decimals(count: int) -> str:
    return "one decimal" if count == 1 else f"{count} decimals"


def percentages(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    """D304: declared percentages against declared counts, whichever total they are of."""
    if not any(row.percentages for one in facts.bulletins for row in one.areas):
        return check.not_applicable("no percentages are declared")
    engine = answer_of(kept, facts)
    findings: list[Finding] = []
    asked = 0
    for one in places(engine, facts):
        if one.row.percentages:
            asked += 1
            findings += _of_some_total(check, engine, one, facts)
    sure = sum(finding.evidence is not Evidence.NOTE for finding in findings)
    return check.result(findings, reason=f"{counted(asked, 'area', 'areas')}", statistic=sure)


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
        low, high = between
        return [
            check.finding(
                f"bulletin {one.bulletin.id}, {place(row.area)}: the percentages are not of a "
                "declared total; a total that is not declared, such as valid and blank votes, "
                "would explain them",
                evidence=Evidence.NOTE,
                bulletin=one.bulletin.id,
                area=row.area,
                arithmetic=f"from {number(ceil(low))}"
                + (f" to {number(floor(high))}" if high is not None else " up"),
            )
        ]
    found = []
    for off in best:
        evidence, proof = Evidence.NOTE, ""
        if off.more_than_a_unit:
            names = (off.label, f"{off.label} (percentage)", "valid votes", "ballots")
            percentage = names[1]
            evidence, proof = proof_of(
                engine,
                one.answer,
                same_place(one, *names),
                about=lambda row, percentage=percentage: row.label == percentage,  # type: ignore[misc]
            )
        found.append(off.finding(check, one, evidence, proof))
    return found


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
        explained = (
            ""
            if self.more_than_a_unit
            else "; cut off, or moved so that all sum to 100, that is explained"
        )
        share = float(self.share)
        return check.finding(
            f"bulletin {one.bulletin.id}, {place(one.row.area)}: {self.label} is declared with "
            f"{self.stated:g} %, its votes are {share:.4f} % of the {self.name}{explained}",
            proof=proof,
            evidence=evidence,
            bulletin=one.bulletin.id,
            area=one.row.area,
            observed=round(share, 6),
            expected=self.stated,
            difference=round(share - self.stated, 6),
            arithmetic=f"{number(self.votes)} / {number(self.total)} = {share:.6f} %",
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
    name="Declared percentages against declared counts",
    family="compare",
    evidence=Evidence.CONTRADICTION,
    conclude=percentages,
    summarise=summarise_witnesses,
    rows="kept",
    needs="declared percentages and counts",
    assumptions="percentages may be of valid votes, of ballots, of registered voters or of all "
    "votes declared, whichever fits best",
    reference="arithmetic",
)
D305 = Check(
    code="D305",
    name="Counts calculated from rounded percentages",
    family="compare",
    evidence=Evidence.IMPROBABLE,
    conclude=typed_from_percentages,
    needs="declared votes that make up a total",
    assumptions="last digits of honest counts are not tied to the total; flagged at p < "
    f"{_ALPHA:g} after Bonferroni over areas and decimals",
    reference="Tao & Gelman (2024), notes on the first bulletin of Venezuela 2024",
)
CHECKS = (D304, D305)
