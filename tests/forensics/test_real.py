"""The family on real elections: nothing is flagged where nothing was, and Russia is."""

from __future__ import annotations

from functools import cache

import pytest

from tallyverify import Case, Evidence, Report, Status, verify
from tallyverify.forensics.calibration.calibration_spec import EITHER
from tests.helpers.real import NEEDS_REALDATA, contest_of, table_of
from tests.helpers.tiers import slow_but

pytestmark = NEEDS_REALDATA

TESTED = ("F501", "F502", "F503", "F504", "F505", "F509")
HONEST = (
    "argentina-2017",
    "bolivia-2019-final",
    "chile-2021",
    "mexico-2006",
    "poland-2020-round1",
    "poland-2020-round2",
)
"""Elections on whose sheets nobody has shown that figures were made up."""


@cache
def report_of(name: str) -> Report:
    return verify(Case(contest_of(name), table_of(name)), checks="forensics")


def flags(report: Report) -> list[tuple[str, str | None]]:
    return [(f.code, f.candidate) for f in report.findings if f.evidence is not Evidence.NOTE]


def assert_sound(report: Report) -> None:
    """Whatever is found, it breaks nothing, accuses nobody and moves no verdict."""
    for result in report.answered:
        assert result.status is not Status.ERROR, result
        assert result.reason
        assert result.pvalue is None or 0 <= result.pvalue <= 1
    for finding in report.findings:
        assert finding.evidence in (Evidence.ANOMALY, Evidence.NOTE)
    assert {
        finding.code for finding in report.findings if finding.evidence is not Evidence.NOTE
    } <= {
        *TESTED,
        "F512",
    }
    assert (report.verdict, report.exit_code) == ("insufficient", 0)


def assert_few_flags(name: str) -> None:
    report = report_of(name)
    assert_sound(report)
    assert len(flags(report)) <= 1, flags(report)
    answered = [code for code in TESTED if report.check(code).status is not Status.NOT_APPLICABLE]
    assert len(answered) >= 3


def test_vermont() -> None:
    assert_few_flags("vermont-2020")
    # 275 towns: too few for second digits and for coarse fractions, which say so.
    report = report_of("vermont-2020")
    for code in ("F501", "F505"):
        assert report.check(code).status is Status.NOT_APPLICABLE
        assert "needed" in report.check(code).reason


@pytest.mark.slow
def test_venezuela() -> None:
    report = report_of("venezuela-2024-v1")
    assert_sound(report)
    # Two weak flags, both in docs/forensics.md: kept as found.
    assert flags(report) == [("F504", "EG"), ("F505", "NM")]
    assert 0.03 < report.check("F504").pvalue < 0.05
    assert 0.03 < report.check("F505").pvalue < 0.05
    assert report.verdict == "insufficient"  # nothing was declared here; no anomaly moves it
    # The textbook's Benford test would reject: it is described, and the calibrated one does not.
    (first, *_) = (f for f in report.of("F501") if f.candidate == "EG")
    assert report.check("F501").status is Status.PASSED
    assert "against Benford's law, which is wrong here, 1" in first.arithmetic
    # METHODS.md: χ² = 14,259.79 with 11,715 df over 5,990 centres.
    assert report.check("F510").statistic == pytest.approx(14_259.79, abs=0.01)
    assert report.check("F510").effect == pytest.approx(1.2, abs=0.03)
    (finding,) = (f for f in report.of("F510") if f.station is None and not f.area)
    assert "5,990" in finding.message
    assert "ordinary overdispersion" in finding.message


@pytest.mark.parametrize("name", slow_but(["vermont-2020"], ["vermont-2020", "venezuela-2024-v1"]))
def test_rates_are_shown_with_every_pvalue(name: str) -> None:
    for finding in report_of(name).findings:
        if finding.code in TESTED:
            assert "% of clean elections with these station sizes" in finding.message


@pytest.mark.hours
def test_the_second_version_of_venezuela() -> None:
    """Two weak flags, both in docs/forensics.md: kept as found, and neither moves the verdict."""
    report = report_of("venezuela-2024-v2")
    assert_sound(report)
    assert flags(report) == [("F504", "EG"), ("F505", "NM")]
    assert 0.03 < report.check("F504").pvalue < 0.05
    assert 0.02 < report.check("F505").pvalue < 0.05
    assert report.check("F501").status is Status.PASSED


@pytest.mark.hours
@pytest.mark.parametrize("name", HONEST)
def test_hardly_anything_is_flagged(name: str) -> None:
    assert_few_flags(name)


@pytest.mark.hours
@pytest.mark.parametrize(("name", "leader"), [("russia-2011", "ER"), ("russia-2018", "putin")])
def test_russia_is_flagged(name: str, leader: str) -> None:
    report = report_of(name)
    assert_sound(report)
    assert report.check("F504").status is Status.FLAGGED
    assert report.check("F504").pvalue < 1e-10
    # Turnout alone, and turnout or the leader's share, are of no candidate; the share is.
    flagged = [candidate for code, candidate in flags(report) if code == "F504"]
    assert flagged.count(None) == 2
    assert leader in flagged
    # Kobak, Shpilkin & Pshenichnikov: 1,003.5 and 1,708.8 stations.
    excess = {"russia-2011": 1003.5, "russia-2018": 1708.8}[name]
    (finding,) = (f for f in report.of("F504") if f"percentages, {EITHER}" in f.message)
    assert finding.observed == pytest.approx(excess, abs=5)
    assert "most at turnouts of" in finding.arithmetic
