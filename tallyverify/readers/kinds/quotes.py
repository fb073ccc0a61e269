"""Quotation marks of delimited text: where they do not fit, cells and rows are not what they seem.

One that opens a cell and is never closed makes a parser swallow rows in silence, one too many makes
it swallow those up to the next, and text behind a closing one is joined to the cell.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import islice

from tallyverify.errors import InputError, shown
from tallyverify.language import number, told

_FEWEST = 3
"""In a table of two columns any text of two lines may look like two rows."""
_SWALLOWED = told("the cell holds line ends and as many separators as a row")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_FIGURE = re.compile(rb"\s*\d+\s*")
_FIRST_BYTES, _FIRST_ROWS = 65_536, 50
"""Of the rows that show which columns have figures."""

_PLAIN = rb'(?:[^"]++|(?<=[^%b\r\n])"|(?<![^%b\r\n])"(?:[^"\r\n]++|"")*+" *+(?![^%b\r\n]))*+'
"""Text without marks, marks that open no cell, and cells in marks that are of one line."""
_CELL = rb'(?:"((?:[^"]|"")*+)("?))?([^%b\r\n]*+)'
"""What stands in marks, the mark that closes it, and what is behind it or stands without marks."""


def check_quotes(data: bytes, separator: str, name: str, above: int, width: int) -> None:
    """Raise an InputError for the first mark that does not fit, of text with ``above`` lines above.

    The text begins with the header, which has ``width`` columns.
    """
    sign = separator.encode()
    figures = cache(partial(_columns_of_figures, data, sign, width))
    for at, column, cell in _odd_cells(data, sign):
        wrong = _wrong(cell, sign, column, width) or _like_a_row(cell, sign, width, figures)
        if wrong:
            line = above + 1 + len(_LINE_END.findall(data, 0, at))
            raise _no_fit(name, line, wrong, cell[0])


def _odd_cells(data: bytes, sign: bytes) -> Iterator[tuple[int, int, re.Match[bytes]]]:
    """Yield cells in marks of several lines, or amiss: where, in which column, and in parts."""
    edge = re.escape(sign)
    plain, any_cell = (
        re.compile(_PLAIN.replace(b"%b", edge)),
        re.compile(_CELL.replace(b"%b", edge)),
    )
    at, before = 0, 0  # the end of the last one, and how many cells its row had before that
    while True:
        odd = _end(plain, data, at)
        if odd == len(data):
            return
        row = max(data.rfind(b"\n", at, odd), data.rfind(b"\r", at, odd)) + 1
        column = 0 if row else before
        start = row or at
        while start < odd:
            start = _end(any_cell, data, start) + len(sign)
            column += 1
        cell = any_cell.match(data, odd)
        if cell is None:
            return
        yield odd, column, cell
        at, before = cell.end(), column


def _wrong(cell: re.Match[bytes], sign: bytes, column: int, width: int) -> str:
    """Return what is wrong with a cell in marks that stands in this column, counted from 0."""
    inside, closed, behind = cell.groups()
    if not closed:
        return told("the cell is never closed")
    if behind.strip():
        return told("text behind the mark that closes the cell")
    # A cell that swallowed the end of its row, perhaps whole rows, and the begin of another has so
    # many separators in each line; and rows have figures.
    lines = _LINE_END.split(inside)
    signs = [line.count(sign) for line in lines]
    swallowed = [width - 1 - column, *[width - 1] * (len(lines) - 2), column]
    rows = len(lines) > 1 and width >= _FEWEST and signs == swallowed
    if rows and any(_FIGURE.fullmatch(piece) for line in lines for piece in line.split(sign)):
        return _SWALLOWED
    return ""


def _like_a_row(
    cell: re.Match[bytes], sign: bytes, width: int, figures: Callable[[], list[int]]
) -> str:
    """Return what is wrong with a cell of which one line has figures wherever a row has them."""
    lines = [line.split(sign) for line in _LINE_END.split(cell[1] or b"")]
    full = [line for line in lines if len(line) == width]
    if len(lines) == 1 or width < _FEWEST or not full:
        return ""
    asked = figures()
    if asked and any(all(_FIGURE.fullmatch(line[at]) for at in asked) for line in full):
        return _SWALLOWED
    return ""


def _columns_of_figures(data: bytes, sign: bytes, width: int) -> list[int]:
    """Return the columns that have a figure in most of the first rows."""
    text = io.StringIO(data[:_FIRST_BYTES].decode("utf-8", "replace"), newline="")
    first = islice(csv.reader(text, delimiter=sign.decode()), 1, _FIRST_ROWS)
    rows = [row for row in first if len(row) == width]
    found = Counter(
        at for row in rows for at, cell in enumerate(row) if _FIGURE.fullmatch(cell.encode())
    )
    return [at for at, times in found.items() if 2 * times > len(rows)]


def _end(pattern: re.Pattern[bytes], data: bytes, at: int) -> int:
    found = pattern.match(data, at)
    return found.end() if found else at


def _no_fit(name: str, line: int, wrong: str, cell: bytes) -> InputError:
    return InputError(
        told("a quotation mark does not fit"),
        file=name,
        place=told("line {line}", line=number(line)),
        found=told(
            "{wrong}: {text}", wrong=wrong, text=shown(cell[:60].decode("utf-8", "replace"))
        ),
        expected=told('cells quoted as "…", a quotation mark inside doubled'),
        hint=told("the file may have been cut off; fetch it again, or mend the line"),
    )
