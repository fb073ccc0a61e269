"""Processes that read files beside each other; one that ends or hangs costs the file it was at."""

from __future__ import annotations

import json
import queue
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from tallyverify.errors import InputError
from tallyverify.language import told
from tallyverify.readers import NoAnswerError, PythonProcess
from tallyverify.scanning.limits import ScanLimits
from tallyverify.scanning.outcomes import FileOutcome, PageOutcome, PageStatus

_CALL = "from tallyverify.scanning.worker import serve; serve()"


class _Process(PythonProcess):
    """One process, and its answers, each within a time."""

    longest_line = 16 * 2**20

    def __init__(self) -> None:
        self.has_ended = False
        super().__init__(_CALL, told("the process that reads pictures does not start"))

    def ask(self, what: dict[str, Any]) -> None:
        """Send a question; one that is not taken is not answered either."""
        try:
            self.send(json.dumps(what).encode() + b"\n")
        except OSError:
            self.kill()

    def answer(self, seconds: float) -> dict[str, Any] | None:
        """Return the next answer; None where the process ended, or was ended for its slowness."""
        try:
            return self.in_time(seconds, self.head)
        except NoAnswerError:
            self.has_ended = True
            return None

    @property
    def is_well(self) -> bool:
        """Whether it can be asked again."""
        return not self.was_slow and not self.has_ended


def _outcome(process: _Process, file: str, path: Path, limits: ScanLimits) -> FileOutcome:
    """Have one file read; what the process says is checked as what a file says is."""
    process.ask({"path": str(path), "limits": asdict(limits)})
    facts: dict[str, Any] = {"file": file}
    pages: list[PageOutcome] = []
    count = 0
    try:
        while (answer := process.answer(limits.seconds)) is not None and "end" not in answer:
            if "page" in answer:
                pages.append(PageOutcome.model_validate(answer["page"]))
            elif "count" in answer:
                count = min(int(answer["count"]), limits.pages)
            else:
                facts |= answer
        return _with_the_rest(process, facts, pages, count, limits)
    except (InputError, TypeError, ValueError):  # no answer of ours
        process.has_ended = True
        return _with_the_rest(process, {"file": file}, [], 0, limits)


def _with_the_rest(
    process: _Process,
    facts: dict[str, Any],
    pages: list[PageOutcome],
    count: int,
    limits: ScanLimits,
) -> FileOutcome:
    """Return the outcome of a file, with the pages that were not reached where it ended early."""
    if process.has_ended or not pages:
        at = len(pages) + 1 if count else 0
        slow = process.was_slow
        status: PageStatus = "too_slow" if slow else "ended"
        pages.append(PageOutcome(page=at, status=status, limit=limits.seconds if slow else 0))
        pages += [PageOutcome(page=n, status="not_reached") for n in range(at + 1, count + 1)]
    return FileOutcome.model_validate({**facts, "pages": tuple(pages)})


@dataclass
class ReadingPool:
    """Reads files in several processes; within ``with``, since they must end with it."""

    files: Mapping[str, Path]
    limits: ScanLimits
    jobs: int
    _left: deque[tuple[str, Path]] = field(init=False)
    _done: queue.SimpleQueue[FileOutcome | BaseException] = field(init=False)
    _running: list[_Process] = field(init=False, default_factory=list)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)
    _stopped: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self._left, self._done = deque(self.files.items()), queue.SimpleQueue()

    def __enter__(self) -> ReadingPool:
        for _ in range(min(self.jobs, len(self.files))):
            threading.Thread(target=self._work, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._stopped = True
            self._left.clear()
            for one in self._running:
                one.kill()

    def outcomes(self) -> Iterator[FileOutcome]:
        """Yield what became of each file, in the order in which they are done."""
        for _ in self.files:
            done = self._done.get()
            if isinstance(done, BaseException):
                raise done
            yield done

    def _work(self) -> None:
        process: _Process | None = None
        try:
            while True:
                try:
                    file, path = self._left.popleft()
                except IndexError:
                    break
                if process is None:
                    process = self._started()
                outcome = _outcome(process, file, path, self.limits)
                if not process.is_well:
                    self._let_go(process)
                    process = None
                self._done.put(outcome)
        except BaseException as error:
            self._done.put(error)
        finally:
            if process is not None:
                self._let_go(process)

    def _started(self) -> _Process:
        process = _Process()
        with self._lock:
            self._running.append(process)
            if self._stopped:
                process.kill()
        return process

    def _let_go(self, process: _Process) -> None:
        with self._lock:
            self._running.remove(process)
        process.end()
