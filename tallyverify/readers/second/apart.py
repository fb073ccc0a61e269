"""Libraries that a file can break, for a second reading: what is asked of the guarded process."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pyarrow as pa

from tallyverify.readers.files import Content
from tallyverify.readers.guarded.asking import asked
from tallyverify.readers.guarded.parts import NoAnswerError, Part
from tallyverify.readers.second.sheet_rows import sheet_rows
from tallyverify.readers.second.text_rows import Rows
from tallyverify.readers.second.typed_columns import typed_columns


class NotReadError(Exception):
    """The second library does not read the file; its words say why."""


def rows_of_sheet(content: Content, sheet: str) -> Rows:
    """Return the rows of a sheet, as openpyxl has them, or raise a NotReadError."""
    (rows,) = asked(f"{__name__}:rows_there", content.name, content.data, _rows, sheet=sheet)
    return rows


def columns_of_file(content: Content) -> pa.Table:
    """Return the columns of a Parquet file, as polars has them, or raise a NotReadError."""
    (table,) = asked(f"{__name__}:columns_there", content.name, content.data, _table)
    return table


def _rows(part: Part) -> Rows:
    table = _table(part)
    if table.schema != _ROWS:
        raise NoAnswerError
    numbers, rows = (column.to_pylist() for column in table.columns)
    return dict(zip(numbers, rows, strict=True))


def _table(part: Part) -> pa.Table:
    refused = part.facts.get("refused")
    if isinstance(refused, str):
        raise NotReadError(refused)
    if part.table is None:
        raise NoAnswerError
    return part.table


# In the guarded process.

_ROWS = pa.schema([("row", pa.int64()), ("cells", pa.list_(pa.string()))])


def rows_there(data: bytes, sheet: str) -> Iterator[Part]:
    """Read a sheet."""

    def table() -> pa.Table:
        rows = sheet_rows(data, sheet)
        return pa.table([pa.array(rows), pa.array(rows.values(), _ROWS.types[1])], schema=_ROWS)

    yield _part(table)


def columns_there(data: bytes) -> Iterator[Part]:
    """Read a Parquet file."""
    yield _part(lambda: typed_columns(data))


def _part(table: Callable[[], pa.Table]) -> Part:
    try:
        return Part(table=table())
    except MemoryError:
        raise
    except Exception as error:  # a library may raise anything for a file that another one reads
        return Part({"refused": f"{type(error).__name__}: {error}"[:120]})
