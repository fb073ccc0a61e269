"""Any supported file to unread columns, and what had to be inferred on the way."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from tallyverify.errors import InputError, listed, shown
from tallyverify.language import formula, number, told
from tallyverify.readers.files import Content, blank
from tallyverify.readers.guarded.parquet_files import parquet_columns
from tallyverify.readers.guarded.workbooks import workbook_columns
from tallyverify.readers.kinds.delimited import read_delimited
from tallyverify.readers.kinds.election_report import read_election_report
from tallyverify.readers.kinds.encoding import to_utf8
from tallyverify.readers.kinds.header import check_no_header
from tallyverify.readers.kinds.report_tree import is_election_report
from tallyverify.readers.kinds.statements import is_statements, read_statements
from tallyverify.readers.opening.json_records import (
    columns_of_records,
    distinct_keys,
    read_json,
)
from tallyverify.readers.opening.more_kinds import (
    charset_of,
    check_not_fixed_width,
    is_html,
    read_html,
)
from tallyverify.readers.opening.sheets import WORKBOOKS
from tallyverify.readers.opening.table_limits import checked
from tallyverify.readers.raw import Raw
from tallyverify.taken import takes_input

_NAMES = {"utf-8-sig": told("UTF-8 with a byte-order mark"), "utf-8": "UTF-8", "latin-1": "Latin-1"}
_DOCUMENTS = (
    (is_election_report, read_election_report, "nist-sp-1500-100"),
    (is_statements, read_statements, "actasum"),
)
"""Documents that are no table and become one, and the profiles of these."""


@takes_input
def read_raw(
    content: Content,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    sheet: str | None = None,
    wanted: Iterable[str] = (),
    header: Sequence[int] = (),
) -> tuple[Raw, tuple[str, ...]]:
    """Read a file's columns without a meaning; return also how it was read."""
    if content.kind == "parquet":
        check_no_header(header, content.name, "Parquet")
        return with_rows(parquet_columns(content)), ("Parquet",)
    if content.kind in WORKBOOKS:
        raw, said = workbook_columns(content, sheet, header)
        return with_rows(raw), (told("workbook ({kind})", kind=content.kind), *said)
    page = is_html(content.data)
    encoding = encoding or (charset_of(content.data) if page else None)
    data, found, guessed = to_utf8(content.data, encoding, content.name)
    if not data.strip():
        raise blank(content.name)
    if b"\x00" in data:
        raise InputError(told("the text holds NUL characters"), file=content.name)
    how = _how_read(_NAMES.get(found, found), guessed=guessed)
    for known, reader, format in _DOCUMENTS:
        if known(data):
            check_no_header(header, content.name, told("a document of this kind"))
            raw, said = reader(data, content.name)
            return with_rows(replace(raw, encoding=found, format=format)), (how, *said)
    if page:
        check_no_header(header, content.name, told("a page of HTML"))
        raw, said = read_html(data, content.name, sheet)
        return with_rows(replace(raw, encoding=found)), (how, *said)
    if data.lstrip().startswith((b"{", b"[{", b"[\n", b"[\r", b"[ ", b"[]")):
        raw, said = read_json(data, content.name, sheet) or (
            _json_lines(data, content.name),
            (told("JSON lines"),),
        )
        check_no_header(header, content.name, "JSON")
        return with_rows(replace(raw, encoding=found)), (how, *said)
    check_not_fixed_width(data, content.name, wanted, header)
    raw, sign = read_delimited(data, content.name, separator, wanted, header)
    between = told("tab") if sign == "\t" else sign
    said = (how, told("cells separated by {sign}", sign=between))
    raw = replace(raw, encoding=found, separator=sign)
    return with_rows(raw), said


def _how_read(encoding: str, *, guessed: bool) -> str:
    if not guessed:
        return told("text read as {encoding}", encoding=encoding)
    return told(
        "text read as {encoding} (not UTF-8, and the mapping names no encoding)",
        encoding=encoding,
    )


def with_rows(raw: Raw) -> Raw:
    """Return a table without its empty rows, if others are left and it is not too large."""
    raw = raw.without_empty_rows()
    if not raw.rows:
        raise header_only(raw.file, raw.distinct)
    return checked(raw)


def header_only(file: str, columns: list[str]) -> InputError:
    """Return the error for a table without rows."""
    return InputError(
        told("the file has a header but no rows"),
        file=file,
        found=told("columns {columns}", columns=listed(columns, 12)),
        hint=told("if the header is missing, add one that the mapping can name"),
    )


def _json_lines(data: bytes, name: str) -> Raw:
    return columns_of_records(_records(data, name), name)


def _records(data: bytes, name: str) -> Iterator[dict[str, Any]]:
    for at, line in enumerate(data.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line, object_pairs_hook=distinct_keys)
        except (ValueError, RecursionError) as error:
            raise InputError(
                told("a line is not JSON"),
                file=name,
                place=told("line {line}", line=number(at)),
                found=formula(
                    "{line} ({error})",
                    line=shown(line[:60].decode("utf-8", "replace")),
                    error=str(error),
                ),
                expected=told("one object per line"),
                hint=told("the file may have been cut off"),
            ) from None
        if not isinstance(record, dict):
            place = told("line {line}", line=number(at))
            raise InputError(told("a line is not an object"), file=name, place=place)
        yield record
