"""Which rows name the columns: below title lines, above the first row of figures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

Row = Sequence[str]

_NUMBER = re.compile(r"[+-]?[.,' \u00a0]*\d[\d.,' \u00a0]*%?")
_LETTER = re.compile(r"[^\W\d_]")
_MOST_HEADER_ROWS = 3
_NOT_READ = {"na", "n/a", "nan", "null", "none", "\\n", "n/d", "s/d"}  # a figure that is missing


def header_rows(rows: Sequence[Row]) -> tuple[int, ...]:
    """Return the positions of the rows that together name the columns, counted from 0.

    The last row above the first row of figures; and rows above that, as long as they name a
    column that is nameless without them.

    Examples
    --------
    >>> header_rows([["Tally", "", ""], ["Where", "Votes", ""], ["", "Ana", "Eva"],
    ...     ["North", "4", "6"], ["South", "5", "2"]])
    (1, 2)
    """
    width = _width(rows)
    first = _first_of_figures(rows, width)
    filled = [at for at in range(first) if sum(map(bool, map(str.strip, rows[at]))) > 1]
    if not filled:
        return (max(first - 1, 0),)
    chosen = [filled.pop()]
    while filled and filled[-1] == chosen[0] - 1 and len(chosen) < _MOST_HEADER_ROWS:
        if not _lacks_names([rows[at] for at in chosen], rows[first:], width):
            break
        chosen.insert(0, filled.pop())
    return tuple(chosen)


def joined_names(rows: Sequence[Row], width: int) -> list[str]:
    """Return the names of the columns; a merged cell of an upper row names all below it."""
    spread = [_spread(row, width) for row in rows[:-1]]
    spread += [[_cell(row, at) for at in range(width)] for row in rows[-1:]]
    return [" ".join(filter(None, parts)) for parts in zip(*spread, strict=True)]


def _spread(row: Row, width: int) -> list[str]:
    names: list[str] = []
    for at in range(width):
        names.append(_cell(row, at) or (names[-1] if names else ""))
    return names


def _cell(row: Row, at: int) -> str:
    return row[at].strip() if at < len(row) else ""


def _width(rows: Sequence[Row]) -> int:
    return max((len(row) for row in rows), default=0)


def _first_of_figures(rows: Sequence[Row], width: int) -> int:
    """Return the first row whose cells are numbers where those far below it are."""
    below = [row for row in rows[len(rows) // 2 :] if sum(map(bool, row)) > 1] or rows
    numeric = []
    for at in range(width):
        cells = [cell for row in below if (cell := _cell(row, at))]
        if cells and 2 * sum(map(bool, map(_NUMBER.fullmatch, cells))) > len(cells):
            numeric.append(at)
    for place, row in enumerate(rows):
        cells = [cell for at in numeric if (cell := _cell(row, at))]
        named = sum(bool(_LETTER.search(c)) and c.casefold() not in _NOT_READ for c in cells)
        if place and 2 * len(cells) >= len(numeric) and 4 * named < max(len(cells), 1):
            return place
    return 1


def _lacks_names(header: Sequence[Row], body: Sequence[Row], width: int) -> bool:
    names = joined_names(header, width)
    used = [at for at in range(width) if any(_cell(row, at) for row in body)]
    times = Counter(names[at] for at in used)
    return any(not names[at] or times[names[at]] > 1 for at in used)
