"""An entry of the catalogue: what the checks of this family have in common."""

from __future__ import annotations

from collections.abc import Callable

from tallyverify.checks import Check
from tallyverify.coverage import Kept
from tallyverify.facts import CaseFacts
from tallyverify.findings import CheckResult, Evidence
from tallyverify.sheets import summarise_sheets

Concluded = Callable[[Check, Kept, CaseFacts], CheckResult]


def entry(
    code: str,
    name: str,
    evidence: Evidence,
    conclude: Concluded,
    *,
    needs: str,
    assumptions: str,
    reference: str,
) -> Check:
    """Return a check whose conclusion is told which check it is."""
    made: list[Check] = []
    made.append(
        Check(
            code=code,
            name=name,
            family="forensics",
            evidence=evidence,
            conclude=lambda kept, facts: conclude(made[0], kept, facts),
            summarise=summarise_sheets,
            rows="kept",
            needs=needs,
            assumptions=assumptions,
            reference=reference,
        )
    )
    return made[0]
