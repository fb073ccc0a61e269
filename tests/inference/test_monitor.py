"""The monitor itself: by hand, over all orders of a few stations, at the census, in batches."""

from __future__ import annotations

import dataclasses
from itertools import pairwise, permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallyverify.inference.sequential.betting import Bets
from tallyverify.inference.sequential.bounds import weighted
from tallyverify.inference.sequential.margin_monitor import monitor
from tallyverify.inference.sequential.state import MonitorState
from tests.inference.draws import DrawnMonitor
from tests.inference.test_monitor_rates import Floats, in_strata, path_at, real


def alike(one: MonitorState, other: MonitorState) -> None:
    first, second = dataclasses.asdict(one), dataclasses.asdict(other)
    for name, value in first.items():
        if isinstance(value, float):
            assert value == pytest.approx(second[name], rel=1e-9, abs=1e-9, nan_ok=True), name
        else:
            assert value == second[name], name


# Reference values and identities


def test_two_stations_by_hand() -> None:
    # N = 10, bound 100, m0 = 0; d = −50 of 100 each time. The first bet is 0. Before the second,
    # the mean left is 50/9, the least z −100, so the stake .9 / (100 − 50/9) wins 50 + 50/9:
    # wealth (1 + 1 + .9·500/850)/2. The upward half does not bet.
    watch = DrawnMonitor(10, bound=100, declared=0.0)
    assert watch.update(25, 75, 100).evalue == 1
    assert watch.update(25, 75, 100).evalue == pytest.approx((2 + 0.9 * 500 / 850) / 2)


@pytest.mark.parametrize("off", [-0.2, -0.01, 0.01, 0.4])
def test_wealth_against_a_plain_loop(off: float) -> None:
    stations = real(np.random.default_rng(3), 60, -0.3)
    m, up, down, before, plain = stations.margin + off, 1.0, 1.0, [], []

    def stake(bet: float, worst: float) -> float:
        return min(max(bet, 0), 0.9 / worst) if worst > 0 else 0

    for at, (a, b, v) in enumerate(zip(*stations.part(slice(None)), strict=True)):
        most = min(900, stations.size[at:].sum())
        centre = -sum(before) / (60 - at)
        mean = sum(before) / (at + 1)
        spread = (sum(z * z for z in before) + 180**2) / (at + 1) - mean**2
        bet = (mean - centre) / (spread + (mean - centre) ** 2)
        z = a - b - m * v
        up *= 1 + stake(bet, (1 + m) * most + centre) * (z - centre)
        down *= 1 - stake(-bet, (1 - m) * most - centre) * (z - centre)
        before.append(z)
        plain.append((up + down) / 2)
    assert np.exp(path_at(stations, m)) == pytest.approx(np.array(plain), rel=1e-9)


def wealth_in_all_orders(below: float, above: float) -> tuple[Floats, Floats]:
    """Paths of six stations in their 720 orders, against a cell around their margin; and the stops.

    Row k of the stops is where the wealth first reached 1.1, 1.25 and 1.5, or else ended.
    """
    a, b = np.array([50.0, 3, 0, 70, 9, 90]), np.array([1.0, 80, 2, 0, 9, 10])
    v, n = np.array([51.0, 90, 2, 80, 20, 100]), np.array([60.0, 90, 30, 100, 40, 100])
    margin = (a - b).sum() / v.sum()
    ends = np.array([margin - below]), np.array([margin + above])
    paths = []
    for order in permutations(range(6)):
        at = np.array(order)
        bets = Bets(*ends, units=6, bound=100, total=n.sum())
        paths.append(np.exp(bets.advance((a - b)[at], v[at], n[at])[:, 0]))
    wealth = np.array(paths)
    reached = [wealth >= ceiling for ceiling in (1.1, 1.25, 1.5)]
    stops = [np.where(hit.any(axis=1), hit.argmax(axis=1), 5) for hit in reached]
    return wealth, np.array([wealth[np.arange(720), stop] for stop in stops])


def test_the_game_is_fair_at_every_station_and_wherever_one_stops() -> None:
    wealth, stops = wealth_in_all_orders(0, 0)
    assert wealth.mean(axis=0) == pytest.approx(np.ones(6), abs=1e-12)
    assert stops.mean(axis=1) == pytest.approx(np.ones(3), abs=1e-12)
    for ceiling in (1.1, 1.25, 1.5):
        assert 0 < (wealth.max(axis=1) >= ceiling).mean() <= 1 / ceiling


@pytest.mark.parametrize(("below", "above"), [(0.1, 0), (0, 0.1), (0.05, 0.05), (0.3, 0.01)])
def test_against_a_cell_that_holds_the_margin_the_game_loses(below: float, above: float) -> None:
    wealth, stops = wealth_in_all_orders(below, above)
    assert wealth[:, 0] == pytest.approx(np.ones(720))  # the first bet is 0
    assert (wealth[:, 1:].mean(axis=0) < 1).all()
    assert (stops.mean(axis=1) < 1).all()


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(0, 9), st.floats(0, 9)), min_size=1))
def test_weighted_bounds_hold_every_mean_at_the_corners(rows: list[tuple[float, ...]]) -> None:
    ratio, least, extra = np.array(rows).T
    low, high = weighted(ratio, ratio, least, least + extra)
    for weights in (least, least + extra, least + extra * (ratio > 0), least + extra * (ratio < 0)):
        if weights.sum() > 1e-9:
            assert low - 1e-9 <= ratio @ weights / weights.sum() <= high + 1e-9


# The monitor itself


def test_the_monitor_keeps_the_largest_evalue_between_looks() -> None:
    d, v = np.repeat([60.0, -60.0], [25, 35]), np.full(60, 100.0)
    path = Bets(np.zeros(1), np.zeros(1), units=200, bound=100).advance(d, v, v)[:, 0]
    assert path.max() > np.log(100) > np.log(5) > path[-1]  # it falls again, within the batch
    state = DrawnMonitor(200, bound=100, declared=0.0).update(50 + d / 2, 50 - d / 2, v)
    assert state.evalue == pytest.approx(np.exp(path[-1]))
    assert state.pvalue == pytest.approx(np.exp(-path.max()))
    assert state.rejected


@pytest.mark.parametrize("voters", [False, True])
def test_the_full_count_is_the_census(voters: bool) -> None:
    stations = real(np.random.default_rng(17), 150)
    registered = stations.size if voters else None
    watch = DrawnMonitor(150, bound=900, registered=registered, declared=stations.margin)
    state = watch.update(*stations.part(slice(None)), registered=registered)
    assert (state.low, state.high) == (stations.margin, stations.margin)
    assert state.estimate == pytest.approx(stations.margin, abs=1e-12)
    assert not state.rejected
    off = DrawnMonitor(150, bound=900, declared=stations.margin + 1e-6)
    state = off.update(*stations.part(slice(None)))
    assert (state.rejected, state.evalue, state.pvalue) == (True, np.inf, 0)


@pytest.mark.parametrize("seed", range(40))
def test_strata_collapse_to_the_census_too(seed: int) -> None:
    sizes = {"n": 12, "s": 9, "w": 5}
    stations, names = in_strata(np.random.default_rng(seed), sizes)
    watch = DrawnMonitor(sizes, bound=900, declared=stations.margin, step=0.05)
    state = watch.update(*stations.part(slice(None)), names)
    assert (state.low, state.high) == (stations.margin, stations.margin)
    assert (state.rejected, state.evalue, state.pvalue) == (False, None, None)
    assert "no margin fits" not in state.assumption
    assert state.estimate == pytest.approx(stations.margin)


@pytest.mark.parametrize("sampling", ["random", "strata", "archive"])
def test_batches_do_not_matter(sampling: str) -> None:
    sizes = {"n": 60, "s": 40}
    stations, names = in_strata(np.random.default_rng(19), sizes)
    states = []
    for cuts in ([0, 80], [0, 1, 2, 50, 80], range(81)):
        watch = (monitor if sampling == "archive" else DrawnMonitor)(
            sizes if sampling == "strata" else 100, bound=900, declared=0.3, step=0.004
        )
        for start, stop in pairwise(cuts):
            rows = slice(start, stop)
            watch.update(*stations.part(rows), names[rows] if sampling == "strata" else None)
        states.append(watch.state)
        assert len(watch.path) == len(cuts) - 1
        assert tuple(watch.path.iloc[-1])[:2] == (80, 100)
    alike(states[0], states[1])
    alike(states[0], states[2])


@pytest.mark.parametrize("sampling", ["random", "strata", "archive"])
def test_exchanging_the_two_mirrors_everything(sampling: str) -> None:
    sizes = {"n": 60, "s": 40}
    stations, names = in_strata(np.random.default_rng(20), sizes)
    states = []
    for sign, columns in ((1, (stations.a, stations.b)), (-1, (stations.b, stations.a))):
        watch = (monitor if sampling == "archive" else DrawnMonitor)(
            sizes if sampling == "strata" else 100, bound=900, declared=sign * 0.3
        )
        first, second = (column[:70] for column in columns)
        states.append(
            watch.update(
                first, second, stations.valid[:70], names[:70] if sampling == "strata" else None
            )
        )
    one, two = states
    mirrored = dataclasses.replace(two, estimate=-two.estimate, low=-two.high, high=-two.low)
    alike(one, mirrored)


def test_bounds_only_narrow_and_lie_within_the_arithmetic() -> None:
    stations = real(np.random.default_rng(24), 100, 0.4)
    watch, archive = DrawnMonitor(100, bound=900), monitor(100, bound=900)
    for at in range(100):
        watch.update(*stations.part(slice(at, at + 1)))
        archive.update(*stations.part(slice(at, at + 1)))
    assert watch.path.low.is_monotonic_increasing
    assert watch.path.high.is_monotonic_decreasing
    assert (watch.path.low >= archive.path.low).all()
    assert (watch.path.high <= archive.path.high).all()
    assert watch.path.evalue.isna().all()


def test_an_archive_gets_arithmetic_only() -> None:
    watch = monitor(10, bound=100, registered=500, declared=0.9)
    state = watch.update([10, 20], [60, 60], [80, 90], registered=[100, 100])
    # 300 registered left: (−90 ± 300) / (170 + 300)
    assert (state.low, state.high) == pytest.approx((-390 / 470, 210 / 470))
    assert (state.evalue, state.pvalue, state.rejected, state.level) == (None, None, True, 1)
    assert "refused: the sheets were not drawn at random" in state.assumption
    # Without the registered voters of the seen, their valid votes: 500 − 100 are left.
    state = monitor(10, bound=100, registered=500).update(30, 60, 100)
    assert state.high == pytest.approx((-30 + 400) / 500)
    inside = monitor(10, bound=100, declared=0.7).update(30, 60, 100)
    assert not inside.rejected
    assert "no margin fits" not in inside.assumption


def test_an_order_that_is_not_random_is_named_and_rejects_nothing() -> None:
    watch = DrawnMonitor(400, bound=100, declared=0.1)
    watch.update([90] * 200, [10] * 200, [100] * 200)
    state = watch.update([10] * 150, [90] * 150, [100] * 150)
    assert "no margin fits a random order" in state.assumption
    assert (state.low, state.high) == pytest.approx((-1000 / 40_000, 9000 / 40_000))  # arithmetic
    assert (state.rejected, state.evalue, state.pvalue, state.level) == (False, None, None, 1)
    strata = DrawnMonitor({"n": 400}, bound=100, declared=0.1)
    strata.update([90] * 200, [10] * 200, [100] * 200, "n")
    state = strata.update([10] * 150, [90] * 150, [100] * 150, "n")
    assert "no margin fits a random order" in state.assumption
    assert not state.rejected
    # Arithmetic still rejects what no votes could make true.
    far = DrawnMonitor(400, bound=100, declared=0.5)
    far.update([90] * 200, [10] * 200, [100] * 200)
    assert far.update([10] * 150, [90] * 150, [100] * 150).rejected


votes = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=30)


@settings(deadline=None)
@given(votes, st.integers(0, 20), st.booleans(), st.data())
def test_a_higher_level_is_never_narrower_nor_are_bounds_beyond_the_count(
    rows: list[tuple[int, int]], unseen: int, strata: bool, data: st.DataObject
) -> None:
    alphas = sorted(data.draw(st.sets(st.floats(0.001, 0.9), min_size=2, max_size=4)))
    count, (a, b) = len(rows) + unseen, map(np.array, zip(*rows, strict=True))
    sizes: Any = {"n": count, "s": 2} if strata else count
    states = []
    for alpha in alphas:
        watch = DrawnMonitor(sizes, bound=100, alpha=alpha, step=0.02)
        states.append(watch.update(a, b, a + b, "n" if strata else None))
    rest = 100 * (unseen + 2 * strata)
    most = float((a + b).sum() + rest)
    for wide, narrow in pairwise(states):
        assert wide.low <= narrow.low
        assert narrow.high <= wide.high
    for state in states:
        if most:
            assert state.low >= ((a - b).sum() - rest) / most - 1e-12
            assert state.high <= ((a - b).sum() + rest) / most + 1e-12
        assert state.low <= state.high


def test_bounds_at_a_level_at_which_nothing_fits_are_no_wider_than_at_a_higher_one() -> None:
    """Fifty sheets for the one, then fifty for the other: at 50 % every margin is rejected."""
    states = []
    for alpha in (0.01, 0.1, 0.3, 0.5, 0.8):
        watch = DrawnMonitor(4000, bound=100, alpha=alpha, step=0.05)
        d = np.repeat([34, 66, 34], [20, 26, 6])
        states.append(watch.update(d, 100 - d, np.full(len(d), 100)))
    assert "at this level" in states[-1].assumption
    assert "at this level" not in states[0].assumption
    for wide, narrow in pairwise(states):
        assert wide.low <= narrow.low <= narrow.high <= wide.high


@pytest.mark.parametrize("empty", [0, 1, 3])
def test_each_sequence_of_the_strata_gets_its_part_of_alpha(empty: int) -> None:
    # Strata without voters weigh nothing: what is left is the first one, at α / 2H.
    stations = real(np.random.default_rng(28), 300, 0.2)
    part = stations.part(slice(150))
    voters = {"n": 900 * 300, **{f"empty {at}": 0 for at in range(empty)}}
    watch = DrawnMonitor(dict.fromkeys(voters, 300), bound=900, registered=voters)
    one = watch.update(*part, "n")
    alone = DrawnMonitor(300, bound=900, alpha=0.05 / (2 * (1 + empty))).update(*part)
    assert (one.low, one.high) == pytest.approx((alone.low, alone.high), abs=1e-12)


def test_strata_weigh_by_their_valid_votes_and_not_by_their_size() -> None:
    # Alike in size; a tenth votes in the one, nine tenths in the other, and they disagree.
    margin = (90 - 729) / (100 + 810)
    watch = DrawnMonitor({"few": 500, "many": 500}, bound=900)
    for _ in range(4):
        watch.update([90] * 100, [0] * 100, [100] * 100, "few")
        state = watch.update([0] * 100, [729] * 100, [810] * 100, "many")
        assert state.low <= margin <= state.high
    assert state.high - state.low < 0.3


def test_nothing_seen_and_no_votes() -> None:
    watch = DrawnMonitor(3, bound=10, declared=0.5)
    assert repr(watch) == (
        "<Monitor A − B: 0 of 3 stations, no votes in [-100.00%, +100.00%], e-value 1>"
    )
    assert watch.path.empty
    state = watch.update([0, 0, 0], [0, 0, 0], [0, 0, 0])
    assert (state.low, state.high, state.rejected) == (-1, 1, False)
    assert DrawnMonitor(3, bound=10, pair=("EG", "NM")).update([], [], []).seen == 0


def test_stations_left_without_voters_move_nothing() -> None:
    watch = DrawnMonitor(20, registered=[50] * 10 + [0] * 10, declared=0.2)
    watch.update([30] * 10, [20] * 10, [50] * 10)
    state = watch.update([0] * 5, [0] * 5, [0] * 5)
    assert (state.low, state.high, state.rejected) == (0.2, 0.2, False)


def test_a_list_or_a_stratum_without_voters_moves_nothing() -> None:
    state = DrawnMonitor(3, registered=[0, 0, 0], declared=0.1).update([0, 0], [0, 0], [0, 0])
    assert (state.low, state.high, state.evalue, state.rejected) == (-1, 1, 1, False)
    voters = {"n": [9, 9, 9], "s": [0, 0]}
    watch = DrawnMonitor({"n": 3, "s": 2}, registered=voters)
    state = watch.update([3, 0], [1, 0], [5, 0], ["n", "s"])
    assert (state.low, state.high) == pytest.approx(((2 - 18) / 23, (2 + 18) / 23))


@pytest.mark.parametrize("sign", [-1, 1])
def test_rounding_covers_every_margin_that_rounds_to_it(sign: int) -> None:
    stations = real(np.random.default_rng(25), 300, 0.1)
    for off, rejected in ((0.0049, False), (0.0051, True)):
        watch = DrawnMonitor(300, bound=900, declared=stations.margin + sign * off, rounding=0.005)
        assert watch.update(*stations.part(slice(None))).rejected == rejected


def test_the_evalue_of_a_rounded_margin_is_that_of_its_cell() -> None:
    stations = real(np.random.default_rng(25), 300, 0.1)
    cell = Bets(np.array([0.295]), np.array([0.305]), units=300, bound=900)
    path = cell.advance(stations.a - stations.b, stations.valid, stations.valid)
    watch = DrawnMonitor(300, bound=900, declared=0.3, rounding=0.005)
    assert watch.update(*stations.part(slice(90))).evalue == pytest.approx(np.exp(path[89, 0]))
