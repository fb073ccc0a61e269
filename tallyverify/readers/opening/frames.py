"""Tables in memory as columns: pandas, Arrow, and all that speak Arrow (polars, DuckDB)."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa

from tallyverify.errors import InputError
from tallyverify.language import told
from tallyverify.readers.opening.json_records import (
    check_names,
    columns_of_records,
    half_of_a_sign,
)
from tallyverify.readers.raw import Raw
from tallyverify.taken import takes_input

NAME = "(frame)"


@takes_input
def from_frame(source: Any) -> Raw:
    """Return a table in memory as unread columns.

    Parameters
    ----------
    source : DataFrame, Arrow table, object with ``__arrow_c_stream__``, or list of dict
        Of pandas, pyarrow, polars, DuckDB or any other library that exports Arrow streams.

    Raises
    ------
    InputError
        If it is none of these.
    """
    if isinstance(source, pd.DataFrame):
        return _from_pandas(source)
    if hasattr(source, "__arrow_c_stream__"):
        try:
            table = pa.RecordBatchReader.from_stream(source).read_all()
        except (pa.ArrowInvalid, pa.ArrowTypeError):  # a single column, say
            raise _no_table(source) from None
        return Raw(table.column_names, list(map(_plain, table.columns)), NAME, first_row=1)
    if isinstance(source, list | tuple) and all(isinstance(row, dict) for row in source):
        return columns_of_records(source, NAME)
    raise _no_table(source)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column of texts that Arrow can take rows out of, which it cannot of views."""
    kind, text = column.type, pa.large_string()
    if pa.types.is_string_view(kind):
        return column.cast(text)
    if pa.types.is_dictionary(kind) and pa.types.is_string_view(kind.value_type):
        chunks = [one.dictionary.cast(text).take(one.indices) for one in column.chunks]
        return pa.chunked_array(chunks, text)
    return column


def _no_table(source: Any) -> InputError:
    lazy = hasattr(source, "collect")
    return InputError(
        told("this is neither a file nor a table"),
        place="source",
        found=type(source).__name__,
        expected=told("a path, a frame of pandas, polars, pyarrow or DuckDB, or a list of dicts"),
        hint=told("collect it first: frame.collect()")
        if lazy
        else told("make a list of dicts of it"),
    )


def _from_pandas(frame: pd.DataFrame) -> Raw:
    columns = []
    names = [str(name) for name in frame.columns]
    check_names(names, NAME)
    for at in range(frame.shape[1]):
        series = frame.iloc[:, at]
        try:
            array = _array(series)
        except UnicodeEncodeError:
            raise half_of_a_sign(names[at], enumerate(series), NAME) from None
        if pa.types.is_large_string(array.type):
            array = array.cast(pa.string())
        columns.append(array)
    return Raw(names, columns, NAME, first_row=1)


def _array(series: pd.Series[Any]) -> pa.Array:
    try:
        return pa.array(series, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if pd.isna(v) else str(v) for v in series], pa.string())
