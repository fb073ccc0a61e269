"""One estimate of the quantities that a backtest watches: two shares, their margin, turnout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.inference.prediction.population import Population
from tallyverify.inference.prediction.smallest_areas import VarianceComponents
from tallyverify.inference.prediction.unlike_areas import (
    or_unlike,
    unlike,
    unlike_margin,
    weight_left_out,
)
from tallyverify.inference.prediction.unseen_totals import Predicted, predict_unseen

if TYPE_CHECKING:
    from tallyverify.arrays import Floats, Mask


NORMAL = 1.959964
"""Quantile of the normal law at 97.5 %: errors of a backtest are told in such standard errors."""

QUANTITIES = ("first", "second", "margin", "turnout")
"""Shares of two candidates of the valid votes, their difference, valid votes per registered."""


MARGIN, TURNOUT = 2, 3


@dataclass(frozen=True, eq=False)
class PairEstimate(Predicted):
    """An estimate of the :data:`QUANTITIES`, as fractions; shape (4,)."""

    votes: Floats  # (unseen groups,): predicted for the two candidates together
    share: Floats  # (unseen groups,): the first's of them
    # (candidates,): estimated shares of all, and the half-widths that Student's t gives over 1.96
    all_shares: tuple[Floats, Floats] | None = None

    @property
    def margin(self) -> Predicted:
        """The first's share less the second's."""
        return self[MARGIN]

    @property
    def turnout(self) -> Predicted:
        """Valid votes per registered voter."""
        return self[TURNOUT]


def true_outcome(population: Population, which: Mask, pair: tuple[int, int]) -> Floats:
    """Return the quantities over some stations, all of which were seen."""
    votes = population.votes[which].sum(axis=0)
    valid = votes.sum()
    first, second = votes[pair[0]] / valid, votes[pair[1]] / valid
    return np.array([first, second, first - second, valid / population.size[which].sum()])


def predicted_outcome(
    population: Population, work: VarianceComponents, pair: tuple[int, int], *, shift: bool = False
) -> PairEstimate:
    """Estimate the quantities of a pair by prediction of the stations asked for."""
    votes, valid = population.votes, population.valid
    seen_votes = votes[population.seen].sum(axis=0)
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
    base = np.array([centre[a], centre[b], centre[a] - centre[b], seen_valid / voters])
    scale = np.array([total, total, total, voters])
    left_out, far = weight_left_out(population), unlike(centre)
    pair_far = np.array([far[a], far[b], unlike_margin(centre[a], centre[b]), 0.0])
    watched = or_unlike(found.over([a, b, count, count + 1], scale, base=base), left_out * pair_far)
    shares = found.over(slice(0, count), total, base=centre)
    size = population.size[population.wanted]
    rates = found.rates[:, [a, b]] + centre[[a, b]] * found.rates[:, [-1]]
    unseen = np.maximum(rates, 0) * size[:, None]
    return PairEstimate(
        **vars(watched),
        **unseen_pair(unseen),
        all_shares=(shares.estimate, shares.quantile(0.95) * shares.error / NORMAL),
    )


def unseen_pair(votes: Floats) -> dict[str, Floats]:
    """Return the votes for the two together and the first's share, from votes (groups, 2)."""
    both = votes.sum(axis=1)
    share = np.divide(votes[:, 0], both, out=np.full_like(both, 0.5), where=both > 0)
    return {"votes": both, "share": share}
