"""A sheet of an xlsx file by openpyxl, for a second reading."""

from __future__ import annotations

import io
import warnings
from typing import Any

from tallyverify.readers.second.text_rows import Rows


def sheet_rows(data: bytes, sheet: str) -> Rows:
    """Return the rows of a sheet as text.

    A number that is whole is written as an integer, as the first reading has it. A formula without
    a value is empty. What openpyxl raises for a file that it cannot read is of many kinds.
    """
    from openpyxl.reader.excel import ExcelReader
    from openpyxl.utils.escape import unescape

    class _Reader(ExcelReader):  # type: ignore[misc]
        def read_chartsheet(self, *_: object) -> None:
            """Pass it over: openpyxl fails at its links where it reads only."""

    with warnings.catch_warnings():
        # It warns of parts of a workbook that it leaves out: pictures, validation of input.
        warnings.filterwarnings("ignore", module="openpyxl")
        reader = _Reader(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        reader.read()
        book = reader.wb
        there = book[sheet]
        there.reset_dimensions()  # those that the file states need not be true
        rows = {
            number: [unescape(_text(value)) for value in row]
            for number, row in enumerate(there.iter_rows(values_only=True), start=1)
        }
        book.close()
    return {number: cells for number, cells in rows.items() if any(cells)}


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "" if value is None else str(value)
    whole = float(value).is_integer() and abs(value) < 1e15
    return str(int(value)) if whole else str(float(value))
