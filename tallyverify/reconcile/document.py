"""reconcile.json: the document that others read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tallyverify.findings import CaptureSupport
from tallyverify.reconcile.agreement import Agreement
from tallyverify.reconcile.became import exchanged_options
from tallyverify.reconcile.difference import Became
from tallyverify.reconcile.document_keys import (
    AgreementDocument,
    CaptureCompared,
    ExchangedOptions,
    PairAgreement,
    PairDocument,
    ReconcileDocument,
    ReconcileSection,
)
from tallyverify.reconcile.listing import stations_that_differ
from tallyverify.reconcile.pair import Reconciliation
from tallyverify.taken import takes_input

MOST_LISTED = 10_000
"""So many stations are listed in reconcile.json; the worklist has all."""


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
