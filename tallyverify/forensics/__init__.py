"""Forensic indicators that measure their own error first; none of them ever accuses."""

from tallyverify.forensics.association import TurnoutShare, turnout_share
from tallyverify.forensics.battery import Battery, CalibratedTest, battery
from tallyverify.forensics.coarse_shares import CoarseShares, coarse_shares
from tallyverify.forensics.digit_pairs import DigitPairs, digit_pairs
from tallyverify.forensics.dip import Dip, dip
from tallyverify.forensics.fingerprint import Fingerprint, fingerprint
from tallyverify.forensics.homogeneity import Homogeneity, homogeneity
from tallyverify.forensics.integer_percentages import IntegerPercentages, integer_percentages
from tallyverify.forensics.klimek import KlimekFit, klimek
from tallyverify.forensics.last_digit import LastDigit, last_digit
from tallyverify.forensics.outlying import outlying_stations
from tallyverify.forensics.outlying_areas import OutlyingAreas, outlying_areas
from tallyverify.forensics.outlying_result import OutlyingStations
from tallyverify.forensics.power import Power, PowerRow, power
from tallyverify.forensics.result import Effect, Indicator
from tallyverify.forensics.second_digit import SecondDigit, second_digit
from tallyverify.forensics.swapped import swapped
from tallyverify.forensics.swapped_result import Swapped
from tallyverify.forensics.turnout_peak import TurnoutPeak, turnout_peak

__all__ = [
    "Battery",
    "CalibratedTest",
    "CoarseShares",
    "DigitPairs",
    "Dip",
    "Effect",
    "Fingerprint",
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
    "Swapped",
    "TurnoutPeak",
    "TurnoutShare",
    "battery",
    "coarse_shares",
    "digit_pairs",
    "dip",
    "fingerprint",
    "homogeneity",
    "integer_percentages",
    "klimek",
    "last_digit",
    "outlying_areas",
    "outlying_stations",
    "power",
    "second_digit",
    "swapped",
    "turnout_peak",
    "turnout_share",
]
