"""Stations and areas that depart most from their own, for people who will look at the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tallyverify.checking import Check
from tallyverify.findings import Finding, place
from tallyverify.forensics.places.outlying_result import percent_of
from tallyverify.forensics.stations import Stations
from tallyverify.forensics.study import ForensicStudy
from tallyverify.language import counted

if TYPE_CHECKING:
    import pandas as pd

_MOST = 20
_FEW = 3
_FAR = 6.0
_CHANCE = ": it may be chance"
_FAR_OUT = ": far out, but so are others, and the tail fitted to all of them holds it"


def departing_findings(check: Check, study: ForensicStudy) -> list[Finding]:
    """Return a note for each station and area that departs beyond chance, the farthest first.

    Where none does, the three that depart most are named all the same, and that it may be chance:
    one alone among a few hundred makes the tail heavy in which it would stand out.
    """
    if study.departing is None:
        return []
    one, many = study.departing
    said = [] if one.refused else [_station(check, row) for row in _shown(one.ranked(_MOST))]
    if not many.refused:
        said += [_area(check, row, study.stations) for row in _shown(many.table)]
    return said


def _shown(rows: pd.DataFrame) -> list[dict[str, Any]]:
    every = [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]
    return [row for row in every if row["flagged"]][:_MOST] or every[:_FEW]


def _station(check: Check, row: dict[str, Any]) -> Finding:
    station = str(row["station"])
    return check.finding(f"station {station}: {row['reason']}", station=station, **_figures(row))


def _area(check: Check, row: dict[str, Any], stations: Stations) -> Finding:
    depth = stations.levels.index(row["level"])
    at = int(np.flatnonzero(stations.areas[depth] == int(row["area"]))[0])
    area = {
        level: str(stations.labels[up][stations.areas[up][at]])
        for up, level in enumerate(stations.levels[: depth + 1])
    }
    has = "turnout is" if row["aspect"] == "turnout" else f"{row['aspect']} has"
    rest = f"the rest of {place(dict(list(area.items())[:-1]))}" if depth else "all others"
    return check.finding(
        f"{row['level']} {place(area)}: {has} {percent_of(row['share'])} "
        f"({counted(int(row['stations']), 'station', 'stations')}); going by {rest}, expected "
        f"{percent_of(row['expected'])} ({percent_of(row['low'])} to {percent_of(row['high'])})",
        area=area,
        **_figures(row),
    )


def _figures(row: dict[str, Any]) -> dict[str, Any]:
    away = f"{row['score']:+.1f}".replace("-", "−")
    return {
        "observed": float(row["share"]),
        "expected": float(row["expected"]),
        "arithmetic": (
            f"{away} predicted standard deviations, adjusted p {row['adjusted']:.2g}"
            + ("" if row["flagged"] else _FAR_OUT if abs(row["score"]) > _FAR else _CHANCE)
        ),
    }
