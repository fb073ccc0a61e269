"""Bounds on a margin: from arithmetic alone, and from strata that each have bounds of their own."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tallyverify.arrays import Floats
from tallyverify.inference.sequential.betting import Bets, extremes


def certain(lists: Mapping[str, Bets]) -> tuple[float, float]:
    """Return the least and the greatest margin that the stations not seen allow."""
    d, v = (sum(float(bets.sums[at]) for bets in lists.values()) for at in (0, 1))
    return extremes(d, v, sum(bets.left_over for bets in lists.values()), least=-1.0)


def over_strata(
    margins: Mapping[str, Bets], turnouts: Mapping[str, Bets], alpha: float
) -> tuple[float, float] | None:
    """Bound a national margin by the worst combination of what each stratum may still be.

    Each of the 2H sequences of H strata (margin; valid votes as a share of stations × bound) gets
    its equal part of alpha, so that all hold together. None if a stratum has nothing left.
    """
    part = alpha / (2 * len(margins))
    rows = []
    for name, bets in margins.items():
        margin, share = bets.kept(part), turnouts[name].kept(part)
        if margin is None or share is None:
            return None
        scale, votes = bets.units * bets.bound, float(bets.sums[1])
        most = min(share[1] * scale, votes + bets.left_over)
        rows.append((*margin, min(max(share[0] * scale, votes), most), most))
    return weighted(*np.array(rows).T)


def weighted(low: Floats, high: Floats, least: Floats, most: Floats) -> tuple[float, float]:
    """Bound a mean of ratios (strata,) whose weights are only known to lie between two numbers."""
    return -_greatest(-low, least, most), _greatest(high, least, most)


def _greatest(values: Floats, least: Floats, most: Floats) -> float:
    """Linear over linear: at the optimum the largest values have all weight, the others least."""
    order = np.argsort(-values, kind="stable")
    extra = (most - least)[order]
    weight = least.sum() + np.concatenate([[0.0], np.cumsum(extra)])
    total = (values * least).sum() + np.concatenate([[0.0], np.cumsum(values[order] * extra)])
    some = weight > 0
    return float((total[some] / weight[some]).max()) if some.any() else 1.0
