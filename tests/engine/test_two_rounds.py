"""A registry with the votes of an earlier round, from its file to the verdict."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tallyverify import ActaTable, Case, Report, Status, verify
from tallyverify.inference import registry_from
from tallyverify.simulate import clean_election


def second_round() -> tuple[ActaTable, ActaTable]:
    """Return two rounds: of 1,200 stations, 60 are new in the second and 40 were closed."""
    first = clean_election(stations=1200, seed=8).table
    second = clean_election(stations=1200, seed=8, shares={"A": 0.5, "B": 0.45, "C": 0.05}).table
    frame = second.frame.copy()
    places = np.arange(0, 1200, 20)
    frame.loc[places, "station"] = [f"new/{place:04d}" for place in places]
    renamed = replace(second, frame=frame)
    return first, renamed.take(np.arange(1200) % 30 != 7)


@pytest.fixture(scope="module")
def report() -> Report:
    first, second = second_round()
    return verify(Case(second.contest, second, registry=registry_from(first, earlier=True)))


def test_no_check_breaks_on_an_earlier_round(report: Report) -> None:
    broken = {check.code: check.reason for check in report.checks if check.status is Status.ERROR}
    assert broken == {}


def test_forensics_answer_and_use_the_earlier_round(report: Report) -> None:
    for code in ("F501", "F502", "F504", "F510", "F511", "F512"):
        assert report.check(code).status in (Status.PASSED, Status.FLAGGED), code
    without = second_round()[1]
    alone = verify(Case(without.contest, without), checks="F512")
    assert alone.of("F512") != report.of("F512")


def test_beside_a_registry_or_without_one_the_earlier_round_is_the_same(report: Report) -> None:
    first, second = second_round()
    before = registry_from(first, earlier=True)
    alone = verify(Case(second.contest, second, earlier=before), checks="F512")
    assert alone.of("F512") == report.of("F512")
    assert alone.check("F512").statistic == report.check("F512").statistic


def test_the_registry_keeps_its_votes() -> None:
    """What an indicator works out is never written into the registry's own columns."""
    first, second = second_round()
    registry = registry_from(first, earlier=True)
    before = registry.frame.copy()
    verify(Case(second.contest, second, registry=registry), checks="forensics")
    assert registry.frame.equals(before)
