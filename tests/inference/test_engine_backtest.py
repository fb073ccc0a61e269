"""The backtest and what it calibrates: on predictors whose errors are known."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from tallyverify.errors import TallyVerifyError
from tallyverify.inference.estimating.interval_factor import LOWEST_COVERAGE, Calibration, calibrate
from tallyverify.inference.estimating.mask_runs import (
    FEWEST_MASKS,
    Masks,
    inflation_of,
    leave_one_out,
    run_masks,
)
from tallyverify.inference.estimating.outcome import PairEstimate, predicted_outcome, true_outcome
from tallyverify.inference.prediction.population import Population
from tallyverify.inference.prediction.unseen_totals import fit_working_spread
from tests.inference.test_engine import population_of

Floats = NDArray[np.float64]
Predict = Callable[[Population], PairEstimate]

EVERYTHING = population_of(1, 60, (3, 4), unseen=0.0)
PARTLY = population_of(2, 90, (3, 4), unseen=0.3)


def misses(
    population: Population,
    off: Floats,
    error: float = 0.01,
    freedom: float = np.inf,
    shift: Any = 0,
) -> Predict:
    """Return a predictor that is off by ``off[m]`` at its m-th call, and says ``error``."""
    truth = true_outcome(population, population.seen, (0, 1))
    calls = iter(off)

    def predict(masked: Population) -> PairEstimate:
        assert masked.wanted.any()
        gap = np.zeros(4)
        gap[:3] = next(calls)
        some = np.full(4, 1.0)
        return PairEstimate(
            truth + gap, error * some, freedom * some, shift * some, np.ones(1), np.full(1, 0.5)
        )

    return predict


def calibrated(
    population: Population, off: Floats, patterns: tuple[str, ...] = ("random",), **more: Any
) -> Calibration:
    predict = misses(population, off, **more)
    return calibrate(
        population,
        predict,
        (0, 1),
        patterns=patterns,
        masks=len(off),
        share=0.3,
        unseen=0.3,
        seed=3,
    )


offs = st.integers(1, 30).flatmap(
    lambda n: arrays(np.float64, (n, 3), elements=st.floats(-50, 50, width=32))
)


@given(offs, st.floats(1, 20))
def test_the_inflation_is_at_least_one_and_scales(off: Floats, factor: float) -> None:
    found = inflation_of(off)
    assert found >= 1
    assert inflation_of(-off) == found
    assert inflation_of(off[::-1, ::-1]) == pytest.approx(found, rel=1e-12)
    # The root mean square, and the value that 95 % do not exceed: of 3 n the ⌈0.95 (3n − 1)⌉-th.
    flat = np.sort(np.abs(off), axis=None)
    tail = flat[int(np.ceil(round(0.95 * (len(flat) - 1), 9)))]
    plain = max(np.sqrt(np.mean(flat**2)), tail / 1.959964)
    assert found == pytest.approx(max(1.0, plain), rel=1e-12)
    assert inflation_of(factor * off) == pytest.approx(max(1.0, factor * plain), rel=1e-9)


def test_the_inflation_of_nothing_is_one() -> None:
    assert inflation_of(np.zeros((0, 3))) == 1.0
    assert leave_one_out(np.full((1, 3), 9.0)).tolist() == [1.0]


@given(offs)
def test_leave_one_out_leaves_each_mask_out(off: Floats) -> None:
    expected = [inflation_of(np.delete(off, at, axis=0)) for at in range(len(off))]
    np.testing.assert_allclose(leave_one_out(off), expected, rtol=1e-12)


def test_errors_count_in_quantiles_of_student_s_t() -> None:
    # With 2 degrees of freedom 4.302653 standard errors are what 1.959964 are with many.
    rows = np.array([[0.043026527, 0.0, -0.043026527]] * 12)
    predict = misses(EVERYTHING, rows, freedom=2.0)
    masks = run_masks(EVERYTHING, predict, "random", masks=12, share=0.3, seed=1, pair=(0, 1))
    np.testing.assert_allclose(masks.off, np.tile([1.959964, 0.0, -1.959964], (12, 1)), rtol=1e-6)
    np.testing.assert_allclose(masks.reach, 4.3026527)
    assert masks.held(np.ones(12)).all()
    assert not masks.held(np.full(12, 0.999))[:, 0].any()
    np.testing.assert_allclose(masks.half_width(np.full(12, 2.0)), 2 * 0.043026527)


def test_an_error_of_nothing_is_no_error() -> None:
    predict = misses(EVERYTHING, np.array([[0.1, 0.0, 0.1]] * 2), error=0.0)
    masks = run_masks(EVERYTHING, predict, "random", masks=2, share=0.3, seed=1, pair=(0, 1))
    assert masks.off.tolist() == [[0.0, 0.0, 0.0]] * 2
    assert masks.held(np.ones(2)).tolist() == [[False, True, False, True]] * 2


def real(population: Population, pattern: str, masks: int, seed: int = 5) -> Masks:
    work = fit_working_spread(population)
    return run_masks(
        population,
        lambda masked: predicted_outcome(masked, work, (1, 0), shift=True),
        pattern,
        masks=masks,
        share=0.3,
        seed=seed,
        pair=(1, 0),
    )


@pytest.mark.parametrize("pattern", ["random", "centres", "municipalities", "small", "learnt"])
def test_a_mask_is_the_same_however_many_there_are(pattern: str) -> None:
    few, many, again = (real(PARTLY, pattern, masks) for masks in (4, 9, 9))
    other = real(PARTLY, pattern, 9, seed=6)
    assert (len(few), few.failed, len(many), many.failed) == (4, 0, 9, 0)
    for name in ("estimate", "truth", "error", "reach", "shift", "tilt", "hidden"):
        np.testing.assert_array_equal(getattr(few, name), getattr(many, name)[:4])
        np.testing.assert_array_equal(getattr(again, name), getattr(many, name))
    assert not np.array_equal(other.hidden, many.hidden)
    assert len(np.unique(many.hidden)) > 1


def test_a_mask_compares_with_all_that_was_seen() -> None:
    masks = real(PARTLY, "random", 3)
    expected = true_outcome(PARTLY, PARTLY.seen, (1, 0))
    np.testing.assert_array_equal(masks.truth, np.tile(expected, (3, 1)))
    assert masks.hidden == pytest.approx(0.3, abs=0.1)
    # The truth is nearer than six standard errors.
    assert (np.abs(masks.off) < 6).all()
    assert np.isfinite(masks.tilt).all()


def test_masks_that_cannot_be_predicted_are_counted() -> None:
    calls = iter(range(20))
    inner = misses(EVERYTHING, np.zeros((20, 3)))

    def predict(masked: Population) -> PairEstimate:
        if next(calls) % 4 == 0:
            raise TallyVerifyError("nothing was seen of a stratum")
        return inner(masked)

    def wrong(masked: Population) -> PairEstimate:
        raise ZeroDivisionError

    def run(how: Predict, share: float) -> Masks:
        return run_masks(EVERYTHING, how, "random", masks=20, share=share, seed=1, pair=(0, 1))

    masks = run(predict, 0.3)
    assert (len(masks), masks.failed) == (15, 5)
    for share in (0.0, 1.0):  # nothing hidden; nothing left
        assert (len(run(inner, share)), run(inner, share).failed) == (0, 20)
    with pytest.raises(ZeroDivisionError):
        run(wrong, 0.3)


# Calibration


def test_errors_three_times_too_small_are_inflated_by_three() -> None:
    off = np.random.default_rng(4).normal(0, 0.03, (300, 3))
    found = calibrated(EVERYTHING, off)
    (row,) = found.rows
    assert found.inflation == pytest.approx(3, abs=0.25)
    assert row.coverage == pytest.approx(0.95, abs=0.015)
    assert row.raw_coverage == pytest.approx(0.487, abs=0.04)  # 2 Φ(1.96 / 3) − 1
    assert row.mean_width == pytest.approx(2 * 1.959964 * 0.01 * found.inflation, rel=0.01)
    assert row.bias == pytest.approx(off[:, 2].mean(), abs=1e-12)
    assert row.hidden == pytest.approx(0.3, abs=0.02)
    assert (found.refused, found.setting) == ("", "random")


def test_errors_that_are_right_or_too_large_stay() -> None:
    off = np.random.default_rng(4).normal(0, 0.003, (60, 3))
    found = calibrated(EVERYTHING, off)
    assert found.inflation == 1.0
    assert found.rows[0].coverage == found.rows[0].raw_coverage == 1.0


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.floats(1.5, 8))
def test_twice_the_errors_need_half_the_inflation(seed: int, factor: float) -> None:
    off = np.random.default_rng(seed).normal(0, 0.1, (20, 3))
    one, other = calibrated(EVERYTHING, off), calibrated(EVERYTHING, factor * off)
    assert other.inflation == pytest.approx(factor * one.inflation, rel=1e-9)
    assert other.rows[0].coverage == one.rows[0].coverage
    larger = calibrated(EVERYTHING, off, error=0.015)
    assert larger.inflation == pytest.approx(one.inflation / 1.5, rel=1e-9)


def test_a_shift_widens_but_does_not_inflate() -> None:
    off = np.full((20, 3), 0.03)
    plain, shifted = calibrated(EVERYTHING, off), calibrated(EVERYTHING, off, shift=0.04)
    assert shifted.inflation == plain.inflation == pytest.approx(3)
    expected = plain.rows[0].mean_width / 3 * 5
    assert shifted.rows[0].mean_width == pytest.approx(expected, rel=1e-7)
    assert plain.rows[0].raw_coverage == 0.0
    assert shifted.rows[0].raw_coverage == 1.0


def test_errors_that_no_other_mask_foretells_are_refused() -> None:
    # In two of ten masks, four values far beyond all others: either mask alone shows too few.
    off = np.zeros((10, 3))
    off[2], off[7, 1] = [1.0, 0.98, 0.97], 0.99
    found = calibrated(EVERYTHING, off)
    assert found.rows[0].coverage == pytest.approx(26 / 30)
    assert found.rows[0].coverage < LOWEST_COVERAGE
    assert found.refused == (
        "of hidden stations (random) the 95 % intervals held the truth only in 87 % of 10 masks, "
        "even widened by the others"
    )
    # Three values are foretold as often as is asked.
    off[7] = 0.0
    assert calibrated(EVERYTHING, off).refused == ""


def test_a_predictor_that_sees_no_doubt_and_is_off_is_refused() -> None:
    found = calibrated(EVERYTHING, np.full((40, 3), 0.02), error=0.0)
    assert found.rows[0].coverage == 0.0
    assert "held the truth only in 0 % of 40 masks" in found.refused
    assert calibrated(EVERYTHING, np.zeros((40, 3)), error=0.0).refused == ""


def test_too_few_masks_calibrate_nothing() -> None:
    assert FEWEST_MASKS == 10
    few = calibrated(EVERYTHING, np.zeros((9, 3)))
    assert "in no pattern could seen stations be hidden and predicted" in few.refused
    assert (few.rows, few.inflation, few.setting, few.largest_tilt) == ((), 1.0, "", 0.0)
    assert len(few.masks[0]) == 9
    assert calibrated(EVERYTHING, np.zeros((10, 3))).refused == ""


def test_the_pattern_that_asks_for_most_sets_the_inflation() -> None:
    off = np.concatenate([np.full((20, 3), 0.02), np.full((20, 3), 0.05), np.full((20, 3), 0.03)])
    found = calibrate(
        EVERYTHING,
        misses(EVERYTHING, off),
        (0, 1),
        patterns=("random", "centres", "small"),
        masks=20,
        share=0.3,
        unseen=0.3,
        seed=1,
    )
    assert found.setting == "centres"
    assert found.inflation == pytest.approx(5)
    assert [row.pattern for row in found.rows] == ["random", "centres", "small"]
    assert [row.masks for row in found.rows] == [20, 20, 20]
    # Each of the others is judged by that inflation, too.
    widths = [row.mean_width for row in found.rows]
    assert widths == pytest.approx([2 * 1.959964 * 0.05] * 3, rel=1e-9)
    assert found.row("small") is found.rows[2]
    assert found.row("late") is None


def learnt(off: Floats, skip: int = 0, masks: int = 30) -> Calibration:
    """Calibrate with the pattern that is really there, whose first masks may fail."""
    inner = misses(PARTLY, off)
    fails = iter([False] * (masks // 2) + [True] * skip)

    def predict(masked: Population) -> PairEstimate:
        if next(fails, False):
            raise TallyVerifyError("nothing left")
        return inner(masked)

    return calibrate(
        PARTLY,
        predict,
        (0, 1),
        patterns=("random", "learnt"),
        masks=masks,
        share=0.3,
        unseen=0.3,
        seed=1,
    )


def test_the_pattern_really_there_sets_the_inflation() -> None:
    off = np.concatenate([np.full((15, 3), 0.06), np.full((30, 3), 0.02)])
    found = learnt(off)
    assert found.setting == "learnt"
    assert found.inflation == pytest.approx(2)
    assert [row.masks for row in found.rows] == [15, 30]  # half as many of the others
    assert [row.coverage for row in found.rows] == [0.0, 1.0]
    assert found.refused == ""  # what is not there decides nothing

    short = learnt(off, skip=21)
    assert short.setting == "random"
    assert short.inflation == pytest.approx(6)
    assert (short.rows[1].masks, short.rows[1].failed) == (9, 21)
    assert [row.masks for row in learnt(off[:22], masks=12).rows] == [10, 12]


@pytest.mark.parametrize("patterns", [("random", "centres"), ("random", "learnt")])
def test_each_candidate_but_the_two_has_an_inflation_of_its_own(patterns: tuple[str, ...]) -> None:
    votes = PARTLY.votes.sum(axis=0)
    inner = misses(PARTLY, np.full((45, 3), 0.03))
    runs = iter([4.0] * (15 if "learnt" in patterns else 20) + [2.0] * 30)

    def predict(masked: Population) -> PairEstimate:
        shares = votes / votes.sum() + np.array([0.0, 0.0, 0.01 * next(runs)])
        return dataclasses.replace(inner(masked), all_shares=(shares, np.full(3, 0.01)))

    masks = 30 if "learnt" in patterns else 20
    found = calibrate(
        PARTLY, predict, (0, 1), patterns=patterns, masks=masks, share=0.3, unseen=0.3, seed=1
    )
    third = 2 if "learnt" in patterns else 4
    assert found.by_candidate == pytest.approx([3, 3, third], rel=1e-6)
    assert calibrated(EVERYTHING, np.zeros((10, 3))).by_candidate == ()


def test_the_largest_tilt_is_that_of_any_pattern() -> None:
    found = learnt(np.zeros((45, 3)))
    largest = max(np.abs(masks.tilt).max() for masks in found.masks)
    assert found.largest_tilt == pytest.approx(largest)
    # The predictor says one half each: the tilt is the log-odds of what was hidden.
    assert largest > 0.1
