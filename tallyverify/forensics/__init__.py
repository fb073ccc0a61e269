"""Forensic indicators: tests that measure their own error first, and descriptions; none accuses.

In: counts of stations. Out: F501 to F513, and every method on plain arrays. Begin with
:mod:`tallyverify.forensics.checks` for a case, with the folders for a method.
"""

from typing import TYPE_CHECKING

from tallyverify.hand_on import hand_on

if TYPE_CHECKING:
    from tallyverify.forensics.calibration.battery import Battery, CalibratedTest, battery
    from tallyverify.forensics.calibration.calibration_spec import EITHER
    from tallyverify.forensics.calibration.power import Power, PowerRow, power
    from tallyverify.forensics.calibration.rejection_rate import WORST_RATE
    from tallyverify.forensics.checks import CHECKS
    from tallyverify.forensics.digits.digit_pairs import SHARES, DigitPairs, digit_pairs
    from tallyverify.forensics.digits.last_digit import LastDigit, last_digit
    from tallyverify.forensics.digits.second_digit import SecondDigit, second_digit
    from tallyverify.forensics.indicator import Effect, Indicator, written
    from tallyverify.forensics.marked import StationGroup
    from tallyverify.forensics.places.group_difference import GroupDifference, group_difference
    from tallyverify.forensics.places.homogeneity import Homogeneity, homogeneity
    from tallyverify.forensics.places.outlying import outlying_stations
    from tallyverify.forensics.places.outlying_areas import OutlyingAreas, outlying_areas
    from tallyverify.forensics.places.outlying_result import OutlyingStations
    from tallyverify.forensics.places.swapped import swapped
    from tallyverify.forensics.places.swapped_result import Swapped
    from tallyverify.forensics.shares.coarse_shares import CoarseShares, coarse_shares
    from tallyverify.forensics.shares.dip import Dip, dip
    from tallyverify.forensics.shares.exact import twiced, window_sums
    from tallyverify.forensics.shares.integer_percentages import (
        INNER,
        INTEGERS,
        TOLERANCE,
        CheckedFigures,
        IntegerPercentages,
        at_integer,
        integer_percentages,
    )
    from tallyverify.forensics.shares.spikes import TARGETS
    from tallyverify.forensics.stations import Stations
    from tallyverify.forensics.study import ForensicSection, ForensicStudy, turnout_of
    from tallyverify.forensics.turnout.association import TurnoutShare, turnout_share
    from tallyverify.forensics.turnout.fingerprint import Fingerprint, fingerprint
    from tallyverify.forensics.turnout.full_stations import FullStations, full_stations
    from tallyverify.forensics.turnout.klimek import KlimekFit, klimek
    from tallyverify.forensics.turnout.peak import TurnoutPeak, turnout_peak

__all__ = [
    "CHECKS",
    "EITHER",
    "INNER",
    "INTEGERS",
    "SHARES",
    "TARGETS",
    "TOLERANCE",
    "WORST_RATE",
    "Battery",
    "CalibratedTest",
    "CheckedFigures",
    "CoarseShares",
    "DigitPairs",
    "Dip",
    "Effect",
    "Fingerprint",
    "ForensicSection",
    "ForensicStudy",
    "FullStations",
    "GroupDifference",
    "Homogeneity",
    "Indicator",
    "IntegerPercentages",
    "KlimekFit",
    "LastDigit",
    "OutlyingAreas",
    "OutlyingStations",
    "Power",
    "PowerRow",
    "SecondDigit",
    "StationGroup",
    "Stations",
    "Swapped",
    "TurnoutPeak",
    "TurnoutShare",
    "at_integer",
    "battery",
    "coarse_shares",
    "digit_pairs",
    "dip",
    "fingerprint",
    "full_stations",
    "group_difference",
    "homogeneity",
    "integer_percentages",
    "klimek",
    "last_digit",
    "outlying_areas",
    "outlying_stations",
    "power",
    "second_digit",
    "swapped",
    "turnout_of",
    "turnout_peak",
    "turnout_share",
    "twiced",
    "window_sums",
    "written",
]

__getattr__ = hand_on(
    __name__,
    {
        "calibration.battery": (
            "Battery",
            "CalibratedTest",
            "battery",
        ),
        "calibration.power": (
            "Power",
            "PowerRow",
            "power",
        ),
        "calibration.rejection_rate": ("WORST_RATE",),
        "calibration.calibration_spec": ("EITHER",),
        "checks": ("CHECKS",),
        "digits.digit_pairs": (
            "DigitPairs",
            "SHARES",
            "digit_pairs",
        ),
        "digits.last_digit": (
            "LastDigit",
            "last_digit",
        ),
        "digits.second_digit": (
            "SecondDigit",
            "second_digit",
        ),
        "indicator": (
            "Effect",
            "Indicator",
            "written",
        ),
        "marked": ("StationGroup",),
        "places.group_difference": (
            "GroupDifference",
            "group_difference",
        ),
        "places.homogeneity": (
            "Homogeneity",
            "homogeneity",
        ),
        "places.outlying": ("outlying_stations",),
        "places.outlying_areas": (
            "OutlyingAreas",
            "outlying_areas",
        ),
        "places.outlying_result": ("OutlyingStations",),
        "places.swapped": ("swapped",),
        "places.swapped_result": ("Swapped",),
        "shares.coarse_shares": (
            "CoarseShares",
            "coarse_shares",
        ),
        "shares.dip": (
            "Dip",
            "dip",
        ),
        "shares.exact": (
            "twiced",
            "window_sums",
        ),
        "shares.integer_percentages": (
            "CheckedFigures",
            "INNER",
            "INTEGERS",
            "IntegerPercentages",
            "TOLERANCE",
            "at_integer",
            "integer_percentages",
        ),
        "shares.spikes": ("TARGETS",),
        "stations": ("Stations",),
        "study": (
            "ForensicSection",
            "ForensicStudy",
            "turnout_of",
        ),
        "turnout.association": (
            "TurnoutShare",
            "turnout_share",
        ),
        "turnout.fingerprint": (
            "Fingerprint",
            "fingerprint",
        ),
        "turnout.full_stations": (
            "FullStations",
            "full_stations",
        ),
        "turnout.klimek": (
            "KlimekFit",
            "klimek",
        ),
        "turnout.peak": (
            "TurnoutPeak",
            "turnout_peak",
        ),
    },
)
