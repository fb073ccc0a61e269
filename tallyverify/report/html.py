"""The report as one self-contained HTML page, readable on paper and on a phone."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from tallyverify.errors import printable
from tallyverify.findings import Evidence, number, percent, points, sentence
from tallyverify.report import indicators
from tallyverify.report.indicators import shown_elsewhere, used_of
from tallyverify.report.model import Report
from tallyverify.report.words import status_word, verdict_words

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
    environment.filters |= {
        "number": number,
        "status": status_word,
        "printable": printable,
        "sentence": sentence,
        "points": points,
        "figure": indicators.figure_of,
        "flag": indicators.flag_of,
        "probability": indicators.probability,
        "rejects": indicators.rejects_of,
        "size": indicators.size_of,
        "statistic": indicators.statistic_of,
    }
    environment.globals["percent"] = percent
    return environment


def _facts(report: Report) -> dict[str, Any]:
    groups = []
    for rung in Evidence:
        found = [finding for finding in report.findings if finding.evidence is rung]
        if found:
            here = [finding for finding in found if not shown_elsewhere(report, finding)]
            groups.append(
                {
                    "rung": str(rung),
                    "words": _RUNGS[rung],
                    "count": len(found),
                    "shown": here[:_MOST],
                    "more": len(here[_MOST:]),
                    "elsewhere": len(found) - len(here),
                }
            )
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
    from tallyverify.report.figures import FIGURES, figures

    ranked = sorted(picture.estimate.shares.items(), key=lambda item: (-item[1].estimate, item[0]))
    return {"picture": picture, "figures": _images(figures(picture), FIGURES), "estimated": ranked}


def _indicators(report: Report) -> dict[str, Any]:
    """Return the indicators, what became of them, and their figures."""
    if report.forensics is None:
        return {"battery": None}
    from tallyverify.forensics.calibration import WORST_RATE
    from tallyverify.report.forensic_figures import FORENSIC_FIGURES, forensic_figures

    used = used_of(report)
    return {
        "battery": report.forensics.battery,
        "worst": f"{100 * WORST_RATE:g}",
        "used": used,
        "judged": sum(one.adjusted is not None for one in used),
        "sizes": {one.code: one.result.effect.name for one in used if one.result.effect},
        "twins": indicators.twins_of(report),
        "unused": indicators.unused_of(report),
        "described": indicators.described_of(report),
        "drawn": _images(forensic_figures(report.forensics), FORENSIC_FIGURES),
    }


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
