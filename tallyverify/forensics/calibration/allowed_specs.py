"""Which tests an election allows: every indicator with a null, for every candidate with votes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from numpy.typing import ArrayLike
from scipy.stats import chi2

from tallyverify.forensics.calibration.calibration_spec import SMALLEST_SHARE, CalibrationSpec
from tallyverify.forensics.calibration.clean_twin import CleanTwin
from tallyverify.forensics.calibration.rejection_rate import ALPHA
from tallyverify.forensics.digits.digit_pairs import SHARES, digit_pairs, kinds_of_pairs
from tallyverify.forensics.digits.histogram import Histogram, chi_square
from tallyverify.forensics.digits.last_digit import UNIFORM, last_digit, last_digits
from tallyverify.forensics.digits.second_digit import second_departure, second_digit
from tallyverify.forensics.indicator import Indicator
from tallyverify.forensics.places.group_specs import group_specs
from tallyverify.forensics.shares.specs import (
    coarse_spec,
    dip_spec,
    either_spec,
    integer_spec,
    turnout_dip_spec,
    turnout_known,
    turnout_spec,
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


def allowed_specs(stations: Stations, codes: Sequence[str]) -> list[CalibrationSpec]:
    """Return the tests of these codes that the election allows; others are passed over."""
    specs: list[CalibrationSpec] = []
    if "F504" in codes and turnout_known(stations):
        specs += [turnout_spec(stations), either_spec(stations)]
    if "F509" in codes and turnout_known(stations):
        specs.append(turnout_dip_spec(stations))
    if "F513" in codes:
        specs += group_specs(stations)
    for k in stations.ranked:
        specs += [_digit_spec(code, stations, k) for code in _OF_DIGITS if code in codes]
        if stations.shares[k] < SMALLEST_SHARE:
            continue
        if "F504" in codes:
            specs.append(integer_spec(stations, k))
        if "F505" in codes:
            specs.append(coarse_spec(stations, k))
        if "F509" in codes:
            specs.append(dip_spec(stations, k))
    return specs


def _digit_spec(code: str, stations: Stations, k: int) -> CalibrationSpec:
    """Return a test of one candidate's digits."""
    test, statistic_of, df = _OF_DIGITS[code]
    critical = float(chi2.isf(ALPHA, df))

    def rejects(twin: CleanTwin) -> bool:
        statistic = statistic_of(Histogram.of(twin.votes[:, k]))
        return statistic is not None and statistic > critical

    run = partial(test, stations.votes[:, k])
    return CalibrationSpec(code, stations.candidates[k], run, lambda twins: rejects, k)
