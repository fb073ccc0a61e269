"""Backtest: hide seen stations as others are missing, predict them, and see how often that held."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.draws import stream
from tallyverify.errors import TallyVerifyError
from tallyverify.inference.estimating.outcome import NORMAL, TURNOUT, PairEstimate, true_outcome
from tallyverify.inference.estimating.patterns import PATTERNS, hide, learn_pattern
from tallyverify.inference.estimating.tilt import tilt_to
from tallyverify.inference.prediction.population import Population

if TYPE_CHECKING:
    from tallyverify.arrays import Floats, Mask


FEWEST_MASKS = 10
"""Fewer masks than this calibrate nothing."""

Predict = Callable[[Population], PairEstimate]
_ORDER = tuple(PATTERNS)


@dataclass(frozen=True, eq=False)
class Masks:
    """What a method said of hidden stations, mask by mask, beside what their sheets hold.

    The four quantities are the shares of the two, their margin and turnout.
    """

    pattern: str
    estimate: Floats  # (masks, 4), as the next four
    truth: Floats
    error: Floats
    reach: Floats  # quantile of Student's t
    shift: Floats
    tilt: Floats  # (masks,): log-odds by which the hidden voted otherwise than predicted
    hidden: Floats  # (masks,): registered voters hidden, as a share of those seen
    # (masks, candidates): errors of all shares, as in `off`, and as fractions; no columns if not
    # asked
    others: Floats
    gaps: Floats
    # masks of which nothing could be said, e.g. as nothing was left of a stratum
    failed: int = field(default=0, kw_only=True)

    def __len__(self) -> int:
        return len(self.estimate)

    @property
    def off(self) -> Floats:
        """Errors of all but turnout, in standard errors of Student's t; shape (masks, 3)."""
        return self.in_errors[:, :TURNOUT]

    @property
    def off_turnout(self) -> Floats:
        """The same of the turnout; shape (masks, 1)."""
        return self.in_errors[:, TURNOUT:]

    @property
    def in_errors(self) -> Floats:
        """Errors of all four; shape (masks, 4)."""
        scale = self.error * self.reach / NORMAL
        gap = self.estimate - self.truth
        return np.divide(gap, scale, out=np.zeros_like(gap), where=scale > 0)

    def half_width(self, inflation: Floats) -> Floats:
        """Return half the widths of the 95 % intervals; shape (masks, 4)."""
        return self.reach * np.hypot(inflation[:, None] * self.error, self.shift)

    def held(self, inflation: Floats) -> Mask:
        """Return which intervals held the truth; shape (masks, 4)."""
        # A hair more than the width, for rounding where nothing is in doubt.
        return np.abs(self.estimate - self.truth) <= self.half_width(inflation) + 1e-12


def inflation_of(off: Floats) -> float:
    """Return the factor by which errors are inflated, from errors (masks, quantities) as in `off`.

    The larger of the root mean square of the errors and their 95th percentile divided by 1.96, in
    standard errors; never below one. The first is steady, the second sees heavy tails.
    """
    if not off.size:
        return 1.0
    spread = float(np.sqrt((off**2).mean()))
    tail = float(np.quantile(np.abs(off), 0.95, method="higher")) / NORMAL
    return max(1.0, spread, tail)


def run_masks(
    population: Population,
    predict: Predict,
    pattern: str,
    *,
    masks: int,
    share: float,
    seed: int,
    pair: tuple[int, int],
) -> Masks:
    """Hide a share of the seen stations, predict and compare, ``masks`` times.

    Mask m of a pattern is the same however many there are.
    """
    learnt = learn_pattern(population) if pattern == "learnt" else None
    truth = true_outcome(population, population.seen, pair)
    rows, failed = [], 0
    for mask in range(masks):
        rng = stream(seed, _ORDER.index(pattern), mask)
        hidden = hide(population, pattern, share, rng, learnt)
        if not hidden.any() or not (population.seen & ~hidden).any():
            failed += 1
            continue
        try:
            found = predict(population.hiding(hidden))
        except TallyVerifyError:
            failed += 1
            continue
        rows.append((found.estimate, truth, *_compared(population, hidden, found, pair)))
    if not rows:
        empty = [*[np.zeros((0, 4))] * 5, *[np.zeros(0)] * 2, *[np.zeros((0, 0))] * 2]
        return Masks(pattern, *empty, failed=failed)
    return Masks(pattern, *map(np.array, zip(*rows, strict=True)), failed=failed)


def _compared(
    population: Population, hidden: Mask, found: PairEstimate, pair: tuple[int, int]
) -> tuple[Floats, Floats, Floats, float, float, Floats, Floats]:
    """Return error, reach, shift, tilt, share hidden and the errors of all shares, twice."""
    first, second = (float(population.votes[hidden, k].sum()) for k in pair)
    tilt = 0.0
    # Half a vote more for each: that nobody there chose one of them is no infinite tilt.
    if first + second > 0 and found.votes.sum() > 0:
        tilt = tilt_to((first + 0.5) / (first + second + 1), found.share, found.votes).delta
    voters = population.size
    gone = float(voters[hidden].sum() / voters[population.seen].sum())
    others = gap = np.zeros(0)
    if found.all_shares is not None:
        shares, scale = found.all_shares
        votes = population.votes[population.seen].sum(axis=0)
        gap = shares - votes / votes.sum()
        others = np.divide(gap, scale, out=np.zeros_like(gap), where=scale > 0)
    return found.error, found.quantile(0.95), found.shift, tilt, gone, others, gap


def leave_one_out(off: Floats) -> Floats:
    """Return the inflation for each mask from all the others; shape (masks,)."""
    keep = ~np.eye(len(off), dtype=bool)
    return np.array([inflation_of(off[row]) for row in keep])
