"""Sheets and stations of a registry, joined by their keys: up to spelling, each station once."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tallyverify.arrays import Codes, Mask, Texts
from tallyverify.errors import InputError, listed, shown
from tallyverify.key_bytes import folded_keys
from tallyverify.language import clauses, formatted, number, percent, told, told_of
from tallyverify.names import folded_key
from tallyverify.table import ActaTable, Registry, Spellings


@dataclass(frozen=True, eq=False)
class JoinedKeys:
    """All stations that exist as far as is known, and where those with a sheet stand among them."""

    keys: Texts  # (stations,), sorted
    at: Codes  # (sheets,): places among the keys
    strange: Mask  # (sheets,): not in the registry, and added to it
    notes: tuple[str, ...] = ()
    mismatch: str = ""  # why sheets and registry do not belong together, if they do not


def refuse_spellings(table: ActaTable, registry: Registry | None) -> None:
    """Refuse a sheet that stands under two spellings of its key: its votes would count twice."""
    sheet = Spellings.of(table, registry).sheet
    keys = pd.DataFrame({"key": table.frame["station"], "sheet": sheet}).drop_duplicates()
    twice = keys["sheet"].duplicated(keep=False)
    if twice.any():
        raise InputError(
            told(
                "a sheet stands in the actas under several spellings of its key, so that its votes "
                "would count twice"
            ),
            found=listed(sorted(keys["key"][twice]), 5),
            expected=told("each station once"),
            hint=told("run verify, which counts it once (T201)"),
        )


def joined_keys(station: Texts, registry: Registry | None) -> JoinedKeys:
    """Join the keys of sheets, each once, with those of the registry, if there is one.

    Keys are one up to their spelling, as in :meth:`Registry.positions`.
    """
    if registry is None:
        return JoinedKeys(station, np.arange(len(station)), np.zeros(len(station), dtype=bool))
    known = registry.index.to_numpy(dtype=object)
    at = registry.positions(station)
    strange = at < 0
    mismatch, notes = _match(station, strange, registry)
    respelt = registry.respelt(station, at)
    notes += [respelt.words] if respelt.stations else []
    station = np.where(strange, station, known[at]) if len(known) else station
    keys = np.sort(np.concatenate([known, station[strange]]))
    return JoinedKeys(keys, np.searchsorted(keys, station), strange, tuple(notes), mismatch)


def _match(station: Texts, strange: Mask, registry: Registry) -> tuple[str, list[str]]:
    missed = int(strange.sum())
    if not missed:
        return "", []
    if twice := _one_station(station, strange, registry):
        return twice, []
    form = nearest_form(station[strange].tolist(), registry.index.tolist())
    missing = told(
        "{missed} of {stations} stations with a sheet ({share}) are not in the registry, such as "
        "{example}",
        missed=number(missed),
        stations=number(len(station)),
        share=percent(missed, len(station)),
        example=shown(station[strange][0]),
    )
    says = [missing, *([form] if form else [])]
    if 2 * missed < len(station):
        return "", [clauses([*says, told("they were added to it")])]
    if not form and len(registry):
        says.append(told("its keys look like {key}", key=shown(registry.index[0])))
    elif not form:
        says.append(told("its keys look like none: it is empty"))
    return told("sheets and registry do not belong together: {why}", why=clauses(says)), []


def _one_station(station: Texts, strange: Mask, registry: Registry) -> str:
    """Say if a station's sheets, under several spellings of its key, would count more than once."""
    spelt = pd.Series(folded_keys(station))
    several = spelt.duplicated(keep=False) & ~registry.lists_apart(spelt.to_numpy(dtype=object))
    doubled = several & spelt.isin(spelt[strange])
    if not doubled.any():
        return ""
    first = sorted(station[(spelt == spelt[doubled].min()).to_numpy()])
    return told_of(
        int(doubled.sum()),
        "{count} sheet stand for one station under several spellings of its key, such as "
        "{examples}: it cannot be told which of them counts",
        "{count} sheets stand for one station under several spellings of its key, such as "
        "{examples}: it cannot be told which of them counts",
        examples=listed(first, 3),
    )


def nearest_form(strangers: list[str], known: list[str]) -> str:
    """Say if at least half of these keys are in the registry by their letters and numbers alone."""

    def bare(key: str) -> str:
        return re.sub(r"[\W_]|(?<![0-9])0+(?=[0-9])", "", folded_key(key)).lstrip("0")

    there = {bare(key): key for key in known if bare(key)}
    hit = [key for key in sorted(strangers) if bare(key) in there]
    if not hit or 2 * len(hit) < len(strangers):
        return ""
    return told(
        "{share} % of them would match with letters and numbers only ({key} is there as {known})",
        share=formatted(100 * len(hit) / len(strangers), ".0f"),
        key=shown(hit[0]),
        known=shown(there[bare(hit[0])]),
    )
