"""Strata of which only numbers are known: expected stations and registered voters by area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tallyverify.checking import Sheets
from tallyverify.errors import InputError, listed, nearest, shown
from tallyverify.inference.prediction.population import Population
from tallyverify.language import number, told, told_of
from tallyverify.names import folded

if TYPE_CHECKING:
    from tallyverify.arrays import Counts, Floats


_COUNTRY = told("the whole country")


@dataclass(frozen=True, eq=False)
class Strata:
    """Numbers of all stations by stratum."""

    names: tuple[str, ...]
    code: Counts  # (stations of the population,)
    stations: Counts  # (strata,): that exist
    registered: Floats | None  # (strata,); None if not known of each stratum and each seen station
    notes: tuple[str, ...] = ()  # what was assumed to get them

    @property
    def known(self) -> Counts | Floats:
        """Registered voters, or stations where these are not known; shape (strata,)."""
        return self.stations if self.registered is None else self.registered


def national_stratum(
    population: Population, voters_known: bool, stations: int | None, registered: int | None
) -> Strata:
    """Return the whole country as one stratum, from its declared numbers."""
    code = np.zeros(len(population), dtype=np.int64)
    return _checked(
        (_COUNTRY,),
        code,
        None if stations is None else np.array([float(stations)]),
        None if registered is None else np.array([float(registered)]),
        population,
        voters_known,
    )


def registry_strata(population: Population, areas: Sequence[str], voters_known: bool) -> Strata:
    """Return the areas of the first level as strata, with the numbers of their stations."""
    first = population.tree.depth > 1
    code = population.tree.of_station(1 if first else 0)
    if population.unplaced and population.unplaced[0].any():
        areas = [name for name in areas if name]
        code, areas = np.minimum(code, len(areas)), [*areas, told("(no area named)")]
    count = len(areas) if first else 1
    stations = np.bincount(code, minlength=count)
    voters = np.bincount(code, population.size, minlength=count).astype(np.float64)
    registered = voters if voters_known else None
    names = tuple(areas) if first else (_COUNTRY,)
    return Strata(names, code, stations.astype(np.int64), registered)


def strata_of(
    sheets: Sheets,
    population: Population,
    voters_known: bool,
    expected: pd.DataFrame,
    levels: Sequence[str],
    strata: Sequence[str] | None = None,
) -> Strata:
    """Return the strata that a table of expected numbers describes, one row per area.

    The population is of these sheets, in their order, without a registry.
    """
    by = list(strata) if strata is not None else [level for level in levels if level in expected]
    for level in by or ["(none)"]:
        if level not in levels or level not in expected:
            raise InputError(
                told("expected numbers are by areas of the actas"),
                place="expected",
                found=listed(map(str, expected.columns)),
                expected=told(
                    "columns for some of {levels}, and stations or registered",
                    levels=listed(levels),
                ),
                hint=nearest(str(level), [*levels, *map(str, expected.columns)]),
            )
    if "stations" not in expected and "registered" not in expected:
        raise InputError(
            told("expected numbers lack both stations and registered voters"),
            place="expected",
            found=listed(map(str, expected.columns)),
            expected=told("a column 'stations', a column 'registered', or both"),
        )
    keys = _keys([expected[level] for level in by])
    if len(set(keys)) < len(keys):
        twice = [key for key in dict.fromkeys(keys) if keys.count(key) > 1]
        raise InputError(
            told("an area stands in the expected numbers twice"),
            place="expected",
            found=listed((" / ".join(key) for key in twice), 5),
        )
    columns = sheets.columns
    here = _keys([columns[f"area:{level}"] for level in by])
    position = {key: at for at, key in enumerate(keys)}
    unknown = [key for key in dict.fromkeys(here) if key not in position]
    if unknown:
        names = [" / ".join(key) for key in keys]
        raise InputError(
            told("sheets come from areas that the expected numbers do not have"),
            place="expected",
            found=listed((" / ".join(key) for key in unknown), 5),
            expected=listed(names, 10),
            hint=nearest(" / ".join(unknown[0]), names),
        )
    code = np.array([position[key] for key in here], dtype=np.int64)
    given = {
        name: expected[name].to_numpy(dtype=np.float64, na_value=np.nan)
        for name in ("stations", "registered")
        if name in expected
    }
    for name, values in given.items():
        wrong = ~(np.isfinite(values) & (values >= 0) & (values == np.floor(values)))
        if wrong.any():
            raise InputError(
                told("an expected number is missing, negative or no whole number"),
                place=told("expected, column {name}", name=name),
                found=str(values[wrong][0]),
            )
    return _checked(
        tuple(" / ".join(str(part) for part in row) for row in expected[by].to_numpy()),
        code,
        given.get("stations"),
        given.get("registered"),
        population,
        voters_known,
    )


def _keys(columns: Sequence[Any]) -> list[tuple[str, ...]]:
    spelt = []
    for column in columns:
        codes, names = pd.factorize(pd.Series(column, dtype=object).fillna(""))
        texts = np.array([folded(str(name)) for name in names], dtype=object)
        spelt.append(texts[codes])
    return list(zip(*spelt, strict=True))


def _checked(
    names: tuple[str, ...],
    code: Counts,
    stations: Floats | None,
    registered: Floats | None,
    population: Population,
    voters_known: bool,
) -> Strata:
    """Hold the numbers against what was seen; more seen than expected is refused."""
    count = len(names)
    seen = np.bincount(code, population.seen.astype(float), minlength=count)
    voters = np.bincount(code, np.where(population.seen, population.size, 0.0), minlength=count)
    notes: list[str] = []
    if registered is not None and not voters_known:
        registered = None
        notes.append(told("the sheets state no registered voters, so those expected are not used"))
    if stations is None:
        if registered is None or not seen.any():
            raise InputError(
                told("nothing says how many stations there are"),
                expected=told(
                    "their number, or registered voters with a line 'registered' in the actas"
                ),
            )
        mean = voters.sum() / seen.sum()
        each = np.divide(voters, seen, out=np.full(count, mean), where=seen > 0)
        # Voters that were not seen are at a station, if only at one.
        stations = np.maximum(np.ceil(registered / each - 1e-9), seen)
        stations += (stations == seen) & (registered > voters + 0.5)
        notes.append(
            told("the number of stations is not known: registered voters by the mean seen")
        )
    _refuse_more(told("more stations were seen than are expected"), names, stations, seen)
    more_voters = told("more registered voters were seen than are expected")
    _refuse_more(more_voters, names, registered, voters)
    whole = seen >= stations
    if registered is not None and whole.any():
        off = whole & (np.abs(registered - voters) > 0.5)
        if off.any():
            notes.append(
                told_of(
                    int(off.sum()),
                    "{count} stratum with every station seen: the registered voters are taken from "
                    "the sheets",
                    "{count} strata with every station seen: the registered voters are taken from "
                    "the sheets",
                )
            )
        registered = np.where(whole, voters, registered)
    return Strata(names, code, stations.astype(np.int64), registered, tuple(notes))


def _refuse_more(what: str, names: tuple[str, ...], given: Floats | None, there: Any) -> None:
    """Refuse more than was expected, naming the stratum where it is most."""
    if given is None or not (given < there - 0.5).any():
        return
    worst = int(np.argmax(there - given))
    raise InputError(
        what,
        place=shown(names[worst]),
        found=number(int(there[worst])),
        expected=told("at most the {most} given", most=number(int(given[worst]))),
        hint=told("count each station once, or correct the expected number"),
    )
