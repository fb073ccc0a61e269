"""The findings as tables that others read: a frame with stable types, CSV and Markdown."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

from tallyverify.errors import printable
from tallyverify.findings import Evidence, Finding
from tallyverify.language import number
from tallyverify.report.first_screen.declared_figures import declared_words, difference_words
from tallyverify.report.first_screen.telling import summary_of

if TYPE_CHECKING:
    import pandas as pd

    from tallyverify.report.first_screen.summary import Summary
    from tallyverify.report.model import Report

_FIGURES = ("observed", "expected", "difference")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MARKS = re.compile(r"([\\`*_{}\[\]()#+!|~$<>&-])")
_MOST = 20


def findings_frame(report: Report) -> pd.DataFrame:
    """Return the findings, one row each: texts as ``string``, figures as ``Float64``."""
    import pandas as pd

    rows = _rows(report)
    columns = {}
    for name in Finding.model_fields:
        values: list[object] = [row[name] for row in rows]
        columns[name] = pd.Series(values, dtype="Float64" if name in _FIGURES else "string")
    return pd.DataFrame(columns)


def findings_csv(report: Report) -> str:
    """Return the findings as CSV in which no cell is a formula to a spreadsheet.

    A text that begins with ``= + - @``, a tab or a carriage return has an apostrophe before it.
    """
    held = io.StringIO()
    table = csv.writer(held, lineterminator="\n")
    table.writerow(Finding.model_fields)
    for row in _rows(report):
        table.writerow([_inert(cell) if isinstance(cell, str) else cell for cell in row.values()])
    return held.getvalue()


def _rows(report: Report) -> list[dict[str, Any]]:
    rows = [finding.model_dump(mode="json") for finding in report.findings]
    for row in rows:
        row["area"] = " / ".join(row["area"].values())
    return rows


def _inert(text: str) -> str:
    told = printable(text)
    return f"'{told}" if told.lstrip(" ").startswith(_FORMULA) else told


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
        lines += ["", f"## {str(rung).capitalize()} ({number(len(found))})", ""]
        for one in found[:_MOST]:
            lines.append(f"- {one.code}: {_plain(one.words)}")
            if one.arithmetic:
                lines.append(f"  {_plain(one.arithmetic)}")
        if len(found) > _MOST:
            lines.append(f"- … {number(len(found) - _MOST)} more in report.json")
    notes = report.counts()["note"]
    lines += [
        "",
        f"Notes: {number(notes)}. tallyverify {_plain(report.version)}, seed {report.seed}.",
    ]
    return "\n".join(lines) + "\n"


def _figures(summary: Summary) -> list[str]:
    heads = ["", "sheets"]
    for one in summary.bulletins:
        heads += [f"bulletin {_plain(one.id)}", "difference"]
    lines = [f"| {' | '.join(heads)} |", "|---|" + "--:|" * (len(heads) - 1)]
    for row in summary.figures:
        cells = [_plain(row.label), "–" if row.sheets is None else number(row.sheets)]
        for figure in row.declared:
            cells += [declared_words(figure), difference_words(figure)]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _plain(text: str) -> str:
    """Return a text that Markdown shows as it stands."""
    return _MARKS.sub(r"\\\1", " ".join(printable(text).split()))
