"""What a test found, in words: the same words whether or not it is flagged."""

from __future__ import annotations

import numpy as np

from tallyverify.findings import number
from tallyverify.forensics.battery import Probed
from tallyverify.forensics.calibration import ALPHA
from tallyverify.forensics.coarse_shares import CoarseShares
from tallyverify.forensics.digit_pairs import DigitPairs
from tallyverify.forensics.dip import Dip
from tallyverify.forensics.integer_percentages import IntegerPercentages
from tallyverify.forensics.last_digit import FIVES, LastDigit
from tallyverify.forensics.probe import EITHER, TURNOUT
from tallyverify.forensics.result import Indicator
from tallyverify.forensics.second_digit import SecondDigit

_ROUNDED = "a source that rounds, or computes counts from percentages, does the same"
_OTHERS = "sheets entered twice, a program that fills in figures, or figures not counted"


def found_in(result: Indicator, name: str) -> str:
    """Return what a test found of a candidate with this name, as a clause."""
    if isinstance(result, SecondDigit):
        moved = result.effect.value if result.effect else 0.0
        return (
            f"second digits of {name}: {100 * moved:.1f} % of the counts away from what the counts "
            f"around them let expect; chance alone makes about {100 * _chance(result):.1f} %"
        )
    if isinstance(result, LastDigit):
        share = result.effect.value if result.effect else 0.0
        at = int(np.argmax(np.abs(result.digits - result.digits.mean())))
        most = 100 * float(result.digits[at]) / max(result.used, 1)
        return (
            f"last digits of {name}: {100 * share:.1f} % end in 0 or 5, expected 20 %; farthest "
            f"from 10 % is {at}, with {most:.1f} %"
        )
    if isinstance(result, DigitPairs):
        used = max(result.used, 1)
        return (
            f"last two digits of {name}: {100 * result.repeated / used:.1f} % repeated and "
            f"{100 * result.adjacent / used:.1f} % adjacent (as 3 and 4), expected 10 % and 20 %"
        )
    if isinstance(result, IntegerPercentages):
        what = name if name in (TURNOUT, EITHER) else f"share of {name}"
        return (
            f"integer percentages, {what}: {number(int(result.observed))} stations, "
            f"{number(round(result.expected))} expected by chance"
        )
    if isinstance(result, CoarseShares):
        spikes = ", ".join(
            f"{100 * s.share:.0f} % ({number(s.observed)}, expected {number(round(s.expected))})"
            for s in result.spikes[:4]
        )
        return (
            f"multiples of 5 %, share of {name}: {number(int(result.observed.sum()))} stations, "
            f"{number(round(float(result.expected.sum())))} expected"
            + (f"; most at {spikes}" if spikes else "")
        )
    if isinstance(result, Dip):
        what = "turnout" if name == TURNOUT else f"the share of {name}"
        return f"distance of {what} from a distribution with one peak: dip {result.statistic:.4f}"
    return name


def sums_of(one: Probed) -> str:
    """Return the arithmetic of a test, without its p-value."""
    result = one.result
    if isinstance(result, SecondDigit):
        return (
            f"χ² = {result.statistic or 0.0:.2f} (9 df) over {number(result.used)} counts of 22 or "
            f"more; against Benford's law, which is wrong here, {result.benford:.1f}"
        )
    if isinstance(result, LastDigit):
        digits = ", ".join(number(int(count)) for count in result.digits)
        return f"χ² = {result.statistic or 0.0:.2f} (9 df); ending in 0 … 9: {digits}"
    if isinstance(result, DigitPairs):
        return (
            f"χ² = {result.statistic or 0.0:.2f} (2 df); {number(result.repeated)} repeated, "
            f"{number(result.adjacent)} adjacent, {number(result.other)} other"
        )
    if isinstance(result, IntegerPercentages):
        said = (
            f"{number(int(result.observed))} − {result.expected:,.1f} = "
            f"{result.observed - result.expected:+,.1f}, standard deviation {result.sd:.1f}"
        ).replace("-", "−")
        if result.turnout_tested:
            said += f"; most at turnouts of {_peaks(result.turnout_peaks)}"
        of = "turnouts" if one.figure == TURNOUT else "shares"
        return f"{said}; most at {of} of {_peaks(result.share_peaks)}"
    if isinstance(result, CoarseShares):
        return (
            f"standard score {result.statistic or 0.0:.2f}; between the fractions the mean squared "
            f"score is {result.misfit:.2f} (1 if the smooth distribution fits)"
        ).replace("-", "−")
    return f"{number(result.used)} stations"


def _chance(result: SecondDigit) -> float:
    """Return the mean of half the sum of differences, if each digit has binomial noise alone."""
    share = result.digits / max(float(result.digits.sum()), 1.0)
    noise = np.sqrt(2 / np.pi * share * (1 - share) / max(result.used, 1))
    return float(noise.sum()) / 2


def _written(p: float, equals: str = "= ") -> str:
    return "< 1e-300" if p == 0 else f"{equals}{p:.2g}"


def _peaks(peaks: np.ndarray[tuple[int], np.dtype[np.float64]]) -> str:
    """Return the integer percentages with the largest excess."""
    largest = np.argsort(-peaks, kind="stable")[:5]
    return ", ".join(f"{k} %" for k in largest if peaks[k] > 0) or "none"


def causes_of(result: Indicator) -> str:
    """Return what may leave such figures, for a test that is flagged: never one cause alone."""
    if isinstance(result, SecondDigit):
        return f"rounding, {_OTHERS}, can do this"
    if isinstance(result, LastDigit) and result.effect is not None:
        many = result.effect.value > FIVES
        return f"rounding, {_OTHERS}, can do this" if many else f"{_OTHERS}, can do this"
    if isinstance(result, LastDigit | DigitPairs):
        return f"{_OTHERS}, can do this"
    return _ROUNDED


def error_of(one: Probed) -> str:
    """Return the p-values of a test that was used, and its own error."""
    p = one.result.pvalue if one.result.pvalue is not None else float("nan")
    judged = "not judged" if one.adjusted is None else f"adjusted {_written(one.adjusted, '')}"
    charged = one.calibration is not None and one.calibration.rate > ALPHA
    if charged and one.adjusted is not None:
        judged += " for its rate and for all tests"
    said = f"p {_written(p)}, {judged}"
    return f"{said}; {one.calibration.words}" if one.calibration else said
