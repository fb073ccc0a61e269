"""The report as one self-contained HTML page, readable on paper, on a phone and without script."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt

from tallyverify.checking import explanations
from tallyverify.errors import printable
from tallyverify.feasibility import IN_QUESTION
from tallyverify.language import counted, number, percent, points, sentence
from tallyverify.report import indicators
from tallyverify.report.drawings.gaps import covered_areas, gaps_of
from tallyverify.report.first_screen.declared_figures import declared_words, difference_words
from tallyverify.report.first_screen.telling import summary_of
from tallyverify.report.model import Report
from tallyverify.report.words import ARITHMETIC, groups_of, outcome_of, status_word

_MOST = 200
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_RUNGS = {
    "contradiction": "Published figures cannot all be true together; arithmetic alone.",
    "improbable": "A stated probability model, with its error rate controlled, rejects.",
    "discrepancy": "Published figures differ, by so little that a few wrong sheets explain it.",
    "anomaly": "An indicator with known false positives.",
    "quality": "Sheets, or the file, whose own figures do not agree; they move no verdict.",
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
    environment.filters |= {"declared": declared_words, "difference": difference_words}
    environment.globals |= {"percent": percent, "indicators": indicators}
    environment.globals |= {"outcome_of": outcome_of}
    environment.globals |= {"in_question": IN_QUESTION, "arithmetic": ARITHMETIC}
    return environment


@cache
def _part(name: str) -> str:
    """Return a text that stands in the page as it is, its style or its script."""
    return files("tallyverify.report").joinpath("templates", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Return what a Content-Security-Policy lets in: this text and no other."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode('ascii')}"


@cache
def _explained() -> tuple[tuple[str, str, str], ...]:
    """Return code, title and page of each check; links are text, since nothing is loaded."""
    markdown, told = MarkdownIt("commonmark"), []
    for code, page in explanations().items():
        head, _, text = _LINK.sub(r"\1", page).partition("\n")
        told.append((code, head.partition(": ")[2], markdown.render(text)))
    return tuple(told)


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
    moved = report.verdict in ("contradicted", "discrepant")
    facts = {"report": report, "summary": summary_of(report), "moved": moved, "groups": groups}
    return {**facts, "rungs": _RUNGS, "style": _part("style.css")}


def page(report: Report) -> str:
    """Return a whole HTML page."""
    style, script = _part("whole.css") + _part("style.css"), _part("script.js")
    facts = {**_facts(report), **_estimated(report), **_indicators(report)}
    facts |= {"style": style, "style_hash": _hash(style), "linked": True}
    facts |= {"script": script, "script_hash": _hash(script), "explained": _explained()}
    facts |= {"gaps": gaps_of(report), "areas": covered_areas(report)}
    facts |= {"contents": _contents(facts)}
    return _environment().get_template("page.html").render(facts) + "\n"


def _contents(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the anchors of the page and their titles."""
    report: Report = facts["report"]
    listed = (
        ("verdict", "Verdict", True),
        ("gap", "Declared against the sheets", facts["gaps"]),
        ("findings", "Findings", True),
        ("notes", "Notes", report.counts()["note"]),
        ("materiality", "Sheets in question", report.materiality and report.materiality.kinds),
        ("coverage", "Coverage", facts["areas"]),
        ("estimate", "The unseen", facts["picture"] is not None),
        ("indicators", "Indicators", facts["battery"] is not None),
        ("checks", "Checks and method", True),
        ("made", "Made from", True),
    )
    return [(anchor, title) for anchor, title, there in listed if there]


def _indicators_line(report: Report) -> str:
    """Return what the indicators came to in one line."""
    words = Counter(status_word(one) for one in report.answered if one.family == "forensics")
    told = ", ".join(f"{counted(count, 'check', 'checks')} {word}" for word, count in words.items())
    flagged = any(word.startswith("flagged") for word in words)
    said = "An anomaly never moves the verdict" if flagged else "No indicator is flagged"
    return f"{said}: {told}."


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
    return {
        "battery": report.forensics.battery,
        "worst": WORST_RATE,
        "drawn": images,
        "indicators_line": _indicators_line(report),
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
