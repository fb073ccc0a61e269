"""Which probes an election allows: every indicator with a null, for every candidate with votes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import chi2, norm

from tallyverify.forensics.calibration import ALPHA, Rejection
from tallyverify.forensics.coarse_shares import (
    SMALLEST,
    at_targets,
    coarse_shares,
    combined,
    expectation,
    single_tails,
)
from tallyverify.forensics.digit_pairs import digit_pairs, pairs_departure, pairs_of
from tallyverify.forensics.dip import dip, dip_pvalue, dip_statistic
from tallyverify.forensics.histogram import Histogram
from tallyverify.forensics.integer_percentages import Given, integer_percentages
from tallyverify.forensics.last_digit import digits_of, last_departure, last_digit
from tallyverify.forensics.result import Indicator
from tallyverify.forensics.second_digit import second_departure, second_digit
from tallyverify.forensics.stations import Stations
from tallyverify.forensics.swapped import swapped
from tallyverify.forensics.twin import Twin

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]

__all__ = ["SMALLEST_SHARE", "TURNOUT", "Probe", "probes_of"]

SMALLEST_SHARE = 0.05
"""Candidates with less of all votes have no distribution of shares worth looking at."""

TURNOUT = "turnout"
"""What stands in a candidate's place where turnout itself is tested."""

_POPULATED = 0.95

_FEW_TWINS = 50
"""The dip rejects next to none of the twins, or nearly all: fifty tell which."""


@dataclass(frozen=True, eq=False)
class Probe:
    """One indicator of one candidate.

    Attributes
    ----------
    code, figure : str
        The indicator; the candidate, or turnout.
    run : callable
        Returns its result on the election itself.
    learn : callable
        Of a few twins; returns whether a further one is rejected at 0.05.
    candidate : int or None
        Column of the candidate, if it looks at one.
    most_twins : int
        Twins that are enough to calibrate it on; 0 for a test that measures its error otherwise.
    """

    code: str
    figure: str
    run: Callable[[], Indicator]
    learn: Callable[[Sequence[Twin]], Rejection]
    candidate: int | None = None
    most_twins: int = 1000

    @property
    def name(self) -> str:
        """Code and figure."""
        return f"{self.code} {self.figure}"

    def prepare(self, twins: Sequence[Twin]) -> Rejection:
        """Learn from a few twins what is expected of any."""
        return self.learn(twins)


def probes_of(stations: Stations, codes: Sequence[str]) -> list[Probe]:
    """Return the probes of these codes that the election allows.

    Parameters
    ----------
    stations : Stations
        The election.
    codes : sequence of str
        Indicators asked for; those without a null are passed over.

    Returns
    -------
    list of Probe
        Digits of every candidate; integer percentages of the leader with turnout, and of every
        other candidate with 5 % of the votes; coarse shares and the dip of these candidates, and
        the dip of turnout; swapped tallies of the first two, where there is an earlier election.
    """
    probes: list[Probe] = []
    if "F512" in codes and stations.earlier is not None and len(stations.candidates) > 1:
        probes.append(_swapped(stations))
    if "F509" in codes and _turnout_known(stations):
        probes.append(_dip_of_turnout(stations))
    for k in stations.ranked:
        if "F501" in codes:
            probes.append(_second_digit(stations, k))
        if "F502" in codes:
            probes.append(_last_digit(stations, k))
        if "F503" in codes:
            probes.append(_digit_pairs(stations, k))
        if stations.shares[k] < SMALLEST_SHARE:
            continue
        if "F504" in codes:
            probes.append(_integer(stations, k))
        if "F505" in codes:
            probes.append(_coarse(stations, k))
        if "F509" in codes:
            probes.append(_dip_of_share(stations, k))
    return probes


def _second_digit(stations: Stations, k: int) -> Probe:
    critical = float(chi2.isf(ALPHA, 9))

    def rejects(twin: Twin) -> bool:
        statistic, _ = second_departure(Histogram.of(twin.votes[:, k]))
        return statistic is not None and statistic > critical

    return Probe(
        "F501",
        stations.candidates[k],
        lambda: second_digit(stations.votes[:, k]),
        lambda twins: rejects,
        k,
    )


def _last_digit(stations: Stations, k: int) -> Probe:
    critical = float(chi2.isf(ALPHA, 9))

    def rejects(twin: Twin) -> bool:
        return last_departure(digits_of(Histogram.of(twin.votes[:, k]))) > critical

    return Probe(
        "F502",
        stations.candidates[k],
        lambda: last_digit(stations.votes[:, k]),
        lambda twins: rejects,
        k,
    )


def _digit_pairs(stations: Stations, k: int) -> Probe:
    critical = float(chi2.isf(ALPHA, 2))

    def rejects(twin: Twin) -> bool:
        return pairs_departure(pairs_of(Histogram.of(twin.votes[:, k]))) > critical

    return Probe(
        "F503",
        stations.candidates[k],
        lambda: digit_pairs(stations.votes[:, k]),
        lambda twins: rejects,
        k,
    )


def _integer(stations: Stations, k: int) -> Probe:
    # Turnout is looked at once, with the leader, and not again with every other candidate.
    turnout = k == stations.ranked[0] and _turnout_known(stations)
    there = stations.with_turnout if turnout else np.ones(len(stations), dtype=bool)
    ballots = np.where(stations.with_ballots, stations.ballots, stations.valid)[there]
    registered = stations.registered[there] if turnout else None
    came = stations.turned_out[there] if turnout else None

    def run() -> Indicator:
        return integer_percentages(
            stations.votes[there, k], ballots, registered, turned_out=came, smooth=not turnout
        )

    def given(twin: Twin) -> Given:
        of = twin.ballots[there]
        return Given(
            twin.votes[there, k],
            of,
            twin.turned_out[there],
            of if registered is None else registered.astype(np.int64),
            turnout,
        )

    def learn(twins: Sequence[Twin]) -> Rejection:
        mean = variance = 0.0
        for twin in twins:
            one = given(twin)
            a, b = one.chances(one.used(), smooth=not turnout)
            chance = 1 - (1 - a) * (1 - b)
            mean += float(chance.sum()) / len(twins)
            variance += float((chance * (1 - chance)).sum()) / len(twins)
        most = mean + 0.5 + float(norm.isf(ALPHA)) * np.sqrt(variance)

        def rejects(twin: Twin) -> bool:
            one = given(twin)
            a, b = one.at_integers(one.used(), smooth=not turnout)
            return bool((a | b).sum() > most)

        return rejects

    return Probe("F504", stations.candidates[k], run, learn, k)


def _coarse(stations: Stations, k: int) -> Probe:
    def figures(twin: Twin) -> tuple[Counts, Counts]:
        large = twin.valid >= SMALLEST
        return twin.votes[large, k], twin.valid[large]

    def learn(twins: Sequence[Twin]) -> Rejection:
        smooth = [expectation(*figures(twin), grid=False) for twin in twins]
        expected = np.mean([one.targets for one in smooth], axis=0)
        together = float(expected.sum())
        sd = max(float(np.mean([one.sd for one in smooth])), 1e-6)

        def rejects(twin: Twin) -> bool:
            observed = at_targets(*figures(twin))
            z = (observed.sum() - together) / sd
            return combined(float(norm.sf(z)), single_tails(observed, expected)) <= ALPHA

        return rejects

    return Probe(
        "F505",
        stations.candidates[k],
        lambda: coarse_shares(stations.votes[:, k], stations.valid),
        learn,
        k,
    )


def _dip_of_share(stations: Stations, k: int) -> Probe:
    # A sheet without a vote for the candidate, or for anybody else, may be half entered: a heap of
    # these is no second kind of place.
    some = (stations.votes[:, k] > 0) & (stations.votes[:, k] < stations.valid)

    def run() -> Indicator:
        found = dip(stations.votes[some, k] / stations.valid[some], stations.valid[some])
        none = {"no vote for the candidate, or none for others": int((~some).sum())}
        return replace(found, left_out={**found.left_out, **none})

    def rejects(twin: Twin) -> bool:
        there = (twin.votes[:, k] > 0) & (twin.votes[:, k] < twin.valid)
        return _dips(twin.votes[there, k], twin.valid[there])

    return Probe("F509", stations.candidates[k], run, lambda twins: rejects, k, _FEW_TWINS)


def _dip_of_turnout(stations: Stations) -> Probe:
    there = stations.with_turnout
    registered = stations.registered[there].astype(np.int64)

    def run() -> Indicator:
        return dip(stations.turned_out[there] / registered, registered)

    def rejects(twin: Twin) -> bool:
        return _dips(twin.turned_out[there], registered)

    return Probe("F509", TURNOUT, run, lambda twins: rejects, None, _FEW_TWINS)


def _dips(x: Counts, n: Counts) -> bool:
    return dip_pvalue(dip_statistic(x / n, n), len(n)) <= ALPHA


def _turnout_known(stations: Stations) -> bool:
    return float(stations.with_turnout.mean()) >= _POPULATED


def _swapped(stations: Stations) -> Probe:
    pair = stations.ranked[:2]

    def run() -> Indicator:
        return swapped(
            stations.votes, pair=(pair[0], pair[1]), areas=stations.areas, earlier=stations.earlier
        )

    # Honest departures are as often on the other side, where no exchange can put a station: that,
    # and not twins, measures its error. Twins lack the stations that honestly turn round.
    return Probe(
        "F512", stations.candidates[pair[0]], run, lambda twins: lambda twin: False, None, 0
    )
