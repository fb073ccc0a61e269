"""What a report says of the content of its files, whatever they are called and however cut."""

from __future__ import annotations

import json
import re
from typing import Any

from tallyverify import Report

# "rows 4, 12", "row 3 of part1.csv": where a row stands, in a message.
_ROWS = re.compile(r"\b(rows?) \d+(?: of [\w.]+)?(?:, \d+(?: of [\w.]+)?)*")
_NAMES = re.compile(r"\b(?:actas\.\w+|part\d+\.\w+|actas(?=: ))")
_OF_FILE = ("encoding", "header", "separator", "sheet")
"""Keys of a mapping that say how a file of one kind is opened: no other kind has them."""


def without_places(report: Report) -> dict[str, Any]:
    """Return report.json without what names files, their kind and the places of rows in them.

    Left out: the digests of the sheets, of case.json and of left_out.csv, which name them, and how
    many files the sheets were; how a file of this kind is opened, and what a sign within a figure
    means there (a typed file has none); of T209, how the file was read. A row's place becomes
    ``row ?``; findings that differ in this alone, or stand in the order of places, are put in the
    order of their words.
    """
    text = _NAMES.sub("(file)", _ROWS.sub(r"\1 ?", report.to_json()))
    found: dict[str, Any] = json.loads(text)
    sheets = [one for one in found["inputs"] if one["role"] == "actas"]
    found["inputs"] = [one for one in found["inputs"] if one["role"] not in ("actas", "case")]
    found["rows"] = sum(one["rows"] for one in sheets)
    del found["left_out"]["sha256"]
    for read in found["mappings"]:
        if read["role"] == "actas":
            for key in ("name", "grouping", "decimal"):
                del read[key]
            for key in _OF_FILE:
                read["mapping"].pop(key, None)
    for check in found["checks"]:
        if check["code"] == "T209":
            del check["reason"]
    found["findings"] = sorted(found["findings"], key=lambda one: json.dumps(one, sort_keys=True))
    return found
