"""The report as one self-contained HTML page, readable on paper, on a phone and without script."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt

from tallyverify.checking import explanations
from tallyverify.errors import printable
from tallyverify.feasibility import IN_QUESTION
from tallyverify.findings import CheckResult
from tallyverify.language import (
    Language,
    Told,
    capitalized,
    counted,
    enumerated,
    formatted,
    formula,
    number,
    percent,
    points,
    sentence,
    span,
    spoken,
    told,
    translations,
)
from tallyverify.report import captured, estimated, indicators
from tallyverify.report.drawings.gaps import covered_areas, gaps_of
from tallyverify.report.first_screen.declared_figures import (
    declared_words,
    difference_words,
    standing_out,
)
from tallyverify.report.first_screen.sentences import after_the_verdict
from tallyverify.report.first_screen.telling import summary_of
from tallyverify.report.model import Report
from tallyverify.report.spoken import in_its_language
from tallyverify.report.words import (
    ARITHMETIC,
    VERDICTS,
    became_of,
    groups_of,
    outcome_of,
    pattern_word,
    rung_word,
    status_word,
)

_MOST = 200
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_RUNGS = {
    "contradiction": told("Published figures cannot all be true together; arithmetic alone."),
    "improbable": told("A stated probability model, with its error rate controlled, rejects."),
    "discrepancy": told(
        "Published figures differ, by so little that a few wrong sheets explain it."
    ),
    "anomaly": told("An indicator with known false positives."),
    "quality": told("Sheets, or the file, whose own figures do not agree; they move no verdict."),
    "note": told("Worth knowing."),
}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("tallyverify.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        finalize=lambda value: str(value) if isinstance(value, Told) else value,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: translations(spoken()).gettext(text),
        lambda one, many, count: translations(spoken()).ngettext(one, many, count),
    )
    tellers = (number, sentence, points, formatted, capitalized)
    environment.filters |= {one.__name__: _said(one) for one in tellers}
    environment.filters |= {"printable": printable, "status": _said(status_word)}
    environment.filters |= {
        "declared": _said(declared_words),
        "difference": _said(difference_words),
    }
    environment.filters |= {"rung": _said(rung_word), "pattern": _said(pattern_word)}
    environment.globals |= {"percent": _said(percent), "span": _said(span)}
    environment.globals |= {"indicators": indicators, "estimated": estimated}
    environment.globals |= {"captured": captured}
    environment.globals |= {"outcome_of": _said(outcome_of), "verdicts": VERDICTS}
    environment.globals |= {"in_question": IN_QUESTION, "arithmetic": ARITHMETIC}
    return environment


def _said(teller: Callable[..., str]) -> Callable[..., str]:
    """Return what says a text in the language that is spoken: a template takes it as it is."""
    return lambda *given: str(teller(*given))


@cache
def _part(name: str) -> str:
    """Return a text that stands in the page as it is, its style or its script."""
    return files("tallyverify.report").joinpath("templates", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Return what a Content-Security-Policy lets in: this text and no other."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode('ascii')}"


@cache
def _explained(language: Language) -> tuple[tuple[str, str, str], ...]:
    """Return code, title and page of each check; links are text, since nothing is loaded."""
    markdown, explained = MarkdownIt("commonmark"), []
    for code, page in explanations(language).items():
        head, _, text = _LINK.sub(r"\1", page).partition("\n")
        explained.append((code, head.partition(": ")[2], markdown.render(text)))
    return tuple(explained)


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
    summary, expected = summary_of(report), report.coverage.stations_expected
    partly = expected is None or report.coverage.stations < expected
    facts = {"report": report, "summary": summary, "groups": groups}
    facts |= {"out": standing_out(report), "partly": partly}
    facts |= {"rest": after_the_verdict(report, summary.figures)}
    return {**facts, "rungs": _RUNGS, "style": _part("style.css")}


@in_its_language
def page(report: Report) -> str:
    """Return a whole HTML page."""
    style, script = _part("whole.css") + _part("style.css"), _part("script.js")
    facts = {**_facts(report), **_estimated(report), **_indicators(report)}
    facts |= {"style": style, "style_hash": _hash(style), "linked": True}
    facts |= {
        "script": script,
        "script_hash": _hash(script),
        "explained": _explained(report.language),
    }
    facts |= {"gaps": gaps_of(report), "areas": covered_areas(report)}
    facts |= {"contents": _contents(facts)}
    return _environment().get_template("page.html").render(facts) + "\n"


def _contents(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the anchors of the page and their titles."""
    report: Report = facts["report"]
    listed = (
        ("verdict", told("Verdict"), True),
        ("gap", told("Declared against the sheets"), facts["gaps"]),
        ("findings", told("Findings"), True),
        ("notes", told("Notes"), report.counts()["note"]),
        (
            "materiality",
            told("Sheets in question"),
            report.materiality and report.materiality.kinds,
        ),
        ("captures", told("Other captures"), report.reconcile),
        ("coverage", told("Coverage"), facts["areas"]),
        ("estimate", told("The unseen"), facts["picture"] is not None),
        ("indicators", told("Indicators"), facts["battery"] is not None),
        ("checks", told("Checks and method"), True),
        ("made", told("Made from"), True),
    )
    return [(anchor, title) for anchor, title, there in listed if there]


def _indicators_line(report: Report) -> str:
    """Return what the indicators came to in one line."""
    asked = [one for one in report.answered if one.family == "forensics"]
    alike: dict[str, list[CheckResult]] = {}
    for one in asked:
        alike.setdefault(status_word(one), []).append(one)
    words = enumerated(
        formula(
            "{checks} {word}",
            checks=counted(len(some), "check", "checks"),
            word=status_word(some[0], len(some)),
        )
        for some in alike.values()
    )
    if any(became_of(one) == "flagged" for one in asked):
        return told("An anomaly never moves the verdict: {words}.", words=words)
    return told("No indicator is flagged: {words}.", words=words)


def _estimated(report: Report) -> dict[str, Any]:
    """Return the estimate and its figures, as images that hold no script and no link."""
    picture = report.picture
    if picture is None:
        return {"picture": None, "figures": []}
    from tallyverify.report.drawings.estimate_figures import FIGURES, figures

    ranked = sorted(picture.estimate.shares.items(), key=lambda item: (-item[1].estimate, item[0]))
    return {"picture": picture, "figures": _images(figures(picture), FIGURES), "ranked": ranked}


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


def _images(drawn: dict[str, str], titles: Mapping[str, str]) -> list[dict[str, str]]:
    """Return figures as images that stand in the page itself."""
    kind = "data:image/svg+xml;base64,"
    return [
        {"title": str(titles[name]), "source": kind + b64encode(svg.encode()).decode("ascii")}
        for name, svg in drawn.items()
    ]


@in_its_language
def fragment(report: Report) -> str:
    """Return the part that a notebook shows."""
    return _environment().get_template("fragment.html").render(_facts(report))
