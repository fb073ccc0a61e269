"""A function run on a file in a process of its own; whatever ends that process is an InputError."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, TypeVar

from tallyverify.errors import InputError
from tallyverify.language import formatted, number, told
from tallyverify.readers.guarded.child_limits import MEBIBYTE, ChildLimits
from tallyverify.readers.guarded.parts import NoAnswerError, Part
from tallyverify.readers.guarded.processes import GuardedProcess

_MOST_GROWTH = 200
_FREE_SHARE = 4
"""A quarter of the memory may be answered whatever the size; beyond that, 200 times the size."""

_Result = TypeVar("_Result")


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
    child = _idle_child() or GuardedProcess()
    try:
        child.ask(function, data, arguments, left.memory, left.seconds)
        while (part := child.part(left.grow)) is not None:
            yield _taken(taken, part)
    except NoAnswerError:
        raise left.ended(child) from None
    finally:
        if child.is_well:
            _idle.append(child)
        else:  # also where nobody wants the rest: an interrupt, a generator that is closed
            child.end()


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

    def ended(self, child: GuardedProcess) -> InputError:
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


_idle: list[GuardedProcess] = []
"""Processes that wait for the next file: starting one takes longer than most files do."""


def _idle_child() -> GuardedProcess | None:
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
