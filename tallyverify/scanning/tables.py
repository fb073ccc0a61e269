"""The two tables of a scan: what the codes say, and what became of each page."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path

from tallyverify.errors import inert
from tallyverify.readers import QR_COLUMNS, read_payload
from tallyverify.scanning.outcomes import FileOutcome
from tallyverify.scanning.words import why

RECORD_COLUMNS = (
    *("file", "page", "status", "how", "why", "payload", "others", "unread"),
    *("width", "height", "sha256"),
)
"""Columns of the second table."""


def acta_rows(outcomes: Iterable[FileOutcome]) -> str:
    """Return a table with a row for each page that was read, in the order of files and pages."""
    return _csv(
        QR_COLUMNS,
        (
            (
                *(acta.centre, acta.mesa, acta.code, *acta.votes, acta.null, acta.invalid),
                *(outcome.file, page.page),
            )
            for outcome in outcomes
            for page in outcome.pages
            if page.status == "read"
            for acta in [read_payload(page.text)]
        ),
    )


def page_rows(outcomes: Iterable[FileOutcome]) -> str:
    """Return a table with a row for each page, and for each file that has none."""
    return _csv(
        RECORD_COLUMNS,
        (
            (
                *(outcome.file, page.page or "", page.status, page.how, str(why(page))),
                *(
                    page.text,
                    json.dumps(page.others) if page.others else "",
                    "yes" if page.unread else "",
                ),
                *(page.width or "", page.height or "", outcome.sha256),
            )
            for outcome in outcomes
            for page in outcome.pages
        ),
    )


def is_ours(path: Path, header: Iterable[str]) -> bool:
    """Return whether a file begins as one of the tables does."""
    first = _csv(header, ()).encode()
    with path.open("rb") as file:
        return file.read(len(first)) == first


def _csv(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    held = io.StringIO()
    table = csv.writer(held, lineterminator="\n")
    table.writerow(header)
    for row in rows:
        table.writerow([inert(cell) if isinstance(cell, str) else cell for cell in row])
    return held.getvalue()
