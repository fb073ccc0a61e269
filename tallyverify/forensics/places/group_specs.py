"""The tests of marked groups, as the battery runs and calibrates them (F513)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.stats import norm

from tallyverify.arrays import Counts, Mask
from tallyverify.draws import binomial, stream
from tallyverify.forensics.calibration.calibration_spec import (
    ANY,
    SMALLEST_SHARE,
    TURNOUT,
    CalibrationSpec,
    Rejection,
)
from tallyverify.forensics.calibration.clean_twin import CleanTwin, not_alone, smoothed
from tallyverify.forensics.calibration.rejection_rate import ALPHA
from tallyverify.forensics.marked import StationGroup
from tallyverify.forensics.places.group_difference import (
    GroupDifference,
    beside_others,
    differing,
    group_difference,
    level_compared,
    overdispersion_of,
    without_difference,
)
from tallyverify.forensics.stations import Stations


def group_specs(stations: Stations) -> list[CalibrationSpec]:
    """Return the tests of every marked group: turnout, and each candidate with votes enough."""
    specs: list[CalibrationSpec] = []
    for at, group in enumerate(stations.groups):
        if group.refused:
            specs.append(_refused(group))
            continue
        if stations.with_turnout.any():
            specs.append(_spec(stations, group, at, None))
        specs += [
            _spec(stations, group, at, k)
            for k in stations.ranked
            if stations.shares[k] >= SMALLEST_SHARE
        ]
    return specs


def _refused(group: StationGroup) -> CalibrationSpec:
    said = GroupDifference(code="F513", used=0, null="", refused=group.refused)
    return CalibrationSpec("F513", ANY, lambda: said, lambda twins: _never, group=group.name)


def _never(twin: CleanTwin) -> bool:
    return False


def _spec(stations: Stations, group: StationGroup, at: int, k: int | None) -> CalibrationSpec:
    """Return the test of one candidate's share, or of turnout, at the stations of a group."""
    there = stations.with_turnout if k is None else stations.valid > 0
    people = stations.registered if k is None else stations.valid
    some = stations.turned_out if k is None else stations.votes[:, k]
    x, n = some[there].astype(np.int64), people[there].astype(np.int64)
    marked = group.marked[there]
    areas = [codes[there] for codes in stations.areas]

    def total(twin: CleanTwin) -> Counts:
        return n if k is None else twin.valid[there]

    # Draws of its own for each group and figure.
    purpose = 513, at, 0 if k is None else k + 1
    return CalibrationSpec(
        "F513",
        TURNOUT if k is None else stations.candidates[k],
        lambda: group_difference(x, n, marked, areas=areas),
        _learning(x, n, marked, areas, total, purpose),
        k,
        group=group.name,
    )


def _learning(
    x: Counts,
    n: Counts,
    marked: Mask,
    areas: Sequence[Counts],
    total: Callable[[CleanTwin], Counts],
    purpose: tuple[int, int, int],
) -> Callable[[Sequence[CleanTwin]], Rejection]:
    """Return how the test is tried on clean twins: those of the group are like the others there."""
    # A twin keeps what chance does not explain of a station's own share, and with it the very
    # difference that is asked about. So that is taken off first, and the departures of the stations
    # of one area are dealt among them anew for each twin; sizes and marks stay where they are.
    critical = float(norm.isf(ALPHA / 2))

    def learn(twins: Sequence[CleanTwin]) -> Rejection:
        stratum, level = not_alone(areas, len(x))
        here = level == level_compared(marked & beside_others(marked, stratum), level)
        alike = x.astype(np.float64)
        alike[here] = without_difference(x[here], n[here], marked[here], stratum[here])
        both = np.column_stack([alike, n - alike])
        share = smoothed(both, stratum, level, areas)[0][:, 0]
        size = np.bincount(stratum, n)
        mean = (np.bincount(stratum, n * share) / np.maximum(size, 1))[stratum]
        away = share - mean
        mean, away, inside, of_group = mean[here], away[here], stratum[here], marked[here]
        place = np.argsort(inside, kind="stable")

        def rejects(twin: CleanTwin) -> bool:
            rng = stream(*twin.drawn, *purpose)
            dealt = np.empty_like(away)
            dealt[place] = away[np.lexsort((rng.random_sample(len(away)), inside))]
            people = total(twin)[here]
            drawn = binomial(rng, people, np.clip(mean + dealt, 0.0, 1.0))
            some = people > 0
            drawn, people, area = drawn[some], people[some], inside[some]
            factor = overdispersion_of(drawn, people, area)
            return abs(differing(drawn, people, of_group[some], area, factor)[2]) > critical

        return rejects

    return learn
