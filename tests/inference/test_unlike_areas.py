"""Areas of which nothing was seen may lie further off than the seen ones differ."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify import ActaTable, Case, Evidence, verify
from tallyverify.arrays import Mask
from tallyverify.inference import Estimate, estimate, registry_from
from tallyverify.inference.prediction.area_tree import AreaTree
from tallyverify.inference.prediction.population import Population
from tallyverify.inference.prediction.unlike_areas import (
    MOST_UNLIKE,
    anything_left_out,
    areas_left_out,
    unlike,
    unlike_margin,
    weight_left_out,
)
from tallyverify.simulate import clean_election
from tests.helpers.cases import declared_of, nation
from tests.helpers.tiers import slow_but


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


@pytest.mark.parametrize(
    ("areas", "weight"),
    [
        ([10] * 3, 0.03),  # they may be alike: one of the size of all
        ([2] * 20, 0.04),
        ([10] * 5, 0.05),
        ([10] * 8, 0.05),  # no more than five percent are taken to be alike
        ([10] * 30, 0.05477),  # each in its own direction: √30 of a percent
        ([70, 20, 10], 0.07348),
        ([70, 20], 0.0728),
    ],
)
def test_small_areas_may_be_alike(areas: list[int], weight: float) -> None:
    rest = (1000 - sum(areas)) // 10
    seen = np.arange(sum(areas) + 10 * rest) >= sum(areas)
    found = population([*areas, *[rest] * 10], seen)
    assert areas_left_out(found)[: len(areas)].all()
    assert weight_left_out(found) == pytest.approx(weight, abs=1e-5)


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


@pytest.mark.parametrize("log_odds", slow_but([1.5], [-1.5, 1.5]))
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


# Many small areas, and areas of the second level


def towns(unseen: list[bool], voters: float) -> Population:
    """Return two states of ten towns with 50 stations each; the first ones have more voters.

    Of the towns these are wholly unseen; of all others four of five stations were seen.
    """
    town = np.repeat(np.arange(20), 50)
    seen = (np.arange(1000) % 5 > 0) & ~np.array(unseen + [False] * (20 - len(unseen)))[town]
    size = np.where(town == 0, voters, 1.0)
    votes = np.column_stack([seen, seen]).astype(float) * size[:, None]
    tree = AreaTree.of([town // 10, town], 1000)
    return Population(tree, size, seen, votes, ("a", "b"), ("state", "town"))


def test_a_town_that_was_left_out_counts_where_it_is_a_percent() -> None:
    # 50 stations of a fifth of a voter are just above one percent of all, and just below.
    for voters, counts in ((0.195, True), (0.185, False)):
        found = towns([True], voters)
        share = 50 * voters / (950 + 50 * voters)
        assert (share >= 0.01) == counts
        assert areas_left_out(found, 2).tolist() == [counts] + [False] * 19
        assert not areas_left_out(found).any()
        assert weight_left_out(found) == pytest.approx(share if counts else 0)
        assert anything_left_out(found) == counts
    assert not anything_left_out(towns([], 1.0))


def test_towns_of_a_state_that_was_left_out_count_with_it() -> None:
    found = towns([True] * 10, 1.0)
    assert areas_left_out(found).tolist() == [True, False]
    assert not areas_left_out(found, 2).any()
    assert weight_left_out(found) == pytest.approx(0.5)


def abroad(seed: int, share: float, level: str, areas: int = 20) -> tuple[ActaTable, ActaTable]:
    """Return an election whose last 80 stations lie abroad, and what was seen: nothing of these.

    They are as many countries, or one town of their states; elsewhere nine stations of ten were
    seen. The first candidate has this share abroad.
    """
    table = clean_election(stations=1500, seed=seed).table
    rng = np.random.default_rng(seed)
    far = np.arange(1500) >= 1420
    valid = table.figure("valid")[0]
    first = rng.binomial(valid, share)
    second = ((valid - first) * 0.9).astype(np.int64)
    given_ = dict(
        zip(table.contest.candidate_ids, (first, second, valid - first - second), strict=True)
    )
    types = table.frame[list(given_)].dtypes.to_dict()
    frame = table.frame.assign(
        **{name: np.where(far, votes, table.figure(name)[0]) for name, votes in given_.items()}
    ).astype(types)
    country = [f"Country {(at - 1420) * areas // 80:02d}" for at in range(1500)]
    for one in ("state", "municipality", "parish") if level == "state" else ("municipality",):
        frame[one] = pd.array(np.where(far, country, frame[one].astype(str)))
    whole = replace(table, frame=frame)
    return whole, whole.take(~far & (rng.random(1500) < 0.9))


def margin_of(whole: ActaTable, found: Estimate) -> float:
    assert found.margin is not None
    votes = {name: int(whole.figure(name)[0].sum()) for name in whole.contest.candidate_ids}
    return (votes[found.margin.leader] - votes[found.margin.runner_up]) / sum(votes.values())


@pytest.mark.parametrize(("level", "areas"), [("state", 20), ("municipality", 1)])
def test_countries_or_a_town_unlike_all_others_are_held(level: str, areas: int) -> None:
    held = asked = 0
    for seed in range(8):
        whole, seen = abroad(seed, 0.7, level, areas)
        found = estimate(seen, registry_from(whole))
        if found.margin is not None:
            asked += 1
            held += found.margin.interval.holds(margin_of(whole, found))
    assert asked >= 6
    assert held >= 0.85 * asked


@pytest.mark.parametrize(("level", "areas"), [("state", 20), ("municipality", 1)])
def test_what_is_declared_with_them_is_a_note(level: str, areas: int) -> None:
    for seed in range(2):
        whole, seen = abroad(seed, 0.9, level, areas)
        votes = {name: int(whole.figure(name)[0].sum()) for name in whole.contest.candidate_ids}
        declared = declared_of(nation(votes=votes, complete=True), stations=len(whole))
        case = Case(whole.contest, seen, declared, registry_from(whole))
        report = verify(case, checks="I401")
        assert {f.evidence for f in report.findings} <= {Evidence.NOTE}
        assert report.exit_code == 0


def test_a_result_far_off_is_a_note_and_says_which_area_excuses_it() -> None:
    whole, seen = abroad(1, 0.4, "municipality", 1)
    votes = {name: int(whole.figure(name)[0].sum()) for name in whole.contest.candidate_ids}
    one, two = sorted(votes, key=lambda name: -votes[name])[:2]
    moved = round(0.09 * sum(votes.values()))
    votes[one] -= moved
    votes[two] += moved
    declared = declared_of(nation(votes=votes, complete=True), stations=len(whole))
    case = Case(whole.contest, seen, declared, registry_from(whole))
    (finding,) = [f for f in verify(case, checks="I401").findings if "margin" in f.message]
    assert finding.evidence is Evidence.NOTE
    assert "of an area that holds a percent of the voters or more" in finding.message
