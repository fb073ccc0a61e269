"""Sheets in order of arrival reject no true margin, and the side bet sees an order by area."""

from __future__ import annotations

from functools import cache
from itertools import permutations
from math import exp
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallyverify.inference.sequential.margin_monitor import monitor
from tallyverify.inference.sequential.order_bet import OrderBet
from tallyverify.inference.sequential.state import MonitorState
from tallyverify.simulate import clean_election
from tests.helpers.tiers import slow_but

ELECTIONS = 50


def wealth_of(areas: list[str]) -> list[float]:
    """Return the wealth after each station of a list that comes whole in this order."""
    bet = OrderBet({"": {area: areas.count(area) for area in areas}})
    path = []
    for area in areas:
        bet.feed([("", area)])
        path.append(exp(bet.log_wealth))
    return path


@pytest.mark.parametrize("areas", ["aabb", "aaabbc", "abcdd", "aaaaab"])
def test_the_side_bet_wins_nothing_over_all_orders(areas: str) -> None:
    paths = np.array([wealth_of(list(order)) for order in permutations(areas)])
    mean = paths.mean(axis=0)
    # Fair, but for what an urn holds of areas that are used up.
    assert mean[0] == pytest.approx(1)
    assert (mean <= 1 + 1e-9).all()
    assert mean[-1] > 0.5
    for ceiling in (1.2, 1.5, 2):
        assert (paths.max(axis=1) >= ceiling).mean() <= 1 / ceiling


@given(st.permutations("aaaabbbccd"))
def test_the_names_of_areas_do_not_matter(order: list[str]) -> None:
    other = [chr(ord("z") - ord(area)) for area in order]
    assert wealth_of(order) == pytest.approx(wealth_of(other))


def test_one_area_says_nothing() -> None:
    assert wealth_of(["a"] * 9) == pytest.approx([1] * 9)


def test_a_random_draw_is_hardly_ever_refused() -> None:
    rng, refused = np.random.default_rng(5), 0
    areas = np.repeat([f"d{at}" for at in range(30)], rng.integers(2, 40, 30))
    counts = {str(area): int((areas == area).sum()) for area in set(areas.tolist())}
    for _ in range(300):
        bet = OrderBet({"": counts})
        bet.feed(("", str(area)) for area in rng.permutation(areas)[:200])
        refused += bet.peak >= np.log(100)
    assert refused <= 0.01 * 300 + 3


# Elections


@cache
def election(seed: int) -> dict[str, Any]:
    table = clean_election(stations=600, seed=seed).table
    frame = table.frame
    return {
        "keys": frame["station"].astype(str).to_numpy(),
        "state": frame["state"].astype(str).to_numpy(),
        "town": frame["municipality"].astype(str).to_numpy(),
        "valid": table.figure("valid")[0],
        **{name: table.figure(name)[0] for name in ("registered", "A", "B")},
    }


def arrived(kind: str, seed: int) -> np.ndarray[Any, Any]:
    """Return an order of arrival: by area as it stands in the file, or by when an area reports."""
    one, rng = election(seed), np.random.default_rng([seed, 3])
    if kind == "sorted":
        return np.lexsort((one["keys"], one["state"]))
    level = one["state" if kind == "states report" else "town"]
    names, code = np.unique(level, return_inverse=True)
    hour = rng.exponential(1, len(names))[code] + rng.exponential(0.4, len(code))
    return np.argsort(hour, kind="stable")


def looks(seed: int, order: np.ndarray[Any, Any], **options: Any) -> list[MonitorState]:
    """Declare the truth and look after each batch of 25 of the first 300 that come."""
    one = election(seed)
    d, v = one["A"] - one["B"], one["valid"]
    watch = monitor(600, registered=one["registered"], declared=d.sum() / v.sum(), **options)
    states = []
    for start in range(0, 300, 25):
        rows = order[start : start + 25]
        keys = {"keys": one["keys"][rows]} if watch.sampling == "random" else {}
        states.append(watch.update(one["A"][rows], one["B"][rows], v[rows], **keys))
    return states


def as_draw(seed: int, order: np.ndarray[Any, Any]) -> list[MonitorState]:
    one = election(seed)
    areas = dict(zip(one["keys"], one["town"], strict=True))
    return looks(seed, order, sampling="random", drawn=one["keys"][order].tolist(), areas=areas)


@pytest.mark.parametrize(
    "kind", slow_but(["towns report"], ["sorted", "states report", "towns report"])
)
def test_sheets_in_order_of_arrival_reject_no_true_margin(kind: str) -> None:
    rejected = refused = 0
    for seed in range(ELECTIONS):
        order = arrived(kind, seed)
        assert not any(state.rejected for state in looks(seed, order))
        taken_for_a_draw = as_draw(seed, order)
        rejected += any(state.rejected for state in taken_for_a_draw)
        refused += "by area" in taken_for_a_draw[-1].assumption
    assert refused >= 0.95 * ELECTIONS, refused
    assert rejected <= 0.05 * ELECTIONS, rejected


def test_a_refused_draw_has_arithmetic_only() -> None:
    order = arrived("sorted", 1)
    (*_, state), (*_, archive) = as_draw(1, order), looks(1, order)
    assert (state.low, state.high, state.level) == (archive.low, archive.high, 1)
    assert (state.evalue, state.pvalue, state.rejected) == (None, None, False)
    assert state.assumption.startswith("refused: the stations come by area, as no random draw")


def test_a_random_draw_keeps_its_bounds() -> None:
    refused = missed = 0
    for seed in range(ELECTIONS):
        states = as_draw(seed, np.random.default_rng([seed, 9]).permutation(600))
        refused += "refused" in states[-1].assumption
        missed += any(state.rejected for state in states)
        assert states[-1].high - states[-1].low < 0.3
    assert refused <= 2
    assert missed <= 0.05 * ELECTIONS + 2
