"""reconcile.json: its keys."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tallyverify._version import __version__
from tallyverify.errors import escaped
from tallyverify.findings import CaptureSupport
from tallyverify.model import Model
from tallyverify.names import KeyForm
from tallyverify.reconcile.difference import (
    Became,
    FigureDifference,
    OnlyIn,
    StationDifference,
    StationsOfGroup,
)
from tallyverify.records import SourceKind, Tolerance


class CaptureCompared(Model):
    """One of two captures: its name, what it holds, its file, and its stations."""

    name: str
    kind: SourceKind
    file: str
    sha256: str
    stations: int
    twice: tuple[str, ...]


class ExchangedOptions(Model):
    """A station in which two options have each other's votes."""

    station: str
    options: tuple[str, str]
    first: tuple[int, int]
    second: tuple[int, int]


class PairDocument(Model):
    """Two captures held beside each other.

    Attributes
    ----------
    captures : (CaptureCompared, CaptureCompared)
        The first and the second.
    tolerance : Tolerance or None
        How far figures may lie apart.
    joined_by : dict
        How many stations were joined by which form of their keys.
    common, agree, within_tolerance, differ, unread_in_one : int
        Stations that both have; of these those without a difference, with one within the
        tolerance, with a larger one, and with a figure that was read in one capture only.
    differ_in_votes : int
        Those in which votes differ, not only lines.
    only : dict
        ``first`` and ``second``: the stations that one alone has.
    by_option, by_line : dict
        How each figure differs, and the net of it.
    became : dict
        How many stations each kind of difference has; every differing station has one.
    by_area, by_size : tuple of StationsOfGroup
        Where the differing stations lie.
    swapped, zeroed, loaded
        Stations in which two options are exchanged, whose votes are gone, or came.
    stations : tuple of StationDifference
        The stations that differ, those of most effect first, at most 10,000.
    """

    captures: tuple[CaptureCompared, CaptureCompared]
    tolerance: Tolerance | None
    joined_by: dict[KeyForm, int]
    common: int
    agree: int
    within_tolerance: int
    differ: int
    differ_in_votes: int
    unread_in_one: int
    only: dict[Literal["first", "second"], OnlyIn]
    by_option: dict[str, FigureDifference]
    by_line: dict[str, FigureDifference]
    became: dict[Became, int]
    by_area: tuple[StationsOfGroup, ...]
    by_size: tuple[StationsOfGroup, ...]
    swapped: tuple[ExchangedOptions, ...]
    zeroed: tuple[str, ...]
    loaded: tuple[str, ...]
    stations: tuple[StationDifference, ...]


class PairAgreement(Model):
    """Two of several captures: their common stations, and how many agree in every figure."""

    first: str
    second: str
    common: int
    agree: int


class AgreementDocument(Model):
    """Several captures: who agrees, by pairs, and how many stations have a majority.

    ``against`` counts by capture the stations in which it differs from most; ``no_two_agree``
    lists those with a figure that no two captures say alike.
    """

    figures: tuple[str, ...]
    stations: int
    all_agree: int
    by_majority: int
    no_two: int
    pairs: tuple[PairAgreement, ...]
    against: dict[str, int]
    no_two_agree: tuple[str, ...]


class ReconcileSection(Model):
    """The other captures of a case beside its actas, as they stand in report.json.

    Attributes
    ----------
    support : tuple of CaptureSupport
        What each capture proves of the declared result, the actas first and all together last;
        empty where none was held against it.
    pairs : tuple of PairDocument
        The actas beside each capture, as in reconcile.json, with fewer stations listed.
    agreement : AgreementDocument or None
        Who agrees with whom, of more than two.
    """

    support: tuple[CaptureSupport, ...]
    pairs: tuple[PairDocument, ...]
    agreement: AgreementDocument | None


class ReconcileDocument(PairDocument):
    """reconcile.json: the first two captures, further pairs, and the agreement of more than two."""

    schema_: Literal["tallyverify/reconcile/1"] = Field("tallyverify/reconcile/1", alias="schema")
    version: str = __version__
    others: tuple[PairDocument, ...] = ()
    agreement: AgreementDocument | None = None

    def to_json(self) -> str:
        """Return the document, the same text for the same captures."""
        return escaped(self.model_dump_json(by_alias=True, indent=1)) + "\n"
