"""Stations at 100 %, as notes of F506: their number beside a clean twin's, and which they are."""

from __future__ import annotations

from tallyverify.checking import Check
from tallyverify.findings import Finding
from tallyverify.forensics.study import ForensicStudy
from tallyverify.language import counted, number

_MOST = 20


def full_findings(check: Check, study: ForensicStudy) -> list[Finding]:
    """Return a note for each of the first stations, those first where everybody voted for one."""
    found, stations = study.full, study.stations
    said = []
    for at in found.ranked[:_MOST]:
        key, valid = str(stations.key[at]), int(stations.valid[at])
        parts, share = [], None
        if found.everybody[at]:
            parts.append(
                f"all {counted(int(stations.registered[at]), 'registered voter', 'registered voters')} voted"
            )
            share = 1.0
        if found.one[at]:
            name = study.names[stations.candidates[int(found.whose[at])]]
            whole = (
                "the one valid vote is" if valid == 1 else f"all {number(valid)} valid votes are"
            )
            parts.append(f"{whole} for {name}")
        said.append(
            check.finding(
                f"station {key}: {' and '.join(parts)}",
                station=key,
                observed=share,
                arithmetic=f"{number(valid)} of {number(valid)} valid votes"
                if found.one[at]
                else f"{number(int(stations.turned_out[at]))} of "
                f"{number(int(stations.registered[at]))} registered voters",
            )
        )
    return said


def full_sentence(study: ForensicStudy) -> str:
    """Return how many stations are at 100 %, and why that may be."""
    found = study.full
    return f"{found.sentence()}; {found.warnings[0]}"
