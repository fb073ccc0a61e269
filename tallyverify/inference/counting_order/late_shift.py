"""Whether late stations differ from the early ones of the same area, and what chance makes of it.

Two things can be by chance: which stations of an area are late, and by how much areas differ. The
first is asked with all orders within areas, the second with an error that is robust over areas.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.draws import stream
from tallyverify.inference.counting_order.input import Counted
from tallyverify.inference.counting_order.jump_fit import effective
from tallyverify.language import told

if TYPE_CHECKING:
    from tallyverify.arrays import Codes, Floats, Mask


# With fewer effective draws than this, the normal law gives way to random orders.
_ENOUGH = 30
_DRAWS, _CELLS, _CHUNK = 9_999, 20_000_000, 1_000_000


@dataclass(frozen=True)
class LateShift:
    """The shift of the late stations, as ``OrderOfCounting`` has and explains it."""

    late_stations: int = 0
    shift_raw: float | None = None
    shift_explained: float | None = None
    shift_within: float | None = None
    shift_se: float | None = None
    shift_pvalue: float | None = None
    shift_comparable: float | None = None
    shift_reason: str = ""


def late_shift(counted: Counted, late: float, seed: int) -> LateShift:
    """Compare the late share of the stations with the others, over all and within their areas."""
    n, lead, valid, area = counted.position.size, counted.lead, counted.valid, counted.area
    if counted.start.size < 2:
        return LateShift(shift_reason=told("all stations have one position"))
    begins = int(counted.start[1:][np.abs(counted.start[1:] - (1 - late) * n).argmin()])
    is_late = np.arange(n) >= begins
    votes_late, votes_early = float(valid[begins:].sum()), float(valid[:begins].sum())
    if not votes_late or not votes_early:
        none = told("the late or the other stations hold no valid votes")
        return LateShift(n - begins, shift_reason=none)
    raw = lead[begins:].sum() / votes_late - lead[:begins].sum() / votes_early
    total, area_lead = counted.by_area(valid), counted.by_area(lead)
    by_late = counted.by_area(valid * is_late)
    some = np.where(total > 0, total, 1)
    over = by_late / votes_late - (total - by_late) / votes_early
    explained = (area_lead / some * over).sum()
    both = (by_late > 0) & (by_late < total)
    comparable = float(by_late[both].sum() / votes_late)
    shift = (n - begins, float(raw), float(explained))
    if not both.any():
        none = told("no area has both late and early stations")
        return LateShift(*shift, shift_comparable=0.0, shift_reason=none)
    # lead − m_a · valid; so written, it is exactly 0 where a station has the margin of its area.
    z = (lead * total[area] - area_lead[area] * valid) / some[area]
    weight = (by_late * (total - by_late) / some)[both]
    sums = counted.by_area(z * is_late)[both]
    within = float(sums.sum() / weight.sum())
    se, pvalue = _over_areas(sums, weight, within)
    among = both[area]
    by_chance = _within_areas(z[among], is_late[among], area[among], seed)
    reason = "" if se is not None else told("one area alone gives no standard error")
    return LateShift(*shift, within, se, max(pvalue, by_chance), comparable, reason)


def _over_areas(sums: Floats, weight: Floats, within: float) -> tuple[float | None, float]:
    """Return the standard error over areas, and the p-value of Student's t."""
    from scipy import stats

    areas = sums.size
    if areas < 2:
        return None, 0.0
    rest = ((sums - within * weight) ** 2).sum() * areas / (areas - 1)
    se = float(np.sqrt(rest)) / float(weight.sum())
    if se == 0:
        return se, 0.0 if within else 1.0
    freedom = max(effective(weight) - 1, 1.0)
    return se, float(2 * stats.t.sf(abs(within) / se, freedom))


def _within_areas(z: Floats, is_late: Mask, area: Codes, seed: int) -> float:
    """Return the two-sided p-value of Σ_late z over all orders within the areas."""
    order = np.argsort(area, kind="stable")
    z, is_late = z[order], is_late[order]
    code = np.unique(area[order], return_inverse=True)[1]
    size = np.bincount(code).astype(np.float64)
    late = np.bincount(code, weights=is_late)
    squares = np.bincount(code, weights=z**2)
    variance = late * (size - late) / (size * np.maximum(size - 1, 1)) * squares
    spread = float(variance.sum())
    if spread <= 0:
        return 1.0
    found = abs(float(z[is_late].sum()))
    fourth = np.bincount(code, weights=z**4)
    carried = squares**2 / np.where(fourth > 0, fourth, 1)
    draws = np.maximum(np.minimum(np.minimum(late, size - late), carried), 1)
    if spread**2 / float((variance**2 / draws).sum()) >= _ENOUGH:
        return _normal(found, spread)
    first = np.concatenate(([0], np.cumsum(size)[:-1]))
    return _drawn(found, z, code, np.arange(z.size) - first[code] < late[code], seed)


def _normal(found: float, spread: float) -> float:
    from scipy import stats

    return float(2 * stats.norm.sf(found / np.sqrt(spread)))


def _drawn(found: float, z: Floats, code: Codes, chosen: Mask, seed: int) -> float:
    """Return the share of random orders that go as far; ``chosen`` are the late places by area."""
    rng = stream(seed)
    rounds = int(np.clip(_CELLS // z.size, 999, _DRAWS))
    chunk = max(_CHUNK // z.size, 1)
    as_far = 0
    for done in range(0, rounds, chunk):
        some = min(chunk, rounds - done)
        at = np.argsort(code + rng.random_sample((some, z.size)), axis=1)
        drawn = np.abs(z[at][:, chosen].sum(axis=1))
        as_far += int((drawn >= found * (1 - 1e-9)).sum())
    return (1 + as_far) / (1 + rounds)
