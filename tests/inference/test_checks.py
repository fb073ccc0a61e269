"""I401 to I404 within verify: what is graded how, and what is never graded above a note."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tallyverify import (
    ActaTable,
    Case,
    Contest,
    Declared,
    Evidence,
    Registry,
    Report,
    Status,
    read_actas,
    verify,
)
from tallyverify.findings import meaningful
from tallyverify.inference import registry_from
from tallyverify.inference.favourable import most_favourable
from tallyverify.simulate import clean_election, hide_stations
from tests.helpers.cases import declared_of, nation

SHEETS = "rules,compare,inference"
"""All but the indicators, which take longest."""


@cache
def whole() -> ActaTable:
    return clean_election(stations=1200, seed=6).table


@cache
def registry() -> Registry:
    return registry_from(whole())


@cache
def partial(pattern: Any = "random") -> ActaTable:
    return hide_stations(whole(), 0.25, seed=4, pattern=pattern)


def votes_of(table: ActaTable) -> dict[str, int]:
    return {name: int(table.figure(name)[0].sum()) for name in table.contest.candidate_ids}


def truth(moved: float = 0.0, coverage: float | None = 1, **more: Any) -> Declared:
    """Return the true result, with a share of all votes moved from the first to the second."""
    votes = votes_of(whole())
    first, second = sorted(votes, key=lambda name: -votes[name])[:2]
    points = round(moved * sum(votes.values()))
    votes[first] -= points
    votes[second] += points
    said = {} if coverage is None else {"coverage": coverage}
    more = {"stations": len(whole()), **more}
    return declared_of(nation(votes=votes, **said), **more)


def report_of(declared: Declared | None, checks: str | None = SHEETS, **parts: Any) -> Report:
    case = Case(whole().contest, parts.pop("table", partial()), declared, registry())
    return verify(replace(case, **parts), checks=checks)


def rungs(report: Report, *codes: str) -> set[Evidence]:
    return {finding.evidence for code in codes for finding in report.of(code)}


@pytest.mark.parametrize("pattern", ["random", "centres", "small"])
def test_the_truth_is_consistent(pattern: str) -> None:
    report = report_of(truth(), None, table=partial(pattern))
    assert report.verdict == "consistent"
    assert {finding.evidence for finding in report.findings} == {Evidence.NOTE}
    assert report.check("I401").status is Status.PASSED
    assert report.check("I401").reason.startswith("0 of 1 declared whole count outside the")
    assert report.check("I402").status is Status.PASSED
    assert report.check("I403").status is Status.PASSED


@pytest.mark.parametrize("moved", [0.09, 0.11])
def test_moved_votes_are_an_anomaly(moved: float) -> None:
    """No more than that: the sheets are no sample drawn by lot."""
    report = report_of(truth(moved))
    assert report.verdict == "consistent"
    (finding,) = [f for f in report.findings if f.evidence is Evidence.ANOMALY]
    assert finding.code == "I401"
    assert "no sample drawn by lot" in finding.message
    assert "outside the 99.9 % interval too" in finding.message
    assert "larger than any of the 120 masks" in finding.message
    assert finding.difference == pytest.approx(2 * moved, abs=0.01)
    assert report.check("I403").status is Status.FLAGGED


@pytest.mark.parametrize("moved", [0.02, 0.04])
def test_a_few_points_moved_are_flagged_as_a_note(moved: float) -> None:
    """Unseen stations of another kind may honestly differ by as much."""
    report = report_of(truth(moved))
    assert report.verdict == "consistent"
    assert rungs(report, "I401") == {Evidence.NOTE}
    assert report.check("I401").status is Status.FLAGGED
    assert "less than three times the odds" in " ".join(f.message for f in report.of("I401"))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"registry": None}, "not a prediction of single stations"),
        ({"coverage": 0.9}, "not known to be the whole count"),
        ({"stations": 1205}, "no registry is known to list every station"),
        ({"stations": 1150}, "no registry is known to list every station"),
        ({"strangers": True}, "no registry is known to list every station"),
    ],
)
def test_what_keeps_it_a_note(change: dict[str, Any], why: str) -> None:
    more = {"stations": change["stations"]} if "stations" in change else {}
    declared = truth(0.10, change.get("coverage", 1), **more)
    parts: dict[str, Any] = {}
    if "registry" in change:
        parts["registry"] = None
    if "strangers" in change:
        frame = registry().frame
        some = frame["station"] != partial().frame["station"].iloc[0]
        parts["registry"] = Registry(frame=frame[some].reset_index(drop=True))
    report = report_of(declared, **parts)
    assert rungs(report, "I401") == {Evidence.NOTE}
    assert any(why in finding.message for finding in report.of("I401"))
    assert report.verdict == "consistent"


def test_a_margin_inside_the_largest_tilt_is_a_note() -> None:
    """Just outside the interval, but hidden stations of this election departed as much."""
    report = report_of(truth(0.004), table=partial("centres"))
    assert rungs(report, "I401") == {Evidence.NOTE}
    assert report.verdict == "consistent"


def test_the_estimate_comes_with_assumption_and_backtest() -> None:
    first, *_ = report_of(truth()).of("I401")
    assert first.message.startswith("estimate of the whole with 300 stations unseen: ")
    assert "missing at random within areas" in first.message
    assert "the sheets are authentic" in first.message
    for pattern in ("random", "centres", "municipalities", "small", "learnt"):
        assert f"{pattern} " in first.arithmetic
    assert "backtest of the 95 % intervals" in first.arithmetic


def test_report_without_declared_result() -> None:
    report = report_of(None)
    assert report.check("I401").status is Status.NOT_APPLICABLE
    assert report.of("I401")[0].message.startswith("estimate of the whole")
    assert report.check("I402").reason == "nothing is declared"
    assert "a tie" in report.of("I403")[0].message


def test_without_anything_on_the_unseen() -> None:
    report = report_of(truth(stations=None), registry=None)
    for code in ("I401", "I403"):
        assert report.check(code).status is Status.NOT_APPLICABLE
        assert report.check(code).reason.startswith("nothing says which stations were not seen")
    assert report.of("I401") == ()


def test_a_partial_bulletin_is_never_judged() -> None:
    """An early bulletin of a clean count, with all sheets in hand: nothing it lacks is held
    against it."""
    early = votes_of(hide_stations(whole(), 0.5, seed=9, pattern="areas"))
    declared = declared_of(
        {**nation(votes=early, coverage=0.5), "id": "early"},
        {**nation(votes=votes_of(whole()), coverage=1), "id": "final"},
        stations=1200,
    )
    for table in (whole(), partial()):
        report = report_of(declared, table=table)
        assert report.verdict == "consistent"
        assert report.check("I402").status is Status.PASSED
        assert report.check("I403").status is not Status.FLAGGED
        assert any("may leave out seen stations" in f.message for f in report.of("I402"))


def test_an_impossible_share_is_told() -> None:
    votes = votes_of(whole())
    first, second = sorted(votes, key=lambda name: -votes[name])[:2]
    seen = votes_of(partial())
    # The second gets every unseen vote and 100 more than there are.
    total, have = sum(votes.values()), sum(seen.values())
    declared = {**seen, second: seen[second] + total - have + 100, first: seen[first] - 100}
    report = report_of(declared_of(nation(votes=declared, complete=True)))
    told = {finding.candidate: finding for finding in report.of("I402")}
    assert "impossible, more than all" in told[second].message
    assert "impossible, less than none" in told[first].message
    assert told[second].observed == meaningful((total - have + 100) / (total - have))
    assert report.check("I402").status is Status.FLAGGED
    assert rungs(report, "I402") == {Evidence.NOTE}


def test_a_required_share_is_exact() -> None:
    report = report_of(truth())
    votes, seen = votes_of(whole()), votes_of(partial())
    total, have = sum(votes.values()), sum(seen.values())
    for finding in report.of("I402"):
        name = str(finding.candidate)
        share = (votes[name] - seen[name]) / (total - have)
        assert finding.observed == pytest.approx(share, abs=1e-6)
        assert f"needs {100 * share:.2f} % of the unseen votes" in finding.message


def test_most_favourable_stations() -> None:
    votes, valid = np.array([5.0, 9.0, 0.0, 30.0]), np.array([10.0, 10.0, 0.0, 100.0])
    found = most_favourable(votes, valid, 15)
    assert found is not None
    assert (found.stations, found.share) == (2, pytest.approx((9 + 2.5) / 15))
    assert most_favourable(votes, valid, 121) is None
    assert most_favourable(votes, valid, 0) is None


def test_a_declared_winner_who_is_not_ahead_is_compared() -> None:
    votes = votes_of(whole())
    ranked = sorted(votes, key=lambda name: -votes[name])
    third = ranked[2]
    declared = {**votes, third: votes[ranked[0]] + votes[third]}
    report = report_of(declared_of(nation(votes=declared, coverage=1), stations=1200))
    (finding,) = [f for f in report.of("I401") if f.evidence is Evidence.ANOMALY]
    label = whole().contest.display(third)
    assert f"over {label}" in finding.message


def test_many_stations_are_refused_not_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    from tallyverify.checking import stations_kept

    monkeypatch.setattr(stations_kept, "MOST_STATIONS", 100)
    report = report_of(truth())
    for code in ("I401", "I403"):
        assert report.check(code).status is Status.NOT_APPLICABLE
        assert report.check(code).reason.startswith("900 stations: ")
    assert report.check("I402").status is Status.PASSED


def test_doubtful_sheets_are_not_estimated_from() -> None:
    frame = whole().frame.copy()
    first = whole().votes[0]
    frame[first] = frame[first] + 1_000
    report = report_of(truth(), table=replace(whole(), frame=frame))
    assert report.check("R101").statistic
    for code in ("I401", "I402", "I403"):
        assert "the mapping probably names a wrong column" in report.check(code).reason
    assert report.picture is None


# I404: the order of counting.


def ordered(table: ActaTable, position: np.ndarray[Any, Any]) -> ActaTable:
    frame = table.frame.assign(order=pd.array([str(int(at)) for at in position]))
    names = ["station", *table.levels, *table.votes, "order"]
    levels = {level: level for level in table.levels}
    mapping = {
        "layout": "wide",
        "station": ["station"],
        "areas": levels,
        "votes": {name: name for name in table.votes},
        "order": "order",
    }
    bare = Contest.model_validate({**table.contest.model_dump(), "balances": [], "lines": []})
    return read_actas(frame[names], contest=bare, mapping=mapping)


def test_random_order_shows_no_shift() -> None:
    rng = np.random.default_rng(8)
    table = ordered(whole(), rng.permutation(len(whole())))
    report = verify(Case(table.contest, table, truth()), checks="I404")
    result = report.check("I404")
    assert result.status is Status.PASSED
    assert result.pvalue is not None
    assert result.pvalue > 0.01
    assert rungs(report, "I404") == {Evidence.NOTE}


def test_late_stations_that_differ_are_told_as_a_note() -> None:
    """Stations with a high share of the first come last: a shift within areas."""
    first = whole().figure(whole().contest.candidate_ids[0])[0]
    valid = sum(whole().figure(name)[0] for name in whole().contest.candidate_ids)
    table = ordered(whole(), np.argsort(np.argsort(first / valid)))
    report = verify(Case(table.contest, table, truth()))
    result = report.check("I404")
    assert result.status is Status.FLAGGED
    assert result.pvalue is not None
    assert result.pvalue < 0.001
    assert rungs(report, "I404") == {Evidence.NOTE}
    assert "may differ honestly" in report.of("I404")[0].message
    assert report.verdict == "consistent"


def test_cuts_come_from_the_bulletins() -> None:
    table = ordered(whole(), np.random.default_rng(8).permutation(len(whole())))
    early = votes_of(whole())
    declared = declared_of(
        {"id": "early", **nation(votes={k: v // 2 for k, v in early.items()}, stations=600)},
        {"id": "final", **nation(votes=early, stations=1200)},
    )
    report = verify(Case(table.contest, table, declared), checks="I404")
    jumps = [f for f in report.of("I404") if "where bulletin early stopped" in f.message]
    assert len(jumps) == 1
    assert "shows no jump" in jumps[0].message


def test_without_an_order_it_says_so() -> None:
    assert "no column that says when" in report_of(None).check("I404").reason


def by_state(coverage: float) -> Declared:
    frame = whole().frame
    votes = votes_of(whole())
    areas: list[dict[str, Any]] = [{"votes": votes, "coverage": coverage}]
    for state, rows in frame.groupby("state"):
        voters = int(rows["registered"].sum())
        areas.append({"area": {"state": state}, "stations": len(rows), "registered": voters})
    return declared_of({"areas": areas})


def test_numbers_by_area_of_a_whole_bulletin_make_strata() -> None:
    report = report_of(by_state(1), registry=None)
    first = report.of("I401")[0]
    assert "of the unseen only their number by area is known" in first.arithmetic
    states = whole().frame["state"].nunique()
    assert f"ratio estimate by registered voters, {states} strata" in first.arithmetic
    assert report.check("I401").status is Status.PASSED


def test_numbers_by_area_of_a_partial_bulletin_do_not() -> None:
    report = report_of(by_state(0.8), registry=None)
    assert report.check("I401").reason.startswith("nothing says which stations were not seen")


def test_more_seen_than_the_declared_number_is_said() -> None:
    report = report_of(truth(stations=800), registry=None)
    reason = report.check("I401").reason
    assert reason.startswith("900 stations on the sheets, and there are 800")  # T215
