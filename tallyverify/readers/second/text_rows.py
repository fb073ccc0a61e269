"""Delimited text by the csv module, for a second reading."""

from __future__ import annotations

import csv
import io

Rows = dict[int, list[str]]
"""Cells of text by the number of their row, as a spreadsheet counts; rows without any are left out.
"""


def text_rows(data: bytes, separator: str) -> Rows:
    r"""Return the rows of UTF-8 text.

    Raises csv.Error where that module cannot read it.

    Examples
    --------
    >>> text_rows(b'A;B\n\n1;"2;3"\n', ";")
    {1: ['A', 'B'], 3: ['1', '2;3']}
    """
    text = io.TextIOWrapper(io.BytesIO(data), "utf-8", newline="")
    rows = enumerate(csv.reader(text, delimiter=separator), start=1)
    return {number: cells for number, cells in rows if any(map(str.strip, cells))}
