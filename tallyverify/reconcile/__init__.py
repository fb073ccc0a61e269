"""Two or more captures of the same stations: what they share, where they differ, who gains by it.

In: tables of sheets from several sources. Out: :class:`Reconciliation`, reconcile.json, a worklist;
S601 to S605. Begin with :mod:`tallyverify.reconcile.two_captures`.
"""

from typing import TYPE_CHECKING

from tallyverify.hand_on import hand_on

if TYPE_CHECKING:
    from tallyverify.reconcile.agreement import Agreement, agreement_of
    from tallyverify.reconcile.checks import CHECKS
    from tallyverify.reconcile.document import CapturesHeld, document_of
    from tallyverify.reconcile.document_keys import (
        PairDocument,
        ReconcileDocument,
        ReconcileSection,
    )
    from tallyverify.reconcile.pair import Reconciliation
    from tallyverify.reconcile.slips_of_digits import digit_slips
    from tallyverify.reconcile.study import ActasKept, summarise_actas
    from tallyverify.reconcile.two_captures import reconcile_captures
    from tallyverify.reconcile.worklist import read_worklist, worklist_csv

__all__ = [
    "CHECKS",
    "ActasKept",
    "Agreement",
    "CapturesHeld",
    "PairDocument",
    "ReconcileDocument",
    "ReconcileSection",
    "Reconciliation",
    "agreement_of",
    "digit_slips",
    "document_of",
    "read_worklist",
    "reconcile_captures",
    "summarise_actas",
    "worklist_csv",
]

__getattr__ = hand_on(
    __name__,
    {
        "agreement": ("Agreement", "agreement_of"),
        "checks": ("CHECKS",),
        "document": ("CapturesHeld", "document_of"),
        "document_keys": ("PairDocument", "ReconcileDocument", "ReconcileSection"),
        "pair": ("Reconciliation",),
        "slips_of_digits": ("digit_slips",),
        "study": ("ActasKept", "summarise_actas"),
        "two_captures": ("reconcile_captures",),
        "worklist": ("read_worklist", "worklist_csv"),
    },
)
