"""Bets against a ratio of totals, while the units of a finite list arrive in random order.

Waudby-Smith & Ramdas (2024), Estimating means of bounded random variables by betting, JRSS-B 86:1,
section on sampling without replacement, applied to z = d − m·v, whose total is 0 if Σd/Σv = m.
"""

from __future__ import annotations

from math import log

import numpy as np

from tallyverify.arrays import Codes, Floats

_STAKE = 0.9  # largest part of the wealth that one bet can lose
_SPREAD = 0.2  # standard deviation of z before anything was seen, as a part of the bound
_BROKEN = 1e-3  # where every cell is rejected at this level, the order is not random
_BLOCK = 1 << 18  # numbers in one block of units × cells


class Bets:
    """Wealth of a hedged pair of bets against each of several cells of m = Σd / Σv.

    A cell is an interval [left, right] of hypotheses m; equal ends test one value. One half of the
    wealth bets that the ratio lies above the cell, the other that it lies below. With d_t, v_t the
    unit drawn at t, D, V the sums before it and k = N − t + 1 the units left, m says that
    z = d − m·v has the mean −(D − m·V)/k among these, so that

        x_t(m) = (d_t + D/k) − m·(v_t + V/k)

    has mean 0 given the past. ∏(1 + λ_t·x_t(m)) falls in m and ∏(1 − κ_t·x_t(m)) rises, for bets
    λ, κ ≥ 0 that all m of a cell share. So the first is taken at ``right`` and the second at
    ``left``: the wealth of a cell is at most that of each m in it, and no m between grid points
    is lost. The bets are aGRAPA at the middle of the cell, cut so that no unit can cost more than
    nine tenths of the wealth.

    Assumes that least·v ≤ d ≤ v and 0 ≤ v ≤ bound for every unit of the list (``least`` is −1 for a
    margin, 0 for a share), that Σv ≤ ``total``, and that each next unit is drawn uniformly from
    those left. Then P(sup wealth ≥ 1/α) ≤ α for the true m (Ville).
    """

    def __init__(
        self,
        left: Floats,
        right: Floats,
        *,
        units: int,
        bound: float,
        total: float | None = None,
        least: float = -1.0,
    ) -> None:
        self.left, self.right, self.least = left, right, least
        self.units, self.bound = units, float(bound)
        self.total = units * self.bound if total is None else float(total)
        self.seen = 0
        self.used = 0.0
        self.sums = np.zeros(5)  # Σd, Σv, Σd², Σdv, Σv²
        self.log_up = np.zeros(len(left))
        self.log_down = np.zeros(len(left))
        self.peak = np.zeros(len(left))

    @property
    def log_wealth(self) -> Floats:
        """Logarithm of the wealth of each cell now, shape (cells,)."""
        return np.logaddexp(self.log_up, self.log_down) - log(2)

    @property
    def left_over(self) -> float:
        """Upper bound on Σv over the units not seen."""
        return max(min((self.units - self.seen) * self.bound, self.total - self.used), 0.0)

    @property
    def certain(self) -> tuple[float, float]:
        """Least and greatest ratio that the units not seen still allow, without any assumption."""
        d, v = map(float, self.sums[:2])
        return extremes(d, v, self.left_over, least=self.least)

    def kept(self, alpha: float) -> tuple[float, float] | None:
        """Return the hull of the cells never rejected at ``alpha``, within the certain bounds.

        Where all are, the one that was rejected last: a lower level then has no wider bounds than
        a higher one. None if nothing fits the order at any level: with a probability of at most
        one in a thousand if it is random.
        """
        low, high = self.certain
        possible = np.flatnonzero((self.left <= high) & (self.right >= low))
        if not self._fits(possible, _BROKEN):
            return None
        least = self.peak[possible].min()
        ceiling = max(-log(alpha), np.nextafter(least, np.inf))
        alive = possible[self.peak[possible] < ceiling]  # sup wealth < 1/alpha
        return max(low, float(self.left[alive[0]])), min(high, float(self.right[alive[-1]]))

    def fits(self, alpha: float) -> bool:
        """Return whether any cell was never rejected at ``alpha``."""
        low, high = self.certain
        return self._fits(np.flatnonzero((self.left <= high) & (self.right >= low)), alpha)

    def _fits(self, possible: Codes, alpha: float) -> bool:
        return bool((self.peak[possible] < -log(alpha)).any())

    def feed(self, d: Floats, v: Floats, used: Floats) -> None:
        """Take in units in their order, however many; see :meth:`advance`."""
        rows = max(_BLOCK // max(len(self.left), 1), 1)
        for start in range(0, len(d), rows):
            part = slice(start, start + rows)
            self.advance(d[part], v[part], used[part])

    def advance(self, d: Floats, v: Floats, used: Floats) -> Floats:
        """Take in d, v, used (units,) in their order; return the log-wealth (units, cells)."""
        moments = np.stack([d, v, d * d, d * v, v * v], axis=1)
        # A running sum that starts from the old one: parts of a batch give the same bits.
        sums = np.cumsum(np.vstack([self.sums, moments]), axis=0)
        spent = np.cumsum(np.concatenate([[self.used], used]))
        number = self.seen + np.arange(len(d), dtype=float)[:, None]
        k = self.units - number
        most = np.minimum(self.total - spent[:-1, None], self.bound)  # v of the next unit
        before_d, before_v, dd, dv, vv = (column[:-1, None] for column in sums.T)
        at_d, at_v = before_d / k, before_v / k

        # aGRAPA: mean of z so far less the mean that m expects, over the mean square of that gap.
        middle = (self.left + self.right) / 2
        mean = (before_d - middle * before_v) / (number + 1)
        square = (dd - 2 * middle * dv + middle**2 * vv + (_SPREAD * self.bound) ** 2) / (
            number + 1
        )
        gap = mean * (1 + (number + 1) / k)
        bet = gap / (square - mean**2 + gap**2)

        step_d, step_v = d[:, None] + at_d, v[:, None] + at_v
        worst_up = (self.right - self.least) * most + self.right * at_v - at_d
        worst_down = (1 - self.left) * most - self.left * at_v + at_d
        up = _cut(bet, worst_up, self.bound) * (step_d - self.right * step_v)
        down = _cut(-bet, worst_down, self.bound) * (self.left * step_v - step_d)

        log_up = np.cumsum(np.vstack([self.log_up, np.log1p(up)]), axis=0)[1:]
        log_down = np.cumsum(np.vstack([self.log_down, np.log1p(down)]), axis=0)[1:]
        path: Floats = np.logaddexp(log_up, log_down) - log(2)
        if len(d):
            self.log_up, self.log_down = log_up[-1], log_down[-1]
            self.peak = np.maximum(self.peak, path.max(axis=0))
            self.sums, self.used = sums[-1], float(spent[-1])
            self.seen += len(d)
        return path


def _cut(bet: Floats, worst: Floats, bound: float) -> Floats:
    """Keep a bet at 0 or more, and its greatest loss at the stake; none where no loss can be."""
    floor = 1e-9 * bound
    limit = np.where(worst > floor, _STAKE / np.maximum(worst, floor), 0.0)
    return np.clip(bet, 0.0, limit)


def extremes(d: float, v: float, rest: float, *, least: float) -> tuple[float, float]:
    """Return the ends of Σd / Σv if the units not seen hold up to ``rest`` of v, without bets."""
    most = v + rest
    return ((d + least * rest) / most, (d + rest) / most) if most > 0 else (least, 1.0)
