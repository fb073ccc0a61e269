"""The verdict of a case, from the findings alone."""

from __future__ import annotations

from collections.abc import Sequence

from tallyverify.checking import Check
from tallyverify.findings import MOVED_BY, CheckResult, Evidence, Status, Verdict


def verdict_of(results: Sequence[CheckResult], chosen: Sequence[Check], doubt: str = "") -> Verdict:
    """Return the verdict, from the findings alone.

    ``contradicted`` for any contradiction, else ``improbable`` for any such finding, else
    ``discrepant`` for any discrepancy, else ``consistent``; ``insufficient`` where no check that
    could have contradicted had its data.
    Where checks that hold the sheets against the declared result were asked, one of these must
    have answered: that a declaration agrees with itself does not make it consistent with sheets.
    Where the meaning of the sheets is in ``doubt``, only what the declared result says by itself
    is left, and it is never ``consistent``.
    """
    rungs = {finding.evidence for result in results for finding in result.findings}
    for rung, verdict in MOVED_BY.items():
        if rung in rungs:
            return verdict
    decisive = {check.code for check in chosen if check.holds_sheets}
    contradicting = {c.code for c in chosen if c.evidence is Evidence.CONTRADICTION}
    # One that broke may have had a contradiction to tell, whatever the others found.
    broken = decisive | contradicting
    decisive = decisive or contradicting
    if doubt or any(r.code in broken and r.status is Status.ERROR for r in results):
        return "insufficient"
    answers = (Status.PASSED, Status.FLAGGED)
    answered = any(r.code in decisive and r.status in answers for r in results)
    return "consistent" if answered else "insufficient"
