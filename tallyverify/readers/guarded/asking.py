"""A function run on a file in a process of its own; whatever ends that process is an InputError."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, TypeVar

from tallyverify.errors import InputError, TallyVerifyError
from tallyverify.language import formatted, number, told
from tallyverify.readers.guarded.child_limits import MEBIBYTE, ChildLimits
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
_SERVE = "from tallyverify.readers.guarded.serving import serve; serve()"
_MOST_GROWTH = 200
_FREE_SHARE = 4
"""A quarter of the memory may be answered whatever the size; beyond that, 200 times the size."""

_Result = TypeVar("_Result")


def python_process(code: str) -> subprocess.Popen[bytes]:
    """Start the same Python with the same path, to run code that speaks on standard streams."""
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
    return subprocess.Popen(
        [sys.executable, "-P", "-W", "ignore", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # Arrow's own allocators reserve more than they use, which the limit would count.
        env={
            **os.environ,
            "PYTHONPATH": path,
            "OMP_NUM_THREADS": "1",
            "ARROW_DEFAULT_MEMORY_POOL": "system",
        },
    )


def asked(
    function: str,
    file: str,
    data: bytes,
    taken: Callable[[Part], _Result],
    *,
    size: int | None = None,
    **arguments: Any,
) -> Iterator[_Result]:
    """Yield what a function answers that is run on bytes in a guarded process.

    Parameters
    ----------
    function : str
        ``module:function``, of a function that takes the bytes, and arguments that JSON can hold,
        and yields each :class:`.Part` of its answer. An InputError that it raises is raised here.
    file : str
        Its name, for messages.
    data : bytes
        The very bytes that were hashed.
    taken : callable
        Takes a part as what it is to be; raises a NoAnswerError if it is not that.
    size : int, optional
        Of the file, where it is not the bytes but a path among the arguments.

    Raises
    ------
    InputError
        Of the function; or if the process ends, or takes or answers more than its limits.
    """
    limits = ChildLimits.of_environment()
    size = len(data) if size is None else size
    left = _Left(file, limits, size)
    child = _idle_child() or _Child()
    try:
        child.ask(function, data, arguments, left)
        while (part := child.part(left)) is not None:
            yield _taken(taken, part)
    except NoAnswerError:
        raise left.ended(child) from None
    finally:
        child.rest()  # also where nobody wants the rest: an interrupt, a generator that is closed


def _taken(taken: Callable[[Part], _Result], part: Part) -> _Result:
    try:
        return taken(part)
    except (KeyError, TypeError, ValueError):  # what came is as hostile as the file
        raise NoAnswerError from None


class _Left:
    """What a file has left of its limits."""

    def __init__(self, file: str, limits: ChildLimits, size: int) -> None:
        self.file, self.size = file, size
        self.memory, self.seconds = limits.bytes_for(size), limits.seconds_for(size)
        self.growth = max(limits.memory * MEBIBYTE // _FREE_SHARE, _MOST_GROWTH * size)
        self.grown = 0

    def grow(self, size: int) -> None:
        """Count the bytes of a part before they are taken."""
        self.grown += size
        if self.grown > self.growth:
            raise self._error(
                told("the file grows to far more than a table would; refused"),
                told(
                    "{packed} bytes grow to {unpacked} or more",
                    packed=number(self.size),
                    unpacked=number(self.grown),
                ),
            )

    def ended(self, child: _Child) -> InputError:
        """Return the error for a process that did not answer to the end."""
        if child.was_slow:
            seconds = formatted(self.seconds, ".0f")
            return self._error(
                told("reading the file took too long, and was stopped"),
                told("more than {seconds} s", seconds=seconds),
            )
        if child.lacked_memory:
            return self._error(told("reading the file takes too much memory, and was stopped"))
        return self._error(
            told("the file breaks the program that reads it"),
            told("the process that opened it ended: {how}", how=child.how_it_ended()),
        )

    def _error(self, what: str, found: str | None = None) -> InputError:
        return InputError(
            what,
            file=self.file,
            found=found,
            expected=told(
                "a file that is read in {memory} MiB and {seconds} s",
                memory=number(self.memory // MEBIBYTE),
                seconds=formatted(self.seconds, ".0f"),
            ),
            hint=told(
                "save it again, or export the table as CSV; if it is sound and needs more, allow "
                "that with TALLYVERIFY_CHILD_MEMORY (MiB) or TALLYVERIFY_CHILD_SECONDS"
            ),
        )


class _Child:
    """One such process."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.was_slow = self.lacked_memory = self._has_answered = False
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

    def ask(self, function: str, data: bytes, arguments: dict[str, Any], left: _Left) -> None:
        """Send a question with its bytes."""
        head = {
            "function": function,
            "arguments": arguments,
            "size": len(data),
            "memory": left.memory,
            "seconds": left.seconds,
        }
        self._seconds, self._has_answered = left.seconds, False
        self._in_time(lambda: self._send(line_of(head), data))

    def part(self, left: _Left) -> Part | None:
        """Return the next part of the answer; None at its end."""
        return self._in_time(lambda: self._next(left))

    def _next(self, left: _Left) -> Part | None:
        line = self._line()
        left.grow(len(line))
        head = head_in(line)
        if "facts" in head:
            return self._part(head, left)
        if "error" in head:
            error = error_in(head["error"])
            self._has_answered = True
            raise error
        self.lacked_memory = head.get("memory") is True
        if isinstance(words := head.get("ended"), str):
            self.last_words = words[:LONGEST_WORDS]
        self._has_answered = head == {"end": True}
        if not self._has_answered:
            raise NoAnswerError
        return None

    def _part(self, head: dict[str, Any], left: _Left) -> Part:
        facts, holds, size = head["facts"], head.get("holds"), head.get("size", 0)
        if not isinstance(facts, dict) or type(size) is not int or size < 0:
            raise NoAnswerError
        left.grow(size)
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
        return not self.was_slow and self.owner == os.getpid() and self._process.poll() is None

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

    def rest(self) -> None:
        """Wait for the next file, or end."""
        if self._has_answered and self.is_well:
            _idle.append(self)
        else:
            self.end()

    def end(self) -> None:
        """End the process and let go of its pipes."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was still to be sent
                    pipe.close()


_idle: list[_Child] = []
"""Processes that wait for the next file: starting one takes longer than most files do."""


def _idle_child() -> _Child | None:
    # What a forked process inherits is its parent's, and stays untouched.
    while mine := [one for one in _idle if one.owner == os.getpid()]:
        with suppress(ValueError):  # another thread was quicker
            _idle.remove(mine[0])
            if mine[0].is_well:
                return mine[0]
            mine[0].end()
    return None


@atexit.register
def end_idle() -> None:
    """End the processes that wait."""
    while (child := _idle_child()) is not None:
        child.end()
