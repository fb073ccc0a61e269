"""tallyverify: hold a declared election result against the polling-station tally sheets.

>>> import tallyverify as tv
>>> report = tv.verify(tv.load_case("data/samples/partial"))
>>> report.check("D310").reason
'not settled'

Names are loaded when they are first used, so that the import is light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tallyverify._version import __version__
from tallyverify.hand_on import hand_on

if TYPE_CHECKING:
    from tallyverify import compare, datasets, forensics, inference, reconcile, simulate
    from tallyverify.case import Case, CaseFile, load_case
    from tallyverify.checking import explain
    from tallyverify.engine import catalogue, json_schema, load_report, reproduce, verify
    from tallyverify.errors import InputError, TallyVerifyError
    from tallyverify.findings import CheckResult, Evidence, Finding, Status
    from tallyverify.inference import Estimate
    from tallyverify.proposals import Proposal, propose
    from tallyverify.readers import ActaStream, read_actas, read_registry
    from tallyverify.records import (
        Acta,
        AreaResult,
        Balance,
        Bulletin,
        Candidate,
        Contest,
        Declared,
        Mapping,
    )
    from tallyverify.report import Report
    from tallyverify.table import ActaTable, Registry

__all__ = [
    "Acta",
    "ActaStream",
    "ActaTable",
    "AreaResult",
    "Balance",
    "Bulletin",
    "Candidate",
    "Case",
    "CaseFile",
    "CheckResult",
    "Contest",
    "Declared",
    "Estimate",
    "Evidence",
    "Finding",
    "InputError",
    "Mapping",
    "Proposal",
    "Registry",
    "Report",
    "Status",
    "TallyVerifyError",
    "__version__",
    "catalogue",
    "compare",
    "datasets",
    "explain",
    "forensics",
    "inference",
    "json_schema",
    "load_case",
    "load_report",
    "propose",
    "read_actas",
    "read_registry",
    "reconcile",
    "reproduce",
    "simulate",
    "verify",
]

_HOMES = {
    "case": ("Case", "CaseFile", "load_case"),
    "checking": ("explain",),
    "engine": ("catalogue", "json_schema", "load_report", "reproduce", "verify"),
    "errors": ("InputError", "TallyVerifyError"),
    "findings": ("CheckResult", "Evidence", "Finding", "Status"),
    "inference": ("Estimate",),
    "proposals": ("Proposal", "propose"),
    "readers": ("ActaStream", "read_actas", "read_registry"),
    "records": (
        "Acta",
        "AreaResult",
        "Balance",
        "Bulletin",
        "Candidate",
        "Contest",
        "Declared",
        "Mapping",
    ),
    "report": ("Report",),
    "table": ("ActaTable", "Registry"),
}
_handed_on = hand_on(__name__, _HOMES)


def __getattr__(name: str) -> Any:
    if name in ("compare", "datasets", "forensics", "inference", "reconcile", "simulate"):
        return import_module(f"tallyverify.{name}")
    return _handed_on(name)


def __dir__() -> list[str]:
    return sorted(__all__)
