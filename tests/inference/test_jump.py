"""A jump at a cut: found where there is one, and not made by a bend of the trend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from tallyverify.errors import TallyVerifyError
from tallyverify.inference.counting_order.jump import jump_at, jump_within
from tests.helpers.tiers import slow_rows_but

Floats = NDArray[np.float64]
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


def test_rates_without_spread_make_no_jump_out_of_rounding() -> None:
    x, ones, area = even(2000), np.ones(2000), np.arange(2000)
    level = jump_at(x, np.full(2000, 0.1 * 3), ones, area, 0.5)[0]
    step = jump_at(x, 0.1 * 3 + 0.2 * (x >= 0.5), ones, area, 0.5)[0]
    assert level is not None
    assert step is not None
    assert (level.pvalue, step.pvalue) == (1, 0)


def test_an_area_on_both_sides_counts_once() -> None:
    """Eight areas give seven degrees of freedom at most, however their stations lie."""
    rng = np.random.default_rng(19)
    x, area = even(2000), rng.integers(0, 8, 2000)
    y = rng.normal(0, 0.1, 8)[area] + rng.normal(0, 0.1, 2000)
    jump, _ = jump_at(x, y, np.ones(2000), area, 0.5, bandwidth=0.25)
    assert jump is not None
    assert (jump.high - jump.jump) / jump.se >= stats.t.ppf(0.975, 7) * (1 - 1e-12)


def test_the_order_of_rows_does_not_matter() -> None:
    rng = np.random.default_rng(13)
    x, area = even(3000), rng.integers(0, 600, 3000)
    lead, valid = rng.normal(5, 10, 3000).round(), rng.integers(50, 250, 3000).astype(float)
    rows = rng.permutation(3000)
    for one, other in (
        (jump_at(x, lead / valid, valid, area, 0.6),
         jump_at(x[rows], (lead / valid)[rows], valid[rows], area[rows], 0.6)),
        (jump_within(x, lead, valid, area, 0.6),
         jump_within(x[rows], lead[rows], valid[rows], area[rows], 0.6)),
    ):  # fmt: skip
        assert one[0] is not None
        assert other[0] is not None
        np.testing.assert_allclose(astuple(other[0]), astuple(one[0]), rtol=1e-8)


# Error rates on clean counts


@pytest.mark.parametrize(
    ("shape", "rounds"),
    slow_rows_but([("quadratic", 200)], [("quadratic", 200), *((one, 1000) for one in SHAPES)]),
)
def test_no_false_jump_on_smooth_trends(shape: str, rounds: int) -> None:
    errs(false_alarms(shape, n=4000, rounds=rounds, seed=17))


@pytest.mark.hours
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("n", "rounds"), [(4000, 8000), (34_000, 4000)])
def test_no_false_jump_in_large_counts(shape: str, n: int, rounds: int) -> None:
    """With more stations the error shrinks, and what is left of the bias would show."""
    errs(false_alarms(shape, n=n, rounds=rounds, seed=n))


def false_alarms(shape: str, *, n: int, rounds: int, seed: int) -> Floats:
    """Return the p-values of a smooth trend without any jump."""
    trend, cut = SHAPES[shape]
    rng = np.random.default_rng(seed)
    x, alone = even(n), np.arange(n)
    chances = []
    for _ in range(rounds):
        weight = rng.integers(50, 250, n).astype(float)
        jump, _ = jump_at(x, trend(x) + rng.normal(0, 0.1, n), weight, alone, cut)
        assert jump is not None
        chances.append(jump.pvalue)
    return np.array(chances)


def errs(chances: Floats) -> None:
    """Check that tests err as often as they say, or less, within what 1 in 1,000 would exceed."""
    for nominal in (0.05, 0.01, 0.001):
        most = stats.binom.isf(0.001, chances.size, nominal)
        assert np.count_nonzero(chances < nominal) <= most


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


# What is there is found, and what cannot be told is not


@pytest.mark.slow
def test_a_real_jump_is_found() -> None:
    rng = np.random.default_rng(31)
    x, found = even(10_000), []
    for _ in range(300):
        y = 0.2 * x**2 + 0.05 * (x >= 0.84) + rng.normal(0, 0.1, x.size)
        jump, _ = jump_at(x, y, rng.uniform(50, 250, x.size), np.arange(x.size), 0.84)
        assert jump is not None
        found.append((jump.jump, jump.pvalue < 0.05, jump.low <= 0.05 <= jump.high))
    size, power, held = np.mean(found, axis=0)
    assert size == pytest.approx(0.05, abs=0.003)
    assert power >= 0.95
    assert held >= 0.9


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
    with pytest.raises(TallyVerifyError, match="bandwidth"):
        jump_at(x, y, ones, alone, 0.5, bandwidth=float("inf"))
