"""An election report of NIST SP 1500-100 as XML: the same document, in the order of its schema."""

from __future__ import annotations

import re
from typing import Any
from xml.sax.saxutils import escape, quoteattr  # these write, and parse nothing  # nosec B406

from tallyverify.errors import InputError, shown
from tallyverify.exchange.cells import TableCells
from tallyverify.exchange.report_document import Record, report_document
from tallyverify.language import told

_SPACE = "http://itl.nist.gov/ns/voting/1500-100/v2"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_ORDER = {
    "ElectionReport": "Election Format GeneratedDate GpUnit Issuer IssuerAbbreviation "
    "SequenceStart SequenceEnd Status VendorApplicationId",
    "Election": "BallotCounts Candidate Contest ElectionScopeId Name StartDate EndDate Type "
    "OtherType",
    "CandidateContest": "ContestSelection ElectionDistrictId Name OtherCounts VotesAllowed",
    "CandidateSelection": "VoteCounts CandidateIds",
    "VoteCounts": "GpUnitId Type OtherType Count",
    "BallotCounts": "GpUnitId Type OtherType BallotsCast",
    "OtherCounts": "GpUnitId Overvotes Undervotes",
    "Candidate": "BallotName ExternalIdentifier",
    "ReportingUnit": "ComposingGpUnitIds ExternalIdentifier Name Type OtherType "
    "VotersParticipated VotersRegistered",
    "ExternalIdentifier": "Type OtherType Value",
    "InternationalizedText": "Text",
}
"""The parts of each class, in the order of the schema."""
_NAMED = {"ReportingUnit", "CandidateContest", "CandidateSelection"}
"""Classes that stand where the schema has an abstract one, and say which they are."""
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_report_xml(cells: TableCells) -> bytes:
    """Return the report as XML.

    Raises
    ------
    InputError
        If a name holds a character that XML cannot hold.
    """
    report = report_document(cells)
    spaces = f' xmlns="{_SPACE}" xmlns:xsi="{_INSTANCE}"'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    _element("ElectionReport", report, lines, "", spaces)
    return ("\n".join(lines) + "\n").encode("utf-8")


def _element(tag: str, record: Record, lines: list[str], indent: str, attributes: str) -> None:
    kind = str(record["@type"]).removeprefix("ElectionResults.")
    if "@id" in record:
        attributes += f" ObjectId={quoteattr(record['@id'])}"
    if kind in _NAMED:
        attributes += f' xsi:type="{kind}"'
    if kind == "LanguageString":
        attributes += f" Language={quoteattr(record['Language'])}"
        lines.append(f"{indent}<{tag}{attributes}>{_text(record['Content'])}</{tag}>")
        return
    lines.append(f"{indent}<{tag}{attributes}>")
    for key in _ORDER[kind].split():
        _part(key, record.get(key), lines, indent + " ")
    lines.append(f"{indent}</{tag}>")


def _part(key: str, value: Any, lines: list[str], indent: str) -> None:
    if value is None:
        return
    if key.endswith("Ids"):
        lines.append(f"{indent}<{key}>{_text(' '.join(value))}</{key}>")
        return
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            _element(key, one, lines, indent, "")
        else:
            lines.append(f"{indent}<{key}>{_text(str(one))}</{key}>")


def _text(text: str) -> str:
    wrong = _NOT_IN_XML.search(text)
    if wrong:
        raise InputError(
            told("a name holds a character that XML cannot hold"),
            found=shown(text),
            hint=told("write the report as JSON"),
        )
    return escape(text, {"\r": "&#13;"})
