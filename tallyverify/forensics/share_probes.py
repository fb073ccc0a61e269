"""The tests of shares and turnout, as the battery runs and calibrates them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import norm

from tallyverify.forensics.calibration import ALPHA, Rejection
from tallyverify.forensics.coarse_shares import (
    SMALLEST,
    at_target,
    at_targets,
    coarse_shares,
    combined,
    expectation,
    leak,
    single_tails,
)
from tallyverify.forensics.dip import FEWEST_STATIONS, dip, dip_pvalue, dip_statistic
from tallyverify.forensics.integer_percentages import FEWEST, Given, integer_percentages
from tallyverify.forensics.probe import EITHER, TURNOUT, Probe
from tallyverify.forensics.result import Indicator
from tallyverify.forensics.stations import Stations
from tallyverify.forensics.twin import Twin

if TYPE_CHECKING:
    from tallyverify.arrays import Counts, Floats


_EXACT = 8
"""Of so many twins, one has its expectation worked out; the others show how many there are."""

_FEW_TWINS = 20
"""The dip rejects next to none of the twins, or nearly all: twenty tell which."""


def integer_probe(stations: Stations, k: int) -> Probe:
    """Return the test of integer percentages of one candidate's share."""
    ballots = stations.shared

    def run() -> Indicator:
        return integer_percentages(stations.votes[:, k], ballots, smooth=True)

    def given(twin: Twin) -> Given:
        of = twin.ballots
        return Given(twin.votes[:, k], of, of, of, np.zeros(len(of), dtype=bool))

    return Probe("F504", stations.candidates[k], run, _learning(given, smooth=True), k)


def either_probe(stations: Stations) -> Probe:
    """Return the test of integer percentages as published: of turnout or of the leader's share."""
    k = stations.ranked[0]
    ballots = stations.shared
    registered = np.where(stations.with_turnout, stations.registered, 0).astype(np.int64)
    came = np.where(stations.with_turnout, stations.turned_out, 0).astype(np.int64)
    known = registered > 0

    def run() -> Indicator:
        return integer_percentages(stations.votes[:, k], ballots, registered, turned_out=came)

    def given(twin: Twin) -> Given:
        of = twin.ballots
        return Given(twin.votes[:, k], of, of, np.where(known, registered, of), known)

    return Probe("F504", EITHER, run, _learning(given, smooth=False), k)


def _learning(
    given: Callable[[Twin], Given], *, smooth: bool
) -> Callable[[Sequence[Twin]], Rejection]:
    """Return how the test of integer percentages learns what is expected of a twin."""

    def found(twin: Twin) -> Floats:
        one = given(twin)
        a, b = one.at_integers(one.used(), smooth=smooth)
        return np.array([float((a | b).sum())])

    def learn(twins: Sequence[Twin]) -> Rejection:
        expected, leaks, spreads = [], [], []
        for twin in twins[: len(twins) // _EXACT]:
            one = given(twin)
            use = one.used()
            a, b = one.chances(use, smooth=smooth)
            chance = 1 - (1 - a) * (1 - b)
            hit = np.logical_or(*one.at_integers(use, smooth=smooth))
            expected.append(np.array([chance.sum()]))
            leaks.append(leak(hit, chance))
            spreads.append(float((chance * (1 - chance)).sum()))
        own = _own_expectation(expected, np.array([found(twin) for twin in twins]), leaks)
        sd = max(float(np.sqrt(np.mean(spreads))), 1e-6)
        critical = float(norm.isf(ALPHA))

        def rejects(twin: Twin) -> bool:
            observed = found(twin)
            return bool((observed - 0.5 - own(observed))[0] > critical * sd)

        return rejects

    return learn


def coarse_probe(stations: Stations, k: int) -> Probe:
    """Return the test of shares at multiples of 5 %."""

    def figures(twin: Twin) -> tuple[Counts, Counts]:
        large = twin.valid >= SMALLEST
        return twin.votes[large, k], twin.valid[large]

    def learn(twins: Sequence[Twin]) -> Rejection:
        some = [figures(twin) for twin in twins[: len(twins) // _EXACT]]
        smooth = [expectation(x, n, grid=False) for x, n in some]
        leaks = [leak(at_target(x, n), s.terms) for (x, n), s in zip(some, smooth, strict=True)]
        observed = np.array([at_targets(*figures(twin)) for twin in twins], dtype=np.float64)
        own = _own_expectation([one.targets for one in smooth], observed, leaks)
        sd = max(float(np.mean([one.sd for one in smooth])), 1e-6)

        def rejects(twin: Twin) -> bool:
            there = at_targets(*figures(twin))
            expected = own(there.astype(np.float64))
            z = (there.sum() - expected.sum()) / sd
            return combined(float(norm.sf(z)), single_tails(there, expected)) <= ALPHA

        return rejects

    return Probe(
        "F505",
        stations.candidates[k],
        lambda: coarse_shares(stations.votes[:, k], stations.valid),
        learn,
        k,
    )


def _own_expectation(
    expected: list[Floats], observed: Floats, leaks: list[float]
) -> Callable[[Floats], Floats]:
    """Return what a twin with so many stations at the targets expects there.

    A station at a target is itself expected there, so the expectation of a twin follows its own
    number. It is worked out for a few, brought to the mean number of many, and from there to any.
    """
    mean, own = observed.mean(axis=0), float(np.mean(leaks))
    centre = np.mean(
        [one - own * (number - mean) for one, number in zip(expected, observed, strict=False)],
        axis=0,
    )
    return lambda there: np.maximum(centre + own * (there - mean), 1e-9)


def dip_probe(stations: Stations, k: int) -> Probe:
    """Return the dip of one candidate's share: described, not judged."""
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

    return Probe("F509", stations.candidates[k], run, lambda twins: rejects, k, _FEW_TWINS, False)


def turnout_probe(stations: Stations) -> Probe:
    """Return the test of integer percentages of turnout alone."""
    there = stations.with_turnout
    registered = stations.registered[there].astype(np.int64)

    def run() -> Indicator:
        return integer_percentages(stations.turned_out[there], registered)

    def given(twin: Twin) -> Given:
        came = twin.ballots[there]
        return Given(came, registered, registered, registered, np.zeros(len(came), dtype=bool))

    return Probe("F504", TURNOUT, run, _learning(given, smooth=False))


def turnout_dip_probe(stations: Stations) -> Probe:
    """Return the dip of turnout: described, not judged."""
    there = stations.with_turnout
    registered = stations.registered[there].astype(np.int64)

    def run() -> Indicator:
        return dip(stations.turned_out[there] / registered, registered)

    def rejects(twin: Twin) -> bool:
        return _dips(twin.ballots[there], registered)

    return Probe("F509", TURNOUT, run, lambda twins: rejects, None, _FEW_TWINS, False)


def _dips(x: Counts, n: Counts) -> bool:
    return len(n) >= FEWEST_STATIONS and dip_pvalue(dip_statistic(x / n, n), len(n)) <= ALPHA


def turnout_known(stations: Stations) -> bool:
    """Return whether turnout is known of stations enough to be tested."""
    return int(stations.with_turnout.sum()) >= FEWEST
