"""How far out honest stations lie: the tail of what they show less what is expected of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.arrays import Counts, Floats, Mask

if TYPE_CHECKING:
    from tallyverify.forensics.places.context import Context

FEWEST = 200  # fewest stations from which a tail can be fitted
_CENTRAL = 1.5
_FEWEST_SIDED = 2000
_MOST_CLASSES = 4
_FAR = np.array(-5.0)
_FREEDOM = (1.5, 200.0)
_SCALE = (0.05, 20.0)
_MOST_EXCHANGED = 0.01
_NODES = 49
_REACH = 8.0
_FEW = 50
_BLOCK = 20_000


@dataclass(frozen=True)
class Tail:
    """Student's t, scaled, for departures in units of their predicted standard deviation.

    Attributes
    ----------
    scale : float, or ndarray with one entry a departure
        Of the t; 1 with many degrees of freedom if the predicted deviations are right.
    freedom : float, or ndarray with one entry a departure
        Degrees of freedom, 1.5 to 200; few where some honest stations lie far out.
    exchanged : float
        Share of departures better explained by an exchange; 0 where none was looked for.
    """

    scale: float | Floats
    freedom: float | Floats
    exchanged: float = 0.0

    def log_density(self, departure: Floats) -> Floats:
        """Return the logarithm of the density."""
        from scipy import special

        half = np.asarray((self.freedom + 1) / 2)
        constant = special.gammaln(half) - special.gammaln(half - 0.5)
        constant = constant - np.log(self.freedom * np.pi) / 2 - np.log(self.scale)
        return np.asarray(constant - half * np.log1p((departure / self.scale) ** 2 / self.freedom))

    @property
    def reach(self) -> Floats:
        """Return the departure within which 95 % of honest stations lie."""
        from scipy import special

        return np.asarray(self.scale * special.stdtrit(self.freedom, 0.975), dtype=np.float64)

    def below(self, departure: Floats) -> Floats:
        """Return the probability of a departure no greater."""
        from scipy import special

        return np.asarray(special.stdtr(self.freedom, departure / self.scale), dtype=np.float64)


def fitted_tail(departure: Floats, exchanged: Floats | None = None) -> Tail:
    """Fit the tail of standardised departures by maximum likelihood, all within 1.5 as one."""
    # What lies within says little about the tail, and would outvote it. With the departures had the
    # two sides been exchanged, each is from a mixture: swapped sheets do not make swaps ordinary.
    from scipy import optimize

    outer = np.sort(np.abs(departure[np.abs(departure) > _CENTRAL]))
    inner = departure.size - outer.size
    other = None
    if exchanged is not None:
        far = np.abs(departure) > _CENTRAL
        rank = np.lexsort((np.abs(exchanged[far]), np.abs(departure[far])))
        other = np.abs(exchanged[far])[rank]

    def loss(at: Floats) -> float:
        tail = Tail(float(np.exp(at[0])), float(np.exp(at[1])))
        within = 1 - 2 * float(tail.below(np.array(-_CENTRAL)))
        written = tail.log_density(outer)
        if other is not None:
            share = np.exp(at[2])
            written = np.logaddexp(np.log1p(-share) + written, at[2] + tail.log_density(other))
        return float(-(inner * np.log(max(within, 1e-300)) + written.sum()))

    bounds = [tuple(np.log(_SCALE)), tuple(np.log(_FREEDOM))]
    start = [0.0, np.log(8.0)]
    if other is not None:
        bounds.append((np.log(1e-7), np.log(_MOST_EXCHANGED)))
        start.append(np.log(1e-3))
    best = optimize.minimize(
        loss,
        start,
        method="Nelder-Mead",
        bounds=bounds,
        options={"xatol": 1e-4, "fatol": 1e-3, "maxiter": 2000},
    )
    scale, freedom = (float(value) for value in np.exp(best.x[:2]))
    return Tail(scale, freedom, float(np.exp(best.x[2])) if other is not None else 0.0)


def sided_tail(
    departure: Floats, exchanged: Floats | None, centre: Floats, deviation: Floats
) -> Tail:
    """Fit tails by how sure the expectation is and by side; give each station the one it needs."""
    # Where little is known (a village with one station) honest stations may lie far out more often,
    # and more often to one side: that of the candidate of the villages. Each class of deviation has
    # 2,000 stations or more. Where centre is above 0, departures downwards matter (an exchange
    # makes these); a side never gets a lighter tail than that of both sides.
    classes = int(np.clip(departure.size // _FEWEST_SIDED, 1, _MOST_CLASSES))
    rank = np.argsort(np.argsort(deviation, kind="stable"), kind="stable")
    scale, freedom = np.ones(departure.size), np.ones(departure.size)

    def of(some: Mask) -> Tail:
        return fitted_tail(departure[some], None if exchanged is None else exchanged[some])

    for place in range(classes):
        inside = rank * classes // departure.size == place
        both = of(inside)
        for side in (1.0, -1.0):
            taken = inside & ((centre <= 0) == (side > 0))
            towards = inside & (departure * side > 0)
            enough = int(towards.sum()) >= _FEWEST_SIDED / 4
            one = of(towards) if enough else both
            heavier = max((both, one), key=lambda tail: float(tail.below(_FAR)))
            scale[taken], freedom[taken] = heavier.scale, heavier.freedom
    return Tail(scale, freedom)


def scores(context: Context, votes: Counts) -> Floats:
    """Return how far each count lies from the expected, in standard deviations; NaN if unknown."""
    # Exact where the votes of a side are few and it matters, on the log-odds scale elsewhere.
    from scipy import special

    known = context.known
    total = context.total[known]
    first, m, spread = votes[known], context.expected[known], context.spread[known]
    shown = np.log(first + 0.5) - np.log(total - first + 0.5)
    found: Floats = (shown - m) / np.hypot(spread, context.noise[known])
    fewest = np.minimum(total * special.expit(-np.abs(m)), np.minimum(first, total - first))
    exact = np.flatnonzero((np.abs(found) > 1) & (fewest < _FEW))
    for start in range(0, exact.size, _BLOCK):
        some = exact[start : start + _BLOCK]
        found[some] = exact_scores(first[some], total[some], m[some], spread[some])
    everywhere = np.full(known.size, np.nan)
    everywhere[known] = found
    return everywhere


def exact_scores(votes: Counts, total: Counts, expected: Floats, spread: Floats) -> Floats:
    """Return the normal score of each count: exact for few votes, where log-odds are not normal."""
    # The count is binomial, its log-odds normal about the expected. The score is that of the tail
    # with the count itself, so that few votes are never made to look far out.
    from scipy import special

    node = np.linspace(-_REACH, _REACH, _NODES)
    mass = np.exp(-(node**2) / 2)
    mass /= mass.sum()
    odds = expected + spread * node[:, None]
    share = special.expit(odds)
    # P(X ≥ x) and P(X ≤ x); a betainc of a count that cannot be less is 1.
    upper = np.where(
        votes > 0, mass @ special.betainc(np.maximum(votes, 1), total - votes + 1, share), 1.0
    )
    lower = np.where(
        votes < total,
        mass @ special.betainc(np.maximum(total - votes, 1), votes + 1, 1 - share),
        1.0,
    )
    tail = np.clip(np.minimum(upper, lower), 1e-260, 0.5)
    size = -special.ndtri(tail)
    return np.where(upper < lower, size, -size)
