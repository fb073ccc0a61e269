"""A Parquet file by polars, for a second reading."""

from __future__ import annotations

import io

import pyarrow as pa


def typed_columns(data: bytes) -> pa.Table:
    """Return the columns of a Parquet file, as polars has them, in Arrow.

    What polars raises for a file that it cannot read is of many kinds.
    """
    import polars

    return polars.read_parquet(io.BytesIO(data), use_pyarrow=False).to_arrow()
