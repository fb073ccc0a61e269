"""The report as one self-contained HTML page, readable on paper and on a phone."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from tallyverify.errors import printable
from tallyverify.feasibility import IN_QUESTION
from tallyverify.findings import number, percent, points, sentence
from tallyverify.report import indicators
from tallyverify.report.model import Report
from tallyverify.report.words import (
    ARITHMETIC,
    groups_of,
    outcome_of,
    status_word,
    verdict_words,
)

_MOST = 200
_RUNGS = {
    "contradiction": "Published figures cannot all be true together; arithmetic alone.",
    "improbable": "A stated probability model, with its error rate controlled, rejects.",
    "discrepancy": "Published figures differ, by so little that a few wrong sheets explain it.",
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
    filters = (number, printable, sentence, points)
    environment.filters |= {one.__name__: one for one in filters} | {"status": status_word}
    environment.globals |= {"percent": percent, "indicators": indicators}
    environment.globals |= {"outcome_of": outcome_of}
    environment.globals |= {"in_question": IN_QUESTION, "arithmetic": ARITHMETIC}
    return environment


def _facts(report: Report) -> dict[str, Any]:
    groups = [
        {
            "rung": str(rung),
            "words": _RUNGS[rung],
            "count": count,
            "shown": here[:_MOST],
            "more": len(here[_MOST:]),
            "elsewhere": count - len(here),
        }
        for rung, count, here in groups_of(report)
    ]
    return {
        "report": report,
        "words": verdict_words(report),
        "groups": groups,
        "ranked": sorted(report.totals.votes.items(), key=lambda item: (-item[1], item[0])),
        "rungs": _RUNGS,
    }


def page(report: Report) -> str:
    """Return a whole HTML page."""
    facts = {**_facts(report), **_estimated(report), **_indicators(report)}
    return _environment().get_template("page.html").render(facts) + "\n"


def _estimated(report: Report) -> dict[str, Any]:
    """Return the estimate and its figures, as images that hold no script and no link."""
    picture = report.picture
    if picture is None:
        return {"picture": None, "figures": []}
    from tallyverify.report.drawings.estimate_figures import FIGURES, figures

    ranked = sorted(picture.estimate.shares.items(), key=lambda item: (-item[1].estimate, item[0]))
    return {"picture": picture, "figures": _images(figures(picture), FIGURES), "estimated": ranked}


def _indicators(report: Report) -> dict[str, Any]:
    """Return the tests of the indicators, and the figures of all of them."""
    if report.forensics is None:
        return {"battery": None}
    from tallyverify.forensics import WORST_RATE
    from tallyverify.report.drawings.forensic_figures import FORENSIC_FIGURES, forensic_figures

    images = _images(forensic_figures(report.forensics), FORENSIC_FIGURES)
    return {"battery": report.forensics.battery, "worst": WORST_RATE, "drawn": images}


def _images(drawn: dict[str, str], titles: dict[str, str]) -> list[dict[str, str]]:
    """Return figures as images that stand in the page itself."""
    kind = "data:image/svg+xml;base64,"
    return [
        {"title": titles[name], "source": kind + b64encode(svg.encode()).decode("ascii")}
        for name, svg in drawn.items()
    ]


def fragment(report: Report) -> str:
    """Return the part that a notebook shows."""
    return _environment().get_template("fragment.html").render(_facts(report))
