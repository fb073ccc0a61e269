"""The report as one self-contained HTML page, readable on paper and on a phone."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from tallyverify.errors import printable
from tallyverify.findings import Evidence, number, percent, sentence
from tallyverify.report.model import VERDICTS, Report

__all__ = ["fragment", "page"]

_MOST = 200
_RUNGS = {
    "contradiction": "Two published figures cannot both be true; arithmetic alone.",
    "improbable": "A stated probability model, with its error rate controlled, rejects.",
    "anomaly": "An indicator with known false positives.",
    "quality": "The record itself is unsound.",
    "note": "Worth knowing.",
}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("tallyverify.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = number
    environment.filters["printable"] = printable
    environment.filters["sentence"] = sentence
    environment.globals["percent"] = percent
    return environment


def _facts(report: Report) -> dict[str, Any]:
    groups = []
    for rung in Evidence:
        found = [finding for finding in report.findings if finding.evidence is rung]
        if found:
            groups.append(
                {
                    "rung": str(rung),
                    "words": _RUNGS[rung],
                    "count": len(found),
                    "shown": found[:_MOST],
                }
            )
    return {
        "report": report,
        "words": VERDICTS[report.verdict],
        "groups": groups,
        "ranked": sorted(report.totals.votes.items(), key=lambda item: (-item[1], item[0])),
        "rungs": _RUNGS,
    }


def page(report: Report) -> str:
    """Return a whole HTML page."""
    return _environment().get_template("page.html").render(_facts(report)) + "\n"


def fragment(report: Report) -> str:
    """Return the part that a notebook shows."""
    return _environment().get_template("fragment.html").render(_facts(report))
