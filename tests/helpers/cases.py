"""Small made-up cases for tests of rules, comparisons and folds."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tallyverify import Case, Contest, Declared, Registry, Report, read_actas, verify
from tallyverify.findings import Evidence, Finding
from tallyverify.table.actas import ActaTable

CONTEST = Contest.model_validate(
    {
        "id": "toy",
        "levels": ["state", "town"],
        "candidates": [{"id": "A"}, {"id": "B"}, {"id": "C"}],
    }
)


def table_of(rows: list[dict[str, Any]], contest: Contest = CONTEST) -> ActaTable:
    """Return a table of these rows; ``station`` numbers them where it is not given."""
    full = [{"station": f"{at:03d}", **row} for at, row in enumerate(rows, start=1)]
    return read_actas(pd.DataFrame(full), contest=contest)


def declared_of(*bulletins: dict[str, Any], **more: Any) -> Declared:
    """Return a declared result; a bulletin without an id is numbered."""
    full = [{"id": str(at), **bulletin} for at, bulletin in enumerate(bulletins, start=1)]
    return Declared.model_validate({"bulletins": full, **more})


def nation(**row: Any) -> dict[str, Any]:
    """Return a bulletin with one row, for the whole country."""
    return {"areas": [row]}


def report_of(
    rows: list[dict[str, Any]] | ActaTable,
    declared: Declared | None = None,
    registry: Registry | None = None,
    checks: str | None = None,
    contest: Contest = CONTEST,
) -> Report:
    """Verify a small case."""
    table = rows if isinstance(rows, ActaTable) else table_of(rows, contest)
    return verify(Case(contest, table, declared, registry), checks=checks)


def asked(
    rows: list[dict[str, Any]] | ActaTable,
    code: str,
    *bulletins: dict[str, Any],
    registry: Registry | None = None,
    contest: Contest = CONTEST,
    **more: Any,
) -> Report:
    """Ask one check of a small case with these bulletins."""
    return report_of(rows, declared_of(*bulletins, **more), registry, code, contest)


def figures(finding: Finding) -> tuple[float | None, float | None, float | None]:
    """Return what a finding observed and expected, and the difference."""
    return finding.observed, finding.expected, finding.difference


def flagged(report: Report) -> list[str]:
    """Return the codes of the checks with a finding above a note."""
    return sorted({f.code for f in report.findings if f.evidence is not Evidence.NOTE})
