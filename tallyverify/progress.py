"""Progress for what takes over two seconds, on a terminal only."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any

__all__ = ["Reporter"]

_PATIENCE = 2.0


class Reporter:
    """A progress bar on stderr that appears only after two seconds, and only on a terminal."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None
        self._started = 0.0

    def __enter__(self) -> Reporter:
        self._started = time.monotonic()
        return self

    def __call__(self, what: str, done: int, of: int) -> None:
        """Show how far the work is."""
        if self._bar is None:
            if not sys.stderr.isatty() or time.monotonic() - self._started < _PATIENCE:
                return
            from rich.console import Console
            from rich.progress import Progress

            self._bar = Progress(console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task(what, total=of)
        self._bar.update(self._task, description=what, completed=done, total=of)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
