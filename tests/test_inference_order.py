"""The order of counting: late shift within areas, and a jump at a cut without false jumps."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallyverify.errors import TallyVerifyError
from tallyverify.inference.jump import Jump, jump_at, jump_within
from tallyverify.inference.order import order_of_counting, parse_order

Shape = Callable[[Any], Any]

SHAPES: dict[str, tuple[Shape, float]] = {
    "linear": (lambda x: 0.3 * x, 0.84),
    "quadratic": (lambda x: 0.5 * (x - 0.3) ** 2, 0.5),
    "sinusoidal": (lambda x: 0.15 * np.sin(4 * np.pi * x), 0.5),
    "steep at the end": (lambda x: 0.06 + 0.25 / (1 + np.exp(-(x - 0.9) / 0.03)), 0.95),
    "steep at the cut": (lambda x: 0.06 + 0.25 / (1 + np.exp(-(x - 0.9) / 0.03)), 0.84),
}


def even(n: int) -> Any:
    return (np.arange(n) + 0.5) / n


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


def weighted_fit(x: Any, y: Any, w: Any, degree: int) -> float:
    """Return the value at 0 of a weighted polynomial, by plain least squares."""
    design = np.vander(x, degree + 1, increasing=True) * np.sqrt(w)[:, None]
    return float(np.linalg.lstsq(design, y * np.sqrt(w), rcond=None)[0][0])


def test_against_plain_least_squares() -> None:
    rng = np.random.default_rng(3)
    n, cut, h = 1500, 0.55, 0.2
    x, w, area = even(n), rng.integers(20, 300, n).astype(float), rng.integers(0, 90, n)
    y = np.sin(3 * x) + rng.normal(0, 0.1, n)

    def fitted(keep: Any, degree: int) -> float:
        kernel = w * np.clip(1 - np.abs(x - cut) / h, 0, None)
        sides = [keep & (x >= cut) & (kernel > 0), keep & (x < cut) & (kernel > 0)]
        right, left = (weighted_fit(x[s] - cut, y[s], kernel[s], degree) for s in sides)
        return right - left

    jump, reason = jump_at(x, y, w, area, cut, bandwidth=h)
    assert jump is not None
    assert reason == ""
    everything = np.ones(n, dtype=bool)
    assert jump.linear == pytest.approx(fitted(everything, 1), abs=1e-10)
    assert jump.jump == pytest.approx(fitted(everything, 2), abs=1e-10)
    left_one_out = np.array([fitted(area != a, 2) for a in range(90)])
    se = np.sqrt(89 / 90 * ((left_one_out - jump.jump) ** 2).sum())
    assert jump.se == pytest.approx(se, rel=1e-8)
    assert (jump.before, jump.after) == (300, 300)
    assert jump.low < jump.jump < jump.high


def test_polynomials_are_met_exactly() -> None:
    x, ones, area = even(2000), np.ones(2000), np.arange(2000)
    straight = jump_at(x, 2 * x, ones, area, 0.5)[0]
    bent = jump_at(x, 1 - x + 3 * x**2 + 0.25 * (x >= 0.5), ones, area, 0.5, bandwidth=0.2)[0]
    assert straight is not None
    assert bent is not None
    assert straight.linear == pytest.approx(0, abs=1e-10)
    assert straight.jump == pytest.approx(0, abs=1e-10)
    assert bent.jump == pytest.approx(0.25, abs=1e-10)


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


def test_permutation_against_its_exact_moments() -> None:
    """The normal law and the drawn orders agree where both can be had."""
    from tallyverify.inference import order

    rng = np.random.default_rng(2)
    area = np.repeat(np.arange(40), 5)
    late = rng.random(200) < 0.4
    z = rng.normal(0, 1, 200)
    z -= (np.bincount(area, weights=z) / 5)[area]
    by_moments = order._permuted(z, late, area, 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(order, "_ENOUGH", np.inf)
        drawn = order._permuted(z, late, area, 0)
        assert drawn == order._permuted(z, late, area, 0)
    assert drawn == pytest.approx(by_moments, abs=0.02)
    assert drawn != by_moments


# Error rates on clean counts


@pytest.mark.parametrize("shape", SHAPES)
def test_no_false_jump_on_smooth_trends(shape: str) -> None:
    trend, cut = SHAPES[shape]
    rng = np.random.default_rng(17)
    n, x = 4000, even(4000)
    chances = []
    for _ in range(300):
        weight = rng.integers(50, 250, n).astype(float)
        jump, _ = jump_at(x, trend(x) + rng.normal(0, 0.1, n), weight, np.arange(n), cut)
        assert jump is not None
        chances.append(jump.pvalue)
    assert np.mean(np.array(chances) < 0.05) <= 0.08
    assert np.sum(np.array(chances) < 0.001) <= 2


def naive_jump(x: Any, y: Any, cut: float, h: float) -> tuple[float, float]:
    """Return the jump of two moving averages that end at the cut, and its standard error."""
    right, left = y[(x >= cut) & (x < cut + h)], y[(x < cut) & (x >= cut - h)]
    return right.mean() - left.mean(), float(
        np.sqrt(right.var() / right.size + left.var() / left.size)
    )


def test_the_artefact_that_is_avoided() -> None:
    """A smooth rise at the end of the count, as in Bolivia 2019: an average sees a jump in it."""
    trend, cut = SHAPES["steep at the end"][0], 0.84
    rng = np.random.default_rng(5)
    x, naive, correct = even(10_000), [], []
    for _ in range(50):
        y = trend(x) + rng.normal(0, 0.2, x.size)
        size, se = naive_jump(x, y, cut, 0.1)
        naive.append(abs(size / se) > 3.3)
        jump, _ = jump_at(x, y, np.ones(x.size), np.arange(x.size), cut)
        assert jump is not None
        correct.append(jump.pvalue < 0.001)
    assert np.mean(naive) == 1
    assert np.mean(correct) == 0


def test_error_rates_where_areas_report_in_clusters() -> None:
    rng = np.random.default_rng(23)
    shift, raw, jump, within = [], [], [], []
    for _ in range(400):
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
    assert 0.02 <= np.mean(np.array(shift) < 0.05) <= 0.08
    for chances in (shift, jump, within):
        assert np.mean(np.array(chances) < 0.05) <= 0.08
        assert np.sum(np.array(chances) < 0.001) <= 2


def test_error_rate_with_few_areas() -> None:
    rng = np.random.default_rng(29)
    chances = []
    for _ in range(100):
        found = order_of_counting(*counted(rng, n=60, size=10))
        assert found.shift_pvalue is not None
        chances.append(found.shift_pvalue)
    assert np.mean(np.array(chances) < 0.05) <= 0.10


# What is there is found


def test_a_real_jump_is_found() -> None:
    rng = np.random.default_rng(31)
    x, found = even(10_000), []
    for _ in range(50):
        y = 0.2 * x**2 + 0.05 * (x >= 0.84) + rng.normal(0, 0.1, x.size)
        jump, _ = jump_at(x, y, rng.uniform(50, 250, x.size), np.arange(x.size), 0.84)
        assert jump is not None
        found.append((jump.jump, jump.pvalue < 0.05, jump.low <= 0.05 <= jump.high))
    size, power, held = np.mean(found, axis=0)
    assert size == pytest.approx(0.05, abs=0.005)
    assert power >= 0.95
    assert held >= 0.85


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


def test_the_other_way_round_only_signs_change() -> None:
    position, first, second, valid, area = counted(np.random.default_rng(43), jump=0.05)
    cut = float(np.quantile(position, 0.84))
    one = order_of_counting(position, first, second, valid, area, cut=cut)
    two = order_of_counting(position, second, first, valid, area, cut=cut)
    for name in ("shift_raw", "shift_explained", "shift_within"):
        assert getattr(two, name) == pytest.approx(-getattr(one, name))
    assert two.shift_pvalue == pytest.approx(one.shift_pvalue)
    assert two.shift_se == pytest.approx(one.shift_se)
    assert two.cumulative.margin == pytest.approx([-m for m in one.cumulative.margin])
    for a, b in ((one.jump, two.jump), (one.jump_within, two.jump_within)):
        assert isinstance(a, Jump)
        assert isinstance(b, Jump)
        flipped = (-b.jump, b.se, -b.high, -b.low, b.pvalue, -b.linear, b.bandwidth)
        assert flipped == pytest.approx(dataclasses.astuple(a)[:7], rel=1e-6)


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


def test_jump_is_refused() -> None:
    rng = np.random.default_rng(59)
    x, y, ones = even(4000), rng.normal(0, 0.1, 4000), np.ones(4000)
    alone = np.arange(4000)
    assert "outside" in jump_at(x, y, ones, alone, 1.0)[1]
    assert "outside" in jump_at(x, y, ones, alone, -0.5)[1]
    assert "fewer than 100 stations" in jump_at(x, y, ones, alone, 0.99)[1]
    assert "bandwidth of 0.020" in jump_at(x, y, ones, alone, 0.5, bandwidth=0.02)[1]
    assert "distinct positions" in jump_at(np.round(x, 1), y, ones, alone, 0.5)[1]
    assert "areas" in jump_at(x, y, ones, np.zeros(4000, dtype=int), 0.5)[1]
    assert "outside" in jump_at(x, y, 0 * ones, alone, 0.5)[1]
    blocks = alone // 10  # each area on one side of the cut: within areas nothing can be said
    assert "both sides" in jump_within(x, y, ones, blocks, 0.5)[1]
    assert "outside" in jump_within(x, y, ones, alone, 0.5)[1]  # nothing to compare with
    with pytest.raises(TallyVerifyError, match="bandwidth"):
        jump_at(x, y, ones, alone, 0.5, bandwidth=-1)
    found = order_of_counting(*counted(rng, n=80))
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
    ],
)
def test_wrong_input(change: dict[str, Any], told: str) -> None:
    rows: dict[str, Any] = {
        "position": [1, 2], "first": [3, 4], "second": [1, 1], "valid": [5, 6], "area": [0, 0],
    }  # fmt: skip
    with pytest.raises(TallyVerifyError, match=told):
        order_of_counting(**(rows | change))


@pytest.mark.parametrize(
    ("texts", "seconds"),
    [
        (["2019-10-20T19:40", "2019-10-20 19:40:33"], [0, 33]),
        (["2019-10-20 23:59", "2019-10-21"], [0, 60]),
        (["2019-10-20T19:40-04:00", "2019-10-20T23:41Z", "2019-10-20 19:42:00.5-0400"],
         [0, 60, 120.5]),
        (["9:40", "09:40:00", "19:41"], [0, 0, 36060]),
        (["00:10", "05:59"], [0, 20940]),
    ],
)  # fmt: skip
def test_times(texts: list[str], seconds: list[float]) -> None:
    position, kind = parse_order(texts)
    assert kind == "time"
    assert position - position[0] == pytest.approx(seconds)


def test_numbers() -> None:
    position, kind = parse_order(["2", " 10 ", None, "nan", "", float("nan"), 3, "-1.5", "2"])
    assert kind == "number"
    nan = np.nan
    np.testing.assert_array_equal(position, [2, 10, nan, nan, nan, nan, 3, -1.5, 2])


def test_a_few_that_cannot_be_read() -> None:
    texts = [f"2019-10-20 19:{minute:02}" for minute in range(18)]
    position, kind = parse_order([*texts, "2019-02-30 10:00", "later"])
    assert kind == "time"
    assert np.isnan(position[-2:]).all()
    assert (np.diff(position[:18]) == 60).all()


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ([], "empty"),
        (["", None], "empty"),
        (["first", "second"], "'first'"),
        (["1"] * 8 + ["19:40"] * 2, "2 of 10 entries are not a number"),
        (["19:40", "2019-10-20 19:40", "17"], "one kind"),
        (["2019-10-20 19:40", "2019-10-20 19:40Z"], "one kind"),
        (["24:00", "19:60"], "cannot be read"),
        (["1,234", "12e3", "٣"], "cannot be read"),
        (["23:50", "00:10"], "midnight"),
    ],
)
def test_not_an_order(texts: list[Any], told: str) -> None:
    with pytest.raises(TallyVerifyError, match=told):
        parse_order(texts)


def test_words() -> None:
    found = order_of_counting(*counted(np.random.default_rng(61)), cut=0.5)
    assert repr(found).startswith("<OrderOfCounting: 4,000 stations; late shift +")
    assert repr(found.cumulative).startswith("<Cumulative: 200 points")
    assert repr(found.jump).startswith("<Jump: ")
