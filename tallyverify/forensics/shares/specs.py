"""The tests of shares and turnout, as the battery runs and calibrates them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from scipy.stats import norm

from tallyverify.arrays import Counts, Floats
from tallyverify.forensics.calibration.calibration_spec import (
    EITHER,
    TURNOUT,
    CalibrationSpec,
    Rejection,
)
from tallyverify.forensics.calibration.clean_twin import CleanTwin
from tallyverify.forensics.calibration.rejection_rate import ALPHA
from tallyverify.forensics.indicator import Indicator
from tallyverify.forensics.shares.coarse_shares import (
    SMALLEST,
    at_target,
    at_targets,
    coarse_shares,
    combined,
    expectation,
    leak,
    single_tails,
)
from tallyverify.forensics.shares.dip import FEWEST_STATIONS, dip, dip_pvalue, dip_statistic
from tallyverify.forensics.shares.integer_percentages import (
    FEWEST,
    CheckedFigures,
    integer_percentages,
)
from tallyverify.forensics.stations import Stations
from tallyverify.language import told

# Of so many twins, one has its expectation worked out; the others show how many there are.
_EXACT = 8
_FEW_TWINS = 20  # the dip rejects next to none of the twins, or nearly all: twenty tell which


def integer_spec(stations: Stations, k: int) -> CalibrationSpec:
    """Return the test of integer percentages of one candidate's share."""
    return CalibrationSpec(
        "F504",
        stations.candidates[k],
        lambda: integer_percentages(stations.votes[:, k], stations.shared, smooth=True),
        _learning(
            lambda twin: CheckedFigures.of_share(twin.votes[:, k], twin.ballots), smooth=True
        ),
        k,
    )


def either_spec(stations: Stations) -> CalibrationSpec:
    """Return the test of integer percentages as published: of turnout or of the leader's share."""
    k = stations.ranked[0]
    known = stations.with_turnout
    registered = np.where(known, stations.registered, 0).astype(np.int64)
    came = np.where(known, stations.turned_out, 0).astype(np.int64)

    def run() -> Indicator:
        votes = stations.votes[:, k]
        return integer_percentages(votes, stations.shared, registered, turned_out=came)

    def figures(twin: CleanTwin) -> CheckedFigures:
        of = twin.ballots
        return CheckedFigures(twin.votes[:, k], of, of, np.where(known, registered, of), known)

    return CalibrationSpec("F504", EITHER, run, _learning(figures, smooth=False), k)


def turnout_spec(stations: Stations) -> CalibrationSpec:
    """Return the test of integer percentages of turnout alone."""
    there = stations.with_turnout
    registered = stations.registered[there].astype(np.int64)
    return CalibrationSpec(
        "F504",
        TURNOUT,
        lambda: integer_percentages(stations.turned_out[there], registered),
        _learning(
            lambda twin: CheckedFigures.of_share(twin.ballots[there], registered), smooth=False
        ),
    )


def _learning(
    figures: Callable[[CleanTwin], CheckedFigures], *, smooth: bool
) -> Callable[[Sequence[CleanTwin]], Rejection]:
    """Return how the test of integer percentages learns what is expected of a twin."""

    def number(twin: CleanTwin) -> Floats:
        hit = np.logical_or(*figures(twin).at_integers(smooth=smooth))
        return np.array([float(hit.sum())])

    def learn(twins: Sequence[CleanTwin]) -> Rejection:
        expected, leaks, spreads = [], [], []
        for one in map(figures, twins[: len(twins) // _EXACT]):
            a, b = one.chances(smooth=smooth)
            chance = 1 - (1 - a) * (1 - b)
            hit = np.logical_or(*one.at_integers(smooth=smooth))
            expected.append(np.array([chance.sum()]))
            leaks.append(leak(hit, chance))
            spreads.append(float((chance * (1 - chance)).sum()))
        own = _own_expectation(expected, np.array([number(twin) for twin in twins]), leaks)
        sd = max(float(np.sqrt(np.mean(spreads))), 1e-6)
        critical = float(norm.isf(ALPHA))

        def rejects(twin: CleanTwin) -> bool:
            observed = number(twin)
            return bool((observed - 0.5 - own(observed))[0] > critical * sd)

        return rejects

    return learn


def coarse_spec(stations: Stations, k: int) -> CalibrationSpec:
    """Return the test of shares at multiples of 5 %."""

    def figures(twin: CleanTwin) -> tuple[Counts, Counts]:
        large = twin.valid >= SMALLEST
        return twin.votes[large, k], twin.valid[large]

    def learn(twins: Sequence[CleanTwin]) -> Rejection:
        some = [figures(twin) for twin in twins[: len(twins) // _EXACT]]
        smooth = [expectation(x, n, grid=False) for x, n in some]
        leaks = [leak(at_target(x, n), s.terms) for (x, n), s in zip(some, smooth, strict=True)]
        observed = np.array([at_targets(*figures(twin)) for twin in twins], dtype=np.float64)
        own = _own_expectation([one.targets for one in smooth], observed, leaks)
        sd = max(float(np.mean([one.sd for one in smooth])), 1e-6)

        def rejects(twin: CleanTwin) -> bool:
            there = at_targets(*figures(twin))
            expected = own(there.astype(np.float64))
            z = (there.sum() - expected.sum()) / sd
            return combined(float(norm.sf(z)), single_tails(there, expected)) <= ALPHA

        return rejects

    return CalibrationSpec(
        "F505",
        stations.candidates[k],
        lambda: coarse_shares(stations.votes[:, k], stations.valid),
        learn,
        k,
    )


def _own_expectation(
    expected: list[Floats], observed: Floats, leaks: list[float]
) -> Callable[[Floats], Floats]:
    """Return what a twin with so many stations at the targets expects there."""
    # A station at a target is itself expected there, so the expectation of a twin follows its own
    # number. It is worked out for a few, brought to the mean number of many, and from there to any.
    mean, own = observed.mean(axis=0), float(np.mean(leaks))
    centre = np.mean(
        [one - own * (number - mean) for one, number in zip(expected, observed, strict=False)],
        axis=0,
    )
    return lambda there: np.maximum(centre + own * (there - mean), 1e-9)


def dip_spec(stations: Stations, k: int) -> CalibrationSpec:
    """Return the dip of one candidate's share: described, not judged."""
    # A sheet without a vote for the candidate, or for anybody else, may be half entered: a heap of
    # these is no second kind of place.
    some = (stations.votes[:, k] > 0) & (stations.votes[:, k] < stations.valid)

    def run() -> Indicator:
        found = dip(stations.votes[some, k] / stations.valid[some], stations.valid[some])
        none = told("no vote for the candidate, or none for others")
        return replace(found, left_out={**found.left_out, none: int((~some).sum())})

    def fractions(twin: CleanTwin) -> tuple[Counts, Counts]:
        there = (twin.votes[:, k] > 0) & (twin.votes[:, k] < twin.valid)
        return twin.votes[there, k], twin.valid[there]

    return _spec_of_dip(stations.candidates[k], run, fractions, k)


def turnout_dip_spec(stations: Stations) -> CalibrationSpec:
    """Return the dip of turnout: described, not judged."""
    there = stations.with_turnout
    registered = stations.registered[there].astype(np.int64)
    return _spec_of_dip(
        TURNOUT,
        lambda: dip(stations.turned_out[there] / registered, registered),
        lambda twin: (twin.ballots[there], registered),
        None,
    )


def _spec_of_dip(
    figure: str,
    run: Callable[[], Indicator],
    fractions: Callable[[CleanTwin], tuple[Counts, Counts]],
    k: int | None,
) -> CalibrationSpec:
    def rejects(twin: CleanTwin) -> bool:
        x, n = fractions(twin)
        return len(n) >= FEWEST_STATIONS and dip_pvalue(dip_statistic(x / n, n), len(n)) <= ALPHA

    return CalibrationSpec("F509", figure, run, lambda twins: rejects, k, _FEW_TWINS, judged=False)


def turnout_known(stations: Stations) -> bool:
    """Return whether turnout is known of stations enough to be tested."""
    return int(stations.with_turnout.sum()) >= FEWEST
