"""D305: counts that were calculated back from rounded percentages."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd

from tallyverify.checking import CaseFacts, Check
from tallyverify.compare.wording import of_bulletin
from tallyverify.errors import InputError
from tallyverify.feasibility import stated
from tallyverify.findings import CheckResult, Evidence, Finding
from tallyverify.language import clauses, counted, formatted, formula, number, told, told_of
from tallyverify.records import AreaResult, Bulletin
from tallyverify.taken import takes_input

_DECIMALS = (0, 1, 2, 3)
_MOST_DECIMALS = 12
_ALPHA = 0.001
_STEPS = 10
"""Counts below so many steps of the percentage weigh nothing: lists without voters have one vote or
two, so that many small counts are the same few numbers, next to a step or not, all at once."""


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
        With p = min(1, h/T)^(K−1) for the K counts of ten steps of the percentage or more: h is
        the number of integers that lie next to one of the 10^(d+2)+1 rounded percentages (two where
        T × share ends in one half), counted once for each count that is free (the last follows from
        the total).

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
            told("the counts are votes, one at least, and their total"), found=f"{counts}, {total}"
        )
    if not 0 <= decimals <= _MOST_DECIMALS:
        raise InputError(
            told(
                "decimals are 0 to {most}, not {given}",
                most=number(_MOST_DECIMALS),
                given=str(decimals),
            )
        )
    scale = 10 ** (decimals + 2)
    flagged = total > 0
    percentages, products = [], []
    for count in counts:
        steps = (2 * count * scale + total) // (2 * total) if total else 0
        product = Fraction(total * steps, scale)
        flagged = flagged and abs(count - product) <= Fraction(1, 2)
        percentages.append(f"{steps / 10**decimals:.{decimals}f}")
        products.append(float(product))
    free = max(sum(count * scale >= _STEPS * total for count in counts) - 1, 0)
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
        return check.not_applicable(told("no declared votes make up a declared total"))
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
        reason=told(
            "{tests}: {areas} × percentages with {least} to {most} decimals",
            tests=counted(tests, "test", "tests"),
            areas=counted(len(rows), "declared area", "declared areas"),
            least=number(_DECIMALS[0]),
            most=number(_DECIMALS[-1]),
        ),
        statistic=len(findings),
        pvalue=smallest,
    )


def _made_from_percentages(
    bulletin: Bulletin, row: AreaResult, total: int, test: RoundedCounts, tests: int
) -> Finding:
    spelt = clauses(
        formula(
            "{total} × {share} % = {product} → {count} ({label})",
            total=number(total),
            share=formatted(float(share), f".{test.decimals}f"),
            product=formatted(product, ",.3f"),
            count=number(count),
            label=label,
        )
        for (label, count), share, product in zip(
            row.figures.items(), test.percentages, test.products, strict=True
        )
    )
    says = told(
        "each of the {counts} counts is the nearest integer to a percentage with {decimals} of the "
        "total. Counted votes do this with probability {p} (at most {most} over {tests} tests). "
        "The counts were then calculated from percentages; a provisional bulletin typed from "
        'percentages explains that innocently ("from_percentages" in the bulletin would say so), '
        "but they are not counts of votes",
        counts=number(len(row.figures)),
        decimals=_decimals(test.decimals),
        p=formatted(test.pvalue, ".2g"),
        most=formatted(test.pvalue * tests, ".2g"),
        tests=str(tests),
    )
    # Not by check.finding: a difference from what chance makes would say nothing.
    return Finding(
        code="D305",
        evidence=Evidence.IMPROBABLE,
        bulletin=bulletin.id,
        area=row.area,
        observed=len(row.figures),
        expected=round(len(row.figures) * min(1.0, (10 ** (test.decimals + 2) + 1) / total), 6),
        message=of_bulletin(bulletin.id, row.area, says),
        arithmetic=spelt,
    )


def _decimals(count: int) -> str:
    return told_of(count, "one decimal", "{count} decimals")


D305 = Check(
    code="D305",
    name=told("Counts calculated from rounded percentages"),
    family="compare",
    evidence=Evidence.IMPROBABLE,
    conclude=typed_from_percentages,
    needs=told("declared votes that make up a total"),
    assumptions=told(
        "last digits of honest counts are not tied to the total; flagged at p < {alpha} after "
        "Bonferroni over areas and decimals",
        alpha=formatted(_ALPHA, "g"),
    ),
    reference="Tao & Gelman (2024), notes on the first bulletin of Venezuela 2024",
)
CHECKS = (D305,)
