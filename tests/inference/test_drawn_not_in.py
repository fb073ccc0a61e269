"""Of a sample drawn by lot, what did not come in may be missing as a candidate has votes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tallyverify import ActaTable
from tallyverify.arrays import Floats, Mask
from tallyverify.inference import Estimate, estimate
from tallyverify.inference.prediction.area_tree import AreaTree
from tallyverify.inference.prediction.population import Population
from tallyverify.inference.sampling.drawn_not_in import not_in_drift
from tallyverify.inference.sampling.strata import Strata
from tallyverify.records import Sampling
from tallyverify.simulate import clean_election

LOST = 0.35


def scattered(seed: int, stations: int = 2500) -> ActaTable:
    """Return an election whose stations differ by more than their areas do."""
    table = clean_election(stations=stations, seed=seed).table
    one, two = table.contest.candidate_ids[:2]
    both = (table.figure(one)[0] + table.figure(two)[0]).astype(float)
    share = np.clip(table.figure(one)[0] / np.maximum(both, 1), 0.01, 0.99)
    odds = share / (1 - share) * np.exp(np.random.default_rng(seed).normal(0, 0.5, stations))
    votes = np.round(both * odds / (1 + odds)).astype(np.int64)
    kinds = table.frame[[one, two]].dtypes.to_dict()
    frame = table.frame.assign(**{one: votes, two: both.astype(np.int64) - votes}).astype(kinds)
    return replace(table, frame=frame)


def by_lot(table: ActaTable, seed: int, each: int = 40) -> Mask:
    """Draw so many stations of each state."""
    key = pd.Series(np.random.default_rng(seed).random(len(table)))
    drawn: Mask = (key.groupby(table.frame["state"].to_numpy()).rank() <= each).to_numpy()
    return drawn


def losing(table: ActaTable, drawn: Mask, candidate: int, seed: int) -> Mask:
    """Return what came in where stations are missing in proportion to a candidate's share."""
    votes = np.column_stack([table.figure(name)[0] for name in table.contest.candidate_ids])
    share = votes[:, candidate] / np.maximum(votes.sum(axis=1), 1)
    chance = LOST * share / share[drawn].mean()
    return drawn & (np.random.default_rng((seed, 1)).random(len(table)) >= chance)


def of_draw(table: ActaTable, seen: Mask, drawn: int | None) -> Estimate:
    stations = table.frame["state"].astype(str).value_counts().to_dict()
    design = Sampling(kind="drawn", strata=("state",), stations=stations, drawn=drawn)
    return estimate(table.take(seen), sampling=design)


def held(table: ActaTable, found: Estimate) -> bool:
    assert found.margin is not None
    votes = {name: int(table.figure(name)[0].sum()) for name in table.contest.candidate_ids}
    gap = votes[found.margin.leader] - votes[found.margin.runner_up]
    at = found.margin.interval
    return at.low <= gap / sum(votes.values()) <= at.high


def width(found: Estimate) -> float:
    assert found.margin is not None
    return found.margin.interval.high - found.margin.interval.low


def test_a_sample_that_lacks_a_partys_stations_is_held_where_the_draw_is_stated() -> None:
    stated, not_stated, samples = 0, 0, 24
    for seed in range(samples):
        table = scattered(seed % 4)
        drawn = by_lot(table, seed)
        seen = losing(table, drawn, seed % 2, seed)
        stated += held(table, of_draw(table, seen, int(drawn.sum())))
        not_stated += held(table, of_draw(table, seen, None))
    assert stated >= 0.93 * samples
    assert not_stated < 0.7 * samples


def test_a_whole_sample_is_not_widened() -> None:
    table = scattered(1)
    drawn = by_lot(table, 1)
    whole, plain = of_draw(table, drawn, int(drawn.sum())), of_draw(table, drawn, None)
    assert whole.shares == plain.shares
    assert whole.totals == plain.totals
    assert whole.margin == plain.margin
    assert "every station drawn was seen" in whole.assumption


def test_the_interval_grows_with_what_lacks_and_says_so() -> None:
    table = scattered(2)
    seen = by_lot(table, 2)
    count = int(seen.sum())
    found = [of_draw(table, seen, count + lacking) for lacking in (0, 4, 40, 200)]
    widths = [width(one) for one in found]
    assert widths == sorted(widths)
    assert widths[1] < 1.1 * widths[0]
    assert widths[3] > 2 * widths[0]
    assert len({one.margin.interval.estimate for one in found if one.margin is not None}) == 1
    assert "the 40 drawn that are not in may be missing in proportion" in found[2].assumption
    assert found[2].notes[-1].startswith("40 drawn stations not in: ")


def test_more_stations_than_were_drawn_lack_nothing() -> None:
    table = scattered(2)
    seen = by_lot(table, 2)
    few, plain = of_draw(table, seen, 10), of_draw(table, seen, None)
    assert few.margin == plain.margin
    assert few.assumption == plain.assumption


def population(votes: Floats, code: Floats) -> tuple[Population, Strata]:
    stations = len(votes)
    own = np.asarray(code, dtype=np.int64)
    names = tuple(f"c{at}" for at in range(votes.shape[1]))
    tree = AreaTree.of([own], stations)
    seen = np.ones(stations, dtype=bool)
    of = Strata(tuple(map(str, np.unique(own))), own, 10 * np.bincount(own), None)
    return Population(tree, np.full(stations, 500.0), seen, votes, names), of


def test_the_drift_is_what_a_loss_in_proportion_does() -> None:
    """With equal stations: the seen weigh 1 − u p / mean(p) of the drawn, exactly."""
    rng = np.random.default_rng(3)
    first = np.round(rng.uniform(20, 180, 4000))
    votes = np.column_stack([first, 200 - first])
    people, strata = population(votes, np.zeros(4000))
    lost = 0.3
    lacking = round(len(first) * lost / (1 - lost))
    found = not_in_drift(people, strata, (0, 1), lacking)
    off = []
    for share in (votes / 200).T:
        weight = 1 - lost * share / share.mean()
        off.append(abs(weight @ votes[:, 0] / weight.sum() / 200 - first.mean() / 200))
    assert found.pair[0] == pytest.approx(max(off), rel=1e-3)
    assert found.pair[2] == pytest.approx(2 * max(off), rel=1e-3)
    assert found.shares == pytest.approx(found.pair[:2])
    assert found.pair[3] == pytest.approx(0, abs=1e-12)


def test_differences_between_strata_are_no_drift() -> None:
    code = np.repeat([0, 1, 2], [50, 50, 1])
    first = np.where(code == 0, 150.0, 50.0)
    people, strata = population(np.column_stack([first, 200 - first]), code)
    assert not_in_drift(people, strata, (0, 1), 40).pair == pytest.approx(0, abs=1e-12)


def test_strata_of_one_station_each_are_taken_as_one() -> None:
    first = np.linspace(50, 150, 30)
    votes = np.column_stack([first, 200 - first])
    alone = not_in_drift(*population(votes, np.arange(30)), (0, 1), 10)
    as_one = not_in_drift(*population(votes, np.zeros(30)), (0, 1), 10)
    assert alone.pair == pytest.approx(as_one.pair)


def test_exchanging_candidates_exchanges_the_drift() -> None:
    rng = np.random.default_rng(5)
    votes = rng.integers(10, 200, (60, 3)).astype(float)
    code = np.repeat([0, 1, 2], 20)
    there = not_in_drift(*population(votes, code), (0, 2), 15)
    back = not_in_drift(*population(votes[:, ::-1], code), (2, 0), 15)
    assert back.pair[[1, 0, 2, 3]] != pytest.approx(np.zeros(4))
    assert back.pair == pytest.approx(there.pair)
    assert back.shares[::-1] == pytest.approx(there.shares)
