"""Areas of which nothing was seen may lie further off than the seen ones differ."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify import ActaTable
from tallyverify.arrays import Mask
from tallyverify.inference import estimate, registry_from
from tallyverify.inference.prediction.area_tree import AreaTree
from tallyverify.inference.prediction.population import Population
from tallyverify.inference.prediction.unlike_areas import (
    MOST_UNLIKE,
    areas_left_out,
    unlike,
    unlike_margin,
    weight_left_out,
)
from tallyverify.simulate import clean_election


def population(areas: list[int], seen: Mask) -> Population:
    """Return stations of one voter each, in areas of the first level of these numbers."""
    codes = np.repeat(np.arange(len(areas)), areas)
    tree = AreaTree.of([codes], len(codes))
    votes = np.column_stack([seen, seen]).astype(float)
    return Population(tree, np.ones(len(codes)), seen, votes, ("a", "b"), ("state",))


@given(st.floats(0.001, 0.999))
def test_odds_change_as_many_times_as_is_said(share: float) -> None:
    odds = share / (1 - share)
    up, down = (odds * times / (1 + odds * times) for times in (MOST_UNLIKE, 1 / MOST_UNLIKE))
    assert unlike(np.array(share)) == pytest.approx(max(up - share, share - down))
    assert unlike_margin(share, 1 - share) == pytest.approx(2 * max(up - share, share - down))


def test_nobody_has_no_odds() -> None:
    assert unlike_margin(0.0, 0.0) == 0
    assert unlike(np.array([0.0, 1.0])).tolist() == [0.0, 0.0]


def test_the_chance_that_an_area_is_missing_is_counted_out() -> None:
    # Of 3, 5 and 6 stations 9 are unseen: all draws that leave out the first, of all draws.
    draws = list(combinations(range(14), 9))
    alone = sum({0, 1, 2} <= set(draw) for draw in draws) / len(draws)
    assert alone > 0.05 / 3
    seen = np.array([False] * 3 + [True, True, False, False, False] + [True] * 3 + [False] * 3)
    assert not areas_left_out(population([3, 5, 6], seen)).any()
    # The five of the second: 126 of 2,002 draws would be 0.063; of 6 unseen, 9 of 3,003.
    seen = np.array([True, True, False] + [False] * 5 + [True] * 6)
    assert areas_left_out(population([3, 5, 6], seen)).tolist() == [False, True, False]


def test_several_areas_add_up_as_independent_ones() -> None:
    seen = np.array([False] * 60 + [False] * 80 + [True] * 860)
    found = population([60, 80, *[86] * 10], seen)
    assert areas_left_out(found).tolist() == [True, True, *[False] * 10]
    assert weight_left_out(found) == pytest.approx(0.1)


def test_a_kind_of_which_nothing_was_seen_counts_once() -> None:
    seen = np.array([False] * 60 + [False] * 80 + [True] * 860)
    kind = np.array([1] * 60 + [0] * 940)
    found = replace(population([60, 80, *[86] * 10], seen), kind=kind, kinds=("booth", "consulate"))
    assert weight_left_out(found) == pytest.approx(0.1)
    elsewhere = replace(found, kind=np.array([0] * 100 + [1] * 30 + [0] * 870))
    assert weight_left_out(elsewhere) == pytest.approx(0.1)


def _with_far_state(table: ActaTable, log_odds: float) -> tuple[ActaTable, Mask]:
    """Return the election with a small state that votes otherwise, and which stations it has."""
    state = table.frame["state"].astype(str)
    counts = state.value_counts()
    small = (state == counts[counts >= 15].index[-1]).to_numpy()
    one, two = table.contest.candidate_ids[:2]
    first, both = table.figure(one)[0], table.figure(one)[0] + table.figure(two)[0]
    share = np.clip(first / np.maximum(both, 1), 0.01, 0.99)
    odds = share / (1 - share) * np.exp(log_odds * small)
    votes = np.round(both * odds / (1 + odds)).astype(np.int64)
    types = table.frame[[one, two]].dtypes.to_dict()
    frame = table.frame.assign(**{one: votes, two: both - votes}).astype(types)
    return replace(table, frame=frame), small


@pytest.mark.parametrize("log_odds", [-1.5, 1.5])
def test_a_state_abroad_that_reports_last_is_held(log_odds: float) -> None:
    held = asked = 0
    for seed in range(16):
        table, small = _with_far_state(clean_election(stations=1500, seed=seed).table, log_odds)
        found = estimate(table.take(~small), registry_from(table))
        if small.mean() > 0.08 or found.margin is None:
            continue
        asked += 1
        lead, run = found.margin.leader, found.margin.runner_up
        votes = {name: table.figure(name)[0].sum() for name in table.contest.candidate_ids}
        truth = (votes[lead] - votes[run]) / sum(votes.values())
        held += found.margin.interval.low <= truth <= found.margin.interval.high
    assert asked >= 12
    assert held >= 0.9 * asked


def test_a_drawn_sample_is_no_wider_for_small_areas_that_it_missed() -> None:
    table = clean_election(stations=900, seed=3).table
    seen = np.random.default_rng(0).random(900) < 0.2
    towns = table.frame["municipality"].astype("category").cat.codes.to_numpy()
    tree = AreaTree.of([towns], 900)
    sizes = table.figure("registered")[0].astype(float)
    votes = np.column_stack([seen, seen]).astype(float)
    found = Population(tree, sizes, seen, votes, ("a", "b"), ("municipality",))
    assert set(np.unique(towns)) > set(np.unique(towns[seen]))
    assert weight_left_out(found) == 0
