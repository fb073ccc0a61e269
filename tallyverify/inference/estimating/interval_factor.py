"""Calibration: how much wider intervals must be to hold as often as they say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.inference.estimating.late_trend import (
    NO_TREND,
    LateTrend,
    beside_trend,
    late_trend,
)
from tallyverify.inference.estimating.mask_runs import (
    FEWEST_MASKS,
    Masks,
    inflation_of,
    leave_one_out,
    run_masks,
)
from tallyverify.inference.estimating.outcome import MARGIN, TURNOUT, PairEstimate
from tallyverify.inference.estimating.result import BacktestRow
from tallyverify.inference.prediction.population import Population
from tallyverify.language import formatted, number, told

if TYPE_CHECKING:
    from tallyverify.arrays import Floats


LOWEST_COVERAGE = 0.9
"""A method that covers less than this, calibrated, where it calibrates is refused."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """The backtest, and what follows from it."""

    masks: tuple[Masks, ...] = ()
    rows: tuple[BacktestRow, ...] = ()
    inflation: float = 1.0  # factor on the errors of the two and their margin, at least 1
    turnout: float = 1.0  # the same for the turnout, and for the totals of votes, if larger
    by_candidate: tuple[float, ...] = ()  # the same for each share; empty where nothing was hidden
    setting: str = ""  # the pattern that sets it; empty where nothing is unseen
    refused: str = ""  # why intervals cannot be given; empty if they can
    trend: LateTrend = NO_TREND

    @property
    def largest_tilt(self) -> float:
        """Largest tilt, in absolute value, of any mask of any pattern."""
        return max((row.largest_tilt for row in self.rows if row.masks), default=0.0)

    def row(self, pattern: str) -> BacktestRow | None:
        """Return the backtest of one pattern, if it was run."""
        return next((row for row in self.rows if row.pattern == pattern and row.masks), None)


def calibrate(
    population: Population,
    predict: Callable[[Population], PairEstimate],
    pair: tuple[int, int],
    *,
    patterns: Sequence[str],
    masks: int,
    share: float,
    unseen: tuple[float, float],
    seed: int,
) -> Calibration:
    """Run the backtest and draw the inflation from it.

    Where the unseen stations are known one by one, the pattern in which they are really missing
    (``learnt``) sets the inflation, and the others get half as many masks. Where it is not known
    how they are missing, or it had too few masks, the pattern that asks for most does. Where the
    order of counting is known, the trend that the last to report show is added to the interval:
    ``unseen`` are the shares of all voters and stations that have still to report.
    """
    ran = []
    for pattern in patterns:
        fewer = "learnt" in patterns and pattern != "learnt"
        count = max(masks // 2, min(masks, FEWEST_MASKS)) if fewer else masks
        hidden = share
        if pattern == "late":
            # One after the other they hold much the same stations, so that few say as much.
            count, hidden = FEWEST_MASKS, max(unseen[0], 0.02)
        ran.append(
            run_masks(population, predict, pattern, masks=count, share=hidden, seed=seed, pair=pair)
        )
    # A pattern that mostly could not be predicted says nothing of the masks that failed.
    enough = [one for one in ran if len(one) >= max(FEWEST_MASKS, one.failed)]
    if not enough:
        reason = told(
            "in no pattern could seen stations be hidden and predicted often enough to see how "
            "often that holds: too few were seen, or nothing would be left of some areas or strata"
        )
        return Calibration(tuple(ran), refused=reason)
    # Of what the last to report show, the trend is added, and the rest sets the factor where it
    # asks for more; that a whole kind of stations is unseen is no fault of the others.
    steady = [one for one in enough if one.pattern not in ("late", "kinds")] or enough
    calibrating = [one for one in steady if one.pattern == "learnt"] or steady
    setting = max(calibrating, key=lambda one: inflation_of(one.off))
    inflation = inflation_of(setting.off)
    late = next((one for one in ran if one.pattern == "late"), None)
    trend = late_trend(late, *unseen, population) if late is not None else NO_TREND
    if late is not None and len(late):
        inflation = max(inflation, inflation_of(beside_trend(late.off)))
    turnout = max(inflation_of(one.off_turnout) for one in calibrating)
    # The two have the one that all three of their quantities give, the others each their own.
    by_candidate = np.max([_by_candidate(one) for one in calibrating], axis=0)
    by_candidate[[k for k in pair if k < len(by_candidate)]] = inflation
    rows = []
    for one in ran:
        by = np.full(len(one), inflation)
        # No mask vouches for itself: where the pattern sets the inflation, the others do.
        rows.append(_row(one, leave_one_out(one.off) if one is setting else by))
    held = next(row for row in rows if row.pattern == setting.pattern)
    return Calibration(
        tuple(ran),
        tuple(rows),
        inflation,
        turnout,
        tuple(by_candidate.tolist()),
        setting.pattern,
        _too_low(held) or trend.refused,
        trend,
    )


def _too_low(held: BacktestRow) -> str:
    if held.coverage >= LOWEST_COVERAGE:
        return ""
    return told(
        "of hidden stations ({pattern}) the 95 % intervals held the truth only in {coverage} % of "
        "{masks} masks, even widened by the others",
        pattern=held.pattern,
        coverage=formatted(100 * held.coverage, ".0f"),
        masks=number(held.masks),
    )


def _by_candidate(masks: Masks) -> Floats:
    return np.array([inflation_of(column[:, None]) for column in masks.others.T])


def _row(masks: Masks, inflation: Floats) -> BacktestRow:
    if not len(masks):
        return BacktestRow(masks.pattern, 0, masks.failed, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    return BacktestRow(
        masks.pattern,
        len(masks),
        masks.failed,
        float(masks.hidden.mean()),
        float(masks.held(inflation)[:, :TURNOUT].mean()),
        float(masks.held(np.ones(len(masks)))[:, :TURNOUT].mean()),
        float(2 * masks.half_width(inflation)[:, MARGIN].mean()),
        float((masks.estimate - masks.truth)[:, MARGIN].mean()),
        float(np.abs(masks.tilt).max()),
    )
