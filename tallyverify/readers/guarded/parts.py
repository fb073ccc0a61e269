"""What goes between the two processes: parts of an answer, and errors; never an object to load."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tallyverify.errors import InputError
from tallyverify.language import told_as_json, told_from_json

if TYPE_CHECKING:
    import pyarrow as pa

LONGEST_LINE = 64 * 2**20
LONGEST_WORDS = 200
_OF_ERROR = ("what", "file", "place", "found", "expected", "hint")


@dataclass(frozen=True)
class Part:
    """A part of an answer: facts that JSON can hold, and beside them a table or bytes."""

    facts: dict[str, Any] = field(default_factory=dict)
    table: pa.Table | None = None
    data: bytes | memoryview | None = None


class NoAnswerError(Exception):
    """What came is no answer of ours."""


def line_of(head: Mapping[str, Any]) -> bytes:
    """Return what goes before a part's bytes."""
    return json.dumps(head).encode("ascii") + b"\n"


def head_in(line: bytes) -> dict[str, Any]:
    """Return what such a line says."""
    try:
        head = json.loads(line) if line.endswith(b"\n") else None
    except (ValueError, RecursionError):
        head = None
    if not isinstance(head, dict):
        raise NoAnswerError
    return head


def table_in(data: bytes) -> pa.Table:
    """Return the table that bytes hold, each of its cells as its type says."""
    import pyarrow as pa

    try:
        with pa.ipc.open_stream(pa.py_buffer(data)) as stream:
            table = stream.read_all()
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError):
        raise NoAnswerError from None
    return table


def as_sayings(error: InputError) -> dict[str, Any]:
    """Return what an error says, by its names."""
    said = {name: getattr(error, name) for name in _OF_ERROR}
    return {name: told_as_json(text) for name, text in said.items() if text is not None}


def error_in(said: object) -> InputError:
    """Return the error of which this was said."""
    if not isinstance(said, dict) or not {"what"} <= set(said) <= set(_OF_ERROR):
        raise NoAnswerError
    try:
        texts = {name: told_from_json(text) for name, text in said.items()}
    except ValueError:
        raise NoAnswerError from None
    return InputError(texts.pop("what"), **texts)
