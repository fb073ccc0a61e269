"""The stations that differ, one record or row each, those of most effect on the result first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tallyverify.arrays import Counts
from tallyverify.reconcile.difference import StationDifference, StationFigure
from tallyverify.reconcile.slips_of_digits import digit_slips

if TYPE_CHECKING:
    import pandas as pd

    from tallyverify.reconcile.pair import Reconciliation


def stations_that_differ(pair: Reconciliation, most: int) -> tuple[StationDifference, ...]:
    """Return the stations of most effect, with the figures that differ in each."""
    rows = pair.order[:most]
    levels = pair.captures[0].table.levels
    areas = pair.captures[0].area(levels)[pair.rows[0]][rows]
    slips = _slips(pair, rows)
    keys, others = pair.station[rows], pair.station_second[rows]
    found = []
    for at, row in enumerate(rows):
        figures = {
            name: StationFigure(
                first=_read(pair.first[row, place]),
                second=_read(pair.second[row, place]),
                slip=str(slips[at, place]),
            )
            for place, name in enumerate(pair.figures)
            if pair.change[row, place] or pair.read_in_one[row, place]
        }
        found.append(
            StationDifference(
                station=str(keys[at]),
                station_second=str(others[at]) if others[at] != keys[at] else None,
                area={level: str(n) for level, n in zip(levels, areas[at], strict=True) if n},
                became=pair.became[row],
                effect=int(pair.effect[row]),
                figures=figures,
            )
        )
    return tuple(found)


def _read(value: Any) -> int | None:
    return int(value) if value >= 0 else None


def _slips(pair: Reconciliation, rows: Any) -> Any:
    """By which slip each figure of these stations could have become the other; (rows, figures)."""
    one, other = pair.first[rows], pair.second[rows]
    differ = pair.change[rows] != 0
    named = np.full(one.shape, "", dtype=object)
    if differ.any():
        named[differ] = digit_slips(one[differ], other[differ])
    return named


def differences_frame(pair: Reconciliation) -> pd.DataFrame:
    """Return one row for each figure that differs; a figure that was not read is missing."""
    import pandas as pd

    rows = pair.order
    at, figure = np.nonzero((pair.change[rows] != 0) | pair.read_in_one[rows])
    here = rows[at]
    levels = pair.captures[0].table.levels
    areas = pair.captures[0].area(levels)[pair.rows[0]][here]
    columns: dict[str, Any] = {"station": pd.array(pair.station[here], dtype="string")}
    for place, level in enumerate(levels):
        columns[level] = pd.array(areas[:, place], dtype="string")
    first, second = pair.first[here, figure], pair.second[here, figure]
    columns |= {
        "became": pd.array(pair.became[here], dtype="string"),
        "figure": pd.array(np.array(pair.figures, dtype=object)[figure], dtype="string"),
        "first": _counts(first),
        "second": _counts(second),
        "difference": _counts(second - first, missing=(first < 0) | (second < 0)),
        "effect": _counts(pair.effect[here], missing=np.zeros(len(here), dtype=bool)),
        "slip": pd.array(_slips(pair, rows)[at, figure], dtype="string"),
    }
    return pd.DataFrame(columns)


def _counts(values: Counts, missing: Any = None) -> Any:
    import pandas as pd

    return pd.arrays.IntegerArray(
        np.asarray(values, dtype=np.int64), (values < 0) if missing is None else missing
    )
