"""From sheets and a registry to a population: which stations exist, and which were seen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tallyverify.checking import Sheets
from tallyverify.errors import InputError, TallyVerifyError, listed, nearest, shown
from tallyverify.findings import counted, number, percent
from tallyverify.inference.counting_order.text import parse_order
from tallyverify.inference.prediction.area_tree import AreaTree
from tallyverify.inference.prediction.population import Population
from tallyverify.names import folded, folded_key
from tallyverify.table import Registry

if TYPE_CHECKING:
    from tallyverify.arrays import Codes, Counts, Floats, Mask, Texts


@dataclass(frozen=True, eq=False)
class SamplingFrame:
    """A population, and what had to be said on the way to it."""

    population: Population  # in the order of the stations' keys
    keys: Texts  # (stations,)
    areas: tuple[str, ...]  # units of the first level
    voters_known: bool  # of at least some stations
    capacity: float | None  # registered voters of the stations not seen; None if not known of each
    used: float  # registered voters of the seen stations, or their votes where that is not known
    strangers: int  # sheets of stations that the registry does not have
    unread: int  # sheets not seen, or not wholly read
    from_registry: bool
    notes: tuple[str, ...]
    mismatch: str = ""  # why sheets and registry do not belong together, if they do not

    def lacks(self, declared: int | None) -> bool:
        """Whether the list is known to lack stations: a seen one, or some of those declared."""
        if declared is not None:
            return declared > len(self.population)
        return self.strangers > 0


def assemble_frame(
    sheets: Sheets,
    names: Sequence[str],
    levels: Sequence[str],
    registry: Registry | None = None,
    *,
    strata: Sequence[str] | None = None,
    covariates: pd.DataFrame | None = None,
) -> SamplingFrame:
    """Join the sheets with the registry, or take the sheets' file as the list of stations."""
    columns = sheets.columns
    station = columns["station"]
    twice = station[1:][station[1:] == station[:-1]]
    if len(twice):
        raise InputError(
            "a station stands in the actas twice, so that its votes would count twice",
            found=listed(dict.fromkeys(twice.tolist()), 5),
            expected="each station once",
            hint="run verify, which sets repeated stations apart (T201, T202)",
        )
    there = _levels_there(columns, registry, levels, strata)
    if registry is None:
        keys, at = station, np.arange(len(station))
        strange = np.zeros(len(station), dtype=bool)
        mismatch, notes = "", list[str]()
    else:
        keys, at, strange = _joined(station, registry)
        mismatch, notes = _match(station, strange, registry)
        respelt = registry.respelt(station, registry.positions(station))
        notes += [respelt.words] if respelt.stations else []
    count = len(keys)
    seen = np.zeros(count, dtype=bool)
    seen[at] = columns["read"]
    votes = np.zeros((count, len(names)))
    votes[at[columns["read"]]] = columns["votes"][columns["read"]]
    listed_voters = np.full(count, np.nan)
    listed_voters[at] = columns["registered"]
    # Where each station of the registry stands, in the registry's own order.
    spot = np.zeros(0, dtype=np.intp)
    if registry is not None:
        spot = np.searchsorted(keys, registry.index.to_numpy(dtype=object))
        own, unknown = registry.sizes
        listed_voters[spot] = np.where(unknown, listed_voters[spot], own)
    size, capacity, told = _sizes(listed_voters, votes.sum(axis=1), seen)
    notes += told
    codes: list[Counts] = []
    first: tuple[str, ...] = ()
    for position, level in enumerate(there):
        texts = np.full(count, "", dtype=object)
        if f"area:{level}" in columns:
            texts[at] = columns[f"area:{level}"]
        if registry is not None and level in registry.frame:
            named = registry.frame[level].fillna("").to_numpy(dtype=object)
            # Where the registry leaves an area blank, the sheet's stands.
            texts[spot] = np.where(named == "", texts[spot], named)
        code, labels = _coded(texts)
        codes.append(code)
        first = tuple(labels) if position == 0 else first
    order = None
    if "order" in columns:
        order, told = _ordered(columns["order"], at, count)
        notes += told
    extra, told = _covariates(registry, covariates, keys, spot, size, levels)
    notes += told
    population = Population(
        AreaTree.of(codes, count),
        size,
        seen,
        votes,
        tuple(names),
        tuple(there),
        extra,
        order,
    )
    return SamplingFrame(
        population,
        keys,
        first,
        bool((listed_voters > 0).any()),
        capacity,
        float(np.where(listed_voters > 0, listed_voters, votes.sum(axis=1))[seen].sum()),
        int(strange.sum()),
        int((~columns["read"]).sum()),
        registry is not None,
        tuple(notes),
        mismatch,
    )


def _levels_there(
    columns: dict[str, Any],
    registry: Registry | None,
    levels: Sequence[str],
    strata: Sequence[str] | None,
) -> list[str]:
    if registry is not None:
        there = [level for level in levels if level in registry.frame]
    else:
        there = [level for level in levels if f"area:{level}" in columns]
    if strata is None:
        return there
    for level in strata:
        if level not in there:
            raise InputError(
                "a stratum is a level of areas that "
                f"{'the registry has' if registry is not None else 'the actas have'}",
                place="strata",
                found=shown(level),
                expected=listed(there) or "none: it names no areas",
                hint=nearest(str(level), there),
            )
    return [level for level in there if level in strata]


def _joined(station: Texts, registry: Registry) -> tuple[Texts, Codes, Mask]:
    known = registry.index.to_numpy(dtype=object)
    at = registry.positions(station)
    strange = at < 0
    station = np.where(strange, station, known[at]) if len(known) else station
    keys = np.sort(np.concatenate([known, station[strange]]))
    return keys, np.searchsorted(keys, station), strange


def _match(station: Texts, strange: Mask, registry: Registry) -> tuple[str, list[str]]:
    missed = int(strange.sum())
    if not missed:
        return "", []
    form = nearest_form(station[strange].tolist(), registry.index.tolist())
    example = shown(station[strange][0])
    says = (
        f"{number(missed)} of {number(len(station))} stations with a sheet "
        f"({percent(missed, len(station))}) are not in the registry, such as {example}"
    )
    says += f"; {form}" if form else ""
    if 2 * missed >= len(station):
        like = shown(registry.index[0]) if len(registry) else "none: it is empty"
        hint = "" if form else f"; its keys look like {like}"
        return f"sheets and registry do not belong together: {says}{hint}", []
    return "", [f"{says}; they were added to it"]


def nearest_form(strangers: list[str], known: list[str]) -> str:
    """Say if at least half of these keys are in the registry by their letters and numbers alone."""

    def bare(key: str) -> str:
        return re.sub(r"[\W_]|(?<![0-9])0+(?=[0-9])", "", folded_key(key)).lstrip("0")

    there = {bare(key): key for key in known if bare(key)}
    hit = [key for key in sorted(strangers) if bare(key) in there]
    if not hit or 2 * len(hit) < len(strangers):
        return ""
    return (
        f"{100 * len(hit) / len(strangers):.0f} % of them would match with letters and numbers "
        f"only ({shown(hit[0])} is there as {shown(there[bare(hit[0])])})"
    )


def _sizes(voters: Floats, valid: Floats, seen: Mask) -> tuple[Floats, float | None, list[str]]:
    """Registered voters of each station; where not known, what its votes would take at the rate."""
    known = voters > 0
    count = len(voters)
    if not (known & seen).any():
        capacity = 0.0 if seen.all() else None
        told = [] if not known.any() else ["of no seen station the registered voters are known"]
        says = "the registered voters of the stations are not known: each counts as one of equal"
        return np.ones(count), capacity, [*told, f"{says} size, and there is no turnout"]
    if known.all():
        return voters, float(voters[~seen].sum()), []
    rate = valid[known & seen].sum() / voters[known & seen].sum()
    size = np.where(known, voters, 1.0)
    lacking = ~known & seen
    size[lacking] = np.maximum(valid[lacking] / rate, 1.0)
    unseen = ~known & ~seen
    size[unseen] = size[lacking].mean() if lacking.any() else size[known].mean()
    told = [
        f"{counted(int((~known).sum()), 'station')} of {number(count)} with no registered voters "
        "stated (missing or zero): a seen one counts with the voters that its votes would take at "
        "the overall turnout, an unseen one with their mean"
    ]
    return size, None if unseen.any() else float(voters[~seen].sum()), told


def _coded(texts: Texts) -> tuple[Counts, list[str]]:
    """Codes of areas by their folded names, in the order of these; the first spelling is shown."""
    codes, names = pd.factorize(texts)
    spelt = np.array([folded(str(name)) for name in names], dtype=object)
    order, inverse = np.unique(spelt, return_inverse=True)
    shown_as = [""] * len(order)
    for name, at in sorted(zip(names, inverse, strict=True), reverse=True):
        shown_as[at] = str(name)
    return inverse[codes].astype(np.int64), shown_as


def _ordered(texts: Texts, at: Codes, count: int) -> tuple[Floats | None, list[str]]:
    try:
        position, _ = parse_order(texts)
    except TallyVerifyError as error:
        first = str(error).split("\n", 1)[0]
        return None, [f"the order of counting is not used: {first}"]
    order = np.full(count, np.nan)
    order[at] = position
    gaps = int(np.isnan(position).sum())
    told = [f"{counted(gaps, 'station')} without a place in the order: no pattern of late ones"]
    return order, told if gaps else []


def _covariates(
    registry: Registry | None,
    given: pd.DataFrame | None,
    keys: Texts,
    spot: Codes,
    size: Floats,
    levels: Sequence[str],
) -> tuple[Floats | None, list[str]]:
    """Further columns of the registry, per registered voter, and what was given by station."""
    found: list[Floats] = []
    used: list[str] = []
    if registry is not None:
        names = [
            name
            for name in registry.frame
            if name not in ("station", "registered", *levels)
            and pd.api.types.is_numeric_dtype(registry.frame[name])
            and not pd.api.types.is_bool_dtype(registry.frame[name])
            and registry.frame[name].notna().any()
        ]
        for name in names:
            column = np.full(len(keys), np.nan)
            column[spot] = registry.frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
            found.append(column / size)
            used.append(str(name))
    if given is not None:
        for name in given:
            if not pd.api.types.is_numeric_dtype(given[name]) or given.index.duplicated().any():
                raise InputError(
                    "covariates are numbers by station, each station once",
                    place=f"covariates, column {shown(name)}",
                    found=str(given[name].dtype),
                )
            column = given[name].reindex(pd.Index(keys)).to_numpy(dtype=np.float64)
            found.append(column)
            used.append(str(name))
    if not found:
        return None, []
    table = np.column_stack(found)
    lacking = ~np.isfinite(table)
    if lacking.all(axis=0).any():
        raise InputError(
            "a covariate is known of no station",
            place="covariates",
            found=listed(used[at] for at in np.flatnonzero(lacking.all(axis=0))),
            hint="its stations may be written in another way than those of the sheets",
        )
    mean = np.nanmean(np.where(lacking, np.nan, table), axis=0)
    told = [f"covariates: log of registered voters, {', '.join(used)}"]
    if lacking.any():
        gone = int(lacking.any(axis=1).sum())
        told.append(f"{counted(gone, 'station')} without a covariate: the mean stands there")
    return np.where(lacking, mean, table), told
