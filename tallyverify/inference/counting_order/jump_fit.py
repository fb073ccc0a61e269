"""The fit behind the jump at a cut: a local parabola on one side, and how far it may reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tallyverify.arrays import Codes, Floats


WIDEST = 0.25
"""Largest bandwidth, as a share of all stations."""

# Triangular kernel at a boundary (Fan & Gijbels 1996, 3.2.5): bias of the local line is
# −h² m″/20, of the local parabola h³ m‴/210; their variances are 4.8 and 72/7 times σ²/(n h).
_LINE_BIAS, _LINE_VARIANCE = 1 / 20, 4.8
_PARABOLA_BIAS, _PARABOLA_VARIANCE = 1 / 210, 72 / 7
# Of the standard error. The polynomial can show half of the bend m‴ (a sine over its whole
# period); then the bias is two tenths, and a 5 % test errs in 5.5 %.
_TOLERATED_BIAS = 0.1


class Side:
    """A parabola fitted to one side of the cut, with its moments by area.

    ``t`` (n,) is the distance from the cut in bandwidths, ``kernel`` the weight that the kernel and
    the valid votes give. ``reach`` (codes,) is the weight of each area in the value at the cut.
    """

    def __init__(self, t: Floats, rate: Floats, kernel: Floats, code: Codes, codes: int) -> None:
        def by_area(what: Floats) -> Floats:
            return np.bincount(code, weights=what, minlength=codes).astype(np.float64)

        self.stations = t.size
        powers = np.stack([by_area(kernel * t**k) for k in range(5)], axis=1)
        self._gram = powers[:, np.add.outer(np.arange(3), np.arange(3))]
        self._moments = np.stack([by_area(kernel * t**k * rate) for k in range(3)], axis=1)
        gram, moments = self._gram.sum(axis=0), self._moments.sum(axis=0)
        self.parabola = float(np.linalg.solve(gram, moments)[0])
        self.line = float(np.linalg.solve(gram[:2, :2], moments[:2])[0])
        # Weight of each station in the fitted value at the cut: its sum over stations is 1.
        first = np.linalg.solve(gram, np.array([1.0, 0.0, 0.0]))
        self.reach = by_area(np.abs(kernel * (first[0] + first[1] * t + first[2] * t**2)))

    def without(self) -> Floats:
        """Return the fitted value at the cut without each of the areas in turn."""
        gram = self._gram.sum(axis=0) - self._gram
        moments = self._moments.sum(axis=0) - self._moments
        return np.linalg.solve(gram, moments[:, :, None])[:, 0, 0]


def effective(weight: Floats) -> float:
    """Return how many areas weigh in: (Σ w²)² / Σ w⁴, which is n where n weigh the same."""
    return float((weight**2).sum() ** 2 / (weight**4).sum())


def best_bandwidth(away: Floats, rate: Floats, weight: Floats, total: int) -> float:
    """Return the bandwidth, from a polynomial over the stations (n,) within 0.25 of the cut."""
    s = away / WIDEST
    design = np.stack([s**k for k in range(5)] + [(s >= 0).astype(float)], axis=1)
    root = np.sqrt(weight)
    fit = np.linalg.lstsq(design * root[:, None], rate * root, rcond=None)[0]
    rest = rate - design @ fit
    noise = s.size * float(((weight * rest) ** 2).sum()) / float(weight.sum()) ** 2 / total
    second = 2 * abs(float(fit[2])) / WIDEST**2
    third = 6 * abs(float(fit[3])) / WIDEST**3
    tiny = np.finfo(float).tiny
    # Least (2 h² m″/20)² + 2 · 4.8 σ²/(n h)
    line = _LINE_VARIANCE * noise / (8 * _LINE_BIAS**2 * max(second, tiny) ** 2 + tiny)
    # Largest h with |2 h³ m‴/210| ≤ tolerated · √(2 · 72/7 · σ²/(n h))
    spread = _TOLERATED_BIAS * np.sqrt(2 * _PARABOLA_VARIANCE * noise)
    parabola = spread / (2 * _PARABOLA_BIAS * max(third, tiny) + tiny)
    return float(min(line ** (1 / 5), parabola ** (2 / 7), WIDEST))
