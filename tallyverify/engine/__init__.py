"""The main job: run the catalogue over a case, grade it, and put the report together.

In: a :class:`~tallyverify.case.Case`. Out: a :class:`~tallyverify.report.Report`. Begin with
:mod:`tallyverify.engine.verification`.
"""

from typing import TYPE_CHECKING

from tallyverify.hand_on import hand_on

if TYPE_CHECKING:
    from tallyverify.engine.all_checks import catalogue, select
    from tallyverify.engine.contradicting import contradictions
    from tallyverify.engine.rechecking import check_certificate
    from tallyverify.engine.reproducing import Difference, Reproduction, load_report, reproduce
    from tallyverify.engine.schemas import json_schema
    from tallyverify.engine.verification import estimate_case, verify

__all__ = [
    "Difference",
    "Reproduction",
    "catalogue",
    "check_certificate",
    "contradictions",
    "estimate_case",
    "json_schema",
    "load_report",
    "reproduce",
    "select",
    "verify",
]

__getattr__ = hand_on(
    __name__,
    {
        "all_checks": (
            "catalogue",
            "select",
        ),
        "contradicting": ("contradictions",),
        "rechecking": ("check_certificate",),
        "reproducing": (
            "Difference",
            "Reproduction",
            "load_report",
            "reproduce",
        ),
        "schemas": ("json_schema",),
        "verification": (
            "estimate_case",
            "verify",
        ),
    },
)
