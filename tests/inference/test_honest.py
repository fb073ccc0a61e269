"""Honest elections whose unseen stations are of another kind: nobody may be accused of that."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from tallyverify import ActaTable, Case, Declared, Evidence, Registry, Report, verify
from tallyverify.inference import estimate, registry_from
from tallyverify.simulate import clean_election, hide_stations
from tests.helpers.cases import declared_of, nation
from tests.helpers.real import realdata, table_of
from tests.helpers.tiers import slow_rows_but


def declared_by(whole: ActaTable, **more: Any) -> Declared:
    votes = {name: int(whole.figure(name)[0].sum()) for name in whole.contest.candidate_ids}
    return declared_of(nation(votes=votes, coverage=1), **{"stations": len(whole), **more})


def report_of(whole: ActaTable, seen: ActaTable, registry: Registry, **more: Any) -> Report:
    case = Case(whole.contest, seen, declared_by(whole, **more), registry)
    return verify(case, checks="inference")


def rural(stations: int, seed: int, shift: float) -> tuple[ActaTable, ActaTable]:
    """Return a clean election in which a third of the stations vote otherwise, and go missing.

    Which stations are rural is not written anywhere: 80 % of them are missing, 3 % of the others.
    """
    rng = np.random.default_rng(seed)
    table = clean_election(stations=stations, seed=seed).table
    village = rng.random(len(table)) < 0.35
    one, two = table.contest.candidate_ids[:2]
    both = (table.figure(one)[0] + table.figure(two)[0]).astype(float)
    share = np.clip(table.figure(one)[0] / np.maximum(both, 1), 0.01, 0.99)
    tilted = 1 / (1 + np.exp(-(np.log(share / (1 - share)) + shift * village)))
    votes = np.round(both * tilted).astype(np.int64)
    dtype = table.frame[one].dtype
    frame = table.frame.assign(**{one: votes, two: (both - votes).astype(np.int64)})
    frame = frame.astype({one: dtype, two: dtype})
    whole = replace(table, frame=frame)
    gone = rng.random(len(table)) < np.where(village, 0.8, 0.03)
    return whole, whole.take(~gone)


@pytest.mark.parametrize(
    ("stations", "shift"), slow_rows_but([(300, 1.0)], product([300, 1500], [0.5, 1.0]))
)
def test_villages_that_are_missing_accuse_nobody(stations: int, shift: float) -> None:
    for seed in range(3):
        whole, seen = rural(stations, seed, shift)
        report = report_of(whole, seen, registry_from(whole))
        assert {f.evidence for f in report.findings} == {Evidence.NOTE}


def test_a_whole_state_that_is_missing_accuses_nobody() -> None:
    whole = clean_election(stations=600, seed=2).table
    for state in whole.frame["state"].unique():
        seen = whole.take((whole.frame["state"] != state).to_numpy())
        report = report_of(whole, seen, registry_from(whole))
        assert {f.evidence for f in report.findings} <= {Evidence.NOTE}


def test_stations_that_were_closed_accuse_nobody() -> None:
    """Every sheet is seen and declared; the registry is of an earlier election and lists more."""
    before = clean_election(stations=600, seed=4).table
    leader = before.contest.candidate_ids[0]
    share = before.figure(leader)[0] / np.maximum(before.figure("registered")[0], 1)
    strongholds = share > np.quantile(share, 0.85)
    today = before.take(~strongholds)
    for stations in (len(today), None):
        report = report_of(today, today, registry_from(before), stations=stations)
        assert {f.evidence for f in report.findings} <= {Evidence.NOTE}


def test_a_registry_that_lacks_declared_stations_says_nothing_of_them() -> None:
    whole = clean_election(stations=150, seed=1).table
    report = report_of(whole, whole, registry_from(whole), stations=1000)
    assert "the registry has 150 stations, but 1,000 are declared" in report.check("I401").reason
    assert report.picture.estimate.shares == {}


def test_a_registry_that_lacks_seen_stations_bounds_nothing() -> None:
    whole = clean_election(stations=200, seed=1).table
    frame = registry_from(whole).frame
    short = Registry(frame=frame.iloc[:180].reset_index(drop=True))
    seen = hide_stations(whole, 0.3, seed=1)
    assert estimate(seen, short).bounds is None
    assert "known to lack others" in estimate(whole, short).refused


def test_bounds_never_rest_on_a_rounded_number_of_stations() -> None:
    whole = clean_election(stations=200, seed=3).table
    voters = int(whole.figure("registered")[0].sum())
    found = estimate(whole, registered=voters + 280)
    assert found.bounds is not None
    assert found.bounds.unseen_votes == 280
    assert found.unseen["stations"] == 1


def test_one_sheet_without_votes_does_not_make_the_file_complete() -> None:
    whole = clean_election(stations=200, seed=3).table
    frame = whole.frame.copy()
    for name in (*whole.votes, "valid", "ballots", "null", "blank"):
        if name in frame:
            frame.loc[frame.index[0], name] = 0
    found = estimate(replace(whole, frame=frame))
    assert "1 row of the actas with no votes" in found.refused
    assert found.bounds is None


@pytest.mark.slow
@realdata
@pytest.mark.parametrize("levels", [("voivodeship",), ("voivodeship", "county")])
def test_polish_villages_that_are_missing_accuse_nobody(levels: tuple[str, ...]) -> None:
    """The small stations, most of them in villages: 80 % of them missing, 3 % of the others."""
    table = table_of("poland-2020-round1")
    table = table.take(table.seen)
    size = table.figure("registered")[0]
    rng = np.random.default_rng(1)
    small = size < np.quantile(size, 0.4)
    gone = rng.random(len(table)) < np.where(small, 0.8, 0.03)
    registry = registry_from(table)
    coarse = Registry(frame=registry.frame[["station", *levels, "registered"]])
    report = report_of(table, table.take(~gone), coarse)
    assert report.counts()["improbable"] == 0
