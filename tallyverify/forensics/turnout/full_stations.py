"""Stations where everybody voted, or everybody for one: how many, and how many by chance (F506).

The corners of the fingerprint. Small stations come there by chance, closed ones (ships, hospitals,
barracks, villages that vote as one) honestly; so their number stands beside that of a clean twin,
which has the same stations, turnouts and shares, and in which chance alone acts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tallyverify.arrays import Counts, Floats, Mask
from tallyverify.forensics.calibration.clean_twin import twin_model
from tallyverify.forensics.indicator import NO_NULL, Effect, Indicator
from tallyverify.forensics.stations import Stations
from tallyverify.language import clauses, formatted, number, told, told_of
from tallyverify.taken import takes_input

_CLOSED = told(
    "small stations come there by chance, and closed ones (ships, hospitals, barracks) honestly; a "
    "twin keeps what its stations have in common beyond chance"
)


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class FullStations(Indicator):
    """Stations at 100 %; ``statistic`` is the number of those where both are so.

    Attributes
    ----------
    everybody : ndarray of bool, shape (stations,)
        Where all registered voters voted.
    one : ndarray of bool, shape (stations,)
        Where all valid votes, one or more, are for one candidate.
    whose : ndarray of int, shape (stations,)
        Which candidate that is: a column of the votes; −1 where there is none.
    expected : tuple of three float
        How many stations of a clean twin are expected to be so: everybody voted, all for one, both.
    sd : tuple of three float
        Standard deviations of these numbers.
    turnout_known : int
        Stations whose turnout is known; the others count for ``one`` only.
    ranked : ndarray of int
        Places of these stations: those first where both hold, then all for one, then everybody;
        the largest of each first.
    """

    everybody: Mask
    one: Mask
    whose: Counts
    expected: tuple[float, float, float]
    sd: tuple[float, float, float]
    turnout_known: int
    ranked: Counts

    @property
    def both(self) -> Mask:
        """Where everybody voted, and all for one."""
        return np.asarray(self.everybody & self.one)

    @property
    def found(self) -> tuple[int, int, int]:
        """How many stations: everybody voted, all for one, both."""
        return int(self.everybody.sum()), int(self.one.sum()), int(self.both.sum())

    def sentence(self, name: str = "", level: str = "") -> str:
        """Return the three numbers, each beside that of a clean twin."""
        whole, one, both = self.found
        of_all, of_one, of_both = map(_mean, self.expected)
        if self.turnout_known:
            return told_of(
                whole,
                "everybody voted at {count} station (a clean twin has {of_all} on average), all "
                "for one candidate at {one} ({of_one}), both at {both} ({of_both})",
                "everybody voted at {count} stations (a clean twin has {of_all} on average), all "
                "for one candidate at {one} ({of_one}), both at {both} ({of_both})",
                of_all=of_all,
                one=number(one),
                of_one=of_one,
                both=number(both),
                of_both=of_both,
            )
        for_one = told_of(
            one,
            "all valid votes are for one candidate at {count} station (a clean twin has {of_one} "
            "on average)",
            "all valid votes are for one candidate at {count} stations (a clean twin has {of_one} "
            "on average)",
            of_one=of_one,
        )
        return clauses([for_one, told("turnout is not known")])


def _mean(expected: float) -> str:
    return number(round(expected)) if expected >= 100 else formatted(expected, ".2g")


@takes_input
def full_stations(stations: Stations) -> FullStations:
    """Find the stations at 100 % turnout, at 100 % for one candidate, and both.

    Parameters
    ----------
    stations : Stations
        Whose votes were all read.

    Returns
    -------
    FullStations
        A description: ``pvalue`` is None. ``effect`` is the number of stations with both beyond
        that of a clean twin, with an interval of chance alone.

    Notes
    -----
    In a clean twin (:mod:`tallyverify.forensics.calibration.clean_twin`) of n registered voters
    with smoothed turnout t, everybody votes with probability tⁿ. With shares s of the ballots for a
    candidate and u for nobody, all valid votes of N ballots, one at least, are for that candidate
    with probability (s + u)ᴺ − uᴺ; over the binomial N that is (1 − t + t(s + u))ⁿ − (1 − t + tu)ⁿ.
    So the expected numbers are sums of these, and nothing is drawn. A twin's turnouts and shares
    keep what chance does not explain of a station's own: many such stations among large ones are
    expected in part.

    References
    ----------
    P. Klimek, Y. Yegorov, R. Hanel and S. Thurner (2012), PNAS 109:16469 (the corner of the
    fingerprint).

    Examples
    --------
    >>> from tallyverify.forensics.stations import stations_of
    >>> from tallyverify.simulate import clean_election
    >>> found = full_stations(stations_of(clean_election(stations=500, seed=1).table))
    >>> found.found, [round(one, 3) for one in found.expected]
    ((0, 0, 0), [0.0, 0.0, 0.0])
    """
    votes, valid, known = stations.votes, stations.valid, stations.with_turnout
    everybody = np.zeros(len(stations), dtype=bool)
    everybody[known] = stations.turned_out[known] == stations.registered[known]
    most = votes.max(axis=1, initial=0)
    one = (valid > 0) & (most == valid)
    chances = _chances(stations)
    expected = [float(np.sort(chance).sum()) for chance in chances]
    sd = [float(np.sqrt(np.sort(chance * (1 - chance)).sum())) for chance in chances]
    both = int((everybody & one).sum())
    at = np.flatnonzero(everybody | one)
    ranked = at[np.lexsort((-valid[at], -(2 * one[at] + everybody[at])))]
    gained, half = both - expected[2], 1.96 * sd[2]
    return FullStations(
        code="F506",
        statistic=float(both),
        effect=Effect(told("stations beyond a clean twin's"), gained, gained - half, gained + half),
        used=len(stations),
        null=NO_NULL,
        left_out={told("turnout not known (all for one only)"): int((~known).sum())},
        warnings=(_CLOSED,),
        everybody=everybody,
        one=one,
        whose=np.where(one, votes.argmax(axis=1), -1),
        expected=(expected[0], expected[1], expected[2]),
        sd=(sd[0], sd[1], sd[2]),
        turnout_known=int(known.sum()),
        ranked=ranked,
    )


def _chances(stations: Stations) -> tuple[Floats, Floats, Floats]:
    """Return by station the chances of a clean twin: everybody votes, all for one, both."""
    model = twin_model(stations)
    drawn = ~np.isnan(model.turnout)
    turnout = np.where(drawn, model.turnout, 1.0)
    # Where turnout is not drawn, as many come as came.
    voters = np.where(drawn, model.registered, model.turned_out).astype(np.float64)
    nobody = model.shares[:, -1]
    whole = turnout**voters
    none, alone = (1 - turnout + turnout * nobody) ** voters, nobody**voters
    one, both = np.zeros(len(stations)), np.zeros(len(stations))
    for share in model.shares[:, :-1].T:
        theirs = np.minimum(share + nobody, 1.0)
        one += (1 - turnout + turnout * theirs) ** voters - none
        both += theirs**voters - alone
    return np.where(drawn, whole, 0.0), one, np.where(drawn, whole * both, 0.0)
