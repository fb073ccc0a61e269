"""F509: the dip against hand-worked values, the uniform null, coarse fractions, real elections."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallyverify.errors import InputError
from tallyverify.forensics.shares.dip import dip, dip_pvalue, dip_statistic
from tests.helpers.real import realdata, table_of
from tests.helpers.tiers import slow_rows_but


def binomial(stations=3000, *, seed=1, rate=0.4, most=400):
    rng = np.random.default_rng(seed)
    size = rng.integers(20, most, stations)
    return rng.binomial(size, rate) / size, size


# Reference values


def test_two_heaps_dip_by_a_quarter_at_most():
    # Half of the stations at each of two points: the largest dip there is (Hartigan & Hartigan).
    value = np.repeat([0.0, 1.0], 2000)
    assert dip_statistic(value, np.full(4000, 10**6)) == pytest.approx(0.25, abs=2e-3)


def test_two_heaps_of_two_stations():
    value, size = np.array([0.1, 0.2, 0.8, 0.9]), np.full(4, 10)
    assert dip_statistic(value, size) == pytest.approx(0.228, abs=1e-3)
    assert (dip_pvalue(0.05, 100), dip_pvalue(0.2, 100)) == (pytest.approx(0.064, abs=1e-3), 1e-6)


def test_evenly_spread_values_hardly_dip():
    # Values at equal distances: 1/(2n), the smallest dip there is.
    found = dip((np.arange(200) + 0.5) / 200)
    assert found.statistic == pytest.approx(1 / 400)
    assert found.pvalue == 1


@pytest.mark.parametrize(("stations", "level"), [(100, 0.05), (1000, 0.05), (5000, 0.01)])
def test_pvalue_against_uniform_draws(stations, level):
    rng = np.random.default_rng(7)
    found = [dip(rng.uniform(size=stations)).pvalue for _ in range(1500)]
    rejected = np.mean(np.array(found) <= level)
    assert rejected == pytest.approx(level, abs=4 * (level * (1 - level) / 1500) ** 0.5)


def test_pvalue_is_the_librarys():
    import diptest

    for stations in (50, 999, 30_000):
        x = np.random.default_rng(stations).uniform(size=stations)
        size, pvalue = diptest.diptest(x)
        assert dip(x).statistic == size
        assert dip_pvalue(size, stations) == pytest.approx(pvalue)


def test_pvalue_beyond_the_table_is_that_at_its_end():
    # √n · dip has a limit; 72,000 stations are tabled.
    assert dip_pvalue(0.002, 100_000) == pytest.approx(
        dip_pvalue(0.002 * (100 / 72) ** 0.5, 72_000)
    )
    rng = np.random.default_rng(3)
    found = np.array([dip(rng.uniform(size=100_000)).pvalue for _ in range(150)])
    assert found.mean() == pytest.approx(0.5, abs=4 * 0.29 / 150**0.5)


@realdata
@pytest.mark.parametrize(
    ("election", "candidate"),
    slow_rows_but(
        [("venezuela-2024-v1", "EG"), ("poland-2020-round1", "TRZASKOWSKI")],
        [
            ("venezuela-2024-v1", "EG"),
            ("venezuela-2024-v1", "NM"),
            ("poland-2020-round1", "TRZASKOWSKI"),
            ("poland-2020-round2", "DUDA"),
            ("bolivia-2019-final", "CC"),
            ("bolivia-2019-final", "MAS"),
            ("mexico-2006", "PAN"),
            ("russia-2018", "putin"),
        ],
    ),
)
def test_shares_with_one_mode(election, candidate):
    assert share(election, candidate).pvalue > 0.5


@pytest.mark.slow
@realdata
def test_two_modes_in_russia_2011():
    found = share("russia-2011", "ER")
    assert found.pvalue == 1e-6
    assert found.modes == pytest.approx((0.33, 0.97), abs=0.02)


@realdata
def test_coarse_fractions_make_a_dip_that_is_not_there():
    # As written, the shares of small stations abroad and in the country look multimodal.
    import diptest

    frame = table_of("bolivia-2019-final").frame
    votes = frame["CC"].to_numpy(dtype=float)
    valid = frame[list(table_of("bolivia-2019-final").votes)].sum(axis=1).to_numpy(dtype=float)
    kept = valid > 0
    assert diptest.diptest(votes[kept] / valid[kept])[1] < 0.01
    assert dip(votes[kept] / valid[kept]).refused.startswith("139 stations share one value")
    assert dip(votes[kept] / valid[kept], valid[kept]).pvalue > 0.9


def share(election, candidate):
    table = table_of(election)
    frame = table.frame[list(table.votes)].dropna()
    votes = frame[candidate].to_numpy(dtype=float)
    valid = frame.sum(axis=1).to_numpy(dtype=float)
    return dip(np.divide(votes, valid, out=np.zeros_like(votes), where=valid > 0), valid)


# Simulation


@pytest.mark.parametrize("most", [25, 60, 400])
@pytest.mark.parametrize("rate", [0.02, 0.4])
def test_small_stations_with_one_mode_are_not_rejected(most, rate):
    rng = np.random.default_rng(11)
    low = 0
    for _ in range(40):
        size = rng.integers(5, most, 3000)
        a, b = 20 * rate, 20 * (1 - rate)
        low += dip(rng.binomial(size, rng.beta(a, b, 3000)) / size, size).pvalue < 0.05
    assert low <= 2


@pytest.mark.parametrize(("sizes", "level"), [((2000, 9000), 0.05), ((1, 30), 0.02)])
def test_uniform_fractions_keep_the_level_or_stay_below_it(sizes, level):
    # (k + u) / (d + 1) of a uniform fraction is uniform. Where many are equal, spreading them
    # evenly leaves less chance than there was, so the test is conservative.
    rng = np.random.default_rng(5)
    found = []
    for _ in range(600):
        size = rng.integers(*sizes, 1000)
        found.append(dip(rng.binomial(size, rng.uniform(size=1000)) / size, size).pvalue)
    rejected = np.mean(np.array(found) < 0.05)
    if level == 0.05:
        assert rejected == pytest.approx(level, abs=4 * (0.05 * 0.95 / 600) ** 0.5)
    assert rejected < level + 4 * (level * (1 - level) / 600) ** 0.5


def test_two_kinds_of_places_are_found():
    rng = np.random.default_rng(2)
    size = rng.integers(100, 900, 5000)
    votes = rng.binomial(size, np.where(np.arange(5000) % 3 == 0, 0.7, 0.4))
    found = dip(votes / size, size)
    assert found.pvalue == 1e-6
    assert found.modes == pytest.approx((0.4, 0.7), abs=0.02)
    assert any("two kinds of places" in one for one in found.warnings)


# Properties


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(3, 60))
def test_order_and_swapping_change_nothing(seed, most):
    value, size = binomial(200, seed=seed, most=most + 20)
    order = np.random.default_rng(seed).permutation(200)
    found = dip(value, size)
    assert dip(value[order], size[order]) == found
    other = dip((size - np.round(value * size)) / size, size)
    # Only stations at exactly one half can differ.
    if not (value == 0.5).any():
        assert other.statistic == pytest.approx(found.statistic, abs=1e-9)
    assert other.statistic == pytest.approx(found.statistic, abs=1 / 200)
    assert 1 / 400 - 1e-12 <= found.statistic <= 0.25
    assert 0 < found.pvalue <= 1


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_large_stations_are_not_moved(seed):
    value = np.random.default_rng(seed).uniform(size=300)
    size = np.full(300, 2**30)
    value = np.round(value * size) / size
    assert dip(value, size).statistic == pytest.approx(dip(value).statistic, abs=1e-6)
    assert dip_statistic(value, size) == dip(value, size).statistic


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 0.9), st.floats(0.01, 0.1))
def test_scale_and_place_change_nothing(seed, factor, shift):
    value = np.random.default_rng(seed).uniform(size=300)
    moved = dip(value * factor + shift)
    assert moved.statistic == pytest.approx(dip(value).statistic, abs=1e-9)


# What it refuses, leaves out and does not read


def test_refusals():
    assert dip([0.5] * 49).refused == "49 stations, and it takes 50"
    assert dip([0.5] * 100).refused == "all stations have the same value"
    assert "give the denominators" in dip(np.arange(1000) % 7 / 7).refused
    assert dip([]).refused
    refused = dip(np.arange(1000) % 7 / 7)
    assert (refused.statistic, refused.pvalue, refused.effect) == (None, None, None)


def test_one_heap_at_the_mode_needs_no_denominators():
    rng = np.random.default_rng(1)
    value = np.concatenate([rng.normal(0.5, 0.05, 900), np.full(100, 0.5)])
    assert dip(value).refused == ""


def test_what_is_left_out():
    value, size = binomial(200)
    size = size.astype(float)
    value[0], size[0] = np.nan, 0
    value[1] = np.nan
    value[2] = (size[2] + 1) / size[2]
    found = dip(value, size)
    assert dict(found.left_out) == {
        "of no voters or votes": 1,
        "value not known": 1,
        "fraction above one": 1,
    }
    assert found.used == 197


@pytest.mark.parametrize(
    ("value", "size", "what"),
    [
        ([-0.1, 0.2], None, "values are fractions"),
        ([np.inf, 0.2], None, "values are fractions"),
        (["a", "b"], None, "not numbers"),
        ([[0.1]], None, "one entry a station"),
        ([0.1, 0.2], [10], "differ in length"),
        ([0.15, 0.2], [10, 10], "whole numbers divided"),
        ([0.1, 0.2], [10, -1], "denominators are whole numbers"),
    ],
)
def test_malformed_input_is_said(value, size, what):
    with pytest.raises(InputError, match=what):
        dip(value, size)


def test_fast_enough_to_calibrate_with():
    value, size = binomial(100_000)
    start = time.perf_counter()
    dip(value, size)
    middle = time.perf_counter()
    np.sort(np.random.default_rng(1).uniform(size=(20, 100_000)))
    # Beside twenty sorts of as many numbers, since machines differ.
    assert middle - start < 10 * (time.perf_counter() - middle)
