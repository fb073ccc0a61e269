"""Coarse fractions that stand out, each by itself (for F505)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import false_discovery_control

from tallyverify.arrays import Counts, Floats
from tallyverify.language import formatted, number, told

TARGETS = np.arange(100, 2000, 100)  # 5, 10, … 95 % in units of 1/2000


@dataclass(frozen=True)
class Spike:
    """One coarse fraction at which more stations lie than expected.

    Attributes
    ----------
    share : float
        The fraction.
    observed, expected : float
        Stations within 0.05 points of it.
    pvalue : float
        Adjusted over the nineteen fractions (Benjamini–Hochberg).
    """

    share: float
    observed: int
    expected: float
    pvalue: float

    @property
    def words(self) -> str:
        """The fraction, with the stations at it and those expected."""
        return told(
            "{share} % ({observed}, expected {expected})",
            share=formatted(100 * self.share, ".0f"),
            observed=number(self.observed),
            expected=number(round(self.expected)),
        )


def spikes_of(observed: Counts, expected: Floats, tails: Floats) -> tuple[Spike, ...]:
    """Return the fractions that stand out at an adjusted 0.05, the surest first."""
    adjusted = false_discovery_control(tails)
    ranked = np.argsort(adjusted, kind="stable")
    return tuple(
        Spike(float(TARGETS[k]) / 2000, int(observed[k]), float(expected[k]), float(adjusted[k]))
        for k in ranked
        if adjusted[k] <= 0.05
    )
