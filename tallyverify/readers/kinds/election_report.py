"""Election reports of NIST SP 1500-100, version 2, as one row for each unit and selection.

The data model: Wack and Dziurlaj, *Election Results Reporting Common Data Format Specification*
(NIST SP 1500-100r2), National Institute of Standards and Technology.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pyarrow as pa

from tallyverify.errors import InputError, listed, shown
from tallyverify.language import counted, formula, told, told_of
from tallyverify.readers.counts import MISSING
from tallyverify.readers.kinds.report_tree import (
    Record,
    ids_in,
    records_in,
    report_tree,
    text_in,
)
from tallyverify.readers.kinds.report_units import OWN_MARK, ReportingUnits
from tallyverify.readers.raw import Raw

AREA, LINE = "area:", "line:"
"""Columns for areas by kind, and for a contest's own lines."""

_FIGURES = {"registered": "VotersRegistered", "signed": "VotersParticipated"}
_OTHER = {"overvotes": "Overvotes", "undervotes": "Undervotes", "writeins": "WriteIns"}
_WHOLE = re.compile(r"(\d+)(?:\.0*)?")
_AS_FIGURE = re.compile(r"[\d.,' ]+")

Row = dict[str, str | None]
Names = dict[str, tuple[str, str]]


@dataclass
class _Counts:
    """What is counted in one contest: by unit, type and selection; and what was passed over."""

    votes: dict[tuple[str, str], dict[str, list[str | None]]] = field(default_factory=dict)
    others: dict[str, dict[str, str]] = field(default_factory=dict)
    passed_over: Counter[str] = field(default_factory=Counter)

    @property
    def units(self) -> set[str]:
        return {unit for unit, _ in self.votes} | set(self.others)


def read_election_report(data: bytes, name: str) -> tuple[Raw, tuple[str, ...]]:
    """Return the votes of a report, one row for each contest, unit, type of count and selection.

    Of units that lie in each other, only the innermost with counts of their own are stations.
    """
    report, written = report_tree(data, name)
    units = ReportingUnits.of(report, name)
    said: Counter[str] = Counter()
    rows: list[Row] = []
    elections = records_in(report, "Election", name)
    contests = [one for each in elections for one in records_in(each, "Contest", name)]
    labels = _labels([text_in(one, "Name", name) for one in contests], contests, name)
    if not contests:
        raise InputError(
            told("the report holds no contest"),
            file=name,
            found=counted(len(elections), "election", "elections"),
            hint=told("it may be one of several of a sequence, or written before the election"),
        )
    at = 0
    heights: Counter[str] = Counter()
    for election in elections:
        ballots = _ballots(election, units)
        names = _named(election, "Candidate", "BallotName", name)
        names |= _named(report, "Party", "Name", name)
        whole = {text_in(election, "ElectionScopeId", name)}
        for contest in records_in(election, "Contest", name):
            outside = whole | {text_in(contest, "ElectionDistrictId", name)}
            selections = _selections(contest, names, name)
            counts = _counted(contest, units)
            said.update(counts.passed_over)
            for row in _rows(counts, selections, ballots, units, outside, said, heights):
                rows.append({"Contest": labels[at], **row})
            at += 1
    if not rows:
        raise InputError(told("the report holds no counts"), file=name)
    told_of_it = (told("NIST SP 1500-100, {written}", written=written), *_said(said))
    return _as_raw(rows, heights, name), told_of_it


def _labels(names: list[str], contests: list[Record], file: str) -> list[str]:
    """Return the names of contests, with their identifiers where two have one name."""
    times = Counter(names)
    return [
        name if name and times[name] == 1 else f"{name} ({text_in(one, '@id', file)})".strip()
        for name, one in zip(names, contests, strict=True)
    ]


def _named(record: Record, key: str, name: str, file: str) -> Names:
    """Return candidates or parties by identifier: what this package called them, and their names.

    The first is empty where it did not.
    """
    found: Names = {}
    for one in records_in(record, key, file):
        marks = [
            text_in(other, "Value", file)
            for other in records_in(one, "ExternalIdentifier", file)
            if text_in(other, "OtherType", file) == OWN_MARK + "option"
        ]
        found[text_in(one, "@id", file)] = "".join(marks[:1]), text_in(one, name, file)
    return found


def _selections(contest: Record, names: Names, file: str) -> Names:
    """Return each selection's mark and name, by its identifier."""
    found: Names = {}
    for one in records_in(contest, "ContestSelection", file):
        key = text_in(one, "@id", file)
        if not key or key in found:
            raise InputError(
                told("a selection has no identifier of its own"),
                file=file,
                place="ContestSelection",
                found=shown(key),
            )
        of = [*ids_in(one, "CandidateIds", file), *ids_in(one, "PartyIds", file)]
        unknown = [other for other in of if other not in names]
        if unknown:
            raise InputError(
                told("a selection names a candidate or party that the report does not have"),
                file=file,
                place=formula("ContestSelection {key}", key=key),
                found=listed(unknown, 5),
                expected=told("one of {names}", names=listed(names, 12)),
            )
        marks, labels = [names[other][0] for other in of], [names[other][1] for other in of]
        label = " / ".join(filter(None, labels))
        label = label or text_in(one, "Selection", file)
        written_in = text_in(one, "IsWriteIn", file).lower() == "true" and not of
        mark = "".join(marks[:1]) if len(of) == 1 else ""
        found[key] = mark or key, label or ("write-in" if written_in else key)
    times = Counter(label for _, label in found.values())
    return {
        key: (mark, label if times[label] == 1 else f"{label} ({key})")
        for key, (mark, label) in found.items()
    }


def _counted(contest: Record, units: ReportingUnits) -> _Counts:
    """Return the counts of a contest, those of devices and later rounds passed over."""
    counts = _Counts()
    file = units.file
    for one in records_in(contest, "ContestSelection", file):
        selection = text_in(one, "@id", file)
        for count in records_in(one, "VoteCounts", file):
            unit = units.known(text_in(count, "GpUnitId", file), "VoteCounts.GpUnitId")
            why = _passed_over(count, unit, units)
            if why:
                counts.passed_over[why] += 1
                continue
            by_selection = counts.votes.setdefault((unit, _type(count, file)), {})
            by_selection.setdefault(selection, []).append(_count(count, "Count", file))
    for other in records_in(contest, "OtherCounts", file):
        unit = units.known(text_in(other, "GpUnitId", file), "OtherCounts.GpUnitId")
        if _passed_over(other, unit, units):
            counts.passed_over["device"] += 1
            continue
        figures = counts.others.setdefault(unit, {})
        for line, key in _OTHER.items():
            if key in other:
                figures[line] = _count(other, key, file) or ""
    return counts


def _passed_over(count: Record, unit: str, units: ReportingUnits) -> str | None:
    if "DeviceClass" in count or units.is_device(unit):
        return "device"
    if text_in(count, "Round", units.file) not in ("", "1"):
        return "round"
    return None


def _type(count: Record, file: str) -> str:
    kind = text_in(count, "Type", file) or "total"
    return text_in(count, "OtherType", file) or kind if kind == "other" else kind


def _count(count: Record, key: str, file: str) -> str | None:
    """Return a count as text that is read as the number it is, or not at all."""
    if text_in(count, "IsSuppressedForPrivacy", file).lower() in ("true", "1"):
        return "suppressed"
    return figure_text(text_in(count, key, file) or None)


def figure_text(text: str | None) -> str | None:
    """Return a number's text so that no separator of thousands is seen where there is none."""
    whole = _WHOLE.fullmatch(text) if text is not None else None
    if whole:
        return whole.group(1)
    if text is None:
        return None
    return f'"{text}"' if _AS_FIGURE.fullmatch(text) or text in MISSING else text


def _ballots(election: Record, units: ReportingUnits) -> dict[tuple[str, str], Row]:
    """Return ballots by unit and type, and classes of paper that this package wrote so."""
    found: dict[tuple[str, str], Row] = {}
    file = units.file
    for count in records_in(election, "BallotCounts", file):
        unit = units.known(text_in(count, "GpUnitId", file), "BallotCounts.GpUnitId")
        if _passed_over(count, unit, units):
            continue
        kind = _type(count, file)
        own = kind.startswith(OWN_MARK)
        line = LINE + kind.removeprefix(OWN_MARK) if own else "ballots"
        row = found.setdefault((unit, "total" if own else kind), {})
        row[line] = _count(count, "BallotsCast", file)
    return found


def _rows(
    counts: _Counts,
    selections: Names,
    ballots: dict[tuple[str, str], Row],
    units: ReportingUnits,
    outside: set[str],
    said: Counter[str],
    heights: Counter[str],
) -> Iterator[Row]:
    counted = counts.units
    holding = units.holding(counted)
    stations = counted - holding
    said["holding"] += len(counted & holding)
    kinds = list(dict.fromkeys(kind for _, kind in counts.votes)) or ["total"]
    for unit in [one for one in units.records if one in stations]:
        areas, steps = units.areas(unit, outside)
        for kind, step in steps.items():
            heights[AREA + kind] = max(heights[AREA + kind], step)
        place: Row = {
            "station": units.key(unit),
            "GpUnitId": unit,
            "GpUnit": units.name(unit),
            **{AREA + kind: area for kind, area in areas.items()},
            **{n: figure_text(units.figure(unit, key)) for n, key in _FIGURES.items()},
            **counts.others.get(unit, {}),
        }
        own = [kind for kind in kinds if (unit, kind) in counts.votes]
        if own and "total" not in own and "total" in kinds:
            said["partial"] += 1
        for kind in own or ["total"]:
            votes = counts.votes.get((unit, kind), {})
            row = place | ballots.get((unit, kind), {}) | {"CountType": kind}
            for selection, (mark, label) in selections.items():
                for count in votes.get(selection, [None]):
                    yield row | {"Selection": mark, "SelectionName": label, "Count": count}


def _as_raw(rows: list[Row], heights: Counter[str], name: str) -> Raw:
    names = dict.fromkeys(key for row in rows for key in row)
    areas = sorted((key for key in names if key in heights), key=lambda key: -heights[key])
    ordered = [key for key in names if key not in heights]
    at = ordered.index("station") + 1
    ordered[at:at] = areas
    filled = {key: [row.get(key) for row in rows] for key in ordered}
    columns = {
        key: pa.chunked_array([pa.array(cells, pa.string())])
        for key, cells in filled.items()
        if key in ("Count", "CountType") or any(cell is not None for cell in cells)
    }
    return Raw(list(columns), list(columns.values()), name, first_row=1)


def _said(said: Counter[str]) -> list[str]:
    texts = {
        "holding": told_of(
            said["holding"],
            "{count} reporting unit that holds others with counts is left out: a subtotal",
            "{count} reporting units that hold others with counts are left out: subtotals",
        ),
        "device": told_of(
            said["device"],
            "{count} count of a device or a class of devices is left out",
            "{count} counts of devices or of classes of devices are left out",
        ),
        "round": told_of(
            said["round"],
            "{count} count of a later round is left out",
            "{count} counts of later rounds are left out",
        ),
        "partial": told_of(
            said["partial"],
            "{count} reporting unit has counts by type, and none of the type total",
            "{count} reporting units have counts by type, and none of the type total",
        ),
    }
    return [text for key, text in texts.items() if said[key]]
