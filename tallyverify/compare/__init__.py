"""Contradictions: figures that were published and cannot be true together."""

from itertools import chain

from tallyverify.compare import below, bulletins, capacity, nested, parts, percentages, winner
from tallyverify.compare.bounds import bounds
from tallyverify.compare.contradictions import contradictions
from tallyverify.compare.percentages import RoundedCounts, rounded_counts
from tallyverify.manski import Bounds, bounds_of

__all__ = [
    "CHECKS",
    "Bounds",
    "RoundedCounts",
    "bounds",
    "bounds_of",
    "contradictions",
    "rounded_counts",
]

CHECKS = tuple(
    sorted(
        chain.from_iterable(
            module.CHECKS
            for module in (below, bulletins, capacity, nested, parts, percentages, winner)
        ),
        key=lambda check: check.code,
    )
)
