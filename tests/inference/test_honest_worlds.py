"""Honest elections with kinds, orders and sizes of stations that vote otherwise accuse nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tallyverify import ActaTable, Case, Evidence, Report, verify
from tallyverify.arrays import Mask
from tallyverify.draws import stream
from tallyverify.inference import registry_from
from tallyverify.records import Sampling
from tallyverify.simulate import clean_election
from tallyverify.table import KIND
from tests.helpers.cases import declared_of, nation


def world(seed: int) -> tuple[ActaTable, Mask, dict[str, Any]]:
    """Return an honest election, which stations were seen, and what else the case says."""
    rng = stream(5, seed)
    stations = int(rng.randint(150, 700))
    table = clean_election(stations=stations, seed=seed).table
    size = np.log(table.figure("registered")[0].astype(float))
    size = (size - size.mean()) / size.std()
    sort = rng.random_sample(stations) < rng.choice([0.0, 0.1, 0.3])
    late = rng.normal(size=stations)
    lean = (
        rng.uniform(-0.6, 0.6) * size + rng.uniform(-1.6, 1.6) * sort + rng.choice([0, 0.6]) * late
    )
    one, two = table.contest.candidate_ids[:2]
    both = table.figure(one)[0] + table.figure(two)[0]
    share = np.clip(table.figure(one)[0] / np.maximum(both, 1), 0.01, 0.99)
    odds = share / (1 - share) * np.exp(lean)
    votes = np.round(both * odds / (1 + odds)).astype(np.int64)
    types = table.frame[[one, two]].dtypes.to_dict()
    frame = table.frame.assign(**{one: votes, two: both - votes}).astype(types)
    time = rng.normal(size=stations) + rng.choice([0, 1]) * late + rng.choice([-1, 0, 1]) * size
    if rng.random_sample() < 0.5:
        rank = np.argsort(np.argsort(time, kind="stable"))
        frame = frame.assign(order=pd.array([str(at) for at in rank]))
    if rng.random_sample() < 0.5:
        frame = frame.assign(**{KIND: pd.array(np.where(sort, "post", "booth"))})
    whole = replace(table, frame=frame)
    unseen = rng.uniform(0.05, 0.8)
    how = rng.choice(["drawn", "chance", "sizes", "late", "kind", "area"])
    if how == "drawn":
        seen = rng.random_sample(stations) >= unseen
        design = Sampling(kind="drawn", stations={"all": stations}, drawn=int(seen.sum()))
        return whole, seen, {"sampling": design}
    score = {
        "chance": rng.random_sample(stations),
        "sizes": size + rng.normal(size=stations),
        "late": -time,
        "kind": 0.5 * rng.random_sample(stations) - sort.astype(float),
        "area": pd.factorize(frame["municipality"])[0] + 0.5 * rng.random_sample(stations),
    }[how]
    return whole, score > np.quantile(score, unseen), {"registry": registry_from(whole)}


def judged(seed: int) -> Report:
    whole, seen, parts = world(seed)
    votes = {name: int(whole.figure(name)[0].sum()) for name in whole.contest.candidate_ids}
    result = declared_of(nation(votes=votes, complete=True), stations=len(whole))
    case = Case(whole.contest, whole.take(seen), result, **parts)
    return verify(case, checks="inference,compare")


def accused(seeds: range) -> list[int]:
    found = []
    for seed in seeds:
        report = judged(seed)
        strong = (Evidence.CONTRADICTION, Evidence.IMPROBABLE, Evidence.ANOMALY)
        if report.exit_code or any(f.evidence in strong for f in report.findings):
            found.append(seed)
    return found


def test_honest_worlds_accuse_nobody() -> None:
    assert accused(range(12)) == []


@pytest.mark.hours
def test_many_honest_worlds_accuse_nobody() -> None:
    assert accused(range(12, 120)) == []
