"""What the unseen stations could hold: estimation from a partial tally, with its own backtest."""

from tallyverify.inference.backtest import Backtest, backtest
from tallyverify.inference.estimate import estimate
from tallyverify.inference.monitor import Monitor, monitor
from tallyverify.inference.monitor_state import MonitorState
from tallyverify.inference.order import OrderOfCounting, order_of_counting
from tallyverify.inference.order_text import parse_order
from tallyverify.inference.ratio import RatioEstimate, ratio
from tallyverify.inference.registry_from import registry_from
from tallyverify.inference.result import AreaEstimate, BacktestRow, Estimate, Interval, Margin
from tallyverify.inference.sensitivity import Sensitivity, sensitivity
from tallyverify.inference.tilt import Tilt, tilt_to

__all__ = [
    "AreaEstimate",
    "Backtest",
    "BacktestRow",
    "Estimate",
    "Interval",
    "Margin",
    "Monitor",
    "MonitorState",
    "OrderOfCounting",
    "RatioEstimate",
    "Sensitivity",
    "Tilt",
    "backtest",
    "estimate",
    "monitor",
    "order_of_counting",
    "parse_order",
    "ratio",
    "registry_from",
    "sensitivity",
    "tilt_to",
]
