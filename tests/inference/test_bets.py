"""The bets themselves: cells against a plain loop, which are kept, and what arithmetic leaves."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tallyverify.inference.sequential import betting
from tallyverify.inference.sequential.betting import Bets, extremes

Floats = NDArray[np.float64]
EDGES = np.linspace(-1, 1, 9)


def draws(seed: int, count: int, least: float) -> tuple[Floats, Floats, Floats]:
    """Return d, v and the voters of stations of at most 100, a few of them empty."""
    rng = np.random.default_rng(seed)
    used = rng.integers(20, 101, count).astype(float)
    v = np.where(rng.random(count) < 0.1, 0.0, np.floor(used * rng.random(count)))
    return np.floor(v * rng.uniform(least, 1, count)), v, used


def by_hand(
    cell: tuple[float, float],
    rows: tuple[Floats, Floats, Floats],
    units: int,
    total: float,
    least: float,
) -> list[float]:
    """Return the wealth of one cell, station by station, as the class says it."""
    left, right = cell
    middle, up, down = (left + right) / 2, 1.0, 1.0
    before_d = before_v = spent = 0.0
    seen: list[float] = []  # z at the middle
    path = []
    for at, (d, v, used) in enumerate(zip(*rows, strict=True)):
        k, most = units - at, min(total - spent, 100.0)
        mean = sum(seen) / (at + 1)
        square = (sum(z * z for z in seen) + 20.0**2) / (at + 1)
        gap = mean + (before_d - middle * before_v) / k
        bet = gap / (square - mean**2 + gap**2)
        worst_up = (right - least) * most - (before_d - right * before_v) / k
        worst_down = (1 - left) * most + (before_d - left * before_v) / k
        stake_up = min(max(bet, 0.0), 0.9 / worst_up) if worst_up > 1e-7 else 0.0
        stake_down = min(max(-bet, 0.0), 0.9 / worst_down) if worst_down > 1e-7 else 0.0
        up *= 1 + stake_up * (d - right * v + (before_d - right * before_v) / k)
        down *= 1 - stake_down * (d - left * v + (before_d - left * before_v) / k)
        before_d, before_v, spent = before_d + d, before_v + v, spent + used
        seen.append(d - middle * v)
        path.append((up + down) / 2)
    return path


@pytest.mark.parametrize("least", [-1.0, 0.0])
@pytest.mark.parametrize("by_voters", [True, False])
def test_the_wealth_of_cells_against_a_plain_loop(least: float, by_voters: bool) -> None:
    rows = draws(5, 40, least)
    # Towards the end, what is left of the total binds before the bound of one station.
    total = rows[2].sum() + 30 if by_voters else None
    bets = Bets(EDGES[:-1], EDGES[1:], units=42, bound=100, total=total, least=least)
    path = np.exp(bets.advance(*rows))
    for at in range(8):
        cell = float(EDGES[at]), float(EDGES[at + 1])
        plain = by_hand(cell, rows, 42, 4200.0 if total is None else float(total), least)
        assert path[:, at] == pytest.approx(np.array(plain), rel=1e-7, abs=1e-12), cell
    assert bets.log_wealth == pytest.approx(np.log(path[-1]), rel=1e-9, abs=1e-9)
    assert bets.peak == pytest.approx(np.maximum(np.log(path).max(axis=0), 0), abs=1e-9)
    assert (bets.seen, bets.used) == (40, rows[2].sum())


@pytest.mark.parametrize("block", [1, 8, 24, 1 << 18])
def test_however_many_are_taken_in_at_once(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(betting, "_BLOCK", block)
    rows = draws(6, 25, -1.0)
    once = Bets(EDGES[:-1], EDGES[1:], units=30, bound=100)
    once.advance(*rows)
    parts = Bets(EDGES[:-1], EDGES[1:], units=30, bound=100)
    parts.feed(*rows)
    none = (column[:0] for column in rows)
    parts.feed(*none)
    assert parts.advance(*(column[:0] for column in rows)).shape == (0, 8)
    assert parts.sums.tolist() == once.sums.tolist()
    assert (parts.seen, parts.used) == (once.seen, once.used)
    assert parts.peak.tolist() == once.peak.tolist()
    assert parts.log_up.tolist() == once.log_up.tolist()


def test_what_is_left_over_is_the_least_of_two_bounds_and_never_less_than_nothing() -> None:
    rows = np.array([50.0, 0]), np.array([90.0, 80]), np.array([95.0, 85])
    by_bound = Bets(EDGES[:-1], EDGES[1:], units=10, bound=100)
    assert (by_bound.total, by_bound.left_over) == (1000, 1000)
    by_bound.feed(*rows)
    assert by_bound.left_over == 800  # of 1,000 − 180 and 8 × 100
    by_total = Bets(EDGES[:-1], EDGES[1:], units=10, bound=100, total=300)
    by_total.feed(*rows)
    assert by_total.left_over == 120
    assert by_total.certain == pytest.approx(((50 - 120) / 290, (50 + 120) / 290))
    whole = Bets(EDGES[:-1], EDGES[1:], units=2, bound=100, total=170)
    whole.feed(*rows)
    assert whole.left_over == 0
    assert whole.certain == pytest.approx((50 / 170, 50 / 170))


@given(st.integers(-40, 40), st.integers(0, 60), st.integers(0, 30), st.sampled_from([-1.0, 0.0]))
def test_extremes_are_reached_by_the_units_not_seen(
    d: int, v: int, rest: int, least: float
) -> None:
    low, high = extremes(d, v, rest, least=least)
    if not v + rest:
        assert (low, high) == (least, 1.0)
    else:
        assert (low, high) == ((d + least * rest) / (v + rest), (d + rest) / (v + rest))


def watched(seed: int, count: int = 60) -> Bets:
    bets = Bets(EDGES[:-1], EDGES[1:], units=80, bound=100)
    bets.feed(*draws(seed, count, -1.0))
    return bets


@settings(max_examples=25)
@given(st.integers(0, 200), st.sampled_from([0.5, 0.2, 0.05, 0.002]))
def test_what_is_kept_is_every_cell_whose_wealth_stayed_below(seed: int, alpha: float) -> None:
    bets = watched(seed)
    low, high = bets.certain
    possible = [at for at in range(8) if EDGES[at] <= high and EDGES[at + 1] >= low]
    alive = [at for at in possible if bets.peak[at] < -log(alpha)]
    assert bets.fits(alpha) is bool(alive)
    if not any(bets.peak[at] < -log(1e-3) for at in possible):
        assert bets.kept(alpha) is None
        return
    alive = alive or [min(possible, key=lambda at: bets.peak[at])]
    expected = max(low, EDGES[alive[0]]), min(high, EDGES[alive[-1] + 1])
    assert bets.kept(alpha) == pytest.approx(expected)


def test_a_wealth_of_just_one_by_the_level_rejects() -> None:
    bets = Bets(EDGES[:-1], EDGES[1:], units=80, bound=100)
    bets.peak[:] = -log(0.05)
    bets.peak[3] = np.nextafter(-log(0.05), 0)
    assert bets.kept(0.05) == (EDGES[3], EDGES[4])
    assert bets.fits(0.05)
    bets.peak[3] = -log(0.05)
    assert not bets.fits(0.05)
    assert bets.kept(0.05) == (-1.0, 1.0)  # all were rejected at once
    bets.peak[:] = -log(1e-3)
    assert bets.kept(0.05) is None
    bets.peak[6] = np.nextafter(-log(1e-3), 0)
    assert bets.kept(0.05) == (EDGES[6], EDGES[7])


def test_a_list_without_votes_bets_nothing() -> None:
    bets = Bets(EDGES[:-1], EDGES[1:], units=3, bound=100, total=0)
    nothing = np.zeros(2)
    assert bets.advance(nothing, nothing, nothing) == pytest.approx(np.zeros((2, 8)))
    assert bets.certain == (-1.0, 1.0)


@pytest.mark.parametrize("alive", [4, 5])
def test_a_ratio_on_the_edge_of_two_cells_lies_in_both(alive: int) -> None:
    bets = Bets(EDGES[:-1], EDGES[1:], units=1, bound=100)
    bets.feed(np.array([25.0]), np.array([100.0]), np.array([100.0]))
    assert bets.certain == (0.25, 0.25)
    bets.peak[:] = 100
    bets.peak[alive] = 0
    assert bets.kept(0.05) == (0.25, 0.25)
    assert bets.fits(0.05)
