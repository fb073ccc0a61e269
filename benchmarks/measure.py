"""Time and peak memory of whole processes, and the best time of a call. Standard library only.

A process inherits the peak of the one that started it, so whoever measures peaks must stay small.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


@dataclass(frozen=True)
class Process:
    """How a process went: wall seconds, peak resident megabytes, and what it printed."""

    seconds: float
    peak_mb: float
    printed: str


def process(*arguments: object, allowed: tuple[int, ...] = (0,)) -> Process:
    """Run Python with these arguments, and measure it from start to end."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        start = time.perf_counter()
        command = [sys.executable, *map(str, arguments)]
        running = subprocess.Popen(command, stdout=out, stderr=err, cwd=ROOT)
        _, status, usage = os.wait4(running.pid, 0)
        seconds = time.perf_counter() - start
        running.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if running.returncode not in allowed:
            raise SystemExit(f"{' '.join(command)}\n{err.read()}")
        unit = 1 if sys.platform == "darwin" else 1024
        return Process(seconds, usage.ru_maxrss * unit / 1024**2, out.read())


def told(script: str, *arguments: object) -> tuple[dict[str, Any], Process]:
    """Run a script of this folder in its own process; return the JSON that it prints."""
    ran = process(HERE / script, *arguments)
    return json.loads(ran.printed), ran


def best(call: Callable[[], object], repeats: int) -> float:
    """Return the shortest time of several calls: the one that other work disturbed least."""
    return min(_seconds(call) for _ in range(repeats))


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


@dataclass(frozen=True)
class Row:
    """One line of the table that is printed."""

    what: str
    measured: str
    against: str
    ratio: str
    target: str
    met: bool | None = None


def at_most(value: float, most: float) -> tuple[str, str, bool]:
    """Return a ratio, its target and whether it is met, for a :class:`Row`."""
    return f"{value:.2f}×", f"≤ {most:g}×", value <= most


def at_least(value: float, least: float) -> tuple[str, str, bool]:
    """Return a ratio, its target and whether it is met, for a :class:`Row`."""
    return f"{value:.1f}×", f"≥ {least:g}×", value >= least
