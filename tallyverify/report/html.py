"""The report as one self-contained HTML page, readable on paper and on a phone."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from tallyverify.errors import printable
from tallyverify.findings import Evidence, number, percent, points, sentence
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
    environment.filters["points"] = points
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
    facts = {**_facts(report), **_estimated(report)}
    return _environment().get_template("page.html").render(facts) + "\n"


def _estimated(report: Report) -> dict[str, Any]:
    """Return the estimate and its figures, as images that hold no script and no link."""
    picture = report.picture
    if picture is None:
        return {"picture": None, "figures": []}
    from tallyverify.report.figures import FIGURES, figures

    drawn = [
        {
            "title": FIGURES[name],
            "source": "data:image/svg+xml;base64," + b64encode(svg.encode()).decode("ascii"),
        }
        for name, svg in figures(picture).items()
    ]
    ranked = sorted(picture.estimate.shares.items(), key=lambda item: (-item[1].estimate, item[0]))
    return {"picture": picture, "figures": drawn, "estimated": ranked}


def fragment(report: Report) -> str:
    """Return the part that a notebook shows."""
    return _environment().get_template("fragment.html").render(_facts(report))
