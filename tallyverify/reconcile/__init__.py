"""Two or more captures of the same stations: what they share, where they differ, who gains by it.

In: tables of sheets from several sources. Out: :class:`Reconciliation`, reconcile.json, a worklist;
S601 to S605. Begin with :mod:`tallyverify.reconcile.pair`.
"""

from tallyverify.reconcile.agreement import Agreement, agreement_of
from tallyverify.reconcile.checks import CHECKS
from tallyverify.reconcile.digit_slips import digit_slips
from tallyverify.reconcile.document import (
    AgreementDocument,
    PairDocument,
    ReconcileDocument,
    agreement_document,
    document_of,
    pair_document,
)
from tallyverify.reconcile.pair import Reconciliation, reconcile_captures
from tallyverify.reconcile.study import ActasKept, summarise_actas

__all__ = [
    "CHECKS",
    "ActasKept",
    "Agreement",
    "AgreementDocument",
    "PairDocument",
    "ReconcileDocument",
    "Reconciliation",
    "agreement_document",
    "agreement_of",
    "digit_slips",
    "document_of",
    "pair_document",
    "reconcile_captures",
    "summarise_actas",
]
