"""Another capture of the same stations: its table, what it holds, and how it is to be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tallyverify.records import SourceKind, Tolerance
from tallyverify.table import ActaTable


@dataclass(frozen=True, eq=False)
class Capture:
    """A second source of figures for the stations of a case.

    Attributes
    ----------
    name : str
        What it is called.
    table : ActaTable
        Its figures, as they were read.
    kind : {"sheets", "provisional", "lower_bound"}
        Figures of sheets; figures taken in haste, to be corrected; or the least of each figure
        (photographs of ballots, parts of a protocol).
    stage : str, optional
        Of which stage of the count it is. Figures may change from one stage to another.
    tolerance : Tolerance, optional
        How far figures may lie apart.
    crosswalk : mapping of str to str
        Its keys, with those of the actas that they stand for.
    supplied_by : str, optional
        Who supplied it.
    """

    name: str
    table: ActaTable
    kind: SourceKind = "sheets"
    stage: str | None = None
    tolerance: Tolerance | None = None
    crosswalk: Mapping[str, str] = field(default_factory=dict)
    supplied_by: str | None = None
