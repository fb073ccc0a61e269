"""One estimate of the quantities that a backtest watches: two shares, their margin, turnout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from tallyverify.inference.leaves import Spread
from tallyverify.inference.population import Population
from tallyverify.inference.prediction import predict_unseen

if TYPE_CHECKING:
    from tallyverify.arrays import Floats, Mask


NORMAL = 1.959964
"""Quantile of the normal law at 97.5 %: errors of a backtest are told in such standard errors."""

QUANTITIES = ("first", "second", "margin", "turnout")
"""Shares of two candidates of the valid votes, their difference, valid votes per registered."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """An estimate of the :data:`QUANTITIES`.

    Attributes
    ----------
    estimate, error : ndarray, shape (4,)
        The estimate and its standard error, as fractions.
    freedom : ndarray, shape (4,)
        Degrees of freedom behind each error.
    shift : ndarray, shape (4,)
        By how much each would move with what missingness itself hints at; 0 where not asked.
    votes, share : ndarray, shape (unseen groups,)
        Predicted votes for the two candidates together, and the first's share of them.
    all_shares : tuple of ndarray, shape (candidates,), or None
        Estimated shares of all candidates, and the half-widths that Student's t gives them over
        1.96; None where they are not asked for.
    """

    estimate: Floats
    error: Floats
    freedom: Floats
    shift: Floats
    votes: Floats
    share: Floats
    all_shares: tuple[Floats, Floats] | None = None

    @property
    def reach(self) -> Floats:
        """Quantiles of Student's t at 97.5 %; shape (4,)."""
        return self.quantile(0.95)

    def quantile(self, level: float) -> Floats:
        """Return the quantiles of Student's t that bound a central interval; shape (4,)."""
        return np.asarray(stats.t.ppf((1 + level) / 2, np.maximum(self.freedom, 2.0)))

    def half_width(self, inflation: float, level: float) -> Floats:
        """Return half the widths of the intervals, with the errors inflated; shape (4,)."""
        half: Floats = self.quantile(level) * np.hypot(inflation * self.error, self.shift)
        return half


def true_outcome(population: Population, which: Mask, pair: tuple[int, int]) -> Floats:
    """Return the quantities over some stations, all of which were seen."""
    votes = population.votes[which].sum(axis=0)
    valid = votes.sum()
    first, second = votes[pair[0]] / valid, votes[pair[1]] / valid
    return np.array([first, second, first - second, valid / population.size[which].sum()])


def predicted_outcome(
    population: Population, work: Spread, pair: tuple[int, int], *, shift: bool = False
) -> Outcome:
    """Estimate the quantities by prediction of the stations asked for.

    Parameters
    ----------
    population : Population
        With stations seen and stations asked for.
    work : Spread
        Working variances.
    pair : tuple of int
        Positions of the two candidates.
    shift : bool
        Whether to work out the shift.
    """
    votes, valid = population.votes, population.valid
    seen_votes = population.votes[population.seen].sum(axis=0)
    seen_valid = float(seen_votes.sum())
    centre = seen_votes / seen_valid
    a, b = pair
    count = len(centre)
    # Linearised at the seen shares, so that the error of a ratio is that of a sum.
    off = votes - valid[:, None] * centre
    columns = np.column_stack([off, off[:, a] - off[:, b], valid])
    found = predict_unseen(population, columns, work, shift=shift)
    total = seen_valid + found.totals[-1]
    voters = float(population.size[population.seen | population.wanted].sum())
    at = [a, b, count, count + 1]
    scale = np.array([total, total, total, voters])
    estimate = np.array([centre[a], centre[b], centre[a] - centre[b], 0.0])
    estimate += found.totals[at] / scale
    estimate[3] = total / voters
    rate_valid = found.rates[:, -1]
    size = population.size[population.wanted]
    first = np.maximum(found.rates[:, a] + centre[a] * rate_valid, 0) * size
    second = np.maximum(found.rates[:, b] + centre[b] * rate_valid, 0) * size
    error = np.sqrt(found.variance)
    reach = stats.t.ppf(0.975, np.maximum(found.freedom[:count], 2.0)) / NORMAL
    shares = (centre + found.totals[:count] / total, reach * error[:count] / total)
    both = first + second
    return Outcome(
        estimate,
        error[at] / scale,
        found.freedom[at],
        found.shift[at] / scale,
        both,
        np.divide(first, both, out=np.full_like(both, 0.5), where=both > 0),
        shares,
    )
