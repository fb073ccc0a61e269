"""Parquet, decoded in the guarded process batch by batch: what is asked of it, what it does."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from tallyverify.errors import InputError
from tallyverify.language import told
from tallyverify.readers.files import Content
from tallyverify.readers.guarded.asking import asked
from tallyverify.readers.guarded.parts import NoAnswerError, Part
from tallyverify.readers.opening.archives import damaged_file
from tallyverify.readers.raw import Raw

BATCH_ROWS = 65_536
_ERRORS = (pa.ArrowException, OSError, ValueError)
"""What pyarrow may raise for a file that is damaged."""


def parquet_columns(content: Content) -> Raw:
    """Return all columns of a file; those that no mapping names are for the second look at it."""
    parts = asked(
        f"{__name__}:batches_inside",
        content.name,
        content.data,
        _of_one_schema(),
        name=content.name,
        rows=BATCH_ROWS,
    )
    whole = pa.concat_tables(parts).combine_chunks()
    return Raw(whole.column_names, list(whole.columns), content.name, first_row=1)


def parquet_head(path: Path) -> tuple[list[str], int]:
    """Return the names of the columns of a file on disk, and the number of its rows."""
    ((names, rows),) = asked(
        f"{__name__}:head_inside",
        path.name,
        b"",
        lambda part: (_table(part).column_names, int(part.facts["rows"])),
        size=path.stat().st_size,
        name=path.name,
        path=str(path.absolute()),
    )
    return names, rows


def parquet_batches(path: Path, columns: list[str], rows: int) -> Iterator[pa.Table]:
    """Yield some columns of a file on disk, so many rows at a time."""
    parts = asked(
        f"{__name__}:batches_inside",
        path.name,
        b"",
        _of_one_schema(),
        size=path.stat().st_size,
        name=path.name,
        path=str(path.absolute()),
        columns=columns,
        rows=rows,
    )
    return (table for table in parts if table.num_rows)


def _table(part: Part) -> pa.Table:
    if part.table is None:
        raise NoAnswerError
    return part.table


def _of_one_schema() -> Callable[[Part], pa.Table]:
    """Return what takes tables, the first of which says by its schema what all of them are."""
    first: pa.Schema | None = None

    def taken(part: Part) -> pa.Table:
        nonlocal first
        table = _table(part)
        first = first or table.schema
        if not table.schema.equals(first):
            raise NoAnswerError
        return table

    return taken


# In the guarded process.


def head_inside(data: bytes, name: str, path: str) -> Iterator[Part]:
    """Say what a file holds, as it says itself."""
    file = _opened(data, name, path)
    rows = int(file.metadata.num_rows)
    yield Part({"rows": rows}, file.schema_arrow.empty_table())


def batches_inside(
    data: bytes, name: str, rows: int, path: str | None = None, columns: list[str] | None = None
) -> Iterator[Part]:
    """Decode a file: first a table without rows, for the types, then batches."""
    file = _opened(data, name, path)
    try:
        yield Part(table=_plain(_named(file.schema_arrow.empty_table(), columns)))
        for batch in file.iter_batches(rows, columns=columns, use_threads=False):
            yield Part(table=_plain(_named(pa.Table.from_batches([batch]), columns)))
    except MemoryError:
        raise
    except _ERRORS as error:
        raise _broken(name, error) from None


def _named(table: pa.Table, columns: list[str] | None) -> pa.Table:
    """Return the columns of these names; to pyarrow, ``v.A`` is the field A of a column v too."""
    names = enumerate(table.column_names)
    return table.select([at for at, name in names if columns is None or name in columns])


def _opened(data: bytes, name: str, path: str | None) -> Any:
    import pyarrow.parquet as pq

    source = pa.BufferReader(data) if path is None else path
    try:
        # Read-ahead would keep the whole file in memory until the last batch.
        return pq.ParquetFile(source, pre_buffer=False, page_checksum_verification=True)
    except MemoryError:
        raise
    except _ERRORS as error:
        raise _broken(name, error) from None


def _broken(name: str, error: Exception) -> Exception:
    """Return what to raise: a failure of the system is no damage of the file."""
    code = error.errno if isinstance(error, OSError) else None
    if code in (errno.ENOMEM, errno.EAGAIN) or "worker thread" in str(error):
        return MemoryError()  # a thread that cannot start lacks the memory of its stack
    if code is not None:
        return InputError(told("the file cannot be read"), file=name, found=os.strerror(code))
    what = told("the Parquet file is damaged or was cut off")
    return damaged_file(name, what, str(error)[:120])


def _plain(table: pa.Table) -> pa.Table:
    """Return a table whose texts are texts, and no numbers that stand for some."""
    for at, column in enumerate(table.columns):
        if pa.types.is_dictionary(column.type):
            # Undone here, where what it grows to is limited.
            plain = pa.chunked_array(
                [chunk.dictionary_decode() for chunk in column.chunks], column.type.value_type
            )
            table = table.set_column(at, table.field(at).name, plain)
        elif pa.types.is_timestamp(column.type) and not _zone_is_known(column.type):
            # The same instants, as they are stored.
            plain = column.cast(pa.timestamp(column.type.unit, "UTC"))
            table = table.set_column(at, table.field(at).name, plain)
    table.validate(full=True)
    return table


def _zone_is_known(kind: pa.DataType) -> bool:
    try:
        pa.array([0], kind).cast(pa.string())
    except pa.ArrowInvalid:
        return False
    return True
