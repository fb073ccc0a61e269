"""What there is to show of the unseen: the estimate, what was declared, the curve, the order."""

from __future__ import annotations

from dataclasses import dataclass

from tallyverify.inference.case_order import CaseOrder
from tallyverify.inference.estimating.result import Estimate
from tallyverify.inference.estimating.sensitivity import Sensitivity


@dataclass(frozen=True)
class DeclaredShares:
    """What a bulletin declares, as fractions of the votes for candidates."""

    bulletin: str
    whole: bool  # it is the whole count, as far as it says
    shares: dict[str, float]
    margin: float | None  # of the pair compared; None where it lacks one of them
    tilt: float | None  # that it needs (I403)


@dataclass(frozen=True, eq=False)
class InferenceSection:
    """All that the report and the figures show of inference."""

    estimate: Estimate
    pair: tuple[str, str]  # the two candidates compared, as they are shown
    names: dict[str, str]  # by candidate, as they are shown
    declared: tuple[DeclaredShares, ...]
    curve: Sensitivity | None
    largest_tilt: float  # of any mask of the backtest
    order: CaseOrder
