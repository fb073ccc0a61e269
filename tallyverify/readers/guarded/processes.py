"""Another process of Python, seen from here: started, asked, given so much time, ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from tallyverify.errors import TallyVerifyError, shown
from tallyverify.language import told
from tallyverify.readers.guarded.parts import (
    LONGEST_LINE,
    LONGEST_WORDS,
    NoAnswerError,
    Part,
    error_in,
    head_in,
    line_of,
    table_in,
)

_START = 120.0
"""Seconds in which a process must have started, on a machine however busy."""
_LAST_WORD = 5.0
_SERVE = "from tallyverify.readers.guarded.serving import serve_files; serve_files()"

_Result = TypeVar("_Result")


class PythonProcess:
    """A process that runs code which says that it is ready, then answers on standard streams.

    Each answer begins with a line of JSON. ``otherwise``: what is told if it does not get ready.
    """

    longest_line = LONGEST_LINE

    def __init__(self, code: str, otherwise: str) -> None:
        self.was_slow = False
        self.process = _started(code)
        try:
            ready = self.in_time(_START, self.head) == {"ready": True}
        except NoAnswerError:
            ready = False
        except BaseException:
            self.end()
            raise
        if not ready:
            self.end()
            raise TallyVerifyError(otherwise)

    def send(self, *blocks: bytes) -> None:
        """Send a question."""
        to_child = self.process.stdin
        assert to_child is not None
        for block in blocks:
            to_child.write(block)
        to_child.flush()

    def line(self) -> bytes:
        """Return the line with which an answer begins."""
        assert self.process.stdout is not None
        return self.process.stdout.readline(self.longest_line)

    def head(self) -> dict[str, Any]:
        """Return what that line says; raise a NoAnswerError if it is none."""
        return head_in(self.line())

    def in_time(self, seconds: float, act: Callable[[], _Result]) -> _Result:
        """Do something; end the process if it takes longer."""
        clock = threading.Timer(max(seconds, 0), self._too_slow)
        clock.daemon = True
        clock.start()
        try:
            return act()
        except OSError:  # nobody takes the question
            raise NoAnswerError from None
        finally:
            clock.cancel()
            clock.join()  # whether it was too slow is settled

    def _too_slow(self) -> None:
        self.was_slow = True
        self.kill()

    def kill(self) -> None:
        """Have the process end, whatever it does."""
        self.process.kill()

    def end(self) -> None:
        """End the process and let go of its pipes."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was still to be sent
                    pipe.close()


def _started(code: str) -> subprocess.Popen[bytes]:
    """Start the same Python with the same path, to run code that speaks on standard streams."""
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
    try:
        return subprocess.Popen(
            [sys.executable or "", "-P", "-W", "ignore", "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # The limit counts what may be written to, used or not: the arenas of Arrow's own
            # allocators, and the whole stack of each thread (as large as `ulimit -s` says).
            env={
                **os.environ,
                "PYTHONPATH": path,
                "OMP_NUM_THREADS": "1",
                "ARROW_IO_THREADS": "1",
                "POLARS_MAX_THREADS": "1",
                "ARROW_DEFAULT_MEMORY_POOL": "system",
            },
        )
    except OSError as error:
        raise TallyVerifyError(
            told(
                "another process of Python does not start: {program}: {why}",
                program=shown(sys.executable or ""),
                why=error.strerror or str(error),
            )
        ) from None


class GuardedProcess(PythonProcess):
    """The process that opens files."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.lacked_memory = self._may_rest = False
        self.last_words: str | None = None
        self._seconds = 0.0
        super().__init__(_SERVE, told("the process that opens files does not start"))

    def ask(
        self, function: str, data: bytes, arguments: dict[str, Any], memory: int, seconds: float
    ) -> None:
        """Send a question with its bytes, and with what it may take."""
        head = {
            "function": function,
            "arguments": arguments,
            "size": len(data),
            "memory": memory,
            "seconds": seconds,
        }
        self._seconds, self._may_rest = seconds, False
        self._within(lambda: self.send(line_of(head), data))

    def part(self, grow: Callable[[int], None]) -> Part | None:
        """Return the next part of the answer; None at its end.

        ``grow`` is told how many bytes are to come, and raises where these are too many.
        """
        return self._within(lambda: self._next(grow))

    def _next(self, grow: Callable[[int], None]) -> Part | None:
        line = self.line()
        grow(len(line))
        head = head_in(line)
        if "facts" in head:
            return self._part(head, grow)
        if "error" in head:
            error = error_in(head["error"])
            self._may_rest = head.get("rests") is True
            raise error
        self.lacked_memory = head.get("memory") is True
        if isinstance(words := head.get("ended"), str):
            self.last_words = words[:LONGEST_WORDS]
        if head.get("end") is not True:
            raise NoAnswerError
        self._may_rest = head.get("rests") is True
        return None

    def _part(self, head: dict[str, Any], grow: Callable[[int], None]) -> Part:
        facts, holds, size = head["facts"], head.get("holds"), head.get("size", 0)
        if not isinstance(facts, dict) or type(size) is not int or size < 0:
            raise NoAnswerError
        grow(size)
        data = self._bytes(size)
        if holds == "table":
            return Part(facts, table=table_in(data))
        return Part(facts, data=data if holds == "bytes" else None)

    def _bytes(self, size: int) -> bytes:
        assert self.process.stdout is not None
        data = self.process.stdout.read(size) if size else b""
        if len(data) < size:
            raise NoAnswerError
        return data

    def _within(self, act: Callable[[], _Result]) -> _Result:
        """Do something in the time that is left."""
        start = time.monotonic()
        try:
            return self.in_time(self._seconds, act)
        finally:
            self._seconds -= time.monotonic() - start

    @property
    def is_well(self) -> bool:
        """Whether it can be asked again."""
        return self._may_rest and not self.was_slow and self.process.poll() is None

    def how_it_ended(self) -> str:
        """Return in words what became of it."""
        if self.last_words is not None:
            return self.last_words
        try:
            code = self.process.wait(_LAST_WORD)
        except subprocess.TimeoutExpired:
            return told("it gave no answer that can be read")
        if code < 0:
            with suppress(ValueError):
                return signal.Signals(-code).name
        return told("exit code {code}", code=str(code))
