"""An entry of the catalogue: what the checks of this family have in common."""

from __future__ import annotations

from tallyverify.checks import Check, Conclude
from tallyverify.findings import Evidence
from tallyverify.sheets import summarise_sheets


def entry(
    code: str,
    name: str,
    evidence: Evidence,
    conclude: Conclude,
    *,
    needs: str,
    assumptions: str,
    reference: str,
) -> Check:
    """Return a check of this family, which needs the stations themselves."""
    return Check(
        code=code,
        name=name,
        family="forensics",
        evidence=evidence,
        conclude=conclude,
        summarise=summarise_sheets,
        rows="kept",
        needs=needs,
        assumptions=assumptions,
        reference=reference,
    )
