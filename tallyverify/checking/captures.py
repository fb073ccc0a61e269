"""Another capture of the same stations: its table, what it holds, and how it is to be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tallyverify.language import ToldText
from tallyverify.model import Model
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


class CaptureSupport(Model):
    """What the figures of one capture, or of all together, say of the declared result.

    Attributes
    ----------
    name : str or None
        The capture; None for all together.
    kind : str or None
        What it holds; None for the actas, and for all together.
    stage, supplied_by : str or None
        As the case says.
    sheets : int
        Stations seen.
    verdict : {"contradicted", "discrepant", "consistent", "insufficient"}
        Whether there is a world in which they and every published figure are true.
    sheets_wrong, votes_wrong : int
        The least of them that would have to be wrong.
    allowed : int
        The sheets that may happen to be wrong.
    common, differ : int
        Stations that were seen in the actas too, and those of them with other votes.
    reason : str
        Why nothing could be held against them.
    """

    name: str | None
    kind: SourceKind | None
    stage: str | None
    supplied_by: str | None
    sheets: int
    verdict: Literal["contradicted", "discrepant", "consistent", "insufficient"]
    sheets_wrong: int
    votes_wrong: int
    allowed: int
    common: int = 0
    differ: int = 0
    reason: ToldText = ""
