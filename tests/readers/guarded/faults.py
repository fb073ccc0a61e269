"""What a file may do to the process that opens it, as functions that are run there."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from tallyverify.errors import InputError
from tallyverify.language import counted, told
from tallyverify.readers.guarded.parts import Part

Parts = Iterator[Part]


class PanicException(BaseException):
    """As the bindings of Rust raise it."""


def echoes(data: bytes, times: int = 1) -> Parts:
    for _ in range(times):
        yield Part({"process": os.getpid()}, data=data)


def prints(data: bytes) -> Parts:
    print("a library that prints")
    os.write(1, b"{}\n")
    sys.stdout.flush()
    yield Part(data=data)


def panics(data: bytes) -> Parts:
    yield Part(data=data)
    raise PanicException("index out of bounds")


def refuses(data: bytes) -> Parts:
    sheets = counted(len(data), "sheet", "sheets")
    raise InputError(told("the file is empty"), file="a.xls", found=sheets, place="row 3")
    yield Part()


def aborts(data: bytes) -> Parts:
    os.abort()
    yield Part()


def leaves(data: bytes) -> Parts:
    os._exit(0)
    yield Part()


def sleeps(data: bytes, note: str = "") -> Parts:
    if note:
        Path(note).write_text(str(os.getpid()), encoding="ascii")
    time.sleep(600)
    yield Part()


def hoards(data: bytes) -> Parts:
    yield Part({"size": len(bytearray(300 * 2**20))})


held: list[bytearray] = []


def keeps(data: bytes) -> Parts:
    held.append(bytearray(600 * 2**20))
    yield Part({"process": os.getpid()})


def swells(data: bytes) -> Parts:
    for _ in range(80):
        yield Part(data=bytes(2**20))


def tells_an_odd_table(data: bytes) -> Parts:
    offsets = pa.array([0, 2**30], pa.int32()).buffers()[1]
    yield Part(table=pa.table({"0": pa.Array.from_buffers(pa.string(), 1, [None, offsets, None])}))
