"""The order of counting of a case: without a cut, and with one where each bulletin stopped."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from tallyverify.checking import CaseFacts, Sheets
from tallyverify.errors import InputError
from tallyverify.inference.counting_order.late_stations import OrderOfCounting, order_of_counting
from tallyverify.inference.counting_order.text import parse_order
from tallyverify.inference.printed import in_one_line
from tallyverify.language import counted, number, told

if TYPE_CHECKING:
    from tallyverify.arrays import Counts, Floats

_FEWEST = 100


@dataclass(frozen=True, eq=False)
class CaseOrder:
    """The order of counting of a case, or why it says nothing."""

    pair: tuple[int, int] = (0, 1)  # the two with most seen votes
    whole: OrderOfCounting | None = None  # without a cut
    # at each bulletin that says how many stations it held
    cuts: tuple[tuple[str, OrderOfCounting], ...] = ()
    reason: str = ""


def order_of(sheets: Sheets, facts: CaseFacts) -> CaseOrder:
    """Return the order of counting of a case."""
    if sheets.chunks is None:
        stations = counted(sheets.rows, "station", "stations")
        return CaseOrder(
            reason=told("{stations} are too many to be ordered at once", stations=stations)
        )
    columns = sheets.columns
    if "order" not in columns:
        return CaseOrder(reason=told("the actas have no column that says when each was counted"))
    read = columns["read"]
    votes = columns["votes"][read].astype(np.float64)
    if int(read.sum()) < _FEWEST or votes.shape[1] < 2:
        fewest = number(_FEWEST)
        return CaseOrder(
            reason=told("fewer than {fewest} stations, or one candidate only", fewest=fewest)
        )
    try:
        position, _ = parse_order(columns["order"][read])
    except InputError as error:
        return CaseOrder(reason=in_one_line(error))
    first, second = (int(k) for k in np.argsort(-votes.sum(axis=0), kind="stable")[:2])
    arrays = (position, votes[:, first], votes[:, second], votes.sum(axis=1))
    ordered = partial(order_of_counting, *arrays, _areas(columns, facts)[read], seed=facts.seed)
    cuts = tuple((name, ordered(cut=cut)) for name, cut in _cuts(position, facts))
    return CaseOrder((first, second), ordered(), cuts)


def _areas(columns: dict[str, Floats], facts: CaseFacts) -> Counts:
    """Codes of the smallest areas: equal codes have equal names at every level."""
    import pandas as pd

    code = np.zeros(len(columns["station"]), dtype=np.int64)
    for level in facts.levels:
        here, names = pd.factorize(columns[f"area:{level}"])
        code = pd.factorize(code * max(len(names), 1) + here)[0].astype(np.int64)
    return code


def _cuts(position: Floats, facts: CaseFacts) -> list[tuple[str, float]]:
    """Where each earlier bulletin stopped: the position of the station after its last."""
    ranked = np.sort(position[~np.isnan(position)])
    cuts = []
    for bulletin in facts.bulletins:
        row = bulletin.of({})
        if row is not None and row.stations is not None and 0 < row.stations < len(ranked):
            cuts.append((bulletin.id, float(ranked[row.stations])))
    return cuts
