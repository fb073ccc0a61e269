"""A figure against an interval, as both are printed: never “1.77 lies outside 1.77 to 1.77”."""

from __future__ import annotations

from tallyverify.language import points


def span(low: float, high: float) -> str:
    """Return an interval of fractions in points of a hundred.

    Examples
    --------
    >>> span(-0.00502, 0.01765)
    '−0.50 to 1.76'
    """
    return f"{points(low)} to {points(high)}"


def is_within(value: float, low: float, high: float) -> bool:
    """Return whether a fraction lies within an interval, all three as they are printed.

    What lies inside is printed inside; so is what lies outside by less than is printed.

    Examples
    --------
    >>> is_within(0.01768, 0.01771, 0.01774), is_within(0.01768, 0.0178, 0.0179)
    (True, False)
    """
    at, least, most = (float(f"{100 * one:.2f}") for one in (value, low, high))
    return least <= at <= most
