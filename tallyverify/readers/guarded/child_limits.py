"""How much memory and time the process has that opens a file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from tallyverify.errors import InputError, shown
from tallyverify.language import number, told
from tallyverify.taken import takes_input

MEMORY_VARIABLE, SECONDS_VARIABLE = "TALLYVERIFY_CHILD_MEMORY", "TALLYVERIFY_CHILD_SECONDS"
MEBIBYTE = 2**20
_BYTES_A_SECOND = 10 * MEBIBYTE
_BYTES_A_BYTE = 32
_ALLOWED = {MEMORY_VARIABLE: (256, 1_048_576), SECONDS_VARIABLE: (1, 86_400)}


@dataclass(frozen=True)
class ChildLimits:
    """Limits for one file; beyond them, as much as its own size lets an honest one need.

    Attributes
    ----------
    memory : int
        MiB, beside 32 times the size of the file: a workbook unpacks, and becomes objects.
    seconds : int
        Of waiting, and one more for each 10 MiB of the file.
    """

    memory: int = 2048
    seconds: int = 60

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] = os.environ) -> ChildLimits:
        """Return the limits that two environment variables set.

        Examples
        --------
        >>> ChildLimits.of_environment({"TALLYVERIFY_CHILD_SECONDS": "600"})
        ChildLimits(memory=2048, seconds=600)
        """
        return cls(
            memory=_whole(environment, MEMORY_VARIABLE, cls.memory),
            seconds=_whole(environment, SECONDS_VARIABLE, cls.seconds),
        )

    def bytes_for(self, size: int) -> int:
        """Return the memory that the process may take for a file of so many bytes."""
        return self.memory * MEBIBYTE + _BYTES_A_BYTE * size

    def seconds_for(self, size: int) -> float:
        """Return how long a file of so many bytes may be waited for."""
        return self.seconds + size / _BYTES_A_SECOND


def _whole(environment: Mapping[str, str], name: str, otherwise: int) -> int:
    text = environment.get(name, "").strip()
    if not text:
        return otherwise
    least, most = _ALLOWED[name]
    if text.isascii() and text.isdecimal() and len(text) <= len(str(most)):
        value = int(text)
        if least <= value <= most:
            return value
    raise InputError(
        told("a limit is out of range"),
        place=name,
        found=shown(text),
        expected=told("a whole number, {least} to {most}", least=number(least), most=number(most)),
    )


@takes_input
def restrict(memory: int, seconds: float) -> None:
    """Bound this process's memory and, should nobody be left to end it, its further time.

    Linux counts all that is private and may be written to, used or not: stacks of threads as well.
    Other systems hold memory to no limit of this kind; there the time bounds it.
    """
    try:
        import resource
    except ImportError:  # Windows
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime)
    for kind, soft in (
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_CPU, spent + 2 * int(seconds) + 5),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        most = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, hard))
