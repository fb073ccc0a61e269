"""How a candidate's share goes with turnout over stations, and within their areas (F511)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from tallyverify.arrays import Counts, Floats, codes, people, same_length, usable_stations
from tallyverify.forensics.indicator import NO_NULL, Effect, Indicator, written
from tallyverify.forensics.places.context_levels import nested_codes
from tallyverify.language import clauses, number, told
from tallyverify.taken import takes_input

FEWEST_STATIONS = 30  # fewest stations of which a correlation says anything
FEWEST_AREAS = 20  # fewest areas whose jackknife gives an interval
_NEGLIGIBLE = 1e-9  # variance of a fraction that is rounding
_LARGEST = 1 - 1e-9


@dataclass(frozen=True, kw_only=True, repr=False)
class TurnoutShare(Indicator):
    """The correlations of F511; the statistic and the effect are that over all stations.

    Attributes
    ----------
    weighted : float or None
        The correlation with stations weighted by their registered voters.
    within : Effect or None
        The correlation after each station is compared with its smallest area.
    within_used : int
        Stations that have another one in one of their areas.
    by_level : tuple of Effect or None
        The same within the areas of each level alone, in the order given.
    by_level_used : tuple of int
        Stations that have another one in their area of that level.
    clusters : int
        Areas that the intervals take as independent of each other.
    """

    weighted: float | None = None
    within: Effect | None = None
    within_used: int = 0
    by_level: tuple[Effect | None, ...] = ()
    by_level_used: tuple[int, ...] = ()
    clusters: int = 0

    def sentence(self, name: str, level: str = "") -> str:
        """Return the correlation, and that within the smallest areas."""
        smallest = self.by_level[-1] if self.by_level else None
        if smallest is None:
            said = told(
                "turnout and the share of {name} have a correlation of {correlation}",
                name=name,
                correlation=written(self.effect),
            )
        else:
            said = told(
                "turnout and the share of {name} have a correlation of {correlation}, within one "
                "{level} of {within}",
                name=name,
                correlation=written(self.effect),
                level=level,
                within=written(smallest),
            )
        return clauses([said, told("genuine sheets show correlations between places too")])


@takes_input
def turnout_share(
    votes: ArrayLike,
    valid: ArrayLike,
    ballots: ArrayLike,
    registered: ArrayLike,
    *,
    area: ArrayLike | Sequence[ArrayLike] | None = None,
    fewest_registered: int = 1,
) -> TurnoutShare:
    """Describe the correlation of turnout with a candidate's share of the valid votes.

    Parameters
    ----------
    votes, valid, ballots, registered : array_like of int, shape (n,)
        Votes of the candidate, valid votes, ballots cast, and registered voters by station. Another
        share is had by another denominator in the place of the valid votes.
    area : array_like, shape (n,), or a list or tuple of them, optional
        Areas of the stations; of several levels, the largest first. An area of a lower level lies
        in the area of the level above: the same label in another area is another one.
    fewest_registered : int
        Stations with fewer registered voters are left out.

    Returns
    -------
    TurnoutShare
        A description, without p-value. It refuses with fewer than 30 stations, or where turnout or
        share do not vary.

    Raises
    ------
    InputError
        If the counts are malformed.

    Notes
    -----
    Within areas, each station is compared with the mean of the smallest of its areas that has
    another station; one that is alone in all of them takes no part. Where many are alone in the
    smallest, this mixes differences within and between these: ``by_level`` keeps them apart. Maduro
    in Venezuela 2024 has 0.45 mixed and 0.48 within parishes, but 0.10 within voting centres.

    The intervals are of 95 %, by the jackknife over areas on Fisher's scale, with Student's t of as
    many degrees of freedom as areas effectively weigh in, less one. The areas are those of the
    largest level that has 20 or more, not of too unequal size (10 effectively); stations of one
    area may depend on each other in any way, which Fisher's own standard error, 1/√(n − 3), denies.
    Without areas, the stations are taken as independent.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> area = np.repeat(np.arange(100), 20)
    >>> level = rng.normal(0, 0.1, 100)[area]
    >>> ballots = rng.binomial(1000, 0.6 + level)
    >>> votes = rng.binomial(ballots, 0.4 + level)
    >>> found = turnout_share(votes, ballots, ballots, np.full(2000, 1000), area=area)
    >>> found
    <TurnoutShare F511: statistic 0.9..., correlation 0.9... (0.9... to 0.9...); 2,000 stations>
    >>> print(found.within)
    correlation within areas ... (−0.0... to 0.0...)
    """
    x, v, b, n = people(votes, valid, ballots, registered)
    levels = [codes("areas", one) for one in _levels(area)]
    same_length(
        votes=x,
        valid=v,
        ballots=b,
        registered=n,
        **{f"areas {at + 1}": one for at, one in enumerate(levels)},
    )
    used, left_out = usable_stations(
        x.size,
        {
            told("no registered voters known"): n == 0,
            told("fewer than {least} registered voters", least=number(fewest_registered)): (
                n < fewest_registered
            ),
            told("more ballots than registered voters"): b > n,
            told("no valid votes"): v == 0,
            told("more votes than valid votes"): x > v,
        },
    )
    # One order for the same stations, so that the sums do not depend on the rows.
    order = np.flatnonzero(used)
    keys = (one[used] for one in (n, b, v, x, *levels[::-1]))
    order = order[np.lexsort(tuple(keys))]
    x, v, b, n = x[order], v[order], b[order], n[order]
    nested = nested_codes([one[order] for one in levels])
    said = [
        told(
            "a correlation is found in genuine sheets too: turnout and preference both differ "
            "between places"
        ),
    ]
    bare = TurnoutShare(
        code="F511", used=int(x.size), null=NO_NULL, left_out=left_out, warnings=tuple(said)
    )
    turnout, share = b / np.maximum(n, 1), x / np.maximum(v, 1)
    if refused := _unfit(turnout, share):
        return replace(bare, refused=refused)
    cluster = np.arange(x.size) if not nested else _largest(nested)
    if cluster is None:
        said.append(
            told(
                "no interval: no level has {areas} areas of comparable size",
                areas=number(FEWEST_AREAS),
            )
        )
    elif not nested:
        said.append(
            told("the intervals take stations as independent; give their areas if they are not")
        )
    clusters = 0 if cluster is None else int(cluster.max()) + 1
    effect = _correlation(told("correlation"), turnout, share, cluster, centre=True)
    every = [_within([level], turnout, share, cluster) for level in nested]
    within, within_used = _within(nested, turnout, share, cluster)
    if nested and within is None:
        said.append(told("too few stations share an area for a correlation within areas"))
    return replace(
        bare,
        statistic=effect.value,
        effect=effect,
        warnings=tuple(said),
        weighted=_weighted(turnout, share, n),
        within=within,
        within_used=within_used,
        by_level=tuple(one for one, _ in every),
        by_level_used=tuple(stations for _, stations in every),
        clusters=clusters,
    )


def _unfit(turnout: Floats, share: Floats) -> str:
    """Return why there is no correlation; empty if there is."""
    if turnout.size < FEWEST_STATIONS:
        return told(
            "{stations} stations, and it takes {fewest}",
            stations=number(turnout.size),
            fewest=number(FEWEST_STATIONS),
        )
    if turnout.var() < _NEGLIGIBLE:
        return told("turnout does not vary")
    return told("the share does not vary") if share.var() < _NEGLIGIBLE else ""


def _levels(area: ArrayLike | Sequence[ArrayLike] | None) -> list[ArrayLike]:
    if area is None:
        return []
    if isinstance(area, list | tuple) and area and np.ndim(area[0]) > 0:
        return list(area)
    return [np.asarray(area)]


def _largest(nested: list[Counts]) -> Counts | None:
    """Return the largest areas that are many enough, none of them holding nearly all stations."""
    for one in nested:
        size = np.bincount(one)
        if size.size >= FEWEST_AREAS and _effective(size) >= FEWEST_AREAS / 2:
            return one
    return None


def _effective(size: Counts) -> float:
    return float(size.sum() ** 2 / (size**2).sum())


def _within(
    nested: list[Counts], turnout: Floats, share: Floats, cluster: Counts | None
) -> tuple[Effect | None, int]:
    """Return the correlation of what is left when each station's smallest area is taken away."""
    rest = np.zeros((2, turnout.size))
    alone = np.ones(turnout.size, dtype=bool)
    for level in nested[::-1]:
        size = np.bincount(level)[level]
        here = alone & (size > 1)
        for one, less in zip((turnout, share), rest, strict=True):
            less[here] = (one - np.bincount(level, weights=one)[level] / size)[here]
        alone &= ~here
    kept = ~alone
    stations = int(np.count_nonzero(kept))
    if stations < FEWEST_STATIONS or (rest**2).mean(axis=1).min() < _NEGLIGIBLE:
        return None, stations
    near = None if cluster is None else cluster[kept]
    left, right = rest[:, kept]
    name = told("correlation within areas")
    return _correlation(name, left, right, near, centre=False), stations


def _correlation(
    name: str, first: Floats, second: Floats, cluster: Counts | None, *, centre: bool
) -> Effect:
    """Return a correlation, with the interval of the jackknife over clusters if there are any."""
    # Without the means, no digits are lost where sums of squares are subtracted.
    a, b = (one - one.mean() if centre else one for one in (first, second))
    # What is left after the area's mean is a difference already: its own mean is none to take.
    one = float(centre)
    moments = np.stack([np.full_like(a, one), one * a, one * b, a * a, b * b, a * b])
    whole = moments.sum(axis=1)
    value = float(_pearson(whole))
    if cluster is None:
        return Effect(name, value)
    from scipy import stats

    code = np.unique(cluster, return_inverse=True)[1]
    parts = np.stack([np.bincount(code, weights=row) for row in moments])
    scale = np.arctanh(np.clip(value, -_LARGEST, _LARGEST))
    without = np.arctanh(np.clip(_pearson(whole[:, None] - parts), -_LARGEST, _LARGEST))
    areas = without.size
    se = float(np.sqrt((areas - 1) / areas * ((without - scale) ** 2).sum()))
    wide = float(stats.t.ppf(0.975, max(_effective(np.bincount(code)) - 1, 1))) * se
    low, high = np.tanh([scale - wide, scale + wide]).tolist()
    return Effect(name, value, min(low, value), max(high, value))


def _pearson(moments: Floats) -> Floats:
    count, a, b, aa, bb, ab = moments
    count = np.maximum(count, 1)
    spread = np.maximum((aa - a * a / count) * (bb - b * b / count), 1e-300)
    return np.asarray(np.clip((ab - a * b / count) / np.sqrt(spread), -1, 1))


def _weighted(turnout: Floats, share: Floats, weight: Counts) -> float:
    total = weight.sum()
    a, b = (one - (weight * one).sum() / total for one in (turnout, share))
    spread = np.sqrt((weight * a * a).sum() * (weight * b * b).sum())
    return float(np.clip((weight * a * b).sum() / spread, -1, 1))
