"""The tests of digits, as the battery runs and calibrates them."""

from __future__ import annotations

from scipy.stats import chi2

from tallyverify.forensics.calibration import ALPHA
from tallyverify.forensics.digit_pairs import digit_pairs, pairs_departure, pairs_of
from tallyverify.forensics.histogram import Histogram
from tallyverify.forensics.last_digit import digits_of, last_departure, last_digit
from tallyverify.forensics.probe import Probe
from tallyverify.forensics.second_digit import second_departure, second_digit
from tallyverify.forensics.stations import Stations
from tallyverify.forensics.twin import Twin


def second_digit_probe(stations: Stations, k: int) -> Probe:
    """Return the test of one candidate's second digits."""
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


def last_digit_probe(stations: Stations, k: int) -> Probe:
    """Return the test of one candidate's last digits."""
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


def digit_pairs_probe(stations: Stations, k: int) -> Probe:
    """Return the test of one candidate's pairs of last digits."""
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
