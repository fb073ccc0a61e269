"""A table as an election report of NIST SP 1500-100, version 2, as JSON holds it."""

from __future__ import annotations

from typing import Any

from tallyverify.errors import InputError, json_text
from tallyverify.exchange.cells import SheetCells, TableCells
from tallyverify.language import told
from tallyverify.records import Contest

Record = dict[str, Any]

OWN_MARK = "tallyverify:"
_TYPES = {  # the levels that the format has a word for
    *("borough", "city", "congressional", "country", "county", "judicial", "municipality"),
    *("school", "state", "town", "township", "village", "ward"),
}
_COUNTED = {"overvotes": "Overvotes", "undervotes": "Undervotes"}
_OF_UNIT = {"registered": "VotersRegistered", "signed": "VotersParticipated"}


def as_report_json(cells: TableCells) -> bytes:
    """Return the report as JSON."""
    return json_text(report_document(cells), indent=1).encode("utf-8")


def report_document(cells: TableCells) -> Record:
    """Return the report: its units, its one election and contest, its counts.

    Raises
    ------
    InputError
        If the contest has no date: the format needs one, and no other is at hand.
    """
    table = cells.table
    contest = table.contest
    if not contest.date:
        raise InputError(
            told("the contest has no date, and an election report needs one"),
            file="contest.json",
            place="date",
            expected='"date": "2024-07-28"',
            hint=told("add the date of the vote to the contest"),
        )
    units = _Units(contest)
    votes: dict[str, list[Record]] = {name: [] for name in table.votes}
    ballots: list[Record] = []
    others: list[Record] = []
    for row in cells:
        unit = units.station(row, table.levels)
        for name in table.votes:
            if row.figures[name] is not None:
                count = {"GpUnitId": unit, "Type": "total", "Count": row.figures[name]}
                votes[name].append(_typed("VoteCounts", count))
        ballots += _ballots(row, unit, table.lines)
        over = {key: row.figures.get(line) for line, key in _COUNTED.items()}
        over = {key: count for key, count in over.items() if count is not None}
        if over or all(row.figures[name] is None for name in table.votes):
            others.append(_typed("OtherCounts", {"GpUnitId": unit, **over}))
    candidates = [_candidate(contest, name, at) for at, name in enumerate(table.votes, 1)]
    selections = [
        _typed(
            "CandidateSelection",
            {
                "@id": f"selection-{at}",
                "CandidateIds": [f"candidate-{at}"],
                **({"VoteCounts": votes[name]} if votes[name] else {}),
            },
        )
        for at, name in enumerate(table.votes, 1)
    ]
    race = {
        "@id": "contest",
        "ElectionDistrictId": units.whole,
        "Name": contest.name or contest.id,
        "VotesAllowed": contest.votes_allowed,
        "ContestSelection": selections,
        **({"OtherCounts": others} if others else {}),
    }
    election = {
        "ElectionScopeId": units.whole,
        "Name": _text(contest.name or contest.id),
        "StartDate": contest.date,
        "EndDate": contest.date,
        "Type": "other",
        "OtherType": "not stated",
        "Candidate": candidates,
        "Contest": [_typed("CandidateContest", race)],
        **({"BallotCounts": ballots} if ballots else {}),
    }
    report = {
        "Format": "precinct-level",
        "GeneratedDate": f"{contest.date}T00:00:00Z",
        "Issuer": "tallyverify",
        "IssuerAbbreviation": "tallyverify",
        "SequenceStart": 1,
        "SequenceEnd": 1,
        "Status": "unofficial-partial",
        "VendorApplicationId": "tallyverify",
        "GpUnit": units.records,
        "Election": [_typed("Election", election)],
    }
    return _typed("ElectionReport", report)


class _Units:
    """Reporting units: the whole, the areas below it, and a unit for each sheet."""

    whole = "whole"

    def __init__(self, contest: Contest) -> None:
        name = contest.country or contest.name or contest.id
        kind = {"Type": "country"} if contest.country else _other("whole")
        whole = _typed("ReportingUnit", {"@id": self.whole, "Name": _text(name), **kind})
        self.records: list[Record] = [whole]
        self._areas: dict[tuple[str, ...], Record] = {}
        self._sheets = 0

    def station(self, row: SheetCells, levels: tuple[str, ...]) -> str:
        """Add the unit of a sheet below its areas; return its identifier."""
        self._sheets += 1
        unit = f"sheet-{self._sheets}"
        marked = {**_other("station"), "Value": row.station}
        record: Record = {
            "@id": unit,
            "Name": _text(row.station),
            "Type": "precinct",
            "ExternalIdentifier": [_typed("ExternalIdentifier", marked)],
        }
        for line, key in _OF_UNIT.items():
            if row.figures.get(line) is not None:
                record[key] = row.figures[line]
        above = self.records[0]
        path: tuple[str, ...] = ()
        for level in levels:
            if row.areas[level]:
                path = (*path, level, row.areas[level])
                above = self._area(path, above)
        self._put(_typed("ReportingUnit", record), above)
        return unit

    def _area(self, path: tuple[str, ...], above: Record) -> Record:
        if path not in self._areas:
            *_, level, name = path
            kind = {"Type": level} if level in _TYPES else {"Type": "other", "OtherType": level}
            unit = f"area-{len(self._areas) + 1}"
            record = {"@id": unit, "Name": _text(name), **kind}
            self._areas[path] = _typed("ReportingUnit", record)
            self._put(self._areas[path], above)
        return self._areas[path]

    def _put(self, record: Record, above: Record) -> None:
        self.records.append(record)
        above.setdefault("ComposingGpUnitIds", []).append(record["@id"])


def _ballots(row: SheetCells, unit: str, lines: tuple[str, ...]) -> list[Record]:
    """Return the ballots of a sheet, and its other lines as ballots of a type of their own."""
    found = []
    for line in lines:
        count = row.figures[line]
        if count is None or line in _OF_UNIT or line in _COUNTED:
            continue
        kind = {"Type": "total"} if line == "ballots" else _other(line)
        record = {"GpUnitId": unit, **kind, "BallotsCast": count}
        found.append(_typed("BallotCounts", record))
    return found


def _candidate(contest: Contest, name: str, at: int) -> Record:
    whose = contest.options.get(name, name)
    called = contest.display(whose)
    called = called if name == whose else f"{called} ({name})"
    mark = _typed("ExternalIdentifier", {**_other("option"), "Value": name})
    record = {
        "@id": f"candidate-{at}",
        "BallotName": _text(called),
        "ExternalIdentifier": [mark],
    }
    return _typed("Candidate", record)


def _other(what: str) -> Record:
    return {"Type": "other", "OtherType": OWN_MARK + what}


def _text(content: str) -> Record:
    # Nobody said in which language names are: "und" is the code for that.
    one = _typed("LanguageString", {"Language": "und", "Content": content})
    return _typed("InternationalizedText", {"Text": [one]})


def _typed(kind: str, record: Record) -> Record:
    return {"@type": f"ElectionResults.{kind}", **record}
