"""Statements of the format ``actasum/statement/v0.1``: JSON lines, one tally sheet each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from tallyverify.errors import InputError, shown
from tallyverify.language import formula, number, told, told_of
from tallyverify.readers.kinds.election_report import AREA, LINE, figure_text
from tallyverify.readers.opening.json_records import distinct_keys
from tallyverify.readers.raw import Raw

STATEMENT_SPEC = "actasum/statement/v0.1"
"""The only version that is read."""

Statement = dict[str, Any]
Row = dict[str, str | None]

_TEXTS = ("station", "constituency", "election", "profile")
_USUAL: Statement = {
    "unit": "station",
    "stage": "count",
    "supersedes": None,
    "evidence": {},
    "extra": {},
}
_USUAL_COUNTS: Statement = {
    **dict.fromkeys(("registered", "candidature_total", "blank", "null")),
    **{key: {} for key in ("unread", "not_on_sheet", "other")},
}
_CANDIDATURE, _OTHER = "candidature:", "other:"
_UNREAD = ("illegible", "empty")
_MARK = b'"actasum/statement/'


def is_statements(data: bytes) -> bool:
    """Return whether text is JSON lines of statements."""
    first = data.lstrip().partition(b"\n")[0]
    return first.startswith(b"{") and _MARK in first


def statement_id(statement: Statement) -> str:
    """Return a statement's identifier: the SHA-256 of its canonical JSON."""
    kept = {key: value for key, value in statement.items() if value != _USUAL.get(key, ...)}
    counts = statement.get("counts")
    if isinstance(counts, dict):
        kept["counts"] = {k: v for k, v in counts.items() if v != _USUAL_COUNTS.get(k, ...)}
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def read_statements(data: bytes, name: str) -> tuple[Raw, tuple[str, ...]]:
    """Return the votes of statements, one row for each statement and candidature.

    A candidature that a statement does not list has no votes in it; one that it lists as unread,
    or as not on the sheet, has no figure. A statement that another replaces is left out.
    """
    statements = list(_lines(data, name))
    replaced = {one.get("supersedes") for one in statements} - {None}
    standing = [one for one in statements if statement_id(one) not in replaced]
    items: dict[str, dict[str, None]] = {one["election"]: {} for one in standing}
    for one in standing:
        counts, marks = one["counts"], _marks(one, name)
        listed_here = [_CANDIDATURE + code for code in counts["candidatures"]]
        listed_here += [_OTHER + line for line in counts.get("other") or {}]
        marked = [item for item in marks if item.startswith((_CANDIDATURE, _OTHER))]
        items[one["election"]] |= dict.fromkeys([*listed_here, *marked])
    rows: list[Row] = []
    for one in standing:
        sheet = _sheet(one, items[one["election"]], name)
        for item in items[one["election"]]:
            if item.startswith(_CANDIDATURE):
                code = item.removeprefix(_CANDIDATURE)
                count = _figure(one, item, one["counts"]["candidatures"].get(code, 0))
                rows.append(sheet | {"option": code, "count": count})
    if not rows:
        raise InputError(told("no statement lists a candidature"), file=name)
    said = [told("statements ({spec})", spec=STATEMENT_SPEC)]
    gone = len(statements) - len(standing)
    if gone:
        said.append(
            told_of(
                gone,
                "{count} statement is left out: a later one replaces it",
                "{count} statements are left out: later ones replace them",
            )
        )
    return _as_raw(rows, name), tuple(said)


def _lines(data: bytes, name: str) -> Iterator[Statement]:
    for at, line in enumerate(data.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            one = json.loads(line, object_pairs_hook=distinct_keys, parse_float=str)
        except (ValueError, RecursionError) as error:
            raise _wrong(told("a line is not JSON"), name, at, str(error)[:100]) from None
        if not isinstance(one, dict) or one.get("spec") != STATEMENT_SPEC:
            what = told("a line is no statement of the version that is read")
            found = one.get("spec") if isinstance(one, dict) else one
            spec = formula('"spec": "{spec}"', spec=STATEMENT_SPEC)
            raise _wrong(what, name, at, shown(found), spec)
        for key in _TEXTS:
            if not isinstance(one.get(key), str) or not one[key]:
                found = f"{key}: {shown(one.get(key))}"
                raise _wrong(told("a statement lacks a text"), name, at, found)
        counts = one.get("counts")
        if not _has_counts(counts):
            raise _wrong(told("a statement has no counts"), name, at, shown(counts))
        yield one


def _marks(one: Statement, name: str) -> dict[str, str]:
    """Return what was not read, or is not on the sheet, with the reason."""
    marks: dict[str, str] = {}
    for key in ("unread", "not_on_sheet"):
        given = one["counts"].get(key) or {}
        if not isinstance(given, dict) or not all(isinstance(v, str) for v in given.values()):
            raise InputError(
                told("figures that were not read are listed with a reason each"),
                file=name,
                place=f"counts.{key}",
                found=shown(given),
                expected=told("one of {reasons}", reasons=", ".join((*_UNREAD, "no-field"))),
            )
        marks |= given
    return marks


def _has_counts(counts: Any) -> bool:
    return (
        isinstance(counts, dict)
        and isinstance(counts.get("candidatures"), dict)
        and isinstance(counts.get("other") or {}, dict)
    )


def _figure(one: Statement, item: str, value: Any) -> str | None:
    """Return a figure as text, nothing where the sheet gives none; unread text as it stood."""
    reason = _marks(one, "").get(item)
    if reason is not None or value is None:
        text = _extra(one, "unread").get(item)
        if isinstance(text, str):
            return text
        return reason if reason == "illegible" else None
    return figure_text(value if isinstance(value, str) else json.dumps(value))


def _extra(one: Statement, key: str) -> Statement:
    """Return what stands under a key of ``extra``, where this package puts what has no place."""
    extra = one.get("extra")
    given = extra.get(key) if isinstance(extra, dict) else None
    return given if isinstance(given, dict) else {}


def _sheet(one: Statement, items: Iterable[str], name: str) -> Row:
    """Return what stands on a sheet beside the votes."""
    counts, marks = one["counts"], _marks(one, name)
    sheet: Row = {key: one[key] for key in _TEXTS}
    sheet |= {key: str(one.get(key, _USUAL[key])) for key in ("unit", "stage")}
    areas = _extra(one, "areas").items()
    sheet |= {AREA + level: area for level, area in areas if isinstance(area, str)}
    for key in ("registered", "candidature_total", "blank", "null"):
        marked = marks.get(key, "no-field") != "no-field"
        if key in counts or marked or key in _extra(one, "unread"):
            sheet[key] = _figure(one, key, counts.get(key))
    for item in items:
        if item.startswith(_OTHER):
            line = item.removeprefix(_OTHER)
            sheet[LINE + line] = _figure(one, item, (counts.get("other") or {}).get(line, 0))
    for line, value in _extra(one, "lines").items():
        sheet[LINE + line] = _figure(one, LINE + line, value)
    return sheet


def _as_raw(rows: list[Row], name: str) -> Raw:
    names = dict.fromkeys(key for row in rows for key in row)
    columns = [pa.chunked_array([pa.array([r.get(k) for r in rows], pa.string())]) for k in names]
    return Raw(list(names), columns, name, first_row=1)


def _wrong(what: str, name: str, line: int, found: str, expected: str | None = None) -> InputError:
    place = told("line {line}", line=number(line))
    return InputError(what, file=name, place=place, found=found, expected=expected)
