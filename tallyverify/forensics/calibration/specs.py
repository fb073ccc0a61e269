"""Which tests an election allows: every indicator with a null, for every candidate with votes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from numpy.typing import ArrayLike
from scipy.stats import chi2

from tallyverify.forensics.calibration.null_election import NullElection
from tallyverify.forensics.calibration.rejection_rate import ALPHA
from tallyverify.forensics.calibration.spec import SMALLEST_SHARE, CalibrationSpec
from tallyverify.forensics.digits.digit_pairs import SHARES, digit_pairs, kinds_of_pairs
from tallyverify.forensics.digits.histogram import Histogram, chi_square
from tallyverify.forensics.digits.last_digit import UNIFORM, last_digit, last_digits
from tallyverify.forensics.digits.second_digit import second_departure, second_digit
from tallyverify.forensics.indicator import Indicator
from tallyverify.forensics.shares.specs import (
    coarse_probe,
    dip_probe,
    either_probe,
    integer_probe,
    turnout_dip_probe,
    turnout_known,
    turnout_probe,
)
from tallyverify.forensics.stations import Stations

# The indicator, its statistic alone, and the degrees of freedom.
_OF_DIGITS: dict[
    str, tuple[Callable[[ArrayLike], Indicator], Callable[[Histogram], float | None], int]
] = {
    "F501": (second_digit, lambda seen: second_departure(seen)[0], 9),
    "F502": (last_digit, lambda seen: chi_square(last_digits(seen), UNIFORM), 9),
    "F503": (digit_pairs, lambda seen: chi_square(kinds_of_pairs(seen), SHARES), 2),
}


def probes_of(stations: Stations, codes: Sequence[str]) -> list[CalibrationSpec]:
    """Return the tests of these codes that the election allows; others are passed over."""
    probes: list[CalibrationSpec] = []
    if "F504" in codes and turnout_known(stations):
        probes += [turnout_probe(stations), either_probe(stations)]
    if "F509" in codes and turnout_known(stations):
        probes.append(turnout_dip_probe(stations))
    for k in stations.ranked:
        probes += [_digit_probe(code, stations, k) for code in _OF_DIGITS if code in codes]
        if stations.shares[k] < SMALLEST_SHARE:
            continue
        if "F504" in codes:
            probes.append(integer_probe(stations, k))
        if "F505" in codes:
            probes.append(coarse_probe(stations, k))
        if "F509" in codes:
            probes.append(dip_probe(stations, k))
    return probes


def _digit_probe(code: str, stations: Stations, k: int) -> CalibrationSpec:
    """Return a test of one candidate's digits."""
    test, statistic_of, df = _OF_DIGITS[code]
    critical = float(chi2.isf(ALPHA, df))

    def rejects(twin: NullElection) -> bool:
        statistic = statistic_of(Histogram.of(twin.votes[:, k]))
        return statistic is not None and statistic > critical

    run = partial(test, stations.votes[:, k])
    return CalibrationSpec(code, stations.candidates[k], run, lambda twins: rejects, k)
