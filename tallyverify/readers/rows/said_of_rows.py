"""Columns of the file that say what its rows mean, beside the table until that is settled."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from tallyverify.readers.raw import Raw
from tallyverify.records import First, Latest, Mapping, Subtotals
from tallyverify.table import KIND, MARK

STATUS, VERSION, LEVEL = ":status", ":version", ":level"
"""No name of a contest begins so."""


def columns_beside(mapping: Mapping) -> dict[str, str]:
    """Return the columns that a mapping names beside keys, areas and figures, by their meaning."""
    named = {
        "order": mapping.order,
        KIND: mapping.kind,
        STATUS: mapping.status.column if mapping.status else None,
        VERSION: version_column(mapping),
        LEVEL: mapping.subtotals.column if isinstance(mapping.subtotals, Subtotals) else None,
    }
    named |= {MARK + column: column for column in mapping.marked_by}
    return {name: column for name, column in named.items() if column}


def beside_of(raw: Raw, mapping: Mapping) -> dict[str, pa.Array]:
    """Return the texts of these columns."""
    return {name: raw.text(column) for name, column in columns_beside(mapping).items()}


def apart_in(beside: dict[str, pa.Array], mapping: Mapping) -> list[pa.Array]:
    """Return the columns in which rows of a long file differ that are of different sheets."""
    columns = [beside[name] for name in (STATUS, VERSION) if name in beside]
    if isinstance(mapping.subtotals, Subtotals):
        named = pa.array([text.strip() for text in mapping.subtotals.equals], pa.string())
        columns.append(pc.cast(pc.is_in(beside[LEVEL], named), pa.string()))
    return columns


def version_column(mapping: Mapping) -> str | None:
    """Return the column by which one of several rows of a station counts, if one does."""
    how = mapping.repeated
    if isinstance(how, Latest):
        return how.latest
    return how.first if isinstance(how, First) else None


def needs_every_row(mapping: Mapping) -> bool:
    """Whether what a row means hangs on other rows of the file, or on what they say."""
    return bool(mapping.fill_down or mapping.status or mapping.repeated != "hull")
