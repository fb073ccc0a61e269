"""The findings as tables that others read: a frame with stable types, CSV and Markdown."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

from tallyverify.errors import inert, printable
from tallyverify.findings import Evidence, Finding
from tallyverify.language import capitalized, formula, number, told
from tallyverify.report.first_screen.declared_figures import declared_words, difference_words
from tallyverify.report.first_screen.telling import summary_of
from tallyverify.report.spoken import in_its_language
from tallyverify.report.words import rung_word

if TYPE_CHECKING:
    import pandas as pd

    from tallyverify.report.first_screen.summary import Summary
    from tallyverify.report.model import Report

_FIGURES = ("observed", "expected", "difference")
_MARKS = re.compile(r"([\\`*_{}\[\]()#+!|~$<>&-])")
_MOST = 20


@in_its_language
def findings_frame(report: Report) -> pd.DataFrame:
    """Return the findings, one row each: texts as ``string``, figures as ``Float64``."""
    import pandas as pd

    rows = _rows(report)
    columns = {}
    for name in Finding.model_fields:
        values: list[object] = [row[name] for row in rows]
        columns[name] = pd.Series(values, dtype="Float64" if name in _FIGURES else "string")
    return pd.DataFrame(columns)


@in_its_language
def findings_csv(report: Report) -> str:
    """Return the findings as CSV in which no cell is a formula to a spreadsheet.

    A text that begins with ``= + - @``, a tab or a carriage return has an apostrophe before it.
    """
    held = io.StringIO()
    table = csv.writer(held, lineterminator="\n")
    table.writerow(Finding.model_fields)
    for row in _rows(report):
        table.writerow([inert(cell) if isinstance(cell, str) else cell for cell in row.values()])
    return held.getvalue()


def _rows(report: Report) -> list[dict[str, Any]]:
    rows = [finding.model_dump(mode="json") for finding in report.findings]
    for row in rows:
        row["area"] = " / ".join(row["area"].values())
    return rows


@in_its_language
def as_markdown(report: Report) -> str:
    """Return the first screen and the findings as Markdown; what files hold is never markup."""
    summary = summary_of(report)
    lines = [f"# {_plain(report.contest.name or report.contest.id)}", ""]
    lines += [f"**{_plain(summary.sentence)}**", "", *_figures(summary), ""]
    lines += [f"- {name}: {_plain(text)}" for name, text in summary.lines()]
    for rung in Evidence:
        found = [one for one in report.findings if one.evidence is rung]
        if not found or rung is Evidence.NOTE:
            continue
        count = len(found)
        heading = formula("{rung} ({count})", rung=rung_word(rung, count), count=number(count))
        lines += ["", f"## {capitalized(heading)}", ""]
        for one in found[:_MOST]:
            lines.append(f"- {one.code}: {_plain(one.words)}")
            if one.arithmetic:
                lines.append(f"  {_plain(one.arithmetic)}")
        if len(found) > _MOST:
            more = told("… {more} more in report.json", more=number(count - _MOST))
            lines.append(f"- {more}")
    last = told(
        "Notes: {notes}. tallyverify {version}, seed {seed}.",
        notes=number(report.counts()["note"]),
        version=_plain(report.version),
        seed=str(report.seed),
    )
    lines += ["", str(last)]
    return "\n".join(lines) + "\n"


def _figures(summary: Summary) -> list[str]:
    heads = ["", str(told("sheets"))]
    for one in summary.bulletins:
        named = told("bulletin {bulletin}", bulletin=_plain(one.id))
        heads += [str(named), str(told("difference"))]
    lines = [f"| {' | '.join(heads)} |", "|---|" + "--:|" * (len(heads) - 1)]
    for row in summary.figures:
        cells = [_plain(row.label), "–" if row.sheets is None else str(number(row.sheets))]
        for figure in row.declared:
            cells += [str(declared_words(figure)), str(difference_words(figure))]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _plain(text: str) -> str:
    """Return a text that Markdown shows as it stands."""
    return _MARKS.sub(r"\\\1", " ".join(printable(text).split()))
