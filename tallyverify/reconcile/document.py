"""reconcile.json: the document that others read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import Field

from tallyverify._version import __version__
from tallyverify.checking import CaptureSupport
from tallyverify.model import Model
from tallyverify.reconcile.agreement import Agreement
from tallyverify.reconcile.became import exchanged_options
from tallyverify.reconcile.difference import (
    Became,
    FigureDifference,
    OnlyIn,
    StationDifference,
    StationsOfGroup,
)
from tallyverify.reconcile.listing import stations_that_differ
from tallyverify.reconcile.pair import Reconciliation
from tallyverify.records import SourceKind, Tolerance
from tallyverify.table import KeyForm
from tallyverify.taken import takes_input

MOST_LISTED = 10_000
"""So many stations are listed in reconcile.json; the worklist has all."""


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
        return self.model_dump_json(by_alias=True, indent=1) + "\n"


@takes_input
@dataclass(frozen=True, eq=False)
class CapturesHeld:
    """The pairs of captures of a case, as they were compared, and who agrees with whom."""

    pairs: tuple[Reconciliation, ...]
    agreement: Agreement | None

    def to_json(self) -> str:
        """Return reconcile.json."""
        return document_of(self.pairs, self.agreement).to_json()

    def section(self, support: tuple[CaptureSupport, ...], most: int) -> ReconcileSection:
        """Return what stands in the report, with so many stations listed."""
        return ReconcileSection(
            support=support,
            pairs=tuple(pair_document(one, most) for one in self.pairs),
            agreement=agreement_document(self.agreement, most)
            if self.agreement is not None
            else None,
        )


@takes_input
def document_of(
    pairs: Sequence[Reconciliation], agreement: Agreement | None = None
) -> ReconcileDocument:
    """Return reconcile.json for pairs of captures, the first of them at its head."""
    documents = [pair_document(pair) for pair in pairs]
    return ReconcileDocument(
        schema="tallyverify/reconcile/1",
        **dict(documents[0]),
        others=tuple(documents[1:]),
        agreement=agreement_document(agreement) if agreement is not None else None,
    )


def pair_document(pair: Reconciliation, most: int = MOST_LISTED) -> PairDocument:
    """Return what reconcile.json says of two captures."""
    figures = pair.by_figure
    some = pair.differing | ((pair.raw_change != 0).any(axis=1))
    return PairDocument(
        captures=(_capture(pair, 0), _capture(pair, 1)),
        tolerance=pair.tolerance,
        joined_by=pair.match.forms,
        common=pair.common,
        agree=int((~some).sum()),
        within_tolerance=pair.within_tolerance,
        differ=pair.differ,
        differ_in_votes=pair.differ_in_votes,
        unread_in_one=int(pair.half_read.sum()),
        only={"first": pair.only[0], "second": pair.only[1]},
        by_option={name: figures[name] for name in pair.options},
        by_line={name: figures[name] for name in pair.lines},
        became=pair.became_counts,
        by_area=pair.by_area,
        by_size=pair.by_size,
        swapped=_swapped(pair)[:most],
        zeroed=_of_kind(pair, "zeroed")[:most],
        loaded=_of_kind(pair, "loaded")[:most],
        stations=stations_that_differ(pair, most),
    )


def agreement_document(found: Agreement, most: int = MOST_LISTED) -> AgreementDocument:
    """Return what reconcile.json says of several captures."""
    return AgreementDocument(
        figures=found.figures,
        stations=len(found.station),
        all_agree=int(found.all_agree.sum()),
        by_majority=int(found.by_majority.sum()),
        no_two=int(found.no_two.sum()),
        pairs=tuple(
            PairAgreement(first=one, second=other, common=common, agree=agree)
            for one, other, common, agree in found.pairs()
        ),
        against=found.against,
        no_two_agree=tuple(map(str, found.station[found.no_two][:most])),
    )


def _capture(pair: Reconciliation, side: int) -> CaptureCompared:
    own = pair.captures[side]
    return CaptureCompared(
        name=own.name,
        kind=pair.kinds[side],
        file=own.table.source.name,
        sha256=own.table.source.sha256,
        stations=len(own) + len(own.twice),
        twice=own.twice,
    )


def _swapped(pair: Reconciliation) -> tuple[ExchangedOptions, ...]:
    return tuple(
        ExchangedOptions(
            station=str(pair.station[row]),
            options=(pair.options[one], pair.options[other]),
            first=(int(pair.first[row, one]), int(pair.first[row, other])),
            second=(int(pair.second[row, one]), int(pair.second[row, other])),
        )
        for row, (one, other) in exchanged_options(pair).items()
    )


def _of_kind(pair: Reconciliation, kind: Became) -> tuple[str, ...]:
    return tuple(map(str, pair.station[np.flatnonzero(pair.became == kind)]))
