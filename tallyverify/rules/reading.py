"""T208, T209: what the reader noticed: subtotals among the stations, damaged letters."""

from __future__ import annotations

from tallyverify.checking import MOST_FINDINGS, CaseFacts, Check
from tallyverify.errors import shown
from tallyverify.findings import CheckResult, Evidence


def subtotals(check: Check, summary: None, facts: CaseFacts) -> CheckResult:
    """T208: rows that look like area subtotals, and what became of them."""
    rows = facts.source.subtotals
    outcome, evidence = {
        True: ("left out, as the mapping says", Evidence.NOTE),
        False: ("kept as a station, as the mapping says", Evidence.NOTE),
        None: (
            "it is not counted, and no sum is compared until mapping.subtotals says "
            '"leave_out" or "keep"',
            Evidence.QUALITY,
        ),
    }[facts.source.subtotals_left_out]
    findings = [
        check.finding(
            f"{facts.source.name}: {row} looks like a subtotal, not a station; {outcome}",
            evidence=evidence,
            arithmetic="its key is empty or says total, or it equals the sum of its area's rows",
        )
        for row in rows[:MOST_FINDINGS]
    ]
    return check.result(findings, statistic=len(rows), found=len(rows))


def text(check: Check, summary: None, facts: CaseFacts) -> CheckResult:
    """T209: letters damaged by a wrong encoding; how the text was read."""
    findings = [
        check.finding(
            f"{facts.source.name}: the name {shown(name)} looks damaged by a wrong "
            "encoding; it was left as it is",
        )
        for name in facts.source.damaged[:MOST_FINDINGS]
    ]
    return check.result(
        findings,
        reason="; ".join(facts.source.text),
        statistic=len(facts.source.damaged),
        found=len(facts.source.damaged),
    )


T208 = Check(
    "T208",
    "Area subtotals among the stations",
    "rules",
    Evidence.QUALITY,
    subtotals,
    assumptions="found by label in every file; by arithmetic in files that are read whole, not in "
    "Parquet",
)
T209 = Check("T209", "Letters damaged by a wrong encoding", "rules", Evidence.QUALITY, text)
CHECKS = (T208, T209)
