"""JSON documents that people write: case, contest, declared result, mapping."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any, TypeVar

from tallyverify.errors import InputError, RecordError, shown
from tallyverify.language import formula, number, told
from tallyverify.model import Model
from tallyverify.readers import check_exists
from tallyverify.taken import takes_input

_MAX_BYTES = 64 * 1024**2
Document = TypeVar("Document", bound=Model)
_FAULTS: dict[str, str] = {
    fault: fault
    for fault in (
        told("Expecting value"),
        told("Expecting ',' delimiter"),
        told("Expecting ':' delimiter"),
        told("Expecting property name enclosed in double quotes"),
        told("Unterminated string starting at"),
        told("Invalid control character at"),
        told("Invalid \\escape"),
        told("Invalid \\uXXXX escape"),
        told("Illegal trailing comma before end of object"),
        told("Illegal trailing comma before end of array"),
        told("Extra data"),
    )
}
"""What Python's reader of JSON finds wrong, as it says so."""


@takes_input
def read_document(path: Path, model: type[Document], role: str) -> tuple[Document, str]:
    """Read a JSON file into its model; return it with the file's SHA-256.

    ``role`` is the name of its schema: case, contest, declared or mapping.
    """
    raw = raw_document(path)
    return parsed_document(raw, path.name, model, role), hashlib.sha256(raw).hexdigest()


def raw_document(path: Path) -> bytes:
    """Return the bytes of a description, read once: what is hashed is what is taken in."""
    check_exists(path)
    size = path.stat().st_size
    if size > _MAX_BYTES:
        raise InputError(
            told("the file is too large for a description"),
            file=path.name,
            found=told("{size} bytes", size=number(size)),
            expected=told("at most {size}", size=number(_MAX_BYTES)),
            hint=told("check that it is this file"),
        )
    return path.read_bytes()


def parsed_document(raw: bytes, name: str, model: type[Document], role: str) -> Document:
    """Return the bytes of a JSON file of this name as its model."""
    try:
        return model.model_validate(_parsed(raw))
    except RecordError as error:
        hint = told("tallyverify schema {role} prints what may stand in it", role=role)
        raise error.in_file(name, hint) from None
    except InputError as error:
        raise error.in_file(name) from None
    except RecursionError:
        what = told("the JSON is nested too deeply")
        hint = told("a description has a few levels only; check its brackets")
        raise InputError(what, file=name, hint=hint) from None


def names_a_file(raw: bytes) -> bool:
    """Return whether a JSON object has a key ``file``; false for whatever cannot be read."""
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        return False
    return isinstance(data, dict) and "file" in data


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        data = json.loads(
            raw.decode("utf-8-sig"),
            object_pairs_hook=_no_duplicates,
            parse_constant=_no_constant,
        )
    except UnicodeDecodeError as error:
        raise InputError(
            told("the file is not UTF-8 text"),
            place=told("byte {number}", number=number(error.start + 1)),
            found=shown(raw[max(error.start - 15, 0) : error.start + 15]),
            expected=told("JSON in UTF-8"),
            hint=told("save it again as UTF-8"),
        ) from None
    except json.JSONDecodeError as error:
        near = error.doc[max(error.pos - 15, 0) : error.pos + 15]
        fault = _FAULTS.get(error.msg, error.msg)
        raise InputError(
            told("the file is not valid JSON"),
            place=told(
                "line {line}, column {column}", line=str(error.lineno), column=str(error.colno)
            ),
            found=formula("{fault}: {near}", fault=fault, near=shown(near)),
            expected=told("a JSON object"),
            hint=told("check the comma, quotation mark or bracket before that place"),
        ) from None
    except ValueError as error:  # a whole number of thousands of digits
        what, hint = told("the JSON cannot be read"), told("check its numbers")
        raise InputError(what, found=str(error), hint=hint) from None
    if not isinstance(data, dict):
        raise InputError(
            told("the file holds no JSON object"),
            found=shown(data),
            expected=told("an object: {{ … }}"),
            hint=told("check that it is this file"),
        )
    return data


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) < len(pairs):
        twice = next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
        raise InputError(
            told("a key stands twice in one object"),
            found=shown(twice),
            expected=told("each key once"),
            hint=told("take one of the two out"),
        )
    return read


def _no_constant(name: str) -> None:
    raise InputError(
        told("this is no number in JSON"),
        found=name,
        expected=told("digits, or null where nothing is known"),
        hint=told("leave the key out where nothing is known"),
    )
