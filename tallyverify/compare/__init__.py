"""What was declared beside what was seen: figures that cannot be true together, and who leads.

In: what was seen of a case and what was declared. Out: D301 to D313. Begin with
:mod:`.declared_below_seen`, which holds sums of sheets against a declared figure.
"""

from itertools import chain
from typing import TYPE_CHECKING, Any

from tallyverify.checking import Bounds, bounds_of
from tallyverify.compare import capacity, declared_below_seen, in_question, together, winner
from tallyverify.compare.declared import (
    batch,
    bulletins,
    coverage,
    nested,
    parts,
    percentages,
    rounded,
)
from tallyverify.compare.declared.rounded import RoundedCounts, rounded_counts
from tallyverify.compare.in_question import materiality_of
from tallyverify.compare.unseen_bounds import bounds

if TYPE_CHECKING:
    from tallyverify.engine import contradictions

__all__ = [
    "CHECKS",
    "Bounds",
    "RoundedCounts",
    "bounds",
    "bounds_of",
    "contradictions",
    "materiality_of",
    "rounded_counts",
]

CHECKS = tuple(
    sorted(
        chain.from_iterable(
            module.CHECKS
            for module in (
                batch,
                bulletins,
                capacity,
                coverage,
                declared_below_seen,
                in_question,
                nested,
                parts,
                percentages,
                rounded,
                together,
                winner,
            )
        ),
        key=lambda check: check.code,
    )
)


def __getattr__(name: str) -> Any:
    """Hand on ``contradictions``, which runs the engine that stands above this room."""
    if name != "contradictions":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from tallyverify.engine import contradictions

    return contradictions
