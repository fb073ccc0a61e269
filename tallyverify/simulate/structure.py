"""Stations nested in areas, and logistic-normal rates that vary from level to level."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from tallyverify.arrays import Array, Counts, Floats
from tallyverify.errors import InputError, listed
from tallyverify.language import told
from tallyverify.records import Contest
from tallyverify.table import TEXT, ActaTable, Source

BRANCHING = {"state": 4.0, "municipality": 3.0, "parish": 10.0, "centre": 2.0}
"""Mean number of the next smaller unit in one area of each level; a centre holds stations."""

SIZES = np.array(
    [
        *(300, 350, 400, 450, 500, 530, 560, 600, 640, 680),
        *(700, 720, 750, 780, 800, 830, 860, 900, 950, 1000),
    ],
    dtype=np.int64,
)
"""Registered voters of a station: the values that are resampled where no others are given."""

FIRST_CENTRE = 900_000_001
"""Code of the first made-up centre."""


_COUNT = "int64[pyarrow]"


def nest(
    stations: int, branching: Mapping[str, float], rng: np.random.RandomState
) -> dict[str, Counts]:
    """Return each station's area at each level, as a number from 0; areas are nested.

    The number of units in an area has the mean given for its level and is at least one. It is
    geometric, as in real centres and parishes: most are small and a few are large. Only areas of
    the largest level are alike in size (one plus a Poisson number).
    """
    if stations < 1 or any(mean < 1 for mean in branching.values()):
        raise InputError(
            told("a simulated country needs a station, and at least one unit in each area"),
            found=told(
                "{stations} stations, branching {branching}",
                stations=str(stations),
                branching=str(dict(branching)),
            ),
            expected=told("stations >= 1 and every mean >= 1"),
        )
    unit = np.arange(stations, dtype=np.int64)
    areas: dict[str, Counts] = {}
    for level, mean in reversed(list(branching.items())):
        count = int(unit[-1]) + 1
        largest = level == next(iter(branching))
        sizes = 1 + rng.poisson(mean - 1, count) if largest else rng.geometric(1 / mean, count)
        unit = np.searchsorted(np.cumsum(sizes), unit, side="right").astype(np.int64)
        areas[level] = unit
    return {level: areas[level] for level in branching}


def log_rates(
    areas: Mapping[str, Counts],
    deviations: Mapping[str, float],
    width: int,
    rng: np.random.RandomState,
) -> Floats:
    """Return normal deviations on the log scale, summed over levels; shape (stations, width).

    A level's deviation is that of the *difference* of two columns (the log-odds of two
    candidates), so each column alone gets it divided by √2; a single column gets all of it.
    """
    unknown = [level for level in deviations if level not in areas]
    if unknown:
        raise InputError(
            told("a standard deviation is given for a level that there is not"),
            found=listed(unknown),
            expected=listed(areas),
        )
    stations = len(next(iter(areas.values())))
    total: Floats = np.zeros((stations, width))
    for level, codes in areas.items():
        scale = deviations.get(level, 0.0) / np.sqrt(min(width, 2))
        noise = rng.normal(0.0, scale, size=(int(codes[-1]) + 1, width))
        total += noise[codes]
    return total


def deal(
    votes: Counts,
    rates: Floats,
    overdispersion: float,
    rng: np.random.RandomState,
) -> Floats:
    """Return each station's own shares: Dirichlet about its centre's; shape as ``rates``.

    A multinomial draw of n votes from Dirichlet shares of concentration a has 1 + (n-1)/(a+1)
    times the multinomial variance (Mosimann 1962). The concentration is set so that this is
    ``overdispersion`` in every station whatever its size; 1 deals voters purely at random.
    """
    if overdispersion < 1:
        raise InputError(
            told("overdispersion is the ratio to purely random dealing"),
            found=str(overdispersion),
            expected=told("1 or more"),
        )
    shares: Floats = rates / rates.sum(axis=1, keepdims=True)
    if overdispersion == 1:
        return shares
    spread = overdispersion - 1
    concentration = np.maximum((votes - overdispersion) / spread, 1.0)
    gamma = rng.standard_gamma(concentration[:, None] * shares)
    own: Floats = gamma / gamma.sum(axis=1, keepdims=True)
    return own


def expit(odds: Floats) -> Floats:
    """Return the probabilities of log-odds."""
    return 1 / (1 + np.exp(-odds))


def as_table(columns: Mapping[str, Any], contest: Contest, name: str) -> ActaTable:
    """Return plain columns (``station``, levels, lines, votes) as a table like a reader's."""
    length = len(columns["station"])
    text = {"station", *contest.levels}
    data: dict[str, Any] = {"row": np.arange(1, length + 1, dtype=np.int64)}
    for column, values in columns.items():
        kind = TEXT if column in text else _COUNT
        data[column] = pd.array(values, dtype=kind)
    return ActaTable(pd.DataFrame(data), contest, source=Source(name=name, rows=length))


def area_names(
    areas: Mapping[str, Counts],
    labels: Mapping[str, str] | None = None,
    first_centre: int = FIRST_CENTRE,
) -> dict[str, Array]:
    """Return made-up names (``Parish 07``; centres are codes) and ``station`` keys, by column."""
    names: dict[str, Array] = {}
    for level, codes in areas.items():
        count = int(codes[-1]) + 1
        if level == list(areas)[-1]:
            made = [str(first_centre + code) for code in range(count)]
        else:
            width = max(len(str(count)), 2)
            label = (labels or {}).get(level, level.capitalize())
            made = [f"{label} {code:0{width}d}" for code in range(1, count + 1)]
        names[level] = np.array(made, dtype=object)[codes]
    return {"station": _station_keys(names[level]), **names}


def _station_keys(centres: Array) -> Array:
    """Return ``centre/mesa`` keys; mesas are numbered from 01 within each centre."""
    names = pd.Series(centres, dtype=object)
    mesa = names.groupby(names, sort=False).cumcount() + 1
    keys = [f"{centre}/{number:02d}" for centre, number in zip(names, mesa, strict=True)]
    return np.array(keys, dtype=object)
