"""A set allowance, with what the default would lead to beside it."""

from __future__ import annotations

import pytest

from tallyverify import Case, Declared, Registry, Report, verify
from tallyverify.records import Allowance
from tallyverify.report.terminal import as_text
from tests.helpers.cases import CONTEST, declared_of, nation, table_of

SHEETS = [{"state": "N", "A": 60, "B": 40, "C": 0} for _ in range(100)]
SUMS = {"A": 6000, "B": 4000, "C": 0}


def told(by: int) -> Declared:
    """Return a result with so many votes fewer for A than the sheets hold."""
    return declared_of(nation(votes={**SUMS, "A": 6000 - by}, complete=True))


def of(declared: Declared, registry: Registry | None = None, **allowance: float) -> Report:
    own = Allowance.model_validate(allowance) if allowance else None
    return verify(Case(CONTEST, table_of(SHEETS), declared, registry, allowance=own))


@pytest.mark.parametrize(
    ("by", "allowance", "verdict", "default"),
    [
        (600, {"sheets": 50}, "discrepant", "contradicted"),
        (600, {"share": 0.5}, "discrepant", "contradicted"),
        (600, {"sheets": 0}, "contradicted", "contradicted"),
        (10, {"sheets": 0}, "contradicted", "discrepant"),
        (10, {"sheets": 50}, "discrepant", "discrepant"),
        (0, {"sheets": 0}, "consistent", "consistent"),
        (0, {"sheets": 50}, "consistent", "consistent"),
    ],
)
def test_what_the_default_would_lead_to_stands_beside_what_is_set(
    by: int, allowance: dict[str, float], verdict: str, default: str
) -> None:
    report = of(told(by), **allowance)
    assert report.verdict == verdict
    assert of(told(by)).verdict == default
    assert report.feasibility is not None
    facts = report.feasibility.allowance
    assert (facts.default_sheets, facts.default_verdict) == (2, default)
    words = " ".join(as_text(report, width=500).split())
    assert f"by the default, 2 wrong sheets, the published figures would be {default}" in words


def test_without_a_set_allowance_there_is_no_other() -> None:
    report = of(told(10))
    assert report.feasibility is not None
    assert report.feasibility.allowance.default_verdict is None
    assert "by the default" not in as_text(report)


def test_the_default_allows_for_fewer_stations_that_the_registry_does_not_list() -> None:
    said = declared_of(nation(votes={**SUMS, "A": 8000}, complete=True), all_votes_at_stations=True)
    listed = Registry.of([{"station": f"{at:03d}", "registered": 100} for at in range(1, 101)])
    report = of(said, listed, sheets=50)
    assert report.verdict == "consistent"
    assert report.feasibility is not None
    assert report.feasibility.allowance.default_verdict == "contradicted"
