"""What stations that were drawn by lot and did not come in may have held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tallyverify.inference.estimating.late_trend import LateTrend
from tallyverify.inference.estimating.outcome import MARGIN
from tallyverify.inference.prediction.population import Population
from tallyverify.inference.sampling.strata import Strata
from tallyverify.language import points, told_of

if TYPE_CHECKING:
    from tallyverify.arrays import Codes, Floats

_FURTHEST_AT = 0.5
"""Part missing beyond which the missing differ from the seen by no more."""


def not_in_drift(
    population: Population, strata: Strata, pair: tuple[int, int], lacking: int
) -> LateTrend:
    """Return by how much an estimate is off if drawn stations are missing as a candidate has votes.

    The lot says which stations were drawn, and nothing of which of them come in. Let a drawn
    station be missing with a chance in proportion to a candidate's share p there, and let a part u
    of the drawn be missing. Then the missing differ from all drawn of their stratum in a rate y by
    D = cov(y, p) / mean(p), so from the seen by D / (1 − u), and the estimate is off by u times
    that. The covariance is that of the seen within strata. Of the first two, and of the candidate
    whose share is asked for, the one stands by which the estimate is off furthest. Where more than
    half is missing the chance would be one at less than twice the mean share: there the missing
    differ from the seen as at one half.

    Parameters
    ----------
    population : Population
        The stations that came in.
    strata : Strata
        Those of the draw.
    pair : tuple of int
        The leader and the one compared with it.
    lacking : int
        Stations that were drawn and are not among them.
    """
    seen = population.seen
    votes, valid, code = population.votes[seen], population.valid[seen], strata.code[seen]
    gone = lacking / (lacking + len(code))
    share = np.divide(votes, valid[:, None], out=np.zeros_like(votes), where=valid[:, None] > 0)
    weight = strata.stations[code] / np.bincount(code)[code]
    whole = votes.T @ weight / (valid @ weight)
    voters = population.size[seen]
    off = votes - valid[:, None] * whole
    turnout = valid - voters * (valid @ weight) / (voters @ weight)
    a, b = pair
    apart = _covariance(np.column_stack([off, off[:, a] - off[:, b], turnout]), share, weight, code)
    mean = share.T @ weight / weight.sum()
    drift = np.abs(np.divide(apart, mean, out=np.zeros_like(apart), where=mean > 0))
    drift *= gone / (1 - min(gone, _FURTHEST_AT))
    drift[:-1] /= valid @ weight / weight.sum()
    drift[-1] /= voters @ weight / weight.sum()
    either = drift[:, [a, b]].max(axis=1)
    own = np.maximum(either[: len(whole)], np.diag(drift))
    return LateTrend(np.array([either[a], either[b], either[-2], either[-1]]), own)


def not_in_note(lacking: int, drift: LateTrend) -> str:
    """Say what is allowed for the stations that lack."""
    return told_of(
        lacking,
        "{count} drawn station not in: half of the margin's interval holds {points} points for "
        "these, or what a trend in the order of counting adds if that is more",
        "{count} drawn stations not in: half of the margin's interval holds {points} points for "
        "these, or what a trend in the order of counting adds if that is more",
        points=points(float(drift.pair[MARGIN])),
    )


def _covariance(values: Floats, shares: Floats, weight: Floats, code: Codes) -> Floats:
    """Covariance within strata, weighted by their stations; shape (values, shares).

    Of strata with one station only nothing is known; where all are such, they are taken as one.
    """
    if (np.bincount(code) < 2).all():
        code = np.zeros_like(code)
    number = np.bincount(code)
    count = number[code]
    several = count >= 2

    def centred(columns: Floats) -> Floats:
        mean = np.column_stack([np.bincount(code, column) for column in columns.T])
        return columns - (mean / np.maximum(number, 1)[:, None])[code]

    by = np.where(several, weight * count / np.maximum(count - 1, 1), 0.0)
    found: Floats = (centred(values) * by[:, None]).T @ centred(shares) / weight[several].sum()
    return found
