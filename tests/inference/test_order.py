"""The order of counting: late shift within areas, and what the whole says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tallyverify.errors import TallyVerifyError
from tallyverify.inference.counting_order.jump import Jump
from tallyverify.inference.counting_order.late_stations import OrderOfCounting, order_of_counting
from tests.helpers.tiers import slow_rows_but


def counted(
    rng: np.random.Generator,
    n: int = 4000,
    size: int = 8,
    trend: float = 0.3,
    shift: float = 0.0,
    jump: float = 0.0,
) -> tuple[Any, ...]:
    """Areas that report in clusters and differ by when they report; changes within them."""
    areas = n // size
    area = np.repeat(np.arange(areas), size)
    when = rng.random(areas)
    position = when[area] + rng.choice([0.02, 0.2, 0.6], areas)[area] * rng.random(n)
    rank = np.argsort(np.argsort(position)) / n
    valid = rng.integers(80, 250, n)
    share = 0.5 + trend / 2 * when[area] + rng.normal(0, 0.1, areas)[area] + rng.normal(0, 0.04, n)
    share += shift / 2 * (rank >= 0.8) + jump / 2 * (rank >= 0.84)
    first = rng.binomial(valid, np.clip(share, 0.01, 0.99))
    return position, first, valid - first, valid, area


# Reference values


def test_late_shift_by_hand() -> None:
    # Area 0: early 10 of 100, 20 of 100; late 50 of 100. Area 1: early only. Area 2: late only.
    position = [1, 2, 4, 3, 5]
    lead = np.array([10, 20, 50, -30, 70])
    area = [0, 0, 0, 1, 2]
    first, second = np.maximum(lead, 0), np.maximum(-lead, 0)
    found = order_of_counting(position, first, second, [100] * 5, area, late=0.4)
    assert found.late_stations == 2
    assert found.shift_raw == pytest.approx(120 / 200 - 0 / 300)
    assert found.shift_within == pytest.approx(0.50 - 0.15)
    # margins of the areas: 80/300, −0.3, 0.7
    assert found.shift_explained == pytest.approx((80 / 3 + 70) / 200 - (160 / 3 - 30) / 300)
    assert found.shift_comparable == pytest.approx(0.5)
    assert found.shift_se is None
    # Three orders in area 0, one of them as far out as this: 1 of 3.
    assert found.shift_pvalue == pytest.approx(1 / 3, abs=0.02)
    assert "one area" in found.shift_reason


def test_cumulative_by_hand() -> None:
    found = order_of_counting([2, 1, 2, np.nan], [30, 60, 10, 9], [10, 40, 0, 9], [40, 100, 10, 18],
                              [0, 0, 0, 0])  # fmt: skip
    assert (found.n, found.left_out) == (3, 1)
    assert found.cumulative.counted == pytest.approx((1 / 3, 1))
    assert found.cumulative.margin == pytest.approx((0.2, 50 / 150))


def test_exact_moments_against_drawn_orders() -> None:
    """The normal law and the drawn orders agree where both can be had."""
    from tallyverify.inference.counting_order import late_shift

    rng = np.random.default_rng(2)
    area = np.repeat(np.arange(40), 5)
    late = rng.random(200) < 0.4
    z = rng.normal(0, 1, 200)
    z -= (np.bincount(area, weights=z) / 5)[area]
    by_moments = late_shift._within_areas(z, late, area, 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(late_shift, "_ENOUGH", np.inf)
        drawn = late_shift._within_areas(z, late, area, 0)
        assert drawn == late_shift._within_areas(z, late, area, 0)
    assert drawn == pytest.approx(by_moments, abs=0.02)
    assert drawn != by_moments


def test_stations_with_the_margin_of_their_area_do_not_shift() -> None:
    """Not even by a rounding, of which a p-value could be made."""
    valid = np.tile([49, 49, 49, 98], 50)
    area = np.repeat(np.arange(50), 4)
    first = valid * np.repeat(np.tile([2, 4], 25), 4) // 49  # 98 · (10/245) is not 4 in floats
    found = order_of_counting(valid, first, 0 * valid, valid, area)
    assert found.late_stations == 50
    assert (found.shift_within, found.shift_pvalue) == (0, 1)


# Error rates on clean counts


def errs(chances: list[float]) -> None:
    """Check that tests err as often as they say, or less, within what 1 in 1,000 would exceed."""
    for nominal in (0.05, 0.01, 0.001):
        most = stats.binom.isf(0.001, len(chances), nominal)
        assert sum(chance < nominal for chance in chances) <= most


@pytest.mark.hours
def test_error_rates_where_areas_report_in_clusters() -> None:
    rng = np.random.default_rng(23)
    shift, raw, jump, within = [], [], [], []
    for _ in range(1000):
        stations = counted(rng)
        found = order_of_counting(*stations, cut=float(np.quantile(stations[0], 0.84)))
        assert found.shift_pvalue is not None
        assert found.jump is not None
        assert found.jump_within is not None
        shift.append(found.shift_pvalue)
        raw.append(found.shift_raw)
        jump.append(found.jump.pvalue)
        within.append(found.jump_within.pvalue)
    assert min(raw) > 0.05  # late areas differ, and honestly
    assert np.mean(np.array(shift) < 0.05) >= 0.02
    for chances in (shift, jump, within):
        errs(chances)


@pytest.mark.hours
def test_error_rate_of_the_shift_in_many_counts() -> None:
    rng = np.random.default_rng(67)
    chances = [order_of_counting(*counted(rng)).shift_pvalue for _ in range(8000)]
    errs([chance for chance in chances if chance is not None])


@pytest.mark.parametrize(("n", "size"), slow_rows_but([(60, 10)], [(40, 20), (60, 10), (200, 5)]))
def test_error_rate_with_few_areas(n: int, size: int) -> None:
    rng = np.random.default_rng(29)
    chances = [order_of_counting(*counted(rng, n=n, size=size)).shift_pvalue for _ in range(500)]
    told = [chance for chance in chances if chance is not None]
    assert len(told) > 490
    errs(told)


def test_error_rate_where_stations_of_an_area_report_in_groups() -> None:
    """Four centres of each area differ, and report each at once: orders alone would not do."""
    from tallyverify.inference.counting_order.input import in_order
    from tallyverify.inference.counting_order.late_shift import _within_areas

    rng = np.random.default_rng(71)
    area, centre = np.repeat(np.arange(50), 20), np.repeat(np.arange(200), 5)
    told, by_orders = [], []
    for _ in range(500):
        position = rng.random(50)[area] + 0.5 * rng.random(200)[centre] + 0.01 * rng.random(1000)
        valid = rng.integers(80, 250, 1000)
        share = 0.5 + rng.normal(0, 0.1, 50)[area] + rng.normal(0, 0.05, 200)[centre]
        first = rng.binomial(valid, np.clip(share, 0.01, 0.99))
        found = order_of_counting(position, first, valid - first, valid, area)
        assert found.shift_pvalue is not None
        told.append(found.shift_pvalue)
        stations = in_order(position, first, valid - first, valid, area)
        margin = stations.by_area(stations.lead) / stations.by_area(stations.valid)
        z = stations.lead - margin[stations.area] * stations.valid
        by_orders.append(_within_areas(z, np.arange(1000) >= 800, stations.area, 0))
    errs(told)
    assert np.mean(np.array(by_orders) < 0.05) > 0.1


# What is there is found


def test_a_jump_within_areas_is_found_where_areas_hide_it() -> None:
    rng = np.random.default_rng(37)
    plain, within = [], []
    for _ in range(30):
        stations = counted(rng, n=10_000, jump=0.05)
        found = order_of_counting(*stations, cut=float(np.sort(stations[0])[8400]))
        assert found.jump is not None
        assert found.jump_within is not None
        plain.append(found.jump.pvalue < 0.05)
        within.append(found.jump_within.pvalue < 0.05)
    assert np.mean(within) >= 0.8
    assert np.mean(within) > np.mean(plain)


def test_a_shift_within_areas_is_found() -> None:
    rng = np.random.default_rng(41)
    found = [order_of_counting(*counted(rng, shift=0.04)) for _ in range(30)]
    assert np.mean([f.shift_pvalue is not None and f.shift_pvalue < 0.05 for f in found]) >= 0.9
    assert np.mean([f.shift_within for f in found]) == pytest.approx(0.04, abs=0.01)


# Properties


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(5, 400), st.integers(1, 60), st.sampled_from([0.1, 0.5]))
def test_properties(seed: int, n: int, batches: int, late: float) -> None:
    rng = np.random.default_rng(seed)
    position = rng.integers(0, batches, n).astype(float)
    position[rng.random(n) < 0.1] = np.nan
    position[0] = 0
    first, second = rng.integers(0, 90, n), rng.integers(0, 90, n)
    other, area = rng.integers(1, 20, n), rng.integers(0, max(n // 6, 1), n)
    rows = (position, first, second, first + second + other, area)
    found = order_of_counting(*rows, cut=batches / 2, late=late)
    shuffled = rng.permutation(n)
    assert order_of_counting(*(r[shuffled] for r in rows), cut=batches / 2, late=late) == found
    if (first - second)[~np.isnan(position)].sum():
        position, _, _, valid, _ = rows
        other_way = order_of_counting(
            position, second, first, valid, area, cut=batches / 2, late=late
        )
        assert other_way == flipped(found)

    assert found.n + found.left_out == n
    assert found.left_out == np.isnan(position).sum()
    counted_so_far = found.cumulative.counted
    assert counted_so_far[-1] == 1
    assert list(counted_so_far) == sorted(set(counted_so_far))
    assert len(counted_so_far) <= min(200, np.unique(position[~np.isnan(position)]).size)
    assert all(-1 <= margin <= 1 for margin in found.cumulative.margin)
    if found.shift_within is None:
        assert found.shift_pvalue is None
        assert found.shift_reason
        return
    assert found.shift_pvalue is not None
    assert 0 < found.shift_pvalue <= 1
    # What areas leave unexplained is the shift within, scaled by weights that the data give.
    known = ~np.isnan(position)
    cut = np.sort(position[known])[-found.late_stations]
    is_late, valid = position[known] >= cut, rows[3][known]
    of_late = np.bincount(area[known], weights=valid * is_late, minlength=n)
    of_early = np.bincount(area[known], weights=valid * ~is_late, minlength=n)
    weight = (of_late * of_early / np.maximum(of_late + of_early, 1)).sum()
    scale = weight * (1 / of_late.sum() + 1 / of_early.sum())
    assert found.shift_raw is not None
    assert found.shift_explained is not None
    assert found.shift_raw - found.shift_explained == pytest.approx(found.shift_within * scale)
    assert scale <= 1 + 1e-12


def flipped(found: OrderOfCounting) -> OrderOfCounting:
    """Return what must be found if the candidates change places: exactly so."""

    def jump(one: Jump | None) -> Jump | None:
        if one is None:
            return None
        return replace(one, jump=-one.jump, low=-one.high, high=-one.low, linear=-one.linear)

    def shift(one: float | None) -> float | None:
        return None if one is None else -one

    curve = found.cumulative
    return replace(
        found,
        cumulative=replace(curve, margin=tuple(-margin for margin in curve.margin)),
        shift_raw=shift(found.shift_raw),
        shift_explained=shift(found.shift_explained),
        shift_within=shift(found.shift_within),
        jump=jump(found.jump),
        jump_within=jump(found.jump_within),
    )


def test_the_other_way_round_only_signs_change() -> None:
    position, first, second, valid, area = counted(np.random.default_rng(43), jump=0.05)
    cut = float(np.quantile(position, 0.84))
    one = order_of_counting(position, first, second, valid, area, cut=cut)
    assert one.jump is not None
    assert one.jump_within is not None
    assert order_of_counting(position, second, first, valid, area, cut=cut) == flipped(one)


def test_only_the_order_of_positions_counts() -> None:
    position, *rest = counted(np.random.default_rng(47))
    cut = float(np.median(position))
    one = order_of_counting(position, *rest, cut=cut)
    assert order_of_counting(np.exp(3 * position), *rest, cut=float(np.exp(3 * cut))) == one


# What cannot be answered, and what cannot be read


def test_ties_stay_together() -> None:
    rng = np.random.default_rng(53)
    votes = rng.integers(1, 99, 100)
    rows = (votes, 100 - votes, np.full(100, 100), np.arange(100) % 10)
    found = order_of_counting(np.repeat([1, 2, 3], [50, 35, 15]), *rows)
    assert found.late_stations == 15
    assert found.cumulative.counted == pytest.approx((0.5, 0.85, 1))
    one = order_of_counting(np.ones(100), *rows, cut=1)
    assert one.shift_raw is None
    assert one.shift_reason == "all stations have one position"
    assert one.jump_reason == "the cut lies outside the data"
    assert one.cumulative.counted == (1.0,)


def test_without_a_cut_no_jump_is_looked_for() -> None:
    found = order_of_counting(*counted(np.random.default_rng(59), n=80))
    assert found.jump is found.jump_within is None
    assert found.jump_reason == found.jump_within_reason == "no cut was given"


def test_areas_that_do_not_mix() -> None:
    found = order_of_counting(
        [1, 2, 3, 4], [5, 6, 7, 8], [1] * 4, [10] * 4, [0, 0, 0, 1], late=0.25
    )
    assert found.shift_within is None
    assert found.shift_comparable == 0
    assert found.shift_raw == pytest.approx(found.shift_explained)
    assert "no area" in found.shift_reason
    empty = order_of_counting([1, 2], [5, 0], [1, 0], [10, 0], [0, 0], late=0.5)
    assert "no valid votes" in empty.shift_reason


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"late": 0}, "late share"),
        ({"late": 1.0}, "late share"),
        ({"cut": float("nan")}, "cut"),
        ({"first": [1, -1]}, "'first'"),
        ({"valid": [9, float("nan")]}, "'valid'"),
        ({"valid": [0, 0]}, "no station"),
        ({"position": [float("nan")] * 2}, "no station"),
        ({"area": [0]}, "one entry for each"),
        ({"area": [0, -1]}, "'area'"),
        ({"area": [0.0, 0.5]}, "'area'"),
    ],
)
def test_wrong_input(change: dict[str, Any], told: str) -> None:
    rows: dict[str, Any] = {
        "position": [1, 2], "first": [3, 4], "second": [1, 1], "valid": [5, 6], "area": [0, 0],
    }  # fmt: skip
    with pytest.raises(TallyVerifyError, match=told):
        order_of_counting(**(rows | change))


def test_words() -> None:
    found = order_of_counting(*counted(np.random.default_rng(61)), cut=0.5)
    assert repr(found).startswith("<OrderOfCounting: 4,000 stations; late shift +")
    assert repr(found.cumulative).startswith("<Cumulative: 200 points")
    assert repr(found.jump).startswith("<Jump: ")
