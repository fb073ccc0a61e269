"""A figure against an interval, as both are printed: never “1.77 lies outside 1.77 to 1.77”."""

from __future__ import annotations

from math import ceil, floor

from tallyverify.findings import points

_PER_PRINTED = 1e4  # a fraction is printed in points of a hundred, with two decimals


def outward(low: float, high: float) -> tuple[float, float]:
    """Return the ends of an interval of fractions as they are printed, rounded outward.

    Examples
    --------
    >>> outward(0.017671, 0.017699)
    (0.0176, 0.0177)
    """
    # What lies a millionth of the last digit beyond it is noise of the last bits.
    at_least = floor(round(low * _PER_PRINTED, 6)) / _PER_PRINTED
    return at_least, ceil(round(high * _PER_PRINTED, 6)) / _PER_PRINTED


def span(low: float, high: float) -> str:
    """Return an interval of fractions in points of a hundred.

    Examples
    --------
    >>> span(-0.00502, 0.01765)
    '−0.51 to 1.77'
    """
    ends = outward(low, high)
    return f"{points(ends[0])} to {points(ends[1])}"


def is_within(value: float, low: float, high: float) -> bool:
    """Return whether a fraction, as it is printed, lies within an interval as it is printed.

    Examples
    --------
    >>> is_within(0.01768, 0.01771, 0.01774), is_within(0.01768, 0.0178, 0.0179)
    (True, False)
    """
    ends = outward(low, high)
    as_printed = float(f"{100 * value:.2f}")
    return round(100 * ends[0], 2) <= as_printed <= round(100 * ends[1], 2)
