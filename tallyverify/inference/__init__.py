"""What the unseen stations probably hold: estimation from a partial tally, with its own backtest.

In: seen stations and what is known of the others. Out: I401 to I404, and an estimate. Begin with
:mod:`tallyverify.inference.estimating.whole_count`, for the checks with
:mod:`tallyverify.inference.checks`.
"""

from typing import TYPE_CHECKING

from tallyverify.hand_on import hand_on

if TYPE_CHECKING:
    from tallyverify.inference.case_study import InferenceStudy
    from tallyverify.inference.checks import CHECKS
    from tallyverify.inference.counting_order.late_stations import (
        OrderOfCounting,
        order_of_counting,
    )
    from tallyverify.inference.counting_order.text import parse_order
    from tallyverify.inference.estimating.backtest import Backtest, backtest
    from tallyverify.inference.estimating.document import EstimateDocument
    from tallyverify.inference.estimating.result import (
        AreaEstimate,
        BacktestRow,
        Estimate,
        Interval,
        Margin,
    )
    from tallyverify.inference.estimating.sensitivity import Sensitivity, sensitivity
    from tallyverify.inference.estimating.tilt import Tilt, tilt_to
    from tallyverify.inference.estimating.whole_count import estimate
    from tallyverify.inference.outcome_chance import EstimatedOutcome, chance_above
    from tallyverify.inference.sampling.ratio import RatioEstimate, ratio
    from tallyverify.inference.section import DeclaredShares, InferenceSection
    from tallyverify.inference.sequential.margin_monitor import monitor
    from tallyverify.inference.sequential.monitoring import Monitor
    from tallyverify.inference.sequential.state import MonitorState
    from tallyverify.readers import registry_from

__all__ = [
    "CHECKS",
    "AreaEstimate",
    "Backtest",
    "BacktestRow",
    "DeclaredShares",
    "Estimate",
    "EstimateDocument",
    "EstimatedOutcome",
    "InferenceSection",
    "InferenceStudy",
    "Interval",
    "Margin",
    "Monitor",
    "MonitorState",
    "OrderOfCounting",
    "RatioEstimate",
    "Sensitivity",
    "Tilt",
    "backtest",
    "chance_above",
    "estimate",
    "monitor",
    "order_of_counting",
    "parse_order",
    "ratio",
    "registry_from",
    "sensitivity",
    "tilt_to",
]

__getattr__ = hand_on(
    __name__,
    {
        "case_study": ("InferenceStudy",),
        "checks": ("CHECKS",),
        "counting_order.late_stations": (
            "OrderOfCounting",
            "order_of_counting",
        ),
        "counting_order.text": ("parse_order",),
        "estimating.backtest": (
            "Backtest",
            "backtest",
        ),
        "estimating.document": ("EstimateDocument",),
        "estimating.result": (
            "AreaEstimate",
            "BacktestRow",
            "Estimate",
            "Interval",
            "Margin",
        ),
        "estimating.sensitivity": (
            "Sensitivity",
            "sensitivity",
        ),
        "estimating.tilt": (
            "Tilt",
            "tilt_to",
        ),
        "estimating.whole_count": ("estimate",),
        "earlier_stations": ("registry_from",),
        "outcome_chance": ("EstimatedOutcome", "chance_above"),
        "sampling.ratio": (
            "RatioEstimate",
            "ratio",
        ),
        "section": ("DeclaredShares", "InferenceSection"),
        "sequential.margin_monitor": ("monitor",),
        "sequential.monitoring": ("Monitor",),
        "sequential.state": ("MonitorState",),
    },
)
