"""Monitors of made-up draws, so that tests need name no station."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tallyverify.inference.sequential.margin_monitor import monitor
from tallyverify.inference.sequential.monitoring import Monitor
from tallyverify.inference.sequential.state import MonitorState


class DrawnMonitor:
    """A monitor of stations that come in the order in which they were drawn, all of one area."""

    def __init__(self, stations: Any, **options: Any) -> None:
        strata = isinstance(stations, Mapping)
        sizes = stations if strata else {"": stations}
        keys = {name: [f"{name}{at}/x" for at in range(size)] for name, size in sizes.items()}
        areas = {name: dict.fromkeys(own, "one") for name, own in keys.items()}
        drawn = {
            "sampling": "strata" if strata else "random",
            "drawn": keys if strata else keys[""],
            "areas": areas if strata else areas[""],
        }
        self.watch: Monitor = monitor(stations, **{**drawn, **options})
        self.keys, self.came = keys, dict.fromkeys(keys, 0)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.watch, name)

    def __repr__(self) -> str:
        return repr(self.watch)

    def update(
        self, first: Any, second: Any, valid: Any, stratum: Any = None, **more: Any
    ) -> MonitorState:
        """Take in the next stations of the draw."""
        count = 1 if not hasattr(first, "__len__") else len(first)
        whose = [stratum or ""] * count if isinstance(stratum, str | None) else list(stratum)
        came, keys = dict(self.came), []
        for name in whose:
            at = came.get(name, 0)
            own = self.keys.get(name, [])
            keys.append(own[at] if at < len(own) else f"none {at}")
            came[name] = at + 1
        state = self.watch.update(first, second, valid, stratum, keys=keys, **more)
        self.came = came
        return state
