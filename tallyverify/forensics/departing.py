"""Stations and areas that depart most from their own, for people who will look at the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tallyverify.coverage import Kept
from tallyverify.facts import CaseFacts
from tallyverify.findings import Evidence, Finding, counted, place
from tallyverify.forensics.of_case import stations_for
from tallyverify.forensics.outlying import outlying_stations
from tallyverify.forensics.outlying_areas import OutlyingAreas, outlying_areas
from tallyverify.forensics.outlying_result import OutlyingStations, percent
from tallyverify.forensics.stations import Stations
from tallyverify.sheets import Sheets

if TYPE_CHECKING:
    import pandas as pd

_MOST = 20
_FEW = 3
_FAR = 6.0
_CHANCE = ": it may be chance"
_FAR_OUT = ": far out, but so are others, and the tail fitted to all of them holds it"


def departing(kept: Kept, facts: CaseFacts) -> tuple[OutlyingStations, OutlyingAreas] | None:
    """Return the rankings of a case, worked out once; None without areas."""
    sheets: Sheets = kept.rows
    stations, _ = stations_for(kept, facts)
    if stations is None or not stations.areas:
        return None
    if "departing" not in sheets.kept:
        sheets.kept["departing"] = _ranked(stations, facts)
    found: tuple[OutlyingStations, OutlyingAreas] = sheets.kept["departing"]
    return found


def _ranked(stations: Stations, facts: CaseFacts) -> tuple[OutlyingStations, OutlyingAreas]:
    known = stations.with_turnout
    registered = np.where(known, stations.registered, 0).astype(np.int64)
    ballots = np.where(known, stations.turned_out, stations.valid).astype(np.int64)
    turnout = registered if known.any() else None
    given: dict[str, Any] = {
        "areas": stations.areas,
        "registered": turnout,
        "ballots": ballots if turnout is not None else None,
        "candidates": [facts.contest.display(name) for name in stations.candidates],
        "area_names": stations.levels,
    }
    keys = [str(key) for key in stations.key]
    return (
        outlying_stations(stations.votes, station=keys, **given),
        outlying_areas(stations.votes, **given),
    )


def departing_findings(kept: Kept, facts: CaseFacts) -> list[Finding]:
    """Return a note for each station and area that departs beyond chance, the farthest first.

    Where none does, the three that depart most are named all the same, and that it may be chance:
    one alone among a few hundred makes the tail heavy in which it would stand out.
    """
    found = departing(kept, facts)
    stations, _ = stations_for(kept, facts)
    if found is None or stations is None:
        return []
    one, many = found
    said = [] if one.refused else [_station(row) for row in _shown(one.ranked(_MOST))]
    if not many.refused:
        said += [_area(row, stations) for row in _shown(many.table)]
    return said


def _shown(rows: pd.DataFrame) -> list[dict[str, Any]]:
    every = [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]
    return [row for row in every if row["flagged"]][:_MOST] or every[:_FEW]


def _station(row: dict[str, Any]) -> Finding:
    return Finding(
        code="F510",
        evidence=Evidence.NOTE,
        station=str(row["station"]),
        message=f"station {row['station']}: {row['reason']}",
        **_figures(row),
    )


def _area(row: dict[str, Any], stations: Stations) -> Finding:
    depth = stations.levels.index(row["level"])
    at = int(np.flatnonzero(stations.areas[depth] == int(row["area"]))[0])
    area = {
        level: str(stations.labels[up][stations.areas[up][at]])
        for up, level in enumerate(stations.levels[: depth + 1])
    }
    has = "turnout is" if row["aspect"] == "turnout" else f"{row['aspect']} has"
    rest = f"the rest of {place(dict(list(area.items())[:-1]))}" if depth else "all others"
    return Finding(
        code="F510",
        evidence=Evidence.NOTE,
        area=area,
        message=(
            f"{row['level']} {place(area)}: {has} {percent(row['share'])} "
            f"({counted(int(row['stations']), 'station')}); going by {rest}, expected "
            f"{percent(row['expected'])} ({percent(row['low'])} to {percent(row['high'])})"
        ),
        **_figures(row),
    )


def _figures(row: dict[str, Any]) -> dict[str, Any]:
    away = f"{row['score']:+.1f}".replace("-", "−")
    return {
        "observed": float(row["share"]),
        "expected": float(row["expected"]),
        "difference": float(row["share"]) - float(row["expected"]),
        "arithmetic": (
            f"{away} predicted standard deviations, adjusted p {row['adjusted']:.2g}"
            + ("" if row["flagged"] else _FAR_OUT if abs(row["score"]) > _FAR else _CHANCE)
        ),
    }
