"""Stations and areas that depart most from their own, for people who will look at the paper."""

from __future__ import annotations

from typing import Any

import numpy as np

from tallyverify.checking import Check
from tallyverify.findings import Finding, place
from tallyverify.forensics.calibration.calibration_spec import TURNOUT
from tallyverify.forensics.places.outlying_areas import expected_of
from tallyverify.forensics.places.outlying_result import percent_of
from tallyverify.forensics.stations import Stations
from tallyverify.forensics.study import ForensicStudy
from tallyverify.language import clauses, counted, formatted, formula, signed, told

_MOST = 20
_FEW = 3
_FAR = 6.0
_CHANCE = told("it may be chance")
_FAR_OUT = told("far out, but so are others, and the tail fitted to all of them holds it")


def departing_findings(check: Check, study: ForensicStudy) -> list[Finding]:
    """Return a note for each station and area that departs beyond chance, the farthest first.

    Where none does, the three that depart most are named all the same, and that it may be chance:
    one alone among a few hundred makes the tail heavy in which it would stand out.
    """
    if study.departing is None:
        return []
    one, many = study.departing
    said = [] if one.refused else [_station(check, row) for row in _shown(one.farthest(_MOST))]
    if not many.refused:
        areas = many.table.to_dict("records")
        every = [{str(key): value for key, value in row.items()} for row in areas]
        said += [_area(check, row, study.stations) for row in _shown(every)]
    return said


def _shown(every: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in every if row["flagged"]][:_MOST] or every[:_FEW]


def _station(check: Check, row: dict[str, Any]) -> Finding:
    station = str(row["station"])
    said = told("station {station}: {what}", station=station, what=row["reason"])
    return check.finding(said, station=station, **_figures(row))


def _area(check: Check, row: dict[str, Any], stations: Stations) -> Finding:
    depth = stations.levels.index(row["level"])
    at = int(np.flatnonzero(stations.areas[depth] == int(row["area"]))[0])
    area = {
        level: str(stations.labels[up][stations.areas[up][at]])
        for up, level in enumerate(stations.levels[: depth + 1])
    }
    larger = place(dict(list(area.items())[:-1])) if depth else None
    said = clauses([_shows(row, place(area)), expected_of(row, larger)])
    return check.finding(said, area=area, **_figures(row))


def _shows(row: dict[str, Any], area: str) -> str:
    """Return what an area shows, as a clause."""
    share, stations = percent_of(row["share"]), counted(int(row["stations"]), "station", "stations")
    if row["aspect"] == TURNOUT:
        return told(
            "{level} {area}: turnout is {share} ({stations})",
            level=row["level"],
            area=area,
            share=share,
            stations=stations,
        )
    return told(
        "{level} {area}: {name} has {share} ({stations})",
        level=row["level"],
        area=area,
        name=row["aspect"],
        share=share,
        stations=stations,
    )


def _figures(row: dict[str, Any]) -> dict[str, Any]:
    away = told(
        "{away} predicted standard deviations, adjusted p {p}",
        away=signed(row["score"], "+.1f"),
        p=formatted(row["adjusted"], ".2g"),
    )
    why = _FAR_OUT if abs(row["score"]) > _FAR else _CHANCE
    return {
        "observed": float(row["share"]),
        "expected": float(row["expected"]),
        "arithmetic": away if row["flagged"] else formula("{away}: {why}", away=away, why=why),
    }
