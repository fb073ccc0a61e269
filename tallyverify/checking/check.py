"""The Check: a fold over parts of the actas, with what it needs, assumes and stands on.

A check summarises each part of the actas, its summaries add up, and it concludes from their sum.
So the same check runs over a table in memory, over parts of it, and over a file on disk, and
reports the same. Checks that share a ``summarise`` share the pass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from tallyverify.checking.context import CaseFacts
from tallyverify.findings import CheckResult, Evidence, Finding, Status
from tallyverify.language import clauses, told, told_of
from tallyverify.table import ActaTable

MOST_FINDINGS = 1000
"""A check lists at most this many findings and says how many more there are."""

Summarise = Callable[[ActaTable, CaseFacts], Any]
Conclude = Callable[["Check", Any, CaseFacts], CheckResult]


@dataclass(frozen=True)
class Check:
    """One entry of the catalogue.

    Attributes
    ----------
    code, name, family : str
        What it is called; a code is never reused.
    evidence : Evidence
        The highest rung that its findings can stand on.
    conclude : callable
        ``conclude(check, summary, facts)`` returns a :class:`CheckResult`.
    summarise : callable, optional
        ``summarise(part, facts)`` returns a summary that can be added to another.
    rows : {"every", "once", "kept", "repeated", "none", "reading"}
        Which rows it sees: every row as it was read; each station once, as the sums that checks
        share; each station once, with the rows that its own ``summarise`` keeps (as
        :class:`~tallyverify.checking.seen.Kept`); the rows of repeated stations (as
        :class:`~tallyverify.table.repeats.Repeats`); none, only what was declared; reading, how
        the file was read (as :class:`~tallyverify.checking.reading.RowsRead`).
    needs, assumptions, reference : str
        For the catalogue and the report.
    holds_sheets : bool
        It holds the declared result against the sheets, and could contradict it.
    """

    code: str
    name: str
    family: str
    evidence: Evidence
    conclude: Conclude
    summarise: Summarise | None = None
    rows: Literal["every", "once", "kept", "repeated", "none", "reading"] = "none"
    needs: str = told("actas")
    assumptions: str = ""
    reference: str = ""
    holds_sheets: bool = False

    def finding(
        self,
        message: str,
        *,
        evidence: Evidence | None = None,
        bulletin: str | None = None,
        area: dict[str, str] | None = None,
        station: str | None = None,
        candidate: str | None = None,
        observed: float | None = None,
        expected: float | None = None,
        difference: float | None = None,
        proof: str = "",
        arithmetic: str = "",
    ) -> Finding:
        """Return a finding of this check, on its own rung unless another is named.

        The difference is observed less expected, unless it is of something else.
        """
        if difference is None and observed is not None and expected is not None:
            difference = observed - expected
        return Finding(
            code=self.code,
            evidence=evidence or self.evidence,
            bulletin=bulletin,
            area=area or {},
            station=station,
            candidate=candidate,
            observed=observed,
            expected=expected,
            difference=difference,
            message=message,
            proof=proof,
            arithmetic=arithmetic,
        )

    def result(
        self,
        findings: list[Finding],
        *,
        reason: str = "",
        statistic: float | None = None,
        pvalue: float | None = None,
        effect: float | None = None,
        found: int | None = None,
        flagged: bool | None = None,
    ) -> CheckResult:
        """Return the result for these findings.

        ``found`` is their number where not all are listed. A check is flagged when a finding
        stands above a note, or when noting is all that the check is for; ``flagged`` says so
        itself, for a check whose notes need not mean that something was found.
        """
        flags = [
            finding
            for finding in findings
            if finding.evidence is not Evidence.NOTE or self.evidence is Evidence.NOTE
        ]
        # Cut last what weighs least: a long list of notes must not hide a contradiction.
        findings = sorted(findings, key=lambda finding: finding.evidence.rank)
        more = (found or len(findings)) - min(len(findings), MOST_FINDINGS)
        if more > 0:
            not_listed = told_of(
                more,
                "{count} more finding of this kind not listed",
                "{count} more findings of this kind not listed",
            )
            reason = clauses([reason, not_listed]) if reason else not_listed
        return CheckResult(
            **self._head(),
            status=Status.FLAGGED if (flags if flagged is None else flagged) else Status.PASSED,
            reason=reason,
            statistic=statistic,
            pvalue=pvalue,
            effect=effect,
            findings=tuple(findings[:MOST_FINDINGS]),
        )

    def not_applicable(self, reason: str, findings: list[Finding] | None = None) -> CheckResult:
        """Return the result of a check that cannot answer, with the reason."""
        return CheckResult(
            **self._head(),
            status=Status.NOT_APPLICABLE,
            reason=reason,
            findings=tuple((findings or [])[:MOST_FINDINGS]),
        )

    def not_asked(self) -> CheckResult:
        """Return what stands in a report for a check that was not asked."""
        return CheckResult(**self._head(), status=Status.NOT_ASKED)

    def failed(self, reason: str) -> CheckResult:
        """Return the result of a check that broke."""
        return CheckResult(**self._head(), status=Status.ERROR, reason=reason)

    def _head(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "name": self.name,
            "family": self.family,
            "evidence": self.evidence,
            "assumptions": self.assumptions,
            "reference": self.reference,
        }
