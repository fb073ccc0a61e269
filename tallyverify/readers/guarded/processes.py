"""The other process, seen from here: started, asked, given so much time, ended."""

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
from tallyverify.taken import takes_input

_START = 120.0
"""Seconds in which a process must have started, on a machine however busy."""
_LAST_WORD = 5.0
_SERVE = "from tallyverify.readers.guarded.serving import serve_files; serve_files()"

_Result = TypeVar("_Result")


@takes_input
def python_process(code: str) -> subprocess.Popen[bytes]:
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


class GuardedProcess:
    """One such process."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.was_slow = self.lacked_memory = self._may_rest = False
        self.last_words: str | None = None
        self._seconds = _START
        self._process = python_process(_SERVE)
        try:
            ready = head_in(self._in_time(self._line)) == {"ready": True}
        except NoAnswerError:
            ready = False
        except BaseException:
            self.end()
            raise
        if not ready:
            self.end()
            raise TallyVerifyError(told("the process that opens files does not start"))

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
        self._in_time(lambda: self._send(line_of(head), data))

    def part(self, grow: Callable[[int], None]) -> Part | None:
        """Return the next part of the answer; None at its end.

        ``grow`` is told how many bytes are to come, and raises where these are too many.
        """
        return self._in_time(lambda: self._next(grow))

    def _next(self, grow: Callable[[int], None]) -> Part | None:
        line = self._line()
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

    def _send(self, head: bytes, data: bytes) -> None:
        to_child = self._process.stdin
        assert to_child is not None
        to_child.write(head)
        to_child.write(data)
        to_child.flush()

    def _line(self) -> bytes:
        assert self._process.stdout is not None
        return self._process.stdout.readline(LONGEST_LINE)

    def _bytes(self, size: int) -> bytes:
        assert self._process.stdout is not None
        data = self._process.stdout.read(size) if size else b""
        if len(data) < size:
            raise NoAnswerError
        return data

    def _in_time(self, act: Callable[[], _Result]) -> _Result:
        """Do something in the time that is left."""
        start = time.monotonic()
        clock = threading.Timer(max(self._seconds, 0), self._too_slow)
        clock.daemon = True
        clock.start()
        try:
            return act()
        except OSError:  # nobody takes the question
            raise NoAnswerError from None
        finally:
            clock.cancel()
            clock.join()  # whether it was too slow is settled
            self._seconds -= time.monotonic() - start

    def _too_slow(self) -> None:
        self.was_slow = True
        self._process.kill()

    @property
    def is_well(self) -> bool:
        """Whether it can be asked again."""
        return self._may_rest and not self.was_slow and self._process.poll() is None

    def how_it_ended(self) -> str:
        """Return in words what became of it."""
        if self.last_words is not None:
            return self.last_words
        try:
            code = self._process.wait(_LAST_WORD)
        except subprocess.TimeoutExpired:
            return told("it gave no answer that can be read")
        if code < 0:
            with suppress(ValueError):
                return signal.Signals(-code).name
        return told("exit code {code}", code=str(code))

    def end(self) -> None:
        """End the process and let go of its pipes."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was still to be sent
                    pipe.close()
