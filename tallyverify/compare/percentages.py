"""D304 and D305: declared percentages, and counts that were made from percentages."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, gcd

from tallyverify.checking import CaseFacts, Check
from tallyverify.findings import CheckResult, Evidence, Finding, counted, number, place
from tallyverify.records import AreaResult, Bulletin

_DECIMALS = (0, 1, 2, 3)
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

    Notes
    -----
    Noted of the first bulletin of Venezuela 2024 by several authors; see Tao & Gelman (2024).

    Examples
    --------
    >>> test = rounded_counts([5150092, 4445978, 462704], 10058774, decimals=1)
    >>> test.flagged, test.percentages, f"{test.pvalue:.1e}"
    (True, ('51.2', '44.2', '4.6'), '9.9e-09')
    """
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
    if row.valid == total or (
        row.valid is None and row.candidates == set(facts.contest.candidate_ids)
    ):
        return total
    return None


def typed_from_percentages(check: Check, summary: None, facts: CaseFacts) -> CheckResult:
    """D305: every declared count is the nearest integer to a rounded percentage of the total."""
    rows = [
        (bulletin, row, total)
        for bulletin in facts.bulletins
        for row in bulletin.areas
        if (total := _whole(row, facts)) and len(row.figures) > 1
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
        reason=f"{counted(tests, 'test')}: {counted(len(rows), 'declared area')} × percentages "
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
        area=row.area,
        observed=len(row.figures),
        expected=round(len(row.figures) * min(1.0, (10 ** (test.decimals + 2) + 1) / total), 6),
        message=f"bulletin {bulletin.id}, {place(row.area)}: each of the {len(row.figures)} counts "
        f"is the nearest integer to a percentage with {_decimals(test.decimals)} of the "
        f"total. Counted votes do this with probability {test.pvalue:.2g} (at most "
        f"{test.pvalue * tests:.2g} over {tests} tests). The counts were then calculated from "
        "percentages; a provisional bulletin typed from percentages explains that innocently, but "
        "they are not counts of votes",
        arithmetic=spelt,
    )


def _decimals(count: int) -> str:
    return "one decimal" if count == 1 else f"{count} decimals"


def percentages(check: Check, summary: None, facts: CaseFacts) -> CheckResult:
    """D304: declared percentages against declared counts, whichever total they are of."""
    findings: list[Finding] = []
    asked = 0
    for bulletin in facts.bulletins:
        for row in bulletin.areas:
            if row.percentages:
                asked += 1
                findings += _of_some_total(check, bulletin, row, facts)
    if not asked:
        return check.not_applicable("no percentages are declared")
    sure = sum(finding.evidence is Evidence.CONTRADICTION for finding in findings)
    return check.result(findings, reason=f"{counted(asked, 'area')}", statistic=sure)


def _of_some_total(
    check: Check, bulletin: Bulletin, row: AreaResult, facts: CaseFacts
) -> list[Finding]:
    totals = {
        "valid votes": row.valid,
        "valid and blank votes": row.valid + row.blank if row.valid and row.blank else None,
        "ballots": row.ballots,
        "registered voters": row.registered,
    }
    if row.valid is None and row.candidates == set(facts.contest.candidate_ids):
        totals["votes declared"] = sum(row.figures.values())
    tried = [
        [
            off
            for label in row.percentages
            if (off := _off(check, bulletin, row, label, name, total))
        ]
        for name, total in totals.items()
        if total
    ]
    best = min(tried, key=_weight, default=None)
    if best is not None and (not any(map(_is_sure, best)) or row.ballots is not None):
        return best
    return _of_undeclared_total(check, bulletin, row, best or [])


def _is_sure(finding: Finding) -> bool:
    return finding.evidence is Evidence.CONTRADICTION


def _weight(findings: list[Finding]) -> tuple[int, int]:
    return sum(map(_is_sure, findings)), len(findings)


def _unit(percentage: float) -> Fraction:
    return Fraction(1, 10 ** len(f"{percentage:f}".rstrip("0").partition(".")[2]))


def _of_undeclared_total(
    check: Check, bulletin: Bulletin, row: AreaResult, otherwise: list[Finding]
) -> list[Finding]:
    """Whether some total that is not declared (the ballots, say) explains all percentages."""
    low, high = Fraction(max(sum(row.figures.values()), row.valid or 0)), None
    for label, stated in row.percentages.items():
        share, unit = Fraction(str(stated)), _unit(stated)
        votes = row.figures[label]
        low = max(low, 100 * votes / (share + unit))
        if share > unit:
            most = 100 * votes / (share - unit)
            high = most if high is None else min(high, most)
    if high is not None and low > high:
        return otherwise
    return [
        check.finding(
            f"bulletin {bulletin.id}, {place(row.area)}: the percentages are not of a "
            "declared total; a total that is not declared, such as the ballots, would explain them",
            evidence=Evidence.NOTE,
            area=row.area,
            arithmetic=f"from {number(ceil(low))}"
            + (f" to {number(floor(high))}" if high is not None else " up"),
        )
    ]


def _off(
    check: Check, bulletin: Bulletin, row: AreaResult, label: str, name: str, total: int
) -> Finding | None:
    stated = Fraction(str(row.percentages[label]))
    share = Fraction(100 * row.figures[label], total)
    unit = _unit(row.percentages[label])
    gap = abs(share - stated)
    if gap <= unit / 2:
        return None
    # Cut off instead of rounded, or moved by a unit so that all sum to 100.
    cut_off = gap < unit
    return check.finding(
        f"bulletin {bulletin.id}, {place(row.area)}: {label} is declared with "
        f"{float(stated):g} %, its votes are {float(share):.4f} % of the {name}"
        + ("; cut off, or moved so that all sum to 100, that is explained" if cut_off else ""),
        evidence=Evidence.NOTE if cut_off else None,
        area=row.area,
        observed=round(float(share), 6),
        expected=float(stated),
        difference=round(float(share - stated), 6),
        arithmetic=f"{number(row.figures[label])} / {number(total)} = {float(share):.6f} %",
    )


D304 = Check(
    code="D304",
    name="Declared percentages against declared counts",
    family="compare",
    evidence=Evidence.CONTRADICTION,
    conclude=percentages,
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
