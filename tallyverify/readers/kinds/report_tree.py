"""An election report of NIST SP 1500-100 as plain objects, from JSON or XML; hostile until read."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tallyverify.errors import InputError, shown
from tallyverify.language import formula, told
from tallyverify.readers.opening.json_records import distinct_keys

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element  # the type alone  # nosec B405

REPORT_SPACE = "http://itl.nist.gov/ns/voting/1500-100/v2"
"""The namespace of version 2, and the only one that is read."""

Record = dict[str, Any]

_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_ROOT = re.compile(rb"<(?:[\w.-]+:)?ElectionReport[\s/>]")
_JSON_MARK = b'"ElectionResults.ElectionReport"'


def is_election_report(data: bytes) -> bool:
    """Return whether text is an ElectionReport, in JSON or XML."""
    head = data.lstrip()[:1]
    if head == b"{":
        return _JSON_MARK in data
    return head == b"<" and bool(_ROOT.search(data))


def report_tree(data: bytes, name: str) -> tuple[Record, str]:
    """Return the report as JSON would hold it, and which of the two it was."""
    try:
        if data.lstrip().startswith(b"<"):
            return _from_xml(data, name), "XML"
        return _from_json(data, name), "JSON"
    except RecursionError:
        hint = told("a report has a few levels only; check that it is this file")
        raise InputError(told("the report is nested too deeply"), file=name, hint=hint) from None


def _from_json(data: bytes, name: str) -> Record:
    try:
        # Counts stay as they are written: 12.50 is not 12.5, and no float is exact.
        whole = json.loads(
            data, object_pairs_hook=distinct_keys, parse_float=str, parse_constant=str
        )
    except ValueError as error:
        raise InputError(
            told("the report is not valid JSON"),
            file=name,
            found=str(error)[:100],
            hint=told("the file may have been cut off; fetch it again"),
        ) from None
    if not isinstance(whole, dict):
        raise InputError(told("the file holds no JSON object"), file=name, found=shown(whole))
    return whole


def _from_xml(data: bytes, name: str) -> Record:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        raise InputError(
            told("the XML declares a document type or entities; it is not read"),
            file=name,
            expected=told("XML without <!DOCTYPE …>: a report needs none, and a bomb does"),
            hint=told("take the declaration out, if it is what it seems"),
        ) from None
    except (ParseError, ValueError, LookupError) as error:
        raise InputError(
            told("the XML is damaged or was cut off"),
            file=name,
            found=str(error)[:100],
            hint=told("fetch the file again"),
        ) from None
    space, _, local = str(root.tag).rpartition("}")
    if local != "ElectionReport" or space != "{" + REPORT_SPACE:
        raise InputError(
            told("the XML is no election report of NIST SP 1500-100, version 2"),
            file=name,
            place=shown(local),
            found=told("the namespace {space}", space=shown(space.removeprefix("{"))),
            expected=formula("ElectionReport, {space}", space=REPORT_SPACE),
            hint=told("write it again in version 2, or as CSV"),
        )
    whole = _plain(root)
    return whole if isinstance(whole, dict) else {}


def _plain(element: Element) -> Any:
    """Return an element as JSON would hold it; what may stand in it several times is a list."""
    text = (element.text or "").strip()
    if not len(element) and not element.attrib:
        return text
    record: Record = {}
    for key, value in element.attrib.items():
        if key == _TYPE:
            record["@type"] = "ElectionResults." + value.rpartition(":")[2]
        else:
            record["@id" if key == "ObjectId" else key] = value
    for child in element:
        local = str(child.tag).rpartition("}")[2]
        value = _plain(child)
        if local.endswith("Ids") and isinstance(value, str):
            record.setdefault(local, []).extend(value.split())
        else:
            record.setdefault(local, []).append(value)
    if not len(element):
        record["Content"] = text
    return record


def records_in(record: Record, key: str, file: str) -> list[Record]:
    """Return the objects under a key, one or several."""
    value = record.get(key)
    several = value if isinstance(value, list) else [] if value is None else [value]
    for one in several:
        if not isinstance(one, dict):
            # In XML an element without attributes and parts is a text.
            if one == "":
                continue
            raise _unlike(told("an object"), one, key, file)
    return [one for one in several if isinstance(one, dict)]


def text_in(record: Record, key: str, file: str) -> str:
    """Return the text under a key, in whatever language it is first; empty where there is none."""
    value = record.get(key)
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        texts = records_in(value, "Text", file)
        value = next((one.get("Content") for one in texts or [value]), None)
        value = value[0] if isinstance(value, list) and value else value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int):
        raise _unlike(told("a text"), value, key, file)
    return str(value).strip()


def ids_in(record: Record, key: str, file: str) -> list[str]:
    """Return the identifiers under a key."""
    value = record.get(key)
    several = value if isinstance(value, list) else [] if value is None else [value]
    for one in several:
        if not isinstance(one, str):
            raise _unlike(told("a list of identifiers"), one, key, file)
    return several


def kind_in(record: Record) -> str:
    """Return which class an object is of, as far as it says so."""
    return str(record.get("@type", "")).removeprefix("ElectionResults.")


def _unlike(expected: str, found: object, key: str, file: str) -> InputError:
    return InputError(
        told("this cannot stand here in an election report"),
        file=file,
        place=key,
        found=shown(found),
        expected=expected,
    )
