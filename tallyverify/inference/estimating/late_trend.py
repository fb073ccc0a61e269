"""What a trend in the order of counting says of those still to come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.inference.estimating.mask_runs import Masks
from tallyverify.inference.estimating.outcome import TURNOUT
from tallyverify.inference.prediction.population import Population
from tallyverify.language import formatted, told

if TYPE_CHECKING:
    from tallyverify.arrays import Floats

MOST_UNSEEN = 2 / 3
"""Share of the stations unseen beyond which a trend is not carried on."""
_STEEPER = 1.5
_FEWEST = 3  # masks that must have been predicted
_SURE = 3.0  # standard errors: of ten masks, some are beyond two by chance


@dataclass(frozen=True, eq=False)
class LateTrend:
    """By how much an estimate would be off if the trend in the order of counting went on.

    Of a drawn sample also: if drawn stations that are not in are missing as a candidate has votes.
    """

    pair: Floats  # (4,): of the quantities of :data:`~.outcome.QUANTITIES`
    shares: Floats  # (candidates,): of all shares; 0 where they were not asked
    refused: str = ""

    def of(self, pair: tuple[int, int], asked: tuple[int, int]) -> Floats:
        """Return the trend of the quantities of any pair; ``asked`` is the one watched."""
        if pair == asked or not self.pair.any():
            return self.pair
        first, second = (float(self.shares[k]) for k in pair)
        return np.array([first, second, first + second, self.pair[TURNOUT]])

    def or_more(self, other: LateTrend) -> LateTrend:
        """Return the larger of two, which may be of one and the same error."""
        shares = np.maximum(self.shares, other.shares)
        return LateTrend(np.maximum(self.pair, other.pair), shares, self.refused or other.refused)


NO_TREND = LateTrend(np.zeros(4), np.zeros(1))


def late_trend(
    late: Masks, unseen: float, stations_unseen: float, population: Population
) -> LateTrend:
    """Carry on what the last to report differed by from their prediction.

    Of the share t of all voters that was seen, the last to report, a share h, are hidden, and the
    estimate from the rest is off by B. Were the votes of stations of like areas to move evenly with
    the count, an estimate that lacks a share u of all would be off by B u / (h t): B is about
    stations that were h t apart, and the unseen are u away from the seen. Of the masks the largest
    such figure stands, each shrunk by 1 − 4 / z² with its distance z from zero in standard errors:
    what chance explains is no trend. Half as much again is added, since trends may steepen.

    Parameters
    ----------
    late : Masks
        Of the pattern ``late``.
    unseen : float
        Share u of all voters, or stations, that was not seen.
    stations_unseen : float
        The same of all stations, by which a count goes on.
    population : Population
        All stations. Beyond :data:`MOST_UNSEEN` nothing is carried on: where a trend shows, or
        stations do not report in an order like a random one, there is no estimate.
    """
    if len(late) < _FEWEST:
        little = told(
            "without the last to report, too little is left of some areas or strata to predict "
            "them: how the count goes on cannot be told"
        )
        return LateTrend(NO_TREND.pair, NO_TREND.shares, little)
    ahead = (unseen / np.maximum(late.hidden * (1 - unseen), 1e-9))[:, None]
    pair = _largest(late.estimate - late.truth, late.in_errors, ahead)
    shares = _largest(late.gaps, late.others, ahead) if late.gaps.size else np.zeros(1)
    refused = ""
    if stations_unseen > MOST_UNSEEN:
        why = ""
        if (np.abs(late.off) > _SURE).any():
            why = told(
                "the last stations to report differ from the first by more than areas explain"
            )
        elif population.seen.all():
            why = told("nothing says which stations have still to report")
        elif population.missing_by_size or any(population.missing_unevenly):
            why = told("stations of some areas or sizes report before others")
        if why:
            refused = told(
                "{why}, and {unseen} % of the stations are still unseen: how the count goes on "
                "cannot be told",
                why=why,
                unseen=formatted(100 * stations_unseen, ".0f"),
            )
    return LateTrend(pair, shares, refused)


def beside_trend(off: Floats) -> Floats:
    """Return what is left of errors, in standard errors, where their trend was taken off."""
    left: Floats = off * np.divide(4.0, off**2, out=np.ones_like(off), where=off**2 > 4)
    return left


def _largest(gap: Floats, off: Floats, ahead: Floats) -> Floats:
    """Return the largest trend of each column beyond chance, from gaps and standard errors."""
    beyond = 1 - np.divide(4.0, off**2, out=np.ones_like(off), where=off != 0)
    carried: Floats = (_STEEPER * np.abs(gap) * ahead * np.maximum(beyond, 0.0)).max(axis=0)
    return carried
