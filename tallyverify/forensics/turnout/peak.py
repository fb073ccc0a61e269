"""Votes of the leader above the ratio to the others that holds at the turnout peak (F508).

Shpilkin's reading of turnout: votes put in for one candidate raise the turnout of a station and
that candidate's share together, so stations at and below the peak of turnout are the least touched.
The leader's votes at higher turnout, above the ratio to all others found there, are the excess.
The reading holds only if the ratio would not change with turnout by itself. In most genuine
elections it does; so the flank below the peak must show a constant ratio, or nothing is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from tallyverify.arrays import Floats, codes, people, same_length, usable_stations
from tallyverify.draws import stream
from tallyverify.errors import InputError
from tallyverify.forensics.indicator import NO_NULL, Effect, Indicator, written
from tallyverify.forensics.turnout.peak_curve import BINS, by_turnout, dealt_groups
from tallyverify.forensics.turnout.peak_reading import ASSUMPTION, found_in, warnings_of
from tallyverify.language import clauses, formatted, number, told
from tallyverify.taken import takes_input

FEWEST_STATIONS = 1000  # fewest stations of which a curve of votes by turnout can be drawn
FEWEST_AREAS = 30  # fewest areas that can be drawn in the place of stations
FEWEST_RESAMPLES = 100  # fewest draws of which an interval is taken

_NO_ROLL = told("no registered voters known")


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class TurnoutPeak(Indicator):
    """The excess of F508 and the curves it is read from; the statistic is the excess in votes.

    Attributes
    ----------
    turnout : ndarray of float, shape (201,)
        Edges of the bins of turnout, from 0 to 1.
    leader, others : ndarray of float, shape (200,)
        Votes of the candidate, and of all others, by turnout of their station.
    peak : float or None
        Turnout of the peak of the others' votes, middle of its bin; None where there is none.
    peak_low, peak_high : float or None
        95 % interval of the peak.
    flank : float or None
        Turnout from which, up to the peak, the ratio is taken.
    ratio : float or None
        Votes of the candidate for each vote of the others there.
    change : float or None
        Change of the ratio over the flank, as a fraction of it: what should be zero.
    change_low, change_high : float or None
        95 % interval of the change.
    with_trend, trend_low, trend_high : float or None
        The excess if the ratio went on changing as it does over the flank, and its 95 % interval.
    """

    turnout: Floats
    leader: Floats
    others: Floats
    peak: float | None = None
    peak_low: float | None = None
    peak_high: float | None = None
    flank: float | None = None
    ratio: float | None = None
    change: float | None = None
    change_low: float | None = None
    change_high: float | None = None
    with_trend: float | None = None
    trend_low: float | None = None
    trend_high: float | None = None

    @property
    def expected(self) -> Floats | None:
        """Votes the candidate would have at each turnout at the ratio of the flank."""
        return None if self.ratio is None else self.ratio * self.others

    def sentence(self, name: str, level: str = "") -> str:
        """Return the excess, and what it is read from."""
        votes = written(self.effect, lambda value: f"{round(value):,}")
        said = told(
            "{name} has {votes} votes more than the ratio of {ratio} to all others at turnouts up "
            "to the peak of {peak} %",
            name=name,
            votes=votes,
            ratio=formatted(self.ratio or 0.0, ".2f"),
            peak=formatted(100 * (self.peak or 0.0), ".0f"),
        )
        seldom = told("that this ratio does not depend on turnout is an assumption, seldom true")
        return clauses([said, seldom])


@takes_input
def turnout_peak(
    votes: ArrayLike,
    valid: ArrayLike,
    ballots: ArrayLike,
    registered: ArrayLike,
    *,
    area: ArrayLike | None = None,
    seed: int = 0,
    resamples: int = 200,
) -> TurnoutPeak:
    """Count the votes of a candidate above the ratio to the others at the clean turnout peak.

    The votes of the candidate and of all others are laid out by turnout, in bins of half a point;
    each station is spread over the half ballot on either side of its turnout, since whole ballots
    make a comb. The others' votes, smoothed by a Gaussian of two points, must have one peak: their
    maximum, below 80 % turnout, half of its height or more above the higher of the valleys around
    it, and no second maximum below 80 % that stands out by a tenth of it. The ratio is taken over
    the flank from a quarter of that height up to the peak. Votes added raise turnout, so this
    stretch holds the fewest of them; above it, the candidate's votes over ratio × others count.

    Parameters
    ----------
    votes, valid, ballots, registered : array_like of int, shape (n,)
        Votes of the candidate, all valid votes, ballots cast, and registered voters by station.
    area : array_like, shape (n,), optional
        The area of each station. The interval then draws whole areas, not stations: those of one
        area depend on each other.
    seed : int
        Of the draws of the interval.
    resamples : int
        How many; at least 100.

    Returns
    -------
    TurnoutPeak
        A description, without p-value. It refuses where there is no such peak; where the peak is
        lost in more than one in twenty resamples or moves by more than five points; where the
        ratio changes by more than 5 % over the flank, or it cannot be told within 10 % whether
        it does; where there are fewer than 1,000 stations or 30 areas.

    Raises
    ------
    InputError
        If the counts are malformed, or the resamples too few.

    Notes
    -----
    The limit on the change was set on real elections, so another may pass it by chance or fail it
    for no fault. The ratio of the winner changes by 2 and 3 % in the Russian elections of 2011 and
    2018; that of the first two candidates by 9 to 46 % in genuine ones (Venezuela 2024, Poland
    2020, Mexico 2006, Argentina 2017; in Bolivia 2019 the peak lies at 90 %). Of the 11 smaller
    candidates there two pass, with an excess that means nothing: use it for the leader. Stations
    are left out where turnout exceeds one. The interval holds the chance of which stations (or
    areas) there are, with peak and ratio found anew in each resample. Votes added at stations that
    stay below the peak are not seen: 2 to 3 % of them in simulations.

    References
    ----------
    Shpilkin, S. (2011), in Russian; described in Kobak, D., Shpilkin, S. & Pshenichnikov, M. S.
    (2016), Integer percentages as electoral falsification fingerprints, AOAS 10:54-73.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> registered = rng.integers(500, 2000, 5000)
    >>> ballots = rng.binomial(registered, rng.normal(0.55, 0.05, 5000))
    >>> votes = rng.binomial(ballots, 0.4)
    >>> added = rng.binomial(registered - ballots, np.clip(rng.uniform(-9, 1, 5000), 0, 1))
    >>> found = turnout_peak(votes + added, ballots + added, ballots + added, registered)
    >>> int(added.sum()), round(found.statistic, -3), round(found.ratio, 2)
    (130686, 129000.0, 0.67)
    """
    x, v, b, n = people(votes, valid, ballots, registered)
    code = None if area is None else codes("areas", area)
    same_length(votes=x, valid=v, ballots=b, registered=n, areas=code)
    if resamples < FEWEST_RESAMPLES:
        raise InputError(
            told("too few resamples for an interval"),
            found=str(resamples),
            expected=told("{least} or more", least=number(FEWEST_RESAMPLES)),
        )
    used, left_out = usable_stations(
        x.size,
        {
            _NO_ROLL: n == 0,
            told("more ballots than registered voters"): b > n,
            told("more votes than valid votes"): x > v,
            told("no valid votes"): v == 0,
        },
    )
    # One order for the same stations, so that neither the draws nor the sums depend on the rows.
    place = np.zeros_like(x) if code is None else code
    order = np.flatnonzero(used)
    order = order[np.lexsort((n[used], b[used], v[used], x[used], place[used]))]
    x, v, b, n, place = x[order], v[order], b[order], n[order], place[order]
    rng = stream(seed, 508)
    group = dealt_groups(np.arange(x.size) if code is None else place, rng)
    curves = by_turnout(x, b, n, group), by_turnout(v - x, b, n, group)
    common: dict[str, Any] = {
        "code": "F508",
        "used": int(x.size),
        "null": NO_NULL,
        "left_out": left_out,
        "turnout": np.linspace(0, 1, BINS + 1),
        "leader": by_turnout(x, b, n, np.zeros_like(x))[0],
        "others": by_turnout(v - x, b, n, np.zeros_like(x))[0],
    }
    found = found_in(curves, common["leader"], common["others"], resamples, rng)
    refused = found.pop("refused", "")
    if not n.size and _NO_ROLL in left_out:
        refused = told("no station has a known number of registered voters")
    elif x.size < FEWEST_STATIONS:
        refused = told(
            "{stations} stations, and it takes {fewest}",
            stations=number(int(x.size)),
            fewest=number(FEWEST_STATIONS),
        )
    elif code is not None and np.unique(place).size < FEWEST_AREAS:
        refused = told("fewer than {fewest} areas to resample", fewest=number(FEWEST_AREAS))
    effect: Effect | None = found.pop("effect", None)
    if refused or effect is None:
        return TurnoutPeak(**common, **found, refused=refused, warnings=(ASSUMPTION,))
    trend = (found["with_trend"], found["trend_low"], found["trend_high"])
    said = warnings_of(trend, effect, by_area=code is not None)
    return TurnoutPeak(
        **common, **found, statistic=effect.value, effect=effect, warnings=tuple(said)
    )
