"""The worklist: every difference a row, the largest effect first; what was resolved stays so."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tallyverify.errors import InputError, inert, listed
from tallyverify.language import told
from tallyverify.names import folded_key
from tallyverify.readers import load, read_raw
from tallyverify.reconcile.pair import Reconciliation
from tallyverify.reconcile.slips_of_digits import digit_slips
from tallyverify.taken import takes_input

COLUMNS = (
    *("station", "area", "became", "figure", "first_capture", "second_capture"),
    *("first", "second", "difference", "effect", "slip", "resolved", "remark"),
)
_FOUND_BY = ("station", "figure", "first_capture", "second_capture")
_NEEDED = (*_FOUND_BY, "first", "second", "resolved", "remark")
_AGREE, _NOT_MET = "agree", "not_met"
_SIGNS = re.compile(r"[\s.,'\u00a0\u202f]+")
_WHOLE = re.compile(r"-?[0-9]+")
_FLOAT = re.compile(r"[.,]0{1,2}$")
Key = tuple[str, ...]


@dataclass(frozen=True)
class WorklistRow:
    """What a clerk wrote beside a difference, and the figures that it was written of."""

    cells: dict[str, str]

    @property
    def key(self) -> Key:
        """By what it is found again: also where a spreadsheet took the zeros off the key."""
        # As they are written: what spells out or guards a sign when it is, does so here too.
        cells = {name: inert(self.cells[name]) for name in _FOUND_BY}
        return tuple(
            folded_key(cell) if name == "station" else cell for name, cell in cells.items()
        )

    @property
    def figures(self) -> tuple[str, str]:
        """Both figures, as digits."""
        return _digits(self.cells["first"]), _digits(self.cells["second"])

    @property
    def written(self) -> bool:
        """Whether somebody wrote anything."""
        own = (cell for name, cell in self.cells.items() if name not in COLUMNS)
        return any((self.cells["resolved"], self.cells["remark"], *own))


@takes_input
def read_worklist(path: Path) -> tuple[WorklistRow, ...]:
    """Read a worklist again, as it was saved by whatever program.

    Raises
    ------
    InputError
        If it cannot be read, or lacks a column.
    """
    contents = list(load(path))
    if len(contents) != 1:
        raise InputError(told("a worklist is one table"), file=path.name)
    raw, _ = read_raw(contents[0])
    missing = [name for name in _NEEDED if name not in raw.names]
    if missing:
        raise InputError(
            told("the worklist of an earlier run lacks columns"),
            file=path.name,
            found=listed(raw.names),
            expected=listed(missing),
            hint=told("put them back, or move the file away to begin a new one"),
        )
    columns = {name: _texts(raw, name) for name in raw.distinct if name.strip()}
    empty = dict.fromkeys(COLUMNS, "")
    rows = [
        WorklistRow(empty | {name: cells[at] for name, cells in columns.items()})
        for at in range(raw.rows)
    ]
    found: dict[Key, WorklistRow] = {}
    for row in rows:
        first = found.setdefault(row.key, row)
        if first is not row and row.written and first.written and row.cells != first.cells:
            raise InputError(
                told("the worklist has two rows of one difference, and both are written on"),
                file=path.name,
                found=listed(row.cells[name] for name in _FOUND_BY),
                hint=told("leave one of them"),
            )
        if row.written:
            found[row.key] = row
    return tuple(found.values())


@takes_input
def worklist_csv(pairs: Sequence[Reconciliation], before: Sequence[WorklistRow] = ()) -> str:
    """Return the worklist of some pairs of captures as CSV.

    Parameters
    ----------
    pairs : sequence of Reconciliation
        What differs.
    before : sequence of WorklistRow
        The worklist of an earlier run: what was resolved then stays so while the figures are the
        same. Where they changed it is open again, with the old words in its remark; where captures
        agree by now, or the station is not met any more, what was written is kept at the end.
        Columns of one's own are kept.

    Returns
    -------
    str
        Open rows first, those of most effect on the lead before others; then what is resolved, then
        what agrees. No cell is a formula to a spreadsheet.

    Examples
    --------
    >>> import pandas as pd, tallyverify as tv
    >>> contest = tv.Contest.model_validate({"id": "t", "candidates": [{"id": "A"}, {"id": "B"}]})
    >>> one, other = (tv.read_actas(pd.DataFrame({"station": ["7"], "A": [a], "B": [7]}),
    ...     contest=contest) for a in (12, 21))
    >>> pair = tv.reconcile.reconcile_captures(one, other)
    >>> print(worklist_csv([pair]).splitlines()[1])
    7,,slip,A,first,second,12,21,9,9,exchanged_digits,,
    """
    known = {row.key: row for row in before}
    open_: list[dict[str, str]] = []
    resolved: list[dict[str, str]] = []
    met: set[Key] = set()
    for cells in _ordered(pairs):
        row = WorklistRow(cells)
        met.add(row.key)
        earlier = known.get(row.key)
        kept = _as_written(earlier, row) if earlier is not None and earlier.written else {}
        (resolved if kept.get("resolved") else open_).append({**cells, **kept})
    rest = [
        {**row.cells, "became": _by_now(row, pairs)}
        for row in sorted(before, key=lambda row: row.key)
        if row.written and row.key not in met
    ]
    names = (
        *COLUMNS,
        *dict.fromkeys(name for row in before for name in row.cells if name not in COLUMNS),
    )
    held = io.StringIO()
    table = csv.writer(held, lineterminator="\n")
    table.writerow(map(inert, names))
    for cells in (*open_, *resolved, *rest):
        table.writerow([_as_cell(name, cells.get(name, "")) for name in names])
    return held.getvalue()


def _as_cell(name: str, text: str) -> str:
    """Return a cell that is no formula; the difference alone may be a number below zero."""
    return text if name == "difference" and _WHOLE.fullmatch(text) else inert(text)


def _as_written(earlier: WorklistRow, now: WorklistRow) -> dict[str, str]:
    """Return what stays of what was written, now that the figures are these."""
    own = {name: cell for name, cell in earlier.cells.items() if name not in COLUMNS}
    if earlier.figures == now.figures:
        return own | {name: earlier.cells[name] for name in ("resolved", "remark")}
    if not earlier.cells["resolved"]:
        return own | {"remark": earlier.cells["remark"]}
    was = "; ".join(
        [
            f"{earlier.cells['resolved']} ({earlier.cells['first']}, {earlier.cells['second']})",
            *filter(None, [earlier.cells["remark"]]),
        ]
    )
    return own | {"resolved": "", "remark": was}


def _by_now(row: WorklistRow, pairs: Sequence[Reconciliation]) -> str:
    """Say what became of a difference that is not met: agree, if its station's captures do."""
    key, figure, *names = row.key
    for pair in pairs:
        if pair.names == tuple(names):
            common = {folded_key(str(one)) for one in pair.station}
            return _AGREE if key in common and figure in pair.figures else _NOT_MET
    return row.cells["became"]  # of a pair that this run does not hold


def _ordered(pairs: Sequence[Reconciliation]) -> Iterator[dict[str, str]]:
    """Yield the rows of all pairs, the station of most effect first."""
    every = [(pair, row) for pair in pairs for row in pair.order]
    places = {id(pair): at for at, pair in enumerate(pairs)}
    every.sort(
        key=lambda one: (
            -abs(int(one[0].effect[one[1]])),
            -int(np.abs(one[0].change[one[1]]).sum()),
            str(one[0].station[one[1]]),
            places[id(one[0])],
        )
    )
    made = {id(pair): _rows(pair) for pair in pairs}
    for pair, row in every:
        yield from made[id(pair)].get(int(row), ())


def _rows(pair: Reconciliation) -> dict[int, list[dict[str, str]]]:
    """Return the rows of each station that differs."""
    at, figure = np.nonzero((pair.change != 0) | pair.read_in_one)
    first, second = pair.first[at, figure], pair.second[at, figure]
    both = (first >= 0) & (second >= 0)
    slips = np.full(len(at), "", dtype=object)
    slips[both] = digit_slips(first[both], second[both])
    areas = pair.captures[0].area(pair.captures[0].table.levels)[pair.rows[0]]
    found: dict[int, list[dict[str, str]]] = {}
    for place, row in enumerate(map(int, at)):
        found.setdefault(row, []).append(
            {
                "station": str(pair.station[row]),
                "area": " / ".join(filter(None, map(str, areas[row]))),
                "became": str(pair.became[row]),
                "figure": pair.figures[figure[place]],
                "first_capture": pair.names[0],
                "second_capture": pair.names[1],
                "first": _cell(first[place]),
                "second": _cell(second[place]),
                "difference": str(second[place] - first[place]) if both[place] else "",
                "effect": str(abs(int(pair.effect[row]))),
                "slip": str(slips[place]),
                "resolved": "",
                "remark": "",
            }
        )
    return found


def _cell(value: Any) -> str:
    return str(int(value)) if value >= 0 else ""


def _digits(cell: str) -> str:
    """Return a figure without the signs that programs part thousands with."""
    return _SIGNS.sub("", _FLOAT.sub("", cell)).lstrip("0") or ("0" if cell.strip() else "")


def _texts(raw: Any, name: str) -> list[str]:
    texts = raw.text(name).fill_null("").to_pylist()
    # The apostrophe that keeps a cell from being a formula.
    return [text[1:] if text.startswith("'") and text != "'" else text for text in texts]
