"""The same work on many things, two at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from threadpoolctl import threadpool_limits

Thing = TypeVar("Thing")
Made = TypeVar("Made")

WORKERS = 2  # threads; what is found does not depend on how many


def side_by_side(work: Callable[[Thing], Made], things: Iterable[Thing]) -> list[Made]:
    """Return what the work makes of each thing, in their order."""
    # A thread starts with no context of its own: errors would not speak the caller's language.
    context = copy_context()
    with threadpool_limits(limits=1), ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(lambda thing: context.copy().run(work, thing), things))
