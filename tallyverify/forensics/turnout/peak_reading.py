"""What the curves of votes by turnout give, with its interval, and whether it can be relied on."""

from __future__ import annotations

from typing import Any

import numpy as np

from tallyverify.arrays import Floats
from tallyverify.forensics.indicator import Effect
from tallyverify.forensics.turnout.peak_curve import Reading, read_curves, resampled
from tallyverify.language import formatted, number, percent, points, told

# Most that the ratio may change over the flank below the peak, as a fraction of itself.
LARGEST_CHANGE = 0.05
_WIDEST_PEAK = 0.05
_FEWEST_FOUND = 0.95
_WIDEST_CHANGE = 0.10

ASSUMPTION = told(
    "it assumes that in a clean election the ratio of this candidate's votes to all others does "
    "not depend on turnout, which is seldom true: in town and country both often differ"
)


def warnings_of(trend: tuple[float, float, float], effect: Effect, *, by_area: bool) -> list[str]:
    """Return what must be known before an excess is believed."""
    excess, low, high = (number(round(one)) for one in trend)
    said: list[str] = [
        ASSUMPTION,
        told(
            "the excess is a difference from that assumption, not a number of false votes, and its "
            "interval holds no doubt about the assumption"
        ),
        told(
            "if the ratio went on changing as it does below the peak, the excess would be {excess} "
            "({low} to {high}) votes",
            excess=excess,
            low=low,
            high=high,
        ),
    ]
    if min(trend) <= 0 <= max(trend):
        said.append(told("so that change alone could explain all of the excess"))
    if effect.value < 0:
        said.append(
            told("the excess is negative: above the peak the candidate has less than the ratio")
        )
    if not by_area:
        said.append(
            told("the interval takes stations as independent; give their areas if they are not")
        )
    return said


def found_in(
    curves: tuple[Floats, Floats],
    leader: Floats,
    others: Floats,
    resamples: int,
    rng: np.random.RandomState,
) -> dict[str, Any]:
    """Return the fields of the result that the curves and their resamples give, or a refusal."""
    read = read_curves(leader, others)
    if isinstance(read, str):
        return {"refused": read}
    found: dict[str, Any] = read._asdict()
    del found["excess"]
    drawn = resampled(*curves, resamples, rng)
    if len(drawn) < _FEWEST_FOUND * resamples:
        lost = resamples - len(drawn)
        return found | {
            "refused": told(
                "the turnout peak is not stable: {lost} of {resamples} resamples have none",
                lost=formatted(lost, "d"),
                resamples=formatted(resamples, "d"),
            )
        }
    low, high = (Reading(*ends) for ends in np.quantile(drawn, [0.025, 0.975], axis=0).tolist())
    found["refused"] = _unfit(read, low, high)
    for end, at in (("low", low), ("high", high)):
        found |= {f"peak_{end}": at.peak, f"change_{end}": at.change, f"trend_{end}": at.with_trend}
    name = told("votes above the ratio at the peak")
    return found | {"effect": Effect(name, read.excess, low.excess, high.excess)}


def _unfit(read: Reading, low: Reading, high: Reading) -> str:
    """Return why the peak or the ratio is not to be relied on; empty if nothing speaks against."""
    if high.peak - low.peak > _WIDEST_PEAK:
        return told(
            "the turnout peak is not stable: {low} to {high} in resamples",
            low=percent(low.peak, 1, 1),
            high=percent(high.peak, 1, 1),
        )
    change, lowest, highest = (points(one.change, "+") for one in (read, low, high))
    changes = told("{change} % ({low} to {high} %)", change=change, low=lowest, high=highest)
    if abs(read.change) > LARGEST_CHANGE:
        return told(
            "the ratio to the others already changes with turnout below the peak, by {changes}, "
            "and the method assumes that it does not",
            changes=changes,
        )
    if max(-low.change, high.change) > _WIDEST_CHANGE:
        return told(
            "it cannot be told whether the ratio changes below the peak: {changes}",
            changes=changes,
        )
    return ""
