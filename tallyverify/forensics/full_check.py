"""Stations at 100 %, as notes of F506: their number beside a clean twin's, and which they are."""

from __future__ import annotations

from tallyverify.checking import Check
from tallyverify.findings import Finding
from tallyverify.forensics.study import ForensicStudy
from tallyverify.language import clauses, number, told, told_of

_MOST = 20


def full_findings(check: Check, study: ForensicStudy) -> list[Finding]:
    """Return a note for each of the first stations, those first where everybody voted for one."""
    found, stations = study.full, study.stations
    said = []
    for at in found.ranked[:_MOST]:
        said.append(
            check.finding(
                _station(study, int(at)),
                station=str(stations.key[at]),
                observed=1.0 if found.everybody[at] else None,
                arithmetic=_figures(study, int(at)),
            )
        )
    return said


def _figures(study: ForensicStudy, at: int) -> str:
    stations = study.stations
    if study.full.one[at]:
        valid = number(int(stations.valid[at]))
        return told("{part} of {whole} valid votes", part=valid, whole=valid)
    return told(
        "{part} of {whole} registered voters",
        part=number(int(stations.turned_out[at])),
        whole=number(int(stations.registered[at])),
    )


def _station(study: ForensicStudy, at: int) -> str:
    """Return whether all voted, or all for one, at one station; one of the two is so."""
    found, stations = study.full, study.stations
    key, everybody, for_one = str(stations.key[at]), "", ""
    if found.everybody[at]:
        everybody = told_of(
            int(stations.registered[at]),
            "all {count} registered voter voted",
            "all {count} registered voters voted",
        )
    if found.one[at]:
        for_one = told_of(
            int(stations.valid[at]),
            "the one valid vote is for {name}",
            "all {count} valid votes are for {name}",
            name=study.names[stations.candidates[int(found.whose[at])]],
        )
    if everybody and for_one:
        return told(
            "station {station}: {first} and {second}", station=key, first=everybody, second=for_one
        )
    return told("station {station}: {what}", station=key, what=everybody or for_one)


def full_sentence(study: ForensicStudy) -> str:
    """Return how many stations are at 100 %, and why that may be."""
    found = study.full
    return clauses([found.sentence(), found.warnings[0]])
