"""The part of the schema of NIST SP 1500-100, version 2.0.3, that reports written here use.

Written by hand from the published model (NIST SP 1500-100r2, classes and schema 2.0.3), as the
schema itself lies in no package registry: every class that is used, with all its members whose
classes are used too, in the order of the XML schema. One table, of which both schemas are made.
"""

from __future__ import annotations

from typing import Any

SPACE = "http://itl.nist.gov/ns/voting/1500-100/v2"

ENUMERATIONS = {
    "CountItemType": "absentee absentee-fwab absentee-in-person absentee-mail early election-day "
    "provisional seats total uocava write-in other",
    "ElectionType": "general partisan-primary-closed partisan-primary-open primary runoff special "
    "other",
    "IdentifierType": "fips local-level national-level ocd-id state-level other",
    "ReportDetailLevel": "precinct-level summary-contest",
    "ReportingUnitType": "ballot-batch ballot-style-area borough city city-council "
    "combined-precinct congressional country county county-council drop-box judicial municipality "
    "polling-place precinct school special split-precinct state state-house state-senate town "
    "township utility village vote-center ward water other",
    "ResultsStatus": "certified correction pre-election recount unofficial-complete "
    "unofficial-partial",
    "VoteVariation": "approval borda cumulative majority n-of-m plurality proportional range rcv "
    "super-majority other",
}

# Class: what it extends, whether it is abstract, whether it has an identifier, and its members:
# name, type, and ? (at most one), * (any number), nothing (one).
CLASSES: dict[str, tuple[str, bool, bool, str]] = {
    "ElectionReport": (
        "", False, False,
        "Election:Election* ExternalIdentifier:ExternalIdentifier* Format:ReportDetailLevel "
        "GeneratedDate:DateTimeWithZone GpUnit:GpUnit* Issuer:string IssuerAbbreviation:string "
        "IsTest:boolean? Notes:string? SequenceStart:integer SequenceEnd:integer "
        "Status:ResultsStatus TestType:string? VendorApplicationId:string",
    ),
    "Election": (
        "", False, False,
        "BallotCounts:BallotCounts* Candidate:Candidate* Contest:Contest* ElectionScopeId:IDREF "
        "ExternalIdentifier:ExternalIdentifier* Name:InternationalizedText StartDate:date "
        "EndDate:date Type:ElectionType OtherType:string?",
    ),
    "Contest": (
        "", True, True,
        "Abbreviation:string? BallotSubTitle:InternationalizedText? "
        "BallotTitle:InternationalizedText? ContestSelection:ContestSelection* "
        "ElectionDistrictId:IDREF ExternalIdentifier:ExternalIdentifier* HasRotation:boolean? "
        "Name:string OtherCounts:OtherCounts* SequenceOrder:integer? SubUnitsReported:integer? "
        "TotalSubUnits:integer? VoteVariation:VoteVariation? OtherVoteVariation:string?",
    ),
    "CandidateContest": (
        "Contest", False, True,
        "NumberElected:integer? NumberRunoff:integer? OfficeIds:IDREFS? PrimaryPartyIds:IDREFS? "
        "VotesAllowed:integer",
    ),
    "ContestSelection": ("", True, True, "SequenceOrder:integer? VoteCounts:VoteCounts*"),
    "CandidateSelection": (
        "ContestSelection", False, True,
        "CandidateIds:IDREFS? EndorsementPartyIds:IDREFS? IsWriteIn:boolean?",
    ),
    "Counts": (
        "", True, False,
        "GpUnitId:IDREF IsSuppressedForPrivacy:boolean? Round:integer? Type:CountItemType "
        "OtherType:string?",
    ),
    "VoteCounts": ("Counts", False, False, "Count:double"),
    "BallotCounts": (
        "Counts", False, False,
        "BallotsCast:integer? BallotsOutstanding:integer? BallotsRejected:integer?",
    ),
    "OtherCounts": (
        "", False, False, "GpUnitId:IDREF Overvotes:double? Undervotes:double? WriteIns:integer?",
    ),
    "Candidate": (
        "", False, True,
        "BallotName:InternationalizedText CampaignSlogan:InternationalizedText? "
        "ExternalIdentifier:ExternalIdentifier* FileDate:date? IsIncumbent:boolean? "
        "IsTopTicket:boolean? PartyId:IDREF? PersonId:IDREF?",
    ),
    "GpUnit": (
        "", True, True,
        "ComposingGpUnitIds:IDREFS? ExternalIdentifier:ExternalIdentifier* "
        "Name:InternationalizedText?",
    ),
    "ReportingUnit": (
        "GpUnit", False, True,
        "AuthorityIds:IDREFS? IsDistricted:boolean? IsMailOnly:boolean? Number:string? "
        "SubUnitsReported:integer? TotalSubUnits:integer? Type:ReportingUnitType OtherType:string? "
        "VotersParticipated:integer? VotersRegistered:integer?",
    ),
    "ExternalIdentifier": (
        "", False, False, "Type:IdentifierType OtherType:string? Value:string",
    ),
    "InternationalizedText": ("", False, False, "Text:LanguageString*"),
}  # fmt: skip
_STAMP = (
    r"[0-9]{4}-(0?[1-9]|1[012])-(0?[1-9]|[12][0-9]|3[01])T"
    r"(([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]|(24:00:00))(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
)
_PLAIN = {"string", "integer", "double", "boolean", "date", "IDREF", "IDREFS"}


def _members(name: str) -> list[tuple[str, str, str]]:
    found = []
    for one in CLASSES[name][3].split():
        member, _, kind = one.partition(":")
        mark = kind[-1] if kind[-1] in "?*" else ""
        found.append((member, kind.removesuffix(mark) if mark else kind, mark))
    return found


def xml_schema() -> str:
    """Return the XML schema."""
    parts = [
        '<xsd:schema elementFormDefault="qualified" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
        f' targetNamespace="{SPACE}" xmlns="{SPACE}">',
        '<xsd:element name="ElectionReport" type="ElectionReport"/>',
        '<xsd:simpleType name="DateTimeWithZone"><xsd:restriction base="xsd:dateTime">'
        f'<xsd:pattern value="{_STAMP}"/></xsd:restriction></xsd:simpleType>',
        '<xsd:complexType name="LanguageString"><xsd:simpleContent>'
        '<xsd:extension base="xsd:string"><xsd:attribute name="Language" type="xsd:language" '
        'use="required"/></xsd:extension></xsd:simpleContent></xsd:complexType>',
    ]
    for name, values in ENUMERATIONS.items():
        allowed = "".join(f'<xsd:enumeration value="{value}"/>' for value in values.split())
        parts.append(
            f'<xsd:simpleType name="{name}"><xsd:restriction base="xsd:string">{allowed}'
            "</xsd:restriction></xsd:simpleType>"
        )
    for name, (base, abstract, identified, _) in CLASSES.items():
        elements = ""
        for member, kind, mark in _members(name):
            typed = f"xsd:{kind}" if kind in _PLAIN else kind
            least = ' minOccurs="0"' if mark and name != "InternationalizedText" else ""
            most = ' maxOccurs="unbounded"' if mark == "*" else ""
            elements += f'<xsd:element name="{member}" type="{typed}"{least}{most}/>'
        body = f"<xsd:sequence>{elements}</xsd:sequence>"
        if base:
            body = (
                f'<xsd:complexContent><xsd:extension base="{base}">{body}</xsd:extension>'
                "</xsd:complexContent>"
            )
        elif identified:
            body += '<xsd:attribute name="ObjectId" type="xsd:ID" use="required"/>'
        mark = ' abstract="true"' if abstract else ""
        parts.append(f'<xsd:complexType name="{name}"{mark}>{body}</xsd:complexType>')
    return "\n".join([*parts, "</xsd:schema>"])


def json_schema_of_reports() -> dict[str, Any]:
    """Return the JSON schema (draft 4)."""
    plain: dict[str, Any] = {
        "string": {"type": "string"},
        "integer": {"type": "integer"},
        "double": {"type": "number"},
        "boolean": {"type": "boolean"},
        "date": {"type": "string", "format": "date"},
        "IDREF": {"type": "string"},
        "IDREFS": {"type": "array", "items": {"type": "string"}},
        "DateTimeWithZone": {"type": "string", "pattern": f"^{_STAMP}$"},
    }
    plain |= {name: {"enum": values.split()} for name, values in ENUMERATIONS.items()}
    definitions: dict[str, Any] = {
        "LanguageString": _object(
            "LanguageString",
            {"Content": plain["string"], "Language": plain["string"]},
            ["Content", "Language"],
        )
    }
    for name, (base, abstract, identified, _) in CLASSES.items():
        if abstract:
            own = [one for one, (of, *_) in CLASSES.items() if of == name]
            definitions[name] = {"oneOf": [{"$ref": f"#/definitions/{one}"} for one in own]}
            continue
        properties: dict[str, Any] = {"@id": plain["string"]} if identified else {}
        needed = ["@id"] if identified else []
        for member, kind, mark in [*(_members(base) if base else []), *_members(name)]:
            one = plain.get(kind, {"$ref": f"#/definitions/{kind}"})
            many = {"type": "array", "items": one}
            properties[member] = many if mark == "*" else one
            needed += [] if mark else [member]
        definitions[name] = _object(name, properties, needed)
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "$ref": "#/definitions/ElectionReport",
        "definitions": definitions,
    }


def _object(name: str, properties: dict[str, Any], needed: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["@type", *needed],
        "properties": {"@type": {"enum": [f"ElectionResults.{name}"]}, **properties},
    }
