"""Progress for what takes over two seconds, on a terminal only."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import Any

from tallyverify.language import in_language, spoken, told

_PATIENCE = 2.0


class Reporter:
    """A progress bar on stderr that appears only after two seconds, and only on a terminal."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None
        self._timer: threading.Timer | None = None
        self._now: tuple[str, int, int | None] = (told("reading"), 0, None)
        self._language = spoken()  # the bar may appear from a thread that knows of none

    def __enter__(self) -> Reporter:
        if sys.stderr.isatty():
            self._timer = threading.Timer(_PATIENCE, self._show)
            self._timer.daemon = True
            self._timer.start()
        return self

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import Progress

        bar = Progress(console=Console(stderr=True), transient=True)
        what, done, of = self._now
        self._task = bar.add_task(self._said(what), completed=done, total=of)
        bar.start()
        self._bar = bar

    def __call__(self, what: str, done: int, of: int) -> None:
        """Show how far the work is."""
        self._now = (what, done, of)
        if self._bar is not None:
            said = self._said(what)
            self._bar.update(self._task, description=said, completed=done, total=of)

    def _said(self, what: str) -> str:
        return in_language(what, self._language)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
        if self._bar is not None:
            self._bar.stop()
