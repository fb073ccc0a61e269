"""Estimates of every candidate's votes and share by prediction, for the whole and its areas."""

from __future__ import annotations

import numpy as np

from tallyverify.arrays import Floats
from tallyverify.inference.prediction.area_prediction import predict_unseen_by_area
from tallyverify.inference.prediction.population import Population
from tallyverify.inference.prediction.smallest_areas import VarianceComponents
from tallyverify.inference.prediction.unlike_areas import (
    areas_left_out,
    or_unlike,
    unlike,
    weight_left_out,
)
from tallyverify.inference.prediction.unseen_totals import Predicted, predict_unseen


def predicted_figures(
    population: Population, work: VarianceComponents
) -> tuple[Predicted, Predicted]:
    """Estimate votes and valid votes (K + 1,), and the candidates' shares (K,), by prediction.

    A share is a ratio of two sums; its error is that of the sum of ``votes − share × valid``,
    divided by the valid votes (linearised at the seen shares; Särndal et al. 1992, ch. 5).
    """
    votes, valid = population.votes, population.valid
    count = votes.shape[1]
    seen = votes[population.seen].sum(axis=0)
    centre = seen / seen.sum()
    off = votes - valid[:, None] * centre
    found = predict_unseen(population, np.column_stack([votes, valid, off]), work)
    totals = found.over(slice(0, count + 1), base=np.append(seen, seen.sum()))
    whole = totals.estimate[-1]
    far = weight_left_out(population) * unlike(centre)
    shares = found.over(slice(count + 1, None), whole, base=centre)
    return or_unlike(totals, np.append(far * whole, 0.0)), or_unlike(shares, far)


def area_figures(population: Population, work: VarianceComponents) -> tuple[Predicted, Predicted]:
    """Estimate votes and valid votes (areas, K + 1) and shares (areas, K) by first-level area.

    A share is NaN where an area is predicted to have no votes. With c the country's share and s the
    area's, the error of s is that of (votes − c·valid) plus (c − s) times that of valid. How these
    go together is not estimated: the standard errors are added up, the most that it can be.
    """
    tree, votes, valid = population.tree, population.votes, population.valid
    areas, count = tree.units(1), votes.shape[1]
    here = tree.of_station(1)
    seen = np.column_stack([np.bincount(here, c, minlength=areas) for c in votes.T])
    seen = np.column_stack([seen, seen.sum(axis=1)])
    centre = seen[:, :-1].sum(axis=0) / seen[:, -1].sum()
    off = votes - valid[:, None] * centre
    found = predict_unseen_by_area(population, np.column_stack([votes, valid, off]), work)
    error = np.sqrt(found.variance)
    totals = seen + found.totals[:, : count + 1]
    whole = np.where(totals[:, [-1]] > 0, totals[:, [-1]], np.nan)
    share = totals[:, :-1] / whole
    off_error = error[:, count + 1 :] + np.abs(centre - share) * error[:, [count]]
    far = areas_left_out(population)[:, None] * unlike(centre)
    votes_far = np.column_stack([far * totals[:, [-1]], np.zeros(areas)])
    return (
        or_unlike(_unshifted(totals, error[:, : count + 1]), votes_far),
        or_unlike(_unshifted(share, off_error / whole), far),
    )


def _unshifted(estimate: Floats, error: Floats) -> Predicted:
    return Predicted(estimate, error, np.full_like(error, np.inf), np.zeros_like(error))
