"""A jump in the margin at a given point of the count, with estimates that are right at a boundary.

A smoother that averages over a window is biased where the data end: cut a rising line in two, and
each half seems to bend towards the cut. Idrobo, Kronick & Rodríguez (JOP 2022,
doi:10.1086/719639) showed that the jump claimed for Bolivia 2019 was made by such a smoother. A
local polynomial, fitted on each side by itself, has no such bias of the first order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.errors import InputError
from tallyverify.inference.counting_order.jump_fit import WIDEST, Side, best_bandwidth, effective
from tallyverify.language import formatted, number, told

if TYPE_CHECKING:
    from tallyverify.arrays import Counts, Floats


FEWEST_STATIONS = 100
"""Fewest stations that must lie on each side of the cut, within the bandwidth."""

_FEWEST_AREAS = 5
_FEWEST_POINTS = 10
_NEGLIGIBLE = 1e-9


@dataclass(frozen=True)
class Jump:
    """The margin just after the cut less the margin just before it.

    Attributes
    ----------
    jump : float
        The bias-corrected jump, as a fraction of the valid votes (0.05 is five points).
    se : float
        Its standard error, robust to unequal variances and to any dependence within areas.
    low, high : float
        95 % interval of the jump.
    pvalue : float
        Two-sided, of no jump.
    linear : float
        The local-linear jump before the correction, for comparison.
    bandwidth : float
        Reach of the kernel on each side, as a share of all stations.
    before, after : int
        Stations within the bandwidth on each side of the cut.
    """

    jump: float
    se: float
    low: float
    high: float
    pvalue: float
    linear: float
    bandwidth: float
    before: int
    after: int

    def __repr__(self) -> str:
        return (
            f"<Jump: {self.jump:+.4f} [{self.low:+.4f}, {self.high:+.4f}], p = {self.pvalue:.3g}; "
            f"{self.before:,} stations before, {self.after:,} after>"
        )


def jump_at(
    share: Floats,
    rate: Floats,
    weight: Floats,
    area: Counts,
    cut: float,
    *,
    bandwidth: float | None = None,
) -> tuple[Jump | None, str]:
    """Estimate the jump of a rate at a cut, or say why not; all arrays have the shape (n,).

    A station stands at its share of the count (mid-rank); one at the cut itself is after it.
    The estimate is the local-linear one with triangular kernel, corrected for its bias. With one
    bandwidth for both, that is the local parabola, and its standard error is the robust one
    (Calonico, Cattaneo & Titiunik 2014, remark 7). The standard error is the jackknife over areas
    (CR3: MacKinnon, Nielsen & Webb 2023), the quantile that of Student's t with as many degrees of
    freedom as areas effectively weigh in, less one.

    The bandwidth is the smallest of three: the one with least mean squared error for the local
    line (Imbens & Kalyanaraman 2012, but the curvatures of the sides add up instead of cancelling);
    the one at which the bias left in the parabola is a tenth of its standard error; and 0.25.
    The curvatures come from a polynomial of degree four with a step at the cut, over the stations
    within 0.25 of it. Assumes that without a jump the rate is smooth, and areas are independent.
    """
    if bandwidth is not None and not 0 < bandwidth < np.inf:
        raise InputError(
            told("a bandwidth is a positive number, not {given}", given=str(bandwidth))
        )
    near = (weight > 0) & (np.abs(share - cut) < max(WIDEST, bandwidth or 0))
    total = int(np.count_nonzero(weight > 0))
    after = near & (share >= cut)
    before = near & ~after
    if not before.any() or not after.any():
        return None, told("the cut lies outside the data")
    if min(np.count_nonzero(before), np.count_nonzero(after)) < FEWEST_STATIONS:
        return None, told(
            "fewer than {fewest} stations lie on one side of the cut, near it",
            fewest=number(FEWEST_STATIONS),
        )
    if bandwidth is None:
        bandwidth = best_bandwidth(share[near] - cut, rate[near], weight[near], total)
    near &= np.abs(share - cut) < bandwidth
    code = np.unique(area[near], return_inverse=True)[1]
    sides = []
    for side in (before, after):
        at = side[near]
        t = (share[near][at] - cut) / bandwidth
        if t.size < FEWEST_STATIONS:
            return None, told(
                "fewer than {fewest} stations lie on one side of the cut within the bandwidth of "
                "{bandwidth} that the bend of the trend allows",
                fewest=number(FEWEST_STATIONS),
                bandwidth=formatted(bandwidth, ".3f"),
            )
        if np.unique(t).size < _FEWEST_POINTS:
            return None, told(
                "fewer than {fewest} distinct positions lie on one side of it",
                fewest=number(_FEWEST_POINTS),
            )
        kernel = (1 - np.abs(t)) * weight[near][at]
        sides.append(Side(t, rate[near][at], kernel, code[at], int(code.max()) + 1))
    left, right = sides
    if min(effective(left.reach), effective(right.reach)) < _FEWEST_AREAS:
        return None, told(
            "fewer than {fewest} areas weigh in on one side of the cut",
            fewest=number(_FEWEST_AREAS),
        )
    try:
        without = right.without() - left.without()
    except np.linalg.LinAlgError:
        return None, told("without one of its areas, a side has too few distinct positions")
    return _concluded(left, right, without, bandwidth), ""


def jump_within(
    share: Floats,
    lead: Floats,
    valid: Floats,
    area: Counts,
    cut: float,
) -> tuple[Jump | None, str]:
    """Estimate the jump of each station's margin less that of the other stations of its area.

    A change of the areas that report is thereby no jump. The margin of an area is taken without
    the station itself: with it, the jump would come out smaller. It still comes out smaller where
    areas lie wholly on one side of the cut; these show nothing, so enough others must lie near.
    """
    whole = np.bincount(area, weights=valid)[area]
    others = whole - valid
    rate = lead / np.where(valid > 0, valid, 1)
    other_lead = np.bincount(area, weights=lead)[area] - lead
    rate = rate - other_lead / np.where(others > 0, others, 1)
    weight = valid * others / np.where(whole > 0, whole, 1)
    jump, reason = jump_at(share, rate, weight, area, cut)
    if jump is None:
        return None, reason
    after = share >= cut
    later = np.bincount(area, weights=after)
    both = ((later > 0) & (later < np.bincount(area)))[area]
    both &= (weight > 0) & (np.abs(share - cut) < jump.bandwidth)
    if min(np.count_nonzero(both & after), np.count_nonzero(both & ~after)) < FEWEST_STATIONS:
        return None, told(
            "fewer than {fewest} stations on one side of the cut, near it, lie in areas that were "
            "counted on both sides",
            fewest=number(FEWEST_STATIONS),
        )
    return jump, ""


def _concluded(left: Side, right: Side, without: Floats, bandwidth: float) -> Jump:
    from scipy import stats

    jump = right.parabola - left.parabola
    areas = without.size
    se = float(np.sqrt((areas - 1) / areas * ((without - jump) ** 2).sum()))
    # An area on both sides is one area: it says two things that depend on each other.
    law = stats.t(effective(left.reach + right.reach) - 1)
    wide = float(law.ppf(0.975)) * se
    if se > _NEGLIGIBLE:
        pvalue = float(2 * law.sf(abs(jump) / se))
    else:  # rates without any spread: a jump or none
        pvalue = float(abs(jump) <= _NEGLIGIBLE)
    return Jump(
        jump=jump,
        se=se,
        low=jump - wide,
        high=jump + wide,
        pvalue=pvalue,
        linear=right.line - left.line,
        bandwidth=bandwidth,
        before=left.stations,
        after=right.stations,
    )
