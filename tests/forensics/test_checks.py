"""The family as checks of a case: what they say, what they need, and that no verdict moves."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control

from tallyverify import Case, Contest, Evidence, InputError, Report, Status, verify
from tallyverify.findings import meaningful
from tallyverify.forensics import battery
from tallyverify.forensics.checks import CHECKS
from tallyverify.readers import read_actas
from tallyverify.report.words import status_word
from tallyverify.simulate import ALTERATIONS, clean_election
from tallyverify.table.actas import ActaTable
from tests.engine.test_folds import InParts
from tests.helpers.tiers import slow_but, slow_rows_but

TESTED = ("F501", "F502", "F503", "F504", "F505", "F509")
CODES = tuple(check.code for check in CHECKS)
CLEAN = clean_election(stations=1500, seed=7)


def report_of(table: Any, contest: Contest = CLEAN.contest, checks: str = "forensics") -> Report:
    return verify(Case(contest, table), checks=checks)


@cache
def clean_report() -> Report:
    return report_of(CLEAN.table)


@cache
def altered(of: str) -> tuple[Report, Report]:
    """A whole case with targets at one station in twelve, with and without the family."""
    election = clean_election(stations=5000, seed=3)
    table = ALTERATIONS["targets"](election, 0.08, seed=3, of=of).table
    other = replace(election, table=table)
    case = Case(other.contest, table, other.declared(), other.registry)
    with_tests = verify(case, checks=["rules", "compare", *TESTED])
    return with_tests, verify(case, checks=["rules", "compare"])


def table_of(frame: pd.DataFrame, **contest: Any) -> tuple[ActaTable, Contest]:
    """A table of these columns alone, and a contest that names what it has."""
    described = CLEAN.contest.model_dump(mode="json", exclude_none=True)
    described["levels"] = [level for level in described["levels"] if level in frame]
    described["lines"] = [line for line in described["lines"] if line["id"] in frame]
    described["candidates"] = [one for one in described["candidates"] if one["id"] in frame]
    made = Contest.model_validate({**described, **contest})
    return read_actas(frame, contest=made), made


def frame() -> pd.DataFrame:
    return CLEAN.table.frame.drop(columns="row").copy()


def assert_sound(report: Report) -> None:
    """No check broke, none says more than an anomaly, all that has no answer says why."""
    assert [result.code for result in report.checks if result.family == "forensics"] == list(CODES)
    for result in report.answered:
        assert result.status is not Status.ERROR, result
        assert result.reason, result
        if result.status is Status.NOT_APPLICABLE:
            assert result.pvalue is None
        if result.pvalue is not None:
            assert 0 <= result.pvalue <= 1
    for finding in report.findings:
        assert finding.evidence in (Evidence.ANOMALY, Evidence.NOTE)
    assert report.exit_code == 0


# What they say


def test_a_clean_election_has_notes_only() -> None:
    report = clean_report()
    assert_sound(report)
    assert {finding.evidence for finding in report.findings} == {Evidence.NOTE}
    assert not [result for result in report.checks if result.status is Status.FLAGGED]
    assert report.verdict == "insufficient"  # nothing was held against the sheets
    for code in ("F501", "F504", "F506", "F510", "F511"):
        assert report.check(code).status is Status.PASSED
    # Neither has passed anything.
    assert [status_word(report.check(code)) for code in ("F502", "F511")] == [
        "not flagged",
        "noted",
    ]


def test_every_pvalue_stands_beside_its_error() -> None:
    report = clean_report()
    for code in TESTED:
        result = report.check(code)
        if result.status is Status.PASSED:
            assert "of clean elections like this one" in result.reason
            assert result.findings
        for finding in result.findings:
            assert "adjusted" in finding.message or "not judged" in finding.message
            assert "% of clean elections with these station sizes" in finding.message


def test_the_smallest_adjusted_pvalue_is_the_checks() -> None:
    report = clean_report()
    forensics = report.forensics
    assert forensics is not None
    for code in TESTED:
        used = [one for one in forensics.battery.of(code) if one.adjusted is not None]
        if used:
            assert report.check(code).pvalue == meaningful(min(one.adjusted for one in used))
        else:
            assert report.check(code).pvalue is None


@pytest.mark.parametrize(
    ("of", "code"), slow_rows_but([("turnout", "F504")], [("turnout", "F504"), ("share", "F505")])
)
def test_targets_are_flagged_and_the_verdict_stands(of: str, code: str) -> None:
    report, without = altered(of)
    result = report.check(code)
    assert result.status is Status.FLAGGED
    assert result.pvalue is not None
    assert result.pvalue < 0.01
    flags = [finding for finding in report.of(code) if finding.evidence is not Evidence.NOTE]
    assert {finding.evidence for finding in flags} == {Evidence.ANOMALY}
    # Round turnouts are of no candidate, though their ballots were added to one.
    if of == "turnout":
        assert {finding.candidate for finding in flags} == {None}
    assert flags
    assert (report.verdict, report.exit_code) == (without.verdict, without.exit_code)
    assert (report.verdict, report.exit_code) == ("consistent", 0)
    for other in ("F501", "F502", "F503"):  # digits do not see it
        assert report.check(other).status is not Status.FLAGGED


@pytest.mark.parametrize("of", slow_but(["turnout"], ["turnout", "share"]))
def test_words_never_accuse(of: str) -> None:
    for report in (clean_report(), altered(of)[0]):
        said = [text for f in report.findings for text in (f.message, f.arithmetic)]
        said += [result.reason for result in report.checks]
        for word in ("fraud", "manipulat", "falsif", "rigged", "stolen", "guilt"):
            assert not [text for text in said if word in text.lower()]


def test_one_code_alone_is_adjusted_for_itself_alone() -> None:
    report = report_of(CLEAN.table, checks="F502")
    used = [one for one in report.forensics.battery.tests if not one.refused]
    assert {one.code for one in used} == {"F502"}
    charged = [one.calibration.scaled_by_rate(one.result.pvalue) for one in used]
    assert report.check("F502").pvalue == pytest.approx(min(false_discovery_control(charged)))
    assert len(used) < len(clean_report().forensics.battery.tests)


def test_a_seed_of_its_own() -> None:
    case = Case(CLEAN.contest, CLEAN.table)
    one, other = (verify(replace(case, seed=seed), checks="F502") for seed in (0, 1))
    assert one.check("F502").reason != other.check("F502").reason
    assert one.check("F502").statistic == other.check("F502").statistic


# Order and parts


def test_rows_in_any_order_and_any_parts_give_the_same_report() -> None:
    table = clean_election(stations=1000, seed=12).table
    report = report_of(table).to_json()
    rng = np.random.default_rng(1)
    shuffled = table.take(rng.permutation(len(table)))
    assert report_of(shuffled).to_json() == report
    assert report_of(InParts(shuffled, (13, 400, 401))).to_json() == report


# What they need


def without(*columns: str) -> pd.DataFrame:
    return frame().drop(columns=list(columns))


def test_without_registered_voters() -> None:
    report = report_of(*table_of(without("registered")))
    assert_sound(report)
    for code in ("F506", "F507", "F508", "F511"):
        assert report.check(code).status is Status.NOT_APPLICABLE
        assert "registered" in report.check(code).reason
    for code in ("F502", "F504", "F509"):
        assert report.check(code).status is Status.PASSED
    assert not [f for f in report.findings if "turnout" in f.message]


@pytest.mark.slow
def test_without_ballots() -> None:
    report = report_of(*table_of(without("ballots", "null", "blank", "valid")))
    assert_sound(report)
    assert report.check("F502").status is Status.PASSED
    for code in ("F506", "F508", "F511"):
        assert report.check(code).status is Status.NOT_APPLICABLE


def test_without_areas() -> None:
    report = report_of(*table_of(without("state", "municipality", "parish", "centre")))
    assert_sound(report)
    assert "no areas" in report.check("F510").reason
    assert report.check("F504").status is Status.PASSED


def test_one_candidate() -> None:
    report = report_of(*table_of(without("B", "C", "valid", "ballots", "null", "blank")))
    assert_sound(report)
    assert "one candidate" in report.check("F510").reason
    assert "99 %" not in report.check("F510").reason
    assert report.check("F504").status is Status.NOT_APPLICABLE


@pytest.mark.parametrize("stations", [1, 2, 3, 60])
def test_few_stations(stations: int) -> None:
    report = report_of(CLEAN.table.take(np.arange(stations)))
    assert_sound(report)
    for code in ("F501", "F502", "F503", "F504", "F505"):
        assert report.check(code).status is Status.NOT_APPLICABLE
        assert "needed" in report.check(code).reason


@pytest.mark.slow
def test_unread_cells_and_empty_sheets_are_left_out() -> None:
    holes = frame()
    holes.loc[100:149, ["A", "B", "C", "ballots", "valid", "null", "blank"]] = 0
    holes["A"] = holes["A"].mask(np.arange(1500) < 100)
    table, contest = table_of(holes)
    report = report_of(table, contest)
    assert_sound(report)
    assert report.forensics is not None
    assert report.forensics.stations.unread == 150
    assert len(report.forensics.stations) == 1350
    rest = report_of(CLEAN.table.take(np.arange(150, 1500)), checks="F501,F502,F503")
    for code in ("F501", "F502", "F503"):
        found, expected = report.of(code), rest.of(code)
        assert [f.arithmetic for f in found] == [f.arithmetic for f in expected]


@pytest.mark.slow
def test_unknown_registered_and_ballots_of_some() -> None:
    holes = frame()
    row = np.arange(len(holes))
    holes["registered"] = holes["registered"].mask(row < 40)
    holes["ballots"] = holes["ballots"].mask((row >= 30) & (row < 70))
    assert_sound(report_of(*table_of(holes)))


@pytest.mark.slow
def test_more_ballots_than_voters_and_fewer_ballots_than_votes() -> None:
    odd = frame()
    odd.loc[:20, "registered"] = 1
    odd.loc[21:40, "ballots"] = 1
    odd.loc[41:60, "registered"] = 0
    assert_sound(report_of(*table_of(odd)))


@pytest.mark.slow
def test_a_candidate_without_votes() -> None:
    none = frame()
    none["B"] += none["C"]
    none["C"] = 0
    assert_sound(report_of(*table_of(none)))


def test_all_sheets_are_zero() -> None:
    zero = frame()
    zero[["A", "B", "C", "valid", "ballots", "null", "blank"]] = 0
    report = report_of(*table_of(zero))
    assert_sound(report)
    for code in CODES:
        assert report.check(code).status is Status.NOT_APPLICABLE
        assert "1,500 hold no vote at all" in report.check(code).reason  # T216


def test_all_stations_alike() -> None:
    alike = frame()
    for name in ("A", "B", "C", "valid", "ballots", "null", "blank", "registered"):
        alike[name] = int(alike.loc[3, name])
    report = report_of(*table_of(alike))
    assert_sound(report)
    # What does not vary has no second digits to speak of; it must not be rejected with p = 0.
    assert report.check("F501").status is Status.NOT_APPLICABLE


def test_subtotals_not_decided_upon() -> None:
    sums = frame()
    total = {name: int(sums[name].sum()) for name in sums.select_dtypes("number")}
    row = {**dict.fromkeys(sums, ""), **sums.iloc[0].to_dict(), **total, "station": "TOTAL"}
    table, contest = table_of(pd.concat([sums, pd.DataFrame([row])], ignore_index=True))
    report = report_of(table, contest, checks="T208,forensics")
    for code in CODES:
        assert report.check(code).status is Status.NOT_APPLICABLE
        assert "subtotals" in report.check(code).reason
    assert report.forensics is None


def test_a_wrong_column() -> None:
    wrong = frame()
    wrong["A"] = wrong["registered"] + 1
    report = report_of(*table_of(wrong))
    for code in CODES:
        assert report.check(code).status is Status.NOT_APPLICABLE
        assert "wrong column" in report.check(code).reason
    assert report.forensics is None


def test_too_many_stations_to_keep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tallyverify.checking.stations_kept.MOST_STATIONS", 1000)
    report = report_of(CLEAN.table)
    assert_sound(report)
    for code in CODES:
        assert report.check(code).status is Status.NOT_APPLICABLE
        assert report.check(code).reason.startswith("1,500 stations: indicators keep all")
    assert report.forensics is None
    assert not report.findings


def test_a_check_that_breaks_shows_as_broken_and_hides_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("of nothing")

    monkeypatch.setattr("tallyverify.forensics.study.battery", broken)
    report = report_of(CLEAN.table)
    for code in TESTED:
        assert report.check(code).status is Status.ERROR
        assert "of nothing" in report.check(code).reason
    assert report.check("F510").status is Status.PASSED
    assert report.exit_code == 0 or report.verdict == "insufficient"


def test_several_votes_a_voter_are_refused() -> None:
    """List votes come in fives: digits and shares of these are no fault of anybody."""
    given = frame()
    for name in ("A", "B", "C", "valid"):
        given[name] *= 5
    table, contest = table_of(given)
    report = report_of(table, contest)
    assert_sound(report)
    for check in report.answered:
        assert check.status is Status.NOT_APPLICABLE
        assert "valid, null and blank votes do not make up the ballots" in check.reason  # T212
    with pytest.raises(InputError, match="several votes each"):
        battery(table)


def test_what_cannot_be_asked_of_a_battery() -> None:
    with pytest.raises(InputError, match="no test has this code"):
        battery(CLEAN.table, codes=["F506"])
    with pytest.raises(InputError, match="a rate needs twins"):
        battery(CLEAN.table, twins=0)
