"""The stratified ratio estimate of all that an estimate reports, from the one estimator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from tallyverify.errors import InputError
from tallyverify.inference.estimating.outcome import NORMAL, PairEstimate, unseen_pair
from tallyverify.inference.prediction.population import Population
from tallyverify.inference.prediction.unseen_totals import Predicted
from tallyverify.inference.sampling.ratio import RatioEstimate, ratio
from tallyverify.inference.sampling.ratio_variance import sums
from tallyverify.inference.sampling.strata import Strata
from tallyverify.language import counted, told

if TYPE_CHECKING:
    from tallyverify.arrays import Floats


_FEWEST_SEPARATE = 30
"""Seen stations that each stratum needs for a ratio of its own."""


def within_seen(population: Population, strata: Strata) -> Strata:
    """Return the strata of the stations that are seen or asked for: what a backtest may know."""
    there = population.seen | population.wanted
    count = len(strata.names)
    stations = np.bincount(strata.code, there.astype(float), minlength=count)
    size = np.where(there, population.size, 0.0)
    voters = np.bincount(strata.code, size, minlength=count).astype(np.float64)
    registered = None if strata.registered is None else voters
    return Strata(strata.names, strata.code, stations.astype(np.int64), registered)


def _estimated(population: Population, strata: Strata) -> RatioEstimate:
    """Votes and valid votes per registered voter, or per station where these are not known."""
    seen = population.seen
    code = strata.code[seen]
    count = np.bincount(code, minlength=len(strata.names))
    empty = (count == 0) & (strata.stations > 0)
    if empty.any():
        first = strata.names[int(np.flatnonzero(empty)[0])]
        raise InputError(
            told(
                "nothing was seen in {strata}, such as {first}, so nothing is known of it; join "
                "strata, or give a registry",
                strata=counted(int(empty.sum()), "stratum", "strata"),
                first=first,
            )
        )
    used = np.flatnonzero(strata.stations > 0)
    place = np.full(len(strata.names), -1)
    place[used] = np.arange(len(used))
    votes = population.votes[seen]
    base = np.ones(len(code)) if strata.registered is None else population.size[seen]
    partly = count[used] < strata.stations[used]
    few = bool((count[used][partly] < _FEWEST_SEPARATE).any())
    form: Literal["combined", "separate"] = "combined" if few else "separate"
    return ratio(
        np.column_stack([votes, votes.sum(axis=1)]),
        base,
        place[code],
        stations=strata.stations[used],
        size=strata.known[used],
        form=form,
    )


def ratio_figures(
    population: Population, strata: Strata
) -> tuple[Predicted, Predicted, RatioEstimate]:
    """Estimate votes and valid votes (K + 1,) and shares (K,), with the estimator's result."""
    found = _estimated(population, strata)
    return (*_figures(found), found)


def _share_weights(found: RatioEstimate) -> Floats:
    """Weights of the totals' errors in those of the shares; shape (K, K + 1), linearised."""
    count = len(found.total) - 1
    share = found.total[:count] / found.total[-1]
    weights: Floats = np.column_stack([np.eye(count), -share]) / found.total[-1]
    return weights


def _error(found: RatioEstimate, weights: Floats) -> Floats:
    """Standard errors of linear combinations of the totals; shape (combinations,)."""
    scale = found.total[-1] / found.ratio[-1] if found.ratio[-1] else 0.0
    variance = np.einsum("ij,jk,ik->i", weights, found.cov * scale**2, weights)
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))


def _figures(found: RatioEstimate) -> tuple[Predicted, Predicted]:
    total = found.total
    error = _error(found, _share_weights(found))
    freedom = np.full(len(total), float(max(found.df, 1)))
    zero = np.zeros(len(total))
    return (
        Predicted(total, found.total_se, freedom, zero),
        Predicted(total[:-1] / total[-1], error, freedom[:-1], zero[:-1]),
    )


def ratio_outcome(population: Population, strata: Strata, pair: tuple[int, int]) -> PairEstimate:
    """Estimate the quantities that a backtest watches."""
    found = _estimated(population, strata)
    _, shares = _figures(found)
    first, second = (float(shares.estimate[k]) for k in pair)
    weights = _share_weights(found)
    margin = _error(found, weights[[pair[0]]] - weights[[pair[1]]])
    voters = float(strata.known.sum())
    if strata.registered is None:  # of a station not seen, the mean of its stratum
        seen, code = population.seen, strata.code
        size, count = np.where(seen, population.size, 0.0), len(strata.names)
        mean = np.bincount(code, size, count) / np.maximum(np.bincount(code, seen, count), 1)
        voters = float(mean @ strata.stations)
    return PairEstimate(
        np.array([first, second, first - second, found.total[-1] / voters]),
        np.array([*shares.error[list(pair)], *margin, found.total_se[-1] / voters]),
        np.full(4, float(max(found.df, 1))),
        np.zeros(4),
        **unseen_pair(_unseen_votes(population, strata, pair)),
        all_shares=(shares.estimate, shares.half_width(1.0, 0.95) / NORMAL),
    )


def _unseen_votes(population: Population, strata: Strata, pair: tuple[int, int]) -> Floats:
    """Votes for the two (strata, 2) that the unseen of each stratum are taken to hold.

    Each stratum at its own ratio: what a tilt is then measured against.
    """
    seen, code = population.seen, strata.code
    base = np.ones(len(code)) if strata.registered is None else population.size
    columns = np.column_stack([base, population.votes[:, list(pair)]])[seen]
    there, *both = sums(columns, code[seen], len(strata.names)).T
    rest = np.maximum(strata.known - there, 0.0) / np.maximum(there, 1e-9)
    return np.column_stack([votes * rest for votes in both])
