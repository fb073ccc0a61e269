"""Only a sample drawn by lot makes a declared result improbable."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tallyverify import ActaTable, Case, Declared, Evidence, InputError, Report, verify
from tallyverify.inference import estimate, registry_from
from tallyverify.records import Sampling
from tallyverify.simulate import clean_election
from tallyverify.table import KIND
from tests.helpers.cases import declared_of, nation
from tests.helpers.tiers import slow_but


def drawn(table: ActaTable, each: int, seed: int) -> ActaTable:
    """Return so many stations of each state, by lot."""
    rng = np.random.default_rng(seed)
    key = pd.Series(rng.random(len(table)))
    rank = key.groupby(table.frame["state"].to_numpy()).rank()
    return table.take((rank <= each).to_numpy())


def design(table: ActaTable, **more: Any) -> Sampling:
    stations = table.frame["state"].astype(str).value_counts().to_dict()
    return Sampling(kind="drawn", strata=("state",), stations=stations, **more)


def declared(table: ActaTable, moved: float = 0.0, **said: Any) -> Declared:
    votes = {name: int(table.figure(name)[0].sum()) for name in table.contest.candidate_ids}
    first, second = sorted(votes, key=lambda name: -votes[name])[:2]
    points = round(moved * sum(votes.values()))
    votes[first] -= points
    votes[second] += points
    said = said or {"complete": True}
    return declared_of(nation(votes=votes, **said), stations=len(table))


def graded(table: ActaTable, seen: ActaTable, result: Declared, **parts: Any) -> Report:
    if "sampling" in parts:
        parts = {"registry": registry_from(table), **parts}
    case = Case(table.contest, seen, result, **parts)
    return verify(case, checks="inference")


def test_a_drawn_sample_calls_a_moved_result_improbable_and_the_truth_not() -> None:
    table = clean_election(stations=3000, seed=1).table
    seen = drawn(table, 40, seed=1)
    sampling = design(table, drawn=len(seen))
    moved = graded(table, seen, declared(table, 0.08), sampling=sampling)
    (finding,) = [f for f in moved.of("I401") if f.evidence is Evidence.IMPROBABLE]
    assert "drawn by lot" in finding.message
    assert "the stations were drawn by lot, as is stated" in moved.picture.estimate.assumption
    assert moved.exit_code == 1
    true = graded(table, seen, declared(table), sampling=sampling)
    assert {f.evidence for f in true.findings} == {Evidence.NOTE}


def test_the_truth_lies_outside_the_far_interval_of_drawn_samples_hardly_ever() -> None:
    table = clean_election(stations=1500, seed=2).table
    for seed in range(10):
        seen = drawn(table, 25, seed)
        report = graded(table, seen, declared(table), sampling=design(table, drawn=len(seen)))
        assert report.counts()["improbable"] == 0


@pytest.mark.parametrize(
    ("sampling", "said", "why"),
    [
        ({"drawn": 400}, {}, "of 400 stations drawn"),
        ({"drawn": 1}, {}, "of 1 stations drawn"),
        ({}, {}, "how many stations were drawn is not stated"),
        ({}, {"coverage": 0.9}, "not known to be the whole count"),
    ],
)
def test_what_keeps_a_drawn_sample_a_note(
    sampling: dict[str, Any], said: dict[str, Any], why: str
) -> None:
    table = clean_election(stations=3000, seed=1).table
    seen = drawn(table, 40, seed=1)
    report = graded(table, seen, declared(table, 0.08, **said), sampling=design(table, **sampling))
    assert {f.evidence for f in report.of("I401")} == {Evidence.NOTE}
    assert why in " ".join(f.message for f in report.of("I401"))


def test_a_sheet_without_its_stratum_is_refused() -> None:
    table = clean_election(stations=2000, seed=1).table
    seen = drawn(table, 40, seed=1)
    state = seen.frame["state"].to_numpy(dtype=object).copy()
    state[0] = ""
    frame = seen.frame.assign(state=pd.array(state))
    sampling = design(table, drawn=len(seen))
    report = graded(table, replace(seen, frame=frame), declared(table), sampling=sampling)
    assert "name no stratum of its design" in report.check("I401").reason
    assert report.exit_code == 0


def test_rows_without_votes_make_no_whole_sample() -> None:
    table = clean_election(stations=2000, seed=1).table
    seen = drawn(table, 60, seed=1)
    lost = np.arange(len(seen)) % 20 == 0
    frame = seen.frame.copy()
    for name in (*seen.votes, *(line for line in seen.lines if line != "registered")):
        frame.loc[lost, name] = 0
    sampling = design(table, drawn=len(seen))
    report = graded(table, replace(seen, frame=frame), declared(table, 0.08), sampling=sampling)
    assert {f.evidence for f in report.of("I401")} <= {Evidence.NOTE}


@pytest.mark.parametrize("told", ["nothing", "lists", "kinds"])
def test_a_few_stations_larger_than_any_drawn_accuse_nobody(told: str) -> None:
    """What a draw missed by chance may hold more than its interval knows."""
    table = clean_election(stations=1500, seed=4).table
    large = np.arange(len(table)) % 300 == 7
    one = table.contest.candidate_ids[0]
    frame, voters = table.frame.copy(), table.figure("registered")[0]
    names = [one, "registered", "ballots", "valid"]
    types = frame[names].dtypes.to_dict()
    for name in names if told != "kinds" else []:
        frame[name] = table.figure(name)[0] + np.where(large, 60 * voters, 0)
    frame = frame.astype(types)
    if told == "kinds":
        frame = frame.assign(**{KIND: pd.array(np.where(large, "post", "booth"))})
    whole = replace(table, frame=frame)
    seen = whole.take((np.random.default_rng(0).random(len(table)) < 0.2) & ~large)
    sampling = Sampling(kind="drawn", stations={"all": len(table)}, drawn=len(seen))
    parts = {"registry": None} if told == "nothing" else {}
    result = declared(whole, 0.12 if told == "kinds" else 0.0)
    report = graded(whole, seen, result, sampling=sampling, **parts)
    assert report.counts()["improbable"] == 0
    assert "at most an anomaly" in " ".join(f.message for f in report.of("I401"))


@pytest.mark.parametrize("seed", slow_but([0], range(5)))
def test_postal_boards_that_are_unseen_accuse_nobody(seed: int) -> None:
    """Another kind of station, with five times the odds, of which nothing was seen."""
    table = clean_election(stations=2000, seed=seed).table
    rng = np.random.default_rng(seed)
    postal = rng.random(len(table)) < 0.12
    one, two = table.contest.candidate_ids[:2]
    both = (table.figure(one)[0] + table.figure(two)[0]).astype(float)
    share = np.clip(table.figure(one)[0] / np.maximum(both, 1), 0.01, 0.99)
    odds = share / (1 - share) * np.where(postal, 5.0, 1.0)
    votes = np.round(both * odds / (1 + odds)).astype(np.int64)
    kinds = table.frame[[one, two]].dtypes.to_dict()
    frame = table.frame.assign(**{one: votes, two: both.astype(np.int64) - votes}).astype(kinds)
    whole = replace(table, frame=frame)
    report = graded(whole, whole.take(~postal), declared(whole), registry=registry_from(whole))
    assert report.counts()["improbable"] == 0
    assert report.exit_code == 0


def test_a_design_that_does_not_fit_is_refused() -> None:
    with pytest.raises(InputError, match="without strata"):
        Sampling(kind="drawn", stations={"North": 5})
    with pytest.raises(InputError, match="named by 2 areas"):
        Sampling(kind="drawn", strata=("state", "county"), stations={"North": 5})
    with pytest.raises(InputError):
        Sampling(kind="quota", stations={"all": 5})
    table = clean_election(stations=300, seed=1).table
    whole = Sampling(kind="drawn", stations={"all": 300})
    with pytest.raises(InputError, match="estimated by its design"):
        estimate(table, sampling=whole, method="prediction")
    with pytest.raises(InputError, match="design of a drawn sample"):
        estimate(table, registry_from(table), sampling=whole)
    few = dict.fromkeys(design(table).stations, 1)
    sampling = Sampling(kind="drawn", strata=("state",), stations=few)
    report = graded(table, drawn(table, 20, 1), declared(table), sampling=sampling)
    assert "has 3 stations in all, 300 are declared" in report.check("I401").reason
    with pytest.raises(InputError, match="more stations were seen than are expected"):
        estimate(drawn(table, 20, 1), sampling=sampling)
